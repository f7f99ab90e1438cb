/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/push_series.h -- from the bytes a series is written with to its number, fast when it was seen before.
 *
 *   sender, "cpu,host=a", "idle" ─hash─▶ [8 places in a row] ─▶ series 41, number          tens of nanoseconds
 *                                  └─ not there ─▶ taken apart, Thing and property named, made if new ─▶ remembered
 *
 * Clients send the same series again and again, byte for byte. So what was written is looked up as it stands; only the
 * first time is it unescaped, sorted and named (push_name.h). The same series written in another way is another entry
 * with the same number. A stranger who makes keys collide gets the slow way, no more: only so many places are looked
 * at, and a full cache is emptied. Belongs to the net thread. */
#ifndef GN_CONNECT_PUSH_SERIES_H
#define GN_CONNECT_PUSH_SERIES_H

#include "connect/adapter.h"
#include "connect/push/push_name.h"

enum { GN_PUSH_SERIES_SLOTS = 65536, GN_PUSH_SERIES_PROBES = 8 };

struct gn_push_series_slot {
    uint32_t hash;
    uint32_t at; /* in `names`: series, field */
    uint16_t series_size;
    uint16_t field_size; /* 0: the slot is empty */
    uint32_t sender;
    uint32_t series;
    uint8_t is_text;
};

struct gn_push_series {
    const struct gn_intake *intake;
    struct gn_push_series_slot *slots; /* [GN_PUSH_SERIES_SLOTS] */
    char *names;                       /* [GN_PUSH_CACHE_BYTES] */
    uint32_t names_used;
    uint32_t count;
    struct gn_push_metric metric; /* of the series at hand */
    size_t text_used;
    char text[GN_PUSH_LINE_BYTES_MAX]; /* its names, unescaped */
};

GN_MUST_USE gn_err gn_push_series_init(struct gn_push_series *series, const struct gn_intake *intake);
void gn_push_series_fini(struct gn_push_series *series);

/* A hash of the series alone, for all fields of a line. */
uint32_t gn_push_series_hash(gn_str written);

/* What a line protocol series and field, as written, are. INVAL: names that cannot be, or another kind; FULL: a limit;
 * AGAIN: the ring is full; the diag says why. */
GN_MUST_USE gn_err gn_push_series_find(struct gn_push_series *series, uint32_t sender, gn_str written, uint32_t hash,
                                       gn_str field, gn_series_kind kind, uint32_t *out_series, struct gn_diag *diag);

#endif
