/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/qr_print.h"
#include "cli/rows.h"
#include "node/node.h"

enum { ADD_REQUEST_BYTES = 2048 };

/* "at     mqtts://192.0.2.7:8883", a line each. */
static void add_print_addresses(struct gn_cli *cli, gn_str connect)
{
    struct gn_pick_walk walk;
    if (!gn_pick_walk(&walk, connect))
        return;
    while (gn_pick_next(&walk)) {
        if (walk.value.size < 2)
            continue;
        (void)fputs("at     ", cli->out);
        gn_cli_print_safe(cli->out, (gn_str){ walk.value.at + 1, walk.value.size - 2 });
        (void)fputc('\n', cli->out);
    }
}

static void add_print(struct gn_cli *cli, const char *id, const char *token, gn_str given)
{
    (void)fprintf(cli->out, "id     %s\ntoken  %s\n", id, token);
    add_print_addresses(cli, gn_pick(given, "connect"));
    (void)fprintf(
        cli->out,
        "\nThe token is shown this once. The device connects over MQTT with the id as user name\nand the token "
        "as password, and publishes to things/%s/properties.\n",
        id);
    gn_qr_print(cli, given);
}

static void add_print_json(struct gn_cli *cli, const char *id, const char *token)
{
    char bytes[512];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw writer = gn_jw_over(&buf);
    gn_jw_open(&writer, '{');
    gn_jw_key(&writer, "id");
    gn_jw_text(&writer, id);
    gn_jw_key(&writer, "token");
    gn_jw_text(&writer, token);
    gn_jw_close(&writer, '}');
    (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_buf_str(&buf)));
}

/* No node runs: the data directory is ours to change. */
static int add_offline(struct gn_cli *cli)
{
    char dir[GN_ASK_DIR_BYTES];
    char id[GN_THING_ID_BYTES_MAX + 1];
    char token[GN_TOKEN_BYTES];
    struct gn_diag diag = { 0 };
    if (!gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    const gn_err err = gn_node_thing_add_offline(dir, gn_str_of(cli->words[0]), id, token, &diag);
    const char *what = diag.text[0] != '\0' ? diag.text : gn_err_text(err);
    if (err == GN_ERR_BUSY)
        return gn_cli_say(cli, GN_EXIT_FAILED, "It may be starting or stopping: try again in a moment.",
                          "a node holds %s but does not answer there (%s)", dir, what);
    if (err)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "%s", what);
    if (cli->json)
        add_print_json(cli, id, token);
    else
        add_print(cli, id, token, GN_STR("{}"));
    return GN_EXIT_OK;
}

static int add_online(struct gn_cli *cli, const struct gn_api_reply *reply)
{
    char id[GN_THING_ID_BYTES_MAX + 1];
    char token[GN_TOKEN_BYTES];
    gn_pick_text(reply->body, "id", id, sizeof id);
    gn_pick_text(reply->body, "token", token, sizeof token);
    if (id[0] == '\0' || token[0] == '\0')
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "the node's answer has no id and token");
    if (cli->json)
        add_print_json(cli, id, token);
    else
        add_print(cli, id, token, reply->body);
    return GN_EXIT_OK;
}

static int add_run(struct gn_cli *cli)
{
    char dir[GN_ASK_DIR_BYTES];
    char bytes[ADD_REQUEST_BYTES];
    struct gn_buf body = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw writer = gn_jw_over(&body);
    gn_jw_open(&writer, '{');
    gn_jw_key(&writer, "name");
    gn_jw_text(&writer, cli->words[0]);
    gn_jw_close(&writer, '}');
    if (body.full || !gn_utf8_valid(gn_str_of(cli->words[0])))
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "a name is 1 to %d bytes of UTF-8 text", GN_THING_NAME_BYTES_MAX);
    if (!gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    struct gn_api_reply reply = { 0 };
    struct gn_diag diag = { 0 };
    const gn_err err = gn_api_call(dir, "POST", "/api/v1/things", gn_buf_str(&body), &reply, &diag);
    if (err == GN_ERR_CLOSED)
        return add_offline(cli);
    if (err)
        return gn_ask_say(cli, err, &diag);
    const int code =
        reply.status / 100 == 2 ? add_online(cli, &reply) : gn_ask_say_status(cli, "/api/v1/things", &reply);
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_things_add = {
    .name = "things add",
    .words = "NAME",
    .summary = "add a Thing and print its credentials, once",
    .about =
        "The id is made from the name. Works while the node runs and while it does not. When it runs, the address\n"
        "to connect to is printed, and on a terminal a QR code with address, id and token.",
    .options = { GN_OPTION_QR, GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "things add press-7", "A new device; note the token, or scan the code." },
                  { "things add press-7 --json", "Prints {\"id\":...,\"token\":...}." } },
    .words_min = 1,
    .words_max = 1,
    .run = add_run,
};
