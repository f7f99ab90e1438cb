/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_sources.h -- how many connections each address has, so that no one takes all of them.
 *
 *   address (of IPv6: its /64) ─▶ { open, half-open }        half-open: not let in yet
 *
 *                    open at most                          half-open at most
 *   of a network     MQTT_CONNECTIONS_PER_SOURCE_MAX       MQTT_HALF_OPEN_PER_SOURCE_MAX
 *   this machine     MQTT_CONNECTIONS_PER_LOOPBACK_MAX     MQTT_HALF_OPEN_PER_LOOPBACK_MAX
 *
 * An address costs a row while it has a connection; rows are planned for as many as there can be. They are found by a
 * keyed hash: nobody can choose addresses that meet in one bucket. */
#ifndef GN_CONNECT_MQTT_SOURCES_H
#define GN_CONNECT_MQTT_SOURCES_H

#include <sys/socket.h>

#include "base/bytes.h"
#include "base/limits.h"

enum { GN_MQTT_SOURCE_BUCKETS = 16384, GN_MQTT_SOURCE_BYTES = 16 };

struct gn_mqtt_source {
    uint8_t address[GN_MQTT_SOURCE_BYTES];
    uint32_t open;
    uint32_t half;
    struct gn_mqtt_source *next; /* of its bucket, or spare */
};

struct gn_mqtt_sources {
    struct gn_mqtt_source *rows; /* [GN_MQTT_CONNECTIONS_MAX] */
    uint32_t used;               /* of them, ever */
    struct gn_mqtt_source *spare;
    struct gn_mqtt_source *buckets[GN_MQTT_SOURCE_BUCKETS];
    uint8_t key[16];
};

/* FULL: no memory. */
GN_MUST_USE gn_err gn_mqtt_sources_init(struct gn_mqtt_sources *sources);
void gn_mqtt_sources_fini(struct gn_mqtt_sources *sources);

/* A connection comes, half-open. NULL: one too many from there. */
struct gn_mqtt_source *gn_mqtt_sources_enter(struct gn_mqtt_sources *sources, const struct sockaddr_storage *address);
/* It was let in. */
void gn_mqtt_sources_admit(struct gn_mqtt_source *source);
void gn_mqtt_sources_leave(struct gn_mqtt_sources *sources, struct gn_mqtt_source *source, bool was_half);

#endif
