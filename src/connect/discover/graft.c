/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/graft.h"

struct graft {
    const struct gn_device *known;
    struct gn_json *json;
    struct gn_buf *out;
    const char *copied; /* up to here the fragment stands in `out` */
    bool spoken[GN_DEVICE_TRAITS_MAX];
};

/* Copies up to the bracket that was just read; what is put now stands before it. */
static struct gn_jw graft_before_end(struct graft *graft, bool has_members)
{
    const char *end = graft->json->at;
    while (end > graft->copied && end[-1] != '}')
        end--;
    if (end > graft->copied)
        end--;
    gn_buf_add_str(graft->out, (gn_str){ graft->copied, (size_t)(end - graft->copied) });
    graft->copied = end;
    return (struct gn_jw){ .buf = graft->out, .comma = has_members };
}

static bool graft_has_ways(const struct gn_trait *trait)
{
    return trait->topic.size > 0 || trait->write_topic.size > 0;
}

/* Behind `{` of a property. */
static bool graft_property(struct graft *graft, const struct gn_trait *trait)
{
    bool has_topic = false, has_members = false;
    for (;;) {
        const struct gn_json_token token = gn_json_next(graft->json);
        if (token.kind == GN_JSON_OBJECT_END)
            break;
        has_topic |= token.kind == GN_JSON_KEY && gn_str_equal(token.text, GN_STR("gn:topic"));
        has_members = true;
        if (token.kind != GN_JSON_KEY || !gn_json_skip(graft->json, token))
            return false;
    }
    if (trait != NULL && !has_topic && graft_has_ways(trait)) {
        struct gn_jw w = graft_before_end(graft, has_members);
        gn_device_write_ways(&w, trait);
    }
    return true;
}

static void graft_unspoken(const struct graft *graft, struct gn_jw *w)
{
    for (uint32_t i = 0; i < graft->known->trait_count; i++)
        if (!graft->spoken[i] && graft_has_ways(&graft->known->traits[i]))
            gn_device_write_trait(w, &graft->known->traits[i]);
}

/* Behind `{` of the properties. */
static bool graft_properties(struct graft *graft)
{
    bool has_members = false;
    for (;;) {
        struct gn_json_token token = gn_json_next(graft->json);
        if (token.kind == GN_JSON_OBJECT_END)
            break;
        if (token.kind != GN_JSON_KEY)
            return false;
        const struct gn_trait *trait = gn_device_find(graft->known, token.text);
        if (trait != NULL)
            graft->spoken[trait - graft->known->traits] = true;
        has_members = true;
        token = gn_json_next(graft->json);
        if (token.kind != GN_JSON_OBJECT || !graft_property(graft, trait))
            return false;
    }
    struct gn_jw w = graft_before_end(graft, has_members);
    graft_unspoken(graft, &w);
    return true;
}

gn_err gn_device_graft(const struct gn_device *known, struct gn_json *json, gn_str fragment, struct gn_buf *out)
{
    struct graft graft = { .known = known, .json = json, .out = out, .copied = fragment.at };
    bool has_members = false, has_properties = false;
    gn_json_init(json, fragment);
    struct gn_json_token token = gn_json_next(json);
    if (token.kind != GN_JSON_OBJECT)
        return GN_ERR_INVAL;
    while ((token = gn_json_next(json)).kind != GN_JSON_OBJECT_END) {
        has_members = true;
        if (token.kind == GN_JSON_KEY && gn_str_equal(token.text, GN_STR("properties"))) {
            has_properties = true;
            if (gn_json_next(json).kind != GN_JSON_OBJECT || !graft_properties(&graft))
                return GN_ERR_INVAL;
        } else if (token.kind != GN_JSON_KEY || !gn_json_skip(json, token)) {
            return GN_ERR_INVAL;
        }
    }
    if (!has_properties) {
        struct gn_jw w = graft_before_end(&graft, has_members);
        gn_jw_key(&w, "properties");
        gn_jw_open(&w, '{');
        graft_unspoken(&graft, &w);
        gn_jw_close(&w, '}');
    }
    gn_buf_add_str(out, (gn_str){ graft.copied, (size_t)(fragment.at + fragment.size - graft.copied) });
    return out->full ? GN_ERR_FULL : GN_OK;
}
