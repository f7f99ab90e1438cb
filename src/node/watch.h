/* SPDX-License-Identifier: Apache-2.0 */
/* node/watch.h -- who fell silent: a series, or its whole Thing, and is that because it is not connected?
 *
 *      LINK, readings ─▶ watch ◀─ tick
 *                          │ look, once a second
 *                          ├ one series overdue, others go on ──────▶ "silent" of that series
 *                          ├ nothing of the Thing at all ───────────▶ "silent" of the Thing    (one finding)
 *                          └ and it is not connected ───────────────▶ "offline" of the Thing   (one finding)
 *
 * A finding of a Thing stands on the series that was missed first, its carrier; while it is open the Thing's other
 * series are not spoken of, so that fifty of them are one alarm and not fifty. The next reading of any of them ends it,
 * and all are given their patience anew.
 *
 * Part of the engine: owned by it, kept in its image, no clock but TICKs. The clock of listening leaves out what lay
 * between two ticks further apart than GN_WATCH_STEP_MS: then the node itself was away. */
#ifndef GN_NODE_WATCH_H
#define GN_NODE_WATCH_H

#include "learn/silence.h"
#include "thing/registry.h"

enum { GN_WATCH_STEP_MS = 2000 };

typedef enum gn_watch_link { GN_WATCH_LINK_UNKNOWN, GN_WATCH_LINK_UP, GN_WATCH_LINK_DOWN } gn_watch_link;

struct gn_watch_thing {
    int64_t heard_at; /* clock of listening when any of its series spoke last */
    uint32_t carrier; /* series + 1 of its open finding, 0 = none */
    uint8_t link;     /* gn_watch_link */
    uint8_t offline;  /* the open finding says so */
    uint8_t zero[2];
};

struct gn_watch {
    struct gn_silence *series;     /* [GN_SERIES_MAX] */
    struct gn_watch_thing *things; /* [GN_THINGS_MAX] */
    int64_t now_ms;                /* journal's clock */
    int64_t listened_ms;           /* clock of listening; begins at 1 */
};

typedef enum gn_watch_phase { GN_WATCH_START, GN_WATCH_GOES_ON, GN_WATCH_END } gn_watch_phase;

struct gn_watch_word {
    uint32_t series;
    gn_watch_phase phase;
    bool whole;        /* it is about the Thing */
    bool offline;      /* and it is not connected */
    int64_t heard_ms;  /* journal's clock at its last arrival */
    int64_t silent_ms; /* as long as it was listened for */
    int64_t period_ms; /* usual */
};
typedef void gn_watch_say(void *ctx, const struct gn_watch_word *word);

GN_MUST_USE gn_err gn_watch_init(struct gn_watch *watch);
void gn_watch_fini(struct gn_watch *watch);

void gn_watch_tick(struct gn_watch *watch, int64_t now_ms);
void gn_watch_link_is(struct gn_watch *watch, uint32_t thing, bool up);
/* A reading of the series came; may END what was open. */
void gn_watch_hear(struct gn_watch *watch, const struct gn_registry *registry, uint32_t series, gn_watch_say *say,
                   void *ctx);
/* Looks for who is overdue. */
void gn_watch_look(struct gn_watch *watch, const struct gn_registry *registry, gn_watch_say *say, void *ctx);

/* Restored rows: could they have come from here? */
bool gn_watch_valid(const struct gn_watch *watch, uint32_t thing_count, uint32_t series_count);

#endif
