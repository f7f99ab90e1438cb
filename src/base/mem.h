/* SPDX-License-Identifier: Apache-2.0 */
/* base/mem.h -- the only place that calls malloc, so that it can be counted, and made to fail.
 *
 * Memory is planned at boot: rooms ask once, with a name, and the plan is printed by `status --memory`.
 * In steady state the hot path allocates nothing. */
#ifndef GN_BASE_MEM_H
#define GN_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory, 64-aligned, or NULL. `purpose` is a static string for the plan. Large blocks come
 * straight from mmap, so what is never touched costs nothing. */
void *gn_mem_take(size_t size, const char *purpose);
void gn_mem_give(void *memory); /* NULL is fine */

struct gn_mem_row {
    const char *purpose;
    size_t bytes;
    size_t blocks;
};

/* The plan so far: one row a purpose. Returns how many rows there are; writes at most `capacity`. */
size_t gn_mem_plan(struct gn_mem_row *out, size_t capacity);

/* Tests: the n-th take from now fails (1 = the next); 0 = never. */
void gn_mem_fail_after(size_t takes);

#endif
