/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "connect/discover/bindings.h"

static struct gn_device device;
static struct gn_json_tree tree;
static struct gn_payload payload;
static struct gn_item items[GN_READINGS_PER_PACKET_MAX];
static struct gn_clock_sim sim = { .wall_ms = INT64_C(1780000000000) };

static struct gn_bindings *made(void)
{
    struct gn_bindings *bindings = NULL;
    assert_int_equal(gn_bindings_new(&bindings), GN_OK);
    return bindings;
}

static void announce(struct gn_bindings *bindings, uint32_t thing, const char *fragment)
{
    struct gn_diag diag = { 0 };
    gn_device_begin(&device, GN_SOURCE_HOME_ASSISTANT);
    assert_int_equal(gn_device_read(&device, &tree, gn_str_of(fragment), &diag), GN_OK);
    assert_int_equal(gn_bindings_set(bindings, thing, &device), GN_OK);
}

/* "name=value ..." of what a message says of a Thing. */
static const char *says(const struct gn_bindings *bindings, uint32_t thing, const char *topic, const char *text)
{
    static char out[1024];
    struct gn_diag diag = { 0 };
    struct gn_buf buf = gn_buf_over(out, sizeof out - 1);
    const struct gn_clock clock = gn_clock_simulated(&sim);
    assert_int_equal(
        gn_payload_any(&payload, (gn_str){ 0 }, (gn_bytes){ (const uint8_t *)text, strlen(text) }, &clock, &diag),
        GN_OK);
    const size_t count = gn_bindings_items(bindings, gn_str_of(topic), thing, &payload, text[0] != '{', items);
    for (size_t i = 0; i < count; i++) {
        gn_buf_addf(&buf, "%s%.*s=", i > 0 ? " " : "", GN_STR_ARGS(items[i].property));
        if (items[i].kind == GN_SERIES_TEXT)
            gn_buf_addf(&buf, "'%.*s'", GN_STR_ARGS(items[i].text));
        else if (items[i].kind == GN_SERIES_BOOL)
            gn_buf_add_text(&buf, items[i].value != 0 ? "true" : "false");
        else
            gn_buf_addf(&buf, "%g", items[i].value);
    }
    out[buf.size] = '\0';
    return out;
}

#define LAMP                                                                                                           \
    "{\"properties\":{\"state\":{\"type\":\"boolean\",\"gn:topic\":\"z/lamp\",\"gn:path\":\"state\",\"gn:on\":\"ON\"," \
    "\"gn:off\":\"OFF\"},\"brightness\":{\"type\":\"number\",\"gn:topic\":\"z/lamp\",\"gn:path\":\"brightness\"},"     \
    "\"effect\":{\"type\":\"string\",\"gn:topic\":\"z/lamp\",\"gn:path\":\"effect\"},"                                 \
    "\"raw\":{\"gn:topic\":\"z/lamp\",\"gn:path\":\"raw\"},\"unheard\":{\"type\":\"number\"},"                         \
    "\"available\":{\"type\":\"boolean\",\"gn:topic\":\"z/lamp/a\",\"gn:path\":\"state\",\"gn:on\":\"online\","        \
    "\"gn:off\":\"offline\"}}}"

static void values_get_the_meaning_that_was_announced(void **state)
{
    struct gn_bindings *b = made();
    (void)state;
    announce(b, 3, LAMP);
    assert_string_equal(
        says(b, 3, "z/lamp", "{\"effect\":5,\"brightness\":\"215\",\"state\":\"ON\",\"raw\":true,\"x\":1}"),
        "state=true brightness=215 effect='5' raw=true");
    assert_string_equal(says(b, 3, "z/lamp", "{\"state\":\"off\",\"brightness\":\"unavailable\",\"effect\":false}"),
                        "state=false effect='false'");
    assert_string_equal(says(b, 3, "z/lamp", "{\"state\":\"perhaps\",\"raw\":\"text\"}"), "raw='text'");
    assert_string_equal(says(b, 3, "z/lamp/a", "{\"state\":\"online\"}"), "available=true");
    assert_string_equal(says(b, 3, "z/lamp/a", "offline"), "available=false");
    assert_string_equal(says(b, 3, "z/lamp", "5"), "");
    gn_bindings_free(b);
}

static void words_for_true_may_be_bools_and_numbers(void **state)
{
    struct gn_bindings *b = made();
    (void)state;
    announce(
        b, 0,
        "{\"properties\":{\"contact\":{\"type\":\"boolean\",\"gn:topic\":\"d\",\"gn:path\":\"c\",\"gn:on\":\"false\","
        "\"gn:off\":\"true\"},\"plain\":{\"type\":\"boolean\",\"gn:topic\":\"p\"},"
        "\"one\":{\"type\":\"boolean\",\"gn:topic\":\"n\",\"gn:on\":\"1\",\"gn:off\":\"0\"}}}");
    assert_string_equal(says(b, 0, "d", "{\"c\":false}"), "contact=true");
    assert_string_equal(says(b, 0, "d", "{\"c\":true}"), "contact=false");
    assert_string_equal(says(b, 0, "p", "true"), "plain=true");
    assert_string_equal(says(b, 0, "n", "1"), "one=true");
    assert_string_equal(says(b, 0, "n", "0.0"), "one=false");
    assert_string_equal(says(b, 0, "n", "2"), "");
    gn_bindings_free(b);
}

static void things_of_a_topic_come_in_their_order(void **state)
{
    struct gn_bindings *b = made();
    (void)state;
    announce(b, 7, "{\"properties\":{\"a\":{\"gn:topic\":\"t\"},\"b\":{\"gn:topic\":\"t\"}}}");
    announce(b, 2, "{\"properties\":{\"a\":{\"gn:topic\":\"t\"}}}");
    assert_int_equal(gn_bindings_next(b, GN_STR("t"), GN_NONE), 2);
    assert_int_equal(gn_bindings_next(b, GN_STR("t"), 2), 7);
    assert_int_equal(gn_bindings_next(b, GN_STR("t"), 7), GN_NONE);
    assert_int_equal(gn_bindings_next(b, GN_STR("other"), GN_NONE), GN_NONE);
    announce(b, 2, "{\"properties\":{}}"); /* what it said before is gone */
    assert_int_equal(gn_bindings_next(b, GN_STR("t"), GN_NONE), 7);
    gn_bindings_free(b);
}

static void rows_are_given_back_and_have_a_limit(void **state)
{
    struct gn_bindings *b = made();
    uint32_t thing = 0;
    (void)state;
    for (int i = 0; i < GN_BINDINGS_MAX; i++) /* one after another in the same place */
        announce(b, 5, "{\"properties\":{\"a\":{\"gn:topic\":\"t\"}}}");
    gn_device_begin(&device, GN_SOURCE_HOME_ASSISTANT);
    for (int i = 0; i < GN_DEVICE_TRAITS_MAX; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "p%d", i);
        gn_device_trait(&device, gn_str_of(name))->topic = GN_STR("t");
    }
    while (gn_bindings_set(b, 10 + thing, &device) == GN_OK)
        thing++;
    assert_int_equal(thing, (GN_BINDINGS_MAX - 1) / GN_DEVICE_TRAITS_MAX);
    assert_int_equal(gn_bindings_next(b, GN_STR("t"), GN_NONE), 5);
    gn_bindings_free(b);
    gn_bindings_free(NULL);
    gn_mem_fail_after(1);
    assert_int_equal(gn_bindings_new(&b), GN_ERR_FULL);
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_get_the_meaning_that_was_announced),
        cmocka_unit_test(words_for_true_may_be_bools_and_numbers),
        cmocka_unit_test(things_of_a_topic_come_in_their_order),
        cmocka_unit_test(rows_are_given_back_and_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
