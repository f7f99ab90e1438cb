/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_topic.h -- topics: which are well-formed, which are a Thing's own, which a filter matches.
 *
 *   things/{id}/properties              several readings        in
 *   things/{id}/properties/{property}   one reading             in
 *   things/{id}/events/{event}          an event                in
 *   things/{id}/actions/{a}/status      how an action went      in
 *   things/{id}/actions/{a}             an action to carry out  out
 *   things/{id}/certificate/request     its next certificate    in
 *   things/{id}/certificate             the answer              out
 *
 * Pure functions over borrowed text; no recursion, one pass. */
#ifndef GN_CONNECT_MQTT_TOPIC_H
#define GN_CONNECT_MQTT_TOPIC_H

#include "base/bytes.h"
#include "base/limits.h"

typedef enum gn_mqtt_topic_kind {
    GN_MQTT_TOPIC_FOREIGN, /* not below things/{id}/ */
    GN_MQTT_TOPIC_UNKNOWN, /* below it, and none of these */
    GN_MQTT_TOPIC_PROPERTIES,
    GN_MQTT_TOPIC_PROPERTY,
    GN_MQTT_TOPIC_EVENT,
    GN_MQTT_TOPIC_STATUS,
    GN_MQTT_TOPIC_CERTIFICATE,
} gn_mqtt_topic_kind;

struct gn_mqtt_topic {
    gn_mqtt_topic_kind kind;
    gn_str name; /* of the property, event or action */
};

/* 1 to GN_MQTT_TOPIC_BYTES_MAX bytes, at most GN_MQTT_TOPIC_LEVELS_MAX levels, no wildcard. The codec has checked
 * UTF-8 and U+0000. */
bool gn_mqtt_topic_valid(gn_str topic);
/* The same for a filter: '+' only as a whole level, '#' only as the whole last one. */
bool gn_mqtt_filter_valid(gn_str filter);
/* "$share/NAME/FILTER": true, with NAME and FILTER, which is not judged; both are empty when there is no such name.
 * False: not shared. */
bool gn_mqtt_filter_share(gn_str filter, gn_str *out_name, gn_str *out_filter);
/* A valid filter and a valid topic. */
bool gn_mqtt_topic_matches(gn_str filter, gn_str topic);

/* What a message on this topic means, coming from the Thing of that id. */
struct gn_mqtt_topic gn_mqtt_topic_parse(gn_str topic, gn_str thing_id);
/* True when all a valid filter can match lies below things/{id}/. */
bool gn_mqtt_filter_own(gn_str filter, gn_str thing_id);

#endif
