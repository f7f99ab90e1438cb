/* SPDX-License-Identifier: Apache-2.0 */
/* store/journal_reader.c -- goes through all segments, also while they are being written.
 *
 *   next record of the group ─▶ next group of the segment ─▶ where the segment ends:
 *       the next segment begins with the record that is due    go on there
 *       it begins with a later one                             CORRUPT, then go on there
 *       there is none                                          the end, or damage that a later group proves
 *
 * A live writer may finish a group between two looks at a file, so nothing is called damage that has not
 * been looked at twice, the second time after the evidence was found. */
#include "store/journal.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "store/journal_scan.h"

struct gn_journal_reader {
    struct gn_disk disk;
    char dir[GN_JOURNAL_PATH_BYTES];  /* empty: one file only */
    char path[GN_JOURNAL_PATH_BYTES]; /* of the segment that is read */
    struct gn_file *file;             /* NULL: the segment could not be used, the next one is looked for */
    uint64_t segment_seq;             /* in the name of the segment */
    struct gn_scan scan;
    const uint8_t *at; /* in the group that is given out */
    uint32_t left;     /* records of it */
    uint64_t from_seq;
    uint64_t looked_at; /* offset up to which the end of this segment was searched for damage */
};

static gn_err reader_diag(const struct gn_journal_reader *reader, struct gn_diag *diag, uint64_t offset, uint64_t due,
                          uint64_t after)
{
    if (after > due)
        gn_diag_set(diag, 0, 0, "damaged at byte %" PRIu64 ": records %" PRIu64 " to %" PRIu64 " cannot be read",
                    offset, due, after - 1);
    else
        gn_diag_set(diag, 0, 0, "damaged at byte %" PRIu64 ": record %" PRIu64 " is expected here", offset, due);
    if (diag != NULL)
        gn_diag_file(diag, reader->path);
    return GN_ERR_CORRUPT;
}

static void reader_leave(struct gn_journal_reader *reader)
{
    if (reader->file != NULL)
        reader->disk.close(reader->disk.self, reader->file);
    reader->file = NULL;
    reader->left = 0;
    reader->looked_at = 0;
}

/* CORRUPT, unless nothing but zeroes follows the broken header: such a segment was never in use. */
static gn_err reader_check_unused(struct gn_journal_reader *reader, struct gn_file *file)
{
    bool blank = false;
    uint64_t end = 0;
    gn_err err = gn_scan_is_blank(&reader->scan, GN_SEGMENT_HEAD_BYTES, &blank, &end);
    if (err)
        return err;
    if (blank)
        return GN_ERR_NOT_FOUND;
    return gn_scan_start(&reader->scan, file); /* the second look */
}

/* Opens a segment of the directory and reads its header. The reader stands there afterwards even when the
 * header is broken, so that it can go on to the next one. NOT_FOUND: it is being made, or never was ready. */
static gn_err reader_enter(struct gn_journal_reader *reader, uint64_t seq)
{
    char path[GN_JOURNAL_PATH_BYTES];
    struct gn_file *file = NULL;
    gn_err err = gn_segment_path(reader->dir, seq, path);
    if (!err)
        err = reader->disk.open(reader->disk.self, path, false, &file);
    if (err)
        return err == GN_ERR_NOT_FOUND ? GN_ERR_AGAIN : err; /* trimmed since it was listed */
    reader_leave(reader);
    memcpy(reader->path, path, sizeof path);
    reader->segment_seq = seq;
    err = gn_scan_start(&reader->scan, file);
    if (err == GN_ERR_CORRUPT)
        err = reader_check_unused(reader, file);
    if (!err && reader->scan.head.first_seq != seq)
        err = GN_ERR_CORRUPT;
    if (err)
        reader->disk.close(reader->disk.self, file);
    else
        reader->file = file;
    return err;
}

static void reader_take(struct gn_journal_reader *reader, const struct gn_group_head *group)
{
    reader->at = (const uint8_t *)group + sizeof *group;
    reader->left = group->count;
}

/* The segment behind the one that is read. NOT_FOUND: there is none. */
static gn_err reader_following(struct gn_journal_reader *reader, uint64_t *out_seq, bool *out_is_last)
{
    uint64_t *seqs = NULL;
    size_t count = 0;
    gn_err err = gn_segment_list(&reader->disk, reader->dir, &seqs, &count);
    if (err)
        return err;
    err = GN_ERR_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        if (seqs[i] > reader->segment_seq) {
            *out_seq = seqs[i];
            *out_is_last = i + 1 == count;
            err = GN_OK;
            break;
        }
    }
    gn_mem_give(seqs);
    return err;
}

/* At the end of the last segment: is it really the end? */
static gn_err reader_check_end(struct gn_journal_reader *reader, struct gn_diag *diag)
{
    const uint64_t offset = reader->scan.offset;
    bool untouched = true;
    gn_err err = gn_scan_is_untouched(&reader->scan, &untouched);
    if (err)
        return err;
    /* Zeroes are searched beyond once a segment (a lost sector reads as zeroes), not at every poll. */
    if (reader->looked_at == offset || (untouched && reader->looked_at > 0))
        return GN_ERR_NOT_FOUND;
    bool proven = false;
    uint64_t after = 0;
    err = gn_scan_find_proof(&reader->scan, &proven, &after);
    if (err)
        return err;
    reader->scan.window_size = 0;
    if (!proven) {
        reader->looked_at = offset;
        return GN_ERR_NOT_FOUND;
    }
    const struct gn_group_head *group;
    err = gn_scan_next(&reader->scan, &group);
    if (err != GN_ERR_NOT_FOUND) {
        if (!err)
            reader_take(reader, group);
        return err;
    }
    reader->looked_at = offset; /* said once */
    return reader_diag(reader, diag, offset, reader->scan.next_seq, after);
}

/* Steps into segment `seq`. */
static gn_err reader_step(struct gn_journal_reader *reader, uint64_t seq, bool is_last, struct gn_diag *diag)
{
    const bool was_read = reader->file != NULL;
    const uint64_t due = reader->scan.next_seq;
    const uint64_t end = reader->scan.offset;
    if (was_read && seq != due) { /* the rest of this one is damaged: said now, entered the next time */
        gn_err err = reader_diag(reader, diag, end, due, seq);
        reader_leave(reader);
        return err;
    }
    gn_err err = reader_enter(reader, seq);
    if (err == GN_ERR_NOT_FOUND && is_last) { /* made this moment by the writer, or never finished */
        reader->segment_seq = seq - 1;
        return err;
    }
    if (err != GN_ERR_CORRUPT && err != GN_ERR_NOT_FOUND)
        return err;
    return reader_diag(reader, diag, 0, seq, 0);
}

/* OK: there is a group, or another segment. AGAIN: what was listed has gone. */
static gn_err reader_advance(struct gn_journal_reader *reader, struct gn_diag *diag)
{
    const struct gn_group_head *group;
    gn_err err = GN_ERR_NOT_FOUND;
    if (reader->file != NULL)
        err = gn_scan_next(&reader->scan, &group);
    if (!err) {
        reader_take(reader, group);
        return GN_OK;
    }
    if (err != GN_ERR_NOT_FOUND)
        return err;
    if (reader->dir[0] == '\0')
        return reader->file != NULL ? reader_check_end(reader, diag) : GN_ERR_NOT_FOUND;

    uint64_t seq = 0;
    bool is_last = false;
    err = reader_following(reader, &seq, &is_last);
    if (err == GN_ERR_NOT_FOUND)
        return reader->file != NULL ? reader_check_end(reader, diag) : err;
    if (err)
        return err;
    if (reader->file != NULL) { /* there is a next one, so this one is complete: look again */
        err = gn_scan_next(&reader->scan, &group);
        if (!err)
            reader_take(reader, group);
        if (err != GN_ERR_NOT_FOUND)
            return err;
    }
    return reader_step(reader, seq, is_last, diag);
}

gn_err gn_journal_reader_next(struct gn_journal_reader *reader, const struct gn_record_head **out, struct gn_diag *diag)
{
    for (;;) {
        while (reader->left > 0) {
            const struct gn_record_head *record = (const struct gn_record_head *)(const void *)reader->at;
            reader->at += record->size; /* the scan has checked every record of the group */
            reader->left--;
            if (record->seq >= reader->from_seq) {
                *out = record;
                return GN_OK;
            }
        }
        gn_err err = reader_advance(reader, diag);
        if (err && err != GN_ERR_AGAIN)
            return err;
    }
}

/* --- open ------------------------------------------------------------------------------------------ */

/* Tries `path` as a directory of segments. NOT_FOUND: it is none, or an empty one. */
static gn_err reader_open_dir(struct gn_journal_reader *reader, const char *path, const char *below)
{
    uint64_t *seqs = NULL;
    size_t count = 0;
    const int size = snprintf(reader->dir, sizeof reader->dir, "%s%s", path, below);
    if (size < 0 || (size_t)size >= sizeof reader->dir)
        return GN_ERR_NOT_FOUND;
    if (gn_segment_list(&reader->disk, reader->dir, &seqs, &count) != GN_OK || count == 0)
        return GN_ERR_NOT_FOUND;
    size_t start = 0;
    while (start + 1 < count && seqs[start + 1] <= reader->from_seq)
        start++;
    reader->segment_seq = seqs[start] - 1; /* the first look for what follows finds it */
    gn_mem_give(seqs);
    return GN_OK;
}

static gn_err reader_open_file(struct gn_journal_reader *reader, const char *path, struct gn_diag *diag)
{
    reader->dir[0] = '\0';
    gn_err err = gn_str_copy(reader->path, sizeof reader->path, gn_str_of(path));
    if (!err)
        err = reader->disk.open(reader->disk.self, path, false, &reader->file);
    if (err) {
        gn_diag_set(diag, 0, 0, "there is no journal here");
        if (diag != NULL)
            gn_diag_file(diag, path);
        return GN_ERR_NOT_FOUND;
    }
    err = gn_scan_start(&reader->scan, reader->file);
    if (err == GN_ERR_CORRUPT) {
        gn_diag_set(diag, 0, 0, "damaged at byte 0: this is not the header of a journal segment");
        if (diag != NULL)
            gn_diag_file(diag, path);
    }
    return err;
}

gn_err gn_journal_reader_open(const struct gn_disk *disk, const char *path, uint64_t from_seq,
                              struct gn_journal_reader **out, struct gn_diag *diag)
{
    struct gn_journal_reader *reader = gn_mem_take(sizeof *reader, "journal: reader");
    if (reader == NULL)
        return GN_ERR_FULL;
    reader->disk = *disk;
    reader->from_seq = from_seq;
    gn_err err = gn_scan_init(&reader->scan, disk);
    if (!err) {
        err = reader_open_dir(reader, path, "/journal");
        if (err)
            err = reader_open_dir(reader, path, "");
        if (err)
            err = reader_open_file(reader, path, diag);
    }
    if (err) {
        gn_journal_reader_close(reader);
        return err;
    }
    *out = reader;
    return GN_OK;
}

void gn_journal_reader_close(struct gn_journal_reader *reader)
{
    if (reader == NULL)
        return;
    reader_leave(reader);
    gn_scan_fini(&reader->scan);
    gn_mem_give(reader);
}
