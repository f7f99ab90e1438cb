/* SPDX-License-Identifier: Apache-2.0 */
/* Everything small that a request brings: the first byte chooses the reader, the rest is read. What is taken must lie
 * inside of what was given, or of the fields' own memory. */
#include <assert.h>

#include "portal/body_fields.h"
#include "portal/host_check.h"
#include "portal/request.h"
#include "portal/thing_actions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_body(gn_str text, bool form)
{
    static struct gn_body_fields fields;
    struct gn_diag diag = { 0 };
    const gn_err err = form ? gn_body_from_form(&fields, text, &diag) : gn_body_from_json(&fields, text, &diag);
    assert(err == GN_OK || (err == GN_ERR_INVAL && diag.text[0] != '\0'));
    for (size_t i = 0; err == GN_OK && i < fields.count; i++) {
        assert(gn_utf8_valid(fields.names[i]) && gn_utf8_valid(fields.values[i]));
        assert(fields.values[i].size <= sizeof fields.bytes);
    }
}

static void fuzz_headers(gn_str text)
{
    bool ok;
    (void)gn_host_allowed(text, GN_STR("node.example"));
    (void)gn_origin_allowed(text, GN_STR("127.0.0.1"));
    (void)gn_request_accepts(text, "gzip");
    (void)gn_body_type_named(text);
    const gn_str name = gn_host_name(text, &ok);
    const gn_str cookie = gn_request_cookie(text, "g");
    assert(name.size <= text.size && cookie.size <= text.size);
}

static void fuzz_actions(gn_str text)
{
    static char out[1 << 16];
    struct gn_buf buf = gn_buf_over(out, sizeof out);
    struct gn_jw w = gn_jw_over(&buf);
    gn_thing_actions_write(text, GN_STR("press"), &w);
    assert(buf.full || (buf.size >= 2 && out[0] == '[' && out[buf.size - 1] == ']'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const gn_str text = { (const char *)data + 1, size - 1 };
    switch (data[0] % 4) {
    case 0:
        fuzz_body(text, false);
        break;
    case 1:
        fuzz_body(text, true);
        break;
    case 2:
        fuzz_headers(text);
        break;
    default:
        fuzz_actions(text);
        break;
    }
    return 0;
}
