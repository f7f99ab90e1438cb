/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"

#include <assert.h>

#include "cli/json_pick.h"
#include "node/node.h"

bool gn_ask_data_dir(const struct gn_cli *cli, char *out, size_t capacity)
{
    const char *given = gn_cli_value(cli, "--data");
    struct gn_buf buf = gn_buf_over(out, capacity);
    gn_err err = GN_OK;
    if (given != NULL)
        gn_buf_add_text(&buf, given);
    else
        err = gn_node_default_dir(&buf);
    gn_buf_add_u8(&buf, 0);
    if (err || buf.full || out[0] == '\0') {
        (void)gn_cli_say(cli, GN_EXIT_USAGE, "Name one: --data DIR", "there is no usable data directory%s",
                         given != NULL ? " in --data" : " (neither XDG_STATE_HOME nor HOME says where)");
        return false;
    }
    return true;
}

int gn_ask_say(const struct gn_cli *cli, gn_err err, const struct gn_diag *diag)
{
    char dir[GN_ASK_DIR_BYTES];
    char hint[GN_ASK_DIR_BYTES + 96];
    const char *what = diag->text[0] != '\0' ? diag->text : gn_err_text(err);
    if (err == GN_ERR_CLOSED) {
        if (!gn_ask_data_dir(cli, dir, sizeof dir))
            return GN_EXIT_USAGE;
        (void)snprintf(hint, sizeof hint, "Start one: ganglion run --data %s (or name another with --data DIR)", dir);
        return gn_cli_say(cli, GN_EXIT_NO_NODE, hint, "%s", what);
    }
    if (err == GN_ERR_DENIED)
        return gn_cli_say(cli, GN_EXIT_FAILED, "Run the command as the user the node runs as.", "%s", what);
    if (err == GN_ERR_AGAIN)
        return gn_cli_say(cli, GN_EXIT_FAILED,
                          "Its log says what it does; a full disk or a stopped process would explain it.", "%s", what);
    return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "%s", what);
}

/* The node words its hints for programs: "GET /api/v1/things lists ...". People get the command instead. */
static void ask_hint(const char *path, char *hint, size_t capacity)
{
    static const char root[] = "/api/v1/";
    if (strncmp(hint, "GET ", 4) != 0 || strncmp(path, root, sizeof root - 1) != 0)
        return;
    const char *resource = path + sizeof root - 1;
    (void)snprintf(hint, capacity, "See what there is: ganglion %.*s", (int)strcspn(resource, "/?"), resource);
}

/* A 4xx or 5xx answer in words: {"error":{"code","message","hint"}}. */
int gn_ask_say_status(const struct gn_cli *cli, const char *path, const struct gn_api_reply *reply)
{
    char message[512];
    char hint[512];
    gn_pick_text(reply->body, "error.message", message, sizeof message);
    gn_pick_text(reply->body, "error.hint", hint, sizeof hint);
    ask_hint(path, hint, sizeof hint);
    const gn_exit code = reply->status == 404 ? GN_EXIT_NOT_FOUND : GN_EXIT_FAILED;
    if (message[0] == '\0')
        return gn_cli_say(cli, code, NULL, "the node answers with HTTP status %d", reply->status);
    return gn_cli_say(cli, code, hint[0] != '\0' ? hint : NULL, "%s", message);
}

int gn_ask(const struct gn_cli *cli, const char *method, const char *path, gn_str body, struct gn_api_reply *out)
{
    char dir[GN_ASK_DIR_BYTES];
    struct gn_diag diag = { 0 };
    struct gn_api_reply reply = { 0 };
    if (!gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    const gn_err err = gn_api_call(dir, method, path, body, &reply, &diag);
    if (err)
        return gn_ask_say(cli, err, &diag);
    if (reply.status < 200 || reply.status > 299) {
        const int code = gn_ask_say_status(cli, path, &reply);
        gn_api_reply_give(&reply);
        return code;
    }
    *out = reply;
    return GN_EXIT_OK;
}
