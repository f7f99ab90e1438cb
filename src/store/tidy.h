/* SPDX-License-Identifier: Apache-2.0 */
/* store/tidy.h -- at a checkpoint: what came late goes into the chunks it belongs to, small chunks become one.
 *
 *      chunk │ a a a a │         │ b b b │       │ c │ d d │           late readings of a's time are laid into a, which
 * may late        ^  ^     ^                                          become two; one between a and b fills up a if a
 * is ───▶  │ a a a│a a a│ ^ │  │ b b b │       │ c d d │             small, or begins a chunk; c and d become one
 *
 * A chunk is sealed when GN_HEAD_READINGS are in memory; on disk four of these become one of GN_CHUNK_READINGS, which
 * saves three of four rows and a tenth of the bytes.
 * Then what is older than the rules keep it becomes rows of a tier (store/tier.h), or goes.
 *
 * Done inside the transaction of the checkpoint, so that a crash has either the old chunks and the late readings or
 * the new chunks. A few at a time: what is not reached waits for the next checkpoint, and queries see no difference.
 * The open chunk of a series, and what begins behind it, is left alone. History thread only. */
#ifndef GN_STORE_TIDY_H
#define GN_STORE_TIDY_H

#include "store/store_int.h"

struct gn_tidy;                                       /* opaque; about 400 KiB */
GN_MUST_USE gn_err gn_tidy_new(struct gn_tidy **out); /* gn_mem_give ends it */

/* *inout_id is the greatest chunk id in use, *inout_added what the number of chunks changes by. */
GN_MUST_USE gn_err gn_tidy_run(struct gn_store *store, int64_t *inout_id, int64_t *inout_added);

#endif
