/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/body_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct gn_body_fields fields;

static void has(const char *name, const char *value)
{
    assert_true(gn_body_has(&fields, name));
    assert_true(gn_str_equal(gn_body_get(&fields, name), gn_str_of(value)));
}

static void a_flat_object_of_strings_is_read(void **state)
{
    (void)state;
    assert_int_equal(
        gn_body_from_json(&fields, GN_STR(" {\"user\":\"anna\",\"pass\\u0077ord\":\"a\\\"b\\u00e9\"} "), NULL), GN_OK);
    has("user", "anna");
    has("password", "a\"b\xc3\xa9");
    assert_false(gn_body_has(&fields, "code"));
    assert_int_equal(gn_body_get(&fields, "code").size, 0);
    assert_int_equal(gn_body_from_json(&fields, GN_STR("{}"), NULL), GN_OK);
    assert_int_equal(gn_body_from_json(&fields, GN_STR(""), NULL), GN_OK);
    assert_int_equal(fields.count, 0);
}

static void bad_json_is_refused_at_its_byte(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t column;
    } rows[] = { { "[]", 2 },
                 { "{\"a\":1}", 7 },
                 { "{\"a\":\"b\",}", 10 },
                 { "{\"a\":\"b\"", 9 },
                 { "x", 1 },
                 { "{\"a\":\"b\"} x", 11 },
                 { "{\"a\":null}", 10 },
                 { "{\"a\":{\"b\":\"c\"}}", 7 },
                 { "{\"a\":[]}", 7 },
                 { "{'a':'b'}", 2 },
                 { "\"a\"", 4 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_diag diag = { 0 };
        assert_int_equal(gn_body_from_json(&fields, gn_str_of(rows[i].text), &diag), GN_ERR_INVAL);
        assert_int_equal(diag.column, rows[i].column);
        assert_true(diag.text[0] != '\0');
    }
}

static void a_form_is_decoded(void **state)
{
    (void)state;
    assert_int_equal(gn_body_from_form(&fields, GN_STR("user=anna&password=a+b%26%3D%C3%A9&empty="), NULL), GN_OK);
    has("user", "anna");
    has("password", "a b&=\xc3\xa9");
    has("empty", "");
    assert_int_equal(gn_body_from_form(&fields, GN_STR(""), NULL), GN_OK);
    assert_int_equal(fields.count, 0);
}

static void a_broken_form_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "a=%", "a=%4", "a=%zz", "%00=a", "a=%00", "a=%ff", "a=1&a=2", "a=1&%61=2" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gn_diag diag = { 0 };
        assert_int_equal(gn_body_from_form(&fields, gn_str_of(bad[i]), &diag), GN_ERR_INVAL);
        assert_true(diag.text[0] != '\0');
    }
}

static void a_name_twice_and_one_too_many_are_refused(void **state)
{
    (void)state;
    assert_int_equal(gn_body_from_json(&fields, GN_STR("{\"a\":\"1\",\"a\":\"2\"}"), NULL), GN_ERR_INVAL);
    assert_int_equal(gn_body_from_form(&fields, GN_STR("a=&b=&c=&d=&e=&f=&g=&h="), NULL), GN_OK);
    assert_int_equal(fields.count, GN_BODY_FIELDS_MAX);
    assert_int_equal(gn_body_from_form(&fields, GN_STR("a=&b=&c=&d=&e=&f=&g=&h=&i="), NULL), GN_ERR_INVAL);
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    static char text[GN_BODY_FIELDS_BYTES + 8];
    memset(text, 'x', sizeof text);
    memcpy(text, "a=", 2);
    assert_int_equal(gn_body_from_form(&fields, (gn_str){ text, GN_BODY_FIELDS_BYTES + 1 }, NULL), GN_OK);
    assert_int_equal(gn_body_get(&fields, "a").size, GN_BODY_FIELDS_BYTES - 1);
    assert_int_equal(gn_body_from_form(&fields, (gn_str){ text, GN_BODY_FIELDS_BYTES + 2 }, NULL), GN_ERR_INVAL);
}

static void unknown_names_are_found(void **state)
{
    (void)state;
    static const char *const known[] = { "user", "password", NULL };
    assert_int_equal(gn_body_from_form(&fields, GN_STR("user=a&role=admin"), NULL), GN_OK);
    assert_true(gn_str_equal(gn_body_unknown(&fields, known), GN_STR("role")));
    assert_int_equal(gn_body_from_form(&fields, GN_STR("user=a"), NULL), GN_OK);
    assert_int_equal(gn_body_unknown(&fields, known).size, 0);
}

static void wiping_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(gn_body_from_form(&fields, GN_STR("password=secretsecret"), NULL), GN_OK);
    gn_body_wipe(&fields);
    assert_null(memmem(&fields, sizeof fields, "secret", 6));
    assert_int_equal(fields.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flat_object_of_strings_is_read),
        cmocka_unit_test(bad_json_is_refused_at_its_byte),
        cmocka_unit_test(a_form_is_decoded),
        cmocka_unit_test(a_broken_form_is_refused),
        cmocka_unit_test(a_name_twice_and_one_too_many_are_refused),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(unknown_names_are_found),
        cmocka_unit_test(wiping_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
