/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* "name;tag=value;..." and a field, without the tag `left_out`. */
static const char *named(const char *metric_text, const char *field, const char *left_out, gn_err wanted)
{
    static char text[GN_PROPERTY_BYTES_MAX + 1];
    struct gn_diag diag = { 0 };
    struct gn_buf out = gn_buf_over(text, GN_PROPERTY_BYTES_MAX);
    gn_str rest = gn_str_of(metric_text);
    struct gn_push_metric metric = { .name = gn_str_split(rest, ';', &rest), .field = gn_str_of(field) };
    while (rest.size > 0) {
        struct gn_push_tag *tag = &metric.tags[metric.tag_count++];
        tag->name = gn_str_split(gn_str_split(rest, ';', &rest), '=', &tag->value);
    }
    assert_int_equal(gn_push_property(&metric, gn_str_of(left_out), &out, &diag), wanted);
    assert_true(wanted == GN_OK || diag.text[0] != '\0');
    text[out.size] = '\0';
    return text;
}

static void a_property_is_measurement_field_and_tags(void **state)
{
    (void)state;
    assert_string_equal(named("cpu", "idle", "", GN_OK), "cpu.idle");
    assert_string_equal(named("temperature", "value", "", GN_OK), "temperature");
    assert_string_equal(named("up", "", "", GN_OK), "up");
    assert_string_equal(named("cpu;host=a;core=0", "idle", "host", GN_OK), "cpu.idle{core=0}");
    assert_string_equal(named("cpu;zone=b;core=0", "value", "", GN_OK), "cpu{core=0,zone=b}");
    assert_string_equal(named("cpu;core=0;zone=b", "value", "", GN_OK), "cpu{core=0,zone=b}");
}

static void two_metrics_never_get_one_name(void **state)
{
    (void)state;
    assert_string_equal(named("disk;path=/a", "used", "", GN_OK), "disk.used{path=%2Fa}");
    assert_string_equal(named("disk;path=%2Fa", "used", "", GN_OK), "disk.used{path=%252Fa}");
    assert_string_equal(named("m;a=b,c", "value", "", GN_OK), "m{a=b%2Cc}");
    assert_string_equal(named("m;a=b}", "value", "", GN_OK), "m{a=b%7D}");
    assert_string_equal(named("m\n+#", "value", "", GN_OK), "m%0A%2B%23");
    assert_string_equal(named("m;\xc3\xa4=\xc3\xb6", "value", "", GN_OK), "m{\xc3\xa4=\xc3\xb6}");
}

static void names_that_cannot_be_are_refused(void **state)
{
    (void)state;
    char name[GN_PROPERTY_BYTES_MAX + 2];
    memset(name, 'm', sizeof name);
    name[GN_PROPERTY_BYTES_MAX] = '\0';
    assert_string_equal(named(name, "value", "", GN_OK), name);
    name[GN_PROPERTY_BYTES_MAX] = 'm';
    name[GN_PROPERTY_BYTES_MAX + 1] = '\0';
    (void)named(name, "value", "", GN_ERR_INVAL);
    (void)named("m;a=1;a=2", "value", "", GN_ERR_INVAL);
}

static void the_thing_is_named_by_the_first_tag_that_can(void **state)
{
    (void)state;
    struct gn_push_metric metric = { .tag_count = 3,
                                     .tags = { { GN_STR("instance"), GN_STR("i") },
                                               { GN_STR("core"), GN_STR("0") },
                                               { GN_STR("host"), GN_STR("h") } } };
    assert_ptr_equal(gn_push_thing_tag(&metric), &metric.tags[2]);
    metric.tags[1].name = GN_STR("device");
    assert_ptr_equal(gn_push_thing_tag(&metric), &metric.tags[1]);
    metric.tags[0].name = GN_STR("thing");
    assert_ptr_equal(gn_push_thing_tag(&metric), &metric.tags[0]);
    metric.tag_count = 0;
    assert_null(gn_push_thing_tag(&metric));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_property_is_measurement_field_and_tags),
        cmocka_unit_test(two_metrics_never_get_one_name),
        cmocka_unit_test(names_that_cannot_be_are_refused),
        cmocka_unit_test(the_thing_is_named_by_the_first_tag_that_can),
    };
    return cmocka_run_group_tests_name("connect/push_name", tests, NULL, NULL);
}
