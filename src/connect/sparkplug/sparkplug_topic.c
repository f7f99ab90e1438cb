/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/sparkplug/sparkplug_topic.h"

static const gn_str topic_space = { "spBv1.0/", 8 };

static const struct topic_word {
    const char *word;
    bool has_device;
} topic_words[] = {
    [GN_SPARKPLUG_NBIRTH] = { "NBIRTH", false }, [GN_SPARKPLUG_NDEATH] = { "NDEATH", false },
    [GN_SPARKPLUG_NDATA] = { "NDATA", false },   [GN_SPARKPLUG_NCMD] = { "NCMD", false },
    [GN_SPARKPLUG_DBIRTH] = { "DBIRTH", true },  [GN_SPARKPLUG_DDEATH] = { "DDEATH", true },
    [GN_SPARKPLUG_DDATA] = { "DDATA", true },    [GN_SPARKPLUG_DCMD] = { "DCMD", true },
};

bool gn_sparkplug_claims(gn_str topic)
{
    return gn_str_starts(topic, topic_space);
}

bool gn_sparkplug_is_state(gn_str topic)
{
    return gn_str_starts(topic, GN_STR("spBv1.0/STATE/"));
}

bool gn_sparkplug_is_own(gn_str topic)
{
    return gn_sparkplug_is_state(topic) || gn_str_starts(topic, GN_STR(GN_SPARKPLUG_CERTIFICATES));
}

static bool topic_kind(gn_str word, gn_sparkplug_kind *out)
{
    for (size_t i = 0; i < sizeof topic_words / sizeof topic_words[0]; i++)
        if (gn_str_equal(word, gn_str_of(topic_words[i].word))) {
            *out = (gn_sparkplug_kind)i;
            return true;
        }
    return false;
}

gn_err gn_sparkplug_topic_read(gn_str text, struct gn_sparkplug_topic *out, struct gn_diag *diag)
{
    gn_str rest = { text.at + topic_space.size, text.size - topic_space.size };
    struct gn_sparkplug_topic topic = { .group = gn_str_split(rest, '/', &rest) };
    const gn_str word = gn_str_split(rest, '/', &rest);
    bool fine;
    if (gn_str_equal(topic.group, GN_STR("STATE"))) {
        topic.kind = GN_SPARKPLUG_STATE;
        topic.edge = word;
        fine = word.size > 0 && rest.size == 0;
    } else {
        fine = topic_kind(word, &topic.kind);
        topic.edge = gn_str_split(rest, '/', &rest);
        topic.device = rest;
        fine = fine && topic.group.size > 0 && topic.edge.size > 0 &&
               topic_words[topic.kind].has_device == (topic.device.size > 0) &&
               (rest.size == 0 || memchr(rest.at, '/', rest.size) == NULL);
    }
    if (!fine) {
        gn_diag_set(diag, 0, 0,
                    "no Sparkplug topic: spBv1.0/GROUP/NBIRTH, NDEATH or NDATA/EDGE, or DBIRTH, DDEATH or "
                    "DDATA/EDGE/DEVICE is");
        return GN_ERR_INVAL;
    }
    *out = topic;
    return GN_OK;
}

void gn_sparkplug_topic_write(const struct gn_sparkplug_topic *topic, gn_sparkplug_kind kind, struct gn_buf *out)
{
    gn_buf_addf(out, "%.*s%.*s/%s/%.*s", GN_STR_ARGS(topic_space), GN_STR_ARGS(topic->group), topic_words[kind].word,
                GN_STR_ARGS(topic->edge));
    if (topic_words[kind].has_device)
        gn_buf_addf(out, "/%.*s", GN_STR_ARGS(topic->device));
}

void gn_sparkplug_key(gn_str group, gn_str edge, gn_str device, struct gn_buf *out)
{
    gn_buf_addf(out, "%.*s/%.*s", GN_STR_ARGS(group), GN_STR_ARGS(edge));
    if (device.size > 0)
        gn_buf_addf(out, "/%.*s", GN_STR_ARGS(device));
}
