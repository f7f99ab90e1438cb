/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/assign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/rows.h"

static char room[512];

static bool written(const char *word)
{
    FILE *err = tmpfile();
    const struct gn_cli cli = {
        .command = &gn_command_things_set, .out = stdout, .err = err, .words = { "x", word }, .word_count = 2
    };
    struct gn_buf buf = gn_buf_over(room, sizeof room - 1);
    struct gn_jw w = gn_jw_over(&buf);
    const bool fine = gn_assign_write(&cli, 1, &w);
    assert_int_equal(ftell(err) > 0, !fine);
    room[buf.size] = '\0';
    (void)fclose(err);
    return fine;
}

static void what_reads_as_json_is_that_and_else_text(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "speed=30", "{\"speed\":30}" }, { "on=true", "{\"on\":true}" },   { "mode=fast", "{\"mode\":\"fast\"}" },
        { "id=\"7\"", "{\"id\":\"7\"}" }, { "off=null", "{\"off\":null}" }, { "a=b=c", "{\"a\":\"b=c\"}" },
        { "empty=", "{\"empty\":\"\"}" }, { "x={}", "{\"x\":\"{}\"}" },     { "x=1 2", "{\"x\":\"1 2\"}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(written(rows[i][0]));
        assert_string_equal(room, rows[i][1]);
    }
}

static void other_words_are_said(void **state)
{
    (void)state;
    assert_false(written("speed"));
    assert_false(written("=30"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_reads_as_json_is_that_and_else_text),
        cmocka_unit_test(other_words_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
