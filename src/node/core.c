/* SPDX-License-Identifier: Apache-2.0 */
#include "node/core.h"

#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "os/entropy.h"

gn_err gn_core_path(const char *dir, const char *name, char out[static GN_CORE_PATH_BYTES])
{
    const int size = snprintf(out, GN_CORE_PATH_BYTES, "%s/%s", dir, name);
    return size > 0 && size < GN_CORE_PATH_BYTES ? GN_OK : GN_ERR_FULL;
}

gn_err gn_core_keep_output(struct gn_store *store, const struct gn_output *output)
{
    gn_err err = gn_store_put_output(store, output);
    if (err != GN_ERR_FULL)
        return err;
    err = gn_store_flush(store);
    return err != GN_OK ? err : gn_store_put_output(store, output);
}

gn_err gn_core_keep_record(struct gn_store *store, const struct gn_record_head *record)
{
    gn_err err = gn_store_put_record(store, record);
    if (err != GN_ERR_FULL)
        return err;
    err = gn_store_flush(store);
    return err != GN_OK ? err : gn_store_put_record(store, record);
}

/* --- the engine's words: kept while catching up, then the pipeline's --- */

static void core_on_output(void *self, const struct gn_output *output)
{
    struct gn_core *core = self;
    if (core->host.output != NULL) {
        core->host.output(core->host.self, output);
        return;
    }
    const gn_err err = gn_core_keep_output(core->store, output);
    if (core->caught_up_err == GN_OK)
        core->caught_up_err = err;
}

static void core_on_send(void *self, const struct gn_act_send *send, uint64_t seq)
{
    struct gn_core *core = self;
    if (core->host.send != NULL)
        core->host.send(core->host.self, send, seq);
}

static void core_on_mark(void *self, uint64_t upto, uint64_t output_count, const struct gn_sha256 *chain)
{
    struct gn_core *core = self;
    if (core->host.mark != NULL)
        core->host.mark(core->host.self, upto, output_count, chain);
}

static void core_on_mark_differs(void *self, uint64_t upto)
{
    (void)self;
    gn_log(GN_LOG_WARN, "engine", "mark_differs",
           "record=%llu: catching up gave other outputs than the live run; was the program changed?",
           (unsigned long long)upto);
}

static gn_err core_new_engine(struct gn_core *core)
{
    return gn_engine_new((struct gn_engine_host){ .self = core,
                                                  .output = core_on_output,
                                                  .send = core_on_send,
                                                  .mark = core_on_mark,
                                                  .mark_differs = core_on_mark_differs },
                         &core->engine);
}

/* --- opening --- */

struct core_preload {
    struct gn_core *core;
    gn_err err;
};

static void core_preload(void *ctx, const struct gn_record_head *record)
{
    struct core_preload *preload = ctx;
    if (preload->err == GN_OK)
        preload->err = gn_intake_recall(&preload->core->intake, record);
    gn_engine_preload(preload->core->engine, record);
}

static void core_preload_engine(void *ctx, const struct gn_record_head *record)
{
    gn_engine_preload(((struct gn_core *)ctx)->engine, record);
}

/* An image may be younger than the last checkpoint, and know series that the history forgot in a crash. */
static gn_err core_preload_journal(struct gn_core *core, uint64_t upto)
{
    const uint64_t from = gn_store_next_seq(core->store);
    struct gn_journal_reader *reader = NULL;
    const struct gn_record_head *record;
    if (from > upto)
        return GN_OK;
    gn_err err = gn_journal_reader_open(&core->disk, core->dir, from, &reader, NULL);
    while (err == GN_OK && (err = gn_journal_reader_next(reader, &record, NULL)) == GN_OK && record->seq <= upto)
        gn_engine_preload(core->engine, record);
    gn_journal_reader_close(reader);
    return err == GN_ERR_NOT_FOUND || err == GN_ERR_CORRUPT ? GN_OK : err; /* catching up says what is wrong */
}

/* The engine as of its last image, or as new when there is none that fits. */
static gn_err core_restore_engine(struct gn_core *core)
{
    uint64_t seq = 0;
    uint8_t *image = NULL;
    size_t size = 0;
    gn_err err = gn_store_get_state(core->store, &seq, &image, &size);
    if (err == GN_ERR_NOT_FOUND)
        return GN_OK;
    if (err == GN_OK)
        err = core_preload_journal(core, seq);
    if (err == GN_OK)
        err = gn_engine_restore(core->engine, (gn_bytes){ image, size });
    gn_mem_give(image);
    if (err == GN_OK)
        core->restored_seq = seq;
    if (err != GN_ERR_CORRUPT && err != GN_ERR_INVAL)
        return err;
    gn_log(GN_LOG_WARN, "engine", "image_refused",
           "the stored models are damaged, or of another build; learning from the journal");
    gn_engine_free(core->engine);
    core->engine = NULL;
    err = core_new_engine(core);
    if (err != GN_OK)
        return err;
    return gn_store_each_registry(core->store, core_preload_engine, core);
}

static gn_err core_feed(struct gn_core *core, const struct gn_record_head *record, uint64_t history_next,
                        struct gn_diag *diag)
{
    gn_err err = GN_OK;
    const bool known =
        (record->type == GN_RECORD_THING || record->type == GN_RECORD_SERIES) && record->seq < history_next;
    if (!known)
        err = gn_intake_recall(&core->intake, record);
    if (err != GN_OK) {
        gn_diag_set(diag, 0, 0, "record %llu (%s) does not follow from those before it",
                    (unsigned long long)record->seq, gn_record_type_name(record->type));
        return err;
    }
    if (record->seq >= history_next)
        err = gn_core_keep_record(core->store, record);
    if (err != GN_OK) {
        gn_diag_set(diag, 0, 0, "record %llu cannot be kept in history.db: %s", (unsigned long long)record->seq,
                    gn_err_text(err));
        return err;
    }
    if (record->seq > gn_engine_seq(core->engine))
        gn_engine_feed(core->engine, record);
    return core->caught_up_err;
}

/* What history and engine have already, and a device may send again. */
static gn_err core_recall(struct gn_core *core, const struct gn_record_head *record)
{
    const bool is_value = record->type == GN_RECORD_READING || record->type == GN_RECORD_TEXT;
    return is_value ? gn_intake_recall(&core->intake, record) : GN_OK;
}

/* Reads up to the end. Damage in what is only recalled is passed over: a packet of there counts as new then. */
static gn_err core_read(struct gn_core *core, struct gn_journal_reader *reader, uint64_t from, uint64_t history_next,
                        struct gn_diag *diag)
{
    const struct gn_record_head *record;
    struct gn_diag damage = { 0 };
    uint64_t due = 0;
    bool is_damaged = false;
    for (;;) {
        gn_err err = gn_journal_reader_next(reader, &record, &damage);
        if (err == GN_ERR_CORRUPT && due < from) {
            is_damaged = true;
            continue;
        }
        if (err == GN_OK && is_damaged && due < from && record->seq > from)
            err = GN_ERR_CORRUPT; /* what was passed over is needed */
        if (err != GN_OK) {
            if (err != GN_ERR_NOT_FOUND)
                *diag = damage;
            return err;
        }
        due = record->seq + 1;
        err = record->seq < from ? core_recall(core, record) : core_feed(core, record, history_next, diag);
        if (err != GN_OK)
            return err;
        core->caught_up_count += record->seq >= from;
    }
}

static gn_err core_catch_up(struct gn_core *core, struct gn_diag *diag)
{
    const uint64_t history_next = gn_store_next_seq(core->store);
    const uint64_t engine_next = gn_engine_seq(core->engine) + 1;
    const uint64_t from = history_next < engine_next ? history_next : engine_next;
    const uint64_t journal_next = gn_journal_next_seq(core->journal);
    const uint64_t tail = journal_next > GN_CORE_RECALL_RECORDS ? journal_next - GN_CORE_RECALL_RECORDS : 1;
    struct gn_journal_reader *reader = NULL;
    if (from > journal_next) {
        gn_diag_set(diag, 0, 0,
                    "%s/history.db knows record %llu, but the journal ends at %llu: part of the journal is gone; "
                    "restore it, or start with another --data folder",
                    core->dir, (unsigned long long)(from - 1), (unsigned long long)(journal_next - 1));
        return GN_ERR_CORRUPT;
    }
    core->intake.next_seq = journal_next;
    gn_err err = gn_journal_reader_open(&core->disk, core->dir, from < tail ? from : tail, &reader, diag);
    if (err != GN_OK)
        return err == GN_ERR_NOT_FOUND ? GN_OK : err;
    err = core_read(core, reader, from, history_next, diag);
    gn_journal_reader_close(reader);
    if (err != GN_ERR_NOT_FOUND)
        return err;
    for (uint32_t series = 0; series < core->intake.registry.series_count; series++)
        if (gn_engine_series_last_ms(core->engine, series) > core->intake.series_last_ms[series])
            core->intake.series_last_ms[series] = gn_engine_series_last_ms(core->engine, series);
    if (gn_engine_now_ms(core->engine) > core->intake.tick_ms)
        core->intake.tick_ms = gn_engine_now_ms(core->engine);
    return gn_store_flush(core->store);
}

/* The lock said which process holds it; a person wants to know what that means. */
static void core_say_busy(const struct gn_core *core, struct gn_diag *diag)
{
    char holder[GN_DIAG_TEXT_BYTES];
    (void)snprintf(holder, sizeof holder, "%s", diag->text);
    diag->file[0] = '\0';
    gn_diag_set(diag, 0, 0, "%s is in use (%s): stop that one, or choose another folder with --data DIR", core->dir,
                holder);
}

static gn_err core_open_parts(struct gn_core *core, struct gn_diag *diag)
{
    uint8_t seed[16];
    char path[GN_CORE_PATH_BYTES];
    gn_err err = gn_dir_make(core->dir, diag);
    if (err != GN_OK)
        return err;
    err = gn_core_path(core->dir, "lock", path);
    if (err != GN_OK) {
        gn_diag_set(diag, 0, 0, "the data directory's name is longer than %d bytes", GN_CORE_PATH_BYTES - 64);
        return err;
    }
    err = gn_lock_take(path, &core->lock_fd, diag);
    if (err == GN_ERR_BUSY)
        core_say_busy(core, diag);
    if (err != GN_OK)
        return err;
    err = gn_guard_open(core->dir, core->clock, &core->guard, diag);
    if (err != GN_OK)
        return err;
    err = gn_ca_open(core->dir, core->clock, &core->ca, diag);
    if (err != GN_OK)
        return err;
    err = gn_store_open(core->dir, &core->store, diag);
    if (err != GN_OK)
        return err;
    err = gn_journal_open(&core->disk, core->dir, gn_wall_ms(&core->clock), &core->journal, diag);
    if (err != GN_OK)
        return err;
    core->ring_bytes = gn_mem_take(GN_RING_BYTES, "ring");
    if (core->ring_bytes == NULL)
        return GN_ERR_FULL;
    err = gn_ring_init(&core->ring, core->ring_bytes, GN_RING_BYTES, GN_FOLLOWER_COUNT);
    if (err != GN_OK)
        return err;
    gn_entropy(seed, sizeof seed);
    err = gn_intake_init(&core->intake, core->guard, core->clock, &core->ring, seed);
    return err != GN_OK ? err : core_new_engine(core);
}

gn_err gn_core_open(struct gn_core *core, const char *dir, struct gn_diag *diag)
{
    memset(core, 0, sizeof *core);
    core->lock_fd = -1;
    core->disk = gn_disk_linux();
    core->clock = gn_clock_system();
    gn_err err = gn_str_copy(core->dir, sizeof core->dir, gn_str_of(dir));
    if (err == GN_OK)
        err = core_open_parts(core, diag);
    struct core_preload preload = { .core = core };
    if (err == GN_OK)
        err = gn_store_each_registry(core->store, core_preload, &preload);
    if (err == GN_OK)
        err = preload.err;
    if (err == GN_OK)
        err = core_restore_engine(core);
    if (err == GN_OK)
        err = core_catch_up(core, diag);
    if (err == GN_OK)
        gn_intake_recall_revoked(&core->intake);
    if (err != GN_OK) {
        if (diag->text[0] == '\0')
            gn_diag_set(diag, 0, 0, "%s: %s", dir, gn_err_text(err));
        gn_core_close(core);
    }
    return err;
}

void gn_core_close(struct gn_core *core)
{
    gn_engine_free(core->engine);
    if (core->intake.ring != NULL)
        gn_intake_fini(&core->intake);
    gn_mem_give(core->ring_bytes);
    gn_journal_close(core->journal);
    gn_store_close(core->store);
    gn_guard_close(core->guard);
    gn_ca_close(core->ca);
    if (core->lock_fd >= 0)
        (void)close(core->lock_fd);
    memset(core, 0, sizeof *core);
    core->lock_fd = -1;
}

gn_err gn_core_settle(struct gn_core *core)
{
    const size_t capacity = gn_engine_image_bytes_max();
    void *bytes = gn_mem_take(capacity, "engine image");
    if (bytes == NULL)
        return GN_ERR_FULL;
    struct gn_buf image = gn_buf_over(bytes, capacity);
    gn_err err = gn_engine_snapshot(core->engine, &image);
    if (err == GN_OK)
        err = gn_store_put_state(core->store, gn_engine_seq(core->engine), gn_buf_bytes(&image));
    if (err == GN_OK)
        err = gn_store_flush(core->store);
    if (err == GN_OK)
        err = gn_store_checkpoint(core->store);
    gn_mem_give(bytes);
    return err;
}
