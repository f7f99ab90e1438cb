/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/json_write.h"
#include "base/limits.h"
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/rows.h"
#include "cli/table.h"

enum { STATUS_LINE_BYTES = 1024 };

static int64_t status_number(gn_str status, const char *path)
{
    double number = 0.0;
    (void)gn_pick_f64(status, path, &number);
    return (int64_t)number;
}

static void status_uptime(FILE *out, int64_t seconds)
{
    if (seconds >= 86400)
        (void)fprintf(out, "%" PRId64 " d %" PRId64 " h", seconds / 86400, seconds / 3600 % 24);
    else if (seconds >= 3600)
        (void)fprintf(out, "%" PRId64 " h %" PRId64 " min", seconds / 3600, seconds / 60 % 60);
    else
        (void)fprintf(out, "%" PRId64 " min %" PRId64 " s", seconds / 60, seconds % 60);
}

/* How large the history is, and how long the disk lasts at the rate of the last day. */
static void status_history(FILE *out, gn_str status)
{
    double rate = 0, days = 0;
    (void)fprintf(out, "history    %.1f MiB", (double)status_number(status, "history.bytes") / 1048576.0);
    if (gn_pick_f64(status, "history.bytes_per_day", &rate))
        (void)fprintf(out, ", %+.1f MiB a day", rate / 1048576.0);
    if (gn_pick_f64(status, "history.days_left", &days))
        (void)fprintf(out, days < 36500 ? ": at this rate the disk lasts %.0f days" : ": the disk lasts for decades",
                      days);
    (void)fputc('\n', out);
}

static void status_text(FILE *out, gn_str status)
{
    char text[STATUS_LINE_BYTES];
    gn_pick_text(status, "version", text, sizeof text);
    (void)fputs("node       ganglion ", out);
    gn_cli_print_safe(out, gn_str_of(text));
    (void)fputs(", running for ", out);
    status_uptime(out, status_number(status, "uptime_s"));
    (void)fprintf(out, "\nthings     %" PRId64 ", %" PRId64 " online\nseries     %" PRId64 "\n",
                  status_number(status, "things.count"), status_number(status, "things.online"),
                  status_number(status, "series.count"));
    (void)fprintf(out, "readings   %" PRId64 ", %" PRId64 " a second\n", status_number(status, "readings.count"),
                  status_number(status, "readings.per_second"));
    (void)fprintf(out, "alarms     %" PRId64 " open\ndecisions  %" PRId64 " wait for a person\n",
                  status_number(status, "alarms.open"), status_number(status, "decisions.pending"));
    gn_pick_text(status, "journal.state", text, sizeof text);
    (void)fputs("journal    ", out);
    gn_cli_print_safe(out, gn_str_of(text));
    (void)fprintf(out, ", durable to record %" PRId64 ", %" PRId64 " MiB, sync %.1f ms mean, %.1f ms worst\n",
                  status_number(status, "journal.durable_seq"), status_number(status, "journal.bytes") / 1048576,
                  (double)status_number(status, "journal.sync_us_mean") / 1000.0,
                  (double)status_number(status, "journal.sync_us_max") / 1000.0);
    double amplification = 0;
    (void)gn_pick_f64(status, "disk.write_amplification", &amplification);
    (void)fprintf(out, "written    %.1f MiB to the disk, %.1f bytes for each byte of a reading\n",
                  (double)status_number(status, "disk.written_bytes") / 1048576.0, amplification);
    status_history(out, status);
    (void)fprintf(out, "memory     %.1f MiB resident\nsolution   %s\n",
                  (double)status_number(status, "memory.resident_bytes") / 1048576.0,
                  gn_pick_true(status, "solution") ? "in force (see: ganglion rules)" : "none");
}

static int status_memory(struct gn_cli *cli, gn_str status)
{
    static const char *const headings[] = { "MIB", "PURPOSE", NULL };
    if (cli->json) {
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_pick(status, "memory")));
        return GN_EXIT_OK;
    }
    struct gn_table *table = gn_table_new(cli->out, headings, cli->colour);
    struct gn_pick_walk walk;
    if (table == NULL)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    gn_table_cellf(table, "%.2f", (double)status_number(status, "memory.resident_bytes") / 1048576.0);
    gn_table_cell(table, GN_STR("resident (what the rows below have touched, and the program)"));
    if (gn_pick_walk(&walk, gn_pick(status, "memory.planned"))) {
        while (gn_pick_next(&walk)) {
            char purpose[STATUS_LINE_BYTES];
            gn_pick_text(walk.value, "purpose", purpose, sizeof purpose);
            gn_table_cellf(table, "%.2f", (double)status_number(walk.value, "bytes") / 1048576.0);
            gn_table_cell(table, gn_str_of(purpose));
        }
    }
    gn_table_end(table);
    return GN_EXIT_OK;
}

/* The limits are part of the program; no node is needed to know them. */
static int status_limits(struct gn_cli *cli)
{
    static const char *const headings[] = { "LIMIT", "VALUE", "MEANING", NULL };
    size_t count = 0;
    const struct gn_limit *limits = gn_limits_table(&count);
    struct gn_table *table = cli->json ? NULL : gn_table_new(cli->out, headings, cli->colour);
    if (table == NULL && !cli->json)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for a table");
    for (size_t i = 0; i < count; i++) {
        if (table != NULL) {
            gn_table_cell(table, gn_str_of(limits[i].name));
            gn_table_cellf(table, "%d", limits[i].value);
            gn_table_cell(table, gn_str_of(limits[i].text));
            continue;
        }
        char bytes[STATUS_LINE_BYTES];
        struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
        struct gn_jw writer = gn_jw_over(&buf);
        gn_jw_open(&writer, '{');
        gn_jw_key(&writer, "name");
        gn_jw_text(&writer, limits[i].name);
        gn_jw_key(&writer, "value");
        gn_jw_i64(&writer, limits[i].value);
        gn_jw_key(&writer, "text");
        gn_jw_text(&writer, limits[i].text);
        gn_jw_close(&writer, '}');
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_buf_str(&buf)));
    }
    gn_table_end(table);
    return GN_EXIT_OK;
}

static int status_run(struct gn_cli *cli)
{
    if (gn_cli_has(cli, "--limits"))
        return status_limits(cli);
    struct gn_api_reply reply = { 0 };
    int code = gn_ask(cli, "GET", "/api/v1/status", GN_STR(""), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (gn_cli_has(cli, "--memory"))
        code = status_memory(cli, reply.body);
    else if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        status_text(cli->out, reply.body);
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_status = {
    .name = "status",
    .words = "",
    .summary = "how the node does: rates, journal, memory, limits",
    .options = { { "--limits", NULL, "print every limit of the program, with what happens beyond it" },
                 { "--memory", NULL, "print what memory is planned for" },
                 GN_OPTION_DATA,
                 GN_OPTION_JSON },
    .examples = { { "status", "A page of figures." },
                  { "status --json", "All of them, counters included." },
                  { "status --limits", "What exceeds a limit is refused with its name." } },
    .run = status_run,
};
