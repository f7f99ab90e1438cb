/* SPDX-License-Identifier: Apache-2.0 */
#include "thing/description.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static char room[2 * GN_DESCRIPTION_BYTES_MAX];
static struct gn_diag diag;

static gn_err read_text(const char *text, gn_str *out)
{
    struct gn_buf buf = gn_buf_over(room, sizeof room);
    diag = (struct gn_diag){ 0 };
    const gn_err err = gn_description_read(gn_str_of(text), &buf, &diag);
    *out = gn_buf_str(&buf);
    return err;
}

static const char press[] =
    "{ \"title\": \"Press 7\",\n"
    "  \"properties\": {\n"
    "    \"temperature\": {\"type\":\"number\",\"unit\":\"K\",\"readOnly\":true},\n"
    "    \"speed\": {\"type\":\"integer\",\"minimum\":0,\"maximum\":50,\"gn:write_topic\":\"a/b\",\n"
    "      \"gn:usual\":[1,2.5]},\n"
    "    \"mode\": {\"type\":\"string\",\"readOnly\":false,\"enum\":[\"fast\",\"slow\"]}},\n"
    "  \"actions\": {\"stop\":{\"input\":{\"type\":\"object\",\"properties\":{\"how\":{\"type\":"
    "\"string\"}},\"required\":[\"how\"]}}},\n"
    "  \"events\": {\"jam\":{\"data\":{\"type\":\"string\"}}} }\n";

static void a_description_is_written_anew(void **state)
{
    (void)state;
    gn_str once, twice;
    assert_int_equal(read_text(press, &once), GN_OK);
    static char copy[4096];
    assert_true(once.size < sizeof copy);
    memcpy(copy, once.at, once.size);
    copy[once.size] = '\0';
    assert_null(strchr(copy, '\n'));
    assert_int_equal(read_text(copy, &twice), GN_OK);
    assert_string_equal(copy,
                        "{\"title\":\"Press 7\",\"properties\":{\"temperature\":{\"type\":\"number\",\"unit\":\"K\","
                        "\"readOnly\":true},\"speed\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":50,"
                        "\"gn:write_topic\":\"a/b\",\"gn:usual\":[1,2.5]},\"mode\":{\"type\":\"string\","
                        "\"readOnly\":false,\"enum\":[\"fast\",\"slow\"]}},\"actions\":{\"stop\":{\"input\":{"
                        "\"type\":\"object\",\"properties\":{\"how\":{\"type\":\"string\"}},\"required\":"
                        "[\"how\"]}}},\"events\":{\"jam\":{\"data\":{\"type\":\"string\"}}}}");
    assert_int_equal(twice.size, strlen(copy));
    assert_memory_equal(twice.at, copy, twice.size);
}

static void what_is_wrong_is_named_with_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
        size_t line;
    } rows[] = {
        { "[]", "an object", 1 },
        { "{\"title\":\"a\"} x", "", 1 },
        { "{\n\"forms\":[]}", "'forms' is not known here", 2 },
        { "{\"properties\":{\n\"a\":{\"type\":\"float\"}}}", "a type is number", 2 },
        { "{\"properties\":{\"a\":{\"type\":\"object\"}}}", "a type is number", 1 },
        { "{\"properties\":{\"a/b\":{}}}", "a name is 1 to", 1 },
        { "{\"properties\":{\"a\":{},\n\n\"a\":{}}}", "a name stands here twice", 3 },
        { "{\"title\":\"a\",\"title\":\"b\"}", "'title' stands here twice", 1 },
        { "{\"title\":7}", "'title' is a text", 1 },
        { "{\"properties\":{\"a\":{\"unit\":\"12345678901234567\"}}}", "'unit' is a text of at most 16", 1 },
        { "{\"properties\":{\"a\":{\"minimum\":\"1\"}}}", "'minimum' is a number", 1 },
        { "{\"properties\":{\"a\":{\"readOnly\":1}}}", "'readOnly' is true or false", 1 },
        { "{\"properties\":{\"a\":{\"enum\":[{}]}}}", "expected a text", 1 },
        { "{\"properties\":[]}", "'properties' is an object", 1 },
        { "{\"properties\":{\"a\":1}}", "expected an object", 1 },
        { "{\"gn:x\":{}}", "expected a text", 1 },
        { "{\"actions\":{\"a\":{\"input\":{\"required\":[1]}}}}", "'required' is a list of names", 1 },
        { "{\"title\":\"a\"", "", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gn_str out;
        assert_int_equal(read_text(rows[i].text, &out), GN_ERR_INVAL);
        if (strstr(diag.text, rows[i].words) == NULL || diag.text[0] == '\0')
            fail_msg("%s: %s", rows[i].text, diag.text);
        assert_int_equal(diag.line, rows[i].line);
        assert_true(diag.column > 0);
    }
}

/* Inputs in inputs: the schema of an input may hold properties, those may not. */
static void nesting_is_bounded(void **state)
{
    (void)state;
    gn_str out;
    assert_int_equal(
        read_text("{\"actions\":{\"a\":{\"input\":{\"type\":\"object\",\"properties\":{\"b\":{\"properties\":"
                  "{}}}}}}}",
                  &out),
        GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "'properties' is not known here"));
}

static void a_description_has_a_largest_size(void **state)
{
    (void)state;
    static char text[GN_DESCRIPTION_BYTES_MAX + 4096];
    for (int over = 0; over < 2; over++) {
        size_t size = (size_t)snprintf(text, sizeof text, "{\"properties\":{");
        const size_t wanted = GN_DESCRIPTION_BYTES_MAX + (size_t)over;
        for (int i = 0; size < wanted - 1300; i++)
            size += (size_t)snprintf(text + size, sizeof text - size, "%s\"p%d\":{\"description\":\"%01000d\"}",
                                     i > 0 ? "," : "", i, 0);
        size += (size_t)snprintf(text + size, sizeof text - size, ",\"q\":{\"description\":\"");
        while (size < wanted - 4)
            text[size++] = 'x';
        (void)snprintf(text + size, sizeof text - size, "\"}}}");
        assert_int_equal(strlen(text), wanted);
        gn_str out;
        assert_int_equal(read_text(text, &out), over == 0 ? GN_OK : GN_ERR_FULL);
    }
}

static void members_are_walked_and_found(void **state)
{
    (void)state;
    gn_str d;
    struct gn_description_walk walk;
    assert_int_equal(read_text(press, &d), GN_OK);
    char names[64] = "";
    gn_description_walk(&walk, d, "properties");
    while (gn_description_next(&walk)) {
        assert_int_equal(walk.json.at[0], '{');
        assert_int_equal(walk.json.at[walk.json.size - 1], '}');
        (void)snprintf(names + strlen(names), sizeof names - strlen(names), "%.*s ", GN_STR_ARGS(walk.name));
    }
    assert_string_equal(names, "temperature speed mode ");
    assert_false(gn_description_next(&walk));
    assert_true(gn_description_member(d, "events", GN_STR("jam")).size > 2);
    assert_int_equal(gn_description_member(d, "events", GN_STR("jamm")).size, 0);
    assert_int_equal(gn_description_member(GN_STR("{}"), "events", GN_STR("jam")).size, 0);
    assert_int_equal(gn_description_member(GN_STR(""), "events", GN_STR("jam")).size, 0);
}

static bool allows(gn_str d, const char *name, const char *value, const char *words)
{
    struct gn_described described;
    char bytes[256];
    struct gn_buf why = gn_buf_over(bytes, sizeof bytes - 1);
    gn_described_read(gn_description_member(d, "properties", gn_str_of(name)), &described);
    const bool allowed = gn_described_allows(&described, gn_str_of(value), &why);
    bytes[why.size] = '\0';
    assert_string_equal(bytes, words);
    return allowed;
}

static void a_value_must_fit_what_is_described(void **state)
{
    (void)state;
    gn_str d;
    assert_int_equal(read_text(press, &d), GN_OK);
    assert_true(allows(d, "speed", "0", ""));
    assert_true(allows(d, "speed", "50", ""));
    assert_false(allows(d, "speed", "51", "it must be at most 50; this is 51"));
    assert_false(allows(d, "speed", "-1", "it must be at least 0; this is -1"));
    assert_false(allows(d, "speed", "1.5", "it must be an integer"));
    assert_false(allows(d, "speed", "true", "it must be an integer"));
    assert_true(allows(d, "mode", "\"fast\"", ""));
    assert_false(allows(d, "mode", "\"Fast\"", "it must be one of [\"fast\",\"slow\"]"));
    assert_false(allows(d, "mode", "[]", "it must be a string"));
    assert_true(allows(d, "nothing", "false", ""));
    assert_false(allows(d, "nothing", "null", "it must be a number, boolean or string"));
}

static void only_what_says_so_is_writable(void **state)
{
    (void)state;
    gn_str d;
    static const struct {
        const char *name;
        bool writable;
    } rows[] = { { "temperature", false }, { "speed", true }, { "mode", true }, { "nothing", false } };
    assert_int_equal(read_text(press, &d), GN_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_described described;
        gn_described_read(gn_description_member(d, "properties", gn_str_of(rows[i].name)), &described);
        assert_int_equal(gn_described_is_writable(&described), rows[i].writable);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_description_is_written_anew),
        cmocka_unit_test(what_is_wrong_is_named_with_line_and_column),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(a_description_has_a_largest_size),
        cmocka_unit_test(members_are_walked_and_found),
        cmocka_unit_test(a_value_must_fit_what_is_described),
        cmocka_unit_test(only_what_says_so_is_writable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
