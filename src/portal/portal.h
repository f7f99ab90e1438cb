/* SPDX-License-Identifier: Apache-2.0 */
/* portal/portal.h -- HTTP for people, CLI and programs: one API, over TCP, TLS and a Unix socket.
 *
 *   /setup            first start only, needs the one-time code
 *   /api/v1/...       JSON; each resource is one file in portal/api/ and one row in api/api_table.c
 *   /                 the web front end, embedded in the binary
 *   DIR/ganglion.sock the same API for the CLI; who can open the socket (mode 0600) is the owner: admin
 *
 * One thread (libuv) and three helpers that wait in its stead: one for password hashes, one for the
 * journal, one for the history. It reads the store through readers of its own and changes nothing: a change is a
 * command for the host below, which journals it; the answer comes when it is durable. */
#ifndef GN_PORTAL_PORTAL_H
#define GN_PORTAL_PORTAL_H

#include "base/buf.h"
#include "guard/guard.h"
#include "guard/tls.h"
#include "os/clock.h"
#include "store/store.h"

/* What a person asks a Thing to do. */
struct gn_portal_order {
    gn_str thing, action;
    gn_str input; /* JSON object */
    gn_str person, reason;
    gn_str key; /* never empty: the same key is carried out once */
};

/* What the node offers the portal. The four changes are called on one helper thread of the portal, one at a
 * time; each blocks until the command is durable, at most 3 s: then AGAIN ("the journal takes nothing now; is
 * the disk full?"). The rest is called on the portal's thread, at the same time, and does not block. */
struct gn_portal_host {
    void *self;
    /* Adds a Thing, makes its token. INVAL with a diag. */
    gn_err (*thing_add)(void *self, gn_str name, char out_id[static GN_THING_ID_BYTES_MAX + 1],
                        char out_token[static GN_TOKEN_BYTES], struct gn_diag *diag);
    /* A new token for a Thing; the old one counts for `overlap_ms` more, then (or at once) its sessions end.
     * NOT_FOUND; INVAL: too long an overlap. */
    gn_err (*thing_token)(void *self, gn_str id, int64_t overlap_ms, char out_token[static GN_TOKEN_BYTES]);
    /* Nothing a Thing has counts any more, and its sessions end. NOT_FOUND. */
    gn_err (*thing_revoke)(void *self, gn_str id);
    /* Ends the connections of a Thing: a certificate of it was revoked. */
    void (*thing_evict)(void *self, gn_str id);
    /* Where devices connect, HOST:PORT; nothing when that door is shut. May be NULL: not known. */
    void (*mqtt_door)(void *self, bool secure, struct gn_buf *out);
    /* Approves or rejects. The engine decides whether it still counts; follow the decision to see. */
    gn_err (*answer)(void *self, gn_str decision, bool approve, gn_str person, gn_str reason);
    /* Waits until what was acknowledged before the call can be asked for, at most a few seconds. On the helper thread
     * for questions. */
    void (*catch_up)(void *self);
    /* What a Thing is: `json` as gn_description_read left it. NOT_FOUND. */
    gn_err (*describe)(void *self, gn_str id, gn_str json);
    /* Journals an order; when it returns, the store has an output of kind "command" whose id is what gn_command_id
     * makes of the key. */
    gn_err (*order)(void *self, const struct gn_portal_order *order);
    /* Journals what a Thing's properties are to become, see thing/record.h. NOT_FOUND. */
    gn_err (*desire)(void *self, gn_str id, gn_str json, gn_str key);
    /* Where devices speak MQTT; 0 = nowhere. May be NULL. */
    uint16_t (*mqtt_port)(void *self);
    /* Adopts or ignores a Thing. `name` and `description` (as gn_description_read left it) may be empty, and then stay.
     * NOT_FOUND; INVAL with a diag. */
    gn_err (*decide)(void *self, gn_str id, gn_thing_state state, gn_str name, gn_str description,
                     struct gn_diag *diag);
    /* JSON object: version, uptime, rates, memory plan, disk state, journal, mqtt counters. */
    void (*status)(void *self, struct gn_buf *out);
    /* True when a Thing has a live connection. */
    bool (*online)(void *self, uint32_t thing);
    /* "", or why the last thing that a device of this Thing sent was refused. */
    void (*refusal)(void *self, uint32_t thing, uint64_t *out_count, struct gn_buf *out_why);
    /* The solution in force as JSON: kind "rules", "actions" or "properties". */
    void (*solution)(void *self, const char *kind, struct gn_buf *out);
    /* The unit that the solution gives a property, "" for none. May be NULL: no units are known then. */
    void (*unit)(void *self, gn_str thing_id, gn_str property, char out[static GN_UNIT_BYTES_MAX + 1]);
};

struct gn_portal; /* opaque */

struct gn_portal_options {
    const char *listen;        /* HOST:PORT, port 0 = any; NULL: not in clear text */
    const char *secure_listen; /* the same with TLS; NULL: not with TLS */
    struct gn_tls *tls;        /* for secure_listen; outlives the portal */
    struct gn_buf *out_secure; /* gets what secure_listen is bound to */
    const char *names;         /* what else the node is called, with commas between; may be NULL */
    const char *socket_path;   /* of the Unix socket */
    struct gn_store *store;
    struct gn_guard *guard;
    struct gn_ca *ca;
    struct gn_clock clock;
    struct gn_portal_host host;
};

/* Binds, then runs a thread of its own until stop. *out_address gets HOST:PORT. */
GN_MUST_USE gn_err gn_portal_start(const struct gn_portal_options *options, struct gn_buf *out_address,
                                   struct gn_portal **out, struct gn_diag *diag);
void gn_portal_stop(struct gn_portal *portal); /* ends the streams, joins; NULL is fine */

#endif
