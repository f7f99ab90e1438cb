/* SPDX-License-Identifier: Apache-2.0 */
#include "node/output_queue.h"

#include "base/ring.h"
#include "node/test_records.h"

static const char *const kinds[] = { "finding", "alarm", "decision", "action", "receipt" };

static void an_output_comes_back_as_it_went(void **state)
{
    (void)state;
    uint64_t room[64];
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct gn_output in = { .kind = kinds[i],
                                      .id = GN_STR("f-12-1"),
                                      .thing = i % 2 == 0 ? GN_STR("press-7") : (gn_str){ 0 },
                                      .state = GN_STR("open"),
                                      .time_ms = -5,
                                      .seq = UINT64_MAX,
                                      .json = GN_STR("{\"id\":\"f-12-1\"}") };
        struct gn_output out;
        assert_int_equal(gn_output_entry_bytes(&in) % 8, 0);
        assert_true(gn_output_entry_bytes(&in) <= sizeof room);
        gn_output_entry_write(room, &in);
        gn_output_entry_read((const void *)room, &out);
        assert_string_equal(out.kind, in.kind);
        assert_true(gn_str_equal(out.id, in.id) && gn_str_equal(out.thing, in.thing));
        assert_true(gn_str_equal(out.state, in.state) && gn_str_equal(out.json, in.json));
        assert_int_equal(out.time_ms, in.time_ms);
        assert_true(out.seq == in.seq);
    }
}

/* The first kind must not look like the pad that fills a ring's end. */
static void no_kind_is_taken_for_a_pad(void **state)
{
    (void)state;
    uint64_t room[64];
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct gn_output in = { .kind = kinds[i], .id = GN_STR("x"), .json = GN_STR("{}") };
        gn_output_entry_write(room, &in);
        assert_int_not_equal(((const struct gn_record_head *)(const void *)room)->type, GN_RECORD_PAD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_output_comes_back_as_it_went),
        cmocka_unit_test(no_kind_is_taken_for_a_pad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
