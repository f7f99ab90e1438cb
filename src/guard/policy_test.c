/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard/policy.h"

static bool allows(const char *thing, gn_verb verb, const char *topic)
{
    return gn_policy_allows(gn_str_of(thing), verb, gn_str_of(topic));
}

static void a_thing_may_use_its_own_tree(void **state)
{
    (void)state;
    assert_true(allows("press-7", GN_VERB_PUBLISH, "things/press-7/properties/heat"));
    assert_true(allows("press-7", GN_VERB_SUBSCRIBE, "things/press-7/actions/+"));
    assert_true(allows("press-7", GN_VERB_SUBSCRIBE, "things/press-7/#"));
    assert_true(allows("press-7", GN_VERB_RECEIVE, "things/press-7/actions/stop"));
}

static void nothing_else_is_allowed(void **state)
{
    static const char *const others[] = {
        "",
        "#",
        "+/press-7/x",
        "things/+/x",
        "things/#",
        "things/press-7",
        "things/",
        "/things/press-7/x",
        "things/press-70/x",
        "things/press-/x",
        "Things/press-7/x",
        "$SYS/x",
        "things/press-8/properties/heat",
        "things//press-7/x",
        "things/press-7/",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        for (gn_verb verb = GN_VERB_PUBLISH; verb <= GN_VERB_RECEIVE; verb++)
            assert_false(allows("press-7", verb, others[i]));
    assert_false(allows("", GN_VERB_PUBLISH, "things//x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thing_may_use_its_own_tree),
        cmocka_unit_test(nothing_else_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
