/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/guard.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"

#define HOME GN_STR("192.0.2.1")
#define AWAY GN_STR("198.51.100.7")
#define GOOD GN_STR("four words do well")
#define BAD  GN_STR("four words do not")

static char dir[64];
static char file[96];
static struct gn_clock_sim sim;
static struct gn_guard *guard;

static gn_err open_guard(struct gn_diag *diag)
{
    return gn_guard_open(dir, gn_clock_simulated(&sim), &guard, diag);
}

static int begin(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/ganglion-guard-XXXXXX");
    sim = (struct gn_clock_sim){ .mono_us = 1000000 };
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(file, sizeof file, "%s/guard/credentials", dir);
    return open_guard(NULL) == GN_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    gn_guard_close(guard);
    guard = NULL;
    (void)chmod(dir, 0700);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : -1;
}

static void pass(int64_t ms)
{
    sim.mono_us += ms * 1000;
}

static gn_err set_up(void)
{
    char code[GN_SETUP_CODE_BYTES];
    gn_guard_setup_code(guard, code);
    return gn_guard_setup(guard, gn_str_of(code), GN_STR("anna"), GOOD, HOME, NULL);
}

static void reopen(void)
{
    gn_guard_close(guard);
    guard = NULL;
    assert_int_equal(open_guard(NULL), GN_OK);
}

/* --- devices --- */

static void a_token_opens_for_its_thing_only(void **state)
{
    (void)state;
    char press[GN_TOKEN_BYTES];
    char mill[GN_TOKEN_BYTES];
    int64_t delay_ms = -1;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, press), GN_OK);
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("mill"), 0, mill), GN_OK);
    assert_int_equal(strlen(press), GN_TOKEN_BYTES - 1);
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), gn_str_of(press), HOME, &delay_ms), GN_OK);
    assert_int_equal(delay_ms, 0);
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), gn_str_of(mill), HOME, &delay_ms), GN_ERR_DENIED);
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("pres"), gn_str_of(press), HOME, &delay_ms), GN_ERR_DENIED);
    assert_int_equal(gn_guard_thing_check(guard, GN_STR(""), GN_STR(""), HOME, &delay_ms), GN_ERR_DENIED);
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), (gn_str){ press, 31 }, HOME, &delay_ms),
                     GN_ERR_DENIED);
    reopen();
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), gn_str_of(press), HOME, &delay_ms), GN_OK);
}

static void a_new_token_voids_the_old_one_at_once(void **state)
{
    (void)state;
    char old[GN_TOKEN_BYTES];
    char young[GN_TOKEN_BYTES];
    int64_t delay_ms;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, old), GN_OK);
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, young), GN_OK);
    assert_string_not_equal(old, young);
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), gn_str_of(old), HOME, &delay_ms), GN_ERR_DENIED);
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), gn_str_of(young), HOME, &delay_ms), GN_OK);
}

static gn_err check(const char *token, gn_str source)
{
    int64_t delay_ms;
    return gn_guard_thing_check(guard, GN_STR("press"), gn_str_of(token), source, &delay_ms);
}

static void an_old_token_counts_until_its_overlap_is_over(void **state)
{
    (void)state;
    char first[GN_TOKEN_BYTES], second[GN_TOKEN_BYTES], third[GN_TOKEN_BYTES], id[GN_THING_ID_BYTES_MAX + 1];
    struct gn_token_state told;
    sim.wall_ms = 1000000;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 60000, first), GN_OK);
    gn_guard_thing_state(guard, GN_STR("press"), &told);
    assert_true(told.has_token && told.old_until_ms == 0); /* there was none before */
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 60000, second), GN_OK);
    gn_guard_thing_state(guard, GN_STR("press"), &told);
    assert_int_equal(told.old_until_ms, 1060000);
    assert_int_equal(check(first, HOME), GN_OK);
    assert_int_equal(check(second, AWAY), GN_OK);
    reopen(); /* both are on disk */
    assert_int_equal(check(first, HOME), GN_OK);
    assert_int_equal(check(second, AWAY), GN_OK);
    assert_false(gn_guard_overlap_over(guard, id));
    sim.wall_ms = 1059999;
    assert_int_equal(check(first, HOME), GN_OK);
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 60000, third), GN_OK);
    assert_int_equal(check(first, HOME), GN_ERR_DENIED); /* two renewals ago */
    assert_int_equal(check(second, HOME), GN_OK);
    sim.wall_ms = 1119999; /* = 1059999 + 60000 */
    assert_int_equal(check(second, HOME), GN_ERR_DENIED);
    assert_int_equal(check(third, HOME), GN_OK);
    assert_true(gn_guard_overlap_over(guard, id)); /* who came with it is to be ended, once */
    assert_string_equal(id, "press");
    assert_false(gn_guard_overlap_over(guard, id));
}

static void an_old_token_nobody_used_ends_nothing(void **state)
{
    (void)state;
    char token[GN_TOKEN_BYTES], id[GN_THING_ID_BYTES_MAX + 1];
    sim.wall_ms = 1000;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, token), GN_OK);
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 5000, token), GN_OK);
    assert_int_equal(check(token, HOME), GN_OK);
    sim.wall_ms = 6000;
    assert_false(gn_guard_overlap_over(guard, id));
    assert_int_equal(check(token, HOME), GN_OK);
}

static void an_overlap_has_an_end(void **state)
{
    (void)state;
    const int64_t most_ms = INT64_C(1000) * GN_TOKEN_OVERLAP_S_MAX;
    char token[GN_TOKEN_BYTES] = "untouched";
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), -1, token), GN_ERR_INVAL);
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), most_ms + 1, token), GN_ERR_INVAL);
    assert_string_equal(token, "untouched");
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), most_ms, token), GN_OK);
}

static void a_revoked_thing_has_nothing_until_it_is_given_a_token(void **state)
{
    (void)state;
    char first[GN_TOKEN_BYTES], second[GN_TOKEN_BYTES];
    struct gn_token_state told;
    sim.wall_ms = 77000;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, first), GN_OK);
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 60000, second), GN_OK);
    assert_int_equal(gn_guard_thing_revoke(guard, GN_STR("press")), GN_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(check(first, HOME), GN_ERR_DENIED);
        assert_int_equal(check(second, HOME), GN_ERR_DENIED);
        assert_int_equal(check("", HOME), GN_ERR_DENIED);
        gn_guard_thing_state(guard, GN_STR("press"), &told);
        assert_false(told.has_token);
        assert_int_equal(told.old_until_ms, 0);
        assert_int_equal(told.revoked_ms, 77000);
        reopen(); /* it is on disk */
    }
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 60000, first), GN_OK);
    reopen();
    gn_guard_thing_state(guard, GN_STR("press"), &told);
    assert_true(told.has_token);
    assert_int_equal(told.revoked_ms, 77000); /* what was issued before that stays void */
    assert_int_equal(check(first, HOME), GN_OK);
    assert_int_equal(check(second, HOME), GN_ERR_DENIED);
    assert_int_equal(gn_guard_thing_revoke(guard, GN_STR("a b")), GN_ERR_INVAL);
    assert_int_equal(gn_guard_thing_revoke(guard, GN_STR("never-had-one")), GN_OK);
}

static void the_last_use_is_told_with_its_source(void **state)
{
    (void)state;
    char old[GN_TOKEN_BYTES], young[GN_TOKEN_BYTES];
    struct gn_token_state told;
    sim.wall_ms = 5000;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, old), GN_OK);
    gn_guard_thing_state(guard, GN_STR("press"), &told);
    assert_int_equal(told.use.time_ms, 0);
    assert_string_equal(told.use.source, "");
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 60000, young), GN_OK);
    assert_int_equal(check("wrong", AWAY), GN_ERR_DENIED);
    gn_guard_thing_state(guard, GN_STR("press"), &told);
    assert_int_equal(told.use.time_ms, 0); /* a wrong one is no use */
    assert_int_equal(check(old, HOME), GN_OK);
    sim.wall_ms = 6000;
    assert_int_equal(check(young, AWAY), GN_OK);
    gn_guard_thing_state(guard, GN_STR("press"), &told);
    assert_int_equal(told.use.time_ms, 6000);
    assert_int_equal(told.use.old_ms, 5000);
    assert_string_equal(told.use.source, "198.51.100.7");
    gn_guard_thing_state(guard, GN_STR("nobody"), &told);
    assert_false(told.has_token);
}

static int64_t two_places(void)
{
    struct gn_token_state told;
    gn_guard_thing_state(guard, GN_STR("press"), &told);
    return told.use.two_places_ms;
}

static void one_token_at_two_addresses_in_turns_is_noticed(void **state)
{
    (void)state;
    char token[GN_TOKEN_BYTES];
    const gn_str places[] = { HOME, AWAY };
    sim.wall_ms = 9000;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, token), GN_OK);
    for (size_t i = 0; i < 5; i++) { /* there, back, there, back: three turns with the fifth */
        assert_int_equal(two_places(), 0);
        assert_int_equal(check(token, places[i % 2]), GN_OK);
        pass(5000);
    }
    assert_int_equal(two_places(), 9000);
}

static void a_reconnect_a_move_and_a_slow_return_are_no_second_place(void **state)
{
    (void)state;
    char token[GN_TOKEN_BYTES];
    const gn_str places[] = { HOME, AWAY };
    sim.wall_ms = 9000;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, token), GN_OK);
    for (int i = 0; i < 50; i++) /* its two clients, or one that comes and goes */
        assert_int_equal(check(token, HOME), GN_OK);
    char moving[32];
    for (int i = 0; i < 50; i++) { /* an address of its own each time */
        (void)snprintf(moving, sizeof moving, "203.0.113.%d", i);
        assert_int_equal(check(token, gn_str_of(moving)), GN_OK);
    }
    for (size_t i = 0; i < 20; i++) { /* between home and work */
        assert_int_equal(check(token, places[i % 2]), GN_OK);
        pass(GN_TWO_PLACES_MS);
    }
    assert_int_equal(two_places(), 0);
}

static void wrong_tokens_delay_their_source_and_nobody_else(void **state)
{
    (void)state;
    static const int64_t expected[] = { 0, 0, 200, 400, 800, 1600, 3200, 6400, 10000, 10000 };
    char token[GN_TOKEN_BYTES];
    int64_t delay_ms = -1;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, token), GN_OK);
    for (size_t i = 1; i < sizeof expected / sizeof expected[0]; i++) {
        pass(30000); /* always late enough to be looked at */
        assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), BAD, AWAY, &delay_ms), GN_ERR_DENIED);
        assert_int_equal(delay_ms, expected[i]);
        /* An id that does not exist: the same answer, the same delay. */
        assert_int_equal(gn_guard_thing_check(guard, GN_STR("ghost"), BAD, AWAY, &delay_ms), GN_ERR_DENIED);
        assert_int_equal(delay_ms, expected[i]);
    }
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), gn_str_of(token), HOME, &delay_ms), GN_OK);
    assert_int_equal(delay_ms, 0);
    pass(60000);
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), gn_str_of(token), AWAY, &delay_ms), GN_OK);
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), BAD, AWAY, &delay_ms), GN_ERR_DENIED);
    assert_int_equal(delay_ms, 0); /* cleared by the right one */
}

static void a_token_that_comes_too_early_is_not_looked_at_where_it_is_unknown(void **state)
{
    (void)state;
    char token[GN_TOKEN_BYTES];
    int64_t delay_ms = -1;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, token), GN_OK);
    assert_int_equal(check("x", AWAY), GN_ERR_DENIED);
    assert_int_equal(check("y", AWAY), GN_ERR_DENIED);
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), gn_str_of(token), AWAY, &delay_ms), GN_ERR_DENIED);
    assert_int_equal(delay_ms, 0); /* nothing to hold back: nothing was found out */
    pass(200);
    assert_int_equal(check(token, AWAY), GN_OK);
    for (int i = 0; i < 50; i++) /* somebody else behind the same address */
        assert_int_equal(check("x", AWAY), GN_ERR_DENIED);
    assert_int_equal(check(token, AWAY), GN_OK);
}

static void a_new_token_forgives_what_was_guessed_before(void **state)
{
    (void)state;
    char token[GN_TOKEN_BYTES];
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, token), GN_OK);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(check("stale", AWAY), GN_ERR_DENIED);
        pass(26000);
    }
    assert_int_equal(check(token, AWAY), GN_ERR_DENIED); /* too early by minutes */
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, token), GN_OK);
    assert_int_equal(check(token, AWAY), GN_OK);
}

static void an_id_that_is_no_id_gets_no_token(void **state)
{
    (void)state;
    char token[GN_TOKEN_BYTES] = "untouched";
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("a b"), 0, token), GN_ERR_INVAL);
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("#"), 0, token), GN_ERR_INVAL);
    assert_string_equal(token, "untouched");
}

static void what_cannot_be_written_is_not_in_force(void **state)
{
    (void)state;
    char token[GN_TOKEN_BYTES];
    char lost[GN_TOKEN_BYTES] = "untouched";
    char aside[128];
    int64_t delay_ms;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, token), GN_OK);
    (void)snprintf(aside, sizeof aside, "%s/guard.new", dir);
    char folder[96];
    (void)snprintf(folder, sizeof folder, "%s/guard", dir);
    assert_int_equal(rename(folder, aside), 0); /* works for root too, unlike a mode */
    assert_int_not_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, lost), GN_OK);
    assert_int_not_equal(gn_guard_thing_token(guard, GN_STR("mill"), 0, lost), GN_OK);
    assert_int_not_equal(gn_guard_thing_revoke(guard, GN_STR("press")), GN_OK);
    assert_int_not_equal(set_up(), GN_OK);
    assert_true(gn_guard_needs_setup(guard));
    assert_string_equal(lost, "untouched");
    assert_int_equal(gn_guard_thing_check(guard, GN_STR("press"), gn_str_of(token), HOME, &delay_ms), GN_OK);
    assert_int_equal(rename(aside, folder), 0);
    assert_int_equal(set_up(), GN_OK);
}

/* --- setup --- */

static void setup_needs_the_code_of_this_start(void **state)
{
    (void)state;
    char code[GN_SETUP_CODE_BYTES];
    char other[GN_SETUP_CODE_BYTES];
    gn_guard_setup_code(guard, code);
    reopen();
    gn_guard_setup_code(guard, other);
    assert_string_not_equal(code, other);
    assert_true(gn_guard_needs_setup(guard));
    assert_int_equal(gn_guard_setup(guard, gn_str_of(code), GN_STR("anna"), GOOD, HOME, NULL), GN_ERR_DENIED);
    assert_int_equal(gn_guard_setup(guard, gn_str_of(other), GN_STR("anna"), GOOD, HOME, NULL), GN_OK);
    assert_false(gn_guard_needs_setup(guard));
    gn_guard_setup_code(guard, code);
    assert_string_equal(code, "");
    assert_int_equal(gn_guard_setup(guard, gn_str_of(other), GN_STR("bert"), GOOD, HOME, NULL), GN_ERR_EXISTS);
    reopen();
    assert_false(gn_guard_needs_setup(guard));
}

static void setup_refuses_weak_passwords_and_odd_names(void **state)
{
    (void)state;
    char code[GN_SETUP_CODE_BYTES];
    struct gn_diag diag = { 0 };
    gn_guard_setup_code(guard, code);
    assert_int_equal(gn_guard_setup(guard, gn_str_of(code), GN_STR("anna"), GN_STR("short"), HOME, &diag),
                     GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "12"));
    assert_int_equal(gn_guard_setup(guard, gn_str_of(code), GN_STR("an na"), GOOD, HOME, &diag), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "user name"));
    assert_true(gn_guard_needs_setup(guard));
}

static void setup_locks_after_too_many_wrong_codes(void **state)
{
    (void)state;
    for (int i = 0; i < GN_SETUP_TRIES_MAX; i++)
        assert_int_equal(gn_guard_setup(guard, GN_STR("000000000000"), GN_STR("anna"), GOOD, HOME, NULL),
                         GN_ERR_DENIED);
    assert_int_equal(set_up(), GN_ERR_BUSY);
    pass(15 * 60 * 1000 - 1);
    assert_int_equal(set_up(), GN_ERR_BUSY);
    pass(1);
    assert_int_equal(set_up(), GN_OK);
}

struct racer {
    char code[GN_SETUP_CODE_BYTES];
    const char *name;
    gn_err err;
};

static void *race(void *arg)
{
    struct racer *racer = arg;
    racer->err = gn_guard_setup(guard, gn_str_of(racer->code), gn_str_of(racer->name), GOOD, HOME, NULL);
    return NULL;
}

static void of_two_setups_at_once_one_wins(void **state)
{
    (void)state;
    struct racer racers[2] = { { .name = "anna" }, { .name = "bert" } };
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++) {
        gn_guard_setup_code(guard, racers[i].code);
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal((racers[0].err == GN_OK) + (racers[1].err == GN_OK), 1);
    const size_t loser = racers[0].err == GN_OK ? 1 : 0;
    assert_true(racers[loser].err == GN_ERR_EXISTS || racers[loser].err == GN_ERR_DENIED);
}

/* --- people --- */

static void signing_in_gives_a_session_with_the_role(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    int64_t delay_ms = -1;
    struct gn_principal who;
    assert_int_equal(set_up(), GN_OK);
    assert_int_equal(gn_guard_user_add(guard, GN_STR("otto"), GOOD, GN_ROLE_OPERATOR, NULL), GN_OK);
    assert_int_equal(gn_guard_login(guard, GN_STR("otto"), GOOD, HOME, cookie, &delay_ms), GN_OK);
    assert_int_equal(delay_ms, 0);
    assert_int_equal(gn_guard_session(guard, gn_str_of(cookie), &who), GN_OK);
    assert_string_equal(who.name, "otto");
    assert_int_equal(who.role, GN_ROLE_OPERATOR);
    gn_guard_logout(guard, gn_str_of(cookie));
    assert_int_equal(gn_guard_session(guard, gn_str_of(cookie), &who), GN_ERR_DENIED);
    assert_int_equal(gn_guard_session_peek(guard, GN_STR(""), &who), GN_ERR_DENIED);
}

static void wrong_passwords_and_unknown_users_are_answered_alike(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES] = "untouched";
    int64_t known_ms = -1;
    int64_t unknown_ms = -1;
    assert_int_equal(set_up(), GN_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(gn_guard_login(guard, GN_STR("anna"), BAD, HOME, cookie, &known_ms), GN_ERR_DENIED);
        assert_int_equal(gn_guard_login(guard, GN_STR("nobody"), BAD, HOME, cookie, &unknown_ms), GN_ERR_DENIED);
        assert_int_equal(known_ms, unknown_ms);
        pass(1000);
    }
    assert_int_equal(known_ms, 400);
    assert_string_equal(cookie, "untouched");
}

static void a_hasty_guesser_is_not_looked_at_even_when_right(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    int64_t delay_ms = -1;
    assert_int_equal(set_up(), GN_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(gn_guard_login(guard, GN_STR("anna"), BAD, HOME, cookie, &delay_ms), GN_ERR_DENIED);
    assert_int_equal(delay_ms, 200);
    assert_int_equal(gn_guard_login(guard, GN_STR("anna"), GOOD, HOME, cookie, &delay_ms), GN_ERR_AGAIN);
    assert_int_equal(delay_ms, 200);
    assert_int_equal(gn_guard_login(guard, GN_STR("anna"), GOOD, AWAY, cookie, &delay_ms), GN_OK);
    pass(200);
    assert_int_equal(gn_guard_login(guard, GN_STR("anna"), GOOD, HOME, cookie, &delay_ms), GN_OK);
}

static void a_new_password_and_role_count_at_once(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    int64_t delay_ms;
    struct gn_principal who;
    assert_int_equal(set_up(), GN_OK);
    assert_int_equal(gn_guard_user_add(guard, GN_STR("otto"), GOOD, GN_ROLE_VIEWER, NULL), GN_OK);
    assert_int_equal(gn_guard_login(guard, GN_STR("otto"), GOOD, HOME, cookie, &delay_ms), GN_OK);
    assert_int_equal(
        gn_guard_user_add(guard, GN_STR("otto"), GN_STR("five words do even better"), GN_ROLE_OPERATOR, NULL), GN_OK);
    assert_int_equal(gn_guard_session(guard, gn_str_of(cookie), &who), GN_OK);
    assert_int_equal(who.role, GN_ROLE_OPERATOR);
    assert_int_equal(gn_guard_login(guard, GN_STR("otto"), GOOD, HOME, cookie, &delay_ms), GN_ERR_DENIED);
}

/* --- the file --- */

static void no_secret_stands_in_the_file(void **state)
{
    (void)state;
    char token[GN_TOKEN_BYTES];
    char text[4096] = "";
    struct stat info;
    assert_int_equal(gn_guard_thing_token(guard, GN_STR("press"), 0, token), GN_OK);
    assert_int_equal(set_up(), GN_OK);
    FILE *in = fopen(file, "r");
    assert_non_null(in);
    const size_t size = fread(text, 1, sizeof text - 1, in);
    (void)fclose(in);
    assert_true(size > 100);
    assert_null(strstr(text, token));
    assert_null(strstr(text, "four words"));
    assert_non_null(strstr(text, "thing press sha256 "));
    assert_non_null(strstr(text, "user anna admin argon2id $argon2id$"));
    assert_int_equal(stat(file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void write_file(const char *text, mode_t mode)
{
    const int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

static void a_broken_file_opens_for_nobody_and_says_where(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    gn_guard_close(guard);
    guard = NULL;
    write_file("thing press sha256 00 11\n", 0600);
    assert_int_equal(open_guard(&diag), GN_ERR_CORRUPT);
    assert_null(guard);
    assert_int_equal(diag.line, 1);
    assert_non_null(strstr(diag.file, "guard/credentials"));
}

static void a_file_that_others_may_read_is_refused(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    gn_guard_close(guard);
    guard = NULL;
    write_file("", 0640);
    assert_int_equal(open_guard(&diag), GN_ERR_DENIED);
    assert_non_null(strstr(diag.text, "chmod 600"));
    write_file("", 0600);
    assert_int_equal(open_guard(&diag), GN_OK);
}

static void a_file_that_is_no_file_is_refused(void **state)
{
    (void)state;
    gn_guard_close(guard);
    guard = NULL;
    assert_int_equal(mkdir(file, 0700), 0);
    assert_int_not_equal(open_guard(NULL), GN_OK);
    assert_int_equal(rmdir(file), 0);
    assert_int_equal(open_guard(NULL), GN_OK);
}

static void opening_survives_any_allocation_that_fails(void **state)
{
    (void)state;
    gn_guard_close(guard);
    guard = NULL;
    write_file("", 0600);
    size_t failing = 1;
    for (;; failing++) {
        gn_mem_fail_after(failing);
        const gn_err err = open_guard(NULL);
        gn_mem_fail_after(0);
        if (err == GN_OK)
            break;
        assert_int_equal(err, GN_ERR_FULL);
        assert_true(failing < 20);
    }
    assert_true(failing > 3);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_token_opens_for_its_thing_only),
        CASE(a_new_token_voids_the_old_one_at_once),
        CASE(an_old_token_counts_until_its_overlap_is_over),
        CASE(an_old_token_nobody_used_ends_nothing),
        CASE(an_overlap_has_an_end),
        CASE(a_revoked_thing_has_nothing_until_it_is_given_a_token),
        CASE(the_last_use_is_told_with_its_source),
        CASE(one_token_at_two_addresses_in_turns_is_noticed),
        CASE(a_reconnect_a_move_and_a_slow_return_are_no_second_place),
        CASE(wrong_tokens_delay_their_source_and_nobody_else),
        CASE(a_token_that_comes_too_early_is_not_looked_at_where_it_is_unknown),
        CASE(a_new_token_forgives_what_was_guessed_before),
        CASE(an_id_that_is_no_id_gets_no_token),
        CASE(what_cannot_be_written_is_not_in_force),
        CASE(setup_needs_the_code_of_this_start),
        CASE(setup_refuses_weak_passwords_and_odd_names),
        CASE(setup_locks_after_too_many_wrong_codes),
        CASE(of_two_setups_at_once_one_wins),
        CASE(signing_in_gives_a_session_with_the_role),
        CASE(wrong_passwords_and_unknown_users_are_answered_alike),
        CASE(a_hasty_guesser_is_not_looked_at_even_when_right),
        CASE(a_new_password_and_role_count_at_once),
        CASE(no_secret_stands_in_the_file),
        CASE(a_broken_file_opens_for_nobody_and_says_where),
        CASE(a_file_that_others_may_read_is_refused),
        CASE(a_file_that_is_no_file_is_refused),
        CASE(opening_survives_any_allocation_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
