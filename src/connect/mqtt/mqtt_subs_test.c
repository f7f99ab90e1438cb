/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>

#include "connect/mqtt/mqtt_subs.h"

static uint8_t bytes[GN_MQTT_SUBS_BYTES_MAX], small[64];
static struct gn_mqtt_subs subs;

static int setup(void **state)
{
    (void)state;
    subs = (struct gn_mqtt_subs){ .at = bytes, .capacity = sizeof bytes };
    return 0;
}

static void the_highest_qos_of_all_that_match_is_granted(void **state)
{
    uint8_t qos = 9;
    (void)state;
    assert_false(gn_mqtt_subs_match(&subs, GN_STR("a/b"), false, &qos));
    assert_int_equal(qos, 9);
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("a/#"), 0), GN_OK);
    assert_true(gn_mqtt_subs_match(&subs, GN_STR("a/b"), false, &qos));
    assert_int_equal(qos, 0);
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("a/+"), 1), GN_OK);
    assert_true(gn_mqtt_subs_match(&subs, GN_STR("a/b"), false, &qos));
    assert_int_equal(qos, 1);
    assert_false(gn_mqtt_subs_match(&subs, GN_STR("b/b"), false, &qos));
}

static void the_same_filter_again_replaces_its_options(void **state)
{
    uint8_t qos = 9;
    (void)state;
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("a"), 1), GN_OK);
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("a"), 0), GN_OK);
    assert_int_equal(subs.count, 1);
    assert_true(gn_mqtt_subs_match(&subs, GN_STR("a"), false, &qos));
    assert_int_equal(qos, 0);
}

static void no_local_hides_only_ones_own(void **state)
{
    uint8_t qos;
    (void)state;
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("a"), GN_MQTT_NO_LOCAL), GN_OK);
    assert_false(gn_mqtt_subs_match(&subs, GN_STR("a"), true, &qos));
    assert_true(gn_mqtt_subs_match(&subs, GN_STR("a"), false, &qos));
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("+"), 0), GN_OK);
    assert_true(gn_mqtt_subs_match(&subs, GN_STR("a"), true, &qos));
}

static void one_in_the_middle_can_go(void **state)
{
    uint8_t qos;
    (void)state;
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("first"), 0), GN_OK);
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("second/one"), 1), GN_OK);
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("third"), 1), GN_OK);
    assert_true(gn_mqtt_subs_remove(&subs, GN_STR("second/one")));
    assert_false(gn_mqtt_subs_remove(&subs, GN_STR("second/one")));
    assert_int_equal(subs.count, 2);
    assert_true(gn_mqtt_subs_match(&subs, GN_STR("first"), false, &qos));
    assert_true(gn_mqtt_subs_match(&subs, GN_STR("third"), false, &qos));
    assert_int_equal(qos, 1);
    assert_true(gn_mqtt_subs_remove(&subs, GN_STR("third")));
    assert_true(gn_mqtt_subs_remove(&subs, GN_STR("first")));
    assert_int_equal(subs.size, 0);
}

static void the_limit_is_a_count_whatever_their_size(void **state)
{
    char filter[GN_MQTT_TOPIC_BYTES_MAX + 1];
    (void)state;
    memset(filter, 'x', sizeof filter);
    for (int i = 0; i < GN_MQTT_SUBSCRIPTIONS_MAX; i++) {
        (void)snprintf(filter, 8, "%07d", i);
        filter[7] = 'x';
        assert_int_equal(gn_mqtt_subs_put(&subs, (gn_str){ filter, GN_MQTT_TOPIC_BYTES_MAX }, 1), GN_OK);
    }
    assert_int_equal(subs.size, sizeof bytes);
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("one more"), 1), GN_ERR_FULL);
    assert_int_equal(gn_mqtt_subs_put(&subs, (gn_str){ filter, GN_MQTT_TOPIC_BYTES_MAX }, 0), GN_OK);
}

static void too_few_bytes_are_not_a_refusal(void **state)
{
    uint8_t qos;
    (void)state;
    subs = (struct gn_mqtt_subs){ 0 };
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("a/b"), 1), GN_ERR_AGAIN);
    assert_null(gn_mqtt_subs_move(&subs, small, 6));
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("a/b"), 1), GN_OK); /* exactly */
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("c"), 1), GN_ERR_AGAIN);
    assert_ptr_equal(gn_mqtt_subs_move(&subs, bytes, sizeof bytes), small);
    assert_int_equal(gn_mqtt_subs_put(&subs, GN_STR("c"), 0), GN_OK);
    assert_true(gn_mqtt_subs_match(&subs, GN_STR("a/b"), false, &qos));
    assert_int_equal(qos, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_highest_qos_of_all_that_match_is_granted, setup),
        cmocka_unit_test_setup(the_same_filter_again_replaces_its_options, setup),
        cmocka_unit_test_setup(no_local_hides_only_ones_own, setup),
        cmocka_unit_test_setup(one_in_the_middle_can_go, setup),
        cmocka_unit_test_setup(the_limit_is_a_count_whatever_their_size, setup),
        cmocka_unit_test_setup(too_few_bytes_are_not_a_refusal, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
