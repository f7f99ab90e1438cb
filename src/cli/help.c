/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include "cli/commands.h"

enum { HELP_COLUMN = 22 };

static const char help_exit_codes[] = "Exit codes:\n"
                                      "  0  done\n"
                                      "  1  it did not work\n"
                                      "  2  the command line is wrong, or it cannot start\n"
                                      "  3  no such Thing, alarm, decision ...\n"
                                      "  4  no node is running on that data directory\n";

void gn_help_program(FILE *to)
{
    (void)fputs("ganglion: devices connect, readings are kept, models learn on the spot, actions follow,\n"
                "and people see why.\n\n"
                "Usage: ganglion COMMAND [OPTIONS]\n\n"
                "Commands:\n",
                to);
    size_t count = 0;
    const struct gn_command *const *commands = gn_commands(&count);
    for (size_t i = 0; i < count; i++)
        (void)fprintf(to, "  %-*s %s\n", HELP_COLUMN, commands[i]->name, commands[i]->summary);
    (void)fputs("\n`ganglion COMMAND --help` explains one command; every command prints JSON with --json.\n"
                "Most of them talk to the node that runs on --data DIR, over DIR/ganglion.sock.\n",
                to);
}

static void help_option(FILE *to, const char *name, const char *value, const char *help)
{
    char left[40];
    (void)snprintf(left, sizeof left, "%s%s%s", name, value != NULL ? " " : "", value != NULL ? value : "");
    (void)fprintf(to, "  %-*s %s\n", HELP_COLUMN, left, help);
}

void gn_help_command(FILE *to, const struct gn_command *command)
{
    (void)fprintf(to, "ganglion %s: %s\n\nUsage: ganglion %s%s%s [OPTIONS]\n", command->name, command->summary,
                  command->name, command->words[0] != '\0' ? " " : "", command->words);
    if (command->about != NULL)
        (void)fprintf(to, "\n%s\n", command->about);
    (void)fputs("\nOptions:\n", to);
    for (size_t i = 0; i < GN_CLI_OPTIONS_MAX && command->options[i].name != NULL; i++)
        help_option(to, command->options[i].name, command->options[i].value, command->options[i].help);
    help_option(to, "--help", NULL, "print this text");
    if (command->examples[0].line != NULL)
        (void)fputs("\nExamples:\n", to);
    for (size_t i = 0; i < GN_CLI_EXAMPLES_MAX && command->examples[i].line != NULL; i++)
        (void)fprintf(to, "  ganglion %s\n      %s\n", command->examples[i].line, command->examples[i].text);
    (void)fprintf(to, "\n%s", help_exit_codes);
}
