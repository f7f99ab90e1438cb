/* SPDX-License-Identifier: Apache-2.0 */
#include "act/flat_json.h"

#include "act/act_int.h"
#include "base/json_read.h"

bool gn_flat_json_strings(gn_str text, gn_flat_each *each, void *ctx)
{
    struct gn_json json;
    gn_json_init(&json, text);
    if (gn_json_next(&json).kind != GN_JSON_OBJECT)
        return false;
    for (;;) {
        const struct gn_json_token key = gn_json_next(&json);
        char name[GN_FLAT_KEY_BYTES];
        if (key.kind == GN_JSON_OBJECT_END)
            return gn_json_next(&json).kind == GN_JSON_END;
        if (key.kind != GN_JSON_KEY)
            return false;
        gn_act_copy(name, sizeof name, key.text); /* the value may be unescaped into the key's place */
        const struct gn_json_token value = gn_json_next(&json);
        if (value.kind == GN_JSON_STRING)
            each(ctx, gn_str_of(name), value.text);
        else if (!gn_json_skip(&json, value))
            return false;
    }
}
