/* SPDX-License-Identifier: Apache-2.0 */
/* act/act_state.h -- all that act/ remembers: one block without pointers (private to the room).
 *
 *   state ─┬ head       magic, version, size, clock, counters
 *          ├ findings[]  open ones; a row points at its alarm by index
 *          ├ alarms[]    open ones; figures of their findings that are over already
 *          ├ decisions[] open ones, each with the action it led to
 *          ├ rules[]     past of (rule, Thing): what is covered, since when a condition holds
 *          └ rates[]     marks that rate limits count
 *
 * It is copied, stored and restored as bytes, so every row starts zeroed, has no padding that is not named, and is
 * checked as a whole (gn_act_state_sane) before it is believed. GN_ACT_STATE_VERSION changes with the layout.
 * About 1.6 MB; untouched rows cost address space only. */
#ifndef GN_ACT_ACT_STATE_H
#define GN_ACT_ACT_STATE_H

#include "act/solution_int.h"

enum {
    GN_ACT_STATE_VERSION = 4,
    GN_ACT_MODEL_BYTES = 24,
    GN_ACT_FAULT_BYTES = 16,
    GN_ACT_WHY_BYTES = 640,
    GN_ACT_PERSON_BYTES = 80, /* a user's name, or "rule " and a rule's name */
    GN_ACT_REFUSAL_BYTES = 200,
    GN_ACT_PLACE_BYTES = 48, /* an address */
    GN_ACT_RULE_WAYS = 8,    /* rows a (rule, Thing) may be in */
};

/* Times from outside are cut to this far from 1970, so that sums and differences in a state never overflow. */
#define GN_ACT_TIME_MAX (INT64_C(1) << 53)

/* Number of the record that caused it, and which of that record's it is; seq 0 = none. */
struct gn_act_id {
    uint64_t seq;
    uint64_t n;
};

/* What "usual" was: the readings and the model a finding stands on. */
struct gn_act_reference {
    int64_t from_ms, to_ms;
    uint64_t count;
    char model[GN_ACT_MODEL_BYTES]; /* "" = none */
    uint64_t model_version;
    struct gn_sha256 state_hash; /* all zero = not known */
};

struct gn_act_figures {
    double value, usual, usual_low, usual_high, score, p_value, evidence;
};

struct gn_open_finding {
    struct gn_act_id id; /* seq 0: the row is free */
    uint32_t series;
    uint32_t thing;
    uint32_t alarm;                 /* row, or GN_NONE when no alarm had room */
    uint32_t whole;                 /* bool: of the Thing as a whole */
    char fault[GN_ACT_FAULT_BYTES]; /* "" = an anomaly of the process */
    int64_t time_ms;                /* of the reading that started it */
    int64_t since_ms;               /* onset, by the readings' clock */
    int64_t held_from_ms;           /* onset, by the journal's clock */
    int64_t said_ms;                /* journal's clock at the last time it was said */
    int64_t period_ms;              /* of a silence: usual time between two readings */
    struct gn_act_figures worst;    /* at its highest score; evidence: its highest */
    double interval_alpha;
    double threshold;
    struct gn_act_reference reference;
};

struct gn_alarm_member {
    struct gn_act_id id; /* of the finding */
    uint64_t series;
    struct gn_act_figures worst;
    int64_t period_ms; /* of a silence; 0: it is none */
    uint32_t whole;    /* bool: of the Thing as a whole */
    uint32_t offline;  /* bool: it is not connected */
};

struct gn_open_alarm {
    struct gn_act_id id; /* seq 0: the row is free */
    uint32_t thing;
    uint32_t sensor; /* 0 process, 1 sensors; never mixed */
    int64_t time_ms; /* journal's clock at its start */
    int64_t since_ms;
    int64_t until_ms;      /* end of the last finding that is over */
    int64_t last_start_ms; /* journal's clock when a finding joined last */
    int64_t said_ms;
    double p_min;
    uint64_t finding_count; /* all that ever joined */
    uint64_t over_count;    /* rows used in over[] */
    double over_rest;       /* evidence of findings that are over and not in over[] */
    struct gn_alarm_member over[GN_ALARM_CONTRIBUTIONS_MAX];
};

typedef enum gn_decision_state {
    GN_DECISION_NONE,
    GN_DECISION_OBSERVED,
    GN_DECISION_ADVISED,
    GN_DECISION_PENDING,
    GN_DECISION_APPROVED,
    GN_DECISION_REJECTED,
    GN_DECISION_EXPIRED,
    GN_DECISION_REFUSED,
    GN_DECISION_STATE_COUNT
} gn_decision_state;

typedef enum gn_action_state {
    GN_ACTION_NONE,
    GN_ACTION_QUEUED,
    GN_ACTION_SENT,
    GN_ACTION_ACKNOWLEDGED,
    GN_ACTION_DONE,
    GN_ACTION_FAILED,
    GN_ACTION_EXPIRED,
    GN_ACTION_STATE_COUNT
} gn_action_state;

struct gn_open_action {
    struct gn_act_id id;                                               /* seq 0: there is none */
    uint64_t state;                                                    /* gn_action_state */
    int64_t queued_ms, sent_ms, acknowledged_ms, ended_ms, expires_ms; /* 0 = not yet */
    char message[GN_REASON_BYTES_MAX + 8];
};

struct gn_open_decision {
    struct gn_act_id id; /* seq 0: the row is free */
    uint64_t rule_key;   /* of the rule's name */
    uint32_t state;      /* gn_decision_state */
    uint32_t autonomy;   /* gn_autonomy */
    uint32_t condition_over;
    uint32_t thing;        /* of the finding or the reading */
    uint32_t action_thing; /* or GN_NONE: not known when the rule fired */
    uint32_t input_size;
    struct gn_act_id finding;
    struct gn_act_id alarm;
    uint64_t seq; /* of the record that led to it */
    int64_t time_ms, expires_ms, answered_ms;
    struct gn_sha256 rule_digest;
    struct gn_act_reference reference;
    struct gn_open_action action;
    char rule[GN_PROPERTY_BYTES_MAX + 8];
    char property[GN_PROPERTY_BYTES_MAX + 8];
    char action_name[GN_PROPERTY_BYTES_MAX + 8];
    char action_target[GN_THING_ID_BYTES_MAX + 8]; /* the Thing's id, also when it is not known */
    char person[GN_ACT_PERSON_BYTES];
    char reason[GN_REASON_BYTES_MAX + 8];
    char refusal[GN_ACT_REFUSAL_BYTES];
    char why[GN_ACT_WHY_BYTES];
    char input[GN_ACTION_INPUT_BYTES_MAX];
};

/* The past of one rule with one Thing. */
struct gn_rule_past {
    uint64_t key; /* of the rule's name; 0: the row is free */
    uint32_t thing;
    uint32_t series;       /* rules on readings: of the last one */
    uint64_t covered_seq;  /* findings up to this record were answered by an earlier decision */
    uint32_t holds;        /* rules on readings: the condition is true */
    uint32_t fired;        /* ... and led to a decision since it became true */
    int64_t holds_from_ms; /* journal's clock */
    int64_t used_ms;       /* journal's clock: the longest unused makes room */
    uint64_t reading_seq;  /* the last reading */
    double value;
};

struct gn_rate_mark {
    uint64_t key;
    int64_t until_ms; /* counts while the journal's clock is before this */
};

/* A person's order or wish that was taken: the same key is taken once. */
struct gn_order_key {
    uint64_t key[2]; /* 0, 0: the row is free */
    int64_t until_ms;
};

typedef enum gn_twin_state {
    GN_TWIN_NONE,
    GN_TWIN_WAITING, /* the device is away */
    GN_TWIN_SENT,
    GN_TWIN_REACHED,
    GN_TWIN_EXPIRED,
    GN_TWIN_REFUSED,
    GN_TWIN_WITHDRAWN,
    GN_TWIN_STATE_COUNT
} gn_twin_state;

/* What a property is to become; the row is free once it is reached, expired or withdrawn. */
struct gn_twin_row {
    uint32_t thing;
    uint32_t state; /* gn_twin_state; WAITING or SENT, NONE: the row is free */
    uint32_t value_size, topic_size, payload_size;
    uint32_t tries;
    int64_t since_ms, expires_ms, next_ms;
    char property[GN_PROPERTY_BYTES_MAX + 8];
    char person[GN_ACT_PERSON_BYTES];
    char value[GN_DESIRED_BYTES_MAX]; /* one JSON scalar */
    char topic[GN_DESIRED_BYTES_MAX]; /* where the device listens */
    char payload[GN_DESIRED_BYTES_MAX];
};

/* A token that is used in two places: act/identity.h. */
struct gn_identity_row {
    struct gn_act_id finding;
    struct gn_act_id alarm; /* seq 0: the row is free */
    uint32_t thing;
    uint32_t both;             /* bool: they were connected at once */
    int64_t since_ms, last_ms; /* journal's clock */
    char places[2][GN_ACT_PLACE_BYTES];
};

struct gn_act_counters {
    uint64_t findings_dropped; /* no row was free */
    uint64_t alarms_dropped;
    uint64_t decisions_dropped;
    uint64_t answers_ignored; /* unknown, late or malformed */
    uint64_t statuses_ignored;
    uint64_t deliveries_ignored;
};

struct gn_act_state {
    uint64_t magic;
    uint64_t version;
    uint64_t size;
    int64_t now_ms; /* the last tick; 0 before the first */
    uint64_t seq;   /* record the next ids are made from */
    uint64_t next_n;
    struct gn_act_counters counters;
    uint64_t rate_count; /* rows used, without gaps */
    struct gn_open_finding findings[GN_FINDINGS_OPEN_MAX];
    struct gn_open_alarm alarms[GN_ALARMS_OPEN_MAX];
    struct gn_open_decision decisions[GN_DECISIONS_OPEN_MAX];
    struct gn_rule_past rules[GN_RULE_STATES_MAX];
    struct gn_rate_mark rates[GN_RATE_MARKS_MAX];
    struct gn_order_key keys[GN_ORDER_KEYS_MAX];
    struct gn_twin_row twins[GN_DESIRED_MAX];
    struct gn_identity_row identities[GN_IDENTITIES_OPEN_MAX];
};

_Static_assert(sizeof(struct gn_open_finding) == 248, "no padding");
_Static_assert(sizeof(struct gn_alarm_member) == 96, "no padding");
_Static_assert(sizeof(struct gn_open_alarm) == 96 + 96 * GN_ALARM_CONTRIBUTIONS_MAX, "no padding");
_Static_assert(sizeof(struct gn_open_action) == 64 + GN_REASON_BYTES_MAX + 8, "no padding");
_Static_assert(sizeof(struct gn_rule_past) == 64, "no padding");
_Static_assert(sizeof(struct gn_twin_row) == 48 + 72 + 80 + 3 * GN_DESIRED_BYTES_MAX, "no padding");

_Static_assert(sizeof(struct gn_identity_row) == 56 + 2 * GN_ACT_PLACE_BYTES, "no padding");

/* Makes a fresh state of zeroed memory. */
void gn_act_state_init(struct gn_act_state *state);
/* Holds for any bytes of that size: false when they could not have come from this build. */
bool gn_act_state_sane(const struct gn_act_state *state);

#endif
