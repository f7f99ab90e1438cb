/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/sample_queue.h -- samples that could not be sent yet, oldest first.
 *
 * Two minutes at 5 Hz. When it is full the oldest goes, and the sample that is then the oldest says how many
 * went before it (agent_lost): a gap that is known is better than one that is not. One thread. */
#ifndef GN_CLI_AGENT_SAMPLE_QUEUE_H
#define GN_CLI_AGENT_SAMPLE_QUEUE_H

#include "cli/agent/sensors.h"

struct gn_sample_queue {
    size_t first; /* place of the oldest */
    size_t count;
    uint64_t lost_total; /* since the start */
    struct gn_sample samples[GN_AGENT_SAMPLES_WAITING_MAX];
};

void gn_sample_queue_add(struct gn_sample_queue *queue, const struct gn_sample *sample);
/* The oldest, or NULL; borrowed until the next call of another function. */
const struct gn_sample *gn_sample_queue_peek(const struct gn_sample_queue *queue);
/* Forgets the oldest. */
void gn_sample_queue_drop(struct gn_sample_queue *queue);

#endif
