/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "connect/payload.h"

static struct gn_payload payload;
static struct gn_diag diag;
static struct gn_clock_sim sim = { .wall_ms = INT64_C(1780000000000) };

static gn_err object(const char *text)
{
    const struct gn_clock clock = gn_clock_simulated(&sim);
    diag = (struct gn_diag){ 0 };
    return gn_payload_object(&payload, (gn_bytes){ (const uint8_t *)text, strlen(text) }, &clock, &diag);
}

static gn_err any(const char *prefix, const char *text)
{
    const struct gn_clock clock = gn_clock_simulated(&sim);
    diag = (struct gn_diag){ 0 };
    return gn_payload_any(&payload, gn_str_of(prefix), (gn_bytes){ (const uint8_t *)text, strlen(text) }, &clock,
                          &diag);
}

/* "name=value name=value ..." of the numbers, bools and texts that came out. */
static const char *items(void)
{
    static char out[2048];
    struct gn_buf buf = gn_buf_over(out, sizeof out - 1);
    for (size_t i = 0; i < payload.item_count; i++) {
        const struct gn_item *item = &payload.items[i];
        gn_buf_addf(&buf, "%s%.*s=", i > 0 ? " " : "", GN_STR_ARGS(item->property));
        if (item->kind == GN_SERIES_TEXT)
            gn_buf_add_str(&buf, item->text);
        else
            gn_buf_addf(&buf, "%g", item->value);
    }
    out[buf.size] = '\0';
    return out;
}

static void names_are_joined_by_dots_and_places_count_from_0(void **state)
{
    (void)state;
    assert_int_equal(object("{\"voltage\":{\"l1\":230.5,\"l2\":231},\"cells\":[3.5,null,3.25],\"on\":true}"), GN_OK);
    assert_string_equal(items(), "voltage.l1=230.5 voltage.l2=231 cells.0=3.5 cells.2=3.25 on=1");
    assert_int_equal(object("{\"a\":[{\"b\":{\"c\":\"x\"}},[1,[2]]],\"d\":{},\"e\":[]}"), GN_OK);
    assert_string_equal(items(), "a.0.b.c=x a.1.0=1 a.1.1.0=2");
    assert_int_equal(object("{\"\\u0061\":{\"\\u0062\":1}}"), GN_OK);
    assert_string_equal(items(), "a.b=1");
}

static void a_time_counts_on_the_outermost_level_only(void **state)
{
    (void)state;
    assert_int_equal(object("{\"ts\":1767225600,\"x\":{\"time\":5,\"y\":1}}"), GN_OK);
    assert_string_equal(items(), "x.time=5 x.y=1");
    assert_true(payload.items[1].time_ms == INT64_C(1767225600000));
}

static void a_name_that_comes_twice_in_two_ways_is_refused(void **state)
{
    (void)state;
    assert_int_equal(object("{\"a.b\":1,\"a\":{\"b\":2}}"), GN_ERR_INVAL);
    assert_string_equal(diag.text, "the key 'a.b' stands twice");
    assert_int_equal(object("{\"a\":{\"b\":1},\"a\":{\"c\":2}}"), GN_OK); /* other names */
}

static void depth_names_and_counts_have_limits(void **state)
{
    static char text[8192];
    (void)state;
    for (size_t depth = GN_PAYLOAD_DEPTH_MAX - 1; depth <= GN_PAYLOAD_DEPTH_MAX + 1; depth++) {
        size_t at = (size_t)snprintf(text, sizeof text, "{\"a\":");
        for (size_t i = 0; i < depth; i++)
            text[at++] = '[';
        text[at++] = '1';
        for (size_t i = 0; i < depth; i++)
            text[at++] = ']';
        memcpy(text + at, "}", 2);
        assert_int_equal(object(text), depth <= GN_PAYLOAD_DEPTH_MAX ? GN_OK : GN_ERR_INVAL);
    }
    assert_string_equal(diag.text, "'a.0.0.0.0.0.0.0.0' is nested deeper than PAYLOAD_DEPTH_MAX (8) levels");
    for (int size = GN_PROPERTY_BYTES_MAX - 1; size <= GN_PROPERTY_BYTES_MAX + 1; size++) {
        (void)snprintf(text, sizeof text, "{\"a\":{\"%0*d\":1}}", size - 2, 0);
        assert_int_equal(object(text), size <= GN_PROPERTY_BYTES_MAX ? GN_OK : GN_ERR_INVAL);
    }
    assert_string_equal(diag.text, "a name below 'a' is longer than PROPERTY_BYTES_MAX (64)");
    for (int count = GN_READINGS_PER_PACKET_MAX - 1; count <= GN_READINGS_PER_PACKET_MAX + 1; count++) {
        struct gn_buf buf = gn_buf_over(text, sizeof text - 1);
        gn_buf_add_text(&buf, "{\"a\":[0");
        for (int i = 1; i < count; i++)
            gn_buf_add_text(&buf, ",1");
        gn_buf_add_text(&buf, "]}");
        text[buf.size] = '\0';
        assert_int_equal(object(text), count <= GN_READINGS_PER_PACKET_MAX ? GN_OK : GN_ERR_INVAL);
    }
}

static void what_ends_inside_is_not_json(void **state)
{
    (void)state;
    assert_int_equal(object("{\"a\":{\"b\":"), GN_ERR_INVAL);
    assert_string_equal(diag.text, "not JSON at byte 10: the text ends too early");
    assert_int_equal(object("{\"a\":[1,2"), GN_ERR_INVAL);
    assert_int_equal(object("{\"a\":[1,2]]"), GN_ERR_INVAL);
}

static void anything_at_all_becomes_readings_below_a_prefix(void **state)
{
    (void)state;
    assert_int_equal(any("tank", "{\"level\":{\"m\":1.5},\"on\":false}"), GN_OK);
    assert_string_equal(items(), "tank.level.m=1.5 tank.on=0");
    assert_int_equal(any("", "{\"level\":1.5}"), GN_OK);
    assert_string_equal(items(), "level=1.5");
    assert_int_equal(any("cells", " [1,2]"), GN_OK);
    assert_string_equal(items(), "cells.0=1 cells.1=2");
    assert_int_equal(any("", "[1,[2]]"), GN_OK);
    assert_string_equal(items(), "0=1 1.0=2");
    assert_int_equal(any("t", "21.5"), GN_OK);
    assert_string_equal(items(), "t=21.5");
    assert_int_equal(any("", "on"), GN_OK);
    assert_string_equal(items(), "value=on");
    assert_int_equal(any("x", "[{\"n\":\"t\",\"v\":1}]"), GN_OK);
    assert_string_equal(items(), "t=1");
    assert_int_equal(any("x", "[1,2"), GN_ERR_INVAL);
    assert_int_equal(any("x", "[1]2"), GN_ERR_INVAL);
    assert_int_equal(any("x", "[]"), GN_ERR_INVAL);
    assert_int_equal(any("x", ""), GN_ERR_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_joined_by_dots_and_places_count_from_0),
        cmocka_unit_test(a_time_counts_on_the_outermost_level_only),
        cmocka_unit_test(a_name_that_comes_twice_in_two_ways_is_refused),
        cmocka_unit_test(depth_names_and_counts_have_limits),
        cmocka_unit_test(what_ends_inside_is_not_json),
        cmocka_unit_test(anything_at_all_becomes_readings_below_a_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
