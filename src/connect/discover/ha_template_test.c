/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connect/discover/ha_template.h"

static const char *path(const char *text)
{
    static char bytes[65];
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes - 1);
    if (gn_ha_template_path(gn_str_of(text), &out) != GN_OK)
        return "not understood";
    bytes[out.size] = '\0';
    return bytes;
}

static void a_template_that_takes_a_member_gives_its_path(void **state)
{
    (void)state;
    assert_string_equal(path("{{ value_json.temperature }}"), "temperature");
    assert_string_equal(path("{{value_json.POWER1}}"), "POWER1");
    assert_string_equal(path("{{ value_json['ENERGY']['Total'] }}"), "ENERGY.Total");
    assert_string_equal(path("{{ value_json[\"a\"].b[0] }}"), "a.b.0");
    assert_string_equal(path("{{ value }}"), "");
    assert_string_equal(path("  {{- value_json.a -}}  "), "a");
}

static void filters_that_keep_the_meaning_are_passed_over(void **state)
{
    (void)state;
    assert_string_equal(path("{{ value_json.a.b | float }}"), "a.b");
    assert_string_equal(path("{{ value_json.a|float(0)|round(1) }}"), "a");
    assert_string_equal(path("{{ value | int }}"), "");
    assert_string_equal(path("{{ value_json.a | default('') | is_defined }}"), "a");
}

static void what_is_a_program_is_not_understood(void **state)
{
    static const char *const programs[] = {
        "",
        "{{ value_json }}",
        "{{ value_json.a * 10 }}",
        "{{ value_json.a + value_json.b }}",
        "{% if value_json.a %}1{% endif %}",
        "{{ 'ON' if value_json.a else 'OFF' }}",
        "{{ value_json.a | timestamp_local }}",
        "{{ value_json.a | float * 2 }}",
        "{{ value_json.a }} {{ value_json.b }}",
        "{{ value_json['a\\'] }}",
        "{{ value_json[a] }}",
        "{{ value_json.a",
        "{{ values }}",
        "{{ value_json.a | round(value) + 1 }}",
        "{{ value_json.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        assert_string_equal(path(programs[i]), "not understood");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_template_that_takes_a_member_gives_its_path),
        cmocka_unit_test(filters_that_keep_the_meaning_are_passed_over),
        cmocka_unit_test(what_is_a_program_is_not_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
