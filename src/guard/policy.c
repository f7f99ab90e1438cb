/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/policy.h"

/* A topic or filter, level by level; "a//b" has three, the second is empty. */
struct policy_levels {
    gn_str rest;
    bool over;
};

static gn_str policy_level(struct policy_levels *levels)
{
    const char *slash = levels->rest.size > 0 ? memchr(levels->rest.at, '/', levels->rest.size) : NULL;
    const gn_str all = levels->rest;
    if (slash == NULL) {
        levels->over = true;
        return all;
    }
    const size_t size = (size_t)(slash - all.at);
    levels->rest = (gn_str){ slash + 1, all.size - size - 1 };
    return (gn_str){ all.at, size };
}

static bool policy_is(gn_str level, char wildcard)
{
    return level.size == 1 && level.at[0] == wildcard;
}

static bool policy_is_reserved(gn_str text)
{
    return text.size > 0 && text.at[0] == '$';
}

/* A filter with a wildcard in the first two levels does not begin with the literal tree, and is denied by that. */
static bool policy_own(gn_str thing_id, gn_str topic)
{
    static const char root[] = "things/";
    const size_t root_size = sizeof root - 1;
    return topic.size > root_size + thing_id.size + 1 && memcmp(topic.at, root, root_size) == 0 &&
           memcmp(topic.at + root_size, thing_id.at, thing_id.size) == 0 && topic.at[root_size + thing_id.size] == '/';
}

/* Is all that `asked` stands for (itself, when it is a topic) matched by `granted`? */
static bool policy_covers(gn_str granted, gn_str asked, gn_str thing_id)
{
    struct policy_levels have = { .rest = granted };
    struct policy_levels want = { .rest = asked };
    for (bool first = true;; first = false) {
        if (have.over)
            return want.over;
        gn_str level = policy_level(&have);
        if (policy_is(level, '#')) /* the level above it, too: `want` may be over */
            return !first || !policy_is_reserved(asked);
        if (want.over)
            return false;
        const gn_str wanted = policy_level(&want);
        if (policy_is(level, '+')) {
            if (policy_is(wanted, '#') || (first && policy_is_reserved(wanted)))
                return false;
            continue;
        }
        if (gn_str_equal(level, GN_STR("{thing}")))
            level = thing_id;
        if (!gn_str_equal(level, wanted)) /* a wildcard that is asked for equals no name */
            return false;
    }
}

static bool policy_names(gn_str pattern, gn_str thing_id)
{
    if (pattern.size > 0 && pattern.at[pattern.size - 1] == '*')
        return gn_str_starts(thing_id, (gn_str){ pattern.at, pattern.size - 1 });
    return gn_str_equal(pattern, thing_id);
}

static bool policy_has_wildcard(gn_str topic)
{
    return memchr(topic.at, '#', topic.size) != NULL || memchr(topic.at, '+', topic.size) != NULL;
}

static bool policy_is_node_only(const struct gn_policy *policy, gn_str topic)
{
    for (size_t i = 0; i < GN_POLICY_NODE_ONLY_MAX; i++)
        if (policy->node_only[i].size > 0 && gn_str_starts(topic, policy->node_only[i]))
            return true;
    return false;
}

bool gn_policy_allows(const struct gn_policy *policy, gn_str thing_id, gn_verb verb, gn_str topic)
{
    if (thing_id.size == 0 || topic.size == 0)
        return false;
    if (policy_own(thing_id, topic))
        return true;
    if (policy == NULL || policy->count == 0 || (verb != GN_VERB_SUBSCRIBE && policy_has_wildcard(topic)))
        return false;
    if (verb == GN_VERB_PUBLISH && policy_is_node_only(policy, topic))
        return false;
    for (uint32_t i = 0; i < policy->count; i++) {
        const struct gn_grant *grant = &policy->grants[i];
        if (grant->publish == (verb == GN_VERB_PUBLISH) && policy_names(grant->thing, thing_id) &&
            policy_covers(grant->filter, topic, thing_id))
            return true;
    }
    return false;
}

bool gn_policy_several_places(const struct gn_policy *policy, gn_str thing_id)
{
    for (uint32_t i = 0; policy != NULL && i < policy->several_count; i++)
        if (policy_names(policy->several[i], thing_id))
            return true;
    return false;
}

static const char *policy_level_fault(gn_str level, bool is_last)
{
    if (memchr(level.at, '#', level.size) != NULL && !policy_is(level, '#'))
        return "has a '#' that is not a whole level";
    if (memchr(level.at, '+', level.size) != NULL && !policy_is(level, '+'))
        return "has a '+' that is not a whole level";
    if (policy_is(level, '#') && !is_last)
        return "has '#' before the last level";
    return NULL;
}

static const char *policy_first_fault(gn_str level, bool publish)
{
    if (policy_is_reserved(level))
        return "begins with '$': such names are not for Things";
    if (publish && gn_str_equal(level, GN_STR("things")))
        return "is below things/: each Thing has its own tree there, and actions come from the node alone";
    if (publish && (policy_is(level, '#') || policy_is(level, '+')))
        return "begins with a wildcard, which would cover things/: name the first level";
    return NULL;
}

const char *gn_policy_filter_fault(gn_str filter, bool publish)
{
    struct policy_levels levels = { .rest = filter };
    size_t count = 0;
    if (filter.size == 0)
        return "is empty";
    if (filter.size > GN_MQTT_TOPIC_BYTES_MAX)
        return "is longer than MQTT_TOPIC_BYTES_MAX";
    if (!gn_utf8_valid(filter))
        return "is not UTF-8";
    for (size_t i = 0; i < filter.size; i++)
        if ((uint8_t)filter.at[i] < 0x20 || filter.at[i] == 0x7F)
            return "has a control character";
    while (!levels.over) {
        const gn_str level = policy_level(&levels);
        const char *fault = policy_level_fault(level, levels.over);
        if (fault == NULL && count == 0)
            fault = policy_first_fault(level, publish);
        if (fault == NULL && ++count > GN_MQTT_TOPIC_LEVELS_MAX)
            fault = "has more levels than MQTT_TOPIC_LEVELS_MAX";
        if (fault != NULL)
            return fault;
    }
    return NULL;
}
