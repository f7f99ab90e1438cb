/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/discover_fixture.h"

static struct gn_device one, two;

static const char *fragment_of(const struct gn_device *device)
{
    static char out[FIXTURE_TEXT_BYTES];
    struct gn_buf buf = gn_buf_over(out, sizeof out - 1);
    gn_device_write(device, &buf);
    assert_false(buf.full);
    out[buf.size] = '\0';
    return out;
}

static void a_fragment_read_back_is_the_same_device(void **state)
{
    (void)state;
    static const char whole[] =
        "{\"title\":\"Lamp\",\"gn:model\":\"IKEA X\",\"gn:not_understood\":\"one thing\",\"properties\":{"
        "\"state\":{\"title\":\"On\",\"type\":\"boolean\",\"readOnly\":false,\"gn:kind\":\"boolean\",\"gn:topic\":\"a/"
        "b\","
        "\"gn:path\":\"state\",\"gn:on\":\"ON\",\"gn:off\":\"OFF\",\"gn:write_topic\":\"a/b/"
        "set\",\"gn:write_path\":\"state\","
        "\"gn:write_on\":\"ON\",\"gn:write_off\":\"OFF\"},"
        "\"total\":{\"type\":\"number\",\"unit\":\"kWh\",\"readOnly\":true,\"minimum\":-1.5,\"maximum\":10,"
        "\"gn:kind\":\"counter\",\"gn:unit_reason\":\"said by the device\",\"gn:topic\":\"a/b\"},"
        "\"mode\":{\"type\":\"string\",\"readOnly\":true,\"enum\":[\"eco\",\"boost\"],\"gn:kind\":\"state\"},"
        "\"odd\":{\"readOnly\":true}}}";
    gn_device_begin(&one, GN_SOURCE_NATIVE);
    assert_int_equal(gn_device_read(&one, &fixture.tree, gn_str_of(whole), &fixture.diag), GN_OK);
    assert_string_equal(fragment_of(&one), whole);
    assert_int_equal(one.traits[3].kind, GN_TRAIT_UNKNOWN);
}

static void a_persons_type_counts_when_no_kind_is_said(void **state)
{
    (void)state;
    gn_device_begin(&one, GN_SOURCE_NATIVE);
    assert_int_equal(
        gn_device_read(&one, &fixture.tree,
                       GN_STR("{\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"string\"},"
                              "\"c\":{\"type\":\"string\",\"enum\":[\"x\"]},\"d\":{\"type\":\"boolean\"},\"e\":5}}"),
                       &fixture.diag),
        GN_OK);
    assert_int_equal(one.trait_count, 4);
    assert_int_equal(one.traits[0].kind, GN_TRAIT_NUMBER);
    assert_int_equal(one.traits[1].kind, GN_TRAIT_TEXT);
    assert_int_equal(one.traits[2].kind, GN_TRAIT_STATE);
    assert_int_equal(one.traits[3].kind, GN_TRAIT_BOOLEAN);
    assert_int_equal(gn_device_read(&one, &fixture.tree, GN_STR("[]"), &fixture.diag), GN_ERR_INVAL);
    assert_int_equal(gn_device_read(&one, &fixture.tree, GN_STR("{\"properties\":5}"), &fixture.diag), GN_ERR_INVAL);
    assert_int_equal(gn_device_read(&one, &fixture.tree, GN_STR("{"), &fixture.diag), GN_ERR_INVAL);
}

static void what_is_said_later_is_added_or_replaces(void **state)
{
    (void)state;
    gn_device_begin(&one, GN_SOURCE_HOME_ASSISTANT);
    gn_device_begin(&two, GN_SOURCE_HOME_ASSISTANT);
    one.name = gn_device_keep(&one, GN_STR("Old"));
    struct gn_trait *trait = gn_device_trait(&one, GN_STR("t"));
    trait->unit = gn_device_keep(&one, GN_STR("F"));
    two.name = gn_device_keep(&two, GN_STR("New"));
    trait = gn_device_trait(&two, GN_STR("t"));
    trait->unit = gn_device_keep(&two, GN_STR("C"));
    trait = gn_device_trait(&two, GN_STR("mode"));
    gn_device_option(&two, trait, GN_STR("eco"));
    gn_device_leave_out(&two, "a camera");
    gn_device_merge(&one, &two);
    memset(&two, 0, sizeof two); /* nothing points into it */
    assert_string_equal(fragment_of(&one),
                        "{\"title\":\"New\",\"gn:not_understood\":\"a camera\",\"properties\":{\"t\":{\"unit\":\"C\","
                        "\"readOnly\":true},\"mode\":{\"readOnly\":true,\"enum\":[\"eco\"]}}}");
}

static void names_become_what_a_property_may_be_called(void **state)
{
    (void)state;
    char longer[GN_PROPERTY_BYTES_MAX + 8];
    memset(longer, 'x', sizeof longer);
    memcpy(longer + GN_PROPERTY_BYTES_MAX - 1, "\303\244", 2); /* a character across the limit */
    gn_device_begin(&one, GN_SOURCE_NATIVE);
    assert_true(gn_str_equal(gn_device_trait(&one, GN_STR("a b/c+d#e"))->name, GN_STR("a_b_c_d_e")));
    assert_int_equal(gn_device_trait(&one, (gn_str){ longer, sizeof longer })->name.size, GN_PROPERTY_BYTES_MAX - 1);
    assert_null(gn_device_trait(&one, GN_STR("")));
    assert_null(gn_device_trait(&one, GN_STR("\xff")));
    assert_int_equal(one.left_out, 2);
}

static void properties_words_and_text_have_limits(void **state)
{
    (void)state;
    char name[32];
    static char text[GN_DEVICE_TEXT_BYTES + 1];
    gn_device_begin(&one, GN_SOURCE_NATIVE);
    for (int i = 0; i < GN_DEVICE_TRAITS_MAX; i++) {
        (void)snprintf(name, sizeof name, "p%d", i);
        assert_non_null(gn_device_trait(&one, gn_str_of(name)));
    }
    assert_null(gn_device_trait(&one, GN_STR("one more")));
    assert_string_equal(one.why, "more than DEVICE_TRAITS_MAX (48) properties");
    struct gn_trait *trait = gn_device_trait(&one, GN_STR("p0"));
    for (int i = 0; i <= GN_DEVICE_OPTIONS_MAX; i++)
        gn_device_option(&one, trait, GN_STR("word"));
    assert_int_equal(trait->option_count, GN_DEVICE_OPTIONS_MAX);
    assert_int_equal(one.left_out, 2);
    memset(text, 'x', sizeof text);
    gn_device_begin(&one, GN_SOURCE_NATIVE);
    assert_int_equal(gn_device_keep(&one, (gn_str){ text, GN_DEVICE_TEXT_BYTES }).size, GN_DEVICE_TEXT_BYTES);
    assert_int_equal(gn_device_keep(&one, GN_STR("x")).size, 0);
    assert_null(gn_device_trait(&one, GN_STR("p")));
    assert_int_equal(one.trait_count, 0);
    gn_device_begin(&one, GN_SOURCE_NATIVE);
    assert_int_equal(gn_device_keepf(&one, "%.*s", 2000, text).size, 0);
    assert_string_equal(one.why, "a topic or a name of it is too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fragment_read_back_is_the_same_device),
        cmocka_unit_test(a_persons_type_counts_when_no_kind_is_said),
        cmocka_unit_test(what_is_said_later_is_added_or_replaces),
        cmocka_unit_test(names_become_what_a_property_may_be_called),
        cmocka_unit_test(properties_words_and_text_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
