/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/node_fake.h"

static char text[262144];

/* A file of the source tree. */
static const char *source(const char *path)
{
    char whole[1024];
    const char *root = getenv("GN_SOURCE");
    (void)snprintf(whole, sizeof whole, "%s/%s", root != NULL ? root : ".", path);
    FILE *file = fopen(whole, "rb");
    if (file == NULL)
        fail_msg("%s cannot be opened; GN_SOURCE names the source tree", whole);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

static void every_row_is_complete(void **state)
{
    (void)state;
    size_t count = 0;
    const struct gn_command *const *commands = gn_commands(&count);
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        const struct gn_command *row = commands[i];
        assert_non_null(row->name);
        assert_non_null(row->words);
        assert_non_null(row->summary);
        assert_non_null(row->run);
        assert_non_null(row->examples[0].line);
        assert_true(strlen(row->summary) <= 80 && row->summary[strlen(row->summary) - 1] != '.');
        assert_true(row->words_min <= row->words_max && row->words_max <= GN_CLI_WORDS_MAX);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(row->name, commands[j]->name);
        for (size_t j = 0; j < GN_CLI_OPTIONS_MAX && row->options[j].name != NULL; j++) {
            assert_memory_equal(row->options[j].name, "--", 2);
            assert_non_null(row->options[j].help);
            assert_true(strlen(row->options[j].help) <= 90);
        }
    }
}

static void two_words_win_over_one(void **state)
{
    (void)state;
    static const struct {
        const char *words[3];
        int count;
        const char *name; /* NULL: none */
        int took;
    } cases[] = {
        { { "things", "add", "x" }, 3, "things add", 2 },
        { { "things", "x" }, 2, "things", 1 },
        { { "things" }, 1, "things", 1 },
        { { "agent", "disturb", "cpu" }, 3, "agent disturb", 2 },
        { { "thing" }, 1, NULL, 0 },
        { { "" }, 1, NULL, 0 },
        { { NULL }, 0, NULL, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int took = 0;
        const struct gn_command *found = gn_commands_find(cases[i].count, cases[i].words, &took);
        assert_int_equal(took, cases[i].took);
        if (cases[i].name == NULL)
            assert_null(found);
        else
            assert_string_equal(found->name, cases[i].name);
    }
}

/* Every command and option stands in the text, each after `before`. */
static void names_all(const char *where, const char *content, const char *command_before, const char *option_before)
{
    size_t count = 0;
    const struct gn_command *const *commands = gn_commands(&count);
    for (size_t i = 0; i < count; i++) {
        char wanted[128];
        (void)snprintf(wanted, sizeof wanted, "%s%s", command_before, commands[i]->name);
        if (strstr(content, wanted) == NULL)
            fail_msg("%s does not name the command '%s' (as \"%s\")", where, commands[i]->name, wanted);
        for (size_t j = 0; j < GN_CLI_OPTIONS_MAX && commands[i]->options[j].name != NULL; j++) {
            (void)snprintf(wanted, sizeof wanted, "%s%s", option_before, commands[i]->options[j].name + 2);
            if (strstr(content, wanted) == NULL)
                fail_msg("%s does not name the option %s of '%s'", where, commands[i]->options[j].name,
                         commands[i]->name);
        }
    }
}

static void the_manual_names_every_command_and_option(void **state)
{
    (void)state;
    names_all("docs/ganglion.1", source("docs/ganglion.1"), ".It Cm ", "Fl -");
}

static void the_guide_names_every_command_and_option(void **state)
{
    (void)state;
    names_all("docs/commands.md", source("docs/commands.md"), "ganglion ", "--");
}

/* The completion has one line a command: "    'things add') options='--data --json' ;;" */
static void the_completion_has_exactly_the_options_of_every_command(void **state)
{
    (void)state;
    size_t count = 0;
    const struct gn_command *const *commands = gn_commands(&count);
    const char *content = source("tools/ganglion.bash");
    for (size_t i = 0; i < count; i++) {
        char line[512];
        struct gn_buf buf = gn_buf_over(line, sizeof line - 1);
        gn_buf_addf(&buf, "    '%s') options='", commands[i]->name);
        for (size_t j = 0; j < GN_CLI_OPTIONS_MAX && commands[i]->options[j].name != NULL; j++)
            gn_buf_addf(&buf, "%s ", commands[i]->options[j].name);
        gn_buf_add_text(&buf, "--help' ;;\n");
        assert_false(buf.full);
        line[buf.size] = '\0';
        if (strstr(content, line) == NULL)
            fail_msg("tools/ganglion.bash has no line\n%s", line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(two_words_win_over_one),
        cmocka_unit_test(the_manual_names_every_command_and_option),
        cmocka_unit_test(the_guide_names_every_command_and_option),
        cmocka_unit_test(the_completion_has_exactly_the_options_of_every_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
