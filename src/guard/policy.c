/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/policy.h"

#include <string.h>

/* A filter with a wildcard in the first two levels does not begin with the literal tree, and is denied by that. */
static bool policy_own(gn_str thing_id, gn_str topic)
{
    static const char root[] = "things/";
    const size_t root_size = sizeof root - 1;
    return topic.size > root_size + thing_id.size + 1 && memcmp(topic.at, root, root_size) == 0 &&
           memcmp(topic.at + root_size, thing_id.at, thing_id.size) == 0 && topic.at[root_size + thing_id.size] == '/';
}

bool gn_policy_allows(gn_str thing_id, gn_verb verb, gn_str topic)
{
    (void)verb;
    return thing_id.size > 0 && policy_own(thing_id, topic);
}
