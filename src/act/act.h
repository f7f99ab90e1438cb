/* SPDX-License-Identifier: Apache-2.0 */
/* act/act.h -- from findings to actions: alarms, rules, decisions, approvals, the envelope, deliveries.
 *
 *   verdict ─▶ finding ─▶ alarm (a Thing's findings that start together are one)
 *                 └─▶ rule ─▶ decision ─┬ observe: recorded
 *   reading ───────────┘                ├ advise:  shown
 *                                       ├ ask:     pending ─answer▶ approved | rejected | expired
 *                                       └ act:     approved at once
 *                              approved ─▶ envelope ─▶ action: queued ─▶ sent ─▶ acknowledged ─▶ done
 *                                                                              └─▶ failed | expired
 *                              at its end ─▶ receipt
 *
 * Pure and deterministic: time comes from ticks, everything said leaves through `emit`, in order, as
 * canonical JSON; the state is one block without pointers that can be copied, stored and restored. No I/O,
 * no allocation after init. One owner: the engine thread. */
#ifndef GN_ACT_ACT_H
#define GN_ACT_ACT_H

#include "act/solution.h"
#include "base/buf.h"
#include "base/hash.h"
#include "thing/registry.h"

struct gn_act; /* opaque */

struct gn_emitted {
    const char *kind; /* "finding", "alarm", "decision", "action", "receipt" */
    gn_str id;
    uint32_t thing; /* index, or GN_NONE */
    gn_str state;
    int64_t time_ms;
    gn_str json; /* valid during the call */
};

/* An approved action inside its envelope: to be delivered once the record that caused it is durable. */
struct gn_act_send {
    uint32_t thing;
    gn_str action;
    gn_str id;
    gn_str payload; /* JSON, see connect/adapter.h */
    int64_t expires_ms;
    bool publish; /* no action: a message of the node's, `action` is its topic, `id` empty */
};

struct gn_act_host {
    void *self;
    void (*emit)(void *self, const struct gn_emitted *emitted);
    void (*send)(void *self, const struct gn_act_send *send);
    /* Is the Thing connected, by the journal? May be NULL: always. */
    bool (*linked)(void *self, uint32_t thing);
};

GN_MUST_USE gn_err gn_act_new(const struct gn_registry *registry, struct gn_act_host host, struct gn_act **out);
void gn_act_free(struct gn_act *act);
/* A new solution takes over; decisions that are open stay, with the text of the rule they came from. `solution` must
 * outlive its use here; NULL = no rules. */
void gn_act_use(struct gn_act *act, const struct gn_solution *solution);

/* What a model said of a series, at a reading or at a tick, when it is worth saying (START, GOING_ON, END).
 * Mirrors learn/model.h, which this room does not know. */
struct gn_act_finding {
    uint32_t series;
    uint64_t seq;      /* record that caused it */
    int phase;         /* 1 start, 2 going on, 3 end */
    const char *fault; /* sensor fault's name, or NULL: an anomaly of the process */
    bool whole;        /* faults "silent" and "offline": of the Thing as a whole, the series only carries it */
    int64_t period_ms; /* of those: usual time between two readings */
    int64_t time_ms;   /* of the reading */
    int64_t since_ms;
    double value, usual, usual_low, usual_high, interval_alpha;
    double score, p_value, evidence, threshold;
    int64_t reference_from_ms, reference_to_ms;
    uint64_t reference_count;
    const char *model; /* kind's name */
    uint32_t model_version;
    struct gn_sha256 state_hash; /* of the model's state, START and END only */
};
void gn_act_on_finding(struct gn_act *act, const struct gn_act_finding *finding);
/* The series' model was made anew (the solution changed what it means): what it had open ends here, for the new
 * model will never say END to it. */
void gn_act_forget_series(struct gn_act *act, uint64_t seq, uint32_t series, int64_t time_ms);
/* Every accepted numeric reading that a rule watches (see gn_act_watches). */
void gn_act_on_reading(struct gn_act *act, uint32_t series, uint64_t seq, int64_t time_ms, double value);
/* Does any rule look at readings of this series? Asked once per series and solution, then cached by the caller. */
bool gn_act_watches(const struct gn_act *act, uint32_t series);
void gn_act_on_tick(struct gn_act *act, uint64_t seq, int64_t now_ms);
/* {"decision":id,"verdict":"approve"|"reject","person":name,"reason":text}; an answer to nothing open is recorded as
 * ignored. */
void gn_act_on_answer(struct gn_act *act, uint64_t seq, int64_t time_ms, gn_str json);
void gn_act_on_delivery(struct gn_act *act, uint64_t seq, int64_t time_ms, gn_str action_id, int state);
/* A person's wish for a Thing's properties (record DESIRED); and what became of it: act/twin.h. */
void gn_act_on_desired(struct gn_act *act, uint64_t seq, int64_t time_ms, uint32_t thing, gn_str json, gn_str key);
/* Every reading of a series, `text` of a text one: cheap unless its property is to become something. */
void gn_act_on_reported(struct gn_act *act, uint64_t seq, uint32_t series, double value, gn_str text);
/* Its credential was seen in two places, or is over (record IDENTITY): act/identity.h. */
void gn_act_on_identity(struct gn_act *act, uint64_t seq, uint32_t thing, gn_str json);
/* The Thing is connected again: what it missed is sent. */
void gn_act_on_link(struct gn_act *act, uint64_t seq, uint32_t thing, int64_t time_ms);
/* The registry knows another series. */
void gn_act_on_series(struct gn_act *act);
/* {"id":..., "state":"done"|"failed", "message":...} from the device. */
void gn_act_on_status(struct gn_act *act, uint64_t seq, int64_t time_ms, uint32_t thing, gn_str action, gn_str payload);

/* The whole state, pointer-free: for snapshots. Restore: CORRUPT unless it is of this version and sane. */
gn_bytes gn_act_state(const struct gn_act *act);
GN_MUST_USE gn_err gn_act_restore(struct gn_act *act, gn_bytes state);
/* After restart and catch-up: calls host.send again for every action still queued. */
void gn_act_resend(struct gn_act *act);

#endif
