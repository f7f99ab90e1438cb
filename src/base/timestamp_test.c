/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "base/timestamp.h"

static int64_t parsed(const char *text)
{
    int64_t ms = INT64_MIN;
    if (gn_time_parse(gn_str_of(text), &ms))
        fail_msg("refused: %s", text);
    return ms;
}

static void assert_formats(int64_t ms, const char *wanted)
{
    char text[GN_TIME_TEXT_BYTES];
    gn_time_format(ms, text);
    assert_string_equal(text, wanted);
}

static void known_times_are_printed(void **state)
{
    (void)state;
    assert_formats(0, "1970-01-01T00:00:00.000Z");
    assert_formats(INT64_C(1795317840125), "2026-11-22T03:24:00.125Z");
    assert_formats(-1, "1969-12-31T23:59:59.999Z");
    assert_formats(GN_TIME_FLOOR_MS, "2000-01-01T00:00:00.000Z");
    assert_formats(INT64_C(951782400000), "2000-02-29T00:00:00.000Z");
    assert_formats(INT64_C(4107542400000), "2100-03-01T00:00:00.000Z"); /* 2100 is no leap year */
    assert_formats(INT64_C(-62167219200000), "0000-01-01T00:00:00.000Z");
    assert_formats(INT64_C(253402300799999), "9999-12-31T23:59:59.999Z");
}

static void years_beyond_four_digits_are_clamped(void **state)
{
    (void)state;
    assert_formats(INT64_C(253402300800000), "9999-12-31T23:59:59.999Z");
    assert_formats(INT64_MAX, "9999-12-31T23:59:59.999Z");
    assert_formats(INT64_C(-62167219200001), "0000-01-01T00:00:00.000Z");
    assert_formats(INT64_MIN, "0000-01-01T00:00:00.000Z");
}

/* Against the C library's calendar, in steps of five days: the 146097 days of the calendar's cycle are no multiple of
 * five, so in ten thousand years each of them is met. */
static void every_day_of_the_cycle_agrees_with_gmtime(void **state)
{
    (void)state;
    for (int64_t day = -719528; day <= 2932896; day += 5) {
        const time_t seconds = (time_t)(day * 86400 + 43261);
        struct tm truth;
        char wanted[96];
        char text[GN_TIME_TEXT_BYTES];
        assert_non_null(gmtime_r(&seconds, &truth));
        (void)snprintf(wanted, sizeof wanted, "%04d-%02d-%02dT12:01:01.007Z", truth.tm_year + 1900, truth.tm_mon + 1,
                       truth.tm_mday);
        gn_time_format((int64_t)seconds * 1000 + 7, text);
        if (strcmp(text, wanted) != 0)
            fail_msg("%s instead of %s", text, wanted);
        int64_t back;
        assert_int_equal(gn_time_parse(gn_str_of(text), &back), GN_OK);
        assert_true(back == (int64_t)seconds * 1000 + 7);
    }
}

static void all_forms_of_rfc3339_are_read(void **state)
{
    (void)state;
    const int64_t wanted = INT64_C(1795317840000);
    assert_true(parsed("2026-11-22T03:24:00Z") == wanted);
    assert_true(parsed("2026-11-22t03:24:00z") == wanted);
    assert_true(parsed("2026-11-22 03:24:00Z") == wanted);
    assert_true(parsed("2026-11-22T04:24:00+01:00") == wanted);
    assert_true(parsed("2026-11-21T21:54:00-05:30") == wanted);
    assert_true(parsed("2026-11-22T03:24:00-00:00") == wanted);
    assert_true(parsed("2026-11-22T03:24:00.1Z") == wanted + 100);
    assert_true(parsed("2026-11-22T03:24:00.125Z") == wanted + 125);
    assert_true(parsed("2026-11-22T03:24:00.1259999999999999999999999Z") == wanted + 125);
    assert_true(parsed("1969-12-31T23:59:59.999Z") == -1);
    assert_true(parsed("0000-03-01T00:00:00Z") == INT64_C(-62162035200000));
}

static void digits_are_epoch_milliseconds(void **state)
{
    (void)state;
    assert_true(parsed("1795317840125") == INT64_C(1795317840125));
    assert_true(parsed("0") == 0);
    assert_true(parsed("-1") == -1);
    assert_true(parsed("2026") == 2026);
    assert_true(parsed("253402300799999") == INT64_C(253402300799999));
    int64_t ms = 7;
    assert_int_equal(gn_time_parse(GN_STR("253402300800000"), &ms), GN_ERR_INVAL);
    assert_int_equal(gn_time_parse(GN_STR("-62167219200001"), &ms), GN_ERR_INVAL);
    assert_true(ms == 7);
}

static void a_leap_second_is_the_second_behind_it(void **state)
{
    (void)state;
    assert_true(parsed("2016-12-31T23:59:60Z") == parsed("2017-01-01T00:00:00Z"));
    assert_true(parsed("2017-01-01T00:59:60.5+01:00") == parsed("2017-01-01T00:00:00.5Z"));
    int64_t ms;
    assert_int_equal(gn_time_parse(GN_STR("2016-12-31T22:59:60Z"), &ms), GN_ERR_INVAL);
    assert_int_equal(gn_time_parse(GN_STR("2016-12-31T23:59:61Z"), &ms), GN_ERR_INVAL);
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "yesterday",
        "2026-11-22",
        "2026-11-22T03:24:00", /* whose time? */
        "2026-11-22T03:24Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-31T00:00:00Z",
        "2026-11-00T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T03:60:00Z",
        "2026-11-22T03:24:00.Z",
        "2026-11-22T03:24:00ZZ",
        "2026-11-22T03:24:00Z ",
        " 2026-11-22T03:24:00Z",
        "2026-11-22T03:24:00+1:00",
        "2026-11-22T03:24:00+0100",
        "2026-11-22T03:24:00+24:00",
        "2026-11-22T03:24:00+01:60",
        "2026-11-22T03:24:00+01:00Z",
        "2026-1-22T03:24:00Z",
        "26-11-22T03:24:00Z",
        "+2026-11-22T03:24:00Z",
        "20261-11-22T03:24:00Z",
        "2026-11-22X03:24:00Z",
        "2026-11-22T03:24:-1Z",
        "2026-11-22T03:24:00,5Z",
        "99999999999999999999",
        "1e12",
        "1795317840125.5",
        "0000-01-01T00:00:00+00:01", /* before the first */
        "9999-12-31T23:59:59-00:01", /* behind the last */
    };
    int64_t ms = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (gn_time_parse(gn_str_of(bad[i]), &ms) != GN_ERR_INVAL)
            fail_msg("accepted: %s", bad[i]);
    assert_true(ms == 7);
}

static void durations_have_a_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = { { "250ms", 250 },
                 { "90s", 90000 },
                 { "5m", 300000 },
                 { "2h", 7200000 },
                 { "1d", 86400000 },
                 { "0s", 0 },
                 { "007s", 7000 },
                 { "9223372036854775807ms", INT64_MAX },
                 { "106751991167d", INT64_C(106751991167) * 86400000 } };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t ms = -1;
        assert_int_equal(gn_duration_parse(gn_str_of(good[i].text), &ms), GN_OK);
        assert_true(ms == good[i].ms);
    }
}

static void what_is_no_duration_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "5",
                                       "s",
                                       "-5s",
                                       "+5s",
                                       "5 s",
                                       "1.5h",
                                       "5S",
                                       "5min",
                                       "5w",
                                       "5ms ",
                                       " 5s",
                                       "5sm",
                                       "1h30m",
                                       "9223372036854775808ms",
                                       "106751991168d",
                                       "99999999999999999999s" };
    int64_t ms = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (gn_duration_parse(gn_str_of(bad[i]), &ms) != GN_ERR_INVAL)
            fail_msg("accepted: %s", bad[i]);
    assert_true(ms == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_times_are_printed),
        cmocka_unit_test(years_beyond_four_digits_are_clamped),
        cmocka_unit_test(every_day_of_the_cycle_agrees_with_gmtime),
        cmocka_unit_test(all_forms_of_rfc3339_are_read),
        cmocka_unit_test(digits_are_epoch_milliseconds),
        cmocka_unit_test(a_leap_second_is_the_second_behind_it),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(durations_have_a_unit),
        cmocka_unit_test(what_is_no_duration_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
