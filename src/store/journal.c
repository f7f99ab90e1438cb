/* SPDX-License-Identifier: Apache-2.0 */
/* store/journal.c -- the writer.
 *
 *   append:  room in the segment? (else roll) ─▶ room allocated? (else allocate) ─▶ one write
 *
 * What must hold, and where it is seen to:
 *   1. A segment's header and name are durable before its first group is written      (segment_create)
 *   2. A segment is synced whole before the next one is made                           (journal_roll)
 *   3. Behind `end` there are only zeroes whenever a group is written                  (journal_clean)
 *   4. After open everything that is there is durable, also after a failed sync        (journal_harden) */
#include "store/journal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "os/clock.h"
#include "os/entropy.h"
#include "store/journal_int.h"
#include "store/journal_scan.h"

enum { PAGE_BYTES = 4096 };

struct segment_row {
    uint64_t first_seq;
    uint64_t bytes;
};

struct gn_journal {
    struct gn_disk disk;
    struct gn_clock clock; /* only to measure syncs */
    struct gn_journal_sizes sizes;
    char dir[GN_JOURNAL_PATH_BYTES]; /* DIR/journal */
    struct gn_file *file;            /* the last segment */
    struct gn_segment_head head;     /* its header */
    uint64_t end;                    /* of its last group */
    uint64_t allocated_end;          /* zeroes until here */
    uint64_t paved_end;              /* written ones until here, or less than `end` */
    uint32_t group_bytes;            /* of the last group */
    uint64_t next_seq;
    bool unsynced;                /* groups wait for a sync */
    bool soiled;                  /* a failed write may have left bytes behind `end` */
    bool broken;                  /* IO: what is on disk is not known any more */
    struct segment_row *segments; /* GN_JOURNAL_SEGMENTS_MAX; the last is the open one */
    uint32_t segment_count;
    struct gn_journal_stats stats;
};

static gn_err journal_do_sync(struct gn_journal *journal)
{
    const int64_t start_us = gn_mono_us(&journal->clock);
    gn_err err = journal->disk.sync(journal->disk.self, journal->file);
    const int64_t took_us = gn_mono_us(&journal->clock) - start_us;
    const uint64_t us = took_us > 0 ? (uint64_t)took_us : 0;
    journal->stats.sync_count++;
    journal->stats.sync_us_sum += us;
    if (us > journal->stats.sync_us_max)
        journal->stats.sync_us_max = us;
    return err;
}

/* --- segments -------------------------------------------------------------------------------------- */

/* Forgets a file that no record is in; afterwards its name cannot come back after a power cut. */
static gn_err segment_forget(struct gn_journal *journal, const char *path)
{
    gn_err err = journal->disk.remove(journal->disk.self, path);
    if (err && err != GN_ERR_NOT_FOUND)
        return err;
    return journal->disk.sync_dir(journal->disk.self, journal->dir);
}

static gn_err segment_fill(struct gn_journal *journal, struct gn_file *file, const struct gn_segment_head *head)
{
    const struct gn_disk *disk = &journal->disk;
    const struct gn_iov part = { head, sizeof *head };
    gn_err err = disk->allocate(disk->self, file, 0, journal->sizes.extent_bytes);
    if (err)
        return err;
    err = disk->write(disk->self, file, 0, &part, 1);
    if (err)
        return err;
    err = disk->sync(disk->self, file);
    if (err)
        return GN_ERR_IO; /* never to be tried again: what reached the disk is not known */
    err = disk->sync_dir(disk->self, journal->dir);
    return err ? GN_ERR_IO : GN_OK;
}

/* Makes the segment that begins with next_seq. NO_SPACE: there is nothing new on disk. */
static gn_err segment_create(struct gn_journal *journal, int64_t now_ms, const uint8_t node_id[static 16],
                             struct gn_file **out, struct gn_segment_head *out_head)
{
    const struct gn_disk *disk = &journal->disk;
    char path[GN_JOURNAL_PATH_BYTES];
    gn_err err = gn_segment_path(journal->dir, journal->next_seq, path);
    if (err)
        return err;
    struct gn_segment_head head = { .first_seq = journal->next_seq, .created_ms = now_ms };
    memcpy(head.node_id, node_id, sizeof head.node_id);
    gn_segment_head_seal(&head);

    struct gn_file *file = NULL;
    err = disk->open(disk->self, path, true, &file);
    if (err)
        return err;
    err = segment_fill(journal, file, &head);
    if (err) {
        disk->close(disk->self, file);
        /* If the name stayed, the next open would take it for the last segment. */
        return segment_forget(journal, path) ? GN_ERR_IO : err;
    }
    *out = file;
    *out_head = head;
    return GN_OK;
}

static gn_err journal_adopt(struct gn_journal *journal, struct gn_file *file, const struct gn_segment_head *head)
{
    if (journal->segment_count >= GN_JOURNAL_SEGMENTS_MAX)
        return GN_ERR_NO_SPACE;
    journal->segments[journal->segment_count++] = (struct segment_row){ head->first_seq, GN_SEGMENT_HEAD_BYTES };
    journal->file = file;
    journal->head = *head;
    journal->end = GN_SEGMENT_HEAD_BYTES;
    journal->allocated_end = journal->sizes.extent_bytes;
    journal->paved_end = 0;
    journal->stats.byte_count += GN_SEGMENT_HEAD_BYTES;
    return GN_OK;
}

static gn_err journal_roll(struct gn_journal *journal, int64_t now_ms)
{
    const struct gn_disk *disk = &journal->disk;
    if (journal->segment_count >= GN_JOURNAL_SEGMENTS_MAX)
        return GN_ERR_NO_SPACE;
    gn_err err = gn_journal_sync(journal);
    if (err)
        return err;
    struct gn_file *file = NULL;
    struct gn_segment_head head;
    err = segment_create(journal, now_ms, journal->head.node_id, &file, &head);
    if (err)
        return err;
    GN_IGNORE(disk->truncate(disk->self, journal->file, journal->end),
              "gives back what was allocated ahead; zeroes there do no harm");
    disk->close(disk->self, journal->file);
    return journal_adopt(journal, file, &head);
}

/* --- append and sync ------------------------------------------------------------------------------- */

/* Zeroes what a failed write may have left, for good: bytes of a group that never counted must not be
 * taken for the continuation of one that does. */
static gn_err journal_clean(struct gn_journal *journal)
{
    const struct gn_disk *disk = &journal->disk;
    if (!journal->soiled)
        return GN_OK;
    gn_err err = disk->truncate(disk->self, journal->file, journal->end);
    if (err)
        return err;
    err = journal_do_sync(journal);
    if (err)
        return GN_ERR_IO;
    journal->allocated_end = journal->end;
    journal->paved_end = 0;
    journal->unsynced = false;
    journal->stats.durable_seq = journal->next_seq - 1;
    journal->soiled = false;
    return GN_OK;
}

static gn_err journal_reserve(struct gn_journal *journal, uint64_t until)
{
    const struct gn_disk *disk = &journal->disk;
    if (until <= journal->allocated_end)
        return GN_OK;
    const uint64_t from = journal->allocated_end;
    const uint64_t needed = (until - from + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    uint64_t size = needed > journal->sizes.extent_bytes ? needed : journal->sizes.extent_bytes;
    gn_err err = disk->allocate(disk->self, journal->file, from, size);
    if (err == GN_ERR_NO_SPACE && size > needed) { /* nearly full: then without reserve */
        size = needed;
        err = disk->allocate(disk->self, journal->file, from, size);
    }
    if (err)
        return err;
    journal->allocated_end = from + size;
    return GN_OK;
}

static gn_err journal_check_parts(const struct gn_journal *journal, const struct gn_iov *parts, size_t part_count,
                                  uint64_t first_seq, uint32_t record_count, uint32_t *out_size)
{
    uint64_t size = 0;
    if (part_count < 1 || part_count > GN_JOURNAL_PARTS_MAX || record_count < 1 || first_seq != journal->next_seq)
        return GN_ERR_INVAL;
    for (size_t i = 0; i < part_count; i++) {
        if (parts[i].size == 0 || parts[i].size % 8 != 0 || parts[i].size > GN_JOURNAL_GROUP_BYTES_MAX)
            return GN_ERR_INVAL;
        size += parts[i].size;
    }
    struct gn_record_head first;
    if (size > GN_JOURNAL_GROUP_BYTES_MAX || size / sizeof first < record_count)
        return GN_ERR_INVAL;
    memcpy(&first, parts[0].at, sizeof first);
    if (first.seq != first_seq || first.type == GN_RECORD_PAD)
        return GN_ERR_INVAL;
    *out_size = (uint32_t)size;
    return GN_OK;
}

/* Stands ready for `size` bytes at `end`. On NO_SPACE the journal is as it was. */
static gn_err journal_make_room(struct gn_journal *journal, uint32_t size, int64_t now_ms)
{
    gn_err err = journal_clean(journal); /* also before a roll: a segment ends where its last group ends */
    if (!err && journal->end > GN_SEGMENT_HEAD_BYTES && journal->end + size > journal->sizes.segment_bytes)
        err = journal_roll(journal, now_ms);
    if (!err)
        err = journal_reserve(journal, journal->end + size);
    return err;
}

static gn_err journal_write_group(struct gn_journal *journal, const struct gn_group_head *head,
                                  const struct gn_iov *parts, size_t part_count)
{
    struct gn_iov all[GN_JOURNAL_PARTS_MAX + 1];
    all[0] = (struct gn_iov){ head, sizeof *head };
    memcpy(all + 1, parts, part_count * sizeof *parts);
    return journal->disk.write(journal->disk.self, journal->file, journal->end, all, part_count + 1);
}

gn_err gn_journal_append(struct gn_journal *journal, const struct gn_iov *parts, size_t part_count, uint64_t first_seq,
                         uint32_t record_count, int64_t now_ms)
{
    uint32_t body_size = 0;
    if (journal->broken)
        return GN_ERR_IO;
    gn_err err = journal_check_parts(journal, parts, part_count, first_seq, record_count, &body_size);
    if (err)
        return err;

    struct gn_group_head head = { .magic = GN_GROUP_MAGIC,
                                  .size = GN_GROUP_HEAD_BYTES + body_size,
                                  .count = record_count,
                                  .first_seq = first_seq,
                                  .time_ms = now_ms };
    err = journal_make_room(journal, head.size, now_ms);
    if (err)
        goto failed;
    head.durable_seq = journal->stats.durable_seq; /* after a roll, which syncs */
    head.crc = gn_group_crc(journal->head.crc, &head, parts, part_count);
    err = journal_write_group(journal, &head, parts, part_count);
    if (err) {
        journal->soiled = true;
        goto failed;
    }

    journal->end += head.size;
    journal->group_bytes = head.size;
    journal->next_seq += record_count;
    journal->unsynced = true;
    journal->segments[journal->segment_count - 1].bytes = journal->end;
    journal->stats.byte_count += head.size;
    journal->stats.group_count++;
    assert(journal->end <= journal->allocated_end);
    return GN_OK;

failed:
    if (err != GN_ERR_NO_SPACE) {
        journal->broken = true;
        return GN_ERR_IO;
    }
    return err;
}

gn_err gn_journal_sync(struct gn_journal *journal)
{
    if (journal->broken)
        return GN_ERR_IO;
    if (!journal->unsynced)
        return GN_OK;
    if (journal_do_sync(journal)) {
        journal->broken = true;
        return GN_ERR_IO;
    }
    journal->unsynced = false;
    journal->stats.durable_seq = journal->next_seq - 1;
    return GN_OK;
}

gn_err gn_journal_pave(struct gn_journal *journal)
{
    static const uint8_t zeroes[GN_JOURNAL_PAVE_BYTES];
    const uint64_t ahead = journal->sizes.pave_bytes / 4;
    const uint64_t from = journal->paved_end > journal->end ? journal->paved_end : journal->end;
    if (journal->broken)
        return GN_ERR_IO;
    if (journal->soiled || journal->group_bytes > ahead || from >= journal->end + ahead ||
        from >= journal->allocated_end)
        return GN_OK;
    const uint64_t left = journal->allocated_end - from;
    const struct gn_iov part = { zeroes, left < journal->sizes.pave_bytes ? (size_t)left : journal->sizes.pave_bytes };
    const gn_err err = journal->disk.write(journal->disk.self, journal->file, from, &part, 1);
    if (err == GN_OK)
        journal->paved_end = from + part.size;
    if (err == GN_OK || err == GN_ERR_NO_SPACE) /* a file system that copies on write: the next append will tell */
        return GN_OK;
    journal->broken = true;
    return GN_ERR_IO;
}

uint64_t gn_journal_next_seq(const struct gn_journal *journal)
{
    return journal->next_seq;
}

void gn_journal_stats(const struct gn_journal *journal, struct gn_journal_stats *out)
{
    *out = journal->stats;
    out->segment_count = journal->segment_count;
}

gn_err gn_journal_trim(struct gn_journal *journal, uint64_t seq, uint64_t keep_bytes)
{
    while (journal->segment_count > 1 && journal->segments[1].first_seq <= seq &&
           journal->stats.byte_count > keep_bytes) {
        char path[GN_JOURNAL_PATH_BYTES];
        gn_err err = gn_segment_path(journal->dir, journal->segments[0].first_seq, path);
        if (!err)
            err = segment_forget(journal, path); /* synced one by one: never a hole in the row of segments */
        if (err)
            return err;
        journal->stats.byte_count -= journal->segments[0].bytes;
        journal->segment_count--;
        memmove(journal->segments, journal->segments + 1, journal->segment_count * sizeof *journal->segments);
    }
    return GN_OK;
}

/* --- open ------------------------------------------------------------------------------------------ */

static gn_err journal_damaged(struct gn_diag *diag, const char *path, uint64_t offset, const char *what)
{
    gn_diag_set(diag, 0, 0, "damaged at byte %" PRIu64 ": %s", offset, what);
    if (diag != NULL)
        gn_diag_file(diag, path);
    return GN_ERR_CORRUPT;
}

/* Writes again, and syncs, what nothing proves to be on the disk: after a failed sync the kernel still shows
 * bytes that it no longer intends to write, and after a killed process there may have been no sync at all. */
static gn_err journal_harden(struct gn_journal *journal, struct gn_scan *scan)
{
    const struct gn_disk *disk = &journal->disk;
    for (uint64_t at = scan->unproven_offset; at < scan->offset;) {
        const uint64_t left = scan->offset - at;
        const size_t ask = left < GN_GROUP_BYTES_MAX ? (size_t)left : GN_GROUP_BYTES_MAX;
        size_t got = 0;
        gn_err err = disk->read(disk->self, journal->file, at, scan->window, ask, &got);
        if (err)
            return err;
        if (got == 0)
            return GN_ERR_IO;
        const struct gn_iov part = { scan->window, got };
        err = disk->write(disk->self, journal->file, at, &part, 1);
        if (err)
            return err;
        at += got;
    }
    gn_err err = disk->sync(disk->self, journal->file);
    return err ? err : disk->sync_dir(disk->self, journal->dir);
}

static gn_err journal_cut_tail(struct gn_journal *journal, struct gn_scan *scan, const char *path, struct gn_diag *diag)
{
    const struct gn_disk *disk = &journal->disk;
    bool blank = false;
    uint64_t dirty_end = 0;
    gn_err err = gn_scan_is_blank(scan, scan->offset, &blank, &dirty_end);
    if (err)
        return err;
    if (!blank) {
        bool proven = false;
        uint64_t after = 0;
        err = gn_scan_find_proof(scan, &proven, &after);
        if (err)
            return err;
        if (proven) {
            char what[160];
            (void)snprintf(what, sizeof what,
                           "records %" PRIu64 " to before %" PRIu64 " were on disk and cannot be read; "
                           "nothing was changed",
                           scan->next_seq, after);
            return journal_damaged(diag, path, scan->offset, what);
        }
    }
    uint64_t size = 0;
    err = disk->size(disk->self, journal->file, &size);
    if (!err && !blank) { /* zeroes must follow, else old bytes could pass for new groups one day */
        err = disk->truncate(disk->self, journal->file, scan->offset);
        size = scan->offset;
    }
    if (err)
        return err;
    journal->stats.cut_bytes = dirty_end - scan->offset;
    journal->end = scan->offset;
    journal->allocated_end = size;
    return GN_OK;
}

/* Takes the last segment as the one to go on with. NOT_FOUND: it was never finished and is gone now. */
static gn_err journal_take_last(struct gn_journal *journal, struct gn_scan *scan, uint64_t first_seq,
                                struct gn_diag *diag)
{
    const struct gn_disk *disk = &journal->disk;
    char path[GN_JOURNAL_PATH_BYTES];
    gn_err err = gn_segment_path(journal->dir, first_seq, path);
    if (!err)
        err = disk->open(disk->self, path, false, &journal->file);
    if (err)
        return err;
    err = gn_scan_start(scan, journal->file);
    if (err == GN_ERR_CORRUPT) {
        /* The header is synced before the first group is written: without groups it was never in use. */
        bool blank = false;
        uint64_t end = 0;
        gn_err read_err = gn_scan_is_blank(scan, GN_SEGMENT_HEAD_BYTES, &blank, &end);
        if (read_err)
            return read_err;
        if (!blank)
            return journal_damaged(diag, path, 0, "the segment's header fails its check");
        disk->close(disk->self, journal->file);
        journal->file = NULL;
        err = segment_forget(journal, path);
        return err ? err : GN_ERR_NOT_FOUND;
    }
    if (err)
        return err;
    if (scan->head.first_seq != first_seq)
        return journal_damaged(diag, path, 16, "its name and its header disagree about the first record");

    const struct gn_group_head *group;
    while ((err = gn_scan_next(scan, &group)) == GN_OK)
        continue;
    if (err != GN_ERR_NOT_FOUND)
        return err;
    err = journal_cut_tail(journal, scan, path, diag);
    if (err)
        return err;
    journal->head = scan->head;
    journal->next_seq = scan->next_seq;
    journal->stats.durable_seq = scan->next_seq - 1;
    return journal_harden(journal, scan);
}

/* The sizes of all segments, for trim and the status. */
static gn_err journal_list(struct gn_journal *journal, const uint64_t *seqs, size_t count)
{
    const struct gn_disk *disk = &journal->disk;
    if (count > GN_JOURNAL_SEGMENTS_MAX)
        return GN_ERR_FULL;
    journal->segment_count = 0;
    journal->stats.byte_count = 0;
    for (size_t i = 0; i < count; i++) {
        char path[GN_JOURNAL_PATH_BYTES];
        struct gn_file *file = NULL;
        uint64_t size = journal->end;
        gn_err err = gn_segment_path(journal->dir, seqs[i], path);
        if (!err && i + 1 < count) {
            err = disk->open(disk->self, path, false, &file);
            if (!err)
                err = disk->size(disk->self, file, &size);
            if (file != NULL)
                disk->close(disk->self, file);
        }
        if (err)
            return err;
        journal->segments[i] = (struct segment_row){ seqs[i], size };
        journal->stats.byte_count += size;
        journal->segment_count++;
    }
    return GN_OK;
}

static gn_err journal_start(struct gn_journal *journal, int64_t now_ms)
{
    uint8_t node_id[16];
    struct gn_file *file = NULL;
    struct gn_segment_head head;
    gn_entropy(node_id, sizeof node_id);
    journal->next_seq = 1;
    gn_err err = segment_create(journal, now_ms, node_id, &file, &head);
    return err ? err : journal_adopt(journal, file, &head);
}

static gn_err journal_load(struct gn_journal *journal, int64_t now_ms, struct gn_diag *diag)
{
    uint64_t *seqs = NULL;
    size_t count = 0;
    struct gn_scan scan = { 0 };
    gn_err err = gn_segment_list(&journal->disk, journal->dir, &seqs, &count);
    if (err)
        return err;
    err = gn_scan_init(&scan, &journal->disk);
    if (err)
        goto cleanup;
    err = GN_ERR_NOT_FOUND;
    while (count > 0 && err == GN_ERR_NOT_FOUND) {
        err = journal_take_last(journal, &scan, seqs[count - 1], diag);
        if (err == GN_ERR_NOT_FOUND)
            count--;
    }
    if (err == GN_ERR_NOT_FOUND)
        err = journal_start(journal, now_ms);
    else if (!err)
        err = journal_list(journal, seqs, count);

cleanup:
    gn_scan_fini(&scan);
    gn_mem_give(seqs);
    return err;
}

static gn_err journal_make_dirs(struct gn_journal *journal, const char *dir, struct gn_diag *diag)
{
    const struct gn_disk *disk = &journal->disk;
    const int size = snprintf(journal->dir, sizeof journal->dir, "%s/journal", dir);
    if (size < 0 || (size_t)size + 32 > sizeof journal->dir) { /* 32: a segment's name */
        gn_diag_set(diag, 0, 0, "the path is too long for the journal");
        return GN_ERR_INVAL;
    }
    gn_err err = disk->make_dir(disk->self, journal->dir);
    if (!err)
        err = disk->sync_dir(disk->self, dir);
    return err;
}

static void journal_explain(struct gn_diag *diag, const char *path, gn_err err)
{
    if (diag == NULL || diag->text[0] != '\0')
        return;
    if (err == GN_ERR_DENIED)
        gn_diag_set(diag, 0, 0,
                    "the journal cannot be written: check that the folder belongs to the user who runs the "
                    "node, and is not mounted read-only");
    else if (err == GN_ERR_NO_SPACE)
        gn_diag_set(diag, 0, 0, "the disk is full: make space and start again");
    else
        gn_diag_set(diag, 0, 0, "the journal cannot be opened: %s", gn_err_text(err));
    gn_diag_file(diag, path);
}

gn_err gn_journal_open_sized(const struct gn_disk *disk, const char *dir, int64_t now_ms, struct gn_journal_sizes sizes,
                             struct gn_journal **out, struct gn_diag *diag)
{
    struct gn_journal *journal = gn_mem_take(sizeof *journal, "journal: writer");
    if (journal == NULL)
        return GN_ERR_FULL;
    journal->disk = *disk;
    journal->clock = gn_clock_system();
    journal->sizes = sizes;
    if (diag != NULL)
        *diag = (struct gn_diag){ 0 };
    gn_err err = GN_ERR_FULL;
    journal->segments = gn_mem_take(GN_JOURNAL_SEGMENTS_MAX * sizeof *journal->segments, "journal: segments");
    if (journal->segments != NULL)
        err = journal_make_dirs(journal, dir, diag);
    if (!err)
        err = journal_load(journal, now_ms, diag);
    if (err) {
        journal_explain(diag, journal->dir, err);
        gn_journal_close(journal);
        return err;
    }
    *out = journal;
    return GN_OK;
}

gn_err gn_journal_open(const struct gn_disk *disk, const char *dir, int64_t now_ms, struct gn_journal **out,
                       struct gn_diag *diag)
{
    const struct gn_journal_sizes sizes = { GN_JOURNAL_SEGMENT_BYTES, GN_JOURNAL_EXTENT_BYTES, GN_JOURNAL_PAVE_BYTES };
    return gn_journal_open_sized(disk, dir, now_ms, sizes, out, diag);
}

void gn_journal_close(struct gn_journal *journal)
{
    if (journal == NULL)
        return;
    if (journal->file != NULL)
        journal->disk.close(journal->disk.self, journal->file);
    gn_mem_give(journal->segments);
    gn_mem_give(journal);
}
