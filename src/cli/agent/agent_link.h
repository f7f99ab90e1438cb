/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/agent_link.h -- the agent's MQTT connection, over libmosquitto, as a device would have one.
 *
 *   AWAY ──back-off over──▶ CONNECTING ──CONNACK 0──▶ UP ──lost──▶ AWAY
 *     ▲                          └── refused, lost, 10 s ──┘
 *
 * An implementation of MQTT that is not ours speaks to our endpoint. QoS 1 both ways, a session that outlives a
 * connection, at most GN_AGENT_IN_FLIGHT_MAX messages unacknowledged: what was handed over and not acknowledged, the
 * library sends again on the next connection. Back-off: 0.5 s, doubled up to 30 s, with jitter, so that many agents do
 * not come back in step; it starts over after a connection that held for GN_LINK_STEADY_MS.
 *
 * No thread: the caller polls gn_link_fd and calls gn_link_serve. Only the look-up of a host's name may block. */
#ifndef GN_CLI_AGENT_LINK_H
#define GN_CLI_AGENT_LINK_H

#include "base/bytes.h"
#include "base/limits.h"
#include "os/clock.h"

enum {
    GN_LINK_BACK_OFF_MS = 500,
    GN_LINK_BACK_OFF_MS_MAX = 30000,
    GN_LINK_CONNECT_MS_MAX = 10000,
    GN_LINK_STEADY_MS = 5000,
    GN_LINK_KEEP_ALIVE_S = 20,
};

struct gn_link_options {
    const char *host;
    uint16_t port;
    struct gn_clock clock;
    void *self; /* for the calls below, all from within gn_link_serve */
    /* Before each try to connect: fills in id and token, so that a new token in a file is found. False: not now. */
    bool (*credentials)(void *self, const char **out_id, const char **out_token);
    /* `why` is "" when the link came up; otherwise what was wrong, in words. */
    void (*changed)(void *self, bool up, const char *why);
    /* An action came: the last part of its topic, and its payload. */
    void (*action)(void *self, gn_str name, gn_str payload);
};

struct gn_link; /* opaque */

/* `id` names the session and the topics for good. NULL: no memory. */
struct gn_link *gn_link_new(const struct gn_link_options *options, const char *id);
/* -1 while there is no socket. */
int gn_link_fd(const struct gn_link *link);
bool gn_link_wants_write(const struct gn_link *link);
/* Reads, writes, keeps alive, connects when it is time. Call after poll, and at least once a second. */
void gn_link_serve(struct gn_link *link, bool readable, bool writable);
bool gn_link_is_up(const struct gn_link *link);
/* Up, and with room for another message. */
bool gn_link_can_send(const struct gn_link *link);
size_t gn_link_in_flight(const struct gn_link *link);
/* QoS 1 to things/{id}/<suffix>. AGAIN: not now. INVAL: too long. */
GN_MUST_USE gn_err gn_link_send(struct gn_link *link, const char *suffix, gn_str payload);
/* Says goodbye when it is up, and frees. NULL is fine. */
void gn_link_free(struct gn_link *link);

/* Milliseconds until the try after `failures` failed ones, without jitter. */
int64_t gn_link_back_off_ms(unsigned failures);

#endif
