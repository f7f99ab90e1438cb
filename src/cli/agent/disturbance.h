/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/disturbance.h -- one file says that a disturbance runs, and stops it.
 *
 *   disturb:  makes DIR/disturbance, locks it (flock), writes "cpu 60 <start>"; looks every 50 ms: is it
 *             still there? Unlinked: it ends. At its end it unlinks it and closes it.
 *   agent:    opens it; the lock is held: there is one. To stop it: unlink. It is over when the lock on the
 *             file it still has open is free, which the kernel also does when the process dies.
 *
 * So nobody signals a process by number, and a file that a killed process left behind is known by its free
 * lock. One disturbance at a time in a folder. */
#ifndef GN_CLI_AGENT_DISTURBANCE_H
#define GN_CLI_AGENT_DISTURBANCE_H

#include "base/bytes.h"

enum { GN_DISTURBANCE_KIND_BYTES = 16, GN_DISTURBANCE_PATH_BYTES = 4096, GN_DISTURBANCE_LOOK_MS = 50 };

/* --- in the process that disturbs --- */

struct gn_disturbance {
    int fd; /* -1: none */
    char path[GN_DISTURBANCE_PATH_BYTES];
};

/* `dir` exists. BUSY with words when one runs already; IO. */
GN_MUST_USE gn_err gn_disturbance_begin(struct gn_disturbance *disturbance, const char *dir, const char *kind,
                                        int64_t seconds, int64_t now_ms, struct gn_diag *diag);
bool gn_disturbance_is_asked_to_stop(const struct gn_disturbance *disturbance);
/* Unlinks what is still ours, frees the lock. Fine when it never began. */
void gn_disturbance_end(struct gn_disturbance *disturbance);

/* --- in the agent --- */

struct gn_disturbance_stop {
    int fd; /* -1: nothing is being stopped */
    char kind[GN_DISTURBANCE_KIND_BYTES];
    int64_t started_ms;
};

/* NOT_FOUND: none runs (a stale file is removed). Otherwise it has been asked to stop: look with is_over. */
GN_MUST_USE gn_err gn_disturbance_stop_begin(struct gn_disturbance_stop *stop, const char *dir, struct gn_diag *diag);
/* True once, when it is really over; the stop is then forgotten. */
bool gn_disturbance_stop_is_over(struct gn_disturbance_stop *stop);
void gn_disturbance_stop_forget(struct gn_disturbance_stop *stop);

#endif
