/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_tree.h"

struct tree_level {
    struct gn_json_node *parent;
    struct gn_json_node *last; /* child so far */
};

static gn_err tree_refuse(const struct gn_json_tree *tree, const char *words, struct gn_diag *diag)
{
    size_t offset;
    const char *error = gn_json_error(&tree->json, &offset);
    gn_diag_set(diag, 1, offset + 1, "not JSON at byte %zu: %s", offset, words != NULL ? words : error);
    return GN_ERR_INVAL;
}

/* A slice of what is parsed stays; text that was unescaped is copied. False: no room. */
static bool tree_keep(struct gn_json_tree *tree, gn_str text, gn_str *out)
{
    const uintptr_t at = (uintptr_t)text.at;
    *out = text;
    if (text.size == 0 || (at >= (uintptr_t)tree->json.begin && at < (uintptr_t)tree->json.end))
        return true;
    if (text.size > sizeof tree->text - tree->text_size)
        return false;
    memcpy(tree->text + tree->text_size, text.at, text.size);
    *out = (gn_str){ tree->text + tree->text_size, text.size };
    tree->text_size += text.size;
    return true;
}

/* A node of that key below the level's parent. NULL: no room, or the key is there already. */
static struct gn_json_node *tree_add(struct gn_json_tree *tree, struct tree_level *level, gn_str key, bool has_key)
{
    if (tree->node_count == GN_JSON_TREE_NODES)
        return NULL;
    struct gn_json_node *node = &tree->nodes[tree->node_count++];
    *node = (struct gn_json_node){ .key = key };
    if (level->parent == NULL)
        return node;
    for (const struct gn_json_node *other = level->parent->first; has_key && other != NULL; other = other->next)
        if (gn_str_equal(other->key, key))
            return NULL;
    if (level->last == NULL)
        level->parent->first = node;
    else
        level->last->next = node;
    level->last = node;
    level->parent->count++;
    return node;
}

gn_err gn_json_tree_read(struct gn_json_tree *tree, gn_str text, const struct gn_json_node **out_root,
                         struct gn_diag *diag)
{
    struct tree_level levels[GN_JSON_DEPTH_MAX + 1] = { { NULL, NULL } };
    size_t depth = 0;
    tree->node_count = 0;
    tree->text_size = 0;
    gn_json_init(&tree->json, text);
    for (;;) {
        gn_str key = { 0 };
        struct gn_json_token token = gn_json_next(&tree->json);
        if (token.kind == GN_JSON_END)
            break;
        if (token.kind == GN_JSON_OBJECT_END || token.kind == GN_JSON_ARRAY_END) {
            depth--;
            continue;
        }
        const bool has_key = token.kind == GN_JSON_KEY;
        if (has_key && !tree_keep(tree, token.text, &key))
            return tree_refuse(tree, "more text than is taken", diag);
        if (has_key)
            token = gn_json_next(&tree->json);
        if (token.kind == GN_JSON_ERROR)
            return tree_refuse(tree, NULL, diag);
        struct gn_json_node *node = tree_add(tree, &levels[depth], key, has_key);
        if (node == NULL)
            return tree_refuse(tree, "a member that stands twice, or more values than are taken", diag);
        node->kind = token.kind;
        node->number = token.number;
        node->boolean = token.boolean;
        if (!tree_keep(tree, token.text, &node->text))
            return tree_refuse(tree, "more text than is taken", diag);
        if (token.kind == GN_JSON_OBJECT || token.kind == GN_JSON_ARRAY)
            levels[++depth] = (struct tree_level){ node, NULL };
    }
    *out_root = &tree->nodes[0];
    return GN_OK;
}

const struct gn_json_node *gn_json_at(const struct gn_json_node *object, const char *name)
{
    if (object == NULL || object->kind != GN_JSON_OBJECT)
        return NULL;
    const gn_str wanted = gn_str_of(name);
    for (const struct gn_json_node *member = object->first; member != NULL; member = member->next)
        if (gn_str_equal(member->key, wanted))
            return member;
    return NULL;
}

gn_str gn_json_text_at(const struct gn_json_node *object, const char *name)
{
    const struct gn_json_node *member = gn_json_at(object, name);
    return member != NULL && member->kind == GN_JSON_STRING ? member->text : (gn_str){ 0 };
}

double gn_json_number_at(const struct gn_json_node *object, const char *name, double otherwise)
{
    const struct gn_json_node *member = gn_json_at(object, name);
    return member != NULL && member->kind == GN_JSON_NUMBER ? member->number : otherwise;
}
