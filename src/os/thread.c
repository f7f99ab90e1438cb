/* SPDX-License-Identifier: Apache-2.0 */
#include "os/thread.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { THREAD_NAME_BYTES = 16 };

_Static_assert(sizeof(_Atomic uint32_t) == sizeof(uint32_t), "the kernel looks at the counter itself");

/* Until the count is not `noted` any more, or the deadline (CLOCK_MONOTONIC, NULL = none) is over: false. */
static bool thread_futex_wait(struct gn_wake *wake, uint32_t noted, const struct timespec *deadline)
{
    const long result =
        syscall(SYS_futex, &wake->count, FUTEX_WAIT_BITSET_PRIVATE, noted, deadline, NULL, FUTEX_BITSET_MATCH_ANY);
    return result == 0 || errno != ETIMEDOUT;
}

static struct timespec thread_deadline(int64_t timeout_ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(timeout_ms / 1000);
    at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return at;
}

void gn_wake_wait(struct gn_wake *wake, uint32_t noted, int64_t timeout_ms)
{
    if (gn_wake_note(wake) != noted || timeout_ms == 0)
        return;
    struct timespec deadline = { 0 };
    if (timeout_ms > 0)
        deadline = thread_deadline(timeout_ms);
    /* Both sides are sequentially consistent: either the signaller sees this sleeper and wakes it, or the
     * sleeper (in the loop, and the kernel once more) sees the new count and does not sleep. */
    atomic_fetch_add_explicit(&wake->sleepers, 1, memory_order_seq_cst);
    while (gn_wake_note(wake) == noted)
        if (!thread_futex_wait(wake, noted, timeout_ms > 0 ? &deadline : NULL))
            break;
    atomic_fetch_sub_explicit(&wake->sleepers, 1, memory_order_seq_cst);
}

void gn_wake_signal(struct gn_wake *wake)
{
    atomic_fetch_add_explicit(&wake->count, 1, memory_order_seq_cst);
    if (atomic_load_explicit(&wake->sleepers, memory_order_seq_cst) > 0)
        (void)syscall(SYS_futex, &wake->count, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

gn_err gn_thread_start(pthread_t *out, const char *name, void *(*run)(void *), void *arg)
{
    sigset_t all;
    sigset_t before;
    pthread_t thread;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return GN_ERR_IO;
    const int error = pthread_create(&thread, NULL, run, arg);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
        return error == EAGAIN ? GN_ERR_FULL : GN_ERR_IO;
    char short_name[THREAD_NAME_BYTES];
    (void)snprintf(short_name, sizeof short_name, "%s", name);
    (void)pthread_setname_np(thread, short_name); /* a name is a comfort, not a need */
    *out = thread;
    return GN_OK;
}

void gn_thread_join(pthread_t thread)
{
    const int error = pthread_join(thread, NULL);
    assert(error == 0);
    (void)error;
}
