/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>

#include "connect/mqtt/mqtt_sources.h"

static struct gn_mqtt_sources sources;

static int setup(void **state)
{
    (void)state;
    assert_int_equal(gn_mqtt_sources_init(&sources), GN_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gn_mqtt_sources_fini(&sources);
    return 0;
}

static struct sockaddr_storage at(const char *text)
{
    struct sockaddr_storage address = { 0 };
    struct sockaddr_in *v4 = (void *)&address;
    struct sockaddr_in6 *v6 = (void *)&address;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        address.ss_family = AF_INET;
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
        address.ss_family = AF_INET6;
    }
    return address;
}

static struct gn_mqtt_source *enter(const char *text)
{
    const struct sockaddr_storage address = at(text);
    return gn_mqtt_sources_enter(&sources, &address);
}

/* How many come in from there, let in at once or not. */
static unsigned crowd(const char *text, bool admitted)
{
    unsigned count = 0;
    struct gn_mqtt_source *source;
    while ((source = enter(text)) != NULL) {
        if (admitted)
            gn_mqtt_sources_admit(source);
        count++;
    }
    return count;
}

static void an_address_has_only_so_many_connections(void **state)
{
    (void)state;
    assert_int_equal(crowd("192.0.2.1", true), GN_MQTT_CONNECTIONS_PER_SOURCE_MAX);
    assert_int_equal(crowd("192.0.2.2", false), GN_MQTT_HALF_OPEN_PER_SOURCE_MAX);
    assert_int_equal(crowd("2001:db8::1", false), GN_MQTT_HALF_OPEN_PER_SOURCE_MAX);
    assert_null(enter("2001:db8::ffff:1")); /* the same /64 */
    assert_non_null(enter("2001:db8:0:1::1"));
    assert_null(enter("::ffff:192.0.2.2")); /* the same, told in another way */
    assert_non_null(enter("192.0.2.3"));
}

static void this_machine_may_have_more(void **state)
{
    (void)state;
    assert_int_equal(crowd("127.0.0.1", true), GN_MQTT_CONNECTIONS_PER_LOOPBACK_MAX);
    assert_int_equal(crowd("127.0.0.2", false), GN_MQTT_HALF_OPEN_PER_LOOPBACK_MAX);
    assert_int_equal(crowd("::1", false), GN_MQTT_HALF_OPEN_PER_LOOPBACK_MAX);
    assert_int_equal(crowd("::ffff:127.0.0.3", false), GN_MQTT_HALF_OPEN_PER_LOOPBACK_MAX);
}

static void who_leaves_makes_room_and_rows_are_used_again(void **state)
{
    char text[32];
    (void)state;
    for (unsigned i = 0; i < 3 * GN_MQTT_SOURCE_BUCKETS; i++) {
        (void)snprintf(text, sizeof text, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        struct gn_mqtt_source *one = enter(text), *other = enter(text);
        assert_ptr_equal(one, other);
        gn_mqtt_sources_admit(one);
        gn_mqtt_sources_leave(&sources, one, false);
        assert_int_equal(one->open, 1);
        gn_mqtt_sources_leave(&sources, other, true);
    }
    assert_int_equal(sources.used, 1);
    assert_int_equal(crowd("10.0.0.1", false), GN_MQTT_HALF_OPEN_PER_SOURCE_MAX);
}

static void many_addresses_each_have_their_own_count(void **state)
{
    static struct gn_mqtt_source *rows[20000];
    char text[32];
    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        (void)snprintf(text, sizeof text, "10.1.%u.%u", i >> 8, i & 255);
        rows[i] = enter(text);
        assert_int_equal(rows[i]->open, 1);
    }
    for (unsigned i = 0; i < 20000; i += 2)
        gn_mqtt_sources_leave(&sources, rows[i], true);
    for (unsigned i = 1; i < 20000; i += 2)
        assert_int_equal(rows[i]->half, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_address_has_only_so_many_connections, setup, teardown),
        cmocka_unit_test_setup_teardown(this_machine_may_have_more, setup, teardown),
        cmocka_unit_test_setup_teardown(who_leaves_makes_room_and_rows_are_used_again, setup, teardown),
        cmocka_unit_test_setup_teardown(many_addresses_each_have_their_own_count, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
