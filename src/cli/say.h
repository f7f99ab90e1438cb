/* SPDX-License-Identifier: Apache-2.0 */
/* cli/say.h -- how commands speak of what is wrong, and how they print what came from outside. */
#ifndef GN_CLI_SAY_H
#define GN_CLI_SAY_H

#include <stdio.h>

#include "base/bytes.h"

struct gn_cli;

/* The exit codes of the program; scripts rely on them. */
typedef enum gn_exit {
    GN_EXIT_OK = 0,
    GN_EXIT_FAILED = 1,    /* tried, and it did not work */
    GN_EXIT_USAGE = 2,     /* the command line is wrong, or the program cannot start */
    GN_EXIT_NOT_FOUND = 3, /* no Thing, alarm, decision ... of that id */
    GN_EXIT_NO_NODE = 4,   /* no node is running on that data directory */
} gn_exit;

/* Says on cli->err what is wrong: "ganglion things add: <what>", then the hint on a line of its own unless it
 * is NULL. Both are made safe for a terminal. Returns `code`, so that a command can end with it. */
int gn_cli_say(const struct gn_cli *cli, gn_exit code, const char *hint, const char *fmt, ...) GN_PRINTF(4, 5);

/* Prints text from outside, made safe for a terminal; any length. */
void gn_cli_print_safe(FILE *to, gn_str text);

#endif
