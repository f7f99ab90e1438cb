/* SPDX-License-Identifier: Apache-2.0 */
/* cli/json_pick.h -- takes single values out of JSON text, without a tree.
 *
 *      gn_pick(text, "journal.durable_seq")  ->  the slice `8123` inside text
 *
 * A slice is one whole JSON value as it was written, so it can be printed unchanged, picked from again or
 * walked. Each call is one pass over the text; fine for what the API answers, and nothing to free.
 * Malformed JSON and missing members both give the empty slice. Pure functions. */
#ifndef GN_CLI_JSON_PICK_H
#define GN_CLI_JSON_PICK_H

#include "base/bytes.h"
#include "base/json_read.h"

/* Member of an object by path; names are separated by dots. Empty when there is none. */
gn_str gn_pick(gn_str json, const char *path);

/* As text: a string unescaped, anything else as written, null and nothing as "". Always NUL-terminated;
 * cut at the end of a character when it does not fit. */
void gn_pick_text(gn_str json, const char *path, char *to, size_t capacity);
/* False, and *out untouched, unless it is a number (a whole one for i64). */
bool gn_pick_f64(gn_str json, const char *path, double *out);
bool gn_pick_i64(gn_str json, const char *path, int64_t *out);
/* True only for the literal true. */
bool gn_pick_true(gn_str json, const char *path);
/* There, and not null. */
bool gn_pick_has(gn_str json, const char *path);

/* Walks an array or an object, value by value. */
struct gn_pick_walk {
    struct gn_json json;
    gn_str key;          /* name of the member, unescaped; "" in an array */
    gn_str value;        /* as written */
    char key_bytes[256]; /* longer names are cut */
    bool is_object;
    bool failed; /* the text was malformed: what came before it was given out */
};
/* False when it is neither. Then: while (gn_pick_next(&walk)) ... */
bool gn_pick_walk(struct gn_pick_walk *walk, gn_str json);
bool gn_pick_next(struct gn_pick_walk *walk);

#endif
