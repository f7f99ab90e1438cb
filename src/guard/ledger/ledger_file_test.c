/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/ledger_file.h"

#include "guard/ledger/ledger_fixture.h"

static void heads_beyond_the_limits_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[GN_LEDGER_HEAD_BYTES];
    struct gn_ledger_head head = { UINT64_C(0x123456789a), GN_LEDGER_GROUP_ENTRIES_MAX, GN_LEDGER_GROUP_BYTES_MAX },
                          back;
    gn_ledger_head_write(&head, bytes);
    assert_true(gn_ledger_head_read(bytes, &back));
    assert_true(back.first == head.first && back.count == head.count && back.bytes == head.bytes);
    head.count++;
    gn_ledger_head_write(&head, bytes);
    assert_false(gn_ledger_head_read(bytes, &back));
    head.count = 0;
    gn_ledger_head_write(&head, bytes);
    assert_false(gn_ledger_head_read(bytes, &back));
    head.count = 1;
    head.bytes++;
    gn_ledger_head_write(&head, bytes);
    assert_false(gn_ledger_head_read(bytes, &back));
}

static void entries_are_taken_whole_or_not(void **state)
{
    (void)state;
    const uint8_t bytes[] = { 0, 2, 'a', 'b', 0, 3, 'c', 'd' };
    struct gn_reader rest = gn_reader_of((gn_bytes){ bytes, sizeof bytes });
    gn_bytes entry;
    assert_true(gn_ledger_entry_next(&rest, &entry));
    assert_int_equal(entry.size, 2);
    assert_false(gn_ledger_entry_next(&rest, &entry));
    assert_int_equal(gn_reader_left(&rest), 4);
}

static void a_settled_record_with_any_bit_changed_is_none(void **state)
{
    (void)state;
    const struct gn_ledger_keys keys = { .seal.bytes = { 1 } };
    const struct gn_ledger_settled settled = { 300, 40000, { .bytes = { 2 } } };
    struct gn_ledger_settled back;
    uint8_t bytes[GN_LEDGER_SETTLED_BYTES];
    gn_ledger_settled_write(&settled, &keys, bytes);
    assert_true(gn_ledger_settled_read(bytes, &keys, &back));
    assert_true(back.size == 300 && back.offset == 40000);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] ^= 1;
        assert_false(gn_ledger_settled_read(bytes, &keys, &back));
        bytes[i] ^= 1;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_beyond_the_limits_are_refused),
        cmocka_unit_test(entries_are_taken_whole_or_not),
        cmocka_unit_test(a_settled_record_with_any_bit_changed_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
