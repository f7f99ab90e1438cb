/* SPDX-License-Identifier: Apache-2.0 */
#include "node/announce.h"

#include "base/json_tree.h"
#include "node/test_records.h"

enum { HEARD_MAX = 32 };

/* An endpoint that retains. */
struct heard {
    char topic[256];
    char payload[GN_ANNOUNCED_BYTES_MAX + 64];
};
static struct heard heard[HEARD_MAX];
static size_t heard_count;
static unsigned said_count; /* what was news */
static gn_err endpoint_answer;

static struct heard *heard_of(gn_str topic)
{
    for (size_t i = 0; i < heard_count; i++)
        if (gn_str_equal(gn_str_of(heard[i].topic), topic))
            return &heard[i];
    return NULL;
}

static gn_err endpoint_publish(void *self, const struct gn_publish_out *publish)
{
    struct heard *one = heard_of(publish->topic);
    (void)self;
    assert_true(publish->retain && publish->only_news && publish->qos == 1);
    if (one == NULL ? publish->payload.size == 0 : gn_str_equal(gn_str_of(one->payload), publish->payload))
        return GN_OK;
    if (endpoint_answer != GN_OK)
        return endpoint_answer;
    if (one == NULL) {
        assert_true(heard_count < HEARD_MAX);
        one = &heard[heard_count++];
        assert_int_equal(gn_str_copy(one->topic, sizeof one->topic, publish->topic), GN_OK);
    }
    said_count++;
    assert_int_equal(gn_str_copy(one->payload, sizeof one->payload, publish->payload), GN_OK);
    return GN_OK;
}

static gn_err endpoint_prune(void *self, bool (*keeps)(void *ctx, gn_str topic), void *ctx)
{
    (void)self;
    for (size_t i = 0; i < heard_count; i++)
        if (!keeps(ctx, gn_str_of(heard[i].topic)))
            heard[i].payload[0] = '\0';
    return GN_OK;
}

static const struct gn_adapter endpoint = { .publish = endpoint_publish, .prune = endpoint_prune };

static const struct gn_home_assistant home = { .prefix = { "homeassistant", 13 },
                                               .node = { "cellar", 6 },
                                               .config = { "homeassistant/binary_sensor/cellar_", 35 },
                                               .state = { "ganglion/cellar/", 16 } };

struct fixture {
    char dir[64];
    struct gn_store *store;
    struct gn_registry registry;
    struct story story;
    struct gn_announce *announce;
    struct gn_diag diag;
};

static void know(struct fixture *f)
{
    for (uint64_t seq = gn_store_next_seq(f->store);; seq++) {
        bool any = false;
        STORY_EACH(&f->story, record)
        {
            if (record->seq != seq)
                continue;
            any = true;
            assert_int_equal(gn_registry_apply(&f->registry, record), GN_OK);
            assert_int_equal(gn_store_put_record(f->store, record), GN_OK);
        }
        if (!any)
            return;
    }
}

static int setup(void **state)
{
    static const uint8_t seed[16] = { 1 };
    struct fixture *f = gn_mem_take(sizeof *f, "a test's fixture");
    story_folder(f->dir);
    assert_int_equal(gn_store_open(f->dir, &f->store, &f->diag), GN_OK);
    assert_int_equal(gn_registry_init(&f->registry, seed), GN_OK);
    f->story = story_begin();
    (void)story_series(&f->story, story_thing(&f->story, "press_7.b"), "heat");
    (void)story_thing(&f->story, "silent");
    know(f);
    heard_count = 0;
    said_count = 0;
    endpoint_answer = GN_OK;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    gn_announce_free(f->announce);
    gn_registry_fini(&f->registry);
    gn_store_close(f->store);
    story_end(&f->story);
    story_folder_remove(f->dir);
    gn_mem_give(f);
    return 0;
}

static void start(struct fixture *f, const struct gn_home_assistant *with)
{
    gn_announce_free(f->announce);
    f->announce = NULL;
    assert_int_equal(gn_announce_new(&f->registry, with, f->store, &f->announce), GN_OK);
    gn_announce_start(f->announce, &endpoint, NULL);
}

static const char *payload_of(const char *topic)
{
    const struct heard *one = heard_of(gn_str_of(topic));
    return one != NULL ? one->payload : NULL;
}

#define CONFIG "homeassistant/binary_sensor/cellar_press__7_db_alarm/config"
#define STATE  "ganglion/cellar/press_7.b/alarm"
#define STATUS "ganglion/cellar/status"
#define OFF    "{\"state\":\"OFF\",\"open\":0}"

static void alarm_json(char out[static 512], const char *id, const char *alarm_state, double p, unsigned findings)
{
    (void)snprintf(out, 512,
                   "{\"id\":\"%s\",\"state\":\"%s\",\"thing\":\"press_7.b\",\"time\":1767225600000,"
                   "\"since\":1767225600000,\"until\":null,\"sensor\":false,\"p_value\":%g,\"finding_count\":%u,"
                   "\"contributions\":[{\"property\":\"heat\"}],\"why\":\"On press: heat \\\"is\\\" 97.\"}",
                   id, alarm_state, p, findings);
}

static void engine_says(struct fixture *f, const char *id, const char *alarm_state, double p, unsigned findings)
{
    char json[512];
    alarm_json(json, id, alarm_state, p, findings);
    gn_announce_alarm(f->announce, gn_str_of(json));
}

static void a_thing_with_readings_is_announced(void **state)
{
    struct fixture *f = *state;
    static struct gn_json_tree tree;
    const struct gn_json_node *config;
    start(f, &home);
    assert_int_equal(heard_count, 3);
    assert_string_equal(payload_of(STATUS), "online");
    assert_string_equal(payload_of(STATE), OFF);
    assert_non_null(payload_of(CONFIG));
    assert_int_equal(gn_json_tree_read(&tree, gn_str_of(payload_of(CONFIG)), &config, &f->diag), GN_OK);
    assert_true(gn_str_equal(gn_json_text_at(config, "device_class"), GN_STR("problem")));
    assert_true(gn_str_equal(gn_json_text_at(config, "unique_id"), GN_STR("cellar_press__7_db_alarm")));
    assert_true(gn_str_equal(gn_json_text_at(config, "state_topic"), GN_STR(STATE)));
    assert_true(gn_str_equal(gn_json_text_at(config, "availability_topic"), GN_STR(STATUS)));
    gn_announce_stop(f->announce);
    assert_string_equal(payload_of(STATUS), "offline");
}

static void the_worst_open_alarm_is_told_until_the_last_is_cleared(void **state)
{
    struct fixture *f = *state;
    start(f, &home);
    engine_says(f, "a-5-1", "open", 0.001, 1);
    assert_string_equal(
        payload_of(STATE),
        "{\"state\":\"ON\",\"open\":1,\"severity\":\"medium\",\"alarm\":\"a-5-1\",\"since\":"
        "\"2026-01-01T00:00:00.000Z\",\"sensor\":false,\"p_value\":0.001,\"series\":[\"heat\"],\"words\":"
        "\"On press: heat \\\"is\\\" 97.\"}");
    engine_says(f, "a-6-1", "open", 1e-9, 1);
    assert_non_null(strstr(payload_of(STATE), "\"open\":2,\"severity\":\"high\",\"alarm\":\"a-6-1\""));
    const unsigned before = said_count;
    engine_says(f, "a-6-1", "open", 1e-10, 1); /* it goes on: no news */
    assert_int_equal(said_count, before);
    engine_says(f, "a-6-1", "cleared", 1e-10, 1);
    assert_non_null(strstr(payload_of(STATE), "\"open\":1,\"severity\":\"medium\",\"alarm\":\"a-5-1\""));
    engine_says(f, "a-6-1", "cleared", 1e-10, 1); /* of one that is not open */
    engine_says(f, "a-5-1", "cleared", 0.001, 1);
    assert_string_equal(payload_of(STATE), OFF);
}

static void a_start_agrees_with_the_alarms_that_are_open(void **state)
{
    struct fixture *f = *state;
    char json[512];
    start(f, &home);
    alarm_json(json, "a-9-1", "open", 0.01, 1);
    const struct gn_output output = { .kind = "alarm",
                                      .id = GN_STR("a-9-1"),
                                      .thing = GN_STR("press_7.b"),
                                      .state = GN_STR("open"),
                                      .time_ms = STORY_BEGIN_MS,
                                      .seq = 3,
                                      .json = gn_str_of(json) };
    assert_int_equal(gn_store_put_output(f->store, &output), GN_OK);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    start(f, &home);
    assert_non_null(strstr(payload_of(STATE), "\"alarm\":\"a-9-1\""));
    const unsigned before = said_count;
    start(f, &home); /* nothing new: nothing is said */
    assert_int_equal(said_count, before);
}

static void what_is_no_more_is_taken_away(void **state)
{
    struct fixture *f = *state;
    start(f, &home);
    story_thing_json(&f->story, 0, "{\"id\":\"press_7.b\",\"name\":\"Press\",\"state\":\"ignored\"}");
    know(f);
    gn_announce_tick(f->announce, 100, 90); /* seen, and not durable yet */
    gn_announce_tick(f->announce, 100, 99);
    assert_string_not_equal(payload_of(CONFIG), "");
    gn_announce_tick(f->announce, 100, 100);
    assert_string_equal(payload_of(CONFIG), "");
    assert_string_equal(payload_of(STATE), "");
    story_thing_json(&f->story, 0, "{\"id\":\"press_7.b\",\"name\":\"Press\",\"state\":\"adopted\"}");
    know(f);
    gn_announce_tick(f->announce, 200, 200);
    gn_announce_tick(f->announce, 200, 200);
    assert_non_null(strstr(payload_of(CONFIG), "\"name\":\"Press\""));
    start(f, NULL); /* a solution without the section */
    for (size_t i = 0; i < heard_count; i++)
        assert_string_equal(heard[i].payload, "");
}

static void what_finds_no_room_is_said_later(void **state)
{
    struct fixture *f = *state;
    start(f, &home);
    endpoint_answer = GN_ERR_AGAIN;
    engine_says(f, "a-5-1", "open", 0.001, 1);
    assert_string_equal(payload_of(STATE), OFF);
    endpoint_answer = GN_ERR_FULL;
    gn_announce_tick(f->announce, 1, 1);
    assert_string_equal(payload_of(STATE), OFF);
    endpoint_answer = GN_OK;
    gn_announce_tick(f->announce, 1, 1);
    assert_non_null(strstr(payload_of(STATE), "\"state\":\"ON\""));
}

static void an_alarm_that_is_none_changes_nothing(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = { "", "{", "[]", "{\"id\":\"a-1-1\",\"state\":\"open\",\"thing\":\"who\"}",
                                         "{\"state\":\"open\",\"thing\":\"press_7.b\"}" };
    start(f, &home);
    const unsigned before = said_count;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        gn_announce_alarm(f->announce, gn_str_of(texts[i]));
    assert_int_equal(said_count, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_thing_with_readings_is_announced, setup, teardown),
        cmocka_unit_test_setup_teardown(the_worst_open_alarm_is_told_until_the_last_is_cleared, setup, teardown),
        cmocka_unit_test_setup_teardown(a_start_agrees_with_the_alarms_that_are_open, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_more_is_taken_away, setup, teardown),
        cmocka_unit_test_setup_teardown(what_finds_no_room_is_said_later, setup, teardown),
        cmocka_unit_test_setup_teardown(an_alarm_that_is_none_changes_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
