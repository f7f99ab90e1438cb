/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_fixture.h"
#include "store/journal_scan.h"

enum { FILE_BYTES = 1 << 20 };

/* A segment made by hand. */
struct by_hand {
    struct gn_segment_head head;
    uint8_t *bytes;
    size_t size;
};

static void begin(struct by_hand *hand, uint64_t first_seq)
{
    *hand = (struct by_hand){ .head = { .first_seq = first_seq, .created_ms = 5 }, .bytes = calloc(1, FILE_BYTES) };
    assert_non_null(hand->bytes);
    gn_segment_head_seal(&hand->head);
    memcpy(hand->bytes, &hand->head, sizeof hand->head);
    hand->size = sizeof hand->head;
}

static void add_group(struct by_hand *hand, uint64_t first_seq, uint32_t count, uint64_t durable_seq)
{
    uint8_t *at = hand->bytes + hand->size;
    uint8_t *to = at + GN_GROUP_HEAD_BYTES;
    for (uint32_t i = 0; i < count; i++) {
        union record_fixture record;
        const struct gn_record_head *head = fixture_of(&record, first_seq + i, 1);
        memcpy(to, record.bytes, head->size);
        to += head->size;
    }
    struct gn_group_head head = { .magic = GN_GROUP_MAGIC,
                                  .size = (uint32_t)(to - at),
                                  .count = count,
                                  .first_seq = first_seq,
                                  .durable_seq = durable_seq };
    const struct gn_iov body = { at + sizeof head, head.size - sizeof head };
    head.crc = gn_group_crc(hand->head.crc, &head, &body, 1);
    memcpy(at, &head, sizeof head);
    hand->size += head.size;
}

struct scanned {
    struct gn_disk disk;
    struct gn_disk_sim *sim;
    struct gn_file *file;
    struct gn_scan scan;
};

static gn_err start(struct scanned *s, const void *bytes, size_t size)
{
    s->sim = fixture_disk(&s->disk, 1);
    fixture_make_file(&s->disk, "data/x", bytes, size);
    assert_int_equal(s->disk.open(s->disk.self, "data/x", false, &s->file), GN_OK);
    assert_int_equal(gn_scan_init(&s->scan, &s->disk), GN_OK);
    return gn_scan_start(&s->scan, s->file);
}

static void stop(struct scanned *s)
{
    gn_scan_fini(&s->scan);
    s->disk.close(s->disk.self, s->file);
    gn_disk_sim_free(s->sim);
}

static void groups_follow_one_another(void **state)
{
    (void)state;
    struct by_hand hand;
    struct scanned s;
    const struct gn_group_head *group = NULL;
    begin(&hand, 5);
    add_group(&hand, 5, 3, 4);
    const size_t second = hand.size;
    add_group(&hand, 8, 2, 4); /* not synced in between */
    add_group(&hand, 10, 1, 9);
    const size_t third = hand.size;
    assert_int_equal(start(&s, hand.bytes, FILE_BYTES), GN_OK);
    assert_int_equal(gn_scan_next(&s.scan, &group), GN_OK);
    assert_int_equal(group->first_seq, 5);
    assert_int_equal(s.scan.offset, second);
    assert_int_equal(s.scan.unproven_offset, 0); /* not even the header */
    assert_int_equal(gn_scan_next(&s.scan, &group), GN_OK);
    assert_int_equal(s.scan.unproven_offset, 0);
    const uint64_t before_third = s.scan.offset;
    assert_int_equal(gn_scan_next(&s.scan, &group), GN_OK);
    assert_int_equal(s.scan.unproven_offset, before_third); /* it says that all before it was synced */
    assert_int_equal(s.scan.next_seq, 11);
    assert_int_equal(gn_scan_next(&s.scan, &group), GN_ERR_NOT_FOUND);
    assert_int_equal(s.scan.offset, third);
    bool untouched = false;
    assert_int_equal(gn_scan_is_untouched(&s.scan, &untouched), GN_OK);
    assert_true(untouched);
    stop(&s);
    free(hand.bytes);
}

static void a_group_with_a_wrong_seq_is_none(void **state)
{
    (void)state;
    static const uint64_t wrong[] = { 4, 5, 7, 9, 1000 };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct by_hand hand;
        struct scanned s;
        const struct gn_group_head *group = NULL;
        begin(&hand, 5);
        add_group(&hand, 5, 3, 4);
        add_group(&hand, wrong[i], 2, wrong[i] - 1); /* 8 would be right */
        assert_int_equal(start(&s, hand.bytes, FILE_BYTES), GN_OK);
        assert_int_equal(gn_scan_next(&s.scan, &group), GN_OK);
        assert_int_equal(gn_scan_next(&s.scan, &group), GN_ERR_NOT_FOUND);
        bool untouched = true;
        assert_int_equal(gn_scan_is_untouched(&s.scan, &untouched), GN_OK);
        assert_false(untouched);
        stop(&s);
        free(hand.bytes);
    }
}

static void a_group_of_another_segment_is_none(void **state)
{
    (void)state;
    struct by_hand hand, other;
    struct scanned s;
    const struct gn_group_head *group = NULL;
    begin(&hand, 5);
    begin(&other, 5);
    other.head.node_id[0] ^= 1;
    gn_segment_head_seal(&other.head);
    add_group(&other, 5, 3, 4);
    memcpy(hand.bytes + hand.size, other.bytes + sizeof other.head, other.size - sizeof other.head);
    assert_int_equal(start(&s, hand.bytes, FILE_BYTES), GN_OK);
    assert_int_equal(gn_scan_next(&s.scan, &group), GN_ERR_NOT_FOUND);
    stop(&s);
    free(hand.bytes);
    free(other.bytes);
}

static void records_inside_a_group_are_looked_at(void **state)
{
    (void)state;
    for (int what = 0; what < 4; what++) {
        struct by_hand hand;
        struct scanned s;
        const struct gn_group_head *group = NULL;
        begin(&hand, 1);
        struct gn_group_head head = { .magic = GN_GROUP_MAGIC, .count = 2, .first_seq = 1 };
        union record_fixture records[2];
        (void)fixture_reading(&records[0], 1, 0, 1, 1);
        (void)fixture_reading(&records[1], 2, 0, 1, 1);
        uint32_t body_size = 80;
        if (what == 0)
            records[1].head.seq = 3;
        if (what == 1)
            records[1].head.type = GN_RECORD_PAD;
        if (what == 2)
            records[1].head.size = 48; /* beyond the group */
        if (what == 3)
            body_size = 88; /* bytes that are no record */
        memcpy(hand.bytes + 104, records[0].bytes, 40);
        memcpy(hand.bytes + 144, records[1].bytes, 40);
        head.size = GN_GROUP_HEAD_BYTES + body_size;
        const struct gn_iov body = { hand.bytes + 104, body_size };
        head.crc = gn_group_crc(hand.head.crc, &head, &body, 1);
        memcpy(hand.bytes + 64, &head, sizeof head);
        assert_int_equal(start(&s, hand.bytes, FILE_BYTES), GN_OK);
        assert_int_equal(gn_scan_next(&s.scan, &group), GN_ERR_NOT_FOUND);
        stop(&s);
        free(hand.bytes);
    }
}

static void only_a_promise_that_was_kept_proves_damage(void **state)
{
    (void)state;
    for (uint64_t durable = 8; durable <= 11; durable++) {
        struct by_hand hand;
        struct scanned s;
        const struct gn_group_head *group = NULL;
        bool found = false;
        uint64_t seq = 0;
        begin(&hand, 5);
        add_group(&hand, 5, 4, 4);
        const size_t broken = hand.size;
        add_group(&hand, 9, 1, 8);
        add_group(&hand, 10, 2, 8);
        add_group(&hand, 12, 1, durable);
        hand.bytes[broken + 50] ^= 1;
        assert_int_equal(start(&s, hand.bytes, FILE_BYTES), GN_OK);
        assert_int_equal(gn_scan_next(&s.scan, &group), GN_OK);
        assert_int_equal(gn_scan_next(&s.scan, &group), GN_ERR_NOT_FOUND);
        assert_int_equal(gn_scan_find_proof(&s.scan, &found, &seq), GN_OK);
        assert_int_equal(found, durable >= 9); /* record 9 is the first that is missing */
        if (found)
            assert_int_equal(seq, 12);
        stop(&s);
        free(hand.bytes);
    }
}

static void the_search_for_proof_has_a_budget(void **state)
{
    (void)state;
    struct by_hand hand;
    struct scanned s;
    bool found = true;
    uint64_t seq;
    begin(&hand, 1);
    /* Every 40 bytes a header that looks fine and asks for 900 KiB: 26 000 of them, 20 GiB of crc in all. */
    const struct gn_group_head head = {
        .magic = GN_GROUP_MAGIC, .size = 900 << 10, .count = 1, .first_seq = 9, .durable_seq = 8
    };
    for (size_t at = 72; at + sizeof head <= FILE_BYTES; at += sizeof head)
        memcpy(hand.bytes + at, &head, sizeof head);
    assert_int_equal(start(&s, hand.bytes, FILE_BYTES), GN_OK);
    assert_int_equal(gn_scan_find_proof(&s.scan, &found, &seq), GN_OK);
    assert_false(found);
    stop(&s);
    free(hand.bytes);
}

static void blank_means_only_zeroes(void **state)
{
    (void)state;
    struct by_hand hand;
    struct scanned s;
    bool blank = false;
    uint64_t end = 0;
    begin(&hand, 1);
    hand.bytes[600000] = 1;
    assert_int_equal(start(&s, hand.bytes, FILE_BYTES), GN_OK);
    assert_int_equal(gn_scan_is_blank(&s.scan, 64, &blank, &end), GN_OK);
    assert_false(blank);
    assert_int_equal(end, 600001);
    assert_int_equal(gn_scan_is_blank(&s.scan, 600008, &blank, &end), GN_OK);
    assert_true(blank);
    assert_int_equal(gn_scan_is_blank(&s.scan, FILE_BYTES, &blank, &end), GN_OK);
    assert_true(blank);
    stop(&s);
    free(hand.bytes);
}

static void a_broken_header_is_refused(void **state)
{
    (void)state;
    for (size_t at = 0; at < GN_SEGMENT_HEAD_BYTES; at++) {
        struct by_hand hand;
        struct scanned s;
        begin(&hand, 1);
        hand.bytes[at] ^= 0x10;
        assert_int_equal(start(&s, hand.bytes, FILE_BYTES), GN_ERR_CORRUPT);
        stop(&s);
        free(hand.bytes);
    }
    struct scanned s;
    assert_int_equal(start(&s, "short", 5), GN_ERR_CORRUPT);
    stop(&s);
}

static void a_failing_read_is_io(void **state)
{
    (void)state;
    struct by_hand hand;
    struct scanned s;
    const struct gn_group_head *group = NULL;
    begin(&hand, 1);
    add_group(&hand, 1, 1, 0);
    assert_int_equal(start(&s, hand.bytes, 64), GN_OK);
    gn_disk_sim_fail_read(s.sim, 1);
    assert_int_equal(gn_scan_next(&s.scan, &group), GN_ERR_IO);
    stop(&s);
    free(hand.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_follow_one_another),
        cmocka_unit_test(a_group_with_a_wrong_seq_is_none),
        cmocka_unit_test(a_group_of_another_segment_is_none),
        cmocka_unit_test(records_inside_a_group_are_looked_at),
        cmocka_unit_test(only_a_promise_that_was_kept_proves_damage),
        cmocka_unit_test(the_search_for_proof_has_a_budget),
        cmocka_unit_test(blank_means_only_zeroes),
        cmocka_unit_test(a_broken_header_is_refused),
        cmocka_unit_test(a_failing_read_is_io),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
