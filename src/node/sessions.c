/* SPDX-License-Identifier: Apache-2.0 */
#include "node/sessions.h"

#include <sys/stat.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "os/file.h"

#define SESSIONS_MAGIC UINT64_C(0x3147494E4F495353) /* "SSIONIG1" */

struct sessions_head {
    uint64_t magic;
    uint64_t seq;
    uint64_t size; /* of the records behind it */
    uint32_t crc;
    uint32_t zero;
};

/* --- boot --- */

/* The whole file, or NULL. */
static uint8_t *sessions_read(const char *path, size_t *out_size)
{
    struct stat about;
    if (stat(path, &about) != 0 || about.st_size <= 0 || about.st_size > GN_KEPT_IMAGE_BYTES_MAX)
        return NULL;
    uint8_t *bytes = gn_mem_take((size_t)about.st_size, "sessions image");
    if (bytes != NULL && gn_file_read_all(path, bytes, (size_t)about.st_size, out_size) != GN_OK) {
        gn_mem_give(bytes);
        bytes = NULL;
    }
    return bytes;
}

/* True when it is whole: then *out_records borrows from `bytes`. */
static bool sessions_check(const uint8_t *bytes, size_t size, uint64_t *out_seq, gn_bytes *out_records)
{
    struct sessions_head head;
    if (size < sizeof head)
        return false;
    memcpy(&head, bytes, sizeof head);
    const gn_bytes records = { bytes + sizeof head, size - sizeof head };
    if (head.magic != SESSIONS_MAGIC || head.size != records.size || head.crc != gn_crc32(0, records))
        return false;
    for (size_t at = 0; at < records.size; at += ((const struct gn_record_head *)(const void *)(records.at + at))->size)
        if (!gn_record_valid((gn_bytes){ records.at + at, records.size - at }))
            return false;
    *out_seq = head.seq;
    *out_records = records;
    return true;
}

gn_err gn_kept_check(const char *path)
{
    struct stat about;
    size_t size = 0;
    uint64_t seq = 0;
    gn_bytes records = { 0 };
    if (stat(path, &about) != 0)
        return GN_ERR_NOT_FOUND;
    uint8_t *bytes = sessions_read(path, &size);
    const bool is_whole = bytes != NULL && sessions_check(bytes, size, &seq, &records);
    gn_mem_give(bytes);
    return is_whole ? GN_OK : GN_ERR_CORRUPT;
}

/* The record that the image stands for; 0: there is none. */
static uint64_t sessions_load(struct gn_kept *sessions)
{
    size_t size = 0;
    uint64_t seq = 0;
    gn_bytes records = { 0 };
    uint8_t *bytes = sessions_read(sessions->path, &size);
    if (bytes != NULL && sessions_check(bytes, size, &seq, &records)) {
        sessions->last_size = size;
        for (size_t at = 0; at < records.size;) {
            const struct gn_record_head *record = (const void *)(records.at + at);
            sessions->adapter->recall(sessions->adapter_self, record);
            at += record->size;
        }
    } else if (bytes != NULL) {
        gn_log(GN_LOG_WARN, "sessions", "image_refused", "%s is damaged: what the journal does not know is forgotten",
               sessions->path);
    }
    gn_mem_give(bytes);
    return seq;
}

/* Damage in what the engine has no need of any more is no reason not to start. */
static gn_err sessions_replay(struct gn_kept *sessions, uint64_t from, struct gn_diag *diag)
{
    const struct gn_core *core = sessions->pipeline->core;
    const struct gn_record_head *record;
    struct gn_journal_reader *reader = NULL;
    struct gn_diag damage = { 0 };
    bool is_damaged = false;
    if (from > atomic_load(&sessions->pipeline->durable_seq)) /* the journal itself is its thread's by now */
        return GN_OK;
    gn_err err = gn_journal_reader_open(&core->disk, core->dir, from, &reader, diag);
    while (err == GN_OK || (err == GN_ERR_CORRUPT && !is_damaged)) {
        if (err == GN_ERR_CORRUPT)
            is_damaged = true;
        err = gn_journal_reader_next(reader, &record, &damage);
        if (err == GN_OK && (record->type == GN_RECORD_PUBLISH || record->type == GN_RECORD_SESSION))
            sessions->adapter->recall(sessions->adapter_self, record);
    }
    gn_journal_reader_close(reader);
    if (is_damaged)
        gn_log(GN_LOG_WARN, "sessions", "journal_damaged", "%s: some sessions or messages may be forgotten",
               damage.text);
    return err == GN_ERR_NOT_FOUND || err == GN_ERR_CORRUPT ? GN_OK : err;
}

gn_err gn_kept_open(struct gn_kept *sessions, struct gn_pipeline *pipeline, uv_loop_t *loop,
                    const struct gn_adapter *adapter, void *adapter_self, struct gn_diag *diag)
{
    struct gn_core *core = pipeline->core;
    *sessions = (struct gn_kept){ .pipeline = pipeline,
                                  .adapter = adapter,
                                  .adapter_self = adapter_self,
                                  .loop = loop,
                                  .last_us = gn_mono_us(&core->clock),
                                  .last_position = gn_ring_head(&core->ring) };
    atomic_store(&pipeline->sessions_seq, 0);
    const gn_err err = gn_core_path(core->dir, "sessions.image", sessions->path);
    if (err != GN_OK)
        return err;
    const uint64_t seq = sessions_load(sessions);
    atomic_store(&pipeline->sessions_seq, seq);
    const gn_err replayed = sessions_replay(sessions, seq + 1, diag);
    adapter->recall(adapter_self, NULL);
    return replayed;
}

/* --- running --- */

static bool sessions_due(const struct gn_kept *sessions)
{
    const struct gn_core *core = sessions->pipeline->core;
    const uint64_t passed = gn_ring_head(&core->ring) - sessions->last_position;
    const uint64_t enough =
        sessions->last_size > GN_KEPT_JOURNAL_BYTES / 4 ? 4 * (uint64_t)sessions->last_size : GN_KEPT_JOURNAL_BYTES;
    return passed >= enough ||
           (passed > 0 && gn_mono_us(&core->clock) - sessions->last_us >= GN_KEPT_IMAGE_MS * INT64_C(1000));
}

static void sessions_take(struct gn_kept *sessions)
{
    struct gn_core *core = sessions->pipeline->core;
    struct sessions_head head = { .magic = SESSIONS_MAGIC, .seq = core->intake.next_seq - 1 };
    uint8_t *bytes = gn_mem_take(GN_KEPT_IMAGE_BYTES_MAX, "sessions image"); /* untouched pages cost nothing */
    sessions->last_us = gn_mono_us(&core->clock);
    sessions->last_position = gn_ring_head(&core->ring);
    if (bytes == NULL)
        return;
    struct gn_buf records = gn_buf_over(bytes + sizeof head, GN_KEPT_IMAGE_BYTES_MAX - sizeof head);
    if (sessions->adapter->image(sessions->adapter_self, &records) != GN_OK) {
        gn_log(GN_LOG_WARN, "sessions", "no_image", "it is larger than planned; the next start reads more journal");
        gn_mem_give(bytes);
        return;
    }
    head.size = records.size;
    head.crc = gn_crc32(0, gn_buf_bytes(&records));
    memcpy(bytes, &head, sizeof head);
    sessions->bytes = bytes;
    sessions->size = sizeof head + records.size;
    sessions->seq = head.seq;
}

static void sessions_write(uv_work_t *work)
{
    struct gn_kept *sessions = work->data;
    sessions->written = gn_file_replace(sessions->path, (gn_bytes){ sessions->bytes, sessions->size });
}

static void sessions_written(uv_work_t *work, int status)
{
    struct gn_kept *sessions = work->data;
    sessions->is_writing = false;
    if (status == 0 && sessions->written == GN_OK) {
        sessions->last_size = sessions->size;
        atomic_store(&sessions->pipeline->sessions_seq, sessions->seq);
    } else {
        gn_log(GN_LOG_WARN, "sessions", "image_not_kept", "%s: %s; the journal is kept", sessions->path,
               gn_err_text(sessions->written));
    }
    gn_mem_give(sessions->bytes);
    sessions->bytes = NULL;
}

void gn_kept_tick(struct gn_kept *sessions)
{
    if (sessions->adapter == NULL || sessions->is_writing)
        return;
    if (sessions->bytes == NULL && sessions_due(sessions))
        sessions_take(sessions);
    if (sessions->bytes == NULL || atomic_load(&sessions->pipeline->durable_seq) < sessions->seq)
        return;
    sessions->work.data = sessions;
    sessions->is_writing = uv_queue_work(sessions->loop, &sessions->work, sessions_write, sessions_written) == 0;
}

void gn_kept_fini(struct gn_kept *sessions)
{
    gn_mem_give(sessions->bytes);
    sessions->bytes = NULL;
}
