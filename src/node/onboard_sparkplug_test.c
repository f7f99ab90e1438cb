/* SPDX-License-Identifier: Apache-2.0 */
#include "node/onboard_sparkplug.h"

#include "connect/sparkplug/sparkplug_fixture.h"
#include "node/test_records.h"

enum { RING_BYTES = 4 << 20, GATEWAY = 0, EDGE = 1, PRESS = 2, KEPT_MAX = 4 };

/* An endpoint that remembers what was published, and what is retained. */
struct endpoint {
    unsigned count;
    char topic[256];
    struct gn_sparkplug_metric metric; /* the first one of the last message */
    uint8_t payload[4096];
    struct {
        char topic[256];
        uint8_t bytes[8192];
        size_t size;
    } kept[KEPT_MAX];
    unsigned kept_count;
    bool keeps_nothing;
};

struct fixture {
    char dir[64];
    struct gn_clock_sim sim;
    struct gn_guard *guard;
    struct gn_ring ring;
    uint8_t *ring_bytes;
    struct gn_intake_core core;
    struct gn_intake table;
    struct gn_onboard *onboard;
    struct endpoint endpoint;
    struct gn_diag diag;
    uint64_t token;
    struct sp_message message;
};

static gn_err endpoint_publish(void *self, const struct gn_publish_out *publish)
{
    struct endpoint *e = self;
    struct gn_sparkplug_payload payload;
    struct gn_diag diag = { 0 };
    size_t at = 0;
    if (publish->retain && publish->payload.size == 0) {
        unsigned at_kept = 0;
        while (at_kept < e->kept_count && !gn_str_equal(gn_str_of(e->kept[at_kept].topic), publish->topic))
            at_kept++;
        assert_true(at_kept < e->kept_count);
        e->kept[at_kept] = e->kept[--e->kept_count];
        return GN_OK;
    }
    if (publish->retain) {
        unsigned i = 0;
        while (i < e->kept_count && !gn_str_equal(gn_str_of(e->kept[i].topic), publish->topic))
            i++;
        if (e->keeps_nothing || i == KEPT_MAX)
            return GN_ERR_FULL;
        e->kept_count = i == e->kept_count ? i + 1 : e->kept_count;
        assert_int_equal(gn_str_copy(e->kept[i].topic, sizeof e->kept[i].topic, publish->topic), GN_OK);
        memcpy(e->kept[i].bytes, publish->payload.at, publish->payload.size);
        e->kept[i].size = publish->payload.size;
        return GN_OK;
    }
    e->count++;
    assert_int_equal(gn_str_copy(e->topic, sizeof e->topic, publish->topic), GN_OK);
    assert_true(publish->payload.size <= sizeof e->payload && publish->qos == 0);
    memcpy(e->payload, publish->payload.at, publish->payload.size);
    const gn_bytes bytes = { e->payload, publish->payload.size };
    assert_int_equal(gn_sparkplug_payload_read(bytes, &payload, &diag), GN_OK);
    assert_true(gn_sparkplug_payload_next(&payload, &at, &e->metric));
    return GN_OK;
}

static gn_err endpoint_prune(void *self, bool (*keeps)(void *ctx, gn_str topic), void *ctx)
{
    struct endpoint *e = self;
    unsigned left = 0;
    for (unsigned i = 0; i < e->kept_count; i++)
        if (keeps(ctx, gn_str_of(e->kept[i].topic)))
            e->kept[left++] = e->kept[i];
    e->kept_count = left;
    return GN_OK;
}

static gn_err endpoint_retained(void *self, gn_str topic, gn_bytes *out)
{
    struct endpoint *e = self;
    for (unsigned i = 0; i < e->kept_count; i++)
        if (gn_str_equal(gn_str_of(e->kept[i].topic), topic)) {
            *out = (gn_bytes){ e->kept[i].bytes, e->kept[i].size };
            return GN_OK;
        }
    return GN_ERR_NOT_FOUND;
}

static const struct gn_adapter endpoint_row = {
    .name = "test", .publish = endpoint_publish, .prune = endpoint_prune, .retained = endpoint_retained
};

static int setup(void **state)
{
    static const uint8_t seed[16] = { 1 };
    char id[GN_THING_ID_BYTES_MAX + 1];
    struct fixture *f = gn_mem_take(sizeof *f, "a test's fixture");
    story_folder(f->dir);
    f->sim = (struct gn_clock_sim){ .wall_ms = STORY_BEGIN_MS, .mono_us = 5000000 };
    const struct gn_clock clock = gn_clock_simulated(&f->sim);
    f->ring_bytes = gn_mem_take(RING_BYTES, "a test's ring");
    assert_int_equal(gn_ring_init(&f->ring, f->ring_bytes, RING_BYTES, 1), GN_OK);
    assert_int_equal(gn_guard_open(f->dir, clock, &f->guard, &f->diag), GN_OK);
    assert_int_equal(gn_intake_init(&f->core, f->guard, clock, &f->ring, seed), GN_OK);
    f->table = gn_intake_table(&f->core);
    assert_int_equal(gn_intake_thing_add(&f->core, GN_STR("Gate"), id, &f->token, &f->diag), GN_OK);
    assert_int_equal(gn_onboard_new(&f->core, &f->onboard), GN_OK);
    gn_onboard_speak(f->onboard, &endpoint_row, &f->endpoint);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    gn_onboard_free(f->onboard);
    gn_intake_fini(&f->core);
    gn_guard_close(f->guard);
    gn_mem_give(f->ring_bytes);
    story_folder_remove(f->dir);
    gn_mem_give(f);
    return 0;
}

static gn_err hear(struct fixture *f, const char *topic)
{
    const struct gn_foreign message = { .thing = GATEWAY,
                                        .topic = gn_str_of(topic),
                                        .payload = gn_buf_bytes(&f->message.buf) };
    f->diag = (struct gn_diag){ 0 };
    return f->table.foreign(f->table.self, &message, &f->token, &f->diag);
}

/* How many records of a type are in the ring; takes them out. */
static unsigned took(struct fixture *f, uint8_t type)
{
    unsigned count = 0;
    for (gn_bytes b; (b = gn_ring_peek(&f->ring, 0)).size > 0; gn_ring_advance(&f->ring, 0, b.size))
        for (size_t at = 0; at < b.size; at += ((const struct gn_record_head *)(const void *)(b.at + at))->size)
            count += ((const struct gn_record_head *)(const void *)(b.at + at))->type == type;
    return count;
}

static gn_err say_node_birth(struct fixture *f, unsigned bd)
{
    sp_begin(&f->message, STORY_BEGIN_MS, 0);
    sp_add(&f->message, "bdSeq", 0, GN_SPARKPLUG_UINT64, 11, bd);
    sp_add(&f->message, "Uptime", 1, GN_SPARKPLUG_UINT32, 11, 77);
    return hear(f, "spBv1.0/G/NBIRTH/cell");
}

static gn_err say_device_birth(struct fixture *f, unsigned seq)
{
    sp_begin(&f->message, STORY_BEGIN_MS, seq);
    sp_add(&f->message, "Motor/Speed", 10, GN_SPARKPLUG_INT16, 10, (uint32_t)-5);
    sp_add(&f->message, "Running", 11, GN_SPARKPLUG_BOOLEAN, 14, 1);
    return hear(f, "spBv1.0/G/DBIRTH/cell/press");
}

static gn_err say_speed(struct fixture *f, unsigned seq, uint64_t alias, uint32_t value)
{
    sp_begin(&f->message, STORY_BEGIN_MS, seq);
    sp_add(&f->message, NULL, alias, GN_SPARKPLUG_INT16, 10, value);
    return hear(f, "spBv1.0/G/DDATA/cell/press");
}

static void both_are_born(struct fixture *f)
{
    assert_int_equal(say_node_birth(f, 3), GN_OK);
    assert_int_equal(say_device_birth(f, 1), GN_OK);
    assert_int_equal(f->core.registry.thing_count, 3);
}

static uint64_t refused(struct fixture *f, uint32_t thing)
{
    uint64_t count = 0;
    char why[160];
    struct gn_buf buf = gn_buf_over(why, sizeof why);
    gn_intake_refusal(&f->core, thing, &count, &buf);
    return count;
}

static void adopt(struct fixture *f, uint32_t thing)
{
    assert_int_equal(
        gn_onboard_decide(f->onboard, thing, GN_THING_ADOPTED, GN_STR(""), GN_STR(""), &f->token, &f->diag), GN_OK);
}

static void births_become_things_with_readings_and_links(void **state)
{
    struct fixture *f = *state;
    uint32_t series;
    both_are_born(f);
    const struct gn_thing *press = &f->core.registry.things[PRESS];
    assert_string_equal(press->key, "G/cell/press");
    assert_string_equal(press->name, "press");
    assert_int_equal(press->source, GN_SOURCE_SPARKPLUG);
    assert_int_equal(press->state, GN_THING_DISCOVERED);
    assert_int_equal(press->via, GATEWAY);
    assert_true(gn_intake_online(&f->core, EDGE) && gn_intake_online(&f->core, PRESS));
    assert_true(gn_registry_series(&f->core.registry, PRESS, GN_STR("Motor.Speed"), &series));
    assert_int_equal(took(f, GN_RECORD_READING), 3);
    assert_int_equal(f->endpoint.kept_count, 2);
    assert_string_equal(f->endpoint.kept[1].topic, "$sparkplug/certificates/spBv1.0/G/DBIRTH/cell/press");
    assert_int_equal(f->endpoint.count, 0);
}

static void the_same_birth_again_describes_nothing_new(void **state)
{
    struct fixture *f = *state;
    both_are_born(f);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(say_device_birth(f, 2), GN_OK);
    assert_int_equal(took(f, GN_RECORD_DESCRIPTION), 0);
    assert_int_equal(f->core.registry.thing_count, 3);
}

static void data_comes_by_alias_and_its_token_waits_for_it(void **state)
{
    struct fixture *f = *state;
    both_are_born(f);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(say_speed(f, 2, 10, 1200), GN_OK);
    assert_int_equal(f->token, gn_ring_head(&f->ring));
    assert_int_equal(took(f, GN_RECORD_READING), 1);
    assert_int_equal(f->endpoint.count, 0);
}

static void a_gap_and_a_strange_alias_are_asked_about_once_in_their_time(void **state)
{
    struct fixture *f = *state;
    both_are_born(f);
    assert_int_equal(say_speed(f, 5, 10, 1), GN_OK); /* the readings count */
    assert_int_equal(f->endpoint.count, 1);
    assert_string_equal(f->endpoint.topic, "spBv1.0/G/NCMD/cell");
    assert_true(gn_str_equal(f->endpoint.metric.name, GN_STR("Node Control/Rebirth")));
    assert_int_equal(f->endpoint.metric.value.whole, 1);
    assert_int_equal(say_speed(f, 6, 99, 1), GN_OK);
    assert_int_equal(refused(f, PRESS), 1);
    assert_int_equal(f->endpoint.count, 1);
    f->sim.mono_us += INT64_C(1000000) * GN_SPARKPLUG_REBIRTH_S;
    gn_intake_turn(&f->core);
    assert_int_equal(say_speed(f, 7, 99, 1), GN_OK);
    assert_int_equal(f->endpoint.count, 2);
}

static void data_without_a_birth_is_refused_and_asks_for_one(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(say_speed(f, 0, 10, 1), GN_ERR_INVAL);
    assert_non_null(strstr(f->diag.text, "before its birth"));
    assert_int_equal(f->endpoint.count, 1);
    assert_int_equal(f->core.registry.thing_count, 1);
}

static void deaths_take_links_down(void **state)
{
    struct fixture *f = *state;
    both_are_born(f);
    sp_begin(&f->message, STORY_BEGIN_MS, 2);
    assert_int_equal(hear(f, "spBv1.0/G/DDEATH/cell/press"), GN_OK);
    assert_true(gn_intake_online(&f->core, EDGE) && !gn_intake_online(&f->core, PRESS));
    assert_int_equal(say_device_birth(f, 3), GN_OK);
    assert_true(gn_intake_online(&f->core, PRESS));
    for (unsigned bd = 2; bd <= 3; bd++) { /* the will of an earlier session, then of this one */
        sp_begin(&f->message, STORY_BEGIN_MS, 0);
        sp_add(&f->message, "bdSeq", 0, GN_SPARKPLUG_UINT64, 11, bd);
        assert_int_equal(hear(f, "spBv1.0/G/NDEATH/cell"), GN_OK);
        assert_int_equal(gn_intake_online(&f->core, EDGE), bd == 2);
        assert_int_equal(gn_intake_online(&f->core, PRESS), bd == 2);
    }
    assert_int_equal(say_speed(f, 4, 10, 1), GN_ERR_INVAL);
}

static void a_node_that_is_born_again_has_no_devices_yet(void **state)
{
    struct fixture *f = *state;
    both_are_born(f);
    assert_int_equal(say_node_birth(f, 4), GN_OK);
    assert_false(gn_intake_online(&f->core, PRESS));
    assert_int_equal(say_speed(f, 1, 10, 1), GN_ERR_INVAL); /* its aliases are over */
    assert_int_equal(f->endpoint.count, 1);
    assert_int_equal(say_device_birth(f, 2), GN_OK);
    assert_int_equal(say_speed(f, 3, 10, 1), GN_OK);
}

static void after_a_restart_kept_births_count_and_a_new_one_is_asked_for(void **state)
{
    struct fixture *f = *state;
    both_are_born(f);
    gn_onboard_free(f->onboard);
    assert_int_equal(gn_onboard_new(&f->core, &f->onboard), GN_OK);
    gn_onboard_recall_things(f->onboard);
    gn_onboard_speak(f->onboard, &endpoint_row, &f->endpoint);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(say_speed(f, 99, 10, 1200), GN_OK);
    assert_int_equal(took(f, GN_RECORD_READING), 1);
    assert_int_equal(f->endpoint.count, 1);
    assert_int_equal(say_speed(f, 100, 10, 1200), GN_OK);
    assert_int_equal(f->endpoint.count, 1);
}

static void a_birth_that_cannot_be_kept_is_refused(void **state)
{
    struct fixture *f = *state;
    f->endpoint.keeps_nothing = true;
    assert_int_equal(say_node_birth(f, 1), GN_ERR_FULL);
    assert_non_null(strstr(f->diag.text, "MQTT_RETAINED_MAX"));
    assert_false(gn_intake_online(&f->core, EDGE));
}

static void an_ignored_device_is_refused_and_counted(void **state)
{
    struct fixture *f = *state;
    both_are_born(f);
    assert_int_equal(
        gn_onboard_decide(f->onboard, PRESS, GN_THING_IGNORED, GN_STR(""), GN_STR(""), &f->token, &f->diag), GN_OK);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(say_speed(f, 2, 10, 1), GN_OK);
    assert_int_equal(say_device_birth(f, 3), GN_OK);
    assert_int_equal(took(f, GN_RECORD_READING), 0);
    assert_int_equal(refused(f, PRESS), 2);
    assert_int_equal(f->endpoint.count, 0); /* its messages are counted in the order */
}

static void a_birth_while_ignored_ends_what_the_one_before_said(void **state)
{
    struct fixture *f = *state;
    both_are_born(f);
    assert_int_equal(f->endpoint.kept_count, 2);
    assert_int_equal(gn_onboard_decide(f->onboard, EDGE, GN_THING_IGNORED, GN_STR(""), GN_STR(""), &f->token, &f->diag),
                     GN_OK);
    assert_int_equal(say_node_birth(f, 4), GN_OK);
    assert_int_equal(f->endpoint.kept_count, 1);
    assert_false(gn_intake_online(&f->core, PRESS)); /* its devices are to be born again */
    adopt(f, EDGE);
    sp_begin(&f->message, STORY_BEGIN_MS, 1);
    sp_add(&f->message, NULL, 1, 0, 11, 5);
    assert_int_equal(hear(f, "spBv1.0/G/NDATA/cell"), GN_ERR_INVAL); /* alias 1 may mean something else by now */
    assert_int_equal(f->endpoint.count, 1);
}

static void a_full_ring_takes_nothing_of_a_message(void **state)
{
    struct fixture *f = *state;
    both_are_born(f);
    (void)took(f, GN_RECORD_PAD);
    while (f->table.has_room(f->table.self))
        assert_int_equal(say_speed(f, 0, 10, 1), GN_OK);
    const uint64_t head = gn_ring_head(&f->ring);
    assert_int_equal(say_speed(f, 0, 10, 1), GN_ERR_AGAIN);
    assert_int_equal(say_device_birth(f, 0), GN_ERR_AGAIN);
    assert_int_equal(gn_ring_head(&f->ring), head);
}

static void a_wish_goes_out_typed_as_in_the_birth(void **state)
{
    struct fixture *f = *state;
    const struct gn_publish_out wish = { .topic = GN_STR("spBv1.0/G/DCMD/cell/press"),
                                         .payload = GN_STR("{\"Motor.Speed\":-1500}") };
    const struct gn_publish_out wrong = { .topic = wish.topic, .payload = GN_STR("{\"Motor.Speed\":40000}") };
    both_are_born(f);
    adopt(f, PRESS);
    assert_true(gn_onboard_is_sparkplug(f->onboard, PRESS) && !gn_onboard_is_sparkplug(f->onboard, GATEWAY));
    assert_int_equal(gn_onboard_command(f->onboard, PRESS, &wish), GN_OK);
    assert_string_equal(f->endpoint.topic, "spBv1.0/G/DCMD/cell/press");
    assert_true(f->endpoint.metric.name.size == 0 && f->endpoint.metric.alias == 10);
    assert_int_equal((int16_t)f->endpoint.metric.value.whole, -1500);
    assert_int_equal(gn_onboard_command(f->onboard, PRESS, &wrong), GN_ERR_INVAL);
    assert_int_equal(refused(f, PRESS), 1);
    assert_int_equal(f->endpoint.count, 1);
}

static void an_action_is_sent_and_done_when_all_of_it_is_reported(void **state)
{
    struct fixture *f = *state;
    const struct gn_action_out go = { .thing = PRESS,
                                      .action = GN_STR("go"),
                                      .id = GN_STR("x-1-1"),
                                      .payload = GN_STR("{\"id\":\"x-1-1\",\"input\":{\"Motor.Speed\":7,\"Running\":"
                                                        "false}}") };
    both_are_born(f);
    adopt(f, PRESS);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(gn_onboard_deliver(f->onboard, &go), GN_OK);
    assert_int_equal(took(f, GN_RECORD_DELIVERY), 1);
    assert_int_equal(say_speed(f, 2, 10, 7), GN_OK);
    assert_int_equal(took(f, GN_RECORD_STATUS), 0); /* it still runs */
    sp_begin(&f->message, STORY_BEGIN_MS, 3);
    sp_add(&f->message, NULL, 11, GN_SPARKPLUG_BOOLEAN, 14, 0);
    assert_int_equal(hear(f, "spBv1.0/G/DDATA/cell/press"), GN_OK);
    assert_int_equal(took(f, GN_RECORD_STATUS), 1);
    assert_int_equal(say_speed(f, 4, 10, 7), GN_OK);
    assert_int_equal(took(f, GN_RECORD_STATUS), 0);
}

static void an_action_that_cannot_be_sent_fails_and_one_for_who_is_away_waits(void **state)
{
    struct fixture *f = *state;
    struct gn_action_out go = { .thing = PRESS,
                                .action = GN_STR("Running"),
                                .id = GN_STR("x-1-1"),
                                .payload = GN_STR("{\"input\":{\"Motor.Speed\":\"fast\"}}") };
    both_are_born(f);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(gn_onboard_deliver(f->onboard, &go), GN_OK);
    assert_int_equal(took(f, GN_RECORD_STATUS), 1); /* failed, with the reason */
    assert_int_equal(f->endpoint.count, 0);
    go.payload = GN_STR("{\"input\":{}}"); /* what it is named after is switched on */
    assert_int_equal(gn_onboard_deliver(f->onboard, &go), GN_OK);
    assert_true(f->endpoint.metric.alias == 11 && f->endpoint.metric.value.whole == 1);
    sp_begin(&f->message, STORY_BEGIN_MS, 2);
    assert_int_equal(hear(f, "spBv1.0/G/DDEATH/cell/press"), GN_OK);
    assert_int_equal(gn_onboard_deliver(f->onboard, &go), GN_ERR_NOT_FOUND);
    assert_int_equal(f->endpoint.count, 1);
}

static void hosts_and_their_commands_are_none_of_ours(void **state)
{
    struct fixture *f = *state;
    sp_begin(&f->message, STORY_BEGIN_MS, 0);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(hear(f, "spBv1.0/STATE/scada"), GN_OK);
    assert_int_equal(hear(f, "spBv1.0/G/NCMD/cell"), GN_OK);
    assert_int_equal(hear(f, "spBv1.0/G/DCMD/cell/press"), GN_OK);
    assert_int_equal(hear(f, "spBv1.0/G/BIRTH/cell"), GN_ERR_INVAL);
    assert_int_equal(f->core.registry.thing_count, 1);
    assert_int_equal(gn_ring_peek(&f->ring, 0).size, 0);
}

static void the_node_says_its_own_state(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(gn_onboard_host_state(f->onboard, GN_STR("ganglion"), true), GN_OK);
    assert_string_equal(f->endpoint.kept[0].topic, "spBv1.0/STATE/ganglion");
    char said[64];
    (void)snprintf(said, sizeof said, "{\"online\":true,\"timestamp\":%lld}", (long long)STORY_BEGIN_MS);
    assert_memory_equal(f->endpoint.kept[0].bytes, said, strlen(said));
    assert_int_equal(say_node_birth(f, 1), GN_OK);
    assert_int_equal(gn_onboard_host_state(f->onboard, GN_STR("other"), true), GN_OK);
    assert_int_equal(f->endpoint.kept_count, 2); /* the birth, and the one name that counts */
    assert_string_equal(f->endpoint.kept[1].topic, "spBv1.0/STATE/other");
    assert_int_equal(gn_onboard_host_state(f->onboard, GN_STR(""), true), GN_OK);
    assert_int_equal(f->endpoint.kept_count, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(births_become_things_with_readings_and_links),
        CASE(the_same_birth_again_describes_nothing_new),
        CASE(data_comes_by_alias_and_its_token_waits_for_it),
        CASE(a_gap_and_a_strange_alias_are_asked_about_once_in_their_time),
        CASE(data_without_a_birth_is_refused_and_asks_for_one),
        CASE(deaths_take_links_down),
        CASE(a_node_that_is_born_again_has_no_devices_yet),
        CASE(after_a_restart_kept_births_count_and_a_new_one_is_asked_for),
        CASE(a_birth_that_cannot_be_kept_is_refused),
        CASE(an_ignored_device_is_refused_and_counted),
        CASE(a_birth_while_ignored_ends_what_the_one_before_said),
        CASE(a_full_ring_takes_nothing_of_a_message),
        CASE(a_wish_goes_out_typed_as_in_the_birth),
        CASE(an_action_is_sent_and_done_when_all_of_it_is_reported),
        CASE(an_action_that_cannot_be_sent_fails_and_one_for_who_is_away_waits),
        CASE(hosts_and_their_commands_are_none_of_ours),
        CASE(the_node_says_its_own_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
