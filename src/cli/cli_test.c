/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/node_fake.h"

static char out_text[65536];
static char err_text[65536];

static void keep(FILE *file, char *to, size_t capacity)
{
    rewind(file);
    to[fread(to, 1, capacity - 1, file)] = '\0';
    (void)fclose(file);
}

static int run(const char *line)
{
    char words[512];
    char *argv[16] = { (char[]){ "ganglion" } };
    int argc = 1;
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *at = words, *word; (word = strsep(&at, " ")) != NULL && argc < 16;)
        if (word[0] != '\0')
            argv[argc++] = word;
    FILE *out = tmpfile();
    FILE *err = tmpfile();
    const int code = gn_cli_main(argc, argv, out, err);
    keep(out, out_text, sizeof out_text);
    keep(err, err_text, sizeof err_text);
    return code;
}

static void help_is_where_people_look_for_it(void **state)
{
    (void)state;
    assert_int_equal(run("--help"), 0);
    assert_memory_equal(out_text, "ganglion: devices connect", 25);
    assert_int_equal(run("-h"), 0);
    assert_int_equal(run("help"), 0);
    assert_int_equal(run("things add --help"), 0);
    assert_memory_equal(out_text, "ganglion things add: ", 21);
    assert_int_equal(run("help things add"), 0);
    assert_memory_equal(out_text, "ganglion things add: ", 21);
    assert_int_equal(run("readings -h"), 0);
    assert_int_equal(run(""), GN_EXIT_USAGE); /* nothing was asked for */
    assert_string_equal(out_text, "");
    assert_memory_equal(err_text, "ganglion: devices connect", 25);
}

static void the_version_is_an_option_too(void **state)
{
    (void)state;
    assert_int_equal(run("--version"), 0);
    assert_memory_equal(out_text, "ganglion ", 9);
    assert_int_equal(run("version"), 0);
}

static void an_unknown_command_names_the_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *said;
    } rows[] = {
        { "redings press", "ganglion: unknown command 'redings'\n  Did you mean 'ganglion readings'?\n" },
        { "thing add x", "ganglion: unknown command 'thing'\n  Did you mean 'ganglion things add'?\n" },
        { "elephant", "ganglion: unknown command 'elephant'\n  `ganglion help` lists the commands.\n" },
        { "--data x things",
          "ganglion: unknown option --data\n  The command comes first: ganglion COMMAND [OPTIONS]\n" },
        { "\033[2J", "ganglion: unknown command '\\x1b[2J'\n  `ganglion help` lists the commands.\n" },
        { "help redings", "ganglion help: there is no command 'redings'\n  Did you mean 'ganglion help readings'?\n" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(run(rows[i].line), GN_EXIT_USAGE);
        assert_string_equal(err_text, rows[i].said);
        assert_string_equal(out_text, "");
    }
}

static void output_that_cannot_be_written_is_a_failure(void **state)
{
    (void)state;
    char *argv[] = { (char[]){ "ganglion" }, (char[]){ "help" }, NULL };
    FILE *out = fopen("/dev/full", "w");
    FILE *err = tmpfile();
    assert_non_null(out);
    assert_int_equal(gn_cli_main(2, argv, out, err), GN_EXIT_FAILED);
    (void)fclose(out);
    keep(err, err_text, sizeof err_text);
    assert_string_equal(err_text, "ganglion help: the output cannot be written: No space left on device\n");
}

static void a_commands_exit_code_is_the_programs(void **state)
{
    (void)state;
    node_fake.run_code = 2;
    assert_int_equal(run("run --data /tmp/x"), 2);
    assert_int_equal(run("status --data /tmp/there-is-no-such-folder"), GN_EXIT_NO_NODE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_is_where_people_look_for_it),
        cmocka_unit_test(the_version_is_an_option_too),
        cmocka_unit_test(an_unknown_command_names_the_nearest),
        cmocka_unit_test(output_that_cannot_be_written_is_a_failure),
        cmocka_unit_test(a_commands_exit_code_is_the_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
