/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"
#include "base/version.h"
#include "cli/rows.h"

static int version_run(struct gn_cli *cli)
{
    if (!cli->json) {
        (void)fprintf(cli->out, "ganglion %s\n", gn_version());
        return GN_EXIT_OK;
    }
    char bytes[256];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw writer = gn_jw_over(&buf);
    gn_jw_open(&writer, '{');
    gn_jw_key(&writer, "version");
    gn_jw_text(&writer, gn_version());
    gn_jw_close(&writer, '}');
    (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_buf_str(&buf)));
    return GN_EXIT_OK;
}

const struct gn_command gn_command_version = {
    .name = "version",
    .words = "",
    .summary = "what this build calls itself",
    .options = { GN_OPTION_JSON },
    .examples = { { "version --json", "For scripts." } },
    .run = version_run,
};
