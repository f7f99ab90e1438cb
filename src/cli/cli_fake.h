/* SPDX-License-Identifier: Apache-2.0 */
/* cli/cli_fake.h -- for tests only: runs a command line in this process and keeps what it prints. */
#ifndef GN_CLI_CLI_FAKE_H
#define GN_CLI_CLI_FAKE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/args.h"
#include "cli/command.h"

enum { CLI_FAKE_BYTES = 65536, CLI_FAKE_ARGS_MAX = 32 };

struct cli_fake {
    int code;
    char out[CLI_FAKE_BYTES];
    char err[CLI_FAKE_BYTES];
};

static inline void cli_fake_keep(FILE *file, char to[static CLI_FAKE_BYTES])
{
    rewind(file);
    const size_t size = fread(to, 1, CLI_FAKE_BYTES - 1, file);
    to[size] = '\0';
    (void)fclose(file);
}

/* Runs one row as the program would, without the table of all. `line` is split at blanks; "@" stands for `dir`. */
static inline void cli_fake_run(struct cli_fake *fake, const struct gn_command *command, const char *line,
                                const char *dir)
{
    char words[1024];
    char *argv[CLI_FAKE_ARGS_MAX];
    int argc = 0;
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *at = words, *word; (word = strsep(&at, " ")) != NULL && argc < CLI_FAKE_ARGS_MAX;)
        if (word[0] != '\0')
            argv[argc++] = strcmp(word, "@") == 0 ? (char *)(uintptr_t)dir : word;
    FILE *out = tmpfile();
    FILE *err = tmpfile();
    if (out == NULL || err == NULL)
        abort();
    struct gn_cli cli = { .command = command, .out = out, .err = err, .clock = gn_clock_system() };
    fake->code = gn_args_parse(&cli, argc, argv) ? command->run(&cli) : GN_EXIT_USAGE;
    cli_fake_keep(out, fake->out);
    cli_fake_keep(err, fake->err);
}

#endif
