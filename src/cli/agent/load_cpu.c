/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>

#include "cli/agent/loads.h"

enum { CPU_STEPS = 100000 }; /* about 0.1 ms between two looks */

/* One thread for each core this process may use. */
static gn_err cpu_plan(struct gn_load_run *run, struct gn_diag *diag)
{
    cpu_set_t cores;
    (void)diag;
    const int count = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
    run->threads = count < 1 ? 1 : count > GN_LOAD_THREADS_MAX ? (size_t)GN_LOAD_THREADS_MAX : (size_t)count;
    return GN_OK;
}

static void *cpu_work(void *opaque)
{
    struct gn_load_run *run = opaque;
    volatile uint64_t state = 88172645463325252u; /* xorshift64: work that no compiler takes away */
    while (!atomic_load_explicit(&run->stop, memory_order_relaxed)) {
        uint64_t x = state;
        for (int i = 0; i < CPU_STEPS; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
        }
        state = x;
    }
    return NULL;
}

const struct gn_load gn_load_cpu = {
    .kind = "cpu",
    .doing = "every core is kept busy",
    .plan = cpu_plan,
    .work = cpu_work,
};
