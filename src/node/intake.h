/* SPDX-License-Identifier: Apache-2.0 */
/* node/intake.h -- the one writer of the ring: whatever happens becomes a record here, and gets its number.
 *
 *   adapters, portal commands, engine marks, the clock ──▶ intake ──records──▶ ring
 *
 * Checks what only the node can know (does the series exist, is the time possible, was this packet journaled
 * before), takes a packet whole or not at all, and answers with the ring position at which it is safe to
 * acknowledge. Owns the registry that all numbers come from. Belongs to the net thread, except where said.
 *
 * Time: readings without a time are stamped with the wall clock, also when it stepped back. TICK records carry
 * the journal's clock, which follows the wall clock forward and never goes back: after a step back it goes on
 * at the pace of the monotonic clock until the wall clock has caught up. */
#ifndef GN_NODE_INTAKE_H
#define GN_NODE_INTAKE_H

#include <pthread.h>

#include "base/ring.h"
#include "connect/adapter.h"
#include "guard/guard.h"
#include "thing/registry.h"

enum {
    GN_INTAKE_PACKET_BYTES = 1 << 20, /* what one packet may cause at most: readings, and the message itself */
    GN_INTAKE_TICK_MS = 100,          /* the journal's clock under traffic; a timer ticks every second in any case */
    GN_INTAKE_RECENT = 1024,          /* packets of a Thing that a redelivery is compared with; a power of two */
    GN_INTAKE_WHY_BYTES = 160,
    GN_INTAKE_AHEAD_TRUST_MS = 60000, /* a series this far ahead of the clock does not make others late */
};

_Static_assert(GN_INTAKE_RECENT >= (int)GN_MQTT_RECEIVE_MAXIMUM && (GN_INTAKE_RECENT & (GN_INTAKE_RECENT - 1)) == 0,
               "whatever a client may have in flight can be sent again, and is to be known");

struct gn_intake_recent {
    uint32_t fingerprint;
    uint16_t packet; /* 0 = none */
    uint16_t zero;
};

struct gn_refusals { /* under the intake's mutex: the portal reads them */
    uint64_t count;
    char why[GN_INTAKE_WHY_BYTES];
};

struct gn_intake_core {
    gn_err (*foreign)(void *self, const struct gn_foreign *message, uint64_t *out_token, struct gn_diag *diag);
    gn_err (*through)(void *self, uint32_t gateway, gn_str key, uint32_t *out_thing, struct gn_diag *diag);
    void *foreign_self; /* of both: node/onboard.h; NULL: foreign messages are handed on only */
    gn_err (*certify)(void *self, const struct gn_certify_ask *ask, struct gn_diag *diag);
    void *certify_self; /* node/certify.h; NULL: not offered */
    struct gn_ring *ring;
    struct gn_guard *guard;
    const struct gn_policy *policy; /* of the solution in force; NULL: own trees only. Does not change in a run */
    struct gn_clock clock;
    struct gn_registry registry;
    uint64_t next_seq;
    bool is_gathering; /* what is written becomes visible with what follows */
    int64_t wall_ms;   /* of this turn of the loop */
    int64_t mono_us;
    int64_t tick_ms;                                /* the journal's clock, as of the last TICK */
    int64_t tick_mono_ms;                           /* when that was */
    int64_t *series_last_ms;                        /* [GN_SERIES_MAX] */
    struct gn_intake_recent *recent;                /* [GN_THINGS_MAX * GN_INTAKE_RECENT] */
    _Atomic bool *online;                           /* [GN_THINGS_MAX] */
    uint32_t series_of[GN_READINGS_PER_PACKET_MAX]; /* of the packet at hand, GN_NONE: new */
    bool *revoked;                                  /* [GN_THINGS_MAX]: what it said before is handed to nobody */
    struct gn_refusals *refusals;                   /* [GN_THINGS_MAX] */
    pthread_mutex_t refusals_mutex;
    _Atomic bool wants_news; /* the net thread waits for a follower of the ring: who moves on and clears it, wakes it */
    _Atomic uint64_t packet_count;
    _Atomic uint64_t reading_count;
    _Atomic uint64_t refused_count;
    _Atomic uint64_t redelivered_count;
    _Atomic uint32_t online_count;
    _Atomic uint32_t thing_count; /* copies of the registry's, for other threads */
    _Atomic uint32_t series_count;
};

GN_MUST_USE gn_err gn_intake_init(struct gn_intake_core *intake, struct gn_guard *guard, struct gn_clock clock,
                                  struct gn_ring *ring, const uint8_t seed[static 16]);
void gn_intake_fini(struct gn_intake_core *intake);

/* The table that adapters see. */
struct gn_intake gn_intake_table(struct gn_intake_core *intake);

/* At boot: what the journal already holds builds the registry and the memory of recent packets. CORRUPT when the
 * records do not follow from one another. */
GN_MUST_USE gn_err gn_intake_recall(struct gn_intake_core *intake, const struct gn_record_head *record);

/* Reads the clocks; once a turn of the loop. */
void gn_intake_turn(struct gn_intake_core *intake);
/* Writes a TICK when the last is `at_least_ms` old. AGAIN: the ring is full. */
gn_err gn_intake_tick(struct gn_intake_core *intake, int64_t at_least_ms);

/* The node's own records. AGAIN: the ring is full; *out_token as in connect/adapter.h. */
gn_err gn_intake_thing_add(struct gn_intake_core *intake, gn_str name, char out_id[static GN_THING_ID_BYTES_MAX + 1],
                           uint64_t *out_token, struct gn_diag *diag);
/* A device that speaks through a gateway, or by a mapping: kept, and shown as discovered. `id` may be empty, then it
 * is made from the name. FULL when THINGS_DISCOVERED_MAX wait already; EXISTS when the id is taken. */
struct gn_intake_device {
    gn_str id;
    gn_str name;
    gn_str key;
    uint32_t via;
    gn_thing_source source;
    gn_thing_state state;
};
gn_err gn_intake_discover(struct gn_intake_core *intake, const struct gn_intake_device *device, uint32_t *out_thing,
                          uint64_t *out_token, struct gn_diag *diag);
/* Adopts, ignores; a name that is not empty is its new one. Nothing is written when nothing changes. */
gn_err gn_intake_thing_state(struct gn_intake_core *intake, uint32_t thing, gn_thing_state state, gn_str name,
                             uint64_t *out_token, struct gn_diag *diag);
gn_err gn_intake_rules(struct gn_intake_core *intake, gn_str bundle, uint64_t *out_token);
gn_err gn_intake_answer(struct gn_intake_core *intake, gn_str json, uint64_t *out_token);
/* What a Thing is: `json` as gn_description_read left it. */
gn_err gn_intake_description(struct gn_intake_core *intake, uint32_t thing, gn_str json, uint64_t *out_token);
/* Its token was seen at two addresses ("turns", "both"), or is no more ("renewed", "revoked"; the places are ""). */
gn_err gn_intake_identity(struct gn_intake_core *intake, uint32_t thing, const char *state, const char *first,
                          const char *second, uint64_t *out_token);
/* What a Thing is to become, see thing/record.h; at most once for each key. */
gn_err gn_intake_desired(struct gn_intake_core *intake, uint32_t thing, gn_str json, gn_str key, uint64_t *out_token);
gn_err gn_intake_mark(struct gn_intake_core *intake, uint64_t upto, uint64_t output_count,
                      const uint8_t hash[static 32]);

/* All a Thing has was withdrawn: from now on it may neither speak nor hear, what it left behind with others included.
 */
void gn_intake_revoke(struct gn_intake_core *intake, uint32_t thing);
/* It proved who it is with something that was issued since. */
void gn_intake_welcome(struct gn_intake_core *intake, uint32_t thing);
/* At boot, when all Things are known: asks the guard who is revoked. */
void gn_intake_recall_revoked(struct gn_intake_core *intake);

/* For the portal, any thread. */
bool gn_intake_online(struct gn_intake_core *intake, uint32_t thing);
void gn_intake_refusal(struct gn_intake_core *intake, uint32_t thing, uint64_t *out_count, struct gn_buf *out_why);

#endif
