/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_series.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "connect/intake_fake.h"

static struct fake_intake fake;
static struct gn_push_series *series;
static struct gn_diag diag;

static int setup(void **state)
{
    (void)state;
    fake_init(&fake);
    series = gn_mem_take(sizeof *series, "a test's series");
    assert_int_equal(gn_push_series_init(series, &fake.table), GN_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gn_push_series_fini(series);
    gn_mem_give(series);
    fake_fini(&fake);
    return 0;
}

static gn_err find_as(const char *written, const char *field, gn_series_kind kind, uint32_t *out)
{
    const gn_str text = gn_str_of(written);
    diag = (struct gn_diag){ 0 };
    return gn_push_series_find(series, FAKE_PRESS, text, gn_push_series_hash(text), gn_str_of(field), kind, out, &diag);
}

static const struct gn_series *found(const char *written, const char *field)
{
    uint32_t index = GN_NONE;
    assert_int_equal(find_as(written, field, GN_SERIES_NUMBER, &index), GN_OK);
    return &fake.registry.series[index];
}

static void a_series_is_named_once_and_then_known_by_its_bytes(void **state)
{
    (void)state;
    const struct gn_series *first = found("cpu,core=0,zone=b", "idle");
    assert_string_equal(first->property, "cpu.idle{core=0,zone=b}");
    assert_int_equal(first->thing, FAKE_PRESS);
    assert_int_equal(fake.asked_series, 1);
    assert_ptr_equal(found("cpu,core=0,zone=b", "idle"), first);
    assert_int_equal(fake.asked_series, 1);
    assert_ptr_equal(found("cpu,zone=b,core=0", "idle"), first);
    assert_int_equal(fake.asked_series, 2);
    assert_ptr_not_equal(found("cpu,core=0,zone=b", "user"), first);
}

static void bytes_that_only_run_together_alike_are_another_series(void **state)
{
    (void)state;
    assert_string_equal(found("ab", "c")->property, "ab.c");
    assert_string_equal(found("a", "bc")->property, "a.bc");
    assert_string_equal(found("my\\ cpu,a\\,b=c\\=d", "x\\ y")->property, "my cpu.x y{a%2Cb=c%3Dd}");
}

static void a_tag_names_the_thing_when_the_sender_may_speak_for_it(void **state)
{
    (void)state;
    assert_string_equal(found("t,device=pump", "value")->property, "t{device=pump}");
    assert_int_equal(found("t,device=pump", "value")->thing, FAKE_PRESS);
    assert_string_equal(found("t,device=press", "value")->property, "t");
    fake.is_open = true;
    const struct gn_series *other = found("u,device=pump", "value");
    assert_string_equal(other->property, "u");
    assert_int_equal(other->thing, FAKE_PUMP);
    uint32_t index;
    assert_int_equal(find_as("u,device=stranger", "value", GN_SERIES_NUMBER, &index), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "stranger"));
    assert_string_equal(found("u,device=a+b", "value")->property, "u{device=a%2Bb}");
}

static void what_cannot_be_a_series_is_refused_with_words(void **state)
{
    (void)state;
    static const char *const rows[] = { "m,a", "m,=b", "m,a=", "m,a=b,a=c" };
    char many[512] = "m";
    uint32_t index;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(find_as(rows[i], "v", GN_SERIES_NUMBER, &index), GN_ERR_INVAL);
        assert_true(diag.text[0] != '\0');
    }
    for (int i = 0; i <= GN_PUSH_TAGS_MAX; i++)
        (void)snprintf(many + strlen(many), sizeof many - strlen(many), ",t%d=1", i);
    assert_int_equal(find_as(many, "v", GN_SERIES_NUMBER, &index), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "PUSH_TAGS_MAX"));
    assert_int_equal(find_as("k", "v", GN_SERIES_NUMBER, &index), GN_OK);
    assert_int_equal(find_as("k", "v", GN_SERIES_TEXT, &index), GN_ERR_INVAL);
}

static void a_full_cache_is_emptied_and_goes_on(void **state)
{
    (void)state;
    char written[64];
    uint32_t first = GN_NONE, index;
    assert_int_equal(find_as("m,n=0", "v", GN_SERIES_NUMBER, &first), GN_OK);
    /* The same few series, written in ever new ways: with a backslash before letters that need none. */
    series->names_used = GN_PUSH_CACHE_BYTES - 8;
    (void)snprintf(written, sizeof written, "m,n=1");
    assert_int_equal(find_as(written, "v", GN_SERIES_NUMBER, &index), GN_OK);
    assert_int_equal(series->count, 2);
    assert_int_equal(find_as("m,n=2", "v", GN_SERIES_NUMBER, &index), GN_OK);
    assert_int_equal(series->count, 1);
    const size_t asked = fake.asked_series;
    assert_int_equal(find_as("m,n=0", "v", GN_SERIES_NUMBER, &index), GN_OK);
    assert_int_equal(index, first);
    assert_int_equal(fake.asked_series, asked + 1);
}

static void a_full_ring_is_said_and_nothing_is_remembered(void **state)
{
    (void)state;
    uint32_t index;
    fake.is_full = true;
    assert_int_equal(find_as("m", "v", GN_SERIES_NUMBER, &index), GN_ERR_AGAIN);
    fake.is_full = false;
    assert_int_equal(find_as("m", "v", GN_SERIES_NUMBER, &index), GN_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_series_is_named_once_and_then_known_by_its_bytes),
        CASE(bytes_that_only_run_together_alike_are_another_series),
        CASE(a_tag_names_the_thing_when_the_sender_may_speak_for_it),
        CASE(what_cannot_be_a_series_is_refused_with_words),
        CASE(a_full_cache_is_emptied_and_goes_on),
        CASE(a_full_ring_is_said_and_nothing_is_remembered),
    };
    return cmocka_run_group_tests_name("connect/push_series", tests, NULL, NULL);
}
