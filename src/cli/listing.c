/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/listing.h"

#include <assert.h>
#include <inttypes.h>

#include "base/mem.h"
#include "base/timestamp.h"
#include "cli/args.h"
#include "cli/ask.h"
#include "cli/json_pick.h"

enum { LISTING_TEXT_BYTES = 1024, LISTING_COUNT_MAX = 1000000 };

/* One run: where rows go, and what has been shown. */
struct listing_run {
    struct gn_cli *cli;
    const struct gn_listing *listing;
    struct gn_table *table; /* NULL with --json */
    const char *state;      /* only this one; NULL = all */
    gn_str listed;          /* the list's answer, to know what the stream repeats */
};

void gn_listing_text(struct gn_table *table, gn_str object, const char *path)
{
    char text[LISTING_TEXT_BYTES];
    gn_pick_text(object, path, text, sizeof text);
    gn_table_cell(table, gn_str_of(text[0] != '\0' ? text : "-"));
}

void gn_listing_time(struct gn_table *table, gn_str object, const char *path)
{
    int64_t time_ms = 0;
    char text[GN_TIME_TEXT_BYTES] = "-";
    if (gn_pick_i64(object, path, &time_ms))
        gn_time_format(time_ms, text);
    gn_table_cell(table, gn_str_of(text));
}

void gn_listing_state(struct gn_table *table, gn_str object, const char *path)
{
    char text[LISTING_TEXT_BYTES];
    gn_pick_text(object, path, text, sizeof text);
    gn_table_state(table, text[0] != '\0' ? text : "-");
}

void gn_listing_number(struct gn_table *table, gn_str object, const char *path)
{
    double number = 0.0;
    if (gn_pick_f64(object, path, &number))
        gn_table_cellf(table, "%.4g", number);
    else
        gn_table_cell(table, GN_STR("-"));
}

static void listing_show(struct listing_run *run, gn_str object)
{
    if (run->table != NULL) {
        run->listing->row(run->table, object);
        return;
    }
    (void)fwrite(object.at, 1, object.size, run->cli->out);
    (void)fputc('\n', run->cli->out);
}

/* --- the list --- */

static bool listing_path(const struct gn_cli *cli, const struct gn_listing *listing, struct gn_buf *path)
{
    uint64_t limit = 0;
    int64_t from = 0;
    int64_t to = 0;
    if (!gn_args_u64(cli, "--limit", 1, LISTING_COUNT_MAX, &limit) || !gn_args_time(cli, "--from", &from) ||
        !gn_args_time(cli, "--to", &to))
        return false;
    char mark = '?';
    gn_buf_addf(path, "/api/v1/%s", listing->plural);
    static const char *const texts[] = { "--thing", "--state" };
    for (size_t i = 0; i < 2; i++) {
        if (!gn_cli_has(cli, texts[i]))
            continue;
        gn_buf_addf(path, "%c%s=", mark, texts[i] + 2);
        gn_api_escape(path, gn_str_of(gn_cli_value(cli, texts[i])));
        mark = '&';
    }
    const struct {
        const char *option;
        int64_t value;
    } numbers[] = { { "--from", from }, { "--to", to }, { "--limit", (int64_t)limit } };
    for (size_t i = 0; i < 3; i++) {
        if (!gn_cli_has(cli, numbers[i].option))
            continue;
        gn_buf_addf(path, "%c%s=%" PRId64, mark, numbers[i].option + 2, numbers[i].value);
        mark = '&';
    }
    gn_buf_add_u8(path, 0);
    if (path->full)
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "the options are too long");
    return !path->full;
}

static size_t listing_count(gn_str array)
{
    struct gn_pick_walk walk;
    size_t count = 0;
    if (gn_pick_walk(&walk, array))
        while (gn_pick_next(&walk))
            count++;
    return count;
}

/* The answer is newest first; a log that goes on reads oldest first. */
static int listing_show_all(struct listing_run *run, gn_str array, bool oldest_first)
{
    const size_t count = listing_count(array);
    if (count == 0)
        return GN_EXIT_OK;
    gn_str *objects = gn_mem_take(count * sizeof *objects, "a listing");
    if (objects == NULL)
        return gn_cli_say(run->cli, GN_EXIT_FAILED, NULL, "no memory for %zu rows", count);
    struct gn_pick_walk walk;
    size_t seen = 0;
    if (gn_pick_walk(&walk, array))
        while (seen < count && gn_pick_next(&walk))
            objects[seen++] = walk.value;
    for (size_t i = 0; i < seen; i++)
        listing_show(run, objects[oldest_first ? seen - 1 - i : i]);
    gn_mem_give(objects);
    return GN_EXIT_OK;
}

/* --- following --- */

static gn_err listing_event(void *ctx, const struct gn_sse_event *event)
{
    struct listing_run *run = ctx;
    char kind[32];
    char state[64];
    gn_pick_text(event->data, "kind", kind, sizeof kind);
    if (!gn_str_equal(event->name, GN_STR("output")) || strcmp(kind, run->listing->kind) != 0)
        return GN_OK;
    const gn_str object = gn_pick(event->data, "data");
    gn_pick_text(object, strcmp(kind, "receipt") == 0 ? "result" : "state", state, sizeof state);
    if (object.size == 0 || (run->state != NULL && strcmp(run->state, state) != 0))
        return GN_OK;
    if (run->listed.size > 0 && memmem(run->listed.at, run->listed.size, object.at, object.size) != NULL)
        return GN_OK; /* happened between the opening of the stream and the list: shown already */
    listing_show(run, object);
    if (run->table != NULL)
        gn_table_flush(run->table);
    return fflush(run->cli->out) == 0 ? GN_OK : GN_ERR_IO;
}

static int listing_follow(struct listing_run *run, struct gn_api_stream *stream)
{
    struct gn_diag diag = { 0 };
    if (run->table != NULL)
        gn_table_flush(run->table);
    if (fflush(run->cli->out) != 0)
        return GN_EXIT_FAILED; /* said at the end */
    for (;;) {
        const gn_err err = gn_api_stream_next(stream, -1, listing_event, run, &diag);
        if (err == GN_ERR_IO && ferror(run->cli->out) != 0)
            return GN_EXIT_FAILED;
        if (err && err != GN_ERR_AGAIN)
            return gn_ask_say(run->cli, err, &diag);
    }
}

static int listing_stream(const struct gn_cli *cli, const struct gn_listing *listing, struct gn_api_stream **out)
{
    char dir[GN_ASK_DIR_BYTES];
    char bytes[GN_ASK_PATH_BYTES];
    struct gn_diag diag = { 0 };
    struct gn_buf path = gn_buf_over(bytes, sizeof bytes);
    gn_buf_addf(&path, "/api/v1/live?kinds=%s", listing->kind);
    if (gn_cli_has(cli, "--thing")) {
        gn_buf_add_text(&path, "&things=");
        gn_api_escape(&path, gn_str_of(gn_cli_value(cli, "--thing")));
    }
    gn_buf_add_u8(&path, 0);
    if (path.full || !gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    const gn_err err = gn_api_stream_open(dir, bytes, out, &diag);
    return err ? gn_ask_say(cli, err, &diag) : GN_EXIT_OK;
}

/* A misspelt state would look like "there is none". */
static bool listing_state_is_known(const struct gn_cli *cli, const struct gn_listing *listing)
{
    const char *state = gn_cli_value(cli, "--state");
    char known[160];
    struct gn_buf buf = gn_buf_over(known, sizeof known - 1);
    if (state == NULL || listing->states[0] == NULL)
        return true;
    for (size_t i = 0; listing->states[i] != NULL; i++) {
        if (strcmp(listing->states[i], state) == 0)
            return true;
        gn_buf_addf(&buf, "%s%s", i > 0 ? ", " : "", listing->states[i]);
    }
    known[buf.size] = '\0';
    (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "--state '%s': one of these is expected: %s", state, known);
    return false;
}

int gn_listing_run(struct gn_cli *cli, const struct gn_listing *listing)
{
    char bytes[GN_ASK_PATH_BYTES];
    struct gn_buf path = gn_buf_over(bytes, sizeof bytes);
    struct gn_api_stream *stream = NULL;
    struct gn_api_reply reply = { 0 };
    struct listing_run run = { .cli = cli, .listing = listing, .state = gn_cli_value(cli, "--state") };
    const bool follow = gn_cli_has(cli, "--follow");
    if (!listing_state_is_known(cli, listing) || !listing_path(cli, listing, &path))
        return GN_EXIT_USAGE;
    int code = follow ? listing_stream(cli, listing, &stream) : GN_EXIT_OK;
    if (code == GN_EXIT_OK)
        code = gn_ask(cli, "GET", bytes, GN_STR(""), &reply);
    if (code == GN_EXIT_OK && !cli->json) {
        run.table = gn_table_new(cli->out, listing->headings, cli->colour);
        if (run.table == NULL)
            code = gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    }
    if (code == GN_EXIT_OK)
        code = listing_show_all(&run, gn_pick(reply.body, listing->plural), follow);
    if (code == GN_EXIT_OK && follow) {
        run.listed = reply.body;
        code = listing_follow(&run, stream);
    }
    gn_table_end(run.table);
    gn_api_reply_give(&reply);
    gn_api_stream_close(stream);
    return code;
}
