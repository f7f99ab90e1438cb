/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_read.h"

#include <endian.h>

#include "base/number.h"
#include "base/utf8.h"

_Static_assert(GN_JSON_DEPTH_MAX == 32, "object_bits has one bit a level");

enum json_expect {
    JSON_VALUE,        /* a value, nothing else */
    JSON_VALUE_OR_END, /* behind '[' */
    JSON_KEY,          /* behind a comma in an object */
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

static gn_json_kind json_fail(struct gn_json *json, const char *at, const char *words)
{
    json->at = at;
    json->error = words;
    json->expect = JSON_FAILED;
    return GN_JSON_ERROR;
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

/* Marks, with its top bit, each of eight bytes that ends a run: control character, quote, backslash, not ASCII. Exact
 * for the first of them; a borrow may mark bytes behind it for nothing. */
static inline uint64_t json_marks(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t word;
    memcpy(&word, at, sizeof word);
    word = le64toh(word); /* the first byte lowest */
    const uint64_t quote = word ^ ones * '"';
    const uint64_t back = word ^ ones * '\\';
    return (word | ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((back - ones) & ~back)) & tops;
}

static inline bool json_is_plain(uint8_t c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

/* The end of the run of plain bytes at `at`; *ascii turns false when one is not ASCII. */
static inline const char *json_run(const char *at, const char *end, bool *ascii)
{
    while (at < end) {
        if (end - at >= 8) {
            const uint64_t marks = json_marks(at);
            if (marks == 0) {
                at += 8;
                continue;
            }
            at += __builtin_ctzll(marks) / 8;
        }
        if (!json_is_plain((uint8_t)*at))
            break;
        *ascii = *ascii && (uint8_t)*at < 0x80;
        at++;
    }
    return at;
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

/* At an opening quote. Steps over the closing one. Without an address: it failed. (By value, in two registers: a
 * struct written by halves and read whole through memory costs a stall a token.) */
static gn_str json_string(struct gn_json *json)
{
    const char *first = json->at + 1;
    bool ascii = true;
    const char *at = json_run(first, json->end, &ascii);
    gn_str text = { first, (size_t)(at - first) };
    if (at < json->end && *at == '\\') {
        at = json_unescape(json, first, &text);
        ascii = false;
        if (at == NULL)
            return (gn_str){ 0 };
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
        return (gn_str){ 0 };
    }
    json->at = at + 1;
    return text;
}

static inline gn_json_kind json_number(struct gn_json *json, struct gn_json_token *token)
{
    const gn_str left = { json->at, (size_t)(json->end - json->at) };
    double value;
    size_t size;
    if (gn_number_scan(left, GN_NUMBER_JSON, &value, &size))
        return json_fail(json, json->at, "a number is malformed, too large or too long");
    token->number = value;
    token->text = (gn_str){ json->at, size };
    json->at += size;
    json_value_done(json);
    return GN_JSON_NUMBER;
}

/* One of the three words; inline, so that memcmp has a constant size and is one comparison. */
static inline gn_json_kind json_word(struct gn_json *json, const char *word, size_t size, gn_json_kind kind)
{
    if ((size_t)(json->end - json->at) < size || memcmp(json->at, word, size) != 0)
        return json_fail(json, json->at, "a value is expected here");
    json->at += size;
    json_value_done(json);
    return kind;
}

static gn_json_kind json_open(struct gn_json *json, bool is_object)
{
    if (json->depth == GN_JSON_DEPTH_MAX)
        return json_fail(json, json->at, "nested deeper than JSON_DEPTH_MAX");
    const uint32_t bit = UINT32_C(1) << json->depth;
    json->object_bits = is_object ? json->object_bits | bit : json->object_bits & ~bit;
    json->depth++;
    json->at++;
    json->expect = is_object ? JSON_KEY_OR_END : JSON_VALUE_OR_END;
    return is_object ? GN_JSON_OBJECT : GN_JSON_ARRAY;
}

static gn_json_kind json_close(struct gn_json *json)
{
    const bool is_object = json_in_object(json);
    json->depth--;
    json->at++;
    json_value_done(json);
    return is_object ? GN_JSON_OBJECT_END : GN_JSON_ARRAY_END;
}

/* From here down: what kind of token begins with `c`, and its text, number or truth in *token. All inline and by
 * fields, so that the token is built once, where the caller wants it. */
static inline gn_json_kind json_value(struct gn_json *json, char c, struct gn_json_token *token)
{
    switch (c) {
    case '{':
        return json_open(json, true);
    case '[':
        return json_open(json, false);
    case '"':
        token->text = json_string(json);
        if (token->text.at == NULL)
            return GN_JSON_ERROR;
        json_value_done(json);
        return GN_JSON_STRING;
    case 't':
        token->boolean = true;
        return json_word(json, "true", 4, GN_JSON_BOOL);
    case 'f':
        return json_word(json, "false", 5, GN_JSON_BOOL);
    case 'n':
        return json_word(json, "null", 4, GN_JSON_NULL);
    default:
        if (c == '-' || (c >= '0' && c <= '9'))
            return json_number(json, token);
        return json_fail(json, json->at, "a value is expected here");
    }
}

/* A key and the colon behind it. */
static inline gn_json_kind json_key(struct gn_json *json, char c, struct gn_json_token *token)
{
    if (c != '"')
        return json_fail(json, json->at, "a key in quotes is expected here");
    token->text = json_string(json);
    if (token->text.at == NULL)
        return GN_JSON_ERROR;
    if (!json_peek(json, &c) || c != ':')
        return json_fail(json, json->at, "a colon is expected here");
    json->at++;
    json->expect = JSON_VALUE;
    return GN_JSON_KEY;
}

static inline gn_json_kind json_next_kind(struct gn_json *json, struct gn_json_token *token)
{
    char c;
    if (json->expect == JSON_FAILED)
        return GN_JSON_ERROR;
    if (!json_peek(json, &c))
        return json->expect == JSON_NOTHING ? GN_JSON_END : json_fail(json, json->at, "the text ends too early");
    enum json_expect expect = json->expect;
    if (expect == JSON_NOTHING)
        return json_fail(json, json->at, "something follows the value");
    if (expect == JSON_COMMA_OR_END) {
        const bool in_object = json_in_object(json);
        if (c == (in_object ? '}' : ']'))
            return json_close(json);
        if (c != ',')
            return json_fail(json, json->at, "a comma or the closing bracket is expected here");
        json->at++;
        if (!json_peek(json, &c))
            return json_fail(json, json->at, "the text ends too early");
        expect = in_object ? JSON_KEY : JSON_VALUE;
    }
    if ((expect == JSON_VALUE_OR_END && c == ']') || (expect == JSON_KEY_OR_END && c == '}'))
        return json_close(json);
    if (expect == JSON_KEY || expect == JSON_KEY_OR_END)
        return json_key(json, c, token);
    return json_value(json, c, token);
}

void gn_json_read(struct gn_json *json, struct gn_json_token *out)
{
    *out = (struct gn_json_token){ 0 };
    out->kind = json_next_kind(json, out);
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
