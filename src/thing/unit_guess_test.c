/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "thing/unit_guess.h"

static void guessed(const char *name, double low, double high, const char *unit, const char *reason)
{
    const struct gn_unit_guess guess = gn_unit_guess(gn_str_of(name), low, high);
    assert_string_equal(guess.unit, unit);
    assert_string_equal(guess.reason, reason);
}

static void name_and_range_decide_together(void **state)
{
    (void)state;
    guessed("Soil_Temperature", 12, 31, "°C", "its name has 'temperature', and its values look like °C");
    guessed("temperature", 280, 300, "K", "its name has 'temperature', and its values look like K");
    guessed("barometer.pressure", 990, 1020, "hPa", "its name has 'pressure', and its values look like hPa");
    guessed("pressure", 1, 6, "bar", "its name has 'pressure', and its values look like bar");
    guessed("voltage", 2900, 3100, "mV", "its name has 'voltage', and its values look like mV");
    guessed("battery", (double)NAN, (double)NAN, "%", "its name has 'battery'");
    guessed("ENERGY.ApparentPower", 1, 2, "VA", "its name has 'apparentpower'");
}

static void what_does_not_fit_is_not_guessed(void **state)
{
    (void)state;
    guessed("humidity", -5, 300, "", "");
    guessed("colour", 0, 1, "", "");
    guessed("", 0, 1, "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_and_range_decide_together),
        cmocka_unit_test(what_does_not_fit_is_not_guessed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
