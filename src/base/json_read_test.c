/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/json_read.h"

static struct gn_json json;

/* The tokens of a text, one letter each, numbers and strings spelled out: {k:a n:1.5 } . */
static const char *spell(gn_str text)
{
    static char out[8192];
    static const char *const letters[] = {
        [GN_JSON_ERROR] = "!",     [GN_JSON_OBJECT] = "{",  [GN_JSON_OBJECT_END] = "}", [GN_JSON_ARRAY] = "[",
        [GN_JSON_ARRAY_END] = "]", [GN_JSON_KEY] = "k:",    [GN_JSON_STRING] = "s:",    [GN_JSON_NUMBER] = "n:",
        [GN_JSON_BOOL] = "b:",     [GN_JSON_NULL] = "null", [GN_JSON_END] = ".",
    };
    struct gn_buf buf = gn_buf_over(out, sizeof out - 1);
    struct gn_json_token token;
    gn_json_init(&json, text);
    do {
        token = gn_json_next(&json);
        gn_buf_add_text(&buf, buf.size > 0 ? " " : "");
        gn_buf_add_text(&buf, letters[token.kind]);
        if (token.kind == GN_JSON_KEY || token.kind == GN_JSON_STRING)
            gn_buf_add_str(&buf, token.text);
        else if (token.kind == GN_JSON_NUMBER)
            gn_buf_addf(&buf, "%.17g", token.number);
        else if (token.kind == GN_JSON_BOOL)
            gn_buf_add_text(&buf, token.boolean ? "true" : "false");
    } while (token.kind != GN_JSON_END && token.kind != GN_JSON_ERROR);
    assert_false(buf.full);
    out[buf.size] = '\0';
    return out;
}

static void assert_spelled(const char *text, const char *tokens)
{
    assert_string_equal(spell(gn_str_of(text)), tokens);
}

static void assert_refused(gn_str text, size_t offset, const char *words)
{
    size_t found = SIZE_MAX;
    const char *tokens = spell(text);
    if (tokens[strlen(tokens) - 1] != '!')
        fail_msg("accepted: %.*s", GN_STR_ARGS(text));
    assert_string_equal(gn_json_error(&json, &found), words);
    assert_int_equal(found, offset);
    assert_int_equal(gn_json_next(&json).kind, GN_JSON_ERROR); /* and stays in error */
}

static void values_come_as_tokens(void **state)
{
    (void)state;
    assert_spelled("{\"t\":21.5,\"on\":true}", "{ k:t n:21.5 k:on b:true } .");
    assert_spelled(" [ 1 , \"a\" , false , null , [ ] , { } ] ", "[ n:1 s:a b:false null [ ] { } ] .");
    assert_spelled("{\"a\":{\"b\":[{\"c\":0}]},\"d\":1}", "{ k:a { k:b [ { k:c n:0 } ] } k:d n:1 } .");
    assert_spelled("21.5", "n:21.5 .");
    assert_spelled("\"\"", "s: .");
    assert_spelled("\t\r\n true\n", "b:true .");
    assert_spelled("{\"\":1,\"\":2}", "{ k: n:1 k: n:2 } ."); /* duplicates are the caller's */
}

static void numbers_keep_their_text(void **state)
{
    (void)state;
    gn_json_init(&json, GN_STR("[-1.50e2]"));
    (void)gn_json_next(&json);
    const struct gn_json_token token = gn_json_next(&json);
    assert_int_equal(token.kind, GN_JSON_NUMBER);
    assert_true(token.number == -150);
    assert_int_equal(token.text.size, 7);
    assert_memory_equal(token.text.at, "-1.50e2", 7);
}

static void a_string_without_escapes_points_into_the_text(void **state)
{
    (void)state;
    const gn_str text = GN_STR("\"plain °C\"");
    gn_json_init(&json, text);
    const struct gn_json_token token = gn_json_next(&json);
    assert_ptr_equal(token.text.at, text.at + 1);
    assert_int_equal(token.text.size, text.size - 2);
}

static void escapes_are_undone(void **state)
{
    (void)state;
    assert_spelled("\"a\\\"b\\\\c\\/d\"", "s:a\"b\\c/d .");
    assert_spelled("\"\\b\\f\\n\\r\\t\"", "s:\b\f\n\r\t .");
    assert_spelled("\"\\u0041\\u00e9\\u00E9\\u20AC\"", "s:A\xC3\xA9\xC3\xA9\xE2\x82\xAC .");
    assert_spelled("\"\\ud83d\\ude00 \\uD83D\\uDE00\"", "s:\xF0\x9F\x98\x80 \xF0\x9F\x98\x80 .");
    assert_spelled("\"\\uDBFF\\uDFFF\"", "s:\xF4\x8F\xBF\xBF .");
    assert_spelled("{\"\\u006bey\":\"long enough for the fast way, twice: \\\" behind\"}",
                   "{ k:key s:long enough for the fast way, twice: \" behind } .");
    gn_json_init(&json, GN_STR("\"\\u0000\""));
    const struct gn_json_token token = gn_json_next(&json);
    assert_int_equal(token.text.size, 1);
    assert_int_equal(token.text.at[0], '\0');
}

static void half_surrogates_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\"\\ud83d\"",        "\"\\ud83dx\"",       "\"\\ude00\"",        "\"\\ud83d\\u0041\"", "\"\\ud83d\\ud83d\"",
        "\"\\ude00\\ud83d\"", "\"\\ud83d\\ue000\"", "\"\\ud83d\\n0000\"", "\"\\ud83d\\ude0\"",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(gn_str_of(bad[i]), 1, "an escape in a string is wrong, or half a surrogate pair");
}

static void wrong_escapes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "\"\\x41\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\U0041\"", "\"\\'\"",
                                       "\"\\",      "\"\\u",     "\"\\u+123\"", "\"\\u 123\"", "\"\\0\"" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(gn_str_of(bad[i]), 1, "an escape in a string is wrong, or half a surrogate pair");
    assert_refused(GN_STR("\"\\\0\""), 1, "an escape in a string is wrong, or half a surrogate pair");
}

static void what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    assert_refused(GN_STR("\"\xFF\""), 1, "a string is not UTF-8");
    assert_refused(GN_STR("\"\xC0\xAF\""), 1, "a string is not UTF-8");
    assert_refused(GN_STR("\"\xED\xA0\x80\""), 1, "a string is not UTF-8");
    assert_refused(GN_STR("{\"\xC3\":1}"), 2, "a string is not UTF-8");
    assert_refused(GN_STR("\"\xC3\\u0080\""), 1, "a string is not UTF-8");
    assert_refused(GN_STR("\"eight ok\x80\""), 1, "a string is not UTF-8");
}

static void control_characters_are_refused_everywhere_in_a_string(void **state)
{
    (void)state;
    char text[32] = "\"";
    for (size_t at = 1; at < 24; at++) {
        for (char c = 0; c < 0x20; c++) {
            memset(text + 1, 'a', sizeof text - 2);
            text[sizeof text - 1] = '"';
            text[at] = c;
            assert_refused((gn_str){ text, sizeof text }, at, "a control character stands in a string");
        }
    }
}

/* Quotes, backslashes and wide characters at each place of the eight-byte steps. */
static void the_fast_way_stops_at_every_byte_that_matters(void **state)
{
    (void)state;
    for (size_t size = 0; size < 40; size++) {
        char text[64] = "\"";
        char wanted[64] = "s:";
        memset(text + 1, 'x', size);
        memset(wanted + 2, 'x', size);
        (void)snprintf(text + 1 + size, sizeof text - 1 - size, "\"");
        (void)snprintf(wanted + 2 + size, sizeof wanted - 2 - size, " .");
        assert_spelled(text, wanted);
        (void)snprintf(text + 1 + size, sizeof text - 1 - size, "\\n!\"");
        (void)snprintf(wanted + 2 + size, sizeof wanted - 2 - size, "\n! .");
        assert_spelled(text, wanted);
        (void)snprintf(text + 1 + size, sizeof text - 1 - size, "\xC3\xA9~\x7F\"");
        (void)snprintf(wanted + 2 + size, sizeof wanted - 2 - size, "\xC3\xA9~\x7F .");
        assert_spelled(text, wanted);
    }
}

static void what_json_does_not_allow_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
        const char *words;
    } bad[] = {
        { "", 0, "the text ends too early" },
        { "  ", 2, "the text ends too early" },
        { "[1,]", 3, "a value is expected here" },
        { "[,1]", 1, "a value is expected here" },
        { "[1 2]", 3, "a comma or the closing bracket is expected here" },
        { "[1}", 2, "a comma or the closing bracket is expected here" },
        { "{\"a\":1]", 6, "a comma or the closing bracket is expected here" },
        { "{\"a\":1,}", 7, "a key in quotes is expected here" },
        { "{a:1}", 1, "a key in quotes is expected here" },
        { "{1:1}", 1, "a key in quotes is expected here" },
        { "{\"a\" 1}", 5, "a colon is expected here" },
        { "{\"a\"}", 4, "a colon is expected here" },
        { "{\"a\":}", 5, "a value is expected here" },
        { "{\"a\":1,\"b\"", 10, "a colon is expected here" },
        { "[", 1, "the text ends too early" },
        { "[1,", 3, "the text ends too early" },
        { "{", 1, "the text ends too early" },
        { "{\"a\":", 5, "the text ends too early" },
        { "\"abc", 4, "the text ends inside a string" },
        { "1 2", 2, "something follows the value" },
        { "{} x", 3, "something follows the value" },
        { "]", 0, "a value is expected here" },
        { "tru", 0, "a value is expected here" },
        { "TRUE", 0, "a value is expected here" },
        { "nul", 0, "a value is expected here" },
        { "NaN", 0, "a value is expected here" },
        { "Infinity", 0, "a value is expected here" },
        { "+1", 0, "a value is expected here" },
        { ".5", 0, "a value is expected here" },
        { "'a'", 0, "a value is expected here" },
        { "// x\n1", 0, "a value is expected here" },
        { "01", 0, "a number is malformed, too large or too long" },
        { "-", 0, "a number is malformed, too large or too long" },
        { "1.", 0, "a number is malformed, too large or too long" },
        { "1e", 0, "a number is malformed, too large or too long" },
        { "[1e999]", 1, "a number is malformed, too large or too long" },
        { "-Infinity", 0, "a number is malformed, too large or too long" },
        { "0x10", 1, "something follows the value" },
        { "truex", 4, "something follows the value" },
        { "1\v", 1, "something follows the value" },
        { "\xEF\xBB\xBF{}", 0, "a value is expected here" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(gn_str_of(bad[i].text), bad[i].offset, bad[i].words);
    assert_refused(GN_STR("1\0"), 1, "something follows the value");
    assert_refused((gn_str){ 0 }, 0, "the text ends too early");
}

static void every_cut_of_a_good_text_is_refused(void **state)
{
    (void)state;
    const gn_str text = GN_STR("{\"a\":[1,-2.5e3,\"x\\u00e9\\ud83d\\ude00\",true,false,null,{}],\"b\":\"°\"}");
    for (size_t cut = 0; cut < text.size; cut++) {
        const char *tokens = spell((gn_str){ text.at, cut });
        assert_int_equal(tokens[strlen(tokens) - 1], '!');
    }
    const char *tokens = spell(text);
    assert_int_equal(tokens[strlen(tokens) - 1], '.');
}

static void depth_ends_at_32(void **state)
{
    (void)state;
    for (int depth = GN_JSON_DEPTH_MAX - 1; depth <= GN_JSON_DEPTH_MAX + 1; depth++) {
        char text[2 * (GN_JSON_DEPTH_MAX + 1)];
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        const gn_str whole = { text, 2 * (size_t)depth };
        if (depth <= GN_JSON_DEPTH_MAX)
            assert_int_equal(spell(whole)[4 * depth], '.');
        else
            assert_refused(whole, GN_JSON_DEPTH_MAX, "nested deeper than JSON_DEPTH_MAX");
    }
}

static void a_depth_bomb_costs_nothing(void **state)
{
    (void)state;
    static char bomb[65000];
    memset(bomb, '[', sizeof bomb);
    assert_refused((gn_str){ bomb, sizeof bomb }, GN_JSON_DEPTH_MAX, "nested deeper than JSON_DEPTH_MAX");
    for (size_t i = 0; i + 5 <= sizeof bomb; i += 5)
        memcpy(bomb + i, "{\"a\":", 5);
    assert_refused((gn_str){ bomb, sizeof bomb }, 5 * GN_JSON_DEPTH_MAX, "nested deeper than JSON_DEPTH_MAX");
}

static void objects_and_arrays_are_told_apart_at_all_levels(void **state)
{
    (void)state;
    char text[512];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    for (int i = 0; i < GN_JSON_DEPTH_MAX; i++)
        gn_buf_add_text(&buf, i % 3 == 0 ? "{\"k\":" : "[");
    gn_buf_add_text(&buf, "7");
    for (int i = GN_JSON_DEPTH_MAX - 1; i >= 0; i--)
        gn_buf_add_text(&buf, i % 3 == 0 ? "}" : "]");
    const char *tokens = spell(gn_buf_str(&buf));
    assert_int_equal(tokens[strlen(tokens) - 1], '.');
    text[buf.size - 1] = ']'; /* the outermost is an object */
    assert_refused(gn_buf_str(&buf), buf.size - 1, "a comma or the closing bracket is expected here");
}

static void strings_end_at_their_limit_with_and_without_escapes(void **state)
{
    (void)state;
    for (size_t size = GN_JSON_STRING_BYTES_MAX - 1; size <= GN_JSON_STRING_BYTES_MAX + 1; size++) {
        static char text[GN_JSON_STRING_BYTES_MAX + 16];
        for (int escaped = 0; escaped < 3; escaped++) {
            memset(text, 'a', sizeof text);
            text[0] = '"';
            size_t end = size + 1;
            if (escaped == 1) { /* at the front */
                memcpy(text + 1, "\\n", 2);
                end++;
            } else if (escaped == 2) { /* the last character is the one too many */
                memcpy(text + end - 1, "\\n", 2);
                end++;
            }
            text[end] = '"';
            gn_json_init(&json, (gn_str){ text, end + 1 });
            const struct gn_json_token token = gn_json_next(&json);
            if (size <= GN_JSON_STRING_BYTES_MAX) {
                assert_int_equal(token.kind, GN_JSON_STRING);
                assert_int_equal(token.text.size, size);
            } else {
                assert_int_equal(token.kind, GN_JSON_ERROR);
                assert_string_equal(gn_json_error(&json, NULL), "a string is longer than JSON_STRING_BYTES_MAX");
            }
        }
    }
}

static void skip_steps_over_whole_values(void **state)
{
    (void)state;
    gn_json_init(&json, GN_STR("{\"a\":[1,{\"b\":[]},2],\"c\":3,\"d\":{},\"e\":\"x\"}"));
    assert_int_equal(gn_json_next(&json).kind, GN_JSON_OBJECT);
    (void)gn_json_next(&json);
    assert_true(gn_json_skip(&json, gn_json_next(&json))); /* the array */
    struct gn_json_token token = gn_json_next(&json);
    assert_memory_equal(token.text.at, "c", 1);
    assert_true(gn_json_skip(&json, token)); /* a key, with its value */
    token = gn_json_next(&json);
    assert_memory_equal(token.text.at, "d", 1);
    assert_true(gn_json_skip(&json, token));
    token = gn_json_next(&json);
    assert_memory_equal(token.text.at, "e", 1);
    assert_true(gn_json_skip(&json, gn_json_next(&json)));
    assert_int_equal(gn_json_next(&json).kind, GN_JSON_OBJECT_END);
    assert_int_equal(gn_json_next(&json).kind, GN_JSON_END);
    assert_int_equal(gn_json_next(&json).kind, GN_JSON_END); /* and stays there */
    assert_string_equal(gn_json_error(&json, NULL), "");
}

static void skip_says_when_what_it_skips_is_wrong(void **state)
{
    (void)state;
    gn_json_init(&json, GN_STR("[1,[2,}]"));
    assert_false(gn_json_skip(&json, gn_json_next(&json)));
    assert_int_equal(gn_json_next(&json).kind, GN_JSON_ERROR);
    gn_json_init(&json, GN_STR("{\"a\":x}"));
    (void)gn_json_next(&json);
    assert_false(gn_json_skip(&json, gn_json_next(&json)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_as_tokens),
        cmocka_unit_test(numbers_keep_their_text),
        cmocka_unit_test(a_string_without_escapes_points_into_the_text),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(half_surrogates_are_refused),
        cmocka_unit_test(wrong_escapes_are_refused),
        cmocka_unit_test(what_is_not_utf8_is_refused),
        cmocka_unit_test(control_characters_are_refused_everywhere_in_a_string),
        cmocka_unit_test(the_fast_way_stops_at_every_byte_that_matters),
        cmocka_unit_test(what_json_does_not_allow_is_refused),
        cmocka_unit_test(every_cut_of_a_good_text_is_refused),
        cmocka_unit_test(depth_ends_at_32),
        cmocka_unit_test(a_depth_bomb_costs_nothing),
        cmocka_unit_test(objects_and_arrays_are_told_apart_at_all_levels),
        cmocka_unit_test(strings_end_at_their_limit_with_and_without_escapes),
        cmocka_unit_test(skip_steps_over_whole_values),
        cmocka_unit_test(skip_says_when_what_it_skips_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
