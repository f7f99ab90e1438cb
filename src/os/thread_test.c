/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>

#include "os/clock.h"
#include "os/thread.h"

enum { ROUNDS = 20000 };

static struct gn_wake ping;
static struct gn_wake pong;
static _Atomic int served;

static void a_count_that_moved_is_not_slept_on(void **state)
{
    (void)state;
    struct gn_wake wake = { 0 };
    const uint32_t noted = gn_wake_note(&wake);
    gn_wake_signal(&wake);
    gn_wake_wait(&wake, noted, -1); /* would hang */
    assert_int_equal(gn_wake_note(&wake), noted + 1);
    assert_int_equal(wake.sleepers, 0);
}

static void a_wait_ends_when_its_time_is_over(void **state)
{
    (void)state;
    struct gn_wake wake = { 0 };
    const struct gn_clock clock = gn_clock_system();
    const int64_t begin = gn_mono_us(&clock);
    gn_wake_wait(&wake, 0, 0);
    gn_wake_wait(&wake, 0, 25);
    assert_true(gn_mono_us(&clock) - begin >= 25000);
    assert_int_equal(wake.sleepers, 0);
}

static void a_wait_of_a_second_and_more_can_be_ended(void **state)
{
    (void)state;
    struct gn_wake wake = { 0 };
    wake.count = 1;
    gn_wake_wait(&wake, 0, 1999);
    gn_wake_wait(&wake, 0, INT64_MAX / 1000000);
    assert_int_equal(wake.sleepers, 0);
}

static void *serve(void *arg)
{
    (void)arg;
    uint32_t noted = 0;
    for (int i = 0; i < ROUNDS; i++) {
        gn_wake_wait(&ping, noted, -1);
        noted++;
        served++;
        gn_wake_signal(&pong);
    }
    return NULL;
}

/* Each signal is followed by a wait for its answer: one lost wake-up, and this hangs. */
static void no_signal_is_lost(void **state)
{
    (void)state;
    pthread_t thread;
    assert_int_equal(gn_thread_start(&thread, "server", serve, NULL), GN_OK);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        const uint32_t noted = gn_wake_note(&pong);
        gn_wake_signal(&ping);
        gn_wake_wait(&pong, noted, -1);
    }
    gn_thread_join(thread);
    assert_int_equal(served, ROUNDS);
}

static struct gn_wake gate;
static _Atomic int passed;

static void *pass(void *arg)
{
    (void)arg;
    gn_wake_wait(&gate, 0, -1);
    passed++;
    return NULL;
}

static void one_signal_wakes_all(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(gn_thread_start(&threads[i], "sleeper", pass, NULL), GN_OK);
    gn_wake_signal(&gate);
    for (size_t i = 0; i < 4; i++)
        gn_thread_join(threads[i]);
    assert_int_equal(passed, 4);
}

struct seen {
    char name[16];
    int blocked;
};

static void *look(void *arg)
{
    struct seen *seen = arg;
    sigset_t mask;
    (void)pthread_getname_np(pthread_self(), seen->name, sizeof seen->name);
    (void)pthread_sigmask(SIG_BLOCK, NULL, &mask);
    seen->blocked = sigismember(&mask, SIGTERM) + sigismember(&mask, SIGINT) + sigismember(&mask, SIGUSR1);
    return NULL;
}

static void a_thread_blocks_signals_and_its_starter_does_not(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    sigset_t mask;
    pthread_t thread;
    assert_int_equal(gn_thread_start(&thread, "look", look, &seen), GN_OK);
    gn_thread_join(thread);
    assert_int_equal(seen.blocked, 3);
    (void)pthread_sigmask(SIG_BLOCK, NULL, &mask);
    assert_int_equal(sigismember(&mask, SIGTERM), 0);
}

static struct gn_wake named;

static void *wait_for_name(void *arg)
{
    gn_wake_wait(&named, 0, -1);
    return look(arg);
}

static void a_thread_has_a_name_cut_at_15_bytes(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    pthread_t thread;
    assert_int_equal(gn_thread_start(&thread, "gn-a-name-of-20-bytes", wait_for_name, &seen), GN_OK);
    gn_wake_signal(&named);
    gn_thread_join(thread);
    assert_string_equal(seen.name, "gn-a-name-of-20");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_that_moved_is_not_slept_on),
        cmocka_unit_test(a_wait_ends_when_its_time_is_over),
        cmocka_unit_test(a_wait_of_a_second_and_more_can_be_ended),
        cmocka_unit_test(no_signal_is_lost),
        cmocka_unit_test(one_signal_wakes_all),
        cmocka_unit_test(a_thread_blocks_signals_and_its_starter_does_not),
        cmocka_unit_test(a_thread_has_a_name_cut_at_15_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
