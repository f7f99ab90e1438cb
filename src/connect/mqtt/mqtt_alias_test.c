/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_alias.h"

static struct gn_mqtt_aliases aliases;
static bool is_new;

static void a_number_has_the_topic_it_was_given_last(void **state)
{
    (void)state;
    assert_int_equal(gn_mqtt_alias_topic(&aliases, 1).size, 0);
    assert_int_equal(gn_mqtt_alias_set(&aliases, 1, GN_STR("a/b")), GN_OK);
    assert_int_equal(gn_mqtt_alias_set(&aliases, GN_MQTT_TOPIC_ALIAS_MAX, GN_STR("c")), GN_OK);
    assert_true(gn_str_equal(gn_mqtt_alias_topic(&aliases, 1), GN_STR("a/b")));
    assert_int_equal(gn_mqtt_alias_set(&aliases, 1, GN_STR("d")), GN_OK);
    assert_true(gn_str_equal(gn_mqtt_alias_topic(&aliases, 1), GN_STR("d")));
    assert_true(gn_str_equal(gn_mqtt_alias_topic(&aliases, GN_MQTT_TOPIC_ALIAS_MAX), GN_STR("c")));
    gn_mem_fail_after(1);
    assert_int_equal(gn_mqtt_alias_set(&aliases, 1, GN_STR("e")), GN_ERR_FULL);
    gn_mem_fail_after(0);
    assert_true(gn_str_equal(gn_mqtt_alias_topic(&aliases, 1), GN_STR("d")));
    gn_mqtt_aliases_drop(&aliases);
    assert_int_equal(gn_mqtt_alias_topic(&aliases, 1).size, 0);
}

static void topics_are_given_numbers_while_there_are_some(void **state)
{
    struct gn_mem_row row;
    char topic[] = "t/000";
    (void)state;
    assert_int_equal(gn_mqtt_alias_of(&aliases, 0, GN_STR("a"), &is_new), 0);
    assert_int_equal(gn_mqtt_alias_of(&aliases, 2, GN_STR("a"), &is_new), 1);
    assert_true(is_new);
    assert_int_equal(gn_mqtt_alias_of(&aliases, 2, GN_STR("a"), &is_new), 1);
    assert_false(is_new);
    assert_int_equal(gn_mqtt_alias_of(&aliases, 2, GN_STR("b"), &is_new), 2);
    assert_int_equal(gn_mqtt_alias_of(&aliases, 2, GN_STR("c"), &is_new), 0);
    for (int i = 0; i < 2 * GN_MQTT_TOPIC_ALIAS_MAX; i++) {
        topic[3] = (char)('0' + i / 10);
        topic[4] = (char)('0' + i % 10);
        const uint16_t number = gn_mqtt_alias_of(&aliases, UINT16_MAX, gn_str_of(topic), &is_new);
        assert_int_equal(number, i + 3 <= GN_MQTT_TOPIC_ALIAS_MAX ? i + 3 : 0);
    }
    gn_mqtt_aliases_drop(&aliases);
    assert_int_equal(gn_mem_plan(&row, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_has_the_topic_it_was_given_last),
        cmocka_unit_test(topics_are_given_numbers_while_there_are_some),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
