/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSON: brackets pair up, depth and strings stay within their limits, text is UTF-8, and what was
 * accepted is accepted again, with the same tokens, when it is written out anew. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t written[1 << 18];

static void check_token(const struct gn_json *json, struct gn_json_token token)
{
    assert(json->depth <= GN_JSON_DEPTH_MAX);
    assert(json->at >= json->begin && json->at <= json->end);
    if (token.kind == GN_JSON_KEY || token.kind == GN_JSON_STRING) {
        assert(token.text.size <= GN_JSON_STRING_BYTES_MAX);
        assert(gn_utf8_valid(token.text));
    } else if (token.kind == GN_JSON_NUMBER) {
        assert(isfinite(token.number));
        assert(token.text.size > 0 && token.text.size <= GN_JSON_NUMBER_BYTES_MAX);
    }
}

static void rewrite(struct gn_jw *w, struct gn_json_token token)
{
    switch (token.kind) {
    case GN_JSON_OBJECT:
        gn_jw_open(w, '{');
        break;
    case GN_JSON_OBJECT_END:
        gn_jw_close(w, '}');
        break;
    case GN_JSON_ARRAY:
        gn_jw_open(w, '[');
        break;
    case GN_JSON_ARRAY_END:
        gn_jw_close(w, ']');
        break;
    case GN_JSON_KEY:
        gn_jw_key_str(w, token.text);
        break;
    case GN_JSON_STRING:
        gn_jw_str(w, token.text);
        break;
    case GN_JSON_NUMBER:
        gn_jw_f64(w, token.number);
        break;
    case GN_JSON_BOOL:
        gn_jw_bool(w, token.boolean);
        break;
    case GN_JSON_NULL:
        gn_jw_null(w);
        break;
    case GN_JSON_ERROR:
    case GN_JSON_END:
        break;
    }
}

/* Reads all tokens and writes them again. True when the text was well-formed. */
static bool read_all(gn_str text, struct gn_buf *out)
{
    static struct gn_json json;
    struct gn_jw w = gn_jw_over(out);
    struct gn_json_token token;
    int64_t open = 0;
    gn_json_init(&json, text);
    do {
        token = gn_json_next(&json);
        check_token(&json, token);
        rewrite(&w, token);
        open += token.kind == GN_JSON_OBJECT || token.kind == GN_JSON_ARRAY;
        open -= token.kind == GN_JSON_OBJECT_END || token.kind == GN_JSON_ARRAY_END;
        assert(open == (int64_t)json.depth || token.kind == GN_JSON_ERROR);
    } while (token.kind != GN_JSON_ERROR && token.kind != GN_JSON_END);
    size_t offset;
    const bool good = token.kind == GN_JSON_END;
    assert(good == (gn_json_error(&json, &offset)[0] == '\0'));
    assert(offset <= text.size);
    assert(gn_json_next(&json).kind == token.kind); /* both ends are for good */
    return good;
}

/* Skipping the whole value comes to the same verdict as reading it. */
static bool skip_all(gn_str text)
{
    static struct gn_json json;
    gn_json_init(&json, text);
    return gn_json_skip(&json, gn_json_next(&json)) && gn_json_next(&json).kind == GN_JSON_END;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[sizeof written];
    const gn_str text = { (const char *)data, size };
    struct gn_buf first = gn_buf_over(written, sizeof written);
    const bool good = read_all(text, &first);
    assert(skip_all(text) == good);
    if (!good || first.full)
        return 0;
    struct gn_buf second = gn_buf_over(again, sizeof again);
    assert(read_all(gn_buf_str(&first), &second));
    assert(gn_str_equal(gn_buf_str(&first), gn_buf_str(&second)));
    return 0;
}
