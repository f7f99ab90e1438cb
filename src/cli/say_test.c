/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"

static char text[65536];

static const char *written(FILE *file)
{
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

static void it_names_the_command_and_gives_the_hint_a_line(void **state)
{
    (void)state;
    const struct gn_command command = { .name = "things add" };
    FILE *err = tmpfile();
    const struct gn_cli cli = { .command = &command, .out = stdout, .err = err };
    assert_int_equal(gn_cli_say(&cli, GN_EXIT_NOT_FOUND, "Look\033 again.", "there is no '%s'", "a\nb"), 3);
    assert_string_equal(written(err), "ganglion things add: there is no 'a\\x0ab'\n  Look\\x1b again.\n");
}

static void without_a_command_and_hint_it_is_one_line(void **state)
{
    (void)state;
    FILE *err = tmpfile();
    const struct gn_cli cli = { .out = stdout, .err = err };
    assert_int_equal(gn_cli_say(&cli, GN_EXIT_USAGE, NULL, "no"), 2);
    assert_string_equal(written(err), "ganglion: no\n");
}

static void long_text_is_printed_whole_and_no_character_is_torn(void **state)
{
    (void)state;
    static char euros[3 * 5000];
    for (size_t i = 0; i < sizeof euros; i += 3)
        memcpy(euros + i, "\xe2\x82\xac", 3);
    FILE *out = tmpfile();
    gn_cli_print_safe(out, (gn_str){ euros, sizeof euros });
    const char *seen = written(out);
    assert_int_equal(strlen(seen), sizeof euros);
    assert_memory_equal(seen, euros, sizeof euros);
}

static void bytes_that_are_no_text_come_out_as_numbers(void **state)
{
    (void)state;
    static char bytes[3000];
    memset(bytes, 0x80, sizeof bytes);
    FILE *out = tmpfile();
    gn_cli_print_safe(out, (gn_str){ bytes, sizeof bytes });
    assert_int_equal(strlen(written(out)), 4 * sizeof bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_names_the_command_and_gives_the_hint_a_line),
        cmocka_unit_test(without_a_command_and_hint_it_is_one_line),
        cmocka_unit_test(long_text_is_printed_whole_and_no_character_is_torn),
        cmocka_unit_test(bytes_that_are_no_text_come_out_as_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
