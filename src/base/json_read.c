/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_read.h"

#include "base/number.h"
#include "base/utf8.h"

_Static_assert(GN_JSON_DEPTH_MAX == 32, "object_bits has one bit a level");

enum json_expect {
    JSON_VALUE,        /* a value, nothing else */
    JSON_VALUE_OR_END, /* behind '[' */
    JSON_KEY_OR_END,   /* behind '{' */
    JSON_COMMA_OR_END, /* behind a value in an array or object */
    JSON_NOTHING,      /* behind the whole value */
    JSON_FAILED,
};

void gn_json_init(struct gn_json *json, gn_str text)
{
    json->begin = text.size > 0 ? text.at : "";
    json->at = json->begin;
    json->end = json->begin + text.size;
    json->error = NULL;
    json->depth = 0;
    json->object_bits = 0;
    json->expect = JSON_VALUE;
}

static struct gn_json_token json_fail(struct gn_json *json, const char *at, const char *words)
{
    json->at = at;
    json->error = words;
    json->expect = JSON_FAILED;
    return (struct gn_json_token){ .kind = GN_JSON_ERROR };
}

/* The next byte that is not blank; false at the end. */
static inline bool json_peek(struct gn_json *json, char *out)
{
    const char *at = json->at;
    while (at < json->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    json->at = at;
    if (at == json->end)
        return false;
    *out = *at;
    return true;
}

static inline bool json_in_object(const struct gn_json *json)
{
    return json->depth > 0 && (json->object_bits >> (json->depth - 1) & 1) != 0;
}

static inline void json_value_done(struct gn_json *json)
{
    json->expect = json->depth == 0 ? JSON_NOTHING : JSON_COMMA_OR_END;
}

static int json_hex4(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        const char c = at[i];
        int digit;
        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (c | 0x20) - 'a' + 10;
        else
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* A \u escape, or the two of a surrogate pair, `at` behind its backslash. Returns what follows, or NULL. */
static const char *json_unicode(const char *at, const char *end, uint32_t *out)
{
    if (end - at < 5)
        return NULL;
    const int high = json_hex4(at + 1);
    if (high < 0 || (high >= 0xDC00 && high <= 0xDFFF))
        return NULL;
    at += 5;
    *out = (uint32_t)high;
    if (high < 0xD800 || high > 0xDBFF)
        return at;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return NULL;
    const int low = json_hex4(at + 2);
    if (low < 0xDC00 || low > 0xDFFF)
        return NULL;
    *out = 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
    return at + 6;
}

/* One escape, `at` behind its backslash. Returns what follows, or NULL. */
static const char *json_escape(const char *at, const char *end, uint32_t *out)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (at == end)
        return NULL;
    if (*at == 'u')
        return json_unicode(at, end, out);
    const char *found = *at != '\0' ? strchr(letters, *at) : NULL;
    if (found == NULL)
        return NULL;
    *out = (uint32_t)(unsigned char)meanings[found - letters];
    return at + 1;
}

static inline bool json_is_plain(uint8_t c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

/* True if none of the eight bytes ends a run: control character, quote, backslash, or not ASCII. */
static inline bool json_eight_are_plain(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t word;
    memcpy(&word, at, sizeof word);
    const uint64_t quote = word ^ ones * '"';
    const uint64_t back = word ^ ones * '\\';
    return ((word | (word - ones * 0x20) | (quote - ones) | (back - ones)) & tops) == 0;
}

/* The end of the run of plain bytes at `at`; *ascii turns false when one is not ASCII. */
static inline const char *json_run(const char *at, const char *end, bool *ascii)
{
    for (;;) {
        while (end - at >= 8 && json_eight_are_plain(at))
            at += 8;
        const char *stop = end - at >= 8 ? at + 8 : end;
        while (at < stop && json_is_plain((uint8_t)*at)) {
            *ascii &= (uint8_t)*at < 0x80;
            at++;
        }
        if (at < stop || at == end)
            return at;
    }
}

/* A string with escapes, from its first byte on, into scratch. Returns its closing quote, or NULL. */
static const char *json_unescape(struct gn_json *json, const char *at, gn_str *out)
{
    size_t size = 0;
    bool ascii = true;
    for (;;) {
        const char *run = json_run(at, json->end, &ascii);
        const size_t run_size = (size_t)(run - at);
        if (run_size > sizeof json->scratch - size) {
            (void)json_fail(json, at, "a string is longer than JSON_STRING_BYTES_MAX");
            return NULL;
        }
        memcpy(json->scratch + size, at, run_size);
        size += run_size;
        at = run;
        if (at == json->end || *at != '\\')
            break;
        uint32_t character;
        const char *next = json_escape(at + 1, json->end, &character);
        if (next == NULL) {
            (void)json_fail(json, at, "an escape in a string is wrong, or half a surrogate pair");
            return NULL;
        }
        char bytes[GN_UTF8_BYTES_MAX];
        const size_t byte_count = gn_utf8_put(character, bytes);
        if (byte_count > sizeof json->scratch - size) {
            (void)json_fail(json, at, "a string is longer than JSON_STRING_BYTES_MAX");
            return NULL;
        }
        memcpy(json->scratch + size, bytes, byte_count);
        size += byte_count;
        at = next;
    }
    *out = (gn_str){ json->scratch, size };
    return at;
}

/* At an opening quote. Steps over the closing one. */
static bool json_string(struct gn_json *json, gn_str *out)
{
    const char *first = json->at + 1;
    bool ascii = true;
    const char *at = json_run(first, json->end, &ascii);
    gn_str text = { first, (size_t)(at - first) };
    if (at < json->end && *at == '\\') {
        at = json_unescape(json, first, &text);
        ascii = false;
        if (at == NULL)
            return false;
    }
    const char *words = NULL;
    if (at == json->end)
        words = "the text ends inside a string";
    else if (*at != '"')
        words = "a control character stands in a string";
    else if (text.size > GN_JSON_STRING_BYTES_MAX)
        words = "a string is longer than JSON_STRING_BYTES_MAX";
    else if (!ascii && !gn_utf8_valid(text))
        words = "a string is not UTF-8";
    if (words != NULL) {
        (void)json_fail(json, at == json->end || *at != '"' ? at : first, words);
        return false;
    }
    json->at = at + 1;
    *out = text;
    return true;
}

static struct gn_json_token json_number(struct gn_json *json)
{
    struct gn_json_token token = { .kind = GN_JSON_NUMBER };
    const gn_str left = { json->at, (size_t)(json->end - json->at) };
    size_t size;
    if (gn_number_scan(left, GN_NUMBER_JSON, &token.number, &size))
        return json_fail(json, json->at, "a number is malformed, too large or too long");
    token.text = (gn_str){ json->at, size };
    json->at += size;
    json_value_done(json);
    return token;
}

static struct gn_json_token json_word(struct gn_json *json, gn_str word, struct gn_json_token token)
{
    const gn_str left = { json->at, (size_t)(json->end - json->at) };
    if (!gn_str_starts(left, word))
        return json_fail(json, json->at, "a value is expected here");
    json->at += word.size;
    json_value_done(json);
    return token;
}

static struct gn_json_token json_open(struct gn_json *json, bool is_object)
{
    if (json->depth == GN_JSON_DEPTH_MAX)
        return json_fail(json, json->at, "nested deeper than JSON_DEPTH_MAX");
    const uint32_t bit = UINT32_C(1) << json->depth;
    json->object_bits = is_object ? json->object_bits | bit : json->object_bits & ~bit;
    json->depth++;
    json->at++;
    json->expect = is_object ? JSON_KEY_OR_END : JSON_VALUE_OR_END;
    return (struct gn_json_token){ .kind = is_object ? GN_JSON_OBJECT : GN_JSON_ARRAY };
}

static struct gn_json_token json_close(struct gn_json *json)
{
    const bool is_object = json_in_object(json);
    json->depth--;
    json->at++;
    json_value_done(json);
    return (struct gn_json_token){ .kind = is_object ? GN_JSON_OBJECT_END : GN_JSON_ARRAY_END };
}

static struct gn_json_token json_value(struct gn_json *json, char c)
{
    struct gn_json_token token = { .kind = GN_JSON_STRING };
    switch (c) {
    case '{':
        return json_open(json, true);
    case '[':
        return json_open(json, false);
    case '"':
        if (!json_string(json, &token.text))
            return (struct gn_json_token){ .kind = GN_JSON_ERROR };
        json_value_done(json);
        return token;
    case 't':
        return json_word(json, GN_STR("true"), (struct gn_json_token){ .kind = GN_JSON_BOOL, .boolean = true });
    case 'f':
        return json_word(json, GN_STR("false"), (struct gn_json_token){ .kind = GN_JSON_BOOL });
    case 'n':
        return json_word(json, GN_STR("null"), (struct gn_json_token){ .kind = GN_JSON_NULL });
    default:
        if (c == '-' || (c >= '0' && c <= '9'))
            return json_number(json);
        return json_fail(json, json->at, "a value is expected here");
    }
}

/* A key and the colon behind it. */
static struct gn_json_token json_key(struct gn_json *json, char c)
{
    struct gn_json_token token = { .kind = GN_JSON_KEY };
    if (c != '"')
        return json_fail(json, json->at, "a key in quotes is expected here");
    if (!json_string(json, &token.text))
        return (struct gn_json_token){ .kind = GN_JSON_ERROR };
    if (!json_peek(json, &c) || c != ':')
        return json_fail(json, json->at, "a colon is expected here");
    json->at++;
    json->expect = JSON_VALUE;
    return token;
}

/* Behind a value inside something: its end, or a comma and the next. */
static struct gn_json_token json_after_value(struct gn_json *json, char c)
{
    const bool in_object = json_in_object(json);
    if (c == (in_object ? '}' : ']'))
        return json_close(json);
    if (c != ',')
        return json_fail(json, json->at, "a comma or the closing bracket is expected here");
    json->at++;
    if (!json_peek(json, &c))
        return json_fail(json, json->at, "the text ends too early");
    return in_object ? json_key(json, c) : json_value(json, c);
}

struct gn_json_token gn_json_next(struct gn_json *json)
{
    char c;
    if (json->expect == JSON_FAILED)
        return (struct gn_json_token){ .kind = GN_JSON_ERROR };
    if (!json_peek(json, &c)) {
        if (json->expect == JSON_NOTHING)
            return (struct gn_json_token){ .kind = GN_JSON_END };
        return json_fail(json, json->at, "the text ends too early");
    }
    switch ((enum json_expect)json->expect) {
    case JSON_VALUE_OR_END:
        return c == ']' ? json_close(json) : json_value(json, c);
    case JSON_KEY_OR_END:
        return c == '}' ? json_close(json) : json_key(json, c);
    case JSON_COMMA_OR_END:
        return json_after_value(json, c);
    case JSON_NOTHING:
        return json_fail(json, json->at, "something follows the value");
    case JSON_VALUE:
    case JSON_FAILED:
        break;
    }
    return json_value(json, c);
}

bool gn_json_skip(struct gn_json *json, struct gn_json_token token)
{
    if (token.kind == GN_JSON_KEY)
        token = gn_json_next(json);
    if (token.kind != GN_JSON_OBJECT && token.kind != GN_JSON_ARRAY)
        return token.kind != GN_JSON_ERROR;
    const uint32_t outside = json->depth - 1;
    while (json->depth > outside)
        if (gn_json_next(json).kind == GN_JSON_ERROR)
            return false;
    return true;
}

const char *gn_json_error(const struct gn_json *json, size_t *out_offset)
{
    if (out_offset != NULL)
        *out_offset = (size_t)(json->at - json->begin);
    return json->error != NULL ? json->error : "";
}
