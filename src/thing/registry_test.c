/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "thing/record_fixture.h"
#include "thing/registry.h"

static const uint8_t seed[16] = "sixteen bytes...";

struct fixture {
    struct gn_registry registry;
    union record_fixture record;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    *state = &fixture;
    return gn_registry_init(&fixture.registry, seed) == GN_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    gn_registry_fini(&f->registry);
    return 0;
}

static gn_err add_thing(struct fixture *f, uint32_t thing, const char *id, const char *name)
{
    return gn_registry_apply(&f->registry, fixture_thing(&f->record, 1, thing, id, name));
}

static gn_err add_json(struct fixture *f, uint32_t thing, const char *json)
{
    return gn_registry_apply(&f->registry, fixture_thing_json(&f->record, 1, thing, json));
}

static gn_err add_series(struct fixture *f, uint32_t series, uint32_t thing, uint32_t kind, const char *name)
{
    return gn_registry_apply(&f->registry, fixture_series(&f->record, 1, series, thing, kind, name));
}

static void things_and_series_are_found_again(void **state)
{
    struct fixture *f = *state;
    uint32_t index = 99;
    assert_int_equal(add_thing(f, 0, "press-7", "Press 7"), GN_OK);
    assert_int_equal(add_thing(f, 1, "mixer", "Mixer"), GN_OK);
    assert_int_equal(add_series(f, 0, 1, GN_SERIES_NUMBER, "temperature"), GN_OK);
    assert_int_equal(add_series(f, 1, 0, GN_SERIES_BOOL, "temperature"), GN_OK);
    assert_int_equal(add_series(f, 2, 1, GN_SERIES_TEXT, "state"), GN_OK);

    assert_true(gn_registry_thing(&f->registry, GN_STR("mixer"), &index));
    assert_int_equal(index, 1);
    assert_false(gn_registry_thing(&f->registry, GN_STR("mixe"), &index));
    assert_false(gn_registry_thing(&f->registry, GN_STR(""), &index));
    assert_true(gn_registry_series(&f->registry, 0, GN_STR("temperature"), &index));
    assert_int_equal(index, 1);
    assert_true(gn_registry_series(&f->registry, 1, GN_STR("temperature"), &index));
    assert_int_equal(index, 0);
    assert_false(gn_registry_series(&f->registry, 0, GN_STR("state"), &index));
    assert_false(gn_registry_series(&f->registry, 0, GN_STR(""), &index));

    assert_int_equal(f->registry.things[1].series_count, 2);
    assert_int_equal(f->registry.things[1].series_first, 0); /* in the order they came */
    assert_int_equal(f->registry.series[0].next, 2);
    assert_int_equal(f->registry.series[2].next, GN_NONE);
    assert_string_equal(f->registry.series[2].property, "state");
    assert_int_equal(f->registry.series[2].kind, GN_SERIES_TEXT);
    assert_string_equal(f->registry.things[0].name, "Press 7");
}

static void other_records_change_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(gn_registry_apply(&f->registry, fixture_tick(&f->record, 1, 5)), GN_OK);
    assert_int_equal(f->registry.thing_count, 0);
}

static void a_thing_can_be_renamed_but_keeps_its_id(void **state)
{
    struct fixture *f = *state;
    uint32_t index;
    assert_int_equal(add_thing(f, 0, "a", "Alpha"), GN_OK);
    assert_int_equal(add_thing(f, 1, "b", "Beta"), GN_OK);
    assert_int_equal(add_thing(f, 0, "a", "A new name that is longer"), GN_OK);
    assert_string_equal(f->registry.things[0].name, "A new name that is longer");
    assert_int_equal(add_thing(f, 0, "a", "A"), GN_OK);
    assert_string_equal(f->registry.things[0].name, "A");
    assert_int_equal(add_thing(f, 0, "c", "Alpha"), GN_ERR_CORRUPT);
    assert_int_equal(add_thing(f, 0, "b", "Alpha"), GN_ERR_CORRUPT);
    assert_int_equal(f->registry.thing_count, 2);
    assert_true(gn_registry_thing(&f->registry, GN_STR("a"), &index));
    assert_int_equal(index, 0);
}

static void what_does_not_follow_is_corrupt_and_changes_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(add_thing(f, 0, "a", "A"), GN_OK);
    assert_int_equal(add_thing(f, 2, "c", "C"), GN_ERR_CORRUPT);
    assert_int_equal(add_thing(f, 1, "a", "again"), GN_ERR_CORRUPT);
    assert_int_equal(add_thing(f, GN_NONE, "z", "Z"), GN_ERR_CORRUPT);
    assert_int_equal(add_series(f, 1, 0, GN_SERIES_NUMBER, "x"), GN_ERR_CORRUPT);
    assert_int_equal(add_series(f, 0, 1, GN_SERIES_NUMBER, "x"), GN_ERR_CORRUPT);
    assert_int_equal(add_series(f, 0, 0, 3, "x"), GN_ERR_CORRUPT);
    assert_int_equal(add_series(f, 0, 0, GN_SERIES_NUMBER, ""), GN_ERR_CORRUPT);
    assert_int_equal(add_series(f, 0, 0, GN_SERIES_NUMBER, "a/b"), GN_ERR_CORRUPT);
    assert_int_equal(f->registry.thing_count, 1);
    assert_int_equal(f->registry.series_count, 0);
    assert_int_equal(add_series(f, 0, 0, GN_SERIES_NUMBER, "x"), GN_OK);
    assert_int_equal(add_series(f, 1, 0, GN_SERIES_NUMBER, "x"), GN_ERR_CORRUPT);
}

static void a_things_json_must_say_id_and_name(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"id\":\"a\"}",
        "{\"name\":\"A\"}",
        "{\"id\":1,\"name\":\"A\"}",
        "{\"id\":\"a\",\"name\":null}",
        "{\"id\":\"a b\",\"name\":\"A\"}",
        "{\"id\":\"\",\"name\":\"A\"}",
        "{\"id\":\"a\",\"name\":\"\"}",
        "{\"id\":\"a\",\"name\":\"A\"",
        "{\"id\":\"a\",\"name\":\"A\"}x",
        "{\"id\":\"a\",\"name\":\"A\\u0000B\"}",
        "{\"id\":\"a\",\"name\":\"A\\u0007\"}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(add_json(f, 0, bad[i]), GN_ERR_CORRUPT);
    assert_int_equal(f->registry.thing_count, 0);
    assert_int_equal(add_json(f, 0, "{\"x\":[{\"id\":\"no\"}],\"name\":\"<img src=x>\",\"id\":\"a\"}"), GN_OK);
    assert_string_equal(f->registry.things[0].id, "a");
    assert_string_equal(f->registry.things[0].name, "<img src=x>"); /* text stays text */
}

static void a_thing_says_who_speaks_for_it_and_whether_it_is_adopted(void **state)
{
    struct fixture *f = *state;
    char bytes[GN_THING_JSON_BYTES];
    struct gn_buf json = gn_buf_over(bytes, sizeof bytes - 1);
    assert_int_equal(add_thing(f, 0, "bridge", "Bridge"), GN_OK);
    assert_int_equal(f->registry.things[0].state, GN_THING_ADOPTED);
    assert_int_equal(f->registry.things[0].via, GN_NONE);
    static const char lamp[] = "{\"id\":\"lamp\",\"name\":\"Lamp\",\"state\":\"discovered\",\"via\":\"bridge\","
                               "\"source\":\"zigbee2mqtt\",\"key\":\"0x01\",\"since\":1780000000000}";
    assert_int_equal(add_json(f, 1, lamp), GN_OK);
    assert_int_equal(f->registry.discovered_count, 1);
    assert_int_equal(f->registry.things[1].via, 0);
    assert_int_equal(f->registry.things[1].source, GN_SOURCE_ZIGBEE2MQTT);
    assert_string_equal(f->registry.things[1].key, "0x01");
    gn_registry_thing_json(&f->registry, &f->registry.things[1], &json);
    bytes[json.size] = '\0';
    assert_string_equal(bytes, lamp);
    assert_int_equal(add_json(f, 1, "{\"id\":\"lamp\",\"state\":\"adopted\"}"), GN_OK); /* the rest stays */
    assert_int_equal(f->registry.discovered_count, 0);
    assert_string_equal(f->registry.things[1].name, "Lamp");
    assert_int_equal(f->registry.things[1].via, 0);
    assert_int_equal(f->registry.things[1].state, GN_THING_ADOPTED);
    assert_int_equal(add_json(f, 1, "{\"id\":\"bridge\",\"state\":\"ignored\"}"), GN_ERR_CORRUPT);
    assert_int_equal(add_json(f, 1, "{\"id\":\"lamp\",\"state\":\"lost\"}"), GN_ERR_CORRUPT);
    assert_int_equal(add_json(f, 1, "{\"id\":\"lamp\",\"via\":\"nobody\"}"), GN_ERR_CORRUPT);
    assert_int_equal(add_json(f, 1, "{\"id\":\"lamp\",\"since\":-1}"), GN_ERR_CORRUPT);
    assert_int_equal(f->registry.things[1].state, GN_THING_ADOPTED);
    assert_string_equal(gn_thing_state_name(GN_THING_IGNORED), "ignored");
    assert_string_equal(gn_thing_source_name(GN_SOURCE_COUNT), "unknown");
}

static void names_have_limits(void **state)
{
    (void)state;
    char text[GN_THING_NAME_BYTES_MAX + 8];
    memset(text, 'a', sizeof text);
    assert_false(gn_thing_id_valid((gn_str){ text, 0 }));
    assert_true(gn_thing_id_valid((gn_str){ text, GN_THING_ID_BYTES_MAX }));
    assert_false(gn_thing_id_valid((gn_str){ text, GN_THING_ID_BYTES_MAX + 1 }));
    assert_true(gn_thing_id_valid(GN_STR("A_z.9-")));
    assert_false(gn_thing_id_valid(GN_STR("a/b")));
    assert_false(gn_thing_id_valid(GN_STR("\xc3\xa4")));

    assert_false(gn_property_valid((gn_str){ text, 0 }));
    assert_true(gn_property_valid((gn_str){ text, GN_PROPERTY_BYTES_MAX }));
    assert_false(gn_property_valid((gn_str){ text, GN_PROPERTY_BYTES_MAX + 1 }));
    assert_true(gn_property_valid(GN_STR("Temperatur \xc2\xb0"
                                         "C")));
    assert_false(gn_property_valid(GN_STR("a+")));
    assert_false(gn_property_valid(GN_STR("#")));
    assert_false(gn_property_valid(GN_STR("a\nb")));
    assert_false(gn_property_valid(GN_STR("a\x7f")));
    assert_false(gn_property_valid(GN_STR("a\xc2\x85"))); /* U+0085 is a control character */
    assert_false(gn_property_valid(GN_STR("a\xff")));
}

static void expect_id(struct fixture *f, const char *name, const char *id)
{
    char out[GN_THING_ID_BYTES_MAX + 1];
    struct gn_diag diag;
    assert_int_equal(gn_registry_new_id(&f->registry, gn_str_of(name), out, &diag), GN_OK);
    assert_string_equal(out, id);
    assert_true(gn_thing_id_valid(gn_str_of(out)));
}

static void ids_are_made_from_names(void **state)
{
    struct fixture *f = *state;
    expect_id(f, "Press 7", "press-7");
    expect_id(f, "boiler.room_2", "boiler.room-2");
    expect_id(f, "<img src=x onerror=alert(1)>", "img-srcx-onerroralert1");
    expect_id(f, "../../etc/passwd", "etcpasswd");
    expect_id(f, "..", "thing");
    expect_id(f, "\xe6\xb8\xa9\xe5\xba\xa6", "thing");
    expect_id(f, "  a   b  ", "a-b");
    expect_id(f, "a - b", "a-b");
    expect_id(f, "M\xc3\xbcller", "mller");
}

static void a_taken_id_gets_a_number(void **state)
{
    struct fixture *f = *state;
    char name[GN_THING_NAME_BYTES_MAX + 1];
    char id[GN_THING_ID_BYTES_MAX + 1];
    assert_int_equal(add_thing(f, 0, "thing", "x"), GN_OK);
    assert_int_equal(add_thing(f, 1, "thing-2", "x"), GN_OK);
    expect_id(f, "???", "thing-3");

    memset(name, 'n', GN_THING_NAME_BYTES_MAX);
    name[GN_THING_NAME_BYTES_MAX] = '\0';
    memset(id, 'n', GN_THING_ID_BYTES_MAX);
    id[GN_THING_ID_BYTES_MAX] = '\0';
    expect_id(f, name, id);
    assert_int_equal(add_thing(f, 2, id, "x"), GN_OK);
    id[GN_THING_ID_BYTES_MAX - 2] = '-'; /* the number takes the place of the last letters */
    id[GN_THING_ID_BYTES_MAX - 1] = '2';
    expect_id(f, name, id);
}

static void series_are_found_in_the_order_they_came_and_in_any_other(void **state)
{
    struct fixture *f = *state;
    uint32_t series = GN_NONE;
    assert_int_equal(add_thing(f, 0, "a", "a"), GN_OK);
    assert_int_equal(add_thing(f, 1, "b", "b"), GN_OK);
    assert_int_equal(add_series(f, 0, 0, GN_SERIES_NUMBER, "t"), GN_OK);
    assert_int_equal(add_series(f, 1, 1, GN_SERIES_NUMBER, "t"), GN_OK);
    assert_int_equal(add_series(f, 2, 0, GN_SERIES_NUMBER, "tt"), GN_OK);
    const struct {
        uint32_t guess;
        const char *property;
        uint32_t found;
    } rows[] = {
        { GN_NONE, "t", 0 }, { 0, "tt", 2 },        { 2, "t", 0 },      { GN_NONE, "tt", 2 },
        { 0, "t", 0 },       { 0, "ttt", GN_NONE }, { 0, "", GN_NONE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const bool found =
            gn_registry_series_next(&f->registry, 0, rows[i].guess, gn_str_of(rows[i].property), &series);
        assert_int_equal(found, rows[i].found != GN_NONE);
        if (found)
            assert_int_equal(series, rows[i].found);
    }
    assert_true(gn_registry_series_next(&f->registry, 1, GN_NONE, GN_STR("t"), &series));
    assert_int_equal(series, 1);
    assert_false(gn_registry_series_next(&f->registry, 1, 1, GN_STR("tt"), &series));
}

static void bad_names_are_refused_with_words(void **state)
{
    struct fixture *f = *state;
    char name[GN_THING_NAME_BYTES_MAX + 2];
    char out[GN_THING_ID_BYTES_MAX + 1] = "untouched";
    struct gn_diag diag;
    memset(name, 'n', sizeof name);
    const struct {
        gn_str name;
        const char *words;
    } rows[] = {
        { GN_STR(""), "a Thing needs a name" },
        { { name, GN_THING_NAME_BYTES_MAX + 1 }, "the name is longer than THING_NAME_BYTES_MAX (128 bytes)" },
        { GN_STR("a\xff"), "the name is not UTF-8 text" },
        { GN_STR("a\nb"), "the name has control characters" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(gn_registry_new_id(&f->registry, rows[i].name, out, &diag), GN_ERR_INVAL);
        assert_string_equal(diag.text, rows[i].words);
    }
    assert_string_equal(out, "untouched");
    assert_int_equal(gn_registry_new_id(&f->registry, (gn_str){ name, GN_THING_NAME_BYTES_MAX }, out, NULL), GN_OK);
}

static void the_tables_hold_what_the_limits_say(void **state)
{
    struct fixture *f = *state;
    char id[32];
    char out[GN_THING_ID_BYTES_MAX + 1];
    uint32_t index, series = 0;
    for (uint32_t i = 0; i < GN_THINGS_MAX; i++) {
        (void)snprintf(id, sizeof id, "t%u", i);
        assert_int_equal(add_thing(f, i, id, "x"), GN_OK);
    }
    assert_int_equal(add_thing(f, GN_THINGS_MAX, "more", "x"), GN_ERR_CORRUPT);
    assert_int_equal(gn_registry_new_id(&f->registry, GN_STR("more"), out, NULL), GN_ERR_FULL);

    for (uint32_t t = 0; t < GN_SERIES_MAX / GN_SERIES_PER_THING_MAX; t++) {
        for (uint32_t s = 0; s < GN_SERIES_PER_THING_MAX; s++) {
            (void)snprintf(id, sizeof id, "s%u", s);
            assert_int_equal(add_series(f, series++, t, GN_SERIES_NUMBER, id), GN_OK);
        }
        if (t == 0)
            assert_int_equal(add_series(f, series, t, GN_SERIES_NUMBER, "more"), GN_ERR_CORRUPT);
    }
    assert_int_equal(series, GN_SERIES_MAX);
    assert_int_equal(add_series(f, series, GN_THINGS_MAX - 1, GN_SERIES_NUMBER, "x"), GN_ERR_CORRUPT);
    assert_true(gn_registry_series(&f->registry, 63, GN_STR("s255"), &index));
    assert_int_equal(index, 63 * 256 + 255);
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    struct gn_registry registry;
    for (size_t n = 1; n <= 5; n++) {
        gn_mem_fail_after(n);
        assert_int_equal(gn_registry_init(&registry, seed), GN_ERR_FULL);
    }
    gn_mem_fail_after(0);
    assert_int_equal(gn_registry_init(&registry, seed), GN_OK);
    gn_registry_fini(&registry);
    gn_registry_fini(&registry); /* twice is fine */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(things_and_series_are_found_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_records_change_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_thing_can_be_renamed_but_keeps_its_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_follow_is_corrupt_and_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_things_json_must_say_id_and_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_thing_says_who_speaks_for_it_and_whether_it_is_adopted, set_up, tear_down),
        cmocka_unit_test(names_have_limits),
        cmocka_unit_test_setup_teardown(ids_are_made_from_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_taken_id_gets_a_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_names_are_refused_with_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(series_are_found_in_the_order_they_came_and_in_any_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_tables_hold_what_the_limits_say, set_up, tear_down),
        cmocka_unit_test(no_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
