/* SPDX-License-Identifier: Apache-2.0 */
/* node/output_queue.h -- an output as an entry of the ring between engine and history.
 *
 *   size u32 · kind u32 (index from 1: 0 is a pad of the ring) · seq u64 · time_ms i64 ·
 *   id, thing, state, json sizes u32 x 4 · their bytes */
#ifndef GN_NODE_OUTPUT_QUEUE_H
#define GN_NODE_OUTPUT_QUEUE_H

#include "store/store.h"

struct gn_output_entry {
    uint32_t size; /* whole entry, a multiple of 8 */
    uint32_t kind; /* index from 1 */
    uint64_t seq;
    int64_t time_ms;
    uint32_t id_size;
    uint32_t thing_size;
    uint32_t state_size;
    uint32_t json_size;
};

size_t gn_output_entry_bytes(const struct gn_output *output);
void gn_output_entry_write(void *room, const struct gn_output *output); /* room of that many bytes */
/* The slices point into the entry. */
void gn_output_entry_read(const struct gn_output_entry *entry, struct gn_output *out);

#endif
