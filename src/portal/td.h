/* SPDX-License-Identifier: Apache-2.0 */
/* portal/td.h -- a Thing as a W3C WoT Thing Description 1.1, from all that is known of it.
 *
 *      description (thing/description.h) ─┐
 *      series: names, kinds ──────────────┼─▶ TD: properties, actions, events, each with forms over HTTP and MQTT
 *      solution: units, ranges, actions ──┘
 *
 * What a person described wins over what the solution says, and that over what was learnt. Actions are those of the
 * solution, since only they have an envelope; a description adds titles to them. Names are written percent-encoded into
 * addresses. Reads from: W3C "WoT Thing Description 1.1" (5 December 2023), "WoT Discovery" (same day), MQTT binding
 * (mqv). Writes into a buffer; no state. */
#ifndef GN_PORTAL_TD_H
#define GN_PORTAL_TD_H

#include "portal/values.h"

struct gn_td_source {
    const struct gn_thing *thing;
    gn_str description; /* as journaled; empty = none */
    const struct gn_series_list *series;
    gn_str actions; /* JSON array of this Thing's actions, see portal/thing_actions.h */
    gn_str host;    /* of the request: what the client calls us */
    bool secure;    /* it came over TLS */
    gn_str mqtt;    /* "mqtt://HOST:PORT", or empty: no MQTT forms */
    const char *cookie_name;
};

void gn_td_write(struct gn_api *api, const struct gn_td_source *source, struct gn_jw *w);

/* The directory's own description, /.well-known/wot. */
void gn_td_write_directory(const struct gn_td_source *source, struct gn_jw *w);

/* [A-Za-z0-9-._~] as they are, all else as %XX. */
void gn_td_escape(struct gn_buf *out, gn_str text);

/* The Thing's description out of the store, added to `out`; nothing when it has none. */
GN_MUST_USE gn_err gn_td_description(struct gn_api *api, gn_str thing_id, struct gn_buf *out);

#endif
