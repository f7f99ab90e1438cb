/* SPDX-License-Identifier: Apache-2.0 */
/* cli/commands.h -- the table of commands: all there are, in the order help shows them. */
#ifndef GN_CLI_COMMANDS_H
#define GN_CLI_COMMANDS_H

#include "cli/command.h"

const struct gn_command *const *gn_commands(size_t *out_count);

/* The row that argv begins with: a row of two words ("things add") wins over one of one ("things").
 * *out_took is how many arguments its name took. NULL when there is none. */
const struct gn_command *gn_commands_find(int argc, const char *const *argv, int *out_took);

#endif
