/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_fixture.h"

#include "base/mem.h"

static const char first_segment[] = "data/journal/00000000000000000001.gnj";

static struct gn_journal *must_open(const struct gn_disk *disk)
{
    struct gn_journal *journal = NULL;
    struct gn_diag diag;
    const gn_err err = fixture_open(disk, &journal, &diag);
    if (err)
        print_error("%s: %s\n", diag.file, diag.text);
    assert_int_equal(err, GN_OK);
    return journal;
}

static struct fixture_read read_back; /* large: not on the stack */

static void what_is_appended_comes_back(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = must_open(&disk);
    assert_int_equal(gn_journal_next_seq(journal), 1);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(fixture_append(journal, 1 + i % 9, 1), GN_OK);
    const uint64_t next = gn_journal_next_seq(journal);
    assert_int_equal(gn_journal_sync(journal), GN_OK);

    struct gn_journal_stats stats;
    gn_journal_stats(journal, &stats);
    assert_int_equal(stats.group_count, 100);
    assert_int_equal(stats.durable_seq, next - 1);
    assert_true(stats.segment_count > 10);
    gn_journal_close(journal);

    assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.first_seq, 1);
    assert_int_equal(read_back.last_seq, next - 1);
    assert_int_equal(read_back.corrupt_count, 0);

    journal = must_open(&disk); /* goes on where it ended */
    assert_int_equal(gn_journal_next_seq(journal), next);
    gn_journal_stats(journal, &stats);
    assert_int_equal(stats.cut_bytes, 0);
    assert_int_equal(fixture_append(journal, 3, 1), GN_OK);
    gn_journal_close(journal);
    assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.last_seq, next + 2);
    gn_disk_sim_free(sim);
}

static void the_same_holds_on_a_real_disk(void **state)
{
    (void)state;
    const struct gn_disk disk = gn_disk_linux();
    char dir[] = "/tmp/gn_journal_XXXXXX", command[64];
    struct gn_journal *journal = NULL;
    uint64_t next = 1;
    assert_non_null(mkdtemp(dir));
    for (int round = 0; round < 3; round++) {
        assert_int_equal(gn_journal_open_sized(&disk, dir, 1, FIXTURE_SIZES, &journal, NULL), GN_OK);
        assert_int_equal(gn_journal_next_seq(journal), next);
        for (uint32_t i = 0; i < 40; i++)
            assert_int_equal(fixture_append(journal, 1 + i % 9, 1), GN_OK);
        assert_int_equal(gn_journal_sync(journal), GN_OK);
        assert_int_equal(gn_journal_trim(journal, 100, 4096), GN_OK);
        next = gn_journal_next_seq(journal);
        gn_journal_close(journal);
        assert_int_equal(fixture_read_all(&disk, dir, 0, 1, &read_back), GN_ERR_NOT_FOUND);
        assert_int_equal(read_back.last_seq, next - 1);
        assert_int_equal(read_back.corrupt_count, 0);
    }
    (void)snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

static void wrong_groups_are_refused(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = must_open(&disk);
    union record_fixture record;
    struct gn_iov part = { record.bytes, fixture_reading(&record, 1, 0, 0, 0)->size };
    struct gn_iov many[GN_JOURNAL_PARTS_MAX + 1];
    for (size_t i = 0; i < GN_JOURNAL_PARTS_MAX + 1; i++)
        many[i] = part;

    assert_int_equal(gn_journal_append(journal, &part, 1, 2, 1, 0), GN_ERR_INVAL); /* not the next seq */
    assert_int_equal(gn_journal_append(journal, &part, 0, 1, 1, 0), GN_ERR_INVAL);
    assert_int_equal(gn_journal_append(journal, &part, 1, 1, 0, 0), GN_ERR_INVAL);
    assert_int_equal(gn_journal_append(journal, &part, 1, 1, 3, 0), GN_ERR_INVAL); /* 40 bytes are no 3 */
    assert_int_equal(gn_journal_append(journal, many, GN_JOURNAL_PARTS_MAX + 1, 1, 65, 0), GN_ERR_INVAL);
    part.size = 36;
    assert_int_equal(gn_journal_append(journal, &part, 1, 1, 1, 0), GN_ERR_INVAL);
    part.size = 40;
    record.head.seq = 2; /* what it says itself must agree too */
    assert_int_equal(gn_journal_append(journal, &part, 1, 1, 1, 0), GN_ERR_INVAL);
    record.head.seq = 1;
    record.head.type = GN_RECORD_PAD;
    assert_int_equal(gn_journal_append(journal, &part, 1, 1, 1, 0), GN_ERR_INVAL);
    record.head.type = GN_RECORD_READING;
    assert_int_equal(gn_journal_append(journal, &part, 1, 1, 1, 0), GN_OK);
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

static void a_group_has_a_largest_size(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = NULL;
    struct gn_diag diag;
    assert_int_equal(gn_journal_open(&disk, "data", 1, &journal, &diag), GN_OK);
    const uint32_t each = sizeof(struct gn_record_reading) + 24; /* 64: divides the limit; spare bytes are fine */
    const uint32_t count = GN_JOURNAL_GROUP_BYTES_MAX / each;
    uint8_t *bytes = gn_mem_take((size_t)(count + 1) * each, "a test");
    assert_non_null(bytes);
    for (uint32_t i = 0; i <= count; i++) {
        const struct gn_record_head head = { .size = each, .type = GN_RECORD_READING, .seq = i + 1 };
        memcpy(bytes + (size_t)i * each, &head, sizeof head);
    }
    struct gn_iov part = { bytes, (size_t)(count + 1) * each };
    assert_int_equal(gn_journal_append(journal, &part, 1, 1, count + 1, 0), GN_ERR_INVAL);
    part.size = (size_t)count * each;
    assert_int_equal(part.size, GN_JOURNAL_GROUP_BYTES_MAX);
    assert_int_equal(gn_journal_append(journal, &part, 1, 1, count, 0), GN_OK);
    gn_journal_close(journal);
    gn_mem_give(bytes);
    assert_int_equal(gn_journal_open(&disk, "data", 1, &journal, &diag), GN_OK);
    assert_int_equal(gn_journal_next_seq(journal), count + 1);
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

/* --- power cuts ------------------------------------------------------------------------------------ */

struct story {
    uint64_t synced;  /* the last record that a sync has promised */
    uint64_t trimmed; /* records below may be gone */
    uint64_t began;   /* the newest generation begins here: older bytes must not revive behind it */
    bool failed;
};

/* Appends, syncs and trims as the seed says, until it is done or something fails. */
static void live(const struct gn_disk *disk, uint64_t seed, uint32_t steps, uint32_t generation, struct story *story)
{
    struct gn_journal *journal = NULL;
    if (fixture_open(disk, &journal, NULL) != GN_OK) {
        story->failed = true;
        return;
    }
    story->began = gn_journal_next_seq(journal);
    for (uint32_t i = 0; i < steps && !story->failed; i++) {
        const uint64_t r = fixture_mix(seed + i);
        gn_err err = fixture_append(journal, 1 + (uint32_t)(r % 6), generation);
        if (!err && r % 3 != 0) {
            err = gn_journal_sync(journal);
            if (!err)
                story->synced = gn_journal_next_seq(journal) - 1;
        }
        if (!err && r % 5 != 0)
            err = gn_journal_pave(journal);
        if (!err && r % 31 == 7) {
            story->trimmed = story->synced > 20 ? story->synced - 20 : 0;
            err = gn_journal_trim(journal, story->trimmed, 1024);
        }
        story->failed = err != GN_OK;
    }
    gn_journal_close(journal);
}

/* Everything promised is there, nothing is invented, and the journal can be gone on with. */
static void check_after_cut(const struct gn_disk *disk, const struct story *story, uint32_t generations)
{
    struct gn_journal *journal = must_open(disk);
    const uint64_t next = gn_journal_next_seq(journal);
    assert_true(next > story->synced);
    assert_int_equal(fixture_read_all(disk, "data", 0, generations, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.corrupt_count, 0);
    if (next > 1) {
        assert_int_equal(read_back.last_seq, next - 1);
        assert_true(read_back.first_seq <= story->trimmed + 1);
    }
    for (uint64_t seq = read_back.first_seq; seq > 0 && seq < next; seq++)
        assert_int_equal(read_back.generation[seq], seq >= story->began ? generations : 1);
    gn_journal_close(journal);
}

static void after_a_power_cut_at_any_write_every_promise_holds(void **state)
{
    (void)state;
    enum { STEPS = 40, SEEDS = 4 };
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t operations = UINT64_MAX;
        for (uint64_t n = 0; n <= operations; n++) { /* n = 0: uncut, to count */
            struct gn_disk disk;
            struct gn_disk_sim *sim = fixture_disk(&disk, seed);
            struct story story = { 0 };
            const uint64_t before = gn_disk_sim_operations(sim);
            gn_disk_sim_cut_at(sim, n);
            live(&disk, seed * 1000, STEPS, 1, &story);
            if (n == 0) {
                assert_false(story.failed);
                operations = gn_disk_sim_operations(sim) - before;
                assert_true(operations > STEPS);
            }
            gn_disk_sim_cut(sim);
            gn_disk_sim_reboot(sim, n % 7 == 5 ? GN_DISK_SIM_DROP : n % 7 == 6 ? GN_DISK_SIM_KEEP : seed * 100 + n);

            /* A second cut, while the first one is being mended. */
            gn_disk_sim_cut_at(sim, n % 5);
            struct gn_journal *journal = NULL;
            if (fixture_open(&disk, &journal, NULL) == GN_OK) {
                if (gn_journal_next_seq(journal) - 1 > story.synced)
                    story.synced = gn_journal_next_seq(journal) - 1; /* open promises what it shows */
                gn_journal_close(journal);
            }
            gn_disk_sim_cut(sim);
            gn_disk_sim_reboot(sim, seed * 77 + n);
            check_after_cut(&disk, &story, 1);

            /* And life goes on: other records now, so that old bytes would be seen. */
            story.failed = false;
            live(&disk, seed * 5000 + n, 5, 2, &story);
            assert_false(story.failed);
            gn_disk_sim_cut(sim);
            gn_disk_sim_reboot(sim, n % 2 == 0 ? GN_DISK_SIM_DROP : n);
            check_after_cut(&disk, &story, 2);
            gn_disk_sim_free(sim);
        }
    }
}

static void a_torn_tail_is_cut_and_does_not_come_back(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = must_open(&disk);
    assert_int_equal(fixture_append(journal, 2, 1), GN_OK);
    assert_int_equal(gn_journal_sync(journal), GN_OK);
    struct gn_journal_stats stats;
    gn_journal_stats(journal, &stats);
    const uint64_t torn_at = stats.byte_count;
    assert_int_equal(fixture_append(journal, 4, 1), GN_OK); /* 3..6, will be torn */
    assert_int_equal(fixture_append(journal, 4, 1), GN_OK); /* 7..10, whole, but behind a torn one */
    gn_journal_close(journal);
    assert_int_equal(gn_disk_sim_rot(sim, first_segment, torn_at + 50, 1), GN_OK);

    journal = must_open(&disk);
    assert_int_equal(gn_journal_next_seq(journal), 3);
    gn_journal_stats(journal, &stats);
    assert_true(stats.cut_bytes > 100);
    assert_int_equal(fixture_append(journal, 4, 1), GN_OK); /* the same size: 7..10 would fit behind it */
    assert_int_equal(gn_journal_sync(journal), GN_OK);
    gn_journal_close(journal);
    journal = must_open(&disk);
    assert_int_equal(gn_journal_next_seq(journal), 7);
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

/* --- damage ---------------------------------------------------------------------------------------- */

/* Three segments of groups, each synced by itself. */
static struct gn_disk_sim *make_damageable(struct gn_disk *disk, uint64_t *out_next)
{
    struct gn_disk_sim *sim = fixture_disk(disk, 1);
    struct gn_journal *journal = must_open(disk);
    struct gn_journal_stats stats = { 0 };
    for (uint32_t i = 0, in_last = 0; in_last < 5; i++) {
        assert_int_equal(fixture_append(journal, 1 + i % 4, 1), GN_OK);
        assert_int_equal(gn_journal_sync(journal), GN_OK);
        gn_journal_stats(journal, &stats);
        in_last += stats.segment_count > 2;
    }
    *out_next = gn_journal_next_seq(journal);
    gn_journal_close(journal);
    return sim;
}

static uint64_t offset_said(const struct gn_diag *diag)
{
    unsigned long long offset = 0;
    assert_int_equal(sscanf(diag->text, "damaged at byte %llu", &offset), 1);
    return offset;
}

static void a_flipped_byte_anywhere_is_found_and_named(void **state)
{
    (void)state;
    struct gn_disk disk;
    uint64_t next = 0;
    struct gn_disk_sim *sim = make_damageable(&disk, &next);
    uint64_t *seqs = NULL;
    size_t count = 0;
    assert_int_equal(gn_segment_list(&disk, "data/journal", &seqs, &count), GN_OK);
    assert_int_equal(count, 3);
    for (size_t s = 0; s < count; s++) {
        char path[GN_JOURNAL_PATH_BYTES];
        size_t size = 0;
        assert_int_equal(gn_segment_path("data/journal", seqs[s], path), GN_OK);
        uint8_t *bytes = fixture_bytes(&disk, path, &size);
        size_t end = size;
        while (end > 0 && bytes[end - 1] == 0)
            end--;
        /* Where the groups begin, by walking them. */
        uint64_t start = GN_SEGMENT_HEAD_BYTES, last_group = 0;
        for (struct gn_group_head head; start < end; start += head.size) {
            memcpy(&head, bytes + start, sizeof head);
            last_group = start;
        }
        const uint64_t groups_end = start;
        for (uint64_t at = 0; at < groups_end; at++) {
            assert_int_equal(gn_disk_sim_rot(sim, path, at, (uint8_t)(1u << (at % 8))), GN_OK);
            assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
            const bool in_last_group = s == 2 && at >= last_group;
            struct gn_journal *journal = NULL;
            struct gn_diag diag;
            if (in_last_group) { /* nothing behind it proves that it was ever whole: a torn tail */
                assert_int_equal(read_back.corrupt_count, 0);
                assert_true(read_back.last_seq < next - 1);
            } else {
                assert_int_equal(read_back.corrupt_count, 1);
                assert_string_equal(read_back.diag.file, path);
                const uint64_t said = offset_said(&read_back.diag);
                assert_true(said <= at);
                assert_true(at < GN_SEGMENT_HEAD_BYTES ? said == 0 : said >= GN_SEGMENT_HEAD_BYTES);
                if (s < 2) /* what follows in later segments is still read */
                    assert_int_equal(read_back.last_seq, next - 1);
            }
            if (s == 2 && !in_last_group) { /* the writer refuses it, and changes nothing */
                const uint64_t used = gn_disk_sim_used(sim);
                assert_int_equal(fixture_open(&disk, &journal, &diag), GN_ERR_CORRUPT);
                assert_string_equal(diag.file, path);
                assert_true(offset_said(&diag) <= at);
                assert_int_equal(gn_disk_sim_used(sim), used);
            }
            assert_int_equal(gn_disk_sim_rot(sim, path, at, (uint8_t)(1u << (at % 8))), GN_OK);
        }
        gn_mem_give(bytes);
    }
    gn_mem_give(seqs);
    assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.last_seq, next - 1); /* all flips were taken back */
    gn_disk_sim_free(sim);
}

static void a_sector_that_reads_as_zeroes_is_damage_not_the_end(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = NULL;
    struct gn_diag diag;
    assert_int_equal(gn_journal_open(&disk, "data", 1, &journal, &diag), GN_OK);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(fixture_append(journal, 5, 1), GN_OK);
        assert_int_equal(gn_journal_sync(journal), GN_OK);
    }
    gn_journal_close(journal);
    struct gn_file *file = NULL;
    static const uint8_t zeroes[512];
    const struct gn_iov part = { zeroes, sizeof zeroes };
    assert_int_equal(disk.open(disk.self, first_segment, false, &file), GN_OK);
    assert_int_equal(disk.write(disk.self, file, 512, &part, 1), GN_OK);
    disk.close(disk.self, file);
    assert_int_equal(gn_journal_open(&disk, "data", 1, &journal, &diag), GN_ERR_CORRUPT);
    assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.corrupt_count, 1);
    gn_disk_sim_free(sim);
}

static void a_device_cannot_forge_the_proof_of_damage(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = NULL;
    assert_int_equal(gn_journal_open(&disk, "data", 1, &journal, NULL), GN_OK);
    /* A group, whole and right but for the seed of its crc, sent as a text. */
    struct {
        struct gn_group_head head;
        union record_fixture record;
    } forged = { .head = { .magic = GN_GROUP_MAGIC, .count = 1, .first_seq = 900, .durable_seq = 899 } };
    const struct gn_iov body = { &forged.record, fixture_reading(&forged.record, 900, 0, 1, 1)->size };
    forged.head.size = (uint32_t)(GN_GROUP_HEAD_BYTES + body.size);
    forged.head.crc = gn_group_crc(0, &forged.head, &body, 1);
    union record_fixture record;
    const struct gn_record_head *head =
        fixture_text(&record, 1, 0, 1, (gn_str){ (const char *)&forged, forged.head.size });
    const struct gn_iov part = { head, head->size };
    assert_int_equal(gn_journal_append(journal, &part, 1, 1, 1, 0), GN_OK);
    gn_journal_close(journal);
    assert_int_equal(gn_disk_sim_rot(sim, first_segment, GN_SEGMENT_HEAD_BYTES + 6, 1), GN_OK); /* torn */
    assert_int_equal(gn_journal_open(&disk, "data", 1, &journal, NULL), GN_OK);
    assert_int_equal(gn_journal_next_seq(journal), 1);
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

static void a_segment_cut_at_any_length_keeps_its_whole_groups(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = must_open(&disk);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(fixture_append(journal, 2, 1), GN_OK);
    gn_journal_close(journal);
    size_t size = 0;
    uint8_t *bytes = fixture_bytes(&disk, first_segment, &size);
    gn_disk_sim_free(sim);
    for (size_t cut = 0; cut <= size; cut++) {
        uint64_t whole = 0;
        for (size_t at = GN_SEGMENT_HEAD_BYTES; at + GN_GROUP_HEAD_BYTES <= cut;) {
            struct gn_group_head head;
            memcpy(&head, bytes + at, sizeof head);
            if (head.magic != GN_GROUP_MAGIC || at + head.size > cut)
                break;
            whole += head.count;
            at += head.size;
        }
        sim = fixture_disk(&disk, 1);
        assert_int_equal(disk.make_dir(disk.self, "data/journal"), GN_OK);
        fixture_make_file(&disk, first_segment, bytes, cut);
        const gn_err err = fixture_read_all(&disk, first_segment, 0, 1, &read_back);
        assert_int_equal(err, cut < GN_SEGMENT_HEAD_BYTES ? GN_ERR_CORRUPT : GN_ERR_NOT_FOUND);
        assert_int_equal(read_back.last_seq, whole);
        journal = must_open(&disk);
        assert_int_equal(gn_journal_next_seq(journal), whole + 1);
        assert_int_equal(fixture_append(journal, 1, 1), GN_OK);
        assert_int_equal(gn_journal_sync(journal), GN_OK);
        gn_journal_close(journal);
        assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
        assert_int_equal(read_back.last_seq, whole + 1);
        gn_disk_sim_free(sim);
    }
    gn_mem_give(bytes);
}

/* --- a disk that fails ----------------------------------------------------------------------------- */

static void a_full_disk_refuses_and_recovers(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = must_open(&disk);
    assert_int_equal(fixture_append(journal, 3, 1), GN_OK);
    assert_int_equal(gn_journal_sync(journal), GN_OK);
    for (int round = 0; round < 12; round++) { /* the refusal hits growing and rolling alike */
        gn_disk_sim_set_space(sim, gn_disk_sim_used(sim));
        gn_err err;
        while ((err = fixture_append(journal, 3, 1)) == GN_OK)
            continue;
        assert_int_equal(err, GN_ERR_NO_SPACE);
        const uint64_t next = gn_journal_next_seq(journal);
        assert_int_equal(fixture_append(journal, 30, 1), GN_ERR_NO_SPACE);
        assert_int_equal(gn_journal_next_seq(journal), next);
        assert_int_equal(gn_journal_sync(journal), GN_OK); /* what was taken can be promised */
        gn_disk_sim_set_space(sim, GN_DISK_SIM_ENDLESS);
        assert_int_equal(fixture_append(journal, 3, 1), GN_OK);
        assert_int_equal(gn_journal_next_seq(journal), next + 3);
    }
    const uint64_t next = gn_journal_next_seq(journal);
    assert_int_equal(gn_journal_sync(journal), GN_OK);
    gn_journal_close(journal);
    gn_disk_sim_cut(sim);
    gn_disk_sim_reboot(sim, GN_DISK_SIM_DROP);
    assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.last_seq, next - 1);
    gn_disk_sim_free(sim);
}

/* A disk whose writes can run out of space after all of it, or a part, has arrived. */
struct leaky {
    struct gn_disk under;
    size_t fail_after; /* writes until it fails; 0 = never */
    int part;          /* of 4 that arrive */
};

static gn_err leaky_write(void *self, struct gn_file *file, uint64_t offset, const struct gn_iov *parts,
                          size_t part_count)
{
    struct leaky *leaky = self;
    if (leaky->fail_after == 0 || --leaky->fail_after > 0)
        return leaky->under.write(leaky->under.self, file, offset, parts, part_count);
    uint8_t bytes[8192];
    size_t size = 0;
    for (size_t i = 0; i < part_count; i++) {
        memcpy(bytes + size, parts[i].at, parts[i].size);
        size += parts[i].size;
    }
    const struct gn_iov part = { bytes, size * (size_t)leaky->part / 4 };
    if (part.size > 0)
        assert_int_equal(leaky->under.write(leaky->under.self, file, offset, &part, 1), GN_OK);
    return GN_ERR_NO_SPACE;
}

static gn_err leaky_open(void *self, const char *path, bool create, struct gn_file **out)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    return under->open(under->self, path, create, out);
}
static void leaky_close(void *self, struct gn_file *file)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    under->close(under->self, file);
}
static gn_err leaky_size(void *self, struct gn_file *file, uint64_t *out)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    return under->size(under->self, file, out);
}
static gn_err leaky_read(void *self, struct gn_file *file, uint64_t offset, void *to, size_t size, size_t *got)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    return under->read(under->self, file, offset, to, size, got);
}
static gn_err leaky_allocate(void *self, struct gn_file *file, uint64_t offset, uint64_t size)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    return under->allocate(under->self, file, offset, size);
}
static gn_err leaky_sync(void *self, struct gn_file *file)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    return under->sync(under->self, file);
}
static gn_err leaky_truncate(void *self, struct gn_file *file, uint64_t size)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    return under->truncate(under->self, file, size);
}
static gn_err leaky_remove(void *self, const char *path)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    return under->remove(under->self, path);
}
static gn_err leaky_make_dir(void *self, const char *path)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    return under->make_dir(under->self, path);
}
static gn_err leaky_sync_dir(void *self, const char *path)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    return under->sync_dir(under->self, path);
}
static gn_err leaky_list(void *self, const char *path, void (*each)(void *ctx, const char *name), void *ctx)
{
    struct gn_disk *under = &((struct leaky *)self)->under;
    return under->list(under->self, path, each, ctx);
}

static struct gn_disk leaky_disk(struct leaky *leaky)
{
    return (struct gn_disk){ leaky,          leaky_open,     leaky_close, leaky_size,     leaky_read,
                             leaky_write,    leaky_allocate, leaky_sync,  leaky_truncate, leaky_remove,
                             leaky_make_dir, leaky_sync_dir, leaky_list };
}

/* A write that fails may leave any bytes. They must not count, neither beside what is written over them nor
 * behind it, wherever the power is cut afterwards. */
static void what_a_failed_write_leaves_never_counts(void **state)
{
    (void)state;
    for (int part = 0; part <= 4; part++) {
        for (uint64_t n = 0; n < 30; n++) {
            struct leaky leaky = { .part = part };
            struct gn_disk_sim *sim = fixture_disk(&leaky.under, 1);
            struct gn_disk disk = leaky_disk(&leaky);
            struct gn_journal *journal = must_open(&disk);
            assert_int_equal(fixture_append(journal, 2, 1), GN_OK);
            assert_int_equal(gn_journal_sync(journal), GN_OK);
            leaky.fail_after = 1;
            assert_int_equal(fixture_append(journal, 6, 1), GN_ERR_NO_SPACE);
            assert_int_equal(gn_journal_next_seq(journal), 3);

            uint64_t synced = 2;
            gn_disk_sim_cut_at(sim, n); /* 0 = not at all */
            if (fixture_append(journal, 1, 2) == GN_OK && gn_journal_sync(journal) == GN_OK)
                synced = 3;
            gn_journal_close(journal);
            gn_disk_sim_cut(sim);
            gn_disk_sim_reboot(sim, n);

            journal = must_open(&leaky.under);
            const uint64_t next = gn_journal_next_seq(journal);
            assert_int_equal(fixture_read_all(&leaky.under, "data", 0, 2, &read_back), GN_ERR_NOT_FOUND);
            if (synced == 3) { /* promised: exactly this one follows, and of the second generation */
                assert_int_equal(next, 4);
                assert_int_equal(read_back.last_seq, 3);
                assert_int_equal(read_back.generation[3], 2);
            } else {
                assert_true(next >= 3);
            }
            gn_journal_close(journal);
            gn_disk_sim_free(sim);
        }
    }
}

static void a_failed_write_before_a_roll_leaves_no_group_behind(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct leaky leaky = { .part = 4 };
        struct gn_disk_sim *sim = fixture_disk(&leaky.under, 1);
        struct gn_disk disk = leaky_disk(&leaky);
        struct gn_journal *journal = must_open(&disk);
        assert_int_equal(fixture_append(journal, 20, 1), GN_OK);
        if (seed % 2 == 0)
            assert_int_equal(gn_journal_sync(journal), GN_OK);
        leaky.fail_after = 1;
        assert_int_equal(fixture_append(journal, 2, 1), GN_ERR_NO_SPACE); /* arrives whole all the same */
        assert_int_equal(fixture_append(journal, 40, 2), GN_OK);          /* too large: to a new segment */
        assert_int_equal(gn_journal_sync(journal), GN_OK);
        struct gn_journal_stats stats;
        gn_journal_stats(journal, &stats);
        assert_int_equal(stats.segment_count, 2);
        gn_journal_close(journal);
        gn_disk_sim_cut(sim);
        gn_disk_sim_reboot(sim, seed == 0 ? GN_DISK_SIM_DROP : seed == 1 ? GN_DISK_SIM_KEEP : seed);
        assert_int_equal(fixture_read_all(&leaky.under, "data", 0, 2, &read_back), GN_ERR_NOT_FOUND);
        assert_int_equal(read_back.corrupt_count, 0);
        assert_int_equal(read_back.last_seq, 60);
        assert_int_equal(read_back.generation[21], 2);
        gn_disk_sim_free(sim);
    }
}

static void a_failed_sync_is_final_until_the_journal_is_opened_anew(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 5);
    struct gn_journal *journal = must_open(&disk);
    assert_int_equal(fixture_append(journal, 3, 1), GN_OK);
    assert_int_equal(gn_journal_sync(journal), GN_OK);
    assert_int_equal(fixture_append(journal, 3, 1), GN_OK); /* several groups without a promise */
    assert_int_equal(fixture_append(journal, 3, 1), GN_OK);
    assert_int_equal(fixture_append(journal, 3, 1), GN_OK);
    gn_disk_sim_fail_sync(sim, 1);
    assert_int_equal(gn_journal_sync(journal), GN_ERR_IO);
    assert_int_equal(gn_journal_sync(journal), GN_ERR_IO); /* the disk would say yes now; it would be a lie */
    assert_int_equal(fixture_append(journal, 1, 1), GN_ERR_IO);
    gn_journal_close(journal);

    /* Reads still show the groups, though the disk has dropped them: what open shows it must make durable. */
    journal = must_open(&disk);
    const uint64_t next = gn_journal_next_seq(journal);
    assert_int_equal(next, 13);
    gn_journal_close(journal);
    gn_disk_sim_cut(sim);
    gn_disk_sim_reboot(sim, GN_DISK_SIM_DROP);
    journal = must_open(&disk);
    assert_int_equal(gn_journal_next_seq(journal), next);
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

static void a_failed_write_breaks_the_journal(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 5);
    struct gn_journal *journal = must_open(&disk);
    assert_int_equal(fixture_append(journal, 3, 1), GN_OK);
    gn_disk_sim_fail_write(sim, 1);
    assert_int_equal(fixture_append(journal, 3, 1), GN_ERR_IO);
    assert_int_equal(fixture_append(journal, 3, 1), GN_ERR_IO);
    assert_int_equal(gn_journal_sync(journal), GN_ERR_IO);
    gn_journal_close(journal);
    journal = must_open(&disk);
    assert_true(gn_journal_next_seq(journal) >= 4);
    assert_int_equal(fixture_append(journal, 3, 1), GN_OK);
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

static void paving_writes_only_zeroes_and_only_where_none_are_yet(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 6);
    struct gn_journal *journal = must_open(&disk);
    uint64_t next = 1, paved = 0;
    for (int round = 0; round < 60; round++) { /* through several segments */
        const uint32_t count = 1 + (uint32_t)round % 3;
        assert_int_equal(fixture_append(journal, count, 1), GN_OK);
        assert_int_equal(gn_journal_sync(journal), GN_OK);
        next += count;
        paved -= gn_disk_sim_operations(sim);
        assert_int_equal(gn_journal_pave(journal), GN_OK);
        const uint64_t before = gn_disk_sim_operations(sim);
        paved += before;
        assert_int_equal(gn_journal_pave(journal), GN_OK);
        assert_int_equal(gn_disk_sim_operations(sim), before); /* enough lies ahead, or nothing is left to pave */
    }
    assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_int_equal(read_back.last_seq, next - 1);
    assert_true(paved > 10);
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

static void a_write_of_zeroes_that_fails_breaks_the_journal_and_loses_nothing(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 7);
    struct gn_journal *journal = must_open(&disk);
    assert_int_equal(fixture_append(journal, 1, 1), GN_OK);
    assert_int_equal(gn_journal_sync(journal), GN_OK);
    gn_disk_sim_fail_write(sim, 1);
    assert_int_equal(gn_journal_pave(journal), GN_ERR_IO);
    assert_int_equal(fixture_append(journal, 1, 1), GN_ERR_IO);
    gn_journal_close(journal);
    journal = must_open(&disk);
    assert_int_equal(gn_journal_next_seq(journal), 2);
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

static void a_read_only_folder_is_named(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = NULL;
    struct gn_diag diag;
    gn_disk_sim_set_read_only(sim, true);
    assert_int_equal(fixture_open(&disk, &journal, &diag), GN_ERR_DENIED);
    assert_string_equal(diag.file, "data/journal");
    assert_string_equal(diag.text, "the journal cannot be written: check that the folder belongs to the user "
                                   "who runs the node, and is not mounted read-only");
    gn_disk_sim_set_read_only(sim, false);
    gn_disk_sim_set_space(sim, 100);
    assert_int_equal(fixture_open(&disk, &journal, &diag), GN_ERR_NO_SPACE);
    assert_string_equal(diag.text, "the disk is full: make space and start again");
    gn_disk_sim_set_space(sim, GN_DISK_SIM_ENDLESS);
    journal = must_open(&disk); /* the attempt left nothing in the way */
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

static void trim_drops_old_segments_only(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = must_open(&disk);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(fixture_append(journal, 5, 1), GN_OK);
    struct gn_journal_stats before, after;
    gn_journal_stats(journal, &before);
    assert_int_equal(gn_journal_trim(journal, 1, 0), GN_OK); /* all are still needed */
    gn_journal_stats(journal, &after);
    assert_int_equal(after.segment_count, before.segment_count);
    assert_int_equal(gn_journal_trim(journal, UINT64_MAX, before.byte_count), GN_OK); /* small enough */
    gn_journal_stats(journal, &after);
    assert_int_equal(after.segment_count, before.segment_count);
    assert_int_equal(gn_journal_trim(journal, 250, 0), GN_OK);
    assert_int_equal(fixture_read_all(&disk, "data", 0, 1, &read_back), GN_ERR_NOT_FOUND);
    assert_true(read_back.first_seq <= 250 && read_back.first_seq > 200);
    assert_int_equal(read_back.last_seq, 500);
    assert_int_equal(gn_journal_trim(journal, UINT64_MAX, 0), GN_OK); /* the last one always stays */
    gn_journal_stats(journal, &after);
    assert_int_equal(after.segment_count, 1);
    assert_int_equal(fixture_append(journal, 5, 1), GN_OK);
    gn_journal_close(journal);
    journal = must_open(&disk);
    assert_int_equal(gn_journal_next_seq(journal), 506);
    gn_journal_close(journal);
    gn_disk_sim_free(sim);
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    struct gn_journal *journal = must_open(&disk);
    assert_int_equal(fixture_append(journal, 5, 1), GN_OK);
    gn_journal_close(journal);
    gn_err err = GN_ERR_FULL;
    for (size_t n = 1; n < 20 && err; n++) {
        journal = NULL;
        gn_mem_fail_after(n);
        err = fixture_open(&disk, &journal, NULL);
        if (err)
            assert_null(journal);
    }
    gn_mem_fail_after(0);
    assert_int_equal(err, GN_OK);
    gn_journal_close(journal);
    gn_journal_close(NULL);
    gn_disk_sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_appended_comes_back),
        cmocka_unit_test(the_same_holds_on_a_real_disk),
        cmocka_unit_test(wrong_groups_are_refused),
        cmocka_unit_test(a_group_has_a_largest_size),
        cmocka_unit_test(after_a_power_cut_at_any_write_every_promise_holds),
        cmocka_unit_test(a_torn_tail_is_cut_and_does_not_come_back),
        cmocka_unit_test(a_flipped_byte_anywhere_is_found_and_named),
        cmocka_unit_test(a_sector_that_reads_as_zeroes_is_damage_not_the_end),
        cmocka_unit_test(a_device_cannot_forge_the_proof_of_damage),
        cmocka_unit_test(a_segment_cut_at_any_length_keeps_its_whole_groups),
        cmocka_unit_test(a_full_disk_refuses_and_recovers),
        cmocka_unit_test(what_a_failed_write_leaves_never_counts),
        cmocka_unit_test(a_failed_write_before_a_roll_leaves_no_group_behind),
        cmocka_unit_test(a_failed_sync_is_final_until_the_journal_is_opened_anew),
        cmocka_unit_test(a_failed_write_breaks_the_journal),
        cmocka_unit_test(paving_writes_only_zeroes_and_only_where_none_are_yet),
        cmocka_unit_test(a_write_of_zeroes_that_fails_breaks_the_journal_and_loses_nothing),
        cmocka_unit_test(a_read_only_folder_is_named),
        cmocka_unit_test(trim_drops_old_segments_only),
        cmocka_unit_test(no_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
