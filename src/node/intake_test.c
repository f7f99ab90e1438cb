/* SPDX-License-Identifier: Apache-2.0 */
#include "node/intake.h"

#include <math.h>

#include "base/timestamp.h"
#include "node/test_records.h"

enum { RING_BYTES = 64 << 10 };

struct fixture {
    char dir[64];
    struct gn_clock_sim sim;
    struct gn_guard *guard;
    struct gn_ring ring;
    uint8_t *ring_bytes;
    struct gn_intake_core core;
    struct gn_intake table;
    struct gn_diag diag;
    uint64_t token;
};

static int setup(void **state)
{
    static const uint8_t seed[16] = { 1 };
    struct fixture *f = gn_mem_take(sizeof *f, "a test's fixture");
    story_folder(f->dir);
    f->sim = (struct gn_clock_sim){ .wall_ms = STORY_BEGIN_MS, .mono_us = 5000000 };
    const struct gn_clock clock = gn_clock_simulated(&f->sim);
    f->ring_bytes = gn_mem_take(RING_BYTES, "a test's ring");
    assert_int_equal(gn_ring_init(&f->ring, f->ring_bytes, RING_BYTES, 1), GN_OK);
    assert_int_equal(gn_guard_open(f->dir, clock, &f->guard, &f->diag), GN_OK);
    assert_int_equal(gn_intake_init(&f->core, f->guard, clock, &f->ring, seed), GN_OK);
    f->table = gn_intake_table(&f->core);
    char id[GN_THING_ID_BYTES_MAX + 1];
    assert_int_equal(gn_intake_thing_add(&f->core, GN_STR("Press 7"), id, &f->token, &f->diag), GN_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    gn_intake_fini(&f->core);
    gn_guard_close(f->guard);
    gn_mem_give(f->ring_bytes);
    story_folder_remove(f->dir);
    gn_mem_give(f);
    return 0;
}

static gn_err put(struct fixture *f, const struct gn_item *items, size_t count, uint16_t packet_id, bool redelivered,
                  uint32_t fingerprint)
{
    const struct gn_packet packet = { .thing = 0,
                                      .packet_id = packet_id,
                                      .redelivered = redelivered,
                                      .fingerprint = fingerprint,
                                      .items = items,
                                      .item_count = count };
    f->diag = (struct gn_diag){ 0 };
    return f->table.packet(f->table.self, &packet, &f->token, &f->diag);
}

static gn_err put_one(struct fixture *f, const char *property, double value, int64_t time_ms)
{
    const struct gn_item item = { .property = gn_str_of(property), .value = value, .time_ms = time_ms };
    return put(f, &item, 1, 0, false, 0);
}

static gn_err put_message(struct fixture *f, uint8_t type, uint16_t packet_id, bool redelivered, uint32_t fingerprint)
{
    const struct gn_message message = { .thing = 0,
                                        .type = type,
                                        .name = GN_STR("jam"),
                                        .payload = GN_STR("{}"),
                                        .packet_id = packet_id,
                                        .redelivered = redelivered,
                                        .fingerprint = fingerprint };
    f->diag = (struct gn_diag){ 0 };
    return f->table.message(f->table.self, &message, &f->token, &f->diag);
}

/* Takes all records out of the ring; counts them by type and keeps the last reading and tick. */
struct taken {
    unsigned count[GN_RECORD_TYPE_COUNT];
    struct gn_record_reading reading;
    struct gn_record_tick tick;
    uint64_t last_seq;
};

static struct taken take(struct fixture *f)
{
    struct taken taken = { 0 };
    for (gn_bytes b; (b = gn_ring_peek(&f->ring, 0)).size > 0; gn_ring_advance(&f->ring, 0, b.size)) {
        for (size_t at = 0; at < b.size;) {
            const struct gn_record_head *head = (const void *)(b.at + at);
            at += head->size;
            taken.count[head->type]++;
            if (head->type == GN_RECORD_PAD)
                continue;
            assert_true(gn_record_valid((gn_bytes){ (const uint8_t *)head, head->size }));
            if (taken.last_seq != 0)
                assert_int_equal(head->seq, taken.last_seq + 1);
            taken.last_seq = head->seq;
            if (head->type == GN_RECORD_READING)
                taken.reading = *(const struct gn_record_reading *)(const void *)head;
            if (head->type == GN_RECORD_TICK)
                taken.tick = *(const struct gn_record_tick *)(const void *)head;
        }
    }
    return taken;
}

static void a_first_reading_brings_its_series_and_the_clock(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put_one(f, "temperature", 21.5, GN_TIME_NONE), GN_OK);
    assert_int_equal(f->token, gn_ring_head(&f->ring));
    const struct taken taken = take(f);
    assert_int_equal(taken.count[GN_RECORD_TICK], 1);
    assert_int_equal(taken.count[GN_RECORD_THING], 1);
    assert_int_equal(taken.count[GN_RECORD_SERIES], 1);
    assert_int_equal(taken.count[GN_RECORD_READING], 1);
    assert_int_equal(taken.reading.time_ms, STORY_BEGIN_MS);
    assert_int_equal(taken.reading.head.flag, GN_QUALITY_NO_TIME);
    assert_true(taken.reading.value == 21.5);
    assert_int_equal(put_one(f, "temperature", 22.0, STORY_BEGIN_MS + 1), GN_OK);
    const struct taken again = take(f);
    assert_int_equal(again.count[GN_RECORD_SERIES], 0);
    assert_int_equal(again.reading.head.flag, GN_QUALITY_GOOD);
}

static void a_packet_is_taken_whole_or_not_at_all(void **state)
{
    struct fixture *f = *state;
    const struct gn_item items[] = {
        { .property = GN_STR("a"), .value = 1, .time_ms = GN_TIME_NONE },
        { .property = GN_STR("b/c"), .value = 2, .time_ms = GN_TIME_NONE },
    };
    (void)take(f);
    assert_int_equal(put(f, items, 2, 1, false, 9), GN_ERR_INVAL);
    assert_non_null(strstr(f->diag.text, "a property's name must be"));
    assert_int_equal(gn_ring_peek(&f->ring, 0).size, 0);
    assert_int_equal(f->core.registry.series_count, 0);
}

static void times_that_cannot_be_are_refused_with_words(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put_one(f, "t", 1, 0), GN_ERR_INVAL);
    assert_string_equal(f->diag.text, "the time 1970-01-01T00:00:00.000Z of 't' is before the year 2000; set the "
                                      "device's clock, or send no time");
    assert_int_equal(put_one(f, "t", 1, INT64_C(7258118400000)), GN_ERR_INVAL); /* 2200-01-01 */
    assert_string_equal(f->diag.text, "the time 2200-01-01T00:00:00.000Z of 't' is more than a day ahead; set the "
                                      "device's clock, or send no time");
    assert_int_equal(put_one(f, "t", 1, STORY_BEGIN_MS + GN_READING_AHEAD_MS_MAX + 1), GN_ERR_INVAL);
    assert_int_equal(put_one(f, "t", 1, STORY_BEGIN_MS + GN_READING_AHEAD_MS_MAX), GN_OK);
    assert_int_equal(put_one(f, "u", 1, GN_TIME_FLOOR_MS), GN_OK);
    assert_int_equal(put_one(f, "u", 1, GN_TIME_FLOOR_MS - 1), GN_ERR_INVAL);
}

static void text_and_numbers_do_not_mix_but_bools_are_numbers(void **state)
{
    struct fixture *f = *state;
    struct gn_item item = { .property = GN_STR("x"), .value = 1, .time_ms = GN_TIME_NONE };
    assert_int_equal(put(f, &item, 1, 0, false, 0), GN_OK);
    item.kind = GN_SERIES_BOOL;
    assert_int_equal(put(f, &item, 1, 0, false, 0), GN_OK);
    item.kind = GN_SERIES_TEXT;
    item.text = GN_STR("on");
    assert_int_equal(put(f, &item, 1, 0, false, 0), GN_ERR_INVAL);
    assert_string_equal(f->diag.text, "'x' is a number; this value is text");
}

static void a_redelivered_packet_is_not_written_twice(void **state)
{
    struct fixture *f = *state;
    const struct gn_item item = { .property = GN_STR("x"), .value = 1, .time_ms = GN_TIME_NONE };
    assert_int_equal(put(f, &item, 1, 7, false, 1234), GN_OK);
    const uint64_t token = f->token;
    (void)take(f);
    assert_int_equal(put(f, &item, 1, 7, true, 1234), GN_OK); /* the same again */
    assert_int_equal(take(f).count[GN_RECORD_READING], 0);
    assert_true(f->token >= token);
    assert_int_equal(put(f, &item, 1, 7, true, 99), GN_OK); /* the id again, another message */
    assert_int_equal(take(f).count[GN_RECORD_READING], 1);
    assert_int_equal(put(f, &item, 1, 7, false, 99), GN_OK); /* not marked as redelivered: a new one */
    assert_int_equal(take(f).count[GN_RECORD_READING], 1);
}

static void a_redelivered_event_or_status_is_not_written_twice(void **state)
{
    struct fixture *f = *state;
    for (uint8_t type = GN_RECORD_EVENT; type <= GN_RECORD_STATUS; type++) {
        (void)take(f);
        assert_int_equal(put_message(f, type, 7, false, 10 + type), GN_OK);
        const uint64_t token = f->token;
        assert_int_equal(take(f).count[type], 1);
        assert_int_equal(put_message(f, type, 7, true, 10 + type), GN_OK);
        assert_int_equal(take(f).count[type], 0);
        assert_true(f->token >= token);
        assert_int_equal(put_message(f, type, 7, true, 99), GN_OK); /* the id again, another message */
        assert_int_equal(put_message(f, type, 0, true, 99), GN_OK); /* QoS 0: nothing to know it by */
        assert_int_equal(put_message(f, type, 7, false, 99), GN_OK);
        assert_int_equal(take(f).count[type], 3);
    }
    assert_int_equal(f->core.redelivered_count, 2);
}

static void the_memory_of_packets_survives_a_restart(void **state)
{
    struct fixture *f = *state;
    static const uint8_t seed[16] = { 2 };
    const struct gn_item item = { .property = GN_STR("x"), .value = 1, .time_ms = GN_TIME_NONE };
    struct gn_intake_core other;
    assert_int_equal(put(f, &item, 1, 7, false, 1234), GN_OK);
    assert_int_equal(put_message(f, GN_RECORD_EVENT, 8, false, 5), GN_OK);
    assert_int_equal(put_message(f, GN_RECORD_STATUS, 9, false, 6), GN_OK);
    assert_int_equal(gn_intake_init(&other, f->guard, gn_clock_simulated(&f->sim), &f->ring, seed), GN_OK);
    const gn_bytes b = gn_ring_peek(&f->ring, 0);
    for (size_t at = 0; at < b.size;) {
        const struct gn_record_head *head = (const void *)(b.at + at);
        assert_int_equal(gn_intake_recall(&other, head), GN_OK);
        at += head->size;
    }
    assert_int_equal(other.next_seq, f->core.next_seq);
    assert_int_equal(other.registry.series_count, 1);
    assert_int_equal(other.tick_ms, f->core.tick_ms);
    gn_intake_fini(&f->core);
    f->core = other;
    f->table = gn_intake_table(&f->core);
    (void)take(f);
    assert_int_equal(put(f, &item, 1, 7, true, 1234), GN_OK);
    assert_int_equal(put_message(f, GN_RECORD_EVENT, 8, true, 5), GN_OK);
    assert_int_equal(put_message(f, GN_RECORD_STATUS, 9, true, 6), GN_OK);
    const struct taken taken = take(f);
    assert_int_equal(taken.count[GN_RECORD_READING] + taken.count[GN_RECORD_EVENT] + taken.count[GN_RECORD_STATUS], 0);
}

static void late_readings_are_marked_and_a_clock_set_back_does_not_make_all_late(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(put_one(f, "x", 1, STORY_BEGIN_MS), GN_OK);
    assert_int_equal(put_one(f, "x", 2, STORY_BEGIN_MS - 1000), GN_OK);
    assert_int_equal(take(f).reading.head.flag, GN_QUALITY_LATE);
    f->core.wall_ms = STORY_BEGIN_MS - 2000; /* the wall clock steps back: what the node stamps comes late */
    assert_int_equal(put_one(f, "x", 2, GN_TIME_NONE), GN_OK);
    assert_int_equal(take(f).reading.head.flag, GN_QUALITY_LATE_NO_TIME);
    f->core.wall_ms = STORY_BEGIN_MS;
    assert_int_equal(put_one(f, "x", 3, STORY_BEGIN_MS), GN_OK); /* the same instant is not late */
    assert_int_equal(take(f).reading.head.flag, GN_QUALITY_GOOD);
    assert_int_equal(put_one(f, "x", 4, STORY_BEGIN_MS + 3600000), GN_OK); /* a device an hour ahead */
    assert_int_equal(put_one(f, "x", 5, STORY_BEGIN_MS + 10), GN_OK);      /* ... set right */
    assert_int_equal(take(f).reading.head.flag, GN_QUALITY_GOOD);
}

static void the_journals_clock_never_goes_back(void **state)
{
    struct fixture *f = *state;
    (void)take(f);
    f->sim.wall_ms -= 3600000; /* the wall clock steps back an hour; a second passes */
    f->sim.mono_us += 1000000;
    gn_intake_turn(&f->core);
    assert_int_equal(gn_intake_tick(&f->core, 100), GN_OK);
    assert_int_equal(take(f).tick.time_ms, STORY_BEGIN_MS + 1000);
    f->sim.wall_ms += 7200000;
    f->sim.mono_us += 1000000;
    gn_intake_turn(&f->core);
    assert_int_equal(gn_intake_tick(&f->core, 100), GN_OK);
    assert_int_equal(take(f).tick.time_ms, STORY_BEGIN_MS + 3600000);
    assert_int_equal(gn_intake_tick(&f->core, 100), GN_OK); /* not due */
    assert_int_equal(take(f).count[GN_RECORD_TICK], 0);
}

static void a_full_ring_answers_again_and_forgets_nothing(void **state)
{
    struct fixture *f = *state;
    unsigned accepted = 0;
    gn_err err;
    while ((err = put_one(f, "x", accepted, GN_TIME_NONE)) == GN_OK)
        accepted++;
    assert_int_equal(err, GN_ERR_AGAIN);
    assert_int_equal(take(f).count[GN_RECORD_READING], accepted);
    assert_int_equal(put_one(f, "x", accepted, GN_TIME_NONE), GN_OK);
    assert_true(take(f).reading.value == accepted);
}

static void a_thing_has_a_limit_of_series(void **state)
{
    struct fixture *f = *state;
    char name[16];
    for (int i = 0; i < GN_SERIES_PER_THING_MAX; i++) {
        (void)snprintf(name, sizeof name, "p%d", i);
        assert_int_equal(put_one(f, name, 1, GN_TIME_NONE), GN_OK);
        (void)take(f);
    }
    assert_int_equal(put_one(f, "one-too-many", 1, GN_TIME_NONE), GN_ERR_FULL);
    assert_non_null(strstr(f->diag.text, "may have 256 properties"));
    assert_int_equal(put_one(f, "p0", 1, GN_TIME_NONE), GN_OK);
}

static void links_and_refusals_can_be_asked_for(void **state)
{
    struct fixture *f = *state;
    char bytes[256];
    struct gn_buf why = gn_buf_over(bytes, sizeof bytes);
    uint64_t count = 0;
    assert_false(gn_intake_online(&f->core, 0));
    assert_int_equal(f->table.link(f->table.self, 0, true), GN_OK);
    assert_true(gn_intake_online(&f->core, 0));
    assert_int_equal(atomic_load(&f->core.online_count), 1);
    assert_int_equal(f->table.link(f->table.self, 0, false), GN_OK);
    assert_int_equal(atomic_load(&f->core.online_count), 0);
    assert_false(gn_intake_online(&f->core, GN_THINGS_MAX));
    f->table.refused(f->table.self, 0, "not a reading");
    gn_intake_refusal(&f->core, 0, &count, &why);
    assert_int_equal(count, 1);
    assert_true(gn_str_equal(gn_buf_str(&why), GN_STR("not a reading")));
}

static void only_the_right_token_opens_a_thing(void **state)
{
    struct fixture *f = *state;
    char token[GN_TOKEN_BYTES];
    uint32_t thing = 77;
    int64_t delay_ms = -1;
    assert_int_equal(gn_guard_thing_token(f->guard, GN_STR("press-7"), 0, token), GN_OK);
    assert_int_equal(
        f->table.authenticate(f->table.self, GN_STR("press-7"), gn_str_of(token), GN_STR("::1"), &thing, &delay_ms),
        GN_OK);
    assert_int_equal(thing, 0);
    token[0] = token[0] == '0' ? '1' : '0';
    assert_int_equal(
        f->table.authenticate(f->table.self, GN_STR("press-7"), gn_str_of(token), GN_STR("::1"), &thing, &delay_ms),
        GN_ERR_DENIED);
}

static void a_revoked_thing_may_nothing_until_it_comes_with_something_new(void **state)
{
    struct fixture *f = *state;
    const gn_str topic = GN_STR("things/press-7/properties/heat");
    char token[GN_TOKEN_BYTES];
    uint32_t thing = 77;
    int64_t delay_ms;
    assert_true(f->table.allows(f->table.self, 0, GN_VERB_PUBLISH, topic));
    assert_int_equal(gn_guard_thing_token(f->guard, GN_STR("press-7"), 0, token), GN_OK);
    gn_intake_recall_revoked(&f->core);
    assert_true(f->table.allows(f->table.self, 0, GN_VERB_PUBLISH, topic));
    assert_int_equal(gn_guard_thing_revoke(f->guard, GN_STR("press-7")), GN_OK);
    gn_intake_revoke(&f->core, 0);
    assert_false(f->table.allows(f->table.self, 0, GN_VERB_PUBLISH, topic));
    assert_false(f->table.allows(f->table.self, 0, GN_VERB_RECEIVE, topic));
    gn_intake_welcome(&f->core, 0);
    gn_intake_recall_revoked(&f->core); /* as after a restart */
    assert_false(f->table.allows(f->table.self, 0, GN_VERB_SUBSCRIBE, topic));
    assert_int_equal(gn_guard_thing_token(f->guard, GN_STR("press-7"), 0, token), GN_OK);
    assert_int_equal(
        f->table.authenticate(f->table.self, GN_STR("press-7"), gn_str_of(token), GN_STR("::1"), &thing, &delay_ms),
        GN_OK);
    assert_true(f->table.allows(f->table.self, 0, GN_VERB_PUBLISH, topic));
}

static gn_err discover(struct fixture *f, const char *id, const char *name, uint32_t *out_thing)
{
    const struct gn_intake_device device = { .id = gn_str_of(id),
                                             .name = gn_str_of(name),
                                             .key = GN_STR("0x00158d0001"),
                                             .via = 0,
                                             .source = GN_SOURCE_ZIGBEE2MQTT,
                                             .state = GN_THING_DISCOVERED };
    f->diag = (struct gn_diag){ 0 };
    return gn_intake_discover(&f->core, &device, out_thing, &f->token, &f->diag);
}

static void a_discovered_thing_is_kept_until_somebody_says_what_it_is(void **state)
{
    struct fixture *f = *state;
    uint32_t lamp = 99, other = 99;
    assert_int_equal(discover(f, "", "Kitchen lamp", &lamp), GN_OK);
    const struct gn_thing *row = &f->core.registry.things[lamp];
    assert_string_equal(row->id, "kitchen-lamp");
    assert_int_equal(row->state, GN_THING_DISCOVERED);
    assert_int_equal(row->since_ms, STORY_BEGIN_MS);
    assert_int_equal(discover(f, "kitchen-lamp", "Another", &other), GN_ERR_EXISTS);
    assert_int_equal(discover(f, "no/id", "Another", &other), GN_ERR_EXISTS);
    assert_int_equal(discover(f, "Exact_ID", "Another", &other), GN_OK);
    assert_string_equal(f->core.registry.things[other].id, "Exact_ID");

    (void)take(f);
    assert_int_equal(gn_intake_thing_state(&f->core, lamp, GN_THING_IGNORED, GN_STR(""), &f->token, &f->diag), GN_OK);
    assert_int_equal(take(f).count[GN_RECORD_THING], 1);
    assert_int_equal(gn_intake_thing_state(&f->core, lamp, GN_THING_IGNORED, GN_STR(""), &f->token, &f->diag), GN_OK);
    assert_int_equal(take(f).count[GN_RECORD_THING], 0); /* nothing new */
    const struct gn_item item = { .property = GN_STR("t"), .value = 1, .time_ms = GN_TIME_NONE };
    const struct gn_packet packet = { .thing = lamp, .items = &item, .item_count = 1 };
    assert_int_equal(f->table.packet(f->table.self, &packet, &f->token, &f->diag), GN_ERR_INVAL);
    assert_string_equal(f->diag.text, "the Thing 'kitchen-lamp' is ignored; adopt it first");
    assert_int_equal(gn_intake_thing_state(&f->core, lamp, GN_THING_ADOPTED, GN_STR("Lamp\n"), &f->token, &f->diag),
                     GN_ERR_INVAL);
    assert_int_equal(gn_intake_thing_state(&f->core, lamp, GN_THING_ADOPTED, GN_STR("Lamp"), &f->token, &f->diag),
                     GN_OK);
    assert_string_equal(row->name, "Lamp");
    assert_int_equal(f->table.packet(f->table.self, &packet, &f->token, &f->diag), GN_OK);
    assert_int_equal(gn_intake_thing_state(&f->core, 99, GN_THING_ADOPTED, GN_STR(""), &f->token, &f->diag),
                     GN_ERR_NOT_FOUND);
}

static void only_so_many_wait_to_be_adopted(void **state)
{
    struct fixture *f = *state;
    uint32_t thing = 0;
    char name[32];
    for (int i = 0; i < GN_THINGS_DISCOVERED_MAX; i++) {
        (void)snprintf(name, sizeof name, "d%d", i);
        assert_int_equal(discover(f, "", name, &thing), GN_OK);
        (void)take(f);
    }
    assert_int_equal(discover(f, "", "one more", &thing), GN_ERR_FULL);
    assert_string_equal(f->diag.text, "THINGS_DISCOVERED_MAX (512) Things wait to be adopted or ignored");
    assert_int_equal(gn_intake_thing_state(&f->core, thing, GN_THING_IGNORED, GN_STR(""), &f->token, &f->diag), GN_OK);
    assert_int_equal(discover(f, "", "one more", &thing), GN_OK);
}

static gn_err put_samples(struct fixture *f, const struct gn_sample *samples, size_t count, size_t *out_taken)
{
    const struct gn_samples all = { samples, count, "hello, world" };
    f->diag = (struct gn_diag){ 0 };
    return f->table.samples(f->table.self, &all, out_taken, &f->token, &f->diag);
}

static void samples_of_known_series_are_taken_up_to_the_first_that_cannot_be(void **state)
{
    struct fixture *f = *state;
    uint32_t number = GN_NONE, text = GN_NONE, same = GN_NONE;
    size_t taken = 9;
    assert_int_equal(f->table.series(f->table.self, 0, GN_STR("n"), GN_SERIES_NUMBER, &number, &f->diag), GN_OK);
    assert_int_equal(f->table.series(f->table.self, 0, GN_STR("t"), GN_SERIES_TEXT, &text, &f->diag), GN_OK);
    assert_int_equal(f->table.series(f->table.self, 0, GN_STR("n"), GN_SERIES_BOOL, &same, &f->diag), GN_OK);
    assert_int_equal(same, number);
    struct gn_sample samples[4] = { { .series = number, .time_ms = STORY_BEGIN_MS, .value = 1 },
                                    { .series = text, .time_ms = GN_TIME_NONE, .text = { 7, 5 } },
                                    { .series = number, .time_ms = 5, .value = 2 },
                                    { .series = number, .time_ms = STORY_BEGIN_MS + 1, .value = 3 } };
    (void)take(f);
    assert_int_equal(put_samples(f, samples, 4, &taken), GN_ERR_INVAL);
    assert_int_equal(taken, 2);
    assert_non_null(strstr(f->diag.text, "before the year 2000"));
    assert_int_equal(f->token, gn_ring_head(&f->ring));
    assert_int_equal(put_samples(f, samples + 3, 1, &taken), GN_OK);
    assert_int_equal(taken, 1);
    const struct taken got = take(f);
    assert_int_equal(got.count[GN_RECORD_READING], 2);
    assert_int_equal(got.count[GN_RECORD_TEXT], 1);
    assert_true(got.reading.value == 3 && got.reading.head.flag == GN_QUALITY_GOOD && got.reading.head.packet == 0);
    samples[0].series = 99;
    assert_int_equal(put_samples(f, samples, 1, &taken), GN_ERR_INVAL);
    samples[1].text.size = GN_TEXT_VALUE_BYTES_MAX + 1;
    assert_int_equal(put_samples(f, samples + 1, 1, &taken), GN_ERR_INVAL);
    assert_non_null(strstr(f->diag.text, "TEXT_VALUE_BYTES_MAX"));
    assert_int_equal(take(f).count[GN_RECORD_READING], 0);
}

static void a_series_that_cannot_be_is_refused_with_words(void **state)
{
    struct fixture *f = *state;
    uint32_t series;
    char name[16];
    assert_int_equal(f->table.series(f->table.self, 0, GN_STR("a/b"), GN_SERIES_NUMBER, &series, &f->diag),
                     GN_ERR_INVAL);
    assert_int_equal(f->table.series(f->table.self, 7, GN_STR("a"), GN_SERIES_NUMBER, &series, &f->diag), GN_ERR_INVAL);
    for (int i = 0; i < GN_SERIES_PER_THING_MAX; i++) {
        (void)snprintf(name, sizeof name, "p%d", i);
        assert_int_equal(f->table.series(f->table.self, 0, gn_str_of(name), GN_SERIES_NUMBER, &series, &f->diag),
                         GN_OK);
    }
    assert_int_equal(f->table.series(f->table.self, 0, GN_STR("more"), GN_SERIES_NUMBER, &series, &f->diag),
                     GN_ERR_FULL);
    assert_int_equal(f->table.series(f->table.self, 0, GN_STR("p1"), GN_SERIES_TEXT, &series, &f->diag), GN_ERR_INVAL);
    assert_string_equal(f->diag.text, "'p1' is a number; this value is text");
}

static void a_full_ring_takes_no_samples_and_loses_none(void **state)
{
    struct fixture *f = *state;
    static struct gn_sample samples[GN_SAMPLES_MAX];
    size_t taken, total = 0;
    uint32_t series;
    gn_err err = f->table.series(f->table.self, 0, GN_STR("n"), GN_SERIES_NUMBER, &series, &f->diag);
    for (size_t i = 0; i < GN_SAMPLES_MAX; i++)
        samples[i] = (struct gn_sample){ .series = series, .time_ms = STORY_BEGIN_MS, .value = (double)i };
    while (err == GN_OK && total < RING_BYTES) {
        err = put_samples(f, samples, 100, &taken);
        total += taken;
    }
    assert_int_equal(err, GN_ERR_AGAIN);
    assert_int_equal(taken, 0);
    assert_true(atomic_load(&f->core.wants_news));
    assert_int_equal(take(f).count[GN_RECORD_READING], total);
    assert_int_equal(put_samples(f, samples, 100, &taken), GN_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_first_reading_brings_its_series_and_the_clock),
        CASE(a_packet_is_taken_whole_or_not_at_all),
        CASE(times_that_cannot_be_are_refused_with_words),
        CASE(text_and_numbers_do_not_mix_but_bools_are_numbers),
        CASE(a_redelivered_packet_is_not_written_twice),
        CASE(a_redelivered_event_or_status_is_not_written_twice),
        CASE(the_memory_of_packets_survives_a_restart),
        CASE(late_readings_are_marked_and_a_clock_set_back_does_not_make_all_late),
        CASE(the_journals_clock_never_goes_back),
        CASE(a_full_ring_answers_again_and_forgets_nothing),
        CASE(a_thing_has_a_limit_of_series),
        CASE(links_and_refusals_can_be_asked_for),
        CASE(only_the_right_token_opens_a_thing),
        CASE(a_revoked_thing_may_nothing_until_it_comes_with_something_new),
        CASE(a_discovered_thing_is_kept_until_somebody_says_what_it_is),
        CASE(only_so_many_wait_to_be_adopted),
        CASE(samples_of_known_series_are_taken_up_to_the_first_that_cannot_be),
        CASE(a_series_that_cannot_be_is_refused_with_words),
        CASE(a_full_ring_takes_no_samples_and_loses_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
