/* SPDX-License-Identifier: Apache-2.0 */
/* store/journal_fixture.h -- for tests of the journal: records whose bytes follow from their seq, written to a
 * simulated disk and compared when they come back. */
#ifndef GN_STORE_JOURNAL_FIXTURE_H
#define GN_STORE_JOURNAL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "os/disk_sim.h"
#include "store/journal_format.h"
#include "store/journal_int.h"
#include "thing/record_fixture.h"

enum { FIXTURE_RECORDS_MAX = 40000 };

/* Small, so that a few groups fill a segment. */
#define FIXTURE_SIZES ((struct gn_journal_sizes){ .segment_bytes = 2048, .extent_bytes = 512, .pave_bytes = 512 })

static inline uint64_t fixture_mix(uint64_t v)
{
    v ^= v >> 30;
    v *= UINT64_C(0xbf58476d1ce4e5b9);
    v ^= v >> 27;
    v *= UINT64_C(0x94d049bb133111eb);
    return v ^ (v >> 31);
}

/* What record `seq` of that generation is: a reading, or sometimes a text. */
static inline struct gn_record_head *fixture_of(union record_fixture *to, uint64_t seq, uint32_t generation)
{
    const uint64_t r = fixture_mix(seq * 1000003 + generation);
    if (r % 4 == 0) {
        char text[64];
        const int size = snprintf(text, sizeof text, "text %llu of %u %.*s", (unsigned long long)seq,
                                  (unsigned)generation, (int)(r % 40), "........................................");
        return fixture_text(to, seq, (uint32_t)(r % 7), (int64_t)seq, (gn_str){ text, size < 63 ? (size_t)size : 63 });
    }
    return fixture_reading(to, seq, (uint32_t)(r % 7), (int64_t)(r >> 20), (double)generation);
}

/* Appends `count` records of a generation as one group of several parts. */
static inline gn_err fixture_append(struct gn_journal *journal, uint32_t count, uint32_t generation)
{
    static union record_fixture records[GN_JOURNAL_PARTS_MAX];
    struct gn_iov parts[GN_JOURNAL_PARTS_MAX];
    const uint64_t first = gn_journal_next_seq(journal);
    for (uint32_t i = 0; i < count; i++) {
        const struct gn_record_head *head = fixture_of(&records[i], first + i, generation);
        parts[i] = (struct gn_iov){ records[i].bytes, head->size };
    }
    return gn_journal_append(journal, parts, count, first, count, 0);
}

/* Which generation a record is of, by comparing it with what each would be; 0: of none, it was invented. */
static inline uint32_t fixture_generation(const struct gn_record_head *head, uint32_t generations)
{
    union record_fixture wanted;
    for (uint32_t g = 1; g <= generations; g++) {
        (void)fixture_of(&wanted, head->seq, g);
        if (wanted.head.size == head->size && memcmp(wanted.bytes, head, head->size) == 0)
            return g;
    }
    return 0;
}

struct fixture_read {
    uint64_t first_seq; /* 0 = nothing came */
    uint64_t last_seq;
    uint32_t corrupt_count;
    struct gn_diag diag; /* of the first CORRUPT */
    uint8_t generation[FIXTURE_RECORDS_MAX];
};

/* Reads all there is; what comes must be of known generations and ascend (without gaps unless CORRUPT). */
static inline gn_err fixture_read_all(const struct gn_disk *disk, const char *path, uint64_t from_seq,
                                      uint32_t generations, struct fixture_read *out)
{
    struct gn_journal_reader *reader = NULL;
    *out = (struct fixture_read){ 0 };
    gn_err err = gn_journal_reader_open(disk, path, from_seq, &reader, &out->diag);
    if (err)
        return err;
    bool gap_allowed = true; /* the first record may be any */
    for (;;) {
        const struct gn_record_head *head = NULL;
        struct gn_diag diag = { 0 };
        err = gn_journal_reader_next(reader, &head, &diag);
        if (err == GN_ERR_CORRUPT) {
            if (out->corrupt_count++ == 0)
                out->diag = diag;
            gap_allowed = true;
            if (out->corrupt_count > 100)
                break;
            continue;
        }
        if (err)
            break;
        assert_true(head->seq > out->last_seq);
        assert_true(gap_allowed || head->seq == out->last_seq + 1);
        gap_allowed = false;
        if (out->first_seq == 0)
            out->first_seq = head->seq;
        out->last_seq = head->seq;
        assert_true(head->seq < FIXTURE_RECORDS_MAX);
        out->generation[head->seq] = (uint8_t)fixture_generation(head, generations);
        assert_int_not_equal(out->generation[head->seq], 0);
    }
    gn_journal_reader_close(reader);
    return err;
}

static inline gn_err fixture_open(const struct gn_disk *disk, struct gn_journal **out, struct gn_diag *diag)
{
    return gn_journal_open_sized(disk, "data", 1, FIXTURE_SIZES, out, diag);
}

static inline struct gn_disk_sim *fixture_disk(struct gn_disk *out, uint64_t seed)
{
    struct gn_disk_sim *sim = gn_disk_sim_new(seed);
    assert_non_null(sim);
    *out = gn_disk_simulated(sim);
    assert_int_equal(out->make_dir(out->self, "data"), GN_OK);
    assert_int_equal(out->sync_dir(out->self, ""), GN_OK); /* the folder itself is not what is tested */
    return sim;
}

/* Bytes of a file on the simulated disk; the caller gives them back. */
static inline uint8_t *fixture_bytes(const struct gn_disk *disk, const char *path, size_t *out_size)
{
    struct gn_file *file = NULL;
    uint64_t size = 0;
    size_t got = 0;
    assert_int_equal(disk->open(disk->self, path, false, &file), GN_OK);
    assert_int_equal(disk->size(disk->self, file, &size), GN_OK);
    uint8_t *bytes = gn_mem_take(size + 1, "a test");
    assert_non_null(bytes);
    assert_int_equal(disk->read(disk->self, file, 0, bytes, size, &got), GN_OK);
    assert_int_equal(got, size);
    disk->close(disk->self, file);
    *out_size = size;
    return bytes;
}

static inline void fixture_make_file(const struct gn_disk *disk, const char *path, const void *bytes, size_t size)
{
    struct gn_file *file = NULL;
    const struct gn_iov part = { bytes, size };
    assert_int_equal(disk->open(disk->self, path, true, &file), GN_OK);
    if (size > 0)
        assert_int_equal(disk->write(disk->self, file, 0, &part, 1), GN_OK);
    assert_int_equal(disk->sync(disk->self, file), GN_OK);
    disk->close(disk->self, file);
}

#endif
