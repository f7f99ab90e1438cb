/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_places.h -- one Thing, connected at once from two addresses: two devices with one token.
 *
 *   look: two addresses ─▶ since ─▶ look: both have said something since ─▶ told, again every GN_MQTT_PLACES_AGAIN_MS
 *                            ▲─────── only one is left: forgotten
 *
 * A device that moves leaves a dead connection behind, which says nothing any more; two clients on one address are the
 * device's own business. Part of the server: one thread, once a second over what is open. */
#ifndef GN_CONNECT_MQTT_PLACES_H
#define GN_CONNECT_MQTT_PLACES_H

#include "base/limits.h"
#include <stdint.h>

enum { GN_MQTT_PLACES_AGAIN_MS = 60 * 1000 };

struct gn_mqtt_server;
struct gn_mqtt_conn;

struct gn_mqtt_places {
    uint64_t turn; /* of looking */
    struct {
        uint64_t turn;                            /* in which the two below were found */
        const struct gn_mqtt_conn *first, *other; /* which spoke last, of its address */
        int64_t since_ms;                         /* 0: there is one address */
        int64_t told_ms;
    } things[GN_THINGS_MAX];
};

void gn_mqtt_places_look(struct gn_mqtt_server *server, int64_t now_ms);

#endif
