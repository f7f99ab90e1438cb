/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_fixture.h"

#include <sched.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "os/thread.h"

static struct fixture_read read_back; /* large: not on the stack */

/* `groups` groups of 5 in segments of a few. */
static struct gn_disk_sim *make_journal(struct gn_disk *disk, uint32_t groups)
{
    struct gn_journal *journal = NULL;
    struct gn_disk_sim *sim = fixture_disk(disk, 1);
    assert_int_equal(fixture_open(disk, &journal, NULL), GN_OK);
    for (uint32_t i = 0; i < groups; i++) {
        assert_int_equal(fixture_append(journal, 5, 1), GN_OK);
        assert_int_equal(gn_journal_sync(journal), GN_OK);
    }
    gn_journal_close(journal);
    return sim;
}

static void reading_starts_where_it_is_told(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = make_journal(&disk, 30);
    for (uint64_t from = 0; from <= 152; from++) {
        assert_int_equal(fixture_read_all(&disk, "data", from, 1, &read_back), GN_ERR_NOT_FOUND);
        assert_int_equal(read_back.first_seq, from > 150 ? 0 : from == 0 ? 1 : from);
        assert_int_equal(read_back.corrupt_count, 0);
    }
    gn_disk_sim_free(sim);
}

static void a_node_a_journal_or_one_segment_can_be_named(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = make_journal(&disk, 30);
    assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.last_seq, 150);
    assert_int_equal(fixture_read_all(&disk, "data/journal", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.last_seq, 150);

    uint64_t *seqs = NULL;
    size_t count = 0;
    char path[GN_JOURNAL_PATH_BYTES];
    assert_int_equal(gn_segment_list(&disk, "data/journal", &seqs, &count), GN_OK);
    assert_int_equal(gn_segment_path("data/journal", seqs[1], path), GN_OK);
    assert_int_equal(fixture_read_all(&disk, path, 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.first_seq, seqs[1]);
    assert_int_equal(read_back.last_seq, seqs[2] - 1);

    size_t size; /* any name will do for a file */
    uint8_t *bytes = fixture_bytes(&disk, path, &size);
    fixture_make_file(&disk, "data/copy.bin", bytes, size);
    gn_mem_give(bytes);
    assert_int_equal(fixture_read_all(&disk, "data/copy.bin", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.last_seq, seqs[2] - 1);
    gn_mem_give(seqs);
    gn_disk_sim_free(sim);
}

static void what_is_no_journal_is_told(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal_reader *reader = NULL;
    struct gn_diag diag;
    assert_int_equal(gn_journal_reader_open(&disk, "nowhere", 0, &reader, &diag), GN_ERR_NOT_FOUND);
    assert_string_equal(diag.text, "there is no journal here");
    assert_string_equal(diag.file, "nowhere");
    assert_int_equal(gn_journal_reader_open(&disk, "data", 0, &reader, &diag), GN_ERR_NOT_FOUND);
    static const char letter[] = "Dear reader, this is no journal, but it is long enough to be one.";
    fixture_make_file(&disk, "data/letter.txt", letter, sizeof letter - 1);
    assert_int_equal(gn_journal_reader_open(&disk, "data/letter.txt", 0, &reader, &diag), GN_ERR_CORRUPT);
    assert_string_equal(diag.text, "damaged at byte 0: this is not the header of a journal segment");
    assert_null(reader);
    gn_disk_sim_free(sim);
}

static void a_missing_segment_is_told_and_stepped_over(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = make_journal(&disk, 30);
    uint64_t *seqs = NULL;
    size_t count = 0;
    char path[GN_JOURNAL_PATH_BYTES], first[GN_JOURNAL_PATH_BYTES], words[GN_DIAG_TEXT_BYTES];
    assert_int_equal(gn_segment_list(&disk, "data/journal", &seqs, &count), GN_OK);
    assert_int_equal(gn_segment_path("data/journal", seqs[0], first), GN_OK);
    assert_int_equal(gn_segment_path("data/journal", seqs[1], path), GN_OK);
    assert_int_equal(disk.remove(disk.self, path), GN_OK);
    assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.corrupt_count, 1);
    assert_int_equal(read_back.last_seq, 150);
    assert_string_equal(read_back.diag.file, first);
    (void)snprintf(words, sizeof words, "records %llu to %llu cannot be read", (unsigned long long)seqs[1],
                   (unsigned long long)seqs[2] - 1);
    assert_non_null(strstr(read_back.diag.text, words));
    gn_mem_give(seqs);
    gn_disk_sim_free(sim);
}

static void a_reader_at_the_end_sees_what_comes_later(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = NULL;
    struct gn_journal_reader *reader = NULL;
    const struct gn_record_head *head = NULL;
    uint64_t due = 1;
    assert_int_equal(fixture_open(&disk, &journal, NULL), GN_OK);
    assert_int_equal(gn_journal_reader_open(&disk, "data", 0, &reader, NULL), GN_OK);
    for (uint32_t i = 0; i < 60; i++) { /* over several segments */
        assert_int_equal(gn_journal_reader_next(reader, &head, NULL), GN_ERR_NOT_FOUND);
        assert_int_equal(gn_journal_reader_next(reader, &head, NULL), GN_ERR_NOT_FOUND);
        assert_int_equal(fixture_append(journal, 3, 1), GN_OK);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(gn_journal_reader_next(reader, &head, NULL), GN_OK);
            assert_int_equal(head->seq, due++);
        }
    }
    gn_journal_reader_close(reader);
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

static void a_segment_that_is_just_being_made_is_not_damage(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = make_journal(&disk, 3);
    static const uint8_t zeroes[512];
    fixture_make_file(&disk, "data/journal/00000000000000000016.gnj", zeroes, sizeof zeroes);
    assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.corrupt_count, 0);
    assert_int_equal(read_back.last_seq, 15);
    gn_disk_sim_free(sim);
}

static void a_failing_read_is_io_and_not_the_end(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = make_journal(&disk, 30);
    for (uint64_t n = 1; n < 6; n++) {
        gn_disk_sim_fail_read(sim, n);
        assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_IO);
        gn_disk_sim_fail_read(sim, 0);
    }
    gn_disk_sim_free(sim);
}

/* --- beside a writer ------------------------------------------------------------------------------- */

enum { LIVE_GROUPS = 1500 };

struct live {
    struct gn_disk disk;
    _Atomic uint64_t written; /* the last record appended */
    _Atomic bool done;
};

static void *write_all(void *arg)
{
    struct live *live = arg;
    struct gn_journal *journal = NULL;
    assert_int_equal(fixture_open(&live->disk, &journal, NULL), GN_OK);
    for (uint32_t i = 0; i < LIVE_GROUPS; i++) {
        assert_int_equal(fixture_append(journal, 1 + i % 7, 1), GN_OK);
        if (i % 4 == 0)
            assert_int_equal(gn_journal_sync(journal), GN_OK);
        atomic_store(&live->written, gn_journal_next_seq(journal) - 1);
    }
    gn_journal_close(journal);
    atomic_store(&live->done, true);
    return NULL;
}

static void a_reader_beside_the_writer_sees_whole_groups_in_order(void **state)
{
    (void)state;
    static struct live live;
    pthread_t writer;
    struct gn_disk_sim *sim = fixture_disk(&live.disk, 1);
    struct gn_journal *journal = NULL;
    assert_int_equal(fixture_open(&live.disk, &journal, NULL), GN_OK); /* so that there is one to read */
    gn_journal_close(journal);
    assert_int_equal(gn_thread_start(&writer, "writer", write_all, &live), GN_OK);

    struct gn_journal_reader *reader = NULL;
    assert_int_equal(gn_journal_reader_open(&live.disk, "data", 0, &reader, NULL), GN_OK);
    uint64_t due = 1;
    for (;;) {
        const bool done = atomic_load(&live.done);
        const uint64_t written = atomic_load(&live.written);
        const struct gn_record_head *head = NULL;
        struct gn_diag diag = { 0 };
        const gn_err err = gn_journal_reader_next(reader, &head, &diag);
        if (err && err != GN_ERR_NOT_FOUND)
            print_error("%s: %s\n", diag.file, diag.text);
        if (!err) {
            assert_int_equal(head->seq, due++);
            assert_int_equal(fixture_generation(head, 1), 1);
            continue;
        }
        assert_int_equal(err, GN_ERR_NOT_FOUND);
        assert_true(due > written); /* it never says "the end" before what was there when it was asked */
        if (done)
            break;
        (void)sched_yield();
    }
    gn_thread_join(writer);
    assert_int_equal(due - 1, atomic_load(&live.written));
    gn_journal_reader_close(reader);
    gn_disk_sim_free(sim);
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = make_journal(&disk, 3);
    struct gn_journal_reader *reader = NULL;
    for (size_t n = 1; n <= 2; n++) {
        gn_mem_fail_after(n);
        assert_int_equal(gn_journal_reader_open(&disk, "data", 0, &reader, NULL), GN_ERR_FULL);
    }
    gn_mem_fail_after(0);
    gn_journal_reader_close(NULL);
    gn_disk_sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_starts_where_it_is_told),
        cmocka_unit_test(a_node_a_journal_or_one_segment_can_be_named),
        cmocka_unit_test(what_is_no_journal_is_told),
        cmocka_unit_test(a_missing_segment_is_told_and_stepped_over),
        cmocka_unit_test(a_reader_at_the_end_sees_what_comes_later),
        cmocka_unit_test(a_segment_that_is_just_being_made_is_not_damage),
        cmocka_unit_test(a_failing_read_is_io_and_not_the_end),
        cmocka_unit_test(a_reader_beside_the_writer_sees_whole_groups_in_order),
        cmocka_unit_test(no_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
