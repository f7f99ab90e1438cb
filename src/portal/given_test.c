/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/given.h"
#include "portal/portal_fixture.h"

static struct fixture f;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    fixture_set_up(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static int add(enum fixture_who who)
{
    return fixture_ask(&f, "POST", "/api/v1/things", who, "{\"name\":\"New thing\"}");
}

static void a_new_thing_is_told_where_to_connect_with_a_code(void **state)
{
    (void)state;
    f.host.mqtt_at = "127.0.0.1:1883";
    assert_int_equal(add(AS_ADMIN), 201);
    assert_true(fixture_says(&f, "\"connect\":[\"mqtt://127.0.0.1:1883\"]"));
    assert_true(fixture_says(&f,
                             "\"qr\":{\"text\":\"mqtt://new-thing:00112233445566778899aabbccddeeff@127.0.0.1:1883\","
                             "\"size\":"));
    assert_true(fixture_says(&f, "\"rows\":[\"1111111"));
    assert_int_equal(fixture_ask(&f, "POST", "/api/v1/things/press/token", AS_ADMIN, "{}"), 200);
    assert_true(fixture_says(&f, "\"text\":\"mqtt://press:ffeeddccbbaa99887766554433221100@127.0.0.1:1883\""));
}

static void the_address_with_tls_comes_first_and_is_in_the_code(void **state)
{
    (void)state;
    f.host.mqtt_at = "127.0.0.1:1883";
    f.host.mqtts_at = "[2001:db8::7]:8883";
    assert_int_equal(add(AS_ADMIN), 201);
    assert_true(fixture_says(&f, "\"connect\":[\"mqtts://[2001:db8::7]:8883\",\"mqtt://127.0.0.1:1883\"]"));
    assert_true(fixture_says(&f, "\"text\":\"mqtts://new-thing:00112233445566778899aabbccddeeff@[2001:db8::7]:8883\""));
}

static void a_node_on_every_address_is_named_as_it_was_reached(void **state)
{
    (void)state;
    static const char *const everywhere[] = { "0.0.0.0:1883", "[::]:1883" };
    for (size_t i = 0; i < 2; i++) {
        f.host.mqtt_at = everywhere[i];
        struct gn_request *request = fixture_request(&f, "POST", "/api/v1/things", AS_ADMIN);
        request->host = GN_STR("node.example:8080");
        request->body = GN_STR("{\"name\":\"New thing\"}");
        assert_int_equal(fixture_go(&f), 201);
        assert_true(fixture_says(&f, "\"connect\":[\"mqtt://node.example:1883\"]"));
        assert_int_equal(add(AS_OWNER), 201); /* over the socket there is no such name */
        assert_false(fixture_says(&f, "0.0.0.0"));
        assert_false(fixture_says(&f, "[::]"));
        assert_true(fixture_says(&f, ":1883\"]"));
    }
}

static void without_a_door_there_is_no_code(void **state)
{
    (void)state;
    assert_int_equal(add(AS_ADMIN), 201);
    assert_true(fixture_says(&f, "\"connect\":[],\"qr\":null}"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_new_thing_is_told_where_to_connect_with_a_code),
        CASE(the_address_with_tls_comes_first_and_is_in_the_code),
        CASE(a_node_on_every_address_is_named_as_it_was_reached),
        CASE(without_a_door_there_is_no_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
