/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/tasmota.h"

#include "connect/discover/discover_fixture.h"

static const char config[] =
    "{\"dn\":\"Washing machine\",\"fn\":[\"Drum\",null],\"md\":\"Gosund SP1\",\"ofln\":\"Offline\",\"onln\":\"Online\","
    "\"state\":[\"OFF\",\"ON\",\"TOGGLE\",\"HOLD\"],\"t\":\"plug1\",\"ft\":\"%prefix%/%topic%/"
    "\",\"tp\":[\"cmnd\",\"stat\",\"tele\"],"
    "\"rl\":[1,0,0],\"ver\":1}";
static const char sensors[] =
    "{\"sn\":{\"Time\":\"2026-01-05T12:00:00\",\"DS18B20\":{\"Id\":\"00000\",\"Temperature\":21.5},"
    "\"ENERGY\":{\"Total\":12.3,\"Power\":[12,0],\"Factor\":0.6},\"TempUnit\":\"F\"},\"ver\":1}";

static void the_config_says_relays_topics_and_where_it_is_there(void **state)
{
    (void)state;
    assert_int_equal(fixture_read(gn_tasmota_read, "tasmota/discovery/C4DD57A1B2C3/config", config), GN_OK);
    assert_string_equal(
        fixture.text[0],
        "C4DD57A1B2C3 | Washing machine | {\"title\":\"Washing machine\",\"gn:model\":\"Tasmota Gosund "
        "SP1\",\"properties\":{"
        "\"available\":{\"type\":\"boolean\",\"readOnly\":true,\"gn:kind\":\"boolean\",\"gn:topic\":\"tele/plug1/LWT\","
        "\"gn:on\":\"Online\",\"gn:off\":\"Offline\"},"
        "\"POWER\":{\"title\":\"Drum\",\"type\":\"boolean\",\"readOnly\":false,\"gn:kind\":\"boolean\","
        "\"gn:topic\":\"stat/plug1/POWER\",\"gn:on\":\"ON\",\"gn:off\":\"OFF\",\"gn:write_topic\":\"cmnd/plug1/POWER\","
        "\"gn:write_on\":\"ON\",\"gn:write_off\":\"OFF\"}}}");
}

static void sensors_are_named_by_where_they_stand_and_settle_later(void **state)
{
    (void)state;
    static struct gn_device whole;
    assert_int_equal(fixture_read(gn_tasmota_read, "tasmota/discovery/C4DD57A1B2C3/sensors", sensors), GN_OK);
    assert_int_equal(fixture.device.trait_count, 5);
    assert_string_equal(fixture_property("DS18B20.Temperature"),
                        "{\"type\":\"number\",\"unit\":\"°F\",\"readOnly\":true,\"gn:kind\":\"number\","
                        "\"gn:unit_reason\":\"said by the device\",\"gn:path\":\"DS18B20.Temperature\"}}}");
    assert_non_null(
        strstr(fixture_property("ENERGY.Total"), "\"unit\":\"kWh\",\"readOnly\":true,\"gn:kind\":\"counter\""));
    assert_non_null(strstr(fixture_property("ENERGY.Power.1"), "\"unit\":\"W\""));
    gn_device_begin(&whole, GN_SOURCE_TASMOTA);
    gn_device_merge(&whole, &fixture.device);
    gn_tasmota_settle(&whole); /* the config is not there yet */
    assert_int_equal(gn_device_find(&whole, GN_STR("ENERGY.Factor"))->topic.size, 0);
    assert_int_equal(fixture_read(gn_tasmota_read, "tasmota/discovery/C4DD57A1B2C3/config", config), GN_OK);
    gn_device_merge(&whole, &fixture.device);
    gn_tasmota_settle(&whole);
    assert_true(gn_str_equal(gn_device_find(&whole, GN_STR("ENERGY.Factor"))->topic, GN_STR("tele/plug1/SENSOR")));
    assert_true(gn_str_equal(gn_device_find(&whole, GN_STR("POWER"))->topic, GN_STR("stat/plug1/POWER")));
}

static void several_relays_are_numbered(void **state)
{
    (void)state;
    assert_int_equal(fixture_read(gn_tasmota_read, "tasmota/discovery/A/config",
                                  "{\"t\":\"x\",\"ft\":\"home/%topic%/%prefix%\",\"rl\":[1,2,3]}"),
                     GN_OK);
    assert_non_null(strstr(fixture_property("POWER2"), "\"gn:topic\":\"home/x/stat/POWER2\""));
    assert_string_equal(fixture.device.why, "a shutter is not understood");
    assert_true(gn_str_equal(fixture.device.name, GN_STR("x")));
}

static void other_messages_announce_nothing_or_are_refused(void **state)
{
    (void)state;
    assert_false(gn_tasmota_claims(GN_STR("tele/plug1/STATE")));
    assert_int_equal(fixture_read(gn_tasmota_read, "tasmota/discovery/A/other", "{}"), GN_OK);
    assert_int_equal(fixture_read(gn_tasmota_read, "tasmota/discovery//config", config), GN_OK);
    assert_int_equal(fixture_read(gn_tasmota_read, "tasmota/discovery/A/config", ""), GN_OK);
    assert_int_equal(fixture_read(gn_tasmota_read, "tasmota/discovery/A/sensors", "{\"sn\":5}"), GN_OK);
    assert_int_equal(fixture.count, 0);
    assert_int_equal(fixture_read(gn_tasmota_read, "tasmota/discovery/A/config", "{\"t\":\"x\"}"), GN_ERR_INVAL);
    assert_int_equal(fixture_read(gn_tasmota_read, "tasmota/discovery/A/config", "{"), GN_ERR_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_config_says_relays_topics_and_where_it_is_there),
        cmocka_unit_test(sensors_are_named_by_where_they_stand_and_settle_later),
        cmocka_unit_test(several_relays_are_numbered),
        cmocka_unit_test(other_messages_announce_nothing_or_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
