/* SPDX-License-Identifier: Apache-2.0 */
/* store/journal_fuzz.c -- any bytes as the only segment of a journal: read as a file, opened to write, gone on
 * with, read again. Nothing may be read out of bounds; after an open that worked the journal must work.
 *
 * A fuzzer cannot guess checksums, so when the first byte is odd they are put right first. */
#include <stdlib.h>
#include <string.h>

#include "os/disk_sim.h"
#include "store/journal_format.h"
#include "store/journal_int.h"
#include "thing/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char fuzz_path[] = "data/journal/00000000000000000001.gnj";

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void mend(uint8_t *bytes, size_t size)
{
    struct gn_segment_head head;
    struct gn_group_head group;
    if (size < sizeof head)
        return;
    memcpy(&head, bytes, sizeof head);
    head.first_seq = 1;
    gn_segment_head_seal(&head);
    memcpy(bytes, &head, sizeof head);
    for (size_t at = sizeof head; size - at >= sizeof group; at += group.size) {
        memcpy(&group, bytes + at, sizeof group);
        if (group.size < sizeof group || group.size > size - at)
            break;
        const struct gn_iov body = { bytes + at + sizeof group, group.size - sizeof group };
        group.crc = gn_group_crc(head.crc, &group, &body, 1);
        memcpy(bytes + at, &group, sizeof group);
    }
}

static uint64_t read_all(const struct gn_disk *disk, const char *path)
{
    struct gn_journal_reader *reader = NULL;
    const struct gn_record_head *record;
    struct gn_diag diag;
    uint64_t count = 0;
    unsigned corrupt = 0;
    if (gn_journal_reader_open(disk, path, 0, &reader, &diag) != GN_OK)
        return 0;
    for (;;) {
        const gn_err err = gn_journal_reader_next(reader, &record, &diag);
        if (err == GN_ERR_CORRUPT) {
            must(++corrupt < 10);
            continue;
        }
        if (err)
            break;
        must(gn_record_valid((gn_bytes){ (const uint8_t *)record, record->size }));
        count++;
    }
    gn_journal_reader_close(reader);
    return count;
}

static void go_on(const struct gn_disk *disk)
{
    struct gn_journal *journal = NULL;
    struct gn_diag diag;
    const struct gn_journal_sizes sizes = { 4096, 1024, 16384 };
    if (gn_journal_open_sized(disk, "data", 1, sizes, &journal, &diag) != GN_OK)
        return;
    const uint64_t next = gn_journal_next_seq(journal);
    struct gn_record_tick tick = { .head = { sizeof tick, GN_RECORD_TICK, 0, 0, next } };
    const struct gn_iov part = { &tick, sizeof tick };
    must(gn_journal_append(journal, &part, 1, next, 1, 1) == GN_OK);
    must(gn_journal_sync(journal) == GN_OK);
    gn_journal_close(journal);
    must(read_all(disk, "data") == next);
    must(gn_journal_open_sized(disk, "data", 1, sizes, &journal, &diag) == GN_OK);
    must(gn_journal_next_seq(journal) == next + 1);
    gn_journal_close(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 65536)
        return 0;
    struct gn_disk_sim *sim = gn_disk_sim_new(1);
    must(sim != NULL);
    struct gn_disk disk = gn_disk_simulated(sim);
    struct gn_file *file = NULL;
    uint8_t *bytes = malloc(size);
    must(bytes != NULL);
    memcpy(bytes, data + 1, size - 1);
    if (data[0] & 1)
        mend(bytes, size - 1);
    const struct gn_iov part = { bytes, size - 1 };
    must(disk.make_dir(disk.self, "data") == GN_OK && disk.make_dir(disk.self, "data/journal") == GN_OK);
    must(disk.open(disk.self, fuzz_path, true, &file) == GN_OK);
    if (part.size > 0)
        must(disk.write(disk.self, file, 0, &part, 1) == GN_OK);
    disk.close(disk.self, file);
    free(bytes);

    (void)read_all(&disk, fuzz_path);
    go_on(&disk);
    gn_disk_sim_free(sim);
    return 0;
}
