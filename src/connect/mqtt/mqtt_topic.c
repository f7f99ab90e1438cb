/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_topic.h"

#include "thing/registry.h"

static bool topic_size_valid(gn_str text)
{
    size_t levels = 1;
    if (text.size == 0 || text.size > GN_MQTT_TOPIC_BYTES_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++)
        levels += text.at[i] == '/';
    return levels <= GN_MQTT_TOPIC_LEVELS_MAX;
}

bool gn_mqtt_topic_valid(gn_str topic)
{
    return topic_size_valid(topic) && memchr(topic.at, '+', topic.size) == NULL &&
           memchr(topic.at, '#', topic.size) == NULL;
}

bool gn_mqtt_filter_valid(gn_str filter)
{
    if (!topic_size_valid(filter))
        return false;
    for (size_t i = 0; i < filter.size; i++) {
        const char c = filter.at[i];
        if (c != '+' && c != '#')
            continue;
        const bool begins = i == 0 || filter.at[i - 1] == '/';
        const bool ends = i + 1 == filter.size;
        if (!begins || (c == '#' ? !ends : !ends && filter.at[i + 1] != '/'))
            return false;
    }
    return true;
}

bool gn_mqtt_filter_share(gn_str filter, gn_str *out_name, gn_str *out_filter)
{
    static const gn_str root = { "$share", 6 };
    if (!gn_str_starts(filter, root) || (filter.size > root.size && filter.at[root.size] != '/'))
        return false;
    *out_name = *out_filter = (gn_str){ 0 };
    if (filter.size == root.size)
        return true;
    gn_str rest;
    const gn_str name = gn_str_split((gn_str){ filter.at + root.size + 1, filter.size - root.size - 1 }, '/', &rest);
    if (name.size == 0 || rest.size == 0 || memchr(name.at, '+', name.size) != NULL ||
        memchr(name.at, '#', name.size) != NULL)
        return true;
    *out_name = name;
    *out_filter = rest;
    return true;
}

bool gn_mqtt_topic_matches(gn_str filter, gn_str topic)
{
    size_t f = 0, t = 0;
    if (topic.size > 0 && topic.at[0] == '$' && filter.size > 0 && (filter.at[0] == '+' || filter.at[0] == '#'))
        return false; /* wildcards do not reach what begins with '$' */
    while (f < filter.size) {
        if (filter.at[f] == '#')
            return true;
        if (filter.at[f] == '+') {
            while (t < topic.size && topic.at[t] != '/')
                t++;
            f++;
        } else {
            while (f < filter.size && filter.at[f] != '/') {
                if (t == topic.size || topic.at[t] != filter.at[f])
                    return false;
                f++;
                t++;
            }
        }
        if (f == filter.size)
            return t == topic.size;
        if (t == topic.size) /* "a/#" also matches "a" */
            return filter.size - f == 2 && filter.at[f + 1] == '#';
        if (topic.at[t] != '/')
            return false;
        f++;
        t++;
    }
    return t == topic.size;
}

/* What follows "things/{id}/", or false. */
static bool topic_below(gn_str topic, gn_str thing_id, gn_str *out_rest)
{
    static const char root[] = "things/";
    const size_t root_size = sizeof root - 1;
    const size_t head_size = root_size + thing_id.size + 1;
    if (topic.size < head_size || memcmp(topic.at, root, root_size) != 0 ||
        memcmp(topic.at + root_size, thing_id.at, thing_id.size) != 0 || topic.at[head_size - 1] != '/')
        return false;
    *out_rest = (gn_str){ topic.at + head_size, topic.size - head_size };
    return true;
}

static struct gn_mqtt_topic topic_named(gn_mqtt_topic_kind kind, gn_str name)
{
    if (!gn_property_valid(name))
        return (struct gn_mqtt_topic){ .kind = GN_MQTT_TOPIC_UNKNOWN };
    return (struct gn_mqtt_topic){ kind, name };
}

static gn_str topic_behind(gn_str text, size_t size)
{
    return (gn_str){ text.at + size, text.size - size };
}

struct gn_mqtt_topic gn_mqtt_topic_parse(gn_str topic, gn_str thing_id)
{
    static const gn_str properties = { "properties", 10 }, property = { "properties/", 11 };
    static const gn_str certificate = { "certificate/request", 19 };
    static const gn_str event = { "events/", 7 }, action = { "actions/", 8 }, status = { "/status", 7 };
    gn_str rest;
    if (!topic_below(topic, thing_id, &rest))
        return (struct gn_mqtt_topic){ .kind = GN_MQTT_TOPIC_FOREIGN };
    if (gn_str_starts(rest, properties)) {
        if (rest.size == properties.size)
            return (struct gn_mqtt_topic){ .kind = GN_MQTT_TOPIC_PROPERTIES };
        if (gn_str_starts(rest, property))
            return topic_named(GN_MQTT_TOPIC_PROPERTY, topic_behind(rest, property.size));
    } else if (gn_str_starts(rest, event)) {
        return topic_named(GN_MQTT_TOPIC_EVENT, topic_behind(rest, event.size));
    } else if (gn_str_equal(rest, certificate)) {
        return (struct gn_mqtt_topic){ .kind = GN_MQTT_TOPIC_CERTIFICATE };
    } else if (gn_str_starts(rest, action) && rest.size > action.size + status.size &&
               gn_str_equal(topic_behind(rest, rest.size - status.size), status)) {
        return topic_named(GN_MQTT_TOPIC_STATUS,
                           (gn_str){ rest.at + action.size, rest.size - action.size - status.size });
    }
    return (struct gn_mqtt_topic){ .kind = GN_MQTT_TOPIC_UNKNOWN };
}

bool gn_mqtt_filter_own(gn_str filter, gn_str thing_id)
{
    gn_str rest;
    return topic_below(filter, thing_id, &rest) && rest.size > 0;
}
