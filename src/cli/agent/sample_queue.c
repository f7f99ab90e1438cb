/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/sample_queue.h"

#include <assert.h>

void gn_sample_queue_add(struct gn_sample_queue *queue, const struct gn_sample *sample)
{
    assert(queue != NULL && sample != NULL && queue->count <= GN_AGENT_SAMPLES_WAITING_MAX);
    if (queue->count == GN_AGENT_SAMPLES_WAITING_MAX) {
        const uint64_t lost = queue->samples[queue->first].lost + 1;
        gn_sample_queue_drop(queue);
        queue->samples[queue->first].lost += lost;
        queue->lost_total++;
    }
    queue->samples[(queue->first + queue->count) % GN_AGENT_SAMPLES_WAITING_MAX] = *sample;
    queue->count++;
}

const struct gn_sample *gn_sample_queue_peek(const struct gn_sample_queue *queue)
{
    return queue->count > 0 ? &queue->samples[queue->first] : NULL;
}

void gn_sample_queue_drop(struct gn_sample_queue *queue)
{
    assert(queue->count > 0);
    queue->first = (queue->first + 1) % GN_AGENT_SAMPLES_WAITING_MAX;
    queue->count--;
}
