/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/state_dir.h"

#include "cli/ask.h"
#include "os/file.h"

bool gn_state_dir_agent(const struct gn_cli *cli, char *out, size_t capacity)
{
    char dir[GN_ASK_DIR_BYTES];
    struct gn_diag diag = { 0 };
    if (!gn_ask_data_dir(cli, dir, sizeof dir))
        return false;
    const int size = snprintf(out, capacity, "%s/agent", dir);
    if (size < 0 || (size_t)size >= capacity) {
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "the path of the data directory is too long");
        return false;
    }
    if (gn_dir_make(out, &diag) != GN_OK) {
        (void)gn_cli_say(cli, GN_EXIT_USAGE, "Name another with --data DIR.", "the agent's folder cannot be made: %s",
                         diag.text);
        return false;
    }
    return true;
}
