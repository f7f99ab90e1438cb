/* SPDX-License-Identifier: Apache-2.0 */
/* connect/payload_int.h -- what payload.c and senml.c share, and nobody else needs. */
#ifndef GN_CONNECT_PAYLOAD_INT_H
#define GN_CONNECT_PAYLOAD_INT_H

#include "connect/payload.h"

gn_err gn_payload_not_json(struct gn_payload *payload, struct gn_diag *diag);
size_t gn_payload_at(const struct gn_payload *payload);
gn_err gn_payload_keep(struct gn_payload *payload, gn_str text, gn_str *out, struct gn_diag *diag);
/* Kind and value from a token; what is no reading is refused in the item's name. */
gn_err gn_payload_set(struct gn_payload *payload, struct gn_item *item, const struct gn_json_token *token,
                      struct gn_diag *diag);
gn_err gn_payload_time_ms(double seconds_or_ms, bool is_seconds, int64_t *out_ms);
struct gn_item *gn_payload_item(struct gn_payload *payload, struct gn_diag *diag);

#endif
