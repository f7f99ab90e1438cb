/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/answer.h"

#include <assert.h>

#include "base/json_write.h"
#include "base/timestamp.h"
#include "cli/args.h"
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/table.h"

enum { ANSWER_REASON_BYTES_MAX = 1024, ANSWER_REQUEST_BYTES = 8192, ANSWER_ID_BYTES = 96 };

static const int64_t answer_timeout_default_ms = 120000;

/* What --wait follows. */
struct answer_wait {
    struct gn_cli *cli;
    const char *decision;
    bool ended;
    char result[32]; /* of the receipt */
};

static void answer_show(const struct gn_cli *cli, const char *kind, const char *state, gn_str object)
{
    if (cli->json) {
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(object));
        return;
    }
    char time[GN_TIME_TEXT_BYTES];
    char message[512];
    const char *paint = cli->colour ? gn_table_paint(state) : "";
    gn_time_format(gn_wall_ms(&cli->clock), time);
    gn_pick_text(object, strcmp(kind, "decision") == 0 ? "refusal" : "message", message, sizeof message);
    (void)fprintf(cli->out, "%s  %-8s  %s%s%s", time, kind, paint, state, paint[0] != '\0' ? "\033[0m" : "");
    if (message[0] != '\0') {
        (void)fputs(": ", cli->out);
        gn_cli_print_safe(cli->out, gn_str_of(message));
    }
    (void)fputc('\n', cli->out);
}

static gn_err answer_event(void *ctx, const struct gn_sse_event *event)
{
    struct answer_wait *wait = ctx;
    char kind[32];
    char state[32];
    char id[ANSWER_ID_BYTES];
    if (!gn_str_equal(event->name, GN_STR("output")) || wait->ended)
        return GN_OK;
    gn_pick_text(event->data, "kind", kind, sizeof kind);
    const gn_str object = gn_pick(event->data, "data");
    gn_pick_text(object, strcmp(kind, "decision") == 0 ? "id" : "decision", id, sizeof id);
    if (strcmp(id, wait->decision) != 0)
        return GN_OK;
    const bool is_receipt = strcmp(kind, "receipt") == 0;
    gn_pick_text(object, is_receipt ? "result" : "state", state, sizeof state);
    answer_show(wait->cli, kind, state, object);
    if (is_receipt) {
        wait->ended = true;
        (void)snprintf(wait->result, sizeof wait->result, "%s", state);
    }
    return fflush(wait->cli->out) == 0 ? GN_OK : GN_ERR_IO;
}

static int answer_follow(struct answer_wait *wait, struct gn_api_stream *stream, int64_t timeout_ms)
{
    struct gn_diag diag = { 0 };
    const struct gn_clock *clock = &wait->cli->clock;
    const int64_t until_us = gn_mono_us(clock) + timeout_ms * 1000;
    while (!wait->ended) {
        const int64_t left_ms = (until_us - gn_mono_us(clock)) / 1000;
        if (left_ms <= 0)
            return gn_cli_say(wait->cli, GN_EXIT_FAILED, "It goes on without us: ganglion why ID",
                              "%s has not come to its end in %lld s", wait->decision, (long long)(timeout_ms / 1000));
        const gn_err err =
            gn_api_stream_next(stream, left_ms < 60000 ? (int)left_ms : 60000, answer_event, wait, &diag);
        if (err && err != GN_ERR_AGAIN)
            return gn_ask_say(wait->cli, err, &diag);
    }
    return GN_EXIT_OK;
}

static bool answer_request(const struct gn_cli *cli, struct gn_buf *body)
{
    const char *reason = gn_cli_value(cli, "--reason");
    if (reason != NULL && (strlen(reason) > ANSWER_REASON_BYTES_MAX || !gn_utf8_valid(gn_str_of(reason)))) {
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "--reason: at most %d bytes of UTF-8 text", ANSWER_REASON_BYTES_MAX);
        return false;
    }
    struct gn_jw writer = gn_jw_over(body);
    gn_jw_open(&writer, '{');
    if (reason != NULL) {
        gn_jw_key(&writer, "reason");
        gn_jw_text(&writer, reason);
    }
    gn_jw_close(&writer, '}');
    assert(!body->full);
    return true;
}

static int answer_post(struct gn_cli *cli, bool approve, gn_str body)
{
    char bytes[GN_ASK_PATH_BYTES];
    struct gn_buf path = gn_buf_over(bytes, sizeof bytes);
    struct gn_api_reply reply = { 0 };
    gn_buf_add_text(&path, "/api/v1/decisions/");
    gn_api_escape(&path, gn_str_of(cli->words[0]));
    gn_buf_add_text(&path, approve ? "/approve" : "/reject");
    gn_buf_add_u8(&path, 0);
    if (path.full)
        return gn_cli_say(cli, GN_EXIT_NOT_FOUND, NULL, "no decision has an id that long");
    const int code = gn_ask(cli, "POST", bytes, body, &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json) {
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    } else {
        (void)fprintf(cli->out, "%s: ", approve ? "approved" : "rejected");
        gn_cli_print_safe(cli->out, gn_str_of(cli->words[0]));
        (void)fputs(" (recorded)\n", cli->out);
    }
    (void)fflush(cli->out);
    gn_api_reply_give(&reply);
    return GN_EXIT_OK;
}

int gn_answer_run(struct gn_cli *cli, bool approve)
{
    char dir[GN_ASK_DIR_BYTES];
    char bytes[ANSWER_REQUEST_BYTES];
    struct gn_buf body = gn_buf_over(bytes, sizeof bytes);
    struct gn_diag diag = { 0 };
    struct gn_api_stream *stream = NULL;
    struct answer_wait wait = { .cli = cli, .decision = cli->words[0] };
    int64_t timeout_ms = answer_timeout_default_ms;
    if (!gn_args_duration(cli, "--timeout", &timeout_ms) || !answer_request(cli, &body) ||
        !gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    const bool waits = gn_cli_has(cli, "--wait");
    if (waits) { /* opened before the answer is given, so that nothing of what follows is missed */
        const gn_err err = gn_api_stream_open(dir, "/api/v1/live?kinds=decision,action,receipt", &stream, &diag);
        if (err)
            return gn_ask_say(cli, err, &diag);
    }
    int code = answer_post(cli, approve, gn_buf_str(&body));
    if (code == GN_EXIT_OK && waits)
        code = answer_follow(&wait, stream, timeout_ms);
    if (code == GN_EXIT_OK && waits && strcmp(wait.result, approve ? "done" : "rejected") != 0)
        code = GN_EXIT_FAILED;
    gn_api_stream_close(stream);
    return code;
}
