/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/home_assistant.h"

#include "connect/discover/discover_fixture.h"

static gn_err said(const char *topic, const char *payload)
{
    return fixture_read(gn_home_assistant_read, topic, payload);
}

/* As ESPHome publishes it. */
static void a_sensor_says_unit_topic_and_device(void **state)
{
    (void)state;
    assert_int_equal(
        said("homeassistant/sensor/greenhouse/soil/config",
             "{\"dev_cla\":\"temperature\",\"unit_of_meas\":\"°C\",\"stat_cla\":\"measurement\","
             "\"name\":\"Soil\",\"stat_t\":\"greenhouse/sensor/soil/state\","
             "\"avty_t\":\"greenhouse/status\",\"uniq_id\":\"ESPsoil\","
             "\"dev\":{\"ids\":\"a0b765\",\"name\":\"Greenhouse\",\"mdl\":\"esp32dev\",\"mf\":\"Espressif\"}}"),
        GN_OK);
    assert_int_equal(fixture.count, 1);
    assert_string_equal(
        fixture.text[0],
        "a0b765 | Greenhouse | {\"title\":\"Greenhouse\",\"gn:model\":\"Espressif esp32dev\",\"properties\":{"
        "\"soil\":{\"title\":\"Soil\",\"type\":\"number\",\"unit\":\"°C\",\"readOnly\":true,\"gn:kind\":\"number\","
        "\"gn:unit_reason\":\"said by the device\",\"gn:topic\":\"greenhouse/sensor/soil/state\"},"
        "\"available\":{\"type\":\"boolean\",\"readOnly\":true,\"gn:kind\":\"boolean\",\"gn:topic\":\"greenhouse/"
        "status\","
        "\"gn:on\":\"online\",\"gn:off\":\"offline\"}}}");
}

/* As Zigbee2MQTT publishes it: long names, a template, several availabilities. */
static void long_names_and_templates_mean_the_same(void **state)
{
    (void)state;
    assert_int_equal(
        said(
            "homeassistant/binary_sensor/0x00158d00/contact/config",
            "{\"availability\":[{\"topic\":\"zigbee2mqtt/bridge/state\",\"value_template\":\"{{ value_json.state }}\"},"
            "{\"topic\":\"zigbee2mqtt/door/availability\",\"value_template\":\"{{ value_json.state }}\"}],"
            "\"device\":{\"identifiers\":[\"zigbee2mqtt_0x00158d00\"],\"name\":\"door\",\"model\":\"Contact\","
            "\"manufacturer\":\"Aqara\"},\"device_class\":\"door\",\"payload_off\":true,\"payload_on\":false,"
            "\"state_topic\":\"zigbee2mqtt/door\",\"unique_id\":\"0x00158d00_contact\","
            "\"value_template\":\"{{ value_json.contact }}\"}"),
        GN_OK);
    assert_true(gn_str_equal(fixture.device.key, GN_STR("0x00158d00"))); /* as in the bridge's own list */
    assert_string_equal(
        fixture_property("contact"),
        "{\"type\":\"boolean\",\"readOnly\":true,\"gn:kind\":\"boolean\",\"gn:topic\":\"zigbee2mqtt/door\","
        "\"gn:path\":\"contact\",\"gn:on\":\"false\",\"gn:off\":\"true\"}}}");
    assert_string_equal(fixture_property("available"),
                        "{\"type\":\"boolean\",\"readOnly\":true,\"gn:kind\":\"boolean\","
                        "\"gn:topic\":\"zigbee2mqtt/door/availability\",\"gn:path\":\"state\",\"gn:on\":\"online\","
                        "\"gn:off\":\"offline\"}}}");
}

static void switches_numbers_and_selects_can_be_set(void **state)
{
    (void)state;
    assert_int_equal(
        said("homeassistant/switch/35EBF6_RL_1/config",
             "{\"name\":\"Printer\",\"~\":\"EZ/\",\"stat_t\":\"tele/EZ/STATE\",\"cmd_t\":\"cmnd/~POWER1\","
             "\"pl_off\":\"OFF\",\"pl_on\":\"ON\",\"val_tpl\":\"{{value_json.POWER1}}\",\"uniq_id\":\"35EBF6_RL_1\"}"),
        GN_OK);
    assert_string_equal(fixture_property("POWER1"),
                        "{\"title\":\"Printer\",\"type\":\"boolean\",\"readOnly\":false,\"gn:kind\":\"boolean\","
                        "\"gn:topic\":\"tele/EZ/STATE\",\"gn:path\":\"POWER1\",\"gn:on\":\"ON\",\"gn:off\":\"OFF\","
                        "\"gn:write_topic\":\"cmnd/~POWER1\",\"gn:write_on\":\"ON\",\"gn:write_off\":\"OFF\"}}}");
    assert_int_equal(
        said("homeassistant/number/n/brightness_max/config",
             "{\"stat_t\":\"wled/x/v\",\"cmd_t\":\"wled/x/v/set\",\"min\":0,\"max\":200,\"uniq_id\":\"u\"}"),
        GN_OK);
    assert_string_equal(fixture_property("v"), "{\"type\":\"number\",\"readOnly\":false,\"minimum\":0,\"maximum\":200,"
                                               "\"gn:kind\":\"number\",\"gn:topic\":\"wled/x/v\","
                                               "\"gn:write_topic\":\"wled/x/v/set\"}}}");
    assert_int_equal(said("homeassistant/select/n/mode/config",
                          "{\"stat_t\":\"a/mode/state\",\"cmd_t\":\"a/mode/set\",\"ops\":[\"eco\",\"boost\"],"
                          "\"cmd_tpl\":\"{{ value | lower }}\",\"uniq_id\":\"u\"}"),
                     GN_OK);
    assert_string_equal(fixture_property("mode"), "{\"type\":\"string\",\"readOnly\":true,\"enum\":[\"eco\",\"boost\"],"
                                                  "\"gn:kind\":\"state\",\"gn:topic\":\"a/mode/state\"}}}");
    assert_string_equal(fixture.device.why, "'mode' is set through a template that is not understood");
}

static void lights_and_climates_have_several_properties(void **state)
{
    (void)state;
    assert_int_equal(said("homeassistant/light/wled/config",
                          "{\"schema\":\"json\",\"stat_t\":\"z/l\",\"cmd_t\":\"z/l/set\",\"brightness\":true,"
                          "\"bri_scl\":254,\"uniq_id\":\"u\",\"dev\":{\"ids\":[\"l\"],\"name\":\"L\"}}"),
                     GN_OK);
    assert_string_equal(fixture_property("brightness"),
                        "{\"type\":\"number\",\"readOnly\":false,\"minimum\":0,\"maximum\":254,\"gn:kind\":\"number\","
                        "\"gn:topic\":\"z/l\",\"gn:path\":\"brightness\",\"gn:write_topic\":\"z/l/set\","
                        "\"gn:write_path\":\"brightness\"}}}");
    assert_non_null(strstr(fixture_property("state"), "\"gn:write_path\":\"state\""));
    assert_int_equal(
        said("homeassistant/climate/trv/config",
             "{\"curr_temp_t\":\"t/now\",\"temp_stat_t\":\"t/set\",\"temp_cmd_t\":\"t/set/cmd\",\"min_temp\":5,"
             "\"max_temp\":30,\"temp_unit\":\"C\",\"mode_stat_t\":\"t/mode\",\"modes\":[\"off\",\"heat\"],"
             "\"mode_cmd_t\":\"t/mode/set\",\"uniq_id\":\"u\"}"),
        GN_OK);
    assert_int_equal(fixture.device.trait_count, 3);
    assert_non_null(strstr(fixture_property("now"), "\"unit\":\"°C\""));
    assert_non_null(strstr(fixture_property("set"), "\"minimum\":5,\"maximum\":30"));
    assert_non_null(strstr(fixture_property("mode"), "[\"off\",\"heat\"]"));
}

static void a_device_message_has_many_components(void **state)
{
    (void)state;
    assert_int_equal(
        said("homeassistant/device/0AFFD2/config",
             "{\"dev\":{\"ids\":\"ea334450945afc\",\"name\":\"Kitchen\"},\"o\":{\"name\":\"bla2mqtt\"},"
             "\"stat_t\":\"sensorBedroom/state\",\"cmps\":{"
             "\"t\":{\"p\":\"sensor\",\"unit_of_meas\":\"°C\",\"val_tpl\":\"{{ value_json.temperature}}\"},"
             "\"h\":{\"p\":\"sensor\",\"unit_of_meas\":\"%\",\"val_tpl\":\"{{ value_json.humidity}}\"},"
             "\"c\":{\"p\":\"camera\"}}}"),
        GN_OK);
    assert_int_equal(fixture.device.trait_count, 2);
    assert_non_null(strstr(fixture_property("humidity"), "\"gn:topic\":\"sensorBedroom/state\""));
    assert_string_equal(fixture.device.why, "the component 'camera' is not understood");
}

static void what_is_a_program_is_left_out_and_counted(void **state)
{
    (void)state;
    assert_int_equal(said("homeassistant/sensor/x/config",
                          "{\"stat_t\":\"a/b\",\"val_tpl\":\"{{ value_json.a * 2 }}\",\"uniq_id\":\"u\"}"),
                     GN_OK);
    assert_int_equal(fixture.device.trait_count, 0);
    assert_int_equal(fixture.device.left_out, 1);
    assert_non_null(strstr(fixture.text[0], "\"gn:not_understood\":\"'x' has a template that is not understood\""));
}

static void names_come_from_what_says_something(void **state)
{
    (void)state;
    assert_int_equal(said("homeassistant/switch/shelly/relay1/config",
                          "{\"stat_t\":\"shellies/shelly1/relay/1\",\"uniq_id\":\"u\"}"),
                     GN_OK);
    assert_non_null(gn_device_find(&fixture.device, GN_STR("relay_1")));
    assert_int_equal(said("homeassistant/sensor/x/level/config", "{\"stat_t\":\"state\",\"uniq_id\":\"u\"}"), GN_OK);
    assert_non_null(gn_device_find(&fixture.device, GN_STR("level")));
}

static void other_messages_announce_nothing_or_are_refused(void **state)
{
    (void)state;
    assert_true(gn_home_assistant_claims(GN_STR("homeassistant/status")));
    assert_false(gn_home_assistant_claims(GN_STR("homeassistants/a/b/config")));
    assert_int_equal(said("homeassistant/status", "online"), GN_OK);
    assert_int_equal(said("homeassistant/sensor/a/config", ""), GN_OK); /* withdrawn */
    assert_int_equal(said("homeassistant/sensor/a/b/c/config", "{}"), GN_OK);
    assert_int_equal(fixture.count, 0);
    assert_int_equal(said("homeassistant/sensor/a/config", "[]"), GN_ERR_INVAL);
    assert_int_equal(said("homeassistant/sensor/a/config", "{\"a\":"), GN_ERR_INVAL);
    char payload[256];
    (void)snprintf(payload, sizeof payload, "{\"stat_t\":\"a/b\",\"uniq_id\":\"%0*d\"}", GN_DEVICE_KEY_BYTES_MAX + 1,
                   0);
    assert_int_equal(said("homeassistant/sensor/a/config", payload), GN_ERR_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sensor_says_unit_topic_and_device),
        cmocka_unit_test(long_names_and_templates_mean_the_same),
        cmocka_unit_test(switches_numbers_and_selects_can_be_set),
        cmocka_unit_test(lights_and_climates_have_several_properties),
        cmocka_unit_test(a_device_message_has_many_components),
        cmocka_unit_test(what_is_a_program_is_left_out_and_counted),
        cmocka_unit_test(names_come_from_what_says_something),
        cmocka_unit_test(other_messages_announce_nothing_or_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
