/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cbor_read.h"

#include <math.h>
#include <stdio.h>

/* Major types, the upper three bits of an item's first byte. */
enum { CBOR_UINT, CBOR_NEGATIVE, CBOR_BYTES, CBOR_TEXT, CBOR_ARRAY, CBOR_MAP, CBOR_TAG, CBOR_SIMPLE };
enum { CBOR_INDEFINITE = 31, CBOR_TAGS_MAX = 8, CBOR_DECIMAL = 4, CBOR_EXPONENT_MAX = 400 };

struct cbor_head {
    uint8_t major;
    uint8_t info; /* the lower five bits */
    uint64_t value;
};

static struct gn_json_token cbor_fail(struct gn_cbor *cbor, const char *words)
{
    if (cbor->error == NULL)
        cbor->error = words;
    return (struct gn_json_token){ .kind = GN_JSON_ERROR };
}

void gn_cbor_init(struct gn_cbor *cbor, gn_bytes bytes)
{
    *cbor = (struct gn_cbor){ .begin = bytes.at, .at = bytes.at, .end = bytes.at };
    if (bytes.at != NULL)
        cbor->end += bytes.size;
}

/* False, with the error set, when the item's head is cut or malformed. */
static bool cbor_head(struct gn_cbor *cbor, struct cbor_head *out)
{
    if (cbor->at == cbor->end) {
        (void)cbor_fail(cbor, "the bytes end too early");
        return false;
    }
    const uint8_t first = *cbor->at;
    *out = (struct cbor_head){ .major = first >> 5, .info = first & 31, .value = first & 31 };
    if (out->info < 24 || out->info == CBOR_INDEFINITE) {
        cbor->at++;
        return true;
    }
    if (out->info > 27) {
        (void)cbor_fail(cbor, "a reserved length");
        return false;
    }
    const size_t size = (size_t)1 << (out->info - 24);
    if ((size_t)(cbor->end - cbor->at) < 1 + size) {
        (void)cbor_fail(cbor, "the bytes end too early");
        return false;
    }
    out->value = 0;
    for (size_t i = 1; i <= size; i++)
        out->value = out->value << 8 | cbor->at[i];
    cbor->at += 1 + size;
    return true;
}

/* --- numbers --- */

static double cbor_half(uint64_t bits)
{
    const int exponent = (int)(bits >> 10 & 31);
    const double mantissa = (double)(bits & 1023);
    double value = INFINITY;
    if (exponent == 0)
        value = ldexp(mantissa, -24);
    else if (exponent < 31)
        value = ldexp(mantissa + 1024, exponent - 25);
    return (bits & 0x8000) != 0 ? -value : value;
}

static double cbor_float(const struct cbor_head *head)
{
    if (head->info == 25)
        return cbor_half(head->value);
    if (head->info == 26) {
        const uint32_t bits = (uint32_t)head->value;
        float value;
        memcpy(&value, &bits, sizeof value);
        return (double)value;
    }
    double value;
    memcpy(&value, &head->value, sizeof value);
    return value;
}

static double cbor_integer(const struct cbor_head *head)
{
    return head->major == CBOR_NEGATIVE ? -1.0 - (double)head->value : (double)head->value;
}

static struct gn_json_token cbor_number(struct gn_cbor *cbor, double value)
{
    if (!isfinite(value))
        return cbor_fail(cbor, "a number that is not finite");
    return (struct gn_json_token){ .kind = GN_JSON_NUMBER, .number = value };
}

/* Behind tag 4: [exponent, mantissa], both integers. */
static struct gn_json_token cbor_decimal(struct gn_cbor *cbor)
{
    struct cbor_head array, exponent, mantissa;
    if (!cbor_head(cbor, &array) || !cbor_head(cbor, &exponent) || !cbor_head(cbor, &mantissa))
        return (struct gn_json_token){ .kind = GN_JSON_ERROR };
    if (array.major != CBOR_ARRAY || array.value != 2 || array.info == CBOR_INDEFINITE ||
        exponent.major > CBOR_NEGATIVE || mantissa.major > CBOR_NEGATIVE || exponent.value > CBOR_EXPONENT_MAX ||
        exponent.info == CBOR_INDEFINITE || mantissa.info == CBOR_INDEFINITE)
        return cbor_fail(cbor, "a malformed decimal fraction");
    const double power = cbor_integer(&exponent);
    const double digits = cbor_integer(&mantissa);
    return cbor_number(cbor, power < 0 ? digits / pow(10, -power) : digits * pow(10, power));
}

/* --- one item --- */

static struct gn_json_token cbor_string(struct gn_cbor *cbor, const struct cbor_head *head)
{
    if (head->info == CBOR_INDEFINITE)
        return cbor_fail(cbor, "a string in pieces");
    if (head->value > (uint64_t)(cbor->end - cbor->at))
        return cbor_fail(cbor, "the bytes end too early");
    if (head->value > GN_JSON_STRING_BYTES_MAX)
        return cbor_fail(cbor, "a string is too long");
    struct gn_json_token token = { .kind = GN_JSON_STRING,
                                   .text = { (const char *)cbor->at, (size_t)head->value },
                                   .boolean = head->major == CBOR_BYTES };
    if (!token.boolean && !gn_utf8_valid(token.text))
        return cbor_fail(cbor, "text that is not UTF-8");
    cbor->at += head->value;
    return token;
}

static struct gn_json_token cbor_open(struct gn_cbor *cbor, const struct cbor_head *head)
{
    const bool is_map = head->major == CBOR_MAP;
    if (cbor->depth == GN_JSON_DEPTH_MAX)
        return cbor_fail(cbor, "nested too deep");
    /* Each item takes a byte at least: a count beyond that is a lie, and must not be counted with. */
    if (head->info != CBOR_INDEFINITE && head->value > (uint64_t)(cbor->end - cbor->at))
        return cbor_fail(cbor, "the bytes end too early");
    cbor->levels[cbor->depth++] = (struct gn_cbor_level){
        .left = head->value, .is_map = is_map, .open = head->info == CBOR_INDEFINITE, .key = is_map
    };
    return (struct gn_json_token){ .kind = is_map ? GN_JSON_OBJECT : GN_JSON_ARRAY };
}

static struct gn_json_token cbor_simple(struct gn_cbor *cbor, const struct cbor_head *head)
{
    switch (head->info) {
    case 20:
    case 21:
        return (struct gn_json_token){ .kind = GN_JSON_BOOL, .boolean = head->info == 21 };
    case 22:
    case 23:
        return (struct gn_json_token){ .kind = GN_JSON_NULL };
    case 25:
    case 26:
    case 27:
        return cbor_number(cbor, cbor_float(head));
    default:
        return cbor_fail(cbor, "a simple value without a meaning");
    }
}

static struct gn_json_token cbor_item(struct gn_cbor *cbor)
{
    struct cbor_head head;
    for (int tags = 0; tags <= CBOR_TAGS_MAX; tags++) {
        if (!cbor_head(cbor, &head))
            return (struct gn_json_token){ .kind = GN_JSON_ERROR };
        if (head.info == CBOR_INDEFINITE && (head.major < CBOR_BYTES || head.major > CBOR_MAP))
            return cbor_fail(cbor, "a break or length in the wrong place");
        switch (head.major) {
        case CBOR_UINT:
        case CBOR_NEGATIVE:
            return cbor_number(cbor, cbor_integer(&head));
        case CBOR_BYTES:
        case CBOR_TEXT:
            return cbor_string(cbor, &head);
        case CBOR_ARRAY:
        case CBOR_MAP:
            return cbor_open(cbor, &head);
        case CBOR_SIMPLE:
            return cbor_simple(cbor, &head);
        default:
            if (head.value == CBOR_DECIMAL)
                return cbor_decimal(cbor);
        }
    }
    return cbor_fail(cbor, "too many tags");
}

static struct gn_json_token cbor_key(struct gn_cbor *cbor)
{
    struct cbor_head head;
    if (!cbor_head(cbor, &head))
        return (struct gn_json_token){ .kind = GN_JSON_ERROR };
    if (head.major == CBOR_TEXT) {
        struct gn_json_token token = cbor_string(cbor, &head);
        if (token.kind == GN_JSON_STRING)
            token.kind = GN_JSON_KEY;
        return token;
    }
    if (head.major > CBOR_NEGATIVE || head.info == CBOR_INDEFINITE || head.value > INT32_MAX)
        return cbor_fail(cbor, "a key that is neither text nor a small integer");
    const int64_t value = head.major == CBOR_NEGATIVE ? -1 - (int64_t)head.value : (int64_t)head.value;
    const int size = snprintf(cbor->key, sizeof cbor->key, "%lld", (long long)value);
    return (struct gn_json_token){ .kind = GN_JSON_KEY, .text = { cbor->key, (size_t)size } };
}

/* True when the innermost level is over; an open one is when a break comes, which this takes. */
static bool cbor_level_over(struct gn_cbor *cbor, struct gn_cbor_level *level)
{
    if (!level->open)
        return level->left == 0;
    if (cbor->at == cbor->end || *cbor->at != 0xff)
        return false;
    cbor->at++;
    return true;
}

struct gn_json_token gn_cbor_next(struct gn_cbor *cbor)
{
    if (cbor->error != NULL)
        return (struct gn_json_token){ .kind = GN_JSON_ERROR };
    if (cbor->depth == 0) {
        if (!cbor->begun) {
            cbor->begun = true;
            return cbor_item(cbor);
        }
        return cbor->at == cbor->end ? (struct gn_json_token){ .kind = GN_JSON_END }
                                     : cbor_fail(cbor, "something follows the value");
    }
    struct gn_cbor_level *level = &cbor->levels[cbor->depth - 1];
    if (level->is_map && !level->key) { /* the value of the key just given */
        level->key = true;
        return cbor_item(cbor);
    }
    if (cbor_level_over(cbor, level)) {
        cbor->depth--;
        return (struct gn_json_token){ .kind = level->is_map ? GN_JSON_OBJECT_END : GN_JSON_ARRAY_END };
    }
    if (!level->open)
        level->left--;
    if (!level->is_map)
        return cbor_item(cbor);
    level->key = false;
    return cbor_key(cbor);
}

bool gn_cbor_skip(struct gn_cbor *cbor, struct gn_json_token token)
{
    if (token.kind == GN_JSON_KEY)
        token = gn_cbor_next(cbor);
    if (token.kind != GN_JSON_OBJECT && token.kind != GN_JSON_ARRAY)
        return token.kind != GN_JSON_ERROR;
    const uint32_t outside = cbor->depth - 1;
    while (cbor->depth > outside)
        if (gn_cbor_next(cbor).kind == GN_JSON_ERROR)
            return false;
    return true;
}

const char *gn_cbor_error(const struct gn_cbor *cbor, size_t *out_offset)
{
    *out_offset = (size_t)(cbor->at - cbor->begin);
    return cbor->error != NULL ? cbor->error : "";
}
