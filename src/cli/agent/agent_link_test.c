/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/agent_link.h"
#include "cli/agent/mqtt_fake.h"

static struct mqtt_fake fake;

struct heard {
    int ups;
    int downs;
    char why[200];
    char name[64];
    char payload[256];
    bool no_credentials;
    const char *token;
};

static bool on_credentials(void *self, const char **out_id, const char **out_token)
{
    struct heard *heard = self;
    *out_id = "lab";
    *out_token = heard->token != NULL ? heard->token : "secret";
    return !heard->no_credentials;
}

static void on_changed(void *self, bool up, const char *why)
{
    struct heard *heard = self;
    heard->ups += up ? 1 : 0;
    heard->downs += up ? 0 : 1;
    (void)snprintf(heard->why, sizeof heard->why, "%s", why);
}

static void on_action(void *self, gn_str name, gn_str payload)
{
    struct heard *heard = self;
    (void)snprintf(heard->name, sizeof heard->name, "%.*s", GN_STR_ARGS(name));
    (void)snprintf(heard->payload, sizeof heard->payload, "%.*s", GN_STR_ARGS(payload));
}

static struct gn_link *new_link(struct heard *heard, struct gn_clock clock)
{
    const struct gn_link_options options = {
        .host = "127.0.0.1",
        .port = fake.port,
        .clock = clock,
        .self = heard,
        .credentials = on_credentials,
        .changed = on_changed,
        .action = on_action,
    };
    return gn_link_new(&options, "lab");
}

static void serve_once(struct gn_link *link)
{
    struct pollfd fd = { .fd = gn_link_fd(link), .events = POLLIN };
    if (gn_link_wants_write(link))
        fd.events |= POLLOUT;
    (void)poll(&fd, 1, 5);
    gn_link_serve(link, (fd.revents & (POLLIN | POLLERR | POLLHUP)) != 0, (fd.revents & POLLOUT) != 0);
}

static void serve_until_acknowledged(struct gn_link *link)
{
    for (int i = 0; i < 4000 && gn_link_in_flight(link) > 0; i++)
        serve_once(link);
    assert_int_equal(gn_link_in_flight(link), 0);
}

/* Serves until `*what` reaches `wanted`; fails after 20 s. */
static void serve_until(struct gn_link *link, const int *what, int wanted)
{
    for (int i = 0; i < 4000; i++) {
        if (mqtt_fake_get(&fake, what) >= wanted)
            return;
        serve_once(link);
    }
    fail_msg("waited too long");
}

static void it_connects_subscribes_and_publishes_with_acknowledgement(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    mqtt_fake_start(&fake);
    struct gn_link *link = new_link(&heard, gn_clock_system());
    assert_int_equal(gn_link_send(link, "properties", GN_STR("{}")), GN_ERR_AGAIN);
    serve_until(link, &heard.ups, 1);
    assert_string_equal(heard.why, "");
    assert_true(gn_link_is_up(link));
    assert_int_equal(gn_link_send(link, "properties", GN_STR("{\"a\":1}")), GN_OK);
    assert_int_equal(gn_link_in_flight(link), 1);
    serve_until(link, &fake.publishes, 1);
    serve_until_acknowledged(link);
    assert_true(mqtt_fake_has(&fake, "things/lab/properties {\"a\":1}\n"));
    assert_string_equal(fake.user, "lab");
    assert_string_equal(fake.password, "secret");
    gn_link_free(link);
    gn_link_free(NULL);
    mqtt_fake_stop(&fake);
    assert_string_equal(fake.subscribed, "things/lab/actions/+");
    assert_int_equal(heard.downs, 0); /* saying goodbye is no loss */
}

static void what_is_not_acknowledged_has_a_bound_and_is_sent_again(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    struct gn_clock_sim sim = { .mono_us = 1000000 };
    mqtt_fake_start(&fake);
    mqtt_fake_set(&fake, &fake.silent, true);
    struct gn_link *link = new_link(&heard, gn_clock_simulated(&sim));
    serve_until(link, &heard.ups, 1);
    for (int i = 0; i < GN_AGENT_IN_FLIGHT_MAX; i++) {
        char payload[32];
        (void)snprintf(payload, sizeof payload, "{\"n\":%d}", i);
        assert_true(gn_link_can_send(link));
        assert_int_equal(gn_link_send(link, "properties", gn_str_of(payload)), GN_OK);
    }
    assert_false(gn_link_can_send(link));
    assert_int_equal(gn_link_send(link, "properties", GN_STR("{}")), GN_ERR_AGAIN);
    serve_until(link, &fake.publishes, GN_AGENT_IN_FLIGHT_MAX);
    mqtt_fake_set(&fake, &fake.silent, false);
    mqtt_fake_set(&fake, &fake.drop, true);
    serve_until(link, &heard.downs, 1);
    assert_false(gn_link_can_send(link));
    sim.mono_us += 40000000; /* back-off is over */
    serve_until(link, &heard.ups, 2);
    serve_until(link, &fake.publishes, 2 * GN_AGENT_IN_FLIGHT_MAX);
    serve_until_acknowledged(link);
    assert_int_equal(mqtt_fake_get(&fake, &fake.duplicates), GN_AGENT_IN_FLIGHT_MAX);
    gn_link_free(link);
    mqtt_fake_stop(&fake);
}

static void an_action_reaches_the_agent_by_its_name(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    mqtt_fake_start(&fake);
    struct gn_link *link = new_link(&heard, gn_clock_system());
    serve_until(link, &heard.ups, 1);
    mqtt_fake_tell(&fake, "things/lab/actions/stop", "{\"id\":\"x\"}");
    serve_until(link, &fake.pubacks, 1);
    assert_string_equal(heard.name, "stop");
    assert_string_equal(heard.payload, "{\"id\":\"x\"}");
    gn_link_free(link);
    mqtt_fake_stop(&fake);
}

static void a_refusal_is_told_and_the_next_try_waits(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    struct gn_clock_sim sim = { .mono_us = 1000000 };
    mqtt_fake_start(&fake);
    fake.connack = 5;
    struct gn_link *link = new_link(&heard, gn_clock_simulated(&sim));
    serve_until(link, &heard.downs, 1);
    assert_string_equal(heard.why, "Connection Refused: not authorised.");
    for (int i = 0; i < 20; i++)
        gn_link_serve(link, false, false);
    assert_int_equal(mqtt_fake_get(&fake, &fake.connects), 1); /* time stands still */
    heard.token = "another";
    sim.mono_us += 625000; /* half a second and its jitter */
    serve_until(link, &heard.downs, 2);
    mqtt_fake_stop(&fake);
    assert_string_equal(fake.password, "another");
    gn_link_free(link);
}

static void who_does_not_answer_is_given_up(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    struct gn_clock_sim sim = { .mono_us = 1000000 };
    mqtt_fake_start(&fake);
    fake.connack = -1;
    struct gn_link *link = new_link(&heard, gn_clock_simulated(&sim));
    serve_until(link, &fake.connects, 1);
    assert_int_equal(heard.downs, 0);
    sim.mono_us += (int64_t)GN_LINK_CONNECT_MS_MAX * 1000;
    serve_until(link, &heard.downs, 1);
    assert_string_equal(heard.why, "no answer to CONNECT");
    gn_link_free(link);
    mqtt_fake_stop(&fake);
}

static void nobody_there_is_told_too(void **state)
{
    (void)state;
    struct heard heard = { 0 };
    mqtt_fake_start(&fake);
    mqtt_fake_stop(&fake); /* the port is free again */
    (void)pthread_mutex_init(&fake.lock, NULL);
    struct gn_link *link = new_link(&heard, gn_clock_system());
    serve_until(link, &heard.downs, 1);
    assert_string_equal(heard.why, "Connection refused");
    gn_link_free(link);
    heard = (struct heard){ .no_credentials = true };
    link = new_link(&heard, gn_clock_system());
    serve_until(link, &heard.downs, 1);
    assert_string_equal(heard.why, "there are no usable credentials");
    gn_link_free(link);
    (void)pthread_mutex_destroy(&fake.lock);
}

static void back_off_doubles_up_to_its_bound(void **state)
{
    (void)state;
    assert_int_equal(gn_link_back_off_ms(0), 500);
    assert_int_equal(gn_link_back_off_ms(1), 500);
    assert_int_equal(gn_link_back_off_ms(2), 1000);
    assert_int_equal(gn_link_back_off_ms(6), 16000);
    assert_int_equal(gn_link_back_off_ms(7), 30000);
    assert_int_equal(gn_link_back_off_ms(4000000000u), 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_connects_subscribes_and_publishes_with_acknowledgement),
        cmocka_unit_test(what_is_not_acknowledged_has_a_bound_and_is_sent_again),
        cmocka_unit_test(an_action_reaches_the_agent_by_its_name),
        cmocka_unit_test(a_refusal_is_told_and_the_next_try_waits),
        cmocka_unit_test(who_does_not_answer_is_given_up),
        cmocka_unit_test(nobody_there_is_told_too),
        cmocka_unit_test(back_off_doubles_up_to_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
