/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "guard/policy.h"

static struct gn_policy policy;

static bool allows(const char *thing, gn_verb verb, const char *topic)
{
    return gn_policy_allows(&policy, gn_str_of(thing), verb, gn_str_of(topic));
}

static void grant(const char *thing, bool publish, const char *filter)
{
    policy.grants[policy.count++] =
        (struct gn_grant){ .thing = gn_str_of(thing), .filter = gn_str_of(filter), .publish = publish };
}

static int clear(void **state)
{
    (void)state;
    policy.count = 0;
    return 0;
}

static void a_thing_may_use_its_own_tree(void **state)
{
    (void)state;
    assert_true(allows("press-7", GN_VERB_PUBLISH, "things/press-7/properties/heat"));
    assert_true(allows("press-7", GN_VERB_SUBSCRIBE, "things/press-7/actions/+"));
    assert_true(allows("press-7", GN_VERB_SUBSCRIBE, "things/press-7/#"));
    assert_true(allows("press-7", GN_VERB_RECEIVE, "things/press-7/actions/stop"));
    assert_true(gn_policy_allows(NULL, GN_STR("press-7"), GN_VERB_PUBLISH, GN_STR("things/press-7/x")));
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
    for (int given = 0; given < 2; given++) {
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
            for (gn_verb verb = GN_VERB_PUBLISH; verb <= GN_VERB_RECEIVE; verb++)
                assert_false(allows("press-7", verb, others[i]));
        assert_false(allows("", GN_VERB_PUBLISH, "things//x"));
        assert_false(gn_policy_allows(NULL, GN_STR("press-7"), GN_VERB_PUBLISH, GN_STR("plant/x")));
        grant("press-8", true, "plant/#"); /* somebody else's grants change nothing */
        grant("press-70", false, "#");
        grant("press", false, "#");
        grant("*-7", false, "#");
    }
}

static void a_grant_counts_for_its_thing_and_its_verb(void **state)
{
    (void)state;
    grant("press-7", true, "plant/press/+");
    grant("saw*", false, "plant/#");
    grant("*", false, "news");
    assert_true(allows("press-7", GN_VERB_PUBLISH, "plant/press/heat"));
    assert_false(allows("press-7", GN_VERB_RECEIVE, "plant/press/heat"));
    assert_false(allows("press-7", GN_VERB_SUBSCRIBE, "plant/press/heat"));
    assert_false(allows("press-8", GN_VERB_PUBLISH, "plant/press/heat"));
    assert_true(allows("saw", GN_VERB_RECEIVE, "plant/press/heat"));
    assert_true(allows("saw-1", GN_VERB_SUBSCRIBE, "plant/+/heat"));
    assert_false(allows("saw-1", GN_VERB_PUBLISH, "plant/press/heat"));
    assert_false(allows("sa", GN_VERB_RECEIVE, "plant/press/heat"));
    assert_true(allows("anybody", GN_VERB_RECEIVE, "news"));
    assert_false(allows("anybody", GN_VERB_RECEIVE, "news/"));
}

static void a_level_may_be_the_things_own_id(void **state)
{
    (void)state;
    grant("*", true, "plant/{thing}/#");
    assert_true(allows("saw", GN_VERB_PUBLISH, "plant/saw/x"));
    assert_true(allows("saw", GN_VERB_PUBLISH, "plant/saw"));
    assert_false(allows("saw", GN_VERB_PUBLISH, "plant/saw-1/x"));
    assert_false(allows("saw", GN_VERB_PUBLISH, "plant/{thing}/x"));
    assert_false(allows("saw", GN_VERB_PUBLISH, "plant//x"));
}

static void a_topic_with_a_wildcard_is_no_topic(void **state)
{
    (void)state;
    grant("*", true, "plant/#");
    grant("*", false, "plant/+/#");
    static const char *const topics[] = { "plant/+", "plant/#", "plant/a+", "plant/a/#", "plant/+/b" };
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        assert_false(allows("a", GN_VERB_PUBLISH, topics[i]));
        assert_false(allows("a", GN_VERB_RECEIVE, topics[i]));
    }
    assert_true(allows("a", GN_VERB_SUBSCRIBE, "plant/+/b"));
    assert_false(allows("a", GN_VERB_SUBSCRIBE, "plant/#")); /* would match plant alone */
}

static void a_wildcard_in_front_stands_for_no_name_with_a_dollar(void **state)
{
    (void)state;
    grant("*", false, "#");
    grant("*", false, "+/load");
    assert_true(allows("a", GN_VERB_RECEIVE, "SYS/load"));
    assert_true(allows("a", GN_VERB_SUBSCRIBE, "#"));
    assert_true(allows("a", GN_VERB_SUBSCRIBE, "+/#"));
    assert_true(allows("a", GN_VERB_RECEIVE, "x/$y"));
    static const char *const reserved[] = { "$SYS/load", "$SYS", "$", "$SYS/#", "$share/g/plant/x", "$/load" };
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        assert_false(allows("a", GN_VERB_RECEIVE, reserved[i]));
        assert_false(allows("a", GN_VERB_SUBSCRIBE, reserved[i]));
    }
}

/* --- against a slow matcher that goes by the words of the standard --- */

static const char *level_end(const char *at)
{
    while (*at != '\0' && *at != '/')
        at++;
    return at;
}

static bool reference(const char *filter, const char *topic, bool first)
{
    const char *filter_end = level_end(filter);
    const char *topic_end = level_end(topic);
    const bool reserved = first && topic[0] == '$';
    const size_t size = (size_t)(filter_end - filter);
    if (size == 1 && filter[0] == '#')
        return !reserved;
    if (size == 1 && filter[0] == '+') {
        if (reserved)
            return false;
    } else if (size != (size_t)(topic_end - topic) || strncmp(filter, topic, size) != 0) {
        return false;
    }
    if (*filter_end == '\0' || *topic_end == '\0')
        return *filter_end == *topic_end || (*topic_end == '\0' && strcmp(filter_end, "/#") == 0);
    return reference(filter_end + 1, topic_end + 1, false);
}

/* Texts of up to `levels` levels over an alphabet, numbered. False: there is none of that number. */
static bool nth(unsigned number, const char *const *alphabet, unsigned letters, unsigned levels, char out[64])
{
    unsigned size = 1;
    unsigned count = letters;
    while (number >= count) {
        number -= count;
        count *= letters;
        if (++size > levels)
            return false;
    }
    struct gn_buf buf = gn_buf_over(out, 63);
    for (unsigned i = 0; i < size; i++, number /= letters)
        gn_buf_addf(&buf, "%s%s", i > 0 ? "/" : "", alphabet[number % letters]);
    out[buf.size] = '\0';
    return true;
}

static void whoever_may_subscribe_may_receive_all_that_the_filter_matches(void **state)
{
    static const char *const in_filters[] = { "a", "", "$s", "+", "#" };
    static const char *const in_topics[] = { "a", "b", "", "$s" };
    char granted[64], asked[64], topic[64];
    unsigned covered = 0;
    (void)state;
    for (unsigned g = 0; nth(g, in_filters, 5, 3, granted); g++) {
        const char *hash = strchr(granted, '#');
        if (granted[0] == '\0' || (hash != NULL && hash[1] != '\0'))
            continue;
        policy.count = 0;
        grant("*", false, granted);
        for (unsigned t = 0; nth(t, in_topics, 4, 4, topic); t++)
            if (topic[0] != '\0' && allows("x", GN_VERB_RECEIVE, topic) != reference(granted, topic, true))
                fail_msg("'%s' and '%s'", granted, topic);
        for (unsigned a = 0; nth(a, in_filters, 5, 3, asked); a++) {
            hash = strchr(asked, '#');
            if (asked[0] == '\0' || (hash != NULL && hash[1] != '\0') || !allows("x", GN_VERB_SUBSCRIBE, asked))
                continue;
            covered++;
            for (unsigned t = 0; nth(t, in_topics, 4, 4, topic); t++)
                if (topic[0] != '\0' && reference(asked, topic, true) && !reference(granted, topic, true))
                    fail_msg("granted '%s' let '%s' through, which matches '%s'", granted, asked, topic);
        }
    }
    assert_in_range(covered, 500, 5000); /* the other way round: it does not deny everything */
}

static void a_filter_to_be_granted_has_a_form(void **state)
{
    static const struct {
        const char *filter;
        bool publish;
        const char *fault;
    } rows[] = {
        { "plant/#", true, NULL },
        { "plant/+/x", true, NULL },
        { "/x", true, NULL },
        { "plant//x/", true, NULL },
        { "things-of-mine/x", true, NULL },
        { "plant/things/x", true, NULL },
        { "#", false, NULL },
        { "+/x", false, NULL },
        { "things/press-8/properties/#", false, NULL },
        { "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", false, NULL }, /* 16 levels */
        { "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", false, "has more levels than MQTT_TOPIC_LEVELS_MAX" },
        { "", false, "is empty" },
        { "plant/a#", false, "has a '#' that is not a whole level" },
        { "plant/##", false, "has a '#' that is not a whole level" },
        { "plant/+a", false, "has a '+' that is not a whole level" },
        { "#/a", false, "has '#' before the last level" },
        { "$SYS/#", false, "begins with '$': such names are not for Things" },
        { "$share/g/plant/#", false, "begins with '$': such names are not for Things" },
        { "a\tb", false, "has a control character" },
        { "a\x7f", false, "has a control character" },
        { "a\xc0\xaf", false, "is not UTF-8" },
        { "things/press-8/x", true,
          "is below things/: each Thing has its own tree there, and actions come from the node alone" },
        { "things", true, "is below things/: each Thing has its own tree there, and actions come from the node alone" },
        { "#", true, "begins with a wildcard, which would cover things/: name the first level" },
        { "+/x", true, "begins with a wildcard, which would cover things/: name the first level" },
    };
    char longest[GN_MQTT_TOPIC_BYTES_MAX + 2];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *fault = gn_policy_filter_fault(gn_str_of(rows[i].filter), rows[i].publish);
        if (rows[i].fault == NULL || fault == NULL)
            assert_ptr_equal(fault, rows[i].fault);
        else
            assert_string_equal(fault, rows[i].fault);
    }
    memset(longest, 'a', sizeof longest);
    assert_null(gn_policy_filter_fault((gn_str){ longest, GN_MQTT_TOPIC_BYTES_MAX }, true));
    assert_string_equal(gn_policy_filter_fault((gn_str){ longest, GN_MQTT_TOPIC_BYTES_MAX + 1 }, true),
                        "is longer than MQTT_TOPIC_BYTES_MAX");
    assert_string_equal(gn_policy_filter_fault((gn_str){ "a\0b", 3 }, true), "has a control character");
}

#define CASE(name) cmocka_unit_test_setup(name, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_thing_may_use_its_own_tree),
        CASE(nothing_else_is_allowed),
        CASE(a_grant_counts_for_its_thing_and_its_verb),
        CASE(a_level_may_be_the_things_own_id),
        CASE(a_topic_with_a_wildcard_is_no_topic),
        CASE(a_wildcard_in_front_stands_for_no_name_with_a_dollar),
        CASE(whoever_may_subscribe_may_receive_all_that_the_filter_matches),
        CASE(a_filter_to_be_granted_has_a_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
