/* SPDX-License-Identifier: Apache-2.0 */
/* connect/sparkplug/sparkplug_birth.h -- what a birth certificate says, and what later messages mean by it.
 *
 *   NBIRTH, DBIRTH ─┬▶ struct gn_device: properties with type, unit and range      "Motor/Speed" ─▶ Motor.Speed
 *                   └▶ struct gn_sparkplug_birth: name, alias ─▶ property, type
 *   NDATA, DDATA ────▶ by alias, or by name ─▶ readings
 *   property, value ─▶ the same ─▶ a metric of an NCMD or DCMD, typed as in the birth
 *
 * All metrics of a birth are known by name and alias; those that are no reading (data sets, templates, bytes, arrays)
 * and those beyond SERIES_PER_THING_MAX are known too, so that they are passed over later and not taken for strangers.
 * A birth with a name or an alias twice is refused whole. Names and types are a copy; one piece of memory a birth.
 * Lookups: O(log n). */
#ifndef GN_CONNECT_SPARKPLUG_BIRTH_H
#define GN_CONNECT_SPARKPLUG_BIRTH_H

#include "base/json_tree.h"
#include "base/timestamp.h"
#include "connect/adapter.h"
#include "connect/discover/device.h"
#include "connect/sparkplug/sparkplug_payload.h"
#include "connect/sparkplug/sparkplug_topic.h"

struct gn_sparkplug_known {
    gn_str name;
    gn_str property; /* empty: never a reading */
    uint64_t alias;
    bool has_alias;
    uint8_t type; /* gn_sparkplug_type */
};

struct gn_sparkplug_birth {
    uint32_t count;
    uint32_t alias_count;
    bool has_bd; /* an NBIRTH says which session it begins */
    uint64_t bd;
    uint16_t *by_name;                   /* [count] */
    uint16_t *by_alias;                  /* [alias_count] */
    struct gn_sparkplug_known metrics[]; /* [count], then those two and all text */
};

/* The birth of the edge node, or of the device, that `topic` names; `device` gets what is proposed of it, and may be
 * NULL. INVAL, with words; FULL: no memory. The birth is the caller's, to be given back with gn_sparkplug_birth_free.
 */
GN_MUST_USE gn_err gn_sparkplug_birth_read(const struct gn_sparkplug_payload *payload,
                                           const struct gn_sparkplug_topic *topic, struct gn_device *device,
                                           struct gn_sparkplug_birth **out, struct gn_diag *diag);
void gn_sparkplug_birth_free(struct gn_sparkplug_birth *birth); /* NULL is fine */

/* By its alias when it has no name, else by its name. NULL: the birth did not say so. */
const struct gn_sparkplug_known *gn_sparkplug_birth_find(const struct gn_sparkplug_birth *birth,
                                                         const struct gn_sparkplug_metric *metric);

/* What of a payload becomes readings. */
struct gn_sparkplug_items {
    struct gn_item *items;             /* [GN_SPARKPLUG_METRICS_MAX] */
    char (*times)[GN_TIME_TEXT_BYTES]; /* [GN_SPARKPLUG_METRICS_MAX]: text of DateTime values */
    size_t count;
    uint32_t unknown;  /* metrics that no birth named */
    uint32_t left_out; /* no value of their type, no time a reading may have, or not good */
};

/* Readings up to `latest_ms`; they borrow from birth and payload. Null values are no readings, and are not counted. */
void gn_sparkplug_birth_items(const struct gn_sparkplug_birth *birth, const struct gn_sparkplug_payload *payload,
                              int64_t latest_ms, struct gn_sparkplug_items *out);

/* A metric of a command that sets a property. NOT_FOUND: it has none of that name; INVAL, with words: no value of the
 * metric's type. Borrows from birth and value. */
GN_MUST_USE gn_err gn_sparkplug_birth_command(const struct gn_sparkplug_birth *birth, gn_str property,
                                              const struct gn_json_node *value, struct gn_sparkplug_metric *out,
                                              struct gn_diag *diag);

/* The death of an edge node ends the session that its birth began: NDEATH's bdSeq is NBIRTH's. False: it is the will of
 * an earlier one. */
bool gn_sparkplug_death_counts(const struct gn_sparkplug_birth *birth, const struct gn_sparkplug_payload *death);

#endif
