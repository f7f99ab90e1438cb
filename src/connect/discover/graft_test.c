/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "connect/discover/graft.h"

static struct gn_device known;
static struct gn_json_tree tree;
static struct gn_json json;
static char bytes[2048];

static int setup(void **state)
{
    struct gn_diag diag;
    (void)state;
    gn_device_begin(&known, GN_SOURCE_ZIGBEE2MQTT);
    return gn_device_read(
        &known, &tree,
        GN_STR("{\"properties\":{\"t\":{\"type\":\"number\",\"gn:topic\":\"z/hall\",\"gn:path\":\"t\"},"
               "\"lid\":{\"type\":\"boolean\",\"gn:topic\":\"z/hall\",\"gn:path\":\"lid\",\"gn:on\":"
               "\"ON\",\"gn:write_topic\":\"z/hall/set\"},\"note\":{\"type\":\"string\"}}}"),
        &diag);
}

static const char *graft(const char *fragment)
{
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes - 1);
    assert_int_equal(gn_device_graft(&known, &json, gn_str_of(fragment), &out), GN_OK);
    bytes[out.size] = '\0';
    return bytes;
}

#define T     "\"gn:topic\":\"z/hall\",\"gn:path\":\"t\""
#define LID   "\"gn:topic\":\"z/hall\",\"gn:path\":\"lid\",\"gn:on\":\"ON\",\"gn:write_topic\":\"z/hall/set\""
#define WHOLE "\"lid\":{\"type\":\"boolean\",\"readOnly\":true,\"gn:kind\":\"boolean\"," LID "}"

static void what_a_person_says_keeps_its_ways(void **state)
{
    (void)state;
    assert_string_equal(
        graft("{\"title\":\"a } b\",\"properties\":{\"t\":{\"unit\":\"K\",\"x\":{\"y\":[{}]}},\"new\":{}},"
              "\"events\":{}}"),
        "{\"title\":\"a } b\",\"properties\":{\"t\":{\"unit\":\"K\",\"x\":{\"y\":[{}]}," T "},\"new\":{}," WHOLE
        "},\"events\":{}}");
    assert_string_equal(graft("{\"properties\":{\"lid\":{},\"t\":{} } }"),
                        "{\"properties\":{\"lid\":{" LID "},\"t\":{" T "} } }");
}

static void who_names_a_topic_names_all(void **state)
{
    (void)state;
    assert_string_equal(graft("{\"properties\":{\"t\":{\"gn:topic\":\"a\"},\"lid\":{\"gn:topic\":\"b\"}}}"),
                        "{\"properties\":{\"t\":{\"gn:topic\":\"a\"},\"lid\":{\"gn:topic\":\"b\"}}}");
}

static void without_properties_all_are_as_they_were(void **state)
{
    (void)state;
    const char *t = "\"t\":{\"type\":\"number\",\"readOnly\":true,\"gn:kind\":\"number\"," T "}";
    char expected[1024];
    (void)snprintf(expected, sizeof expected, "{\"title\":\"x\",\"properties\":{%s,%s}}", t, WHOLE);
    assert_string_equal(graft("{\"title\":\"x\"}"), expected);
    (void)snprintf(expected, sizeof expected, "{\"properties\":{%s,%s}}", t, WHOLE);
    assert_string_equal(graft("{}"), expected);
    assert_string_equal(graft("{\"properties\":{}}"), expected);
}

static void what_does_not_fit_or_is_no_fragment_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "[]", "{", "{\"properties\":[]}", "{\"properties\":{\"t\":1}}", "{\"properties\":{\"t\":{\"a\":}}}"
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
        assert_int_equal(gn_device_graft(&known, &json, gn_str_of(texts[i]), &out), GN_ERR_INVAL);
    }
    struct gn_buf small = gn_buf_over(bytes, 20);
    assert_int_equal(gn_device_graft(&known, &json, GN_STR("{}"), &small), GN_ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_a_person_says_keeps_its_ways, setup),
        cmocka_unit_test_setup(who_names_a_topic_names_all, setup),
        cmocka_unit_test_setup(without_properties_all_are_as_they_were, setup),
        cmocka_unit_test_setup(what_does_not_fit_or_is_no_fragment_is_refused, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
