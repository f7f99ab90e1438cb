/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_fixture.h"

#include "base/mem.h"

static void names_are_twenty_digits(void **state)
{
    (void)state;
    char path[GN_JOURNAL_PATH_BYTES];
    uint64_t seq = 0;
    assert_int_equal(gn_segment_path("a/journal", 42, path), GN_OK);
    assert_string_equal(path, "a/journal/00000000000000000042.gnj");
    assert_true(gn_segment_name_parse("00000000000000000042.gnj", &seq));
    assert_int_equal(seq, 42);
    assert_true(gn_segment_name_parse("18446744073709551615.gnj", &seq));
    assert_true(seq == UINT64_MAX);
    static const char *const bad[] = { "",
                                       ".",
                                       "0000000000000000042.gnj",
                                       "000000000000000000042.gnj",
                                       "00000000000000000000.gnj", /* no record has this seq */
                                       "99999999999999999999.gnj",
                                       "0000000000000000004x.gnj",
                                       "+0000000000000000042.gnj",
                                       "00000000000000000042.gnk",
                                       "00000000000000000042.gnj~" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gn_segment_name_parse(bad[i], &seq));
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char dir[GN_JOURNAL_PATH_BYTES];
    char path[GN_JOURNAL_PATH_BYTES];
    const size_t longest = GN_JOURNAL_PATH_BYTES - 1 - 25;
    memset(dir, 'd', sizeof dir);
    dir[longest] = '\0';
    assert_int_equal(gn_segment_path(dir, 1, path), GN_OK);
    assert_int_equal(strlen(path), GN_JOURNAL_PATH_BYTES - 1);
    dir[longest] = 'd';
    dir[longest + 1] = '\0';
    assert_int_equal(gn_segment_path(dir, 1, path), GN_ERR_FULL);
}

static void the_list_is_sorted_and_knows_only_segments(void **state)
{
    (void)state;
    struct gn_disk disk;
    struct gn_disk_sim *sim = fixture_disk(&disk, 1);
    uint64_t *seqs = NULL;
    size_t count = 99;
    assert_int_equal(gn_segment_list(&disk, "data", &seqs, &count), GN_OK);
    assert_int_equal(count, 0);
    assert_null(seqs);
    fixture_make_file(&disk, "data/00000000000000000300.gnj", "", 0);
    fixture_make_file(&disk, "data/00000000000000000001.gnj", "", 0);
    fixture_make_file(&disk, "data/00000000000000000020.gnj", "", 0);
    fixture_make_file(&disk, "data/notes.txt", "", 0);
    assert_int_equal(gn_segment_list(&disk, "data", &seqs, &count), GN_OK);
    assert_int_equal(count, 3);
    assert_int_equal(seqs[0], 1);
    assert_int_equal(seqs[1], 20);
    assert_int_equal(seqs[2], 300);
    gn_mem_give(seqs);
    gn_mem_fail_after(1);
    assert_int_not_equal(gn_segment_list(&disk, "data", &seqs, &count), GN_OK);
    gn_mem_fail_after(0);
    assert_int_not_equal(gn_segment_list(&disk, "nowhere", &seqs, &count), GN_OK);
    gn_disk_sim_free(sim);
}

static void implausible_headers_cost_nothing(void **state)
{
    (void)state;
    const struct gn_group_head fine = { .magic = GN_GROUP_MAGIC,
                                        .size = 200,
                                        .count = 10, /* 160 bytes of records, 16 each at least */
                                        .first_seq = 5,
                                        .durable_seq = 4 };
    struct gn_group_head head = fine;
    assert_true(gn_group_plausible(&head));
    head.count = 11;
    assert_false(gn_group_plausible(&head));
    head.count = 0;
    assert_false(gn_group_plausible(&head));
    head.count = UINT32_MAX;
    assert_false(gn_group_plausible(&head));
    head = fine;
    head.size = 48;
    assert_false(gn_group_plausible(&head));
    head.size = 204;
    assert_false(gn_group_plausible(&head));
    head.size = 0;
    assert_false(gn_group_plausible(&head));
    head.size = GN_GROUP_BYTES_MAX;
    assert_true(gn_group_plausible(&head));
    head.size = GN_GROUP_BYTES_MAX + 8;
    assert_false(gn_group_plausible(&head));
    head.size = UINT32_MAX - 7;
    assert_false(gn_group_plausible(&head));
    head = fine;
    head.durable_seq = 5; /* nobody syncs what is not written */
    assert_false(gn_group_plausible(&head));
    head.first_seq = UINT64_MAX;
    assert_false(gn_group_plausible(&head));
    head = fine;
    head.magic++;
    assert_false(gn_group_plausible(&head));
}

static void the_crc_covers_header_and_records(void **state)
{
    (void)state;
    _Alignas(8) uint8_t bytes[512];
    union record_fixture records[2];
    struct gn_group_head head = { .magic = GN_GROUP_MAGIC, .count = 2, .first_seq = 7, .durable_seq = 3 };
    (void)fixture_of(&records[0], 7, 1);
    (void)fixture_of(&records[1], 8, 1);
    const struct gn_iov parts[2] = { { records[0].bytes, records[0].head.size },
                                     { records[1].bytes, records[1].head.size } };
    head.size = (uint32_t)(sizeof head + parts[0].size + parts[1].size);
    head.crc = gn_group_crc(77, &head, parts, 2);
    memcpy(bytes, &head, sizeof head);
    memcpy(bytes + sizeof head, parts[0].at, parts[0].size);
    memcpy(bytes + sizeof head + parts[0].size, parts[1].at, parts[1].size);
    assert_true(gn_group_valid(77, (gn_bytes){ bytes, head.size }));
    assert_false(gn_group_valid(78, (gn_bytes){ bytes, head.size })); /* of another segment */
    for (size_t cut = 0; cut < head.size; cut++)
        assert_false(gn_group_valid(77, (gn_bytes){ bytes, cut }));
    for (size_t at = 0; at < head.size; at++) {
        bytes[at] ^= 4;
        assert_false(gn_group_valid(77, (gn_bytes){ bytes, head.size }));
        bytes[at] ^= 4;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_twenty_digits),
        cmocka_unit_test(a_path_that_is_too_long_is_refused),
        cmocka_unit_test(the_list_is_sorted_and_knows_only_segments),
        cmocka_unit_test(implausible_headers_cost_nothing),
        cmocka_unit_test(the_crc_covers_header_and_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
