/* SPDX-License-Identifier: Apache-2.0 */
/* act/yaml_tree.h -- one YAML document as a bounded tree whose nodes know their line and column.
 *
 *      things:              MAP ─ key "things" ─ LIST ─┬ MAP ─ key "thing" ─ SCALAR "press-7"
 *        - thing: press-7                              └ ...
 *
 * libyaml (0.2.5) does the reading as a stream of events; here they become nodes in one block, so depth, number
 * and size are bounded, and everything of YAML that a solution does not need is refused where it stands: anchors
 * and aliases, tags, keys that are not plain text, duplicate keys, a second document. Every scalar is text; what
 * it means is decided by who reads it (so `no` and `010` surprise nobody). One owner; no recursion. */
#ifndef GN_ACT_YAML_TREE_H
#define GN_ACT_YAML_TREE_H

#include "base/bytes.h"
#include "base/limits.h"

typedef enum gn_yaml_kind { GN_YAML_SCALAR, GN_YAML_LIST, GN_YAML_MAP } gn_yaml_kind;

#define GN_YAML_NONE UINT32_MAX

struct gn_yaml_node {
    gn_str text; /* SCALAR: valid while the tree is; a key's text, too */
    uint32_t line;
    uint32_t column;
    uint32_t first; /* LIST: first item; MAP: first key; a key: its value; else GN_YAML_NONE */
    uint32_t last;  /* of the same, so that adding is O(1) */
    uint32_t next;  /* item or key behind this one */
    uint32_t count; /* items or keys */
    uint8_t kind;   /* gn_yaml_kind */
    bool plain;     /* SCALAR: written without quotes, on one line */
};

struct gn_yaml_tree; /* opaque */

/* Room for texts of up to `text_bytes_max`. FULL when memory is not to be had. */
GN_MUST_USE gn_err gn_yaml_tree_new(size_t text_bytes_max, struct gn_yaml_tree **out);
void gn_yaml_tree_free(struct gn_yaml_tree *tree); /* NULL is fine */

/* Reads one document, in place of what was there. INVAL with line and column. */
GN_MUST_USE gn_err gn_yaml_tree_read(struct gn_yaml_tree *tree, gn_str text, struct gn_diag *diag);

const struct gn_yaml_node *gn_yaml_root(const struct gn_yaml_tree *tree);
/* First child and the one behind it; NULL at the end. */
const struct gn_yaml_node *gn_yaml_first(const struct gn_yaml_tree *tree, const struct gn_yaml_node *node);
const struct gn_yaml_node *gn_yaml_next(const struct gn_yaml_tree *tree, const struct gn_yaml_node *node);
/* The value of a key; never NULL for a key. */
const struct gn_yaml_node *gn_yaml_value(const struct gn_yaml_tree *tree, const struct gn_yaml_node *key);
/* The value under `key` of a MAP, or NULL. */
const struct gn_yaml_node *gn_yaml_get(const struct gn_yaml_tree *tree, const struct gn_yaml_node *map,
                                       const char *key);

#endif
