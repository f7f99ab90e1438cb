/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_ids.h -- packet ids of QoS 2 messages that came and were not released: a small sorted set.
 *
 *   PUBLISH 7 ─▶ add 7 ─▶ PUBREC      PUBLISH 7 (again) ─▶ known: not taken twice      PUBREL 7 ─▶ remove 7 ─▶ PUBCOMP
 *
 * At most GN_MQTT_RECEIVE_MAXIMUM. Takes memory only when there is one. */
#ifndef GN_CONNECT_MQTT_IDS_H
#define GN_CONNECT_MQTT_IDS_H

#include "base/err.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stdint.h>

struct gn_mqtt_ids {
    uint16_t *at; /* ascending */
    uint16_t count;
    uint16_t capacity;
};

bool gn_mqtt_ids_has(const struct gn_mqtt_ids *ids, uint16_t id);
/* FULL: GN_MQTT_RECEIVE_MAXIMUM are there, or no memory. EXISTS: it is there. */
GN_MUST_USE gn_err gn_mqtt_ids_add(struct gn_mqtt_ids *ids, uint16_t id);
/* False when it was not there. */
bool gn_mqtt_ids_remove(struct gn_mqtt_ids *ids, uint16_t id);
void gn_mqtt_ids_drop(struct gn_mqtt_ids *ids);

#endif
