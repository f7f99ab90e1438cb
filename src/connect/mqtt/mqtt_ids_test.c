/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_ids.h"

static struct gn_mqtt_ids ids;

static void ids_are_known_until_they_are_removed(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 200; i++)
        assert_int_equal(gn_mqtt_ids_add(&ids, (uint16_t)(i * 7919 % 65536)), GN_OK);
    assert_int_equal(gn_mqtt_ids_add(&ids, 7919), GN_ERR_EXISTS);
    for (uint32_t i = 0; i < 200; i++)
        assert_true(gn_mqtt_ids_has(&ids, (uint16_t)(i * 7919 % 65536)));
    for (uint32_t i = 1; i < 200; i++)
        assert_true(ids.at[i - 1] < ids.at[i]);
    for (uint32_t i = 0; i < 200; i += 2) {
        assert_true(gn_mqtt_ids_remove(&ids, (uint16_t)(i * 7919 % 65536)));
        assert_false(gn_mqtt_ids_remove(&ids, (uint16_t)(i * 7919 % 65536)));
    }
    for (uint32_t i = 0; i < 200; i++)
        assert_int_equal(gn_mqtt_ids_has(&ids, (uint16_t)(i * 7919 % 65536)), i % 2);
    gn_mqtt_ids_drop(&ids);
    assert_false(gn_mqtt_ids_has(&ids, 7919));
}

static void there_are_so_many_and_no_more(void **state)
{
    struct gn_mem_row row;
    (void)state;
    for (int i = 1; i <= GN_MQTT_RECEIVE_MAXIMUM; i++)
        assert_int_equal(gn_mqtt_ids_add(&ids, (uint16_t)i), GN_OK);
    assert_int_equal(gn_mqtt_ids_add(&ids, GN_MQTT_RECEIVE_MAXIMUM + 1), GN_ERR_FULL);
    assert_int_equal(gn_mqtt_ids_add(&ids, 1), GN_ERR_EXISTS);
    assert_true(gn_mqtt_ids_remove(&ids, 1));
    assert_int_equal(gn_mqtt_ids_add(&ids, GN_MQTT_RECEIVE_MAXIMUM + 1), GN_OK);
    gn_mqtt_ids_drop(&ids);
    gn_mem_fail_after(1);
    assert_int_equal(gn_mqtt_ids_add(&ids, 1), GN_ERR_FULL);
    gn_mem_fail_after(0);
    assert_int_equal(gn_mem_plan(&row, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_known_until_they_are_removed),
        cmocka_unit_test(there_are_so_many_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
