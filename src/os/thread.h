/* SPDX-License-Identifier: Apache-2.0 */
/* os/thread.h -- threads, and a way to sleep until there is something to do.
 *
 * struct gn_wake is an event counter: a sleeper notes the count, looks for work, and waits only if the
 * count has not moved; a signal costs one atomic add, and a system call only when somebody sleeps. */
#ifndef GN_OS_THREAD_H
#define GN_OS_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"

struct gn_wake {
    _Atomic uint32_t count;
    _Atomic uint32_t sleepers;
};

static inline uint32_t gn_wake_note(struct gn_wake *wake)
{
    return atomic_load_explicit(&wake->count, memory_order_seq_cst);
}

/* Sleeps until the count differs from `noted`, or the time is over (-1: no limit). */
void gn_wake_wait(struct gn_wake *wake, uint32_t noted, int64_t timeout_ms);
void gn_wake_signal(struct gn_wake *wake);

/* Starts a thread with signals blocked and a name (15 bytes) that shows in top and gdb. */
GN_MUST_USE gn_err gn_thread_start(pthread_t *out, const char *name, void *(*run)(void *), void *arg);
void gn_thread_join(pthread_t thread);

#endif
