/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/prom/prom_labels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct gn_prom_labels labels;

static const char *named(const char *thing, const char *property)
{
    static char bytes[GN_PROM_LABEL_BYTES], text[1024];
    struct gn_buf all = gn_buf_over(bytes, sizeof bytes), out = gn_buf_over(text, sizeof text - 1);
    gn_prom_labels_of(gn_str_of(thing), gn_str_of(property), &all, &labels);
    gn_prom_put_text(&labels, &out);
    text[out.size] = '\0';
    return text;
}

static void a_series_is_a_metric_with_labels(void **state)
{
    (void)state;
    assert_string_equal(named("web-1", "cpu.idle{core=0,zone=b}"),
                        "cpu_idle{core=\"0\",property=\"cpu.idle{core=0,zone=b}\",thing=\"web-1\",zone=\"b\"}");
    assert_string_equal(named("a", "oil"), "oil{property=\"oil\",thing=\"a\"}");
    assert_string_equal(named("a", "1-\xc3\xa4"), "_1___{property=\"1-\xc3\xa4\",thing=\"a\"}");
    assert_string_equal(named("a", "m{path=%2Fx,thing=t}"),
                        "m{path=\"/x\",property=\"m{path=%2Fx,thing=t}\",tag_thing=\"t\",thing=\"a\"}");
    assert_string_equal(named("a", "say \"x\\"), "say__x_{property=\"say \\\"x\\\\\",thing=\"a\"}");
    assert_string_equal(named("a", "m{odd"), "m_odd{property=\"m{odd\",thing=\"a\"}");
}

static void patterns_are_what_dashboards_make(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool fits;
    } rows[] = { { "a|b", "b", true },        { "a|b", "ab", false },
                 { "(a|b)", "a", true },      { ".*", "", true },
                 { ".+", "", false },         { ".+", "x", true },
                 { "web-.*", "web-1", true }, { "web-.*", "aweb-1", false },
                 { ".*a.*b", "xaxxb", true }, { ".*ab.+", "aab", false },
                 { "a\\.b", "a.b", true },    { "a\\.b", "axb", false },
                 { "a.c", "abc", true },      { "", "", true },
                 { "", "x", false },          { "^a$", "a", true },
                 { "a\\|b", "a|b", true },    { "x|", "", false },
                 { ".+.+.+x", "aaax", true } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(gn_prom_pattern_valid(gn_str_of(rows[i].pattern)));
        assert_int_equal(gn_prom_pattern_matches(gn_str_of(rows[i].pattern), gn_str_of(rows[i].text)), rows[i].fits);
    }
    static const char *const bad[] = { "a(b|c)", "[ab]", "a*", "a?", "a{2}", "\\d", "a\\" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gn_prom_pattern_valid(gn_str_of(bad[i])));
}

static void a_hostile_pattern_is_no_more_than_text_times_pattern(void **state)
{
    (void)state;
    char pattern[1200], text[4000];
    size_t size = 0;
    for (; size < 1000; size += 3)
        memcpy(pattern + size, ".*a", 3);
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 'b';
    assert_false(gn_prom_pattern_matches((gn_str){ pattern, size }, (gn_str){ text, sizeof text }));
}

static void all_matchers_have_to_agree(void **state)
{
    (void)state;
    (void)named("web-1", "cpu.idle{core=0}");
    struct gn_prom_matchers all = { .count = 2,
                                    .at = { { GN_STR("__name__"), GN_STR("cpu_idle"), GN_PROM_EQUAL },
                                            { GN_STR("core"), GN_STR("1|2"), GN_PROM_NOT_LIKE } } };
    assert_true(gn_prom_matches(&all, &labels));
    all.at[1].match = GN_PROM_LIKE;
    assert_false(gn_prom_matches(&all, &labels));
    all.at[1] = (struct gn_prom_matcher){ GN_STR("nothing"), GN_STR(""), GN_PROM_EQUAL };
    assert_true(gn_prom_matches(&all, &labels));
    all.at[1].match = GN_PROM_NOT_EQUAL;
    assert_false(gn_prom_matches(&all, &labels));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_series_is_a_metric_with_labels),
        cmocka_unit_test(patterns_are_what_dashboards_make),
        cmocka_unit_test(a_hostile_pattern_is_no_more_than_text_times_pattern),
        cmocka_unit_test(all_matchers_have_to_agree),
    };
    return cmocka_run_group_tests_name("portal/prom_labels", tests, NULL, NULL);
}
