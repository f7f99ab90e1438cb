/* SPDX-License-Identifier: Apache-2.0 */
/* guard/tls.h -- TLS as a pipe without sockets: ciphertext in, plaintext out, and the other way.
 *
 *      socket ──feed──▶ ┌─────────┐ ──pull──▶ protocol
 *                       │ channel │
 *      socket ◀─spill── └─────────┘ ◀──push── protocol          spill: bytes that want to be sent, shared by a thread
 *
 * TLS 1.3, and 1.2 with ECDHE and an AEAD; no renegotiation, no compression, no early data. The node shows the
 * certificate of guard/ca and asks for one; who has none may say who it is in another way, who has one of ours that
 * does not count is turned away in the handshake. Sessions resume by tickets whose keys live for a day at most.
 *
 * Every call may leave bytes in the spill; the caller sends them before it touches another channel. What `feed` gets is
 * borrowed until `keep`. Memory: about 12 KiB a channel that idles; a record's buffers only while it is worked on.
 *
 * Cost of a full handshake: 170 us, with a client's certificate 700 us; of a record 1.5 us and 0.4 ns a byte.
 * Threads: a channel and its spill belong to one thread; struct gn_tls to all. RFC 8446, RFC 5246, RFC 9325. */
#ifndef GN_GUARD_TLS_H
#define GN_GUARD_TLS_H

#include "guard/ca.h"

enum {
    GN_TLS_PART_BYTES = 16384,  /* of plaintext, pushed at once */
    GN_TLS_SPILL_BYTES = 40960, /* a part with its headers, or the node's side of a handshake with its tickets */
};

/* What is spoken inside, as the handshake names it (ALPN). */
typedef enum gn_tls_use { GN_TLS_MQTT, GN_TLS_HTTP } gn_tls_use;

struct gn_tls; /* opaque: what all channels of a listener share */

/* After gn_ca_serve. The CA must outlive it. */
GN_MUST_USE gn_err gn_tls_open(struct gn_ca *ca, gn_tls_use use, struct gn_tls **out);
void gn_tls_close(struct gn_tls *tls); /* after its channels; NULL is fine */
/* Now and then: takes up a new certificate, and new ticket keys once a day. On failure the old ones stay. */
gn_err gn_tls_refresh(struct gn_tls *tls);

struct gn_tls_spill {
    size_t size;
    uint8_t bytes[GN_TLS_SPILL_BYTES];
};

struct gn_tls_channel; /* opaque */

GN_MUST_USE gn_err gn_tls_accept(struct gn_tls *tls, struct gn_tls_spill *spill, struct gn_tls_channel **out);
void gn_tls_free(struct gn_tls_channel *channel);

/* Hands in what came from the socket. Then pull until AGAIN, or keep. */
GN_MUST_USE gn_err gn_tls_feed(struct gn_tls_channel *channel, gn_bytes ciphertext);
/* The next plaintext, also what goes on with a handshake. AGAIN: more must be fed first. CLOSED: the peer has ended it
 * properly. INVAL: it is broken; why is in gn_tls_fault, what to tell the peer in the spill. */
GN_MUST_USE gn_err gn_tls_pull(struct gn_tls_channel *channel, void *to, size_t capacity, size_t *out_size);
/* What was fed and not yet used is copied, so that the caller's bytes may go. FULL: no memory. */
GN_MUST_USE gn_err gn_tls_keep(struct gn_tls_channel *channel);
/* Whether bytes are kept, or were taken in, that a pull may make something of. */
bool gn_tls_has_more(const struct gn_tls_channel *channel);

/* At most GN_TLS_PART_BYTES, behind the handshake. Its ciphertext is in the spill. */
GN_MUST_USE gn_err gn_tls_push(struct gn_tls_channel *channel, gn_bytes plaintext);
/* Says that nothing more will come. */
void gn_tls_bye(struct gn_tls_channel *channel);

bool gn_tls_is_open(const struct gn_tls_channel *channel); /* the handshake is done */
bool gn_tls_is_resumed(const struct gn_tls_channel *channel);
const char *gn_tls_fault(const struct gn_tls_channel *channel); /* in words, for the operator; "" for none */

/* Whose certificate the peer has shown, as of now: asked each time it matters. NOT_FOUND: it showed none.
 * DENIED: one that does not count any more. */
GN_MUST_USE gn_err gn_tls_peer(const struct gn_tls_channel *channel, char out_id[static GN_THING_ID_BYTES_MAX + 1]);

#endif
