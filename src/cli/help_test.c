/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/node_fake.h"

static char text[65536];

static const char *written(FILE *file)
{
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

static void no_line_is_wider_than(size_t columns)
{
    for (const char *line = text; *line != '\0';) {
        const size_t size = strcspn(line, "\n");
        if (size > columns)
            fail_msg("%zu columns: %.*s", size, (int)size, line);
        line += size + (line[size] == '\n');
    }
}

static void the_program_lists_every_command(void **state)
{
    (void)state;
    size_t count = 0;
    const struct gn_command *const *commands = gn_commands(&count);
    FILE *file = tmpfile();
    gn_help_program(file);
    (void)written(file);
    for (size_t i = 0; i < count; i++) {
        char line[200];
        (void)snprintf(line, sizeof line, "  %-22s %s\n", commands[i]->name, commands[i]->summary);
        assert_non_null(strstr(text, line));
    }
    no_line_is_wider_than(110);
}

static void every_command_explains_itself(void **state)
{
    (void)state;
    size_t count = 0;
    const struct gn_command *const *commands = gn_commands(&count);
    for (size_t i = 0; i < count; i++) {
        FILE *file = tmpfile();
        char usage[200];
        gn_help_command(file, commands[i]);
        (void)written(file);
        (void)snprintf(usage, sizeof usage, "\nUsage: ganglion %s%s%s [OPTIONS]\n", commands[i]->name,
                       commands[i]->words[0] != '\0' ? " " : "", commands[i]->words);
        assert_non_null(strstr(text, usage));
        assert_non_null(strstr(text, "\nOptions:\n"));
        assert_non_null(strstr(text, "\nExamples:\n  ganglion "));
        assert_non_null(strstr(text, "\nExit codes:\n  0  done\n"));
        for (size_t j = 0; j < GN_CLI_OPTIONS_MAX && commands[i]->options[j].name != NULL; j++)
            assert_non_null(strstr(text, commands[i]->options[j].help));
        no_line_is_wider_than(120);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_lists_every_command),
        cmocka_unit_test(every_command_explains_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
