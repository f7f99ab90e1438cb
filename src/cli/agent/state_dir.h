/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/state_dir.h -- the agent's own folder: DIR/agent, mode 0700. */
#ifndef GN_CLI_AGENT_STATE_DIR_H
#define GN_CLI_AGENT_STATE_DIR_H

#include "cli/command.h"

/* Makes it under --data (or the default data directory). False: said. */
bool gn_state_dir_agent(const struct gn_cli *cli, char *out, size_t capacity);

#endif
