/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/qr_print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct gn_command command = { .name = "test", .options = { GN_OPTION_QR } };
static char out[8192];

#define SMALL "{\"qr\":{\"text\":\"x\",\"size\":3,\"rows\":[\"101\",\"010\",\"110\"]}}"

static const char *print(const char *given, bool asked, bool json, bool colour)
{
    struct gn_cli cli = { .command = &command, .json = json, .colour = colour };
    cli.values[0] = asked ? "" : NULL;
    memset(out, 0, sizeof out);
    cli.out = fmemopen(out, sizeof out - 1, "w");
    assert_non_null(cli.out);
    gn_qr_print(&cli, gn_str_of(given));
    (void)fclose(cli.out);
    return out;
}

static int begin(void **state)
{
    (void)state;
    return setenv("LC_ALL", "C.UTF-8", 1);
}

static void light_cells_are_drawn_with_four_around_them(void **state)
{
    (void)state;
    const char *text = print(SMALL, true, false, false);
    /* 3 + 2 * 4 cells: two quiet lines, two lines of the code (the third row with a light one below it), two more. */
#define FULL "\u2588\u2588\u2588\u2588"
    assert_string_equal(
        text, "\n" FULL FULL "\u2588\u2588\u2588\n" FULL FULL "\u2588\u2588\u2588\n" FULL "\u2584\u2580\u2584" FULL
              "\n" FULL "\u2584\u2584\u2588" FULL "\n" FULL FULL "\u2588\u2588\u2588\n" FULL FULL "\u2588\u2588\u2588\n"
              "The QR code holds the address, the id and the token: a password. Clear the screen when it "
              "is read.\n");
}

static void with_colour_it_is_black_on_white(void **state)
{
    (void)state;
    const char *text = print(SMALL, true, false, true);
    assert_non_null(strstr(text, "\033[30;107m    \u2580\u2584\u2580    \033[0m\n"));
}

static void it_is_printed_only_where_it_is_wanted(void **state)
{
    (void)state;
    assert_string_equal(print(SMALL, false, false, false), ""); /* no terminal */
    assert_string_equal(print(SMALL, true, true, false), "");   /* JSON */
    assert_string_equal(print("{\"qr\":null}", true, false, false), "");
    assert_string_equal(print("{}", true, false, false), "");
}

static void what_is_no_square_of_cells_is_not_drawn(void **state)
{
    (void)state;
    static const char *const bad[] = { "{\"qr\":{\"rows\":[\"10\",\"1\"]}}", "{\"qr\":{\"rows\":[\"1x\",\"11\"]}}",
                                       "{\"qr\":{\"rows\":[]}}", "{\"qr\":{\"rows\":[1]}}",
                                       "{\"qr\":{\"rows\":[\"\\u001b\"]}}" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_string_equal(print(bad[i], true, false, false), "");
}

static void where_it_could_not_be_read_that_is_said(void **state)
{
    (void)state;
    assert_int_equal(setenv("LC_ALL", "C", 1), 0);
    assert_non_null(strstr(print(SMALL, true, false, false), "No QR code: the locale does not say UTF-8"));
    assert_null(strstr(out, "\u2588"));
    assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
}

static void the_first_variable_that_is_set_counts(void **state)
{
    (void)state;
    assert_true(gn_qr_locale_is_utf8(NULL, NULL, "de_DE.UTF-8"));
    assert_true(gn_qr_locale_is_utf8("", "en_US.utf8", "C"));
    assert_false(gn_qr_locale_is_utf8("C", "en_US.utf8", "en_US.utf8"));
    assert_false(gn_qr_locale_is_utf8("POSIX", NULL, NULL));
    assert_false(gn_qr_locale_is_utf8(NULL, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(light_cells_are_drawn_with_four_around_them, begin),
        cmocka_unit_test_setup(with_colour_it_is_black_on_white, begin),
        cmocka_unit_test_setup(it_is_printed_only_where_it_is_wanted, begin),
        cmocka_unit_test_setup(what_is_no_square_of_cells_is_not_drawn, begin),
        cmocka_unit_test_setup(where_it_could_not_be_read_that_is_said, begin),
        cmocka_unit_test(the_first_variable_that_is_set_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
