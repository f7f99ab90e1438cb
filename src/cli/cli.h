/* SPDX-License-Identifier: Apache-2.0 */
/* cli/cli.h -- the program: finds the command, reads its options, runs it, answers with an exit code.
 *
 * Output goes to `out` and everything said about it to `err`, both handed in, so that tests read them. A
 * full disk or a closed pipe behind `out` is a failure (exit 1), never silence. */
#ifndef GN_CLI_CLI_H
#define GN_CLI_CLI_H

#include "cli/command.h"

/* argv as main() got it. */
int gn_cli_main(int argc, char **argv, FILE *out, FILE *err);

#endif
