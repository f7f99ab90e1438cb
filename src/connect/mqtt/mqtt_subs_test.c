/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_subs.h"

enum { OWNERS = 4 };

static struct gn_mqtt_subs subs;
static struct gn_mqtt_owner owners[OWNERS];
static struct gn_mqtt_match match;
static bool is_new;

static int setup(void **state)
{
    (void)state;
    assert_int_equal(gn_mqtt_subs_init(&subs), GN_OK);
    for (int i = 0; i < OWNERS; i++)
        gn_mqtt_owner_init(&owners[i]);
    return 0;
}

static int teardown(void **state)
{
    struct gn_mem_row row;
    (void)state;
    for (int i = 0; i < OWNERS; i++)
        gn_mqtt_subs_drop(&subs, &owners[i]);
    gn_mqtt_subs_fini(&subs);
    assert_int_equal(gn_mem_plan(&row, 1), 0);
    return 0;
}

static gn_err put(int owner, const char *filter, uint8_t options, uint32_t id)
{
    return gn_mqtt_subs_put(&subs, &owners[owner], gn_str_of(filter), options, id, &is_new);
}

/* How many subscriptions of that owner the topic meets; each chain is undone. */
static int meets(int owner, const char *topic)
{
    int count = 0;
    gn_mqtt_subs_match(&subs, gn_str_of(topic), &match);
    for (struct gn_mqtt_owner *o = match.owners; o != NULL; o = o->next_match) {
        for (const struct gn_mqtt_sub *sub = o->matched; sub != NULL; sub = sub->next_match)
            count += o == &owners[owner];
        o->matched = NULL;
    }
    return count;
}

static void a_topic_finds_each_session_once_with_all_its_filters(void **state)
{
    (void)state;
    assert_int_equal(put(0, "a/#", 0, 0), GN_OK);
    assert_int_equal(put(0, "a/+", 1, 0), GN_OK);
    assert_int_equal(put(0, "b", 1, 0), GN_OK);
    assert_int_equal(put(1, "a/+", 2, 0), GN_OK);
    assert_int_equal(meets(0, "a/x"), 2);
    assert_int_equal(meets(1, "a/x"), 1);
    assert_int_equal(meets(2, "a/x"), 0);
    assert_int_equal(meets(0, "a"), 1);
    gn_mqtt_subs_match(&subs, GN_STR("a/x"), &match);
    int found = 0;
    for (struct gn_mqtt_owner *o = match.owners; o != NULL; o = o->next_match, found++)
        o->matched = NULL;
    assert_int_equal(found, 2);
}

static void the_same_filter_again_replaces_its_options(void **state)
{
    (void)state;
    assert_int_equal(put(0, "a", 0, 3), GN_OK);
    assert_true(is_new);
    assert_int_equal(put(0, "a", 2 | GN_MQTT_NO_LOCAL, 9), GN_OK);
    assert_false(is_new);
    assert_int_equal(subs.count, 1);
    gn_mqtt_subs_match(&subs, GN_STR("a"), &match);
    assert_int_equal(match.owners->matched->options, 2 | GN_MQTT_NO_LOCAL);
    assert_int_equal(match.owners->matched->id, 9);
    match.owners->matched = NULL;
    assert_true(gn_mqtt_subs_remove(&subs, &owners[0], GN_STR("a")));
    assert_false(gn_mqtt_subs_remove(&subs, &owners[0], GN_STR("a")));
    assert_int_equal(meets(0, "a"), 0);
    assert_int_equal(subs.trie.node_count, 0);
}

static void a_share_serves_its_members_in_turn(void **state)
{
    (void)state;
    assert_int_equal(put(0, "$share/g/a/+", 1, 0), GN_OK);
    assert_int_equal(put(1, "$share/g/a/+", 1, 0), GN_OK);
    assert_int_equal(put(2, "$share/h/a/+", 1, 0), GN_OK); /* another group: gets its own copy */
    assert_int_equal(put(3, "a/+", 1, 0), GN_OK);
    for (int round = 0; round < 4; round++) {
        int shares = 0;
        gn_mqtt_subs_match(&subs, GN_STR("a/x"), &match);
        assert_ptr_equal(match.owners, &owners[3]);
        assert_null(match.owners->next_match);
        owners[3].matched = NULL;
        for (struct gn_mqtt_share *share = match.shares; share != NULL; share = share->next_match, shares++) {
            struct gn_mqtt_sub *first = TAILQ_FIRST(&share->subs);
            if (share->name[0] == 'g')
                assert_ptr_equal(first->owner, &owners[round % 2]);
            gn_mqtt_subs_served(first);
        }
        assert_int_equal(shares, 2);
    }
    assert_true(gn_mqtt_subs_remove(&subs, &owners[0], GN_STR("$share/g/a/+")));
    gn_mqtt_subs_drop(&subs, &owners[1]);
    gn_mqtt_subs_drop(&subs, &owners[2]);
    gn_mqtt_subs_match(&subs, GN_STR("a/x"), &match);
    assert_null(match.shares); /* nobody is left in them */
    match.owners->matched = NULL;
}

static void a_topic_that_met_nobody_meets_who_comes_later(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        gn_mqtt_subs_match(&subs, GN_STR("a/x"), &match);
        assert_null(match.owners);
        gn_mqtt_subs_match(&subs, GN_STR("a/x"), &match); /* out of memory now */
        assert_null(match.owners);
        assert_int_equal(put(0, round == 1 ? "$share/g/a/+" : "a/+", 0, 0), GN_OK);
        gn_mqtt_subs_match(&subs, GN_STR("a/x"), &match);
        assert_true(match.owners != NULL || match.shares != NULL);
        owners[0].matched = NULL;
        gn_mqtt_subs_drop(&subs, &owners[0]);
    }
}

static void a_session_has_so_many(void **state)
{
    char filter[] = "f/0000";
    (void)state;
    for (int i = 0; i <= GN_MQTT_SUBSCRIPTIONS_MAX; i++) {
        for (int digit = 0, rest = i; digit < 4; digit++, rest /= 10)
            filter[5 - digit] = (char)('0' + rest % 10);
        assert_int_equal(put(0, filter, 0, 0), i < GN_MQTT_SUBSCRIPTIONS_MAX ? GN_OK : GN_ERR_FULL);
    }
    assert_int_equal(put(0, "f/0000", 1, 0), GN_OK); /* one that is there is no further one */
    subs.count = GN_MQTT_SUBSCRIPTIONS_ALL_MAX;
    assert_int_equal(put(1, "g", 0, 0), GN_ERR_FULL);
    subs.count = GN_MQTT_SUBSCRIPTIONS_MAX;
}

static void no_memory_changes_nothing(void **state)
{
    (void)state;
    for (size_t takes = 1; takes <= 5; takes++) {
        gn_mem_fail_after(takes);
        const gn_err err = put(0, "$share/g/a", 0, 0);
        gn_mem_fail_after(0);
        assert_int_equal(err, takes <= 4 ? GN_ERR_FULL : GN_OK); /* itself, a node, a place, a share */
        assert_int_equal(subs.count, takes <= 4 ? 0 : 1);
        assert_int_equal(subs.trie.node_count, takes <= 4 ? 0 : 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_topic_finds_each_session_once_with_all_its_filters, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_filter_again_replaces_its_options, setup, teardown),
        cmocka_unit_test_setup_teardown(a_share_serves_its_members_in_turn, setup, teardown),
        cmocka_unit_test_setup_teardown(a_topic_that_met_nobody_meets_who_comes_later, setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_has_so_many, setup, teardown),
        cmocka_unit_test_setup_teardown(no_memory_changes_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
