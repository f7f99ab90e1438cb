/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/thing_actions.h"

#include "base/json_read.h"

enum { THING_ACTIONS_ID_BYTES = GN_THING_ID_BYTES_MAX + 1, THING_ACTIONS_NAME_BYTES = GN_PROPERTY_BYTES_MAX + 1 };

struct thing_action {
    gn_str json;
    char thing[THING_ACTIONS_ID_BYTES];
    char name[THING_ACTIONS_NAME_BYTES];
};

/* The object that has just been opened. False when it is not well-formed. */
static bool thing_actions_read(struct gn_json *json, struct thing_action *out)
{
    const char *begin = json->at - 1;
    *out = (struct thing_action){ 0 };
    for (;;) {
        struct gn_json_token token = gn_json_next(json);
        if (token.kind == GN_JSON_OBJECT_END)
            break;
        if (token.kind != GN_JSON_KEY)
            return false;
        const bool is_thing = gn_str_equal(token.text, GN_STR("thing"));
        const bool is_name = gn_str_equal(token.text, GN_STR("name"));
        token = gn_json_next(json);
        if ((is_thing || is_name) && token.kind == GN_JSON_STRING) {
            const gn_err err = is_thing ? gn_str_copy(out->thing, sizeof out->thing, token.text)
                                        : gn_str_copy(out->name, sizeof out->name, token.text);
            if (err)
                return false;
        } else if (!gn_json_skip(json, token)) {
            return false;
        }
    }
    out->json = (gn_str){ begin, (size_t)(json->at - begin) };
    return true;
}

/* The next action of the array; false at its end, or when it is not as promised. */
static bool thing_actions_next(struct gn_json *json, struct thing_action *out)
{
    return gn_json_next(json).kind == GN_JSON_OBJECT && thing_actions_read(json, out);
}

static bool thing_actions_has_own(gn_str actions, gn_str thing, const char *name)
{
    struct gn_json json;
    struct thing_action action;
    gn_json_init(&json, actions);
    if (gn_json_next(&json).kind != GN_JSON_ARRAY)
        return false;
    while (thing_actions_next(&json, &action))
        if (gn_str_equal(thing, gn_str_of(action.thing)) && strcmp(name, action.name) == 0)
            return true;
    return false;
}

void gn_thing_actions_write(gn_str actions, gn_str thing, struct gn_jw *w)
{
    struct gn_json json;
    struct thing_action action;
    gn_jw_open(w, '[');
    gn_json_init(&json, actions);
    if (gn_json_next(&json).kind == GN_JSON_ARRAY)
        while (thing_actions_next(&json, &action)) {
            const bool own = gn_str_equal(thing, gn_str_of(action.thing));
            const bool any = strcmp(action.thing, "*") == 0;
            if (own || (any && !thing_actions_has_own(actions, thing, action.name)))
                gn_jw_raw(w, action.json);
        }
    gn_jw_close(w, ']');
}
