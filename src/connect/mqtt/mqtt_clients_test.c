/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "base/mem.h"
#include "connect/intake_fake.h"
#include "connect/mqtt/mqtt_clients.h"
#include "connect/mqtt/mqtt_inbound.h"
#include "connect/mqtt/mqtt_props.h"

static struct fake_intake fake;
static struct gn_payload payload;
static struct gn_mqtt_verdict verdict;
static struct gn_mqtt_clients clients;
static struct gn_mqtt_client *client;
static bool present;
static uint32_t will_expiry_s;
static size_t will_props;
static unsigned voided;
static int sockets[64]; /* stand for connections: only their addresses count */

#define CONN(index) ((struct gn_mqtt_conn *)(void *)&sockets[index])

static gn_err publish_will(void *self, const struct gn_mqtt_last_will *last, const struct gn_mqtt_publish *publish)
{
    const uint32_t thing = last->thing;
    (void)self;
    if (publish == NULL) {
        voided++;
        return GN_OK;
    }
    will_expiry_s = gn_mqtt_props_number(&publish->props, GN_MQTT_P_MESSAGE_EXPIRY, 0);
    will_props = publish->props.raw.size;
    const gn_err err = gn_mqtt_inbound(&fake.table, &payload, thing, publish, &verdict);
    if (err != GN_OK && err != GN_ERR_AGAIN)
        fake.table.refused(fake.table.self, thing, verdict.why.text);
    return err;
}

static int setup(void **state)
{
    (void)state;
    fake_init(&fake);
    memset(&clients, 0, sizeof clients);
    assert_int_equal(gn_mqtt_clients_init(&clients, &fake.table), GN_OK);
    clients.publish_will = publish_will;
    return 0;
}

static int teardown(void **state)
{
    struct gn_mem_row row;
    (void)state;
    while ((client = TAILQ_FIRST(&clients.connected)) != NULL)
        gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_WELL, 0);
    gn_mqtt_clients_fini(&clients);
    fake_fini(&fake);
    assert_int_equal(gn_mem_plan(&row, 1), 0);
    return 0;
}

static void join(uint32_t thing, const char *id, bool clean, uint32_t expiry_s)
{
    assert_int_equal(gn_mqtt_clients_join(&clients, thing, gn_str_of(id), clean, CONN(0), &client, &present), GN_OK);
    client->expiry_s = expiry_s;
    (void)gn_mqtt_clients_run(&clients, 0);
}

static void will(const char *topic, const char *text, uint32_t delay_s)
{
    struct gn_mqtt_will last = { .topic = gn_str_of(topic), .payload = { (const uint8_t *)text, strlen(text) } };
    if (delay_s > 0)
        gn_mqtt_props_set(&last.props, GN_MQTT_P_WILL_DELAY, delay_s);
    assert_int_equal(gn_mqtt_clients_will(client, &last), GN_OK);
}

static void subscribe(const char *filter)
{
    bool is_new;
    assert_int_equal(gn_mqtt_subs_put(&clients.subs, &client->owner, gn_str_of(filter), 1, 0, &is_new), GN_OK);
}

static void a_link_is_up_from_the_first_to_the_last(void **state)
{
    struct gn_mqtt_client *first, *second;
    (void)state;
    join(FAKE_PRESS, "a", true, 0);
    first = client;
    join(FAKE_PRESS, "b", true, 0);
    second = client;
    assert_int_equal(fake.line_count, 1);
    assert_string_equal(fake_line(&fake, 0), "link 0 up");
    gn_mqtt_clients_leave(&clients, first, GN_MQTT_LEFT_WELL, 0);
    assert_true(gn_mqtt_clients_run(&clients, 0));
    assert_int_equal(fake.line_count, 1);
    gn_mqtt_clients_leave(&clients, second, GN_MQTT_LEFT_WELL, 0);
    assert_true(gn_mqtt_clients_run(&clients, 0));
    assert_string_equal(fake_line(&fake, 1), "link 0 down");
}

static void a_link_that_could_not_be_told_is_told_later_as_it_is_then(void **state)
{
    (void)state;
    fake.is_full = true;
    join(FAKE_PRESS, "a", true, 0);
    assert_false(gn_mqtt_clients_run(&clients, 0));
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_WELL, 0);
    join(FAKE_PUMP, "a", true, 0);
    assert_int_equal(fake.line_count, 0);
    fake.is_full = false;
    assert_true(gn_mqtt_clients_run(&clients, 0));
    assert_int_equal(fake.line_count, 1); /* the press came and went: nothing to say */
    assert_string_equal(fake_line(&fake, 0), "link 1 up");
}

static void a_client_id_is_unique_within_its_thing(void **state)
{
    (void)state;
    join(FAKE_PRESS, "a", true, 60);
    struct gn_mqtt_client *const press = client;
    join(FAKE_PUMP, "a", true, 60);
    assert_ptr_not_equal(client, press);
    assert_ptr_equal(gn_mqtt_clients_find(&clients, FAKE_PRESS, GN_STR("a")), press);
    assert_null(gn_mqtt_clients_find(&clients, FAKE_PRESS, GN_STR("b")));
}

static void a_session_is_present_only_when_it_was_kept(void **state)
{
    (void)state;
    join(FAKE_PRESS, "a", false, 60);
    assert_false(present);
    subscribe("things/press/#");
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_WELL, 0);
    join(FAKE_PRESS, "a", false, 60); /* back in time */
    assert_true(present);
    assert_int_equal(client->owner.count, 1);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_WELL, 0);
    (void)gn_mqtt_clients_run(&clients, 59999);
    assert_int_equal(clients.away_count, 1);
    (void)gn_mqtt_clients_run(&clients, 60000);
    assert_int_equal(clients.away_count, 0);
    join(FAKE_PRESS, "a", false, 60); /* too late */
    assert_false(present);
    assert_int_equal(client->owner.count, 0);
    subscribe("things/press/#");
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_WELL, 0);
    join(FAKE_PRESS, "a", true, 60); /* wants a new one */
    assert_false(present);
    assert_int_equal(client->owner.count, 0);
    client->expiry_s = 0;
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_WELL, 0);
    assert_int_equal(clients.away_count, 0);
}

static void a_will_is_sent_only_when_a_connection_dies(void **state)
{
    (void)state;
    join(FAKE_PRESS, "a", true, 0);
    will("things/press/events/gone", "1", 0);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_WELL, 0);
    assert_true(gn_mqtt_clients_run(&clients, 0));
    assert_string_equal(fake_line(&fake, 1), "link 0 down");
    join(FAKE_PRESS, "a", true, 0);
    will("things/press/properties/online", "false", 0);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_BADLY, 0);
    assert_true(gn_mqtt_clients_run(&clients, 0));
    assert_int_equal(fake.reading_count, 1);
    assert_string_equal(fake.readings[0].property, "online");
    assert_int_equal(fake.readings[0].kind, GN_SERIES_BOOL);
}

static void a_will_waits_for_its_delay_and_for_the_ring(void **state)
{
    (void)state;
    join(FAKE_PRESS, "a", true, 60);
    will("things/press/events/gone", "1", 30);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_BADLY, 1000);
    (void)gn_mqtt_clients_run(&clients, 30999);
    assert_int_equal(fake.line_count, 2);
    fake.is_full = true;
    assert_false(gn_mqtt_clients_run(&clients, 31000));
    assert_int_equal(clients.due_count, 1);
    join(FAKE_PRESS, "a", false, 60); /* back, but after it was due */
    fake.is_full = false;
    assert_true(gn_mqtt_clients_run(&clients, 31001));
    assert_string_equal(fake_line(&fake, 2), "event 0 gone 1");
    assert_int_equal(clients.due_count, 0);
}

static void coming_back_in_time_takes_the_will_back(void **state)
{
    (void)state;
    join(FAKE_PRESS, "a", true, 60);
    will("things/press/events/gone", "1", 30);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_BADLY, 0);
    join(FAKE_PRESS, "a", false, 60);
    assert_true(present);
    (void)gn_mqtt_clients_run(&clients, 100000);
    for (size_t i = 0; i < fake.line_count; i++)
        assert_null(strstr(fake_line(&fake, i), "gone"));
}

static void a_session_that_ends_sends_its_will_early(void **state)
{
    (void)state;
    join(FAKE_PRESS, "a", true, 10);
    will("things/press/events/gone", "1", 30); /* longer than the session lives */
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_BADLY, 0);
    (void)gn_mqtt_clients_run(&clients, 9999);
    assert_int_equal(fake.line_count, 2);
    (void)gn_mqtt_clients_run(&clients, 10000);
    assert_string_equal(fake_line(&fake, 2), "event 0 gone 1");
}

static void taking_over_sends_only_a_will_without_delay(void **state)
{
    (void)state;
    join(FAKE_PRESS, "a", true, 60);
    will("things/press/events/gone", "later", 5);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_TAKEN_OVER, 0);
    join(FAKE_PRESS, "a", false, 60);
    assert_true(present);
    will("things/press/events/gone", "now", 0);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_TAKEN_OVER, 0);
    join(FAKE_PRESS, "a", false, 60);
    assert_string_equal(fake_line(&fake, 1), "event 0 gone now");
    assert_int_equal(fake.line_count, 2); /* and the link never went down */
}

static void a_will_that_cannot_be_kept_is_counted(void **state)
{
    (void)state;
    join(FAKE_PRESS, "a", true, 0);
    will("things/press/properties", "not json", 0);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_BADLY, 0);
    assert_true(gn_mqtt_clients_run(&clients, 0));
    assert_int_equal(fake.refused_count, 1);
    assert_string_equal(fake.refused, "not JSON at byte 0: a value is expected here");
}

static void a_will_keeps_what_travels_with_it(void **state)
{
    static const uint8_t raw[] = { 24, 0, 0, 0, 0, 38, 0, 1, 'k', 0, 1, 'v', 2, 0, 0, 0, 9 };
    struct gn_mqtt_will last = { .topic = GN_STR("things/press/events/gone"), .props.raw = { raw, sizeof raw } };
    (void)state;
    gn_mqtt_props_set(&last.props, GN_MQTT_P_WILL_DELAY, 0);
    gn_mqtt_props_set(&last.props, GN_MQTT_P_MESSAGE_EXPIRY, 9);
    join(FAKE_PRESS, "a", true, 0);
    assert_int_equal(gn_mqtt_clients_will(client, &last), GN_OK);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_BADLY, 0);
    assert_true(gn_mqtt_clients_run(&clients, 0));
    assert_int_equal(will_expiry_s, 9);
    assert_int_equal(will_props, 7); /* the user property alone */
}

static void evicting_forgets_those_who_are_away(void **state)
{
    (void)state;
    join(FAKE_PRESS, "a", true, 60);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_WELL, 0);
    join(FAKE_PUMP, "a", true, 60);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_WELL, 0);
    gn_mqtt_clients_evict(&clients, FAKE_PRESS);
    assert_null(gn_mqtt_clients_find(&clients, FAKE_PRESS, GN_STR("a")));
    assert_non_null(gn_mqtt_clients_find(&clients, FAKE_PUMP, GN_STR("a")));
    join(FAKE_PUMP, "b", true, 60);
    gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_EVICTED, 0);
    assert_null(gn_mqtt_clients_find(&clients, FAKE_PUMP, GN_STR("b")));
}

static void a_thing_keeps_so_many_sessions_and_the_oldest_goes(void **state)
{
    char id[16];
    (void)state;
    for (int i = 0; i <= GN_MQTT_SESSIONS_KEPT_PER_THING_MAX; i++) {
        (void)snprintf(id, sizeof id, "c%d", i);
        join(FAKE_PRESS, id, true, 60);
        gn_mqtt_clients_leave(&clients, client, GN_MQTT_LEFT_WELL, i);
        assert_int_equal(clients.away_count,
                         i < GN_MQTT_SESSIONS_KEPT_PER_THING_MAX ? i + 1 : GN_MQTT_SESSIONS_KEPT_PER_THING_MAX);
    }
    assert_null(gn_mqtt_clients_find(&clients, FAKE_PRESS, GN_STR("c0")));
    assert_non_null(gn_mqtt_clients_find(&clients, FAKE_PRESS, GN_STR("c1")));
    gn_mqtt_clients_bury(&clients);
    assert_true(TAILQ_EMPTY(&clients.dead));
}

static void no_memory_is_an_answer(void **state)
{
    struct gn_mqtt_will last = { .topic = GN_STR("t") };
    (void)state;
    gn_mem_fail_after(1);
    assert_int_equal(gn_mqtt_clients_join(&clients, 0, GN_STR("a"), true, CONN(0), &client, &present), GN_ERR_FULL);
    assert_null(gn_mqtt_clients_find(&clients, FAKE_PRESS, GN_STR("a")));
    join(FAKE_PRESS, "a", true, 0);
    gn_mem_fail_after(1);
    assert_int_equal(gn_mqtt_clients_will(client, &last), GN_ERR_FULL);
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_link_is_up_from_the_first_to_the_last, setup, teardown),
        cmocka_unit_test_setup_teardown(a_link_that_could_not_be_told_is_told_later_as_it_is_then, setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_id_is_unique_within_its_thing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_is_present_only_when_it_was_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_is_sent_only_when_a_connection_dies, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_waits_for_its_delay_and_for_the_ring, setup, teardown),
        cmocka_unit_test_setup_teardown(coming_back_in_time_takes_the_will_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_that_ends_sends_its_will_early, setup, teardown),
        cmocka_unit_test_setup_teardown(taking_over_sends_only_a_will_without_delay, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_that_cannot_be_kept_is_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_will_keeps_what_travels_with_it, setup, teardown),
        cmocka_unit_test_setup_teardown(evicting_forgets_those_who_are_away, setup, teardown),
        cmocka_unit_test_setup_teardown(a_thing_keeps_so_many_sessions_and_the_oldest_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(no_memory_is_an_answer, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
