/* SPDX-License-Identifier: Apache-2.0 */
/* connect/payload_int.h -- what payload.c, payload_nested.c and senml.c share, and nobody else needs. */
#ifndef GN_CONNECT_PAYLOAD_INT_H
#define GN_CONNECT_PAYLOAD_INT_H

#include "connect/payload.h"

/* The next token of the payload, be it JSON or CBOR; and stepping over a whole value. */
static inline struct gn_json_token gn_payload_next(struct gn_payload *payload)
{
    return payload->is_cbor ? gn_cbor_next(&payload->cbor) : gn_json_next(&payload->json);
}
bool gn_payload_skip(struct gn_payload *payload, struct gn_json_token token);
gn_err gn_payload_not_json(struct gn_payload *payload, struct gn_diag *diag);
size_t gn_payload_at(const struct gn_payload *payload);
gn_err gn_payload_keep(struct gn_payload *payload, gn_str text, gn_str *out, struct gn_diag *diag);
/* Kind and value from a token; what is no reading is refused in the item's name. */
gn_err gn_payload_set(struct gn_payload *payload, struct gn_item *item, const struct gn_json_token *token,
                      struct gn_diag *diag);
gn_err gn_payload_time_ms(double seconds_or_ms, bool is_seconds, int64_t *out_ms);
struct gn_item *gn_payload_item(struct gn_payload *payload, struct gn_diag *diag);
gn_err gn_payload_put(struct gn_payload *payload, gn_str name, const struct gn_json_token *value, struct gn_diag *diag);
/* The last item's name is among those before it. */
bool gn_payload_is_repeated(struct gn_payload *payload);

/* What stands inside `kind` (just read), to its end, as items named `name`.KEY and `name`.0, .1 ...; "" for no prefix.
 */
gn_err gn_payload_nested(struct gn_payload *payload, gn_str name, gn_json_kind kind, struct gn_diag *diag);
/* `prefix`.`key` (or `key`), copied into the payload's text. */
gn_err gn_payload_join(struct gn_payload *payload, gn_str prefix, gn_str key, gn_str *out, struct gn_diag *diag);

#endif
