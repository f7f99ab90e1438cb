/* SPDX-License-Identifier: Apache-2.0 */
/* cli/command.h -- what one command of the program is: one file, one const row.
 *
 *   ganglion things add press-7 --data DIR --json
 *            └── name ─┘ └word┘ └─ options of the row, plus --help, which every row has
 *
 * The row is the only description of a command: parsing, help texts and the checks that hold manual, user's
 * guide and shell completion in step all read it. A new command is a new file and one line in commands.c. */
#ifndef GN_CLI_COMMAND_H
#define GN_CLI_COMMAND_H

#include <stdio.h>

#include "base/buf.h"
#include "cli/say.h"
#include "os/clock.h"

enum { GN_CLI_OPTIONS_MAX = 16, GN_CLI_WORDS_MAX = 64, GN_CLI_EXAMPLES_MAX = 5 };

struct gn_option {
    const char *name;  /* "--data"; NULL ends the list */
    const char *value; /* "DIR", or NULL: the option is a switch */
    const char *help;  /* one sentence, without a full stop */
};

struct gn_example {
    const char *line; /* without the leading "ganglion " */
    const char *text;
};

struct gn_cli; /* one invocation, below */

struct gn_command {
    const char *name;    /* "things add": one or two words */
    const char *words;   /* what follows it in the usage line: "NAME"; "" = nothing */
    const char *summary; /* one line for the list of commands */
    const char *about;   /* paragraphs for its own help, or NULL */
    struct gn_option options[GN_CLI_OPTIONS_MAX];
    struct gn_example examples[GN_CLI_EXAMPLES_MAX];
    size_t words_min;
    size_t words_max;
    int (*run)(struct gn_cli *cli); /* returns the exit code */
};

/* Options that several commands share, worded once. */
#define GN_OPTION_DATA                                                                                                 \
    {                                                                                                                  \
        "--data", "DIR", "the node's data directory (default: $XDG_STATE_HOME/ganglion)"                               \
    }
#define GN_OPTION_JSON                                                                                                 \
    {                                                                                                                  \
        "--json", NULL, "print JSON, one object a line, instead of a table"                                            \
    }

struct gn_cli {
    const struct gn_command *command;
    const char *words[GN_CLI_WORDS_MAX];
    size_t word_count;
    const char *values[GN_CLI_OPTIONS_MAX]; /* beside command->options; NULL = not given */
    FILE *out;                              /* what was asked for */
    FILE *err;                              /* everything else */
    bool json;
    bool colour; /* `out` is a terminal and NO_COLOR is not set */
    bool asks_help;
    struct gn_clock clock;
};

/* The value of an option the row has (asserted), "" for a switch; NULL when it was not given. */
const char *gn_cli_value(const struct gn_cli *cli, const char *option);
bool gn_cli_has(const struct gn_cli *cli, const char *option);

#endif
