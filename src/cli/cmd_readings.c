/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/json_write.h"
#include "base/timestamp.h"
#include "cli/args.h"
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

enum { READINGS_LINE_BYTES = 16384 };

/* The request, NUL-terminated. False: said. */
static bool readings_path(const struct gn_cli *cli, struct gn_buf *path)
{
    int64_t from = 0;
    int64_t to = 0;
    int64_t step = 0;
    int64_t at = 0;
    uint64_t limit = 0;
    uint64_t points = 0;
    uint64_t percentile = 0;
    if (!gn_args_time(cli, "--from", &from) || !gn_args_time(cli, "--to", &to) ||
        !gn_args_duration(cli, "--step", &step) || !gn_args_u64(cli, "--limit", 1, GN_QUERY_READINGS_MAX, &limit) ||
        !gn_args_time(cli, "--at", &at) || !gn_args_u64(cli, "--points", 3, GN_QUERY_PLOT_MAX, &points) ||
        !gn_args_u64(cli, "--percentile", 0, 100, &percentile))
        return false;
    gn_buf_add_text(path, "/api/v1/things/");
    gn_api_escape(path, gn_str_of(cli->words[0]));
    gn_buf_add_text(path, "/properties");
    if (cli->word_count > 1) {
        gn_buf_add_u8(path, '/');
        gn_api_escape(path, gn_str_of(cli->words[1]));
    }
    const struct {
        const char *option;
        int64_t value;
    } numbers[] = {
        { "--from", from },
        { "--to", to },
        { "--limit", (int64_t)limit },
        { "--step", step },
        { "--percentile", (int64_t)percentile },
        { "--points", (int64_t)points },
        { "--at", at },
        { "--count", 1 },
    };
    char mark = '?';
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!gn_cli_has(cli, numbers[i].option))
            continue;
        gn_buf_addf(path, "%c%s=%" PRId64, mark, numbers[i].option + 2, numbers[i].value);
        mark = '&';
    }
    gn_buf_add_u8(path, 0);
    if (path->full)
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "the names are too long");
    return !path->full;
}

/* {"property":P,"time":T,"value":V}, the same whether one property was asked for or all. */
static void readings_line(const struct gn_cli *cli, gn_str property_json, gn_str time, gn_str value)
{
    (void)fprintf(cli->out, "{\"property\":%.*s,\"time\":%.*s,\"value\":%.*s}\n", GN_STR_ARGS(property_json),
                  GN_STR_ARGS(time), GN_STR_ARGS(value));
}

static int readings_list(struct gn_cli *cli, gn_str body)
{
    static const char *const headings[] = { "TIME", "PROPERTY", "VALUE", NULL };
    const bool one = cli->word_count > 1;
    const gn_str property = gn_pick(body, "property");
    char unit[64];
    gn_pick_text(body, "unit", unit, sizeof unit);
    struct gn_table *table = cli->json ? NULL : gn_table_new(cli->out, headings, cli->colour);
    if (table == NULL && !cli->json)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    struct gn_pick_walk walk;
    if (gn_pick_walk(&walk, gn_pick(body, "readings"))) {
        while (gn_pick_next(&walk)) {
            if (table == NULL) {
                readings_line(cli, one ? property : gn_pick(walk.value, "property"), gn_pick(walk.value, "time"),
                              gn_pick(walk.value, "value"));
                continue;
            }
            char value[1100];
            gn_pick_text(walk.value, "value", value, sizeof value);
            gn_listing_time(table, walk.value, "time");
            gn_listing_text(table, one ? body : walk.value, "property");
            gn_table_cellf(table, "%s%s%s", value, unit[0] != '\0' ? " " : "", unit);
        }
    }
    gn_table_end(table);
    return GN_EXIT_OK;
}

static int readings_buckets(struct gn_cli *cli, gn_str body)
{
    const bool percentile = gn_cli_has(cli, "--percentile");
    const char *const headings[] = { "TIME", "COUNT", "MIN", "MAX", "MEAN", "LAST", percentile ? "PERCENTILE" : NULL,
                                     NULL };
    struct gn_table *table = cli->json ? NULL : gn_table_new(cli->out, headings, cli->colour);
    if (table == NULL && !cli->json)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    struct gn_pick_walk walk;
    if (gn_pick_walk(&walk, gn_pick(body, "buckets"))) {
        while (gn_pick_next(&walk)) {
            if (table == NULL) {
                (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(walk.value));
                continue;
            }
            gn_listing_time(table, walk.value, "time");
            gn_listing_text(table, walk.value, "count");
            gn_listing_number(table, walk.value, "min");
            gn_listing_number(table, walk.value, "max");
            gn_listing_number(table, walk.value, "mean");
            gn_listing_number(table, walk.value, "last");
            if (percentile)
                gn_listing_number(table, walk.value, "percentile");
        }
    }
    gn_table_end(table);
    return GN_EXIT_OK;
}

static int readings_count(struct gn_cli *cli, gn_str body)
{
    int64_t count = 0;
    if (!gn_pick_i64(body, "count", &count))
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "the node's answer has no count");
    (void)fprintf(cli->out, cli->json ? "{\"count\":%" PRId64 "}\n" : "%" PRId64 "\n", count);
    return GN_EXIT_OK;
}

/* --- following --- */

/* One property of a packet that arrived: value and name as they were written. */
static void readings_live_value(const struct gn_cli *cli, gn_str name, gn_str time, gn_str value)
{
    char bytes[READINGS_LINE_BYTES];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    if (cli->json) {
        struct gn_jw writer = gn_jw_over(&buf);
        gn_jw_str(&writer, name);
        readings_line(cli, gn_buf_str(&buf), time, value);
        return;
    }
    char text[GN_TIME_TEXT_BYTES] = "-";
    char shown[1100];
    int64_t time_ms = 0;
    if (gn_parse_i64(gn_str_trim(time), &time_ms) == GN_OK)
        gn_time_format(time_ms, text);
    gn_pick_text(value, "", shown, sizeof shown);
    (void)fprintf(cli->out, "%s  ", text);
    gn_cli_print_safe(cli->out, name);
    (void)fputs("  ", cli->out);
    gn_cli_print_safe(cli->out, gn_str_of(shown));
    (void)fputc('\n', cli->out);
}

static gn_err readings_event(void *ctx, const struct gn_sse_event *event)
{
    const struct gn_cli *cli = ctx;
    char thing[GN_THING_ID_BYTES_MAX + 1];
    if (!gn_str_equal(event->name, GN_STR("readings")))
        return GN_OK;
    gn_pick_text(event->data, "thing", thing, sizeof thing);
    if (strcmp(thing, cli->words[0]) != 0)
        return GN_OK;
    const gn_str time = gn_pick(event->data, "time");
    struct gn_pick_walk walk;
    if (!gn_pick_walk(&walk, gn_pick(event->data, "values")))
        return GN_OK;
    while (gn_pick_next(&walk))
        if (cli->word_count < 2 || gn_str_equal(walk.key, gn_str_of(cli->words[1])))
            readings_live_value(cli, walk.key, time, walk.value);
    return fflush(cli->out) == 0 ? GN_OK : GN_ERR_IO;
}

static int readings_follow(struct gn_cli *cli)
{
    char dir[GN_ASK_DIR_BYTES];
    char bytes[GN_ASK_PATH_BYTES];
    struct gn_diag diag = { 0 };
    struct gn_api_stream *stream = NULL;
    struct gn_buf path = gn_buf_over(bytes, sizeof bytes);
    gn_buf_add_text(&path, "/api/v1/live?kinds=readings&things=");
    gn_api_escape(&path, gn_str_of(cli->words[0]));
    gn_buf_add_u8(&path, 0);
    if (path.full || !gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    gn_err err = gn_api_stream_open(dir, bytes, &stream, &diag);
    while (!err || err == GN_ERR_AGAIN)
        err = gn_api_stream_next(stream, -1, readings_event, cli, &diag);
    gn_api_stream_close(stream);
    if (err == GN_ERR_IO && ferror(cli->out) != 0)
        return GN_EXIT_FAILED; /* said at the end */
    return gn_ask_say(cli, err, &diag);
}

static int readings_run(struct gn_cli *cli)
{
    char bytes[GN_ASK_PATH_BYTES];
    struct gn_buf path = gn_buf_over(bytes, sizeof bytes);
    static const char *const single[] = { "--step", "--points", "--at" };
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
        if (gn_cli_has(cli, single[i]) && cli->word_count < 2)
            return gn_cli_say(cli, GN_EXIT_USAGE, "Name one: ganglion readings THING PROPERTY",
                              "%s works on one property", single[i]);
    if (gn_cli_has(cli, "--step") + gn_cli_has(cli, "--count") + gn_cli_has(cli, "--follow") +
            gn_cli_has(cli, "--points") + gn_cli_has(cli, "--at") >
        1)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL,
                          "only one of --step, --points, --at, --count and --follow can be meant");
    if (gn_cli_has(cli, "--percentile") && !gn_cli_has(cli, "--step"))
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "--percentile is told for each step: give --step");
    if (!readings_path(cli, &path))
        return GN_EXIT_USAGE;
    if (gn_cli_has(cli, "--follow"))
        return readings_follow(cli);
    struct gn_api_reply reply = { 0 };
    int code = gn_ask(cli, "GET", bytes, GN_STR(""), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (gn_cli_has(cli, "--count"))
        code = readings_count(cli, reply.body);
    else if (gn_cli_has(cli, "--step"))
        code = readings_buckets(cli, reply.body);
    else
        code = readings_list(cli, reply.body);
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_readings = {
    .name = "readings",
    .words = "THING [PROPERTY]",
    .summary = "what a Thing has sent: values, counts, or minima, maxima and means",
    .about = "TIME is RFC 3339 (2026-11-22T03:24:00Z), epoch milliseconds, or how long ago (10m). D is a\n"
             "duration: 250ms, 90s, 5m, 2h, 1d. Without --limit the newest 1000 are shown; one query answers at\n"
             "most 100000.",
    .options = { { "--from", "TIME", "not before" },
                 { "--to", "TIME", "before" },
                 { "--limit", "N", "at most so many" },
                 { "--count", NULL, "only say how many are stored" },
                 { "--step", "D", "one row for each step of that length: count, min, max, mean, last" },
                 { "--percentile", "P", "with --step: also the exact percentile, 0 to 100" },
                 { "--points", "N", "so many readings that look like all of them when drawn" },
                 { "--at", "TIME", "what held then: the last reading at or before it" },
                 { "--follow", NULL, "print what arrives from now on, until Ctrl-C" },
                 GN_OPTION_DATA,
                 GN_OPTION_JSON },
    .examples = { { "readings this-machine cpu_use --from 5m", "The last five minutes of one property." },
                  { "readings this-machine cpu_use --from 1h --step 1m", "The last hour, one row a minute." },
                  { "readings this-machine cpu_use --at 2026-11-22T03:24:00Z", "What it was then." },
                  { "readings press-7 --count --json", "Prints {\"count\":N}." } },
    .words_min = 1,
    .words_max = 2,
    .run = readings_run,
};
