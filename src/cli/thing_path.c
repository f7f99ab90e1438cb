/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/thing_path.h"

static bool thing_path_below(const struct gn_cli *cli, const char *root, const char *id, const char *rest,
                             char out[static GN_ASK_PATH_BYTES])
{
    struct gn_buf path = gn_buf_over(out, GN_ASK_PATH_BYTES);
    gn_buf_add_text(&path, root);
    gn_api_escape(&path, gn_str_of(id));
    for (gn_str left = gn_str_of(rest); left.size > 0;) {
        gn_buf_add_u8(&path, '/');
        gn_api_escape(&path, gn_str_split(left, '/', &left));
    }
    gn_buf_add_u8(&path, 0);
    if (path.full)
        (void)gn_cli_say(cli, GN_EXIT_NOT_FOUND, NULL, "no Thing has an id%s that long",
                         strchr(rest, '/') != NULL ? ", and nothing of it a name," : "");
    return !path.full;
}

bool gn_thing_path(const struct gn_cli *cli, const char *id, const char *rest, char out[static GN_ASK_PATH_BYTES])
{
    return thing_path_below(cli, "/api/v1/things/", id, rest, out);
}

bool gn_discovered_path(const struct gn_cli *cli, const char *id, const char *rest, char out[static GN_ASK_PATH_BYTES])
{
    return thing_path_below(cli, "/api/v1/discovered/", id, rest, out);
}
