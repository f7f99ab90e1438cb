/* SPDX-License-Identifier: Apache-2.0 */
/* store/check.h -- is the history what it says it is? Reads all of it, changes nothing; beside a running node, too.
 *
 *   SQLite's own check of its pages, then of each chunk
 *     1. the blob passes its checksum and decodes
 *     2. the row's count, times, seqs and values are those of the readings in it
 *     3. its series is known
 *     4. it does not reach into the next chunk of its series
 *   and the engine's state passes its checksum.
 *
 * A late or a text reading, a row of a tier and an output have no checksum of their own: of these only SQLite's
 * structure is checked. Every problem is told with what it is about; the check goes on behind it. */
#ifndef GN_STORE_CHECK_H
#define GN_STORE_CHECK_H

#include "base/bytes.h"

struct gn_check {
    void (*problem)(void *ctx, const char *file, const char *where, const char *what); /* where may be "" */
    void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t total);          /* now and then; or NULL */
    void *ctx;
    /* filled in */
    uint64_t chunk_count;
    uint64_t reading_count;
    uint64_t problem_count;
};

/* NOT_FOUND: there is no history. Problems are not an error. */
GN_MUST_USE gn_err gn_store_check(const char *dir, struct gn_check *check);
/* Counts a problem and tells it. */
void gn_check_problem(struct gn_check *check, const char *file, const char *where, const char *what);

#endif
