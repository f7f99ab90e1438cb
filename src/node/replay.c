/* SPDX-License-Identifier: Apache-2.0 */
/* Replay: a fresh engine over an old journal, compared with the marks the live run left in it. */
#include "act/solution.h"
#include "base/limits.h"
#include "base/mem.h"
#include "node/engine.h"
#include "node/node.h"
#include "store/journal.h"

struct replay {
    struct gn_replay_summary summary;
    void (*each)(void *ctx, const char *kind, gn_str json);
    void *ctx;
};

static void replay_output(void *self, const struct gn_output *output)
{
    struct replay *replay = self;
    if (replay->each != NULL)
        replay->each(replay->ctx, output->kind, output->json);
}

static void replay_send(void *self, const struct gn_act_send *send, uint64_t seq)
{
    (void)self; /* what was sent then is not sent again: a replay touches nothing */
    (void)send;
    (void)seq;
}

static void replay_mark(void *self, uint64_t upto, uint64_t output_count, const struct gn_sha256 *chain)
{
    (void)self; /* the engine keeps it, and compares it with the journal's own */
    (void)upto;
    (void)output_count;
    (void)chain;
}

static void replay_mark_differs(void *self, uint64_t upto)
{
    struct replay *replay = self;
    if (replay->summary.mark_differs == 0)
        replay->summary.mark_differs = upto;
}

static gn_err replay_use_rules(struct gn_engine *engine, const char *dir, struct gn_diag *diag)
{
    char *text = gn_mem_take(GN_SOLUTION_BYTES_MAX, "solution text");
    if (text == NULL)
        return GN_ERR_FULL;
    struct gn_buf bundle = gn_buf_over(text, GN_SOLUTION_BYTES_MAX);
    gn_err err = gn_solution_read_folder(dir, &bundle, diag);
    if (err == GN_OK)
        err = gn_engine_override_rules(engine, gn_buf_str(&bundle), diag);
    gn_mem_give(text);
    return err;
}

static gn_err replay_feed(struct gn_engine *engine, struct gn_journal_reader *reader, struct replay *replay,
                          struct gn_diag *diag)
{
    const struct gn_record_head *record;
    gn_err err;
    while ((err = gn_journal_reader_next(reader, &record, diag)) == GN_OK) {
        gn_engine_feed(engine, record);
        if (replay->summary.record_count++ == 0)
            replay->summary.first_seq = record->seq;
        replay->summary.last_seq = record->seq;
    }
    return err == GN_ERR_NOT_FOUND ? GN_OK : err;
}

gn_err gn_node_replay(const struct gn_replay_options *options, void (*each)(void *ctx, const char *kind, gn_str json),
                      void *ctx, struct gn_replay_summary *out, struct gn_diag *diag)
{
    const struct gn_disk disk = gn_disk_linux();
    struct gn_journal_reader *reader = NULL;
    struct gn_engine *engine = NULL;
    struct replay replay = { .each = each, .ctx = ctx };
    gn_err err = gn_journal_reader_open(&disk, options->journal, 0, &reader, diag);
    if (err != GN_OK)
        return err;
    err = gn_engine_new((struct gn_engine_host){ .self = &replay,
                                                 .output = replay_output,
                                                 .send = replay_send,
                                                 .mark = replay_mark,
                                                 .mark_differs = replay_mark_differs },
                        &engine);
    if (err == GN_OK && options->rules_dir != NULL)
        err = replay_use_rules(engine, options->rules_dir, diag);
    if (err == GN_OK)
        err = replay_feed(engine, reader, &replay, diag);
    if (err == GN_OK) {
        const struct gn_sha256 chain = gn_engine_chain(engine);
        replay.summary.output_count = gn_engine_output_count(engine);
        replay.summary.mark_count = gn_engine_marks_compared(engine);
        memcpy(replay.summary.hash, chain.bytes, sizeof chain.bytes);
        *out = replay.summary;
    }
    gn_engine_free(engine);
    gn_journal_reader_close(reader);
    return err;
}
