/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_alias.h -- topic aliases of one connection, in one direction: a number instead of a topic.
 *
 *   number │ topic                    in:  the client chooses, at most GN_MQTT_TOPIC_ALIAS_MAX
 *      1   │ plant/press/speed        out: the node does, first come, as many as both allow
 *      2   │ plant/press/load
 *
 * They end with the connection. Takes memory only when one is used. */
#ifndef GN_CONNECT_MQTT_ALIAS_H
#define GN_CONNECT_MQTT_ALIAS_H

#include "base/bytes.h"
#include "base/limits.h"

struct gn_mqtt_alias {
    char *topic; /* NULL: not used */
    uint32_t size;
    uint32_t hash;
};

struct gn_mqtt_aliases {
    struct gn_mqtt_alias *at; /* [GN_MQTT_TOPIC_ALIAS_MAX], or NULL */
    uint16_t count;           /* out: how many the node has given */
};

/* The topic of that number; empty when it has none. */
gn_str gn_mqtt_alias_topic(const struct gn_mqtt_aliases *aliases, uint32_t number);
/* 1 to GN_MQTT_TOPIC_ALIAS_MAX. FULL: no memory; the number then has the topic it had. */
GN_MUST_USE gn_err gn_mqtt_alias_set(struct gn_mqtt_aliases *aliases, uint32_t number, gn_str topic);
/* Out: the topic's number; gives it one when there are fewer than `max`. 0: none. *out_is_new: topic and number are
 * both to be sent. */
uint16_t gn_mqtt_alias_of(struct gn_mqtt_aliases *aliases, uint16_t max, gn_str topic, bool *out_is_new);
void gn_mqtt_aliases_drop(struct gn_mqtt_aliases *aliases);

#endif
