/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_retained.h -- the last retained message of each topic.
 *
 * A message with an empty payload takes the one before away. At most GN_MQTT_RETAINED_MAX topics and
 * GN_MQTT_RETAINED_BYTES_MAX bytes; those that expired go in passing and at a sweep. One thread. */
#ifndef GN_CONNECT_MQTT_RETAINED_H
#define GN_CONNECT_MQTT_RETAINED_H

#include <sys/queue.h>

#include "connect/mqtt/mqtt_message.h"
#include "connect/mqtt/mqtt_trie.h"

struct gn_mqtt_kept {
    TAILQ_ENTRY(gn_mqtt_kept) among_all; /* which was looked at last is last */
    struct gn_mqtt_trie_node *node;
    struct gn_mqtt_message *message; /* held */
};

TAILQ_HEAD(gn_mqtt_kept_list, gn_mqtt_kept);

struct gn_mqtt_retained {
    struct gn_mqtt_trie trie;
    struct gn_mqtt_messages *messages;
    struct gn_mqtt_kept_list all;
    uint32_t count;
    size_t bytes;
};

GN_MUST_USE gn_err gn_mqtt_retained_init(struct gn_mqtt_retained *retained, struct gn_mqtt_messages *messages);
void gn_mqtt_retained_fini(struct gn_mqtt_retained *retained);

/* True when a message of that size may be put on the topic. */
bool gn_mqtt_retained_has_room(const struct gn_mqtt_retained *retained, gn_str topic, size_t size);
/* Replaces the topic's, and holds the message. FULL: no room, or no memory; the one before stays. */
GN_MUST_USE gn_err gn_mqtt_retained_put(struct gn_mqtt_retained *retained, struct gn_mqtt_message *message);
/* False when there was none. */
bool gn_mqtt_retained_remove(struct gn_mqtt_retained *retained, gn_str topic);
struct gn_mqtt_message *gn_mqtt_retained_find(const struct gn_mqtt_retained *retained, gn_str topic);

typedef void (*gn_mqtt_retained_visit)(void *ctx, struct gn_mqtt_message *message);
/* Visits those that meet the filter and have not expired. Nothing may be put or removed meanwhile. */
void gn_mqtt_retained_select(const struct gn_mqtt_retained *retained, gn_str filter, int64_t now_ms,
                             gn_mqtt_retained_visit visit, void *ctx);
/* Looks at some, and takes away those that expired. */
void gn_mqtt_retained_sweep(struct gn_mqtt_retained *retained, int64_t now_ms);

#endif
