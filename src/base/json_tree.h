/* SPDX-License-Identifier: Apache-2.0 */
/* base/json_tree.h -- a small JSON document as nodes, for messages whose members are looked up in any order.
 *
 *      {"dev":{"ids":["a"]},"~":"x"}  ─▶  gn_json_at(root, "dev") ─▶ gn_json_at(.., "ids") ─▶ gn_json_first ─▶ "a"
 *
 * base/json_read.h does the reading and sets the limits of depth and strings; this adds GN_JSON_TREE_NODES nodes and
 * GN_JSON_TREE_TEXT bytes of text that had escapes. Text without escapes stays in the bytes that were parsed, which
 * must outlive the tree. A member that comes twice makes it INVAL. Lookups walk the members: O(n). */
#ifndef GN_BASE_JSON_TREE_H
#define GN_BASE_JSON_TREE_H

#include "base/json_read.h"

enum { GN_JSON_TREE_NODES = 4096, GN_JSON_TREE_TEXT = 32768 };

struct gn_json_node {
    gn_json_kind kind; /* OBJECT, ARRAY, STRING, NUMBER, BOOL, NULL */
    gn_str key;        /* of a member */
    gn_str text;       /* STRING; NUMBER as written */
    double number;
    bool boolean;
    uint32_t count;                   /* members or elements */
    const struct gn_json_node *first; /* NULL = none */
    const struct gn_json_node *next;  /* of the same parent, or NULL */
};

struct gn_json_tree {
    struct gn_json json;
    uint32_t node_count;
    size_t text_size;
    struct gn_json_node nodes[GN_JSON_TREE_NODES];
    char text[GN_JSON_TREE_TEXT];
};

/* INVAL, with words, when it is not JSON or too large. The root is *out_root. */
GN_MUST_USE gn_err gn_json_tree_read(struct gn_json_tree *tree, gn_str text, const struct gn_json_node **out_root,
                                     struct gn_diag *diag);

/* The member of that name, or NULL; `object` may be NULL or no object. */
const struct gn_json_node *gn_json_at(const struct gn_json_node *object, const char *name);
/* Its text when it is a STRING, else empty. */
gn_str gn_json_text_at(const struct gn_json_node *object, const char *name);
/* The number of that name, or `otherwise`. */
double gn_json_number_at(const struct gn_json_node *object, const char *name, double otherwise);

#endif
