/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/loads.h -- the real, bounded loads that `ganglion agent disturb` puts on this machine.
 *
 * One load one file, one const row in loads.c. A load works in threads that look at `stop` at least every few
 * milliseconds (the disk one between two writes); nothing of it is left when they have ended: the disk's file has
 * no name from the beginning, memory goes with its mapping, and both go with a killed process. */
#ifndef GN_CLI_AGENT_LOADS_H
#define GN_CLI_AGENT_LOADS_H

#include <stdatomic.h>

#include "base/bytes.h"
#include "base/limits.h"

enum { GN_LOAD_THREADS_MAX = 256 };
#define GN_LOAD_MEMORY_BYTES_MAX ((int64_t)GN_DISTURB_MEMORY_MIB_MAX * 1024 * 1024)

/* What one run shares between its threads. */
struct gn_load_run {
    const char *dir; /* the agent's folder: the only place that may be written to */
    int64_t bytes;   /* how much the plan allows; 0 where it does not apply */
    size_t threads;  /* how many work */
    int fd;          /* of the disk load's file; -1 */
    _Atomic bool stop;
    _Atomic int error; /* errno of what ended a thread early; 0 */
};

struct gn_load {
    const char *kind;  /* "cpu" */
    const char *doing; /* for the countdown line: "keeps every core busy" */
    /* Decides threads and bytes from what the machine has, opens what is needed. INVAL with words when there is
     * too little to do it safely. */
    gn_err (*plan)(struct gn_load_run *run, struct gn_diag *diag);
    void *(*work)(void *run); /* one thread */
};

const struct gn_load *const *gn_loads(size_t *out_count);
const struct gn_load *gn_loads_find(const char *kind); /* NULL: unknown */

extern const struct gn_load gn_load_cpu;
extern const struct gn_load gn_load_disk;
extern const struct gn_load gn_load_memory;

#endif
