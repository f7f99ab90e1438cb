/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "connect/mqtt/mqtt_server.h"

enum { CONNS = 4 };

static struct gn_mqtt_server server;
static struct gn_registry registry;
static struct gn_mqtt_client press, mill;
static struct gn_mqtt_source home, away;
static struct gn_mqtt_conn conns[CONNS];
static unsigned told[2];
static int64_t now_ms;

static void on_two_places(void *self, uint32_t thing, gn_str first, gn_str second)
{
    assert_ptr_equal(self, &server);
    assert_int_equal(first.size + second.size, 0); /* there are no sockets here */
    told[thing]++;
}

static int setup(void **state)
{
    (void)state;
    memset(&server, 0, sizeof server);
    memset(conns, 0, sizeof conns);
    told[0] = told[1] = 0;
    now_ms = 1000;
    registry.thing_count = 2;
    mill.thing = 1;
    server.intake.self = &server;
    server.intake.registry = &registry;
    server.intake.two_places = on_two_places;
    TAILQ_INIT(&server.open);
    return 0;
}

static void comes(size_t i, uint32_t thing, struct gn_mqtt_source *from)
{
    conns[i].client = thing == 0 ? &press : &mill;
    conns[i].source = from;
    conns[i].seen_ms = now_ms;
    TAILQ_INSERT_TAIL(&server.open, &conns[i], among_open);
}

static void look(int64_t ms)
{
    now_ms += ms;
    gn_mqtt_places_look(&server, now_ms);
}

static void two_addresses_that_both_speak_are_told_once_a_minute(void **state)
{
    (void)state;
    comes(0, 0, &home);
    comes(1, 0, &away);
    comes(2, 1, &home);
    look(0);
    look(1000);
    assert_int_equal(told[0], 0); /* neither has said anything since there were two */
    conns[1].seen_ms = now_ms;
    look(1000);
    assert_int_equal(told[0], 0); /* the other may be dead */
    conns[0].seen_ms = now_ms;
    look(1000);
    assert_int_equal(told[0], 1);
    look(GN_MQTT_PLACES_AGAIN_MS - 1);
    assert_int_equal(told[0], 1);
    look(1);
    assert_int_equal(told[0], 2);
    assert_int_equal(told[1], 0);
}

static void one_address_is_one_place(void **state)
{
    (void)state;
    comes(0, 0, &home);
    comes(1, 0, &home);
    comes(2, 1, &away);
    for (int i = 0; i < 5; i++) {
        conns[0].seen_ms = conns[1].seen_ms = conns[2].seen_ms = now_ms;
        look(1000);
    }
    assert_int_equal(told[0] + told[1], 0);
}

static void a_device_that_moved_is_forgotten_with_its_old_connection(void **state)
{
    (void)state;
    comes(0, 0, &home);
    look(0);
    comes(1, 0, &away);
    for (int i = 0; i < 5; i++) {
        conns[1].seen_ms = now_ms + 1000;
        look(1000);
    }
    assert_int_equal(told[0], 0);
    conns[0].is_closing = true;
    look(1000);
    conns[0].is_closing = false; /* there are two again: it begins anew */
    conns[0].seen_ms = conns[1].seen_ms = now_ms;
    look(1000);
    assert_int_equal(told[0], 0);
    conns[0].seen_ms = conns[1].seen_ms = now_ms + 500;
    look(1000);
    assert_int_equal(told[0], 1);
}

static void of_several_on_one_address_the_one_that_speaks_counts(void **state)
{
    (void)state;
    comes(0, 0, &home);
    comes(1, 0, &home);
    comes(2, 0, &away);
    comes(3, 0, &away);
    look(0);
    conns[1].seen_ms = conns[3].seen_ms = now_ms + 500;
    look(1000);
    assert_int_equal(told[0], 1);
    server.intake.two_places = NULL;
    look(GN_MQTT_PLACES_AGAIN_MS);
    assert_int_equal(told[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(two_addresses_that_both_speak_are_told_once_a_minute, setup),
        cmocka_unit_test_setup(one_address_is_one_place, setup),
        cmocka_unit_test_setup(a_device_that_moved_is_forgotten_with_its_old_connection, setup),
        cmocka_unit_test_setup(of_several_on_one_address_the_one_that_speaks_counts, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
