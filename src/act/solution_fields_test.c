/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/solution_expect.h"
#include "act/solution_fields.h"

static void what_people_wrote_is_quoted_short_and_harmless(void **state)
{
    (void)state;
    assert_string_equal(gn_quote(GN_STR("plain")).text, "plain");
    assert_string_equal(gn_quote(GN_STR("")).text, "");
    assert_string_equal(gn_quote(GN_STR("a\nb\x1b[31m\x7f")).text, "a?b?[31m?");
    assert_string_equal(gn_quote(GN_STR("123456789012345678901234567890123456789012345678")).text,
                        "123456789012345678901234567890123456789012345678");
    assert_string_equal(gn_quote(GN_STR("1234567890123456789012345678901234567890123456789")).text,
                        "123456789012345678901234567890123456789012345678...");
    /* The 48th byte is the second half of an umlaut's pair: it goes as a whole. */
    assert_string_equal(gn_quote(GN_STR("12345678901234567890123456789012345678901234567\303\274")).text,
                        "12345678901234567890123456789012345678901234567...");
}

static void a_refusal_works_without_a_diag(void **state)
{
    (void)state;
    struct gn_solution *solution = NULL;
    assert_int_equal(gn_solution_parse(GN_STR("@file a.yaml 8\nbudget: "), &solution, NULL), GN_ERR_INVAL);
    assert_int_equal(gn_solution_parse(GN_STR("@file a.yaml 1\n["), &solution, NULL), GN_ERR_INVAL);
    assert_int_equal(gn_solution_parse(GN_STR("nothing"), &solution, NULL), GN_ERR_INVAL);
    assert_null(solution);
}

static void long_texts_are_cut_in_messages(void **state)
{
    (void)state;
    struct gn_solution *solution = NULL;
    struct gn_diag diag = { .line = 0 };
    static char text[500];
    memset(text, 'k', sizeof text - 1);
    memcpy(text + sizeof text - 5, ": 1\n", 4);
    assert_int_equal(expect_parse(text, &solution, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text,
                        "unknown key 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...' in a solution file; "
                        "known are things, rules, access, topics, budget, home_assistant, keep");
}

static void a_rate_may_have_more_blanks(void **state)
{
    (void)state;
    struct gn_solution *const solution = expect_solution("things:\n  - thing: t\n    actions: [ { name: a, at_most: "
                                                         "'60  per  31d' }, { name: b, at_most: 1 per 1ms } ]\n");
    assert_int_equal(solution->actions[0].at_most.count, GN_RATE_COUNT_MAX);
    assert_true(solution->actions[0].at_most.per_ms == GN_SOLUTION_DURATION_MS_MAX);
    assert_int_equal(solution->actions[1].at_most.per_ms, 1);
    gn_solution_free(solution);
}

static void lengths_are_refused_beyond_their_limit_and_not_before(void **state)
{
    (void)state;
    for (int extra = -1; extra <= 1; extra++) {
        char text[512];
        struct gn_solution *solution = NULL;
        struct gn_diag diag = { .line = 0 };
        struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
        gn_buf_add_text(&buf, "things:\n  - thing: t\n    properties:\n      - name: ");
        for (int i = 0; i < GN_PROPERTY_BYTES_MAX + extra; i++)
            gn_buf_add_text(&buf, "n");
        text[buf.size] = '\0';
        assert_int_equal(expect_parse(text, &solution, &diag), extra == 1 ? GN_ERR_INVAL : GN_OK);
        gn_solution_free(solution);
        solution = NULL;
        buf = gn_buf_over(text, sizeof text - 1);
        gn_buf_add_text(&buf, "things:\n  - thing: ");
        for (int i = 0; i < GN_THING_ID_BYTES_MAX + extra; i++)
            gn_buf_add_text(&buf, "t");
        text[buf.size] = '\0';
        assert_int_equal(expect_parse(text, &solution, &diag), extra == 1 ? GN_ERR_INVAL : GN_OK);
        gn_solution_free(solution);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_wrote_is_quoted_short_and_harmless),
        cmocka_unit_test(a_refusal_works_without_a_diag),
        cmocka_unit_test(long_texts_are_cut_in_messages),
        cmocka_unit_test(a_rate_may_have_more_blanks),
        cmocka_unit_test(lengths_are_refused_beyond_their_limit_and_not_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
