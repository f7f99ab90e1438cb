/* SPDX-License-Identifier: Apache-2.0 */
#include "node/onboard.h"

#include "node/test_records.h"

enum { RING_BYTES = 256 << 10, GATEWAY = 0, OTHER = 1 };

struct fixture {
    char dir[64];
    struct gn_clock_sim sim;
    struct gn_guard *guard;
    struct gn_ring ring;
    uint8_t *ring_bytes;
    struct gn_intake_core core;
    struct gn_intake table;
    struct gn_onboard *onboard;
    struct gn_diag diag;
    uint64_t token;
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
    assert_int_equal(gn_intake_thing_add(&f->core, GN_STR("Bridge"), id, &f->token, &f->diag), GN_OK);
    assert_int_equal(gn_intake_thing_add(&f->core, GN_STR("Other"), id, &f->token, &f->diag), GN_OK);
    assert_int_equal(gn_onboard_new(&f->core, &f->onboard), GN_OK);
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

static gn_err hear(struct fixture *f, uint32_t thing, const char *topic, const char *payload)
{
    const struct gn_foreign message = { .thing = thing,
                                        .topic = gn_str_of(topic),
                                        .payload = { (const uint8_t *)payload, strlen(payload) } };
    f->diag = (struct gn_diag){ 0 };
    return f->table.foreign(f->table.self, &message, &f->token, &f->diag);
}

/* How many records of a type are in the ring; takes them out. */
static unsigned took(struct fixture *f, uint8_t type)
{
    unsigned count = 0;
    for (gn_bytes b; (b = gn_ring_peek(&f->ring, 0)).size > 0; gn_ring_advance(&f->ring, 0, b.size)) {
        for (size_t at = 0; at < b.size;) {
            const struct gn_record_head *head = (const void *)(b.at + at);
            at += head->size;
            count += head->type == type;
        }
    }
    return count;
}

static uint32_t thing_of(const struct fixture *f, const char *id)
{
    uint32_t thing = GN_NONE;
    (void)gn_registry_thing(&f->core.registry, gn_str_of(id), &thing);
    return thing;
}

static bool has_series(const struct fixture *f, uint32_t thing, const char *property)
{
    uint32_t series;
    return gn_registry_series(&f->core.registry, thing, gn_str_of(property), &series);
}

static const char soil[] =
    "{\"stat_t\":\"green/soil\",\"unit_of_meas\":\"°C\",\"uniq_id\":\"s\",\"dev\":{\"ids\":[\"g1\"],"
    "\"name\":\"Green House\"}}";
static const char list[] =
    "[{\"ieee_address\":\"0x01\",\"friendly_name\":\"hall\",\"definition\":{\"exposes\":[{\"type\":\"numeric\","
    "\"property\":\"temperature\",\"access\":1,\"unit\":\"°C\"}]}}]";

static void an_announcement_becomes_a_discovered_thing_with_its_readings(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    const uint32_t green = thing_of(f, "green-house");
    assert_int_equal(green, 2);
    assert_int_equal(f->core.registry.things[green].state, GN_THING_DISCOVERED);
    assert_int_equal(f->core.registry.things[green].via, GATEWAY);
    assert_int_equal(f->core.registry.things[green].source, GN_SOURCE_HOME_ASSISTANT);
    assert_int_equal(took(f, GN_RECORD_DESCRIPTION), 1);
    assert_int_equal(hear(f, GATEWAY, "green/soil", "17.5"), GN_OK);
    assert_true(has_series(f, green, "soil"));
    assert_int_equal(took(f, GN_RECORD_READING), 1);
}

static void what_is_said_again_changes_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    assert_int_equal(hear(f, GATEWAY, "zigbee2mqtt/bridge/devices", list), GN_OK);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    assert_int_equal(hear(f, GATEWAY, "zigbee2mqtt/bridge/devices", list), GN_OK);
    assert_int_equal(f->core.registry.thing_count, 4);
    assert_int_equal(gn_ring_peek(&f->ring, 0).size, 0);
}

static void a_gateway_speaks_for_its_own_things_only(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(hear(f, OTHER, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    assert_int_equal(thing_of(f, "green-house-2"), 3); /* another one, of the same name */
    assert_int_equal(hear(f, OTHER, "green/soil", "99"), GN_OK);
    assert_false(has_series(f, thing_of(f, "green-house"), "soil"));
    assert_true(has_series(f, thing_of(f, "green-house-2"), "soil"));
}

static void a_gateway_may_name_things_and_gets_its_own_again(void **state)
{
    struct fixture *f = *state;
    uint32_t web = GN_NONE, again = GN_NONE;
    assert_int_equal(f->core.through(f->onboard, GATEWAY, GN_STR("web-1"), &web, &f->diag), GN_OK);
    assert_int_equal(web, thing_of(f, "web-1"));
    assert_int_equal(f->core.registry.things[web].state, GN_THING_DISCOVERED);
    assert_int_equal(f->core.registry.things[web].via, GATEWAY);
    assert_int_equal(f->core.through(f->onboard, GATEWAY, GN_STR("web-1"), &again, &f->diag), GN_OK);
    assert_int_equal(again, web);
    assert_int_equal(f->core.through(f->onboard, OTHER, GN_STR("web-1"), &again, &f->diag), GN_ERR_INVAL);
    assert_string_equal(f->diag.text, "the Thing 'web-1' speaks for itself; another cannot");
    const char *own = f->core.registry.things[GATEWAY].id;
    assert_int_equal(f->core.through(f->onboard, GATEWAY, gn_str_of(own), &again, &f->diag), GN_OK);
    assert_int_equal(again, GATEWAY);
}

static void two_formats_of_one_device_are_one_thing(void **state)
{
    struct fixture *f = *state;
    static const char again[] = "{\"stat_t\":\"zigbee2mqtt/hall\",\"val_tpl\":\"{{ value_json.temperature }}\","
                                "\"dev\":{\"ids\":[\"zigbee2mqtt_0x01\"],\"name\":\"hall\"}}";
    assert_int_equal(hear(f, GATEWAY, "zigbee2mqtt/bridge/devices", list), GN_OK);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/0x01/temperature/config", again), GN_OK);
    assert_int_equal(f->core.registry.thing_count, 3);
    assert_int_equal(took(f, GN_RECORD_DESCRIPTION), 0);
}

static void a_restart_knows_what_was_announced(void **state)
{
    struct fixture *f = *state;
    char kept[2048];
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    const gn_str fragment = gn_onboard_fragment(f->onboard, 2);
    assert_true(fragment.size > 0 && fragment.size < sizeof kept);
    memcpy(kept, fragment.at, fragment.size);
    const gn_str copy = { kept, fragment.size };
    gn_onboard_free(f->onboard);
    assert_int_equal(hear(f, GATEWAY, "green/soil", "1"), GN_OK); /* nobody listens now */
    assert_false(has_series(f, 2, "soil"));
    assert_int_equal(gn_onboard_new(&f->core, &f->onboard), GN_OK);
    gn_onboard_recall_things(f->onboard);
    gn_onboard_recall(f->onboard, 2, copy);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(hear(f, GATEWAY, "green/soil", "17.5"), GN_OK);
    assert_true(has_series(f, 2, "soil"));
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    assert_int_equal(took(f, GN_RECORD_DESCRIPTION), 0);
    assert_int_equal(f->core.registry.thing_count, 3);
}

static void what_a_person_said_stays_and_topics_follow(void **state)
{
    struct fixture *f = *state;
    static const char edited[] =
        "{\"title\":\"My soil\",\"properties\":{\"soil\":{\"title\":\"Warmth\",\"type\":\"number\",\"unit\":\"K\","
        "\"readOnly\":true,\"gn:topic\":\"green/soil\"}}}";
    static const char moved[] =
        "{\"stat_t\":\"new/soil\",\"unit_of_meas\":\"°C\",\"uniq_id\":\"s\",\"dev\":{\"ids\":[\"g1\"],"
        "\"name\":\"Renamed\"}}";
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    assert_int_equal(
        gn_onboard_decide(f->onboard, 2, GN_THING_ADOPTED, GN_STR("Soil"), gn_str_of(edited), &f->token, &f->diag),
        GN_OK);
    assert_int_equal(f->core.registry.things[2].state, GN_THING_ADOPTED);
    assert_string_equal(f->core.registry.things[2].name, "Soil");
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", moved), GN_OK);
    const gn_str now = gn_onboard_fragment(f->onboard, 2);
    char text[2048];
    (void)snprintf(text, sizeof text, "%.*s", GN_STR_ARGS(now));
    assert_non_null(strstr(text, "\"unit\":\"K\""));
    assert_non_null(strstr(text, "\"gn:topic\":\"new/soil\""));
    assert_string_equal(f->core.registry.things[2].name, "Soil");
}

static void an_ignored_thing_says_nothing_any_more(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    assert_int_equal(gn_onboard_decide(f->onboard, 2, GN_THING_IGNORED, GN_STR(""), GN_STR(""), &f->token, &f->diag),
                     GN_OK);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(hear(f, GATEWAY, "green/soil", "17.5"), GN_OK);
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    assert_int_equal(took(f, GN_RECORD_READING), 0);
    uint64_t refused = 0;
    char why[160];
    struct gn_buf buf = gn_buf_over(why, sizeof why);
    gn_intake_refusal(&f->core, 2, &refused, &buf);
    assert_int_equal(refused, 1);
}

static void a_gateway_that_announces_nothing_is_understood_by_its_topics(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(hear(f, GATEWAY, "cellar/pump/pressure", "1.5"), GN_OK);
    assert_int_equal(hear(f, GATEWAY, "cellar/pump/on", "true"), GN_OK);
    assert_int_equal(hear(f, GATEWAY, "cellar/tank", "{\"level\":{\"m\":1.2}}"), GN_OK);
    assert_int_equal(hear(f, GATEWAY, "cellar/pump/set", "5"), GN_OK); /* an order */
    const uint32_t pump = thing_of(f, "cellar-pump");
    assert_true(has_series(f, pump, "pressure") && has_series(f, pump, "on"));
    assert_true(has_series(f, thing_of(f, "cellar-tank"), "level.m"));
    assert_int_equal(f->core.registry.thing_count, 4);
    assert_int_equal(f->core.registry.things[pump].source, GN_SOURCE_NATIVE);
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    assert_int_equal(hear(f, GATEWAY, "some/chatter", "5"), GN_OK); /* it announces: the rest is not for us */
    assert_int_equal(f->core.registry.thing_count, 5);
}

static void a_full_ring_asks_to_be_asked_again(void **state)
{
    struct fixture *f = *state;
    gn_err err = GN_OK;
    for (int i = 0; i < 20000 && err == GN_OK; i++) {
        f->sim.mono_us += 1000;
        err = hear(f, GATEWAY, "cellar/pump/pressure", "1.5");
    }
    assert_int_equal(err, GN_ERR_AGAIN);
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_ERR_AGAIN);
    (void)took(f, GN_RECORD_PAD);
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", soil), GN_OK);
    assert_int_equal(took(f, GN_RECORD_DESCRIPTION), 1);
}

static void what_cannot_be_read_is_said(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/g/soil/config", "{"), GN_ERR_INVAL);
    assert_non_null(strstr(f->diag.text, "not JSON"));
    assert_int_equal(hear(f, GATEWAY, "a/b", "{\"a\":"), GN_ERR_INVAL);
    assert_int_equal(f->core.registry.thing_count, 2);
}

static void a_topic_that_the_solution_explains_becomes_readings(void **state)
{
    struct fixture *f = *state;
    static char bytes[1024];
    struct gn_solution *solution = NULL;
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    gn_solution_bundle_add(
        &bundle, GN_STR("a.yaml"),
        GN_STR("things: [{ thing: saw-1 }]\ntopics:\n"
               "  - { topic: 'plant/{area}/{thing}/{property}', scale: 0.1, offset: 2, unit: degC }\n"
               "  - { topic: 'meter/{thing}', pick: e.total, property: energy }\n"));
    assert_int_equal(gn_solution_parse(gn_buf_str(&bundle), &solution, &f->diag), GN_OK);
    gn_onboard_use(f->onboard, solution);
    assert_int_equal(hear(f, GATEWAY, "plant/hall/saw-1/heat", "500"), GN_OK);
    const uint32_t saw = thing_of(f, "saw-1");
    assert_int_equal(f->core.registry.things[saw].state, GN_THING_ADOPTED); /* the solution names it */
    assert_true(has_series(f, saw, "heat"));
    assert_int_equal(hear(f, GATEWAY, "meter/m7", "{\"e\":{\"total\":12},\"x\":1}"), GN_OK);
    const uint32_t meter = thing_of(f, "m7");
    assert_int_equal(f->core.registry.things[meter].state, GN_THING_DISCOVERED);
    assert_int_equal(f->core.registry.things[meter].source, GN_SOURCE_MAPPING);
    assert_true(has_series(f, meter, "energy") && !has_series(f, meter, "x"));
    double value = 0;
    for (gn_bytes b; (b = gn_ring_peek(&f->ring, 0)).size > 0; gn_ring_advance(&f->ring, 0, b.size))
        for (size_t at = 0; at < b.size; at += ((const struct gn_record_head *)(const void *)(b.at + at))->size) {
            const struct gn_record_reading *reading = (const void *)(b.at + at);
            if (reading->head.type == GN_RECORD_READING && reading->series == 0)
                value = reading->value;
        }
    assert_true(value == 52);
    assert_int_equal(hear(f, GATEWAY, "meter/other", "{\"e\":{\"total\":12}}"), GN_ERR_INVAL); /* has its own token */
    assert_string_equal(f->diag.text, "the Thing 'other' speaks for itself; another cannot");
    gn_onboard_use(f->onboard, NULL);
    gn_solution_free(solution);
}

static void what_a_person_describes_keeps_its_topics_over_a_restart(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(hear(f, GATEWAY, "homeassistant/sensor/soil/config", soil), GN_OK);
    const uint32_t thing = f->core.registry.thing_count - 1;
    assert_int_equal(
        gn_onboard_decide(f->onboard, thing, GN_THING_ADOPTED, GN_STR(""), GN_STR(""), &f->token, &f->diag), GN_OK);
    assert_int_equal(gn_onboard_describe(f->onboard, thing, GN_STR("{\"title\":\"Mine\"}"), &f->token), GN_OK);
    const gn_str fragment = gn_onboard_fragment(f->onboard, thing);
    assert_non_null(memmem(fragment.at, fragment.size, "Mine", 4));
    assert_non_null(memmem(fragment.at, fragment.size, "green/soil", 10));
    static char kept[2048], long_title[GN_DESCRIPTION_BYTES_MAX];
    assert_int_equal(gn_str_copy(kept, sizeof kept, fragment), GN_OK);
    gn_onboard_free(f->onboard);
    assert_int_equal(gn_onboard_new(&f->core, &f->onboard), GN_OK);
    gn_onboard_recall_things(f->onboard);
    gn_onboard_recall(f->onboard, thing, gn_str_of(kept));
    (void)took(f, GN_RECORD_READING);
    assert_int_equal(hear(f, GATEWAY, "green/soil", "18.5"), GN_OK);
    assert_int_equal(took(f, GN_RECORD_READING), 1);
    memset(long_title, 'x', sizeof long_title); /* fits alone, but not with what is kept */
    memcpy(long_title, "{\"title\":\"", 10);
    memcpy(long_title + sizeof long_title - 2, "\"}", 2);
    assert_int_not_equal(gn_onboard_describe(f->onboard, thing, (gn_str){ long_title, sizeof long_title }, &f->token),
                         GN_OK);
    assert_true(gn_str_equal(gn_onboard_fragment(f->onboard, thing), gn_str_of(kept)));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(an_announcement_becomes_a_discovered_thing_with_its_readings),
        CASE(what_is_said_again_changes_nothing),
        CASE(a_gateway_speaks_for_its_own_things_only),
        CASE(a_gateway_may_name_things_and_gets_its_own_again),
        CASE(two_formats_of_one_device_are_one_thing),
        CASE(a_restart_knows_what_was_announced),
        CASE(what_a_person_said_stays_and_topics_follow),
        CASE(an_ignored_thing_says_nothing_any_more),
        CASE(a_gateway_that_announces_nothing_is_understood_by_its_topics),
        CASE(a_full_ring_asks_to_be_asked_again),
        CASE(what_cannot_be_read_is_said),
        CASE(a_topic_that_the_solution_explains_becomes_readings),
        cmocka_unit_test_setup_teardown(what_a_person_describes_keeps_its_topics_over_a_restart, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
