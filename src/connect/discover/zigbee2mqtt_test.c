/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/zigbee2mqtt.h"

#include "connect/discover/discover_fixture.h"

static const char list[] =
    "[{\"ieee_address\":\"0x00124b00\",\"type\":\"Coordinator\",\"friendly_name\":\"Coordinator\",\"definition\":null},"
    "{\"ieee_address\":\"0x000b57ff\",\"type\":\"Router\",\"friendly_name\":\"kitchen/lamp\",\"disabled\":false,"
    "\"definition\":{\"model\":\"LED1545G12\",\"vendor\":\"IKEA\",\"exposes\":[{\"type\":\"light\",\"features\":["
    "{\"type\":\"binary\",\"name\":\"state\",\"property\":\"state\",\"access\":7,\"value_on\":\"ON\",\"value_off\":"
    "\"OFF\"},"
    "{\"type\":\"numeric\",\"name\":\"brightness\",\"property\":\"brightness\",\"access\":7,\"value_min\":0,\"value_"
    "max\":254},"
    "{\"type\":\"composite\",\"name\":\"color_xy\",\"property\":\"color\",\"features\":["
    "{\"type\":\"numeric\",\"name\":\"x\",\"property\":\"x\",\"access\":7}]}]},"
    "{\"type\":\"enum\",\"name\":\"effect\",\"property\":\"effect\",\"access\":2,\"values\":[\"blink\",\"okay\"]},"
    "{\"type\":\"list\",\"name\":\"schedule\",\"property\":\"schedule\",\"access\":3}]}},"
    "{\"ieee_address\":\"0x00158d00\",\"type\":\"EndDevice\",\"friendly_name\":\"hall\","
    "\"definition\":{\"model\":\"WSDCGQ11LM\",\"vendor\":\"Aqara\",\"exposes\":["
    "{\"type\":\"numeric\",\"name\":\"temperature\",\"property\":\"temperature\",\"label\":\"Temperature\",\"access\":"
    "1,"
    "\"unit\":\"°C\"},{\"type\":\"binary\",\"name\":\"contact\",\"property\":\"contact\",\"access\":1,\"value_on\":"
    "false,"
    "\"value_off\":true}]}},"
    "{\"ieee_address\":\"0x01\",\"friendly_name\":\"off\",\"disabled\":true,\"definition\":{\"exposes\":[]}}]";

static void each_device_of_the_list_says_what_it_can(void **state)
{
    (void)state;
    assert_int_equal(fixture_read(gn_zigbee2mqtt_read, "z2m/attic/bridge/devices", list), GN_OK);
    assert_int_equal(fixture.count, 2); /* neither the coordinator nor what is disabled */
    assert_string_equal(
        fixture.text[1],
        "0x00158d00 | hall | {\"title\":\"hall\",\"gn:model\":\"Aqara WSDCGQ11LM\",\"properties\":{"
        "\"temperature\":{\"title\":\"Temperature\",\"type\":\"number\",\"unit\":\"°C\",\"readOnly\":true,"
        "\"gn:kind\":\"number\",\"gn:unit_reason\":\"said by the device\",\"gn:topic\":\"z2m/attic/hall\","
        "\"gn:path\":\"temperature\"},"
        "\"contact\":{\"type\":\"boolean\",\"readOnly\":true,\"gn:kind\":\"boolean\",\"gn:topic\":\"z2m/attic/hall\","
        "\"gn:path\":\"contact\",\"gn:on\":\"false\",\"gn:off\":\"true\"},"
        "\"available\":{\"type\":\"boolean\",\"readOnly\":true,\"gn:kind\":\"boolean\","
        "\"gn:topic\":\"z2m/attic/hall/"
        "availability\",\"gn:path\":\"state\",\"gn:on\":\"online\",\"gn:off\":\"offline\"}}}");
}

static void features_can_be_set_through_the_devices_topic(void **state)
{
    (void)state;
    assert_int_equal(fixture_read(gn_zigbee2mqtt_read, "zigbee2mqtt/bridge/devices", list), GN_OK);
    assert_non_null(strstr(fixture.text[0], "0x000b57ff | kitchen/lamp | "));
    assert_non_null(strstr(
        fixture.text[0], "\"brightness\":{\"type\":\"number\",\"readOnly\":false,\"minimum\":0,\"maximum\":254,"
                         "\"gn:kind\":\"number\",\"gn:topic\":\"zigbee2mqtt/kitchen/lamp\",\"gn:path\":\"brightness\","
                         "\"gn:write_topic\":\"zigbee2mqtt/kitchen/lamp/set\",\"gn:write_path\":\"brightness\"}"));
    assert_non_null(strstr(fixture.text[0], "\"color.x\":{\"type\":\"number\",\"readOnly\":true,"));
    assert_non_null(strstr(fixture.text[0],
                           "\"effect\":{\"type\":\"string\",\"readOnly\":false,\"enum\":[\"blink\",\"okay\"],"
                           "\"gn:kind\":\"state\",\"gn:write_topic\"")); /* never published */
    assert_non_null(strstr(fixture.text[0], "an expose of the type 'list' is not understood"));
}

static void all_of_the_bridges_own_topics_are_claimed(void **state)
{
    (void)state;
    assert_true(gn_zigbee2mqtt_claims(GN_STR("zigbee2mqtt/bridge/devices")));
    assert_true(gn_zigbee2mqtt_claims(GN_STR("zigbee2mqtt/bridge/logging")));
    assert_true(gn_zigbee2mqtt_claims(GN_STR("z2m/attic/bridge/devices")));
    assert_false(gn_zigbee2mqtt_claims(GN_STR("zigbee2mqtt/hall")));
    assert_false(gn_zigbee2mqtt_claims(GN_STR("/bridge/devices")));
    assert_int_equal(fixture_read(gn_zigbee2mqtt_read, "zigbee2mqtt/bridge/info", "{"), GN_OK);
    assert_int_equal(fixture.count, 0);
}

static void what_is_no_list_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "{}", "[1]", "[{\"a\":1}", "", "[{\"a\":1,\"a\":2}]" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(fixture_read(gn_zigbee2mqtt_read, "zigbee2mqtt/bridge/devices", bad[i]), GN_ERR_INVAL);
    assert_int_equal(fixture_read(gn_zigbee2mqtt_read, "zigbee2mqtt/bridge/devices", "[]"), GN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_device_of_the_list_says_what_it_can),
        cmocka_unit_test(features_can_be_set_through_the_devices_topic),
        cmocka_unit_test(all_of_the_bridges_own_topics_are_claimed),
        cmocka_unit_test(what_is_no_list_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
