/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/solution_expect.h"
#include "act/solution_keep.h"

#define DAY INT64_C(86400000)

static void the_most_exact_row_counts(void **state)
{
    (void)state;
    struct gn_keep_ages ages;
    struct gn_solution *solution = expect_solution("keep:\n"
                                                   "  bytes: 2 GiB\n"
                                                   "  series:\n"
                                                   "    - { raw: 30d, minutes: 90d, days: forever }\n"
                                                   "    - { property: vib*, raw: 7d }\n"
                                                   "    - { thing: press-7, raw: 365d, hours: forever }\n"
                                                   "    - { thing: press-7, property: oil, raw: forever }\n");
    assert_true(gn_solution_keep_bytes(solution) == UINT64_C(2) << 30);
    gn_solution_keep(solution, GN_STR("mill"), GN_STR("rpm"), &ages);
    assert_true(ages.raw_ms == 30 * DAY && ages.minutes_ms == 90 * DAY && ages.hours_ms == 0 &&
                ages.days_ms == INT64_MAX);
    gn_solution_keep(solution, GN_STR("mill"), GN_STR("vibration"), &ages);
    assert_true(ages.raw_ms == 7 * DAY && ages.days_ms == 0);
    gn_solution_keep(solution, GN_STR("press-7"), GN_STR("vibration"), &ages);
    assert_true(ages.raw_ms == 365 * DAY && ages.hours_ms == INT64_MAX);
    gn_solution_keep(solution, GN_STR("press-7"), GN_STR("oil"), &ages);
    assert_true(ages.raw_ms == 0); /* no limit */
    gn_solution_free(solution);
}

static void without_the_section_all_is_kept(void **state)
{
    (void)state;
    struct gn_keep_ages ages;
    struct gn_solution *solution = expect_solution("budget: 1\n");
    gn_solution_keep(solution, GN_STR("mill"), GN_STR("rpm"), &ages);
    assert_true(ages.raw_ms == 0 && gn_solution_keep_bytes(solution) == 0);
    gn_solution_free(solution);
}

static void mistakes_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        const char *words;
    } rows[] = {
        { "keep: { bytes: 5 }\n", "'bytes' is at least 1 MiB, such as 20 GiB" },
        { "keep: { bytes: 5 bar }\n",
          "'bytes' is in 'bar', but 'B' is expected (or one of B, kB, MB, GB, KiB, MiB, GiB)" },
        { "keep: { series: [ { raw: 5s } ] }\n",
          "'raw' is an age of a minute or more, such as 90d or 12h, or forever; this is '5s'" },
        { "keep: { series: [ { raw: 5d, hours: 4d } ] }\n", "'hours' must reach further back than what is finer" },
        { "keep: { series: [ { raw: 5d, hours: forever, days: forever } ] }\n",
          "'days' must reach further back than what is finer" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_solution *solution = NULL;
        struct gn_diag diag = { .line = 0 };
        assert_int_equal(expect_parse(rows[i].yaml, &solution, &diag), GN_ERR_INVAL);
        assert_string_equal(diag.text, rows[i].words);
        assert_int_equal(diag.line, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_exact_row_counts),
        cmocka_unit_test(without_the_section_all_is_kept),
        cmocka_unit_test(mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
