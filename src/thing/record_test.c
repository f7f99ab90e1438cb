/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/limits.h"
#include "thing/record_fixture.h"

static bool is_valid(const union record_fixture *record, size_t size)
{
    return gn_record_valid((gn_bytes){ record->bytes, size });
}

/* One record of each type that carries something, and the same size twice. */
static size_t make(gn_record_type type, union record_fixture *to)
{
    memset(to, 0, sizeof *to);
    size_t size = 0;
    switch (type) {
    case GN_RECORD_READING:
        size = sizeof to->reading;
        break;
    case GN_RECORD_TICK:
        size = sizeof to->tick;
        break;
    case GN_RECORD_LINK:
        size = sizeof to->link;
        break;
    case GN_RECORD_MARK:
        size = sizeof to->mark;
        break;
    case GN_RECORD_TEXT:
        size = sizeof to->text + 8;
        to->text.text_size = 8;
        break;
    case GN_RECORD_THING:
        size = sizeof to->thing + 8;
        to->thing.json_size = 8;
        break;
    case GN_RECORD_SERIES:
        size = sizeof to->series + 8;
        to->series.name_size = 8;
        break;
    case GN_RECORD_RULES:
        size = sizeof to->rules + 8;
        to->rules.text_size = 8;
        break;
    case GN_RECORD_DESCRIPTION:
    case GN_RECORD_IDENTITY:
        size = sizeof to->description + 8;
        to->description.json_size = 8;
        break;
    case GN_RECORD_DESIRED:
        size = sizeof to->desired + 8;
        to->desired.json_size = 5;
        to->desired.key_size = 3;
        break;
    case GN_RECORD_ANSWER:
        size = sizeof to->answer + 8;
        to->answer.json_size = 8;
        break;
    case GN_RECORD_DELIVERY:
        size = sizeof to->delivery + 8;
        to->delivery.action_size = 8;
        break;
    case GN_RECORD_PUBLISH:
    case GN_RECORD_SESSION:
    case GN_RECORD_EVENT:
    case GN_RECORD_STATUS:
        size = sizeof to->message + 8;
        to->message.name_size = 3;
        to->message.payload_size = 5;
        break;
    case GN_RECORD_PAD:
    case GN_RECORD_TYPE_COUNT:
        break;
    }
    (void)fixture_head(to, type, size, 1);
    return size;
}

static void every_type_is_valid_at_its_size_and_at_no_smaller_one(void **state)
{
    (void)state;
    for (unsigned type = GN_RECORD_READING; type < GN_RECORD_TYPE_COUNT; type++) {
        union record_fixture record;
        if (strcmp(gn_record_type_name((uint8_t)type), "unknown") == 0)
            continue; /* a number that nobody uses yet */
        const size_t size = make((gn_record_type)type, &record);
        assert_true(is_valid(&record, size));
        assert_true(is_valid(&record, size + 8)); /* something else may follow */
        for (size_t cut = 0; cut < size; cut++)
            assert_false(is_valid(&record, cut));
        record.head.size = (uint32_t)size - 8;
        assert_false(is_valid(&record, size));
        record.head.size = (uint32_t)size + 4; /* not a multiple of 8 */
        assert_false(is_valid(&record, size + 8));
        record.head.size = (uint32_t)size + 8; /* spare bytes are allowed, as the header says */
        assert_true(is_valid(&record, size + 8));
    }
}

static void lengths_inside_must_fit(void **state)
{
    (void)state;
    union record_fixture record;
    size_t size = make(GN_RECORD_TEXT, &record);
    record.text.text_size = 9;
    assert_false(is_valid(&record, size));
    record.text.text_size = UINT32_MAX;
    assert_false(is_valid(&record, size));
    size = make(GN_RECORD_EVENT, &record);
    record.message.payload_size = 6;
    assert_false(is_valid(&record, size));
    record.message.name_size = UINT32_MAX; /* two lengths whose 32-bit sum would be small */
    record.message.payload_size = 2;
    assert_false(is_valid(&record, size));
}

static void pads_and_unknown_types_are_refused(void **state)
{
    (void)state;
    union record_fixture record;
    const size_t size = make(GN_RECORD_READING, &record);
    record.head.type = GN_RECORD_PAD;
    assert_false(is_valid(&record, size));
    record.head.type = GN_RECORD_TYPE_COUNT;
    assert_false(is_valid(&record, size));
    record.head.type = 255;
    assert_false(is_valid(&record, size));
}

static void the_largest_record_is_a_limit(void **state)
{
    (void)state;
    uint8_t *bytes = calloc(1, GN_RECORD_BYTES_MAX + 8);
    assert_non_null(bytes);
    struct gn_record_head head = { .size = GN_RECORD_BYTES_MAX - 8, .type = GN_RECORD_RULES, .seq = 1 };
    const gn_bytes all = { bytes, GN_RECORD_BYTES_MAX + 8 };
    for (int step = -8; step <= 8; step += 8) {
        head.size = (uint32_t)(GN_RECORD_BYTES_MAX + step);
        memcpy(bytes, &head, sizeof head);
        assert_int_equal(gn_record_valid(all), step <= 0);
    }
    free(bytes);
}

static void unaligned_bytes_may_be_asked_about(void **state)
{
    (void)state;
    union record_fixture record;
    uint8_t shifted[128];
    const size_t size = make(GN_RECORD_EVENT, &record);
    memcpy(shifted + 3, record.bytes, size);
    assert_true(gn_record_valid((gn_bytes){ shifted + 3, size }));
}

static void parts_come_back_as_they_went_in(void **state)
{
    (void)state;
    union record_fixture record;
    (void)fixture_text(&record, 7, 3, 1000, GN_STR("hello"));
    assert_true(gn_str_equal(gn_record_text_value(&record.text), GN_STR("hello")));
    (void)fixture_thing_json(&record, 7, 3, "{}");
    assert_true(gn_str_equal(gn_record_thing_json(&record.thing), GN_STR("{}")));
    (void)fixture_series(&record, 7, 3, 0, 0, "load");
    assert_true(gn_str_equal(gn_record_series_name(&record.series), GN_STR("load")));

    const size_t size = make(GN_RECORD_EVENT, &record);
    memcpy(record.bytes + sizeof record.message, "abcdefgh", 8);
    assert_true(is_valid(&record, size));
    assert_true(gn_str_equal(gn_record_message_name(&record.message), GN_STR("abc")));
    assert_true(gn_str_equal(gn_record_message_payload(&record.message), GN_STR("defgh")));

    (void)make(GN_RECORD_RULES, &record);
    assert_int_equal(gn_record_rules_text(&record.rules).size, 8);
    (void)make(GN_RECORD_ANSWER, &record);
    assert_int_equal(gn_record_answer_json(&record.answer).size, 8);
    (void)make(GN_RECORD_DELIVERY, &record);
    assert_int_equal(gn_record_delivery_action(&record.delivery).size, 8);
}

static void types_have_names(void **state)
{
    (void)state;
    assert_string_equal(gn_record_type_name(GN_RECORD_READING), "reading");
    assert_string_equal(gn_record_type_name(GN_RECORD_MARK), "mark");
    assert_string_equal(gn_record_type_name(GN_RECORD_TYPE_COUNT), "unknown");
    assert_string_equal(gn_record_type_name(255), "unknown");
    for (unsigned type = 0; type < GN_RECORD_TYPE_COUNT; type++)
        assert_non_null(gn_record_type_name((uint8_t)type));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_valid_at_its_size_and_at_no_smaller_one),
        cmocka_unit_test(lengths_inside_must_fit),
        cmocka_unit_test(pads_and_unknown_types_are_refused),
        cmocka_unit_test(the_largest_record_is_a_limit),
        cmocka_unit_test(unaligned_bytes_may_be_asked_about),
        cmocka_unit_test(parts_come_back_as_they_went_in),
        cmocka_unit_test(types_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
