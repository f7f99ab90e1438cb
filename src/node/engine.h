/* SPDX-License-Identifier: Apache-2.0 */
/* node/engine.h -- one function of the journal: records in, findings and decisions out.
 *
 *   record ─▶ registry, models ─▶ verdict ─▶ act (alarms, rules, decisions) ─▶ output, send
 *
 * The same engine runs live, catches up after a restart, and replays an old journal; its only clock is the
 * TICK record, so the same records give the same outputs, bit for bit. Every output is folded into a
 * SHA-256 chain; now and then (at a tick, every GN_ENGINE_MARK_MS) the engine names its chain, the live node
 * journals that as a MARK, and whoever replays the journal compares.
 *
 * No I/O, no locks, no clock, no allocation but at a RULES record. One owner. */
#ifndef GN_NODE_ENGINE_H
#define GN_NODE_ENGINE_H

#include "act/act.h"
#include "base/hash.h"
#include "store/store.h"
#include "thing/record.h"

struct gn_engine; /* opaque */

enum {
    GN_ENGINE_MARK_MS = 10000,   /* between two marks, by the journal's clock */
    GN_ENGINE_SILENCE_MS = 1000, /* between two looks for series that fell silent */
    GN_ENGINE_MARKS_KEPT = 16,   /* marks made whose MARK record has not come by yet */
};

struct gn_engine_host {
    void *self;
    /* Something to keep; `output->seq` is the record that caused it. Valid during the call. */
    void (*output)(void *self, const struct gn_output *output);
    /* An action to deliver once record `seq` is durable. */
    void (*send)(void *self, const struct gn_act_send *send, uint64_t seq);
    /* The chain as of record `upto`: to be journaled as a MARK. */
    void (*mark)(void *self, uint64_t upto, uint64_t output_count, const struct gn_sha256 *chain);
    /* A MARK record disagrees with this engine: same journal, other outputs. */
    void (*mark_differs)(void *self, uint64_t upto);
};

GN_MUST_USE gn_err gn_engine_new(struct gn_engine_host host, struct gn_engine **out);
void gn_engine_free(struct gn_engine *engine); /* NULL is fine */

/* One record, in the order of the journal. Invalid or unknown ones change nothing. */
void gn_engine_feed(struct gn_engine *engine, const struct gn_record_head *record);

/* In replay: this bundle, which is copied, instead of what RULES records carry. INVAL with a diag. */
GN_MUST_USE gn_err gn_engine_override_rules(struct gn_engine *engine, gn_str bundle, struct gn_diag *diag);

/* Builds the registry before a restored state is fed on: THING and SERIES records up to the state's. */
void gn_engine_preload(struct gn_engine *engine, const struct gn_record_head *record);

/* The whole state as bytes, and back. FULL: the buffer is too small. CORRUPT: not of this build's layout,
 * or damaged; the engine is then good for gn_engine_free only. */
size_t gn_engine_image_bytes_max(void);
GN_MUST_USE gn_err gn_engine_snapshot(const struct gn_engine *engine, struct gn_buf *out);
GN_MUST_USE gn_err gn_engine_restore(struct gn_engine *engine, gn_bytes image);

/* After catching up: sends again what is still queued. */
void gn_engine_resend(struct gn_engine *engine);

uint64_t gn_engine_seq(const struct gn_engine *engine); /* last record fed */
int64_t gn_engine_now_ms(const struct gn_engine *engine);
uint64_t gn_engine_output_count(const struct gn_engine *engine);
uint64_t gn_engine_marks_compared(const struct gn_engine *engine);
struct gn_sha256 gn_engine_chain(const struct gn_engine *engine);
gn_str gn_engine_bundle(const struct gn_engine *engine); /* the solution in force, as text */
/* By the last LINK record of the Thing, it is connected. */
bool gn_engine_linked(const struct gn_engine *engine, uint32_t thing);
/* Time of the newest reading of a series; INT64_MIN when there was none. */
int64_t gn_engine_series_last_ms(const struct gn_engine *engine, uint32_t series);

#endif
