/* SPDX-License-Identifier: Apache-2.0 */
/* connect/adapter.h -- the contract between an endpoint (MQTT, later CoAP, Modbus ...) and the node.
 *
 *   device ─bytes▶ adapter ─packet▶ intake ─records▶ ring ─▶ journal ─durable▶ adapter ─ack▶ device
 *   device ◀─bytes─ adapter ◀─action── node                       (only what is durable may cause one)
 *
 * In: the adapter authenticates a device, parses a whole packet into items and hands them over at once;
 * the intake takes all of them or none. It answers with a token, and the adapter acknowledges the packet
 * when the durable cursor has reached that token. FULL means: keep the packet's bytes, stop reading from this
 * device, try again at `resume`. Out: the node asks the adapter to deliver an action and is told how far
 * it got. All on the net thread. */
#ifndef GN_CONNECT_ADAPTER_H
#define GN_CONNECT_ADAPTER_H

#include <uv.h>

#include "base/buf.h"
#include "guard/policy.h"
#include "guard/scram.h"
#include "os/clock.h"
#include "thing/record.h"
#include "thing/registry.h"

#define GN_TIME_NONE INT64_MIN /* the device gave no time */

struct gn_item {
    gn_str property;
    gn_series_kind kind;
    double value;    /* NUMBER: finite; BOOL: 0 or 1 */
    gn_str text;     /* TEXT */
    int64_t time_ms; /* or GN_TIME_NONE */
};

struct gn_packet {
    uint32_t thing;
    uint16_t packet_id; /* 0 = the device does not ask for an acknowledgement */
    bool redelivered;   /* the protocol says this may have been sent before (MQTT DUP) */
    uint32_t fingerprint;
    const struct gn_item *items;
    size_t item_count;
};

struct gn_message { /* EVENT or STATUS of an action */
    uint32_t thing;
    uint8_t type; /* GN_RECORD_EVENT, GN_RECORD_STATUS */
    gn_str name;
    gn_str payload;
    uint16_t packet_id; /* as in struct gn_packet */
    bool redelivered;
    uint32_t fingerprint;
};

/* A message on a topic that is none of ours, from a Thing that may publish there. */
struct gn_foreign {
    uint32_t thing; /* who sent it: a gateway, or a device with topics of its own */
    gn_str topic;
    gn_bytes payload;
    bool retained;
    uint16_t packet_id; /* as in struct gn_packet */
    bool redelivered;
    uint32_t fingerprint;
};

/* A Thing asks for its next certificate. */
struct gn_certify_ask {
    uint32_t thing;
    gn_bytes request;     /* PKCS #10, PEM or DER */
    gn_str answer_to;     /* a topic of its own tree */
    gn_bytes correlation; /* goes with the answer; may be empty */
};

/* A record of the endpoint's own, which it gets back at the next start (gn_adapter.recall): PUBLISH, SESSION. */
struct gn_keep {
    uint32_t thing;
    uint8_t type;
    uint8_t flag;
    uint16_t packet;
    gn_str name;
    const gn_bytes *parts; /* of its payload */
    size_t part_count;
};

/* Many readings of series that exist, of any Things: what a program brings that sends thousands at once. */
struct gn_sample {
    uint32_t series;
    uint32_t mark;   /* the adapter's own: whence it came */
    int64_t time_ms; /* or GN_TIME_NONE */
    union {
        double value; /* NUMBER, BOOL: as in struct gn_item */
        struct {
            uint32_t at; /* in `texts` */
            uint32_t size;
        } text;
    };
};

struct gn_samples {
    const struct gn_sample *at;
    size_t count;
    const char *texts;
};

enum { GN_SAMPLES_MAX = 1024 /* handed over at once */ };

/* What the node offers its adapters. */
struct gn_intake {
    void *self;
    /* NOT_FOUND or DENIED for a wrong id or token: adapters must answer both alike. `source` is the peer's
     * address, for bounding guesses; *out_delay_ms is how long to hold the answer back. */
    gn_err (*authenticate)(void *self, gn_str id, gn_str token, gn_str source, uint32_t *out_thing,
                           int64_t *out_delay_ms);
    /* A device that has proved who it is in another way (its certificate): its Thing. DENIED: there is none. */
    gn_err (*recognise)(void *self, gn_str id, uint32_t *out_thing);
    /* The same by SCRAM-SHA-256, as in guard/guard.h. NULL: not offered. */
    gn_err (*scram_begin)(void *self, struct gn_scram *scram, gn_str message, struct gn_buf *out);
    gn_err (*scram_finish)(void *self, const struct gn_scram *scram, gn_str message, gn_str source, struct gn_buf *out,
                           uint32_t *out_thing, int64_t *out_delay_ms);
    /* All items or none. *out_token: acknowledge when durable reaches it. AGAIN: the ring is full.
     * INVAL: a reading cannot be kept (time, name, kind; the diag says which); FULL: a named limit.
     * A redelivered packet or message that is in the journal already is not written again, and is GN_OK. */
    gn_err (*packet)(void *self, const struct gn_packet *packet, uint64_t *out_token, struct gn_diag *diag);
    /* The Thing that a gateway calls `key`; a new one is discovered, and stands as coming through it. INVAL: a Thing
     * that speaks for itself; FULL, AGAIN as above. NULL: an adapter has no Things but those that come to it. */
    gn_err (*through)(void *self, uint32_t gateway, gn_str key, uint32_t *out_thing, struct gn_diag *diag);
    /* The series of a property, made when there is none. INVAL: its name, or it is of another kind; FULL, AGAIN as
     * above. */
    gn_err (*series)(void *self, uint32_t thing, gn_str property, gn_series_kind kind, uint32_t *out_series,
                     struct gn_diag *diag);
    /* Takes samples from the first on. OK: *out_taken of them, all that go into the ring at once: hand over the rest.
     * INVAL: all before samples->at[*out_taken], which cannot be kept, as the diag says. AGAIN: none, the ring is full.
     * *out_token as above, for what was taken. */
    gn_err (*samples)(void *self, const struct gn_samples *samples, size_t *out_taken, uint64_t *out_token,
                      struct gn_diag *diag);
    gn_err (*message)(void *self, const struct gn_message *message, uint64_t *out_token, struct gn_diag *diag);
    /* Readings of it, a device announced, or nothing the node understands, which is OK too. Answers as `packet`. May be
     * NULL: foreign messages are handed on, and that is all. */
    gn_err (*foreign)(void *self, const struct gn_foreign *message, uint64_t *out_token, struct gn_diag *diag);
    /* The answer is published later, also that of a request the CA refuses. INVAL: not even a request; FULL: too many
     * are under way, or one of this Thing. NULL: not offered. */
    gn_err (*certify)(void *self, const struct gn_certify_ask *ask, struct gn_diag *diag);
    /* AGAIN as above, FULL: larger than a record. NULL: nothing is kept over a restart. */
    gn_err (*keep)(void *self, const struct gn_keep *keep, uint64_t *out_token);
    /* What is written from `on` until it is off again stands in the journal whole, or not at all. NULL: as it comes. */
    void (*gather)(void *self, bool on);
    /* True when all that one packet may cause will be taken now; otherwise as after an AGAIN. NULL: always. */
    bool (*has_room)(void *self);
    /* A Thing's first connection came, or its last one went. Never refused for long: AGAIN as above. */
    gn_err (*link)(void *self, uint32_t thing, bool up);
    /* An action's delivery went one step on. */
    gn_err (*delivery)(void *self, gn_str action_id, gn_delivery_state state);
    /* Something of a device was refused: counted and shown beside the Thing (`thing` may be GN_NONE). */
    void (*refused)(void *self, uint32_t thing, const char *why);
    /* It is connected from two addresses at once, and both speak; said again each minute. NULL: nobody asks. */
    void (*two_places)(void *self, uint32_t thing, gn_str first, gn_str second);
    /* May the Thing do that on this topic? Asked when a message comes, at SUBSCRIBE, and again at every delivery. */
    bool (*allows)(void *self, uint32_t thing, gn_verb verb, gn_str topic);
    const struct gn_registry *registry; /* read only, this thread */
    struct gn_clock clock;
};

struct gn_tls; /* guard/tls.h */

/* Where an endpoint listens. Addresses are HOST:PORT, port 0 takes a free one; NULL: not there. */
struct gn_doors {
    const char *plain;         /* in clear text */
    const char *secure;        /* with TLS, by `tls` */
    struct gn_tls *tls;        /* outlives the endpoint */
    struct gn_buf *out_plain;  /* get what they are bound to */
    struct gn_buf *out_secure; /* not looked at when `secure` is NULL; as `out_plain` is when `plain` is */
};

struct gn_action_out {
    uint32_t thing;
    gn_str action;  /* its name */
    gn_str id;      /* unique; the device repeats it in its status */
    gn_str payload; /* JSON: {"id":..., "action":..., "input":{...}, "expires":"..."} */
};

struct gn_publish_out { /* a message of the node itself, to whoever subscribed and may hear it */
    gn_str topic;       /* valid, without wildcards */
    gn_str payload;
    uint8_t qos;          /* 0 to 2 */
    bool retain;          /* an empty payload then takes the retained one away */
    bool only_news;       /* of a retained one: nothing is said when it is retained as it is already */
    gn_bytes correlation; /* travels with it; may be empty */
};

/* What an adapter offers the node. One const row an endpoint. An endpoint that only takes readings leaves `deliver`,
 * `publish`, `recall` and `image` NULL. */
struct gn_adapter {
    const char *name; /* "mqtt" */
    /* Listens at every door. The diag says what is wrong and what to do. */
    gn_err (*start)(uv_loop_t *loop, const struct gn_intake *intake, const struct gn_doors *doors, void **out_self,
                    struct gn_diag *diag);
    /* Everything up to `token` is durable: send the acknowledgements. */
    void (*durable)(void *self, uint64_t token);
    /* The ring has room again. */
    void (*resume)(void *self);
    /* NOT_FOUND: the device is not connected, or does not listen to the action; AGAIN: it is busy; try later. */
    gn_err (*deliver)(void *self, const struct gn_action_out *action);
    /* FULL: it was to be retained, and there is no room; AGAIN: the ring is full; INVAL: not a topic. */
    gn_err (*publish)(void *self, const struct gn_publish_out *publish);
    /* Takes away what the node itself said retained and `keeps` does not name. AGAIN: the ring is full, not all of it.
     */
    gn_err (*prune)(void *self, bool (*keeps)(void *ctx, gn_str topic), void *ctx);
    /* The payload that is retained on a topic, borrowed until the next call of anything. NOT_FOUND: none is. */
    gn_err (*retained)(void *self, gn_str topic, gn_bytes *out_payload);
    /* At boot, before the loop runs: a record it kept, in order. Those of the last image come first. NULL: no more. */
    void (*recall)(void *self, const struct gn_record_head *record);
    /* All it would have to be given for being as it is now, as records. FULL: `out` is too small. */
    gn_err (*image)(void *self, struct gn_buf *out);
    /* Ends all sessions of a Thing (its token was changed or withdrawn). */
    void (*evict)(void *self, uint32_t thing);
    /* Once a second. */
    void (*tick)(void *self, int64_t now_ms);
    void (*stop)(void *self); /* closes all; the loop must run until it is empty */
    /* JSON object of counters, for status. */
    void (*stats)(void *self, struct gn_buf *out);
};

#endif
