/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/latency_probe.h -- how long the disk takes for a small durable write: 4 KiB and fdatasync, once a second.
 *
 * A thread of its own, because on a busy disk one probe may take longer than many samples. While a probe is under
 * way and has already taken longer than the last one, its age is the answer: a disk that hangs shows at once.
 * The file has no name; it lives in the agent's folder only. */
#ifndef GN_CLI_AGENT_LATENCY_PROBE_H
#define GN_CLI_AGENT_LATENCY_PROBE_H

#include "base/err.h"
#include "os/clock.h"

struct gn_latency_probe; /* opaque */

/* IO, with words, when no file can be made there. */
GN_MUST_USE gn_err gn_latency_probe_start(const char *dir, struct gn_clock clock, struct gn_latency_probe **out,
                                          struct gn_diag *diag);
/* Milliseconds; NaN before the first probe is done, and after one failed (a full disk). Any thread. */
double gn_latency_probe_ms(const struct gn_latency_probe *probe);
void gn_latency_probe_stop(struct gn_latency_probe *probe); /* joins; NULL is fine */

#endif
