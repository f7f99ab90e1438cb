/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/sparkplug/sparkplug_topic.h"

#include "connect/sparkplug/sparkplug_fixture.h"

static void topics_of_the_specification_are_read_and_written_back(void **state)
{
    static const char *const topics[] = {
        "spBv1.0/G/NBIRTH/E",   "spBv1.0/G/NDEATH/E",   "spBv1.0/G/NDATA/E",   "spBv1.0/G/NCMD/E",
        "spBv1.0/G/DBIRTH/E/D", "spBv1.0/G/DDEATH/E/D", "spBv1.0/G/DDATA/E/D", "spBv1.0/G/DCMD/E/D",
    };
    (void)state;
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        char bytes[64];
        struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
        struct gn_sparkplug_topic topic;
        struct gn_diag diag = { 0 };
        assert_true(gn_sparkplug_claims(gn_str_of(topics[i])));
        assert_int_equal(gn_sparkplug_topic_read(gn_str_of(topics[i]), &topic, &diag), GN_OK);
        assert_true(gn_str_equal(topic.group, GN_STR("G")) && gn_str_equal(topic.edge, GN_STR("E")));
        assert_int_equal(topic.device.size, i < 4 ? 0 : 1);
        gn_sparkplug_topic_write(&topic, topic.kind, &out);
        assert_true(gn_str_equal(gn_buf_str(&out), gn_str_of(topics[i])));
    }
}

static void a_command_goes_where_its_device_is(void **state)
{
    char bytes[64];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    struct gn_sparkplug_topic topic;
    struct gn_diag diag = { 0 };
    (void)state;
    assert_int_equal(gn_sparkplug_topic_read(GN_STR("spBv1.0/G 1/DBIRTH/E/D"), &topic, &diag), GN_OK);
    gn_sparkplug_topic_write(&topic, GN_SPARKPLUG_DCMD, &out);
    assert_true(gn_str_equal(gn_buf_str(&out), GN_STR("spBv1.0/G 1/DCMD/E/D")));
    out.size = 0;
    gn_sparkplug_topic_write(&topic, GN_SPARKPLUG_NCMD, &out);
    assert_true(gn_str_equal(gn_buf_str(&out), GN_STR("spBv1.0/G 1/NCMD/E")));
    out.size = 0;
    gn_sparkplug_key(topic.group, topic.edge, topic.device, &out);
    assert_true(gn_str_equal(gn_buf_str(&out), GN_STR("G 1/E/D")));
}

static void the_state_of_a_host_is_known(void **state)
{
    struct gn_sparkplug_topic topic;
    struct gn_diag diag = { 0 };
    (void)state;
    assert_int_equal(gn_sparkplug_topic_read(GN_STR("spBv1.0/STATE/scada"), &topic, &diag), GN_OK);
    assert_int_equal(topic.kind, GN_SPARKPLUG_STATE);
    assert_true(gn_str_equal(topic.edge, GN_STR("scada")));
    assert_true(gn_sparkplug_is_own(GN_STR("spBv1.0/STATE/scada")));
    assert_true(gn_sparkplug_is_own(GN_STR("$sparkplug/certificates/spBv1.0/G/NBIRTH/E")));
    assert_false(gn_sparkplug_is_own(GN_STR("spBv1.0/G/NBIRTH/E")));
}

static void other_topics_are_refused_with_words(void **state)
{
    static const char *const topics[] = { "spBv1.0/",
                                          "spBv1.0/G",
                                          "spBv1.0/G/NBIRTH",
                                          "spBv1.0/G/NBIRTH/",
                                          "spBv1.0/G/NBIRTH/E/D",
                                          "spBv1.0/G/DBIRTH/E",
                                          "spBv1.0/G/DBIRTH/E/",
                                          "spBv1.0/G/DBIRTH/E/D/x",
                                          "spBv1.0/G/BIRTH/E",
                                          "spBv1.0//NBIRTH/E",
                                          "spBv1.0/STATE/",
                                          "spBv1.0/STATE/a/b" };
    (void)state;
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        struct gn_sparkplug_topic topic;
        struct gn_diag diag = { 0 };
        assert_int_equal(gn_sparkplug_topic_read(gn_str_of(topics[i]), &topic, &diag), GN_ERR_INVAL);
        assert_non_null(strstr(diag.text, "Sparkplug"));
    }
    assert_false(gn_sparkplug_claims(GN_STR("spAv1.0/G/NBIRTH/E")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_of_the_specification_are_read_and_written_back),
        cmocka_unit_test(a_command_goes_where_its_device_is),
        cmocka_unit_test(the_state_of_a_host_is_known),
        cmocka_unit_test(other_topics_are_refused_with_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
