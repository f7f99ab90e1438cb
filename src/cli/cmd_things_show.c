/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"
#include "cli/thing_path.h"

enum { SHOW_TEXT_BYTES = 512 };

static void show_head(struct gn_cli *cli, gn_str thing)
{
    char text[SHOW_TEXT_BYTES];
    int64_t refused = 0;
    gn_pick_text(thing, "id", text, sizeof text);
    gn_cli_print_safe(cli->out, gn_str_of(text));
    gn_pick_text(thing, "name", text, sizeof text);
    (void)fputs("  ", cli->out);
    gn_cli_print_safe(cli->out, gn_str_of(text));
    (void)fprintf(cli->out, "  %s\n", gn_pick_true(thing, "online") ? "online" : "offline");
    if (gn_pick_i64(thing, "refused.count", &refused) && refused > 0) {
        gn_pick_text(thing, "refused.why", text, sizeof text);
        (void)fprintf(cli->out, "refused %lld of its messages; the last one because: ", (long long)refused);
        gn_cli_print_safe(cli->out, gn_str_of(text));
        (void)fputc('\n', cli->out);
    }
}

static void show_when(struct gn_cli *cli, gn_str credential, const char *key, const char *words)
{
    char time[GN_TIME_TEXT_BYTES];
    int64_t time_ms = 0;
    if (!gn_pick_i64(credential, key, &time_ms) || time_ms <= 0)
        return;
    gn_time_format(time_ms, time);
    (void)fprintf(cli->out, "%s %s", words, time);
}

/* "token valid, the old one until ..., last used ... from ..." */
static void show_credential(struct gn_cli *cli, gn_str credential)
{
    char text[SHOW_TEXT_BYTES];
    int64_t used_ms = 0;
    gn_pick_text(credential, "state", text, sizeof text);
    if (text[0] == '\0')
        return;
    (void)fputs("token ", cli->out);
    gn_cli_print_safe(cli->out, gn_str_of(text));
    show_when(cli, credential, "old_until", ", the old one until");
    show_when(cli, credential, "old_last_used", ", the old one used");
    show_when(cli, credential, "revoked", ", withdrawn");
    show_when(cli, credential, "two_places", ", used from two addresses in turns (a copy?), seen");
    if (gn_pick_i64(credential, "last_used", &used_ms) && used_ms > 0) {
        show_when(cli, credential, "last_used", ", last used");
        gn_pick_text(credential, "last_source", text, sizeof text);
        (void)fputs(" from ", cli->out);
        gn_cli_print_safe(cli->out, gn_str_of(text));
    } else {
        (void)fputs(", not used since the node started", cli->out);
    }
    (void)fputc('\n', cli->out);
}

static bool show_properties(struct gn_cli *cli, gn_str properties)
{
    static const char *const headings[] = { "PROPERTY", "KIND", "VALUE", "UNIT", "TIME", NULL };
    struct gn_pick_walk walk;
    struct gn_table *table = gn_table_new(cli->out, headings, cli->colour);
    if (table == NULL)
        return false;
    if (gn_pick_walk(&walk, properties)) {
        while (gn_pick_next(&walk)) {
            gn_listing_text(table, walk.value, "name");
            gn_listing_text(table, walk.value, "kind");
            gn_listing_text(table, walk.value, "value");
            gn_listing_text(table, walk.value, "unit");
            gn_listing_time(table, walk.value, "time");
        }
    }
    gn_table_end(table);
    return true;
}

static void show_actions(struct gn_cli *cli, gn_str actions)
{
    struct gn_pick_walk walk;
    if (!gn_pick_walk(&walk, actions))
        return;
    while (gn_pick_next(&walk)) {
        char name[SHOW_TEXT_BYTES];
        gn_pick_text(walk.value, "name", name, sizeof name);
        (void)fputs("action ", cli->out);
        gn_cli_print_safe(cli->out, gn_str_of(name));
        (void)fputc(' ', cli->out);
        gn_cli_print_safe(cli->out, gn_pick(walk.value, "arguments"));
        (void)fputc('\n', cli->out);
    }
}

static int show_run(struct gn_cli *cli)
{
    char bytes[GN_ASK_PATH_BYTES];
    if (!gn_thing_path(cli, cli->words[0], "", bytes))
        return GN_EXIT_NOT_FOUND;
    struct gn_api_reply reply = { 0 };
    int code = gn_ask(cli, "GET", bytes, GN_STR(""), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json) {
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    } else {
        show_head(cli, reply.body);
        show_credential(cli, gn_pick(reply.body, "credential"));
        if (!show_properties(cli, gn_pick(reply.body, "properties")))
            code = gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
        show_actions(cli, gn_pick(reply.body, "actions"));
    }
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_things_show = {
    .name = "things show",
    .words = "ID",
    .summary = "one Thing: its properties with their last values, its actions",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "things show this-machine", "What this machine measures now." } },
    .words_min = 1,
    .words_max = 1,
    .run = show_run,
};
