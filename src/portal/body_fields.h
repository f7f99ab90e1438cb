/* SPDX-License-Identifier: Apache-2.0 */
/* portal/body_fields.h -- a small body as named texts: a flat JSON object of strings, or a form.
 *
 *      {"user":"anna","password":"..."}         user=anna&password=...
 *
 * The values are copied into memory of the fields, decoded; gn_body_wipe clears it, for passwords pass here.
 * A name that is not a string's, that stands twice, or a value that is too long is refused with words. */
#ifndef GN_PORTAL_BODY_FIELDS_H
#define GN_PORTAL_BODY_FIELDS_H

#include "base/bytes.h"

enum { GN_BODY_FIELDS_MAX = 8, GN_BODY_FIELDS_BYTES = 4096 };

struct gn_body_fields {
    gn_str names[GN_BODY_FIELDS_MAX];
    gn_str values[GN_BODY_FIELDS_MAX];
    size_t count;
    size_t used;
    char bytes[GN_BODY_FIELDS_BYTES];
};

/* INVAL with words; for JSON the diag's column is the byte, counted from 1. An empty body has no fields. */
GN_MUST_USE gn_err gn_body_from_json(struct gn_body_fields *fields, gn_str body, struct gn_diag *diag);
GN_MUST_USE gn_err gn_body_from_form(struct gn_body_fields *fields, gn_str body, struct gn_diag *diag);

/* Empty when it is not there. */
gn_str gn_body_get(const struct gn_body_fields *fields, const char *name);
bool gn_body_has(const struct gn_body_fields *fields, const char *name);

/* The first name that is not in the NULL-terminated list, or empty. */
gn_str gn_body_unknown(const struct gn_body_fields *fields, const char *const *known);

void gn_body_wipe(struct gn_body_fields *fields);

#endif
