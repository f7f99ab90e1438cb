/* SPDX-License-Identifier: Apache-2.0 */
/* cli/help.h -- help texts, made from the rows and from nothing else. */
#ifndef GN_CLI_HELP_H
#define GN_CLI_HELP_H

#include "cli/command.h"

/* What the program is, and its commands with their summaries. */
void gn_help_program(FILE *to);
/* Usage, explanation, options, examples and exit codes of one command. */
void gn_help_command(FILE *to, const struct gn_command *command);

#endif
