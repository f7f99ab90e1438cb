/* SPDX-License-Identifier: Apache-2.0 */
#include "store/found.h"

#include <assert.h>

static bool found_before(const struct gn_found *a, const struct gn_found *b)
{
    return a->time_ms != b->time_ms ? a->time_ms < b->time_ms : a->seq < b->seq;
}

/* Where the run that begins at `from` ends. */
static uint32_t found_run_end(const struct gn_found *found, uint32_t from, uint32_t count)
{
    uint32_t end = from + 1;
    while (end < count && !found_before(&found[end], &found[end - 1]))
        end++;
    return end;
}

static void found_copy(struct gn_found *to, const struct gn_found *from, uint32_t count)
{
    memcpy(to, from, count * sizeof *to);
}

/* Merges [0, middle) and [middle, end) of `from`, each sorted. */
static void found_merge(struct gn_found *to, const struct gn_found *from, uint32_t middle, uint32_t end)
{
    if (middle == end || !found_before(&from[middle], &from[middle - 1])) {
        found_copy(to, from, end);
        return;
    }
    if (found_before(&from[end - 1], &from[0])) { /* one after the other, but the wrong way round */
        found_copy(to, from + middle, end - middle);
        found_copy(to + (end - middle), from, middle);
        return;
    }
    uint32_t a = 0, b = middle;
    for (uint32_t i = 0; i < end; i++) {
        if (b == end || (a < middle && !found_before(&from[b], &from[a])))
            to[i] = from[a++];
        else
            to[i] = from[b++];
    }
}

/* One pass: merges neighbouring runs from `found` into `spare`. Returns how many runs there were. */
static uint32_t found_pass(const struct gn_find *find)
{
    uint32_t runs = 0;
    for (uint32_t from = 0; from < find->count;) {
        const uint32_t middle = found_run_end(find->found, from, find->count);
        uint32_t end = middle;
        runs++;
        if (middle < find->count) {
            end = found_run_end(find->found, middle, find->count);
            runs++;
        }
        found_merge(find->spare + from, find->found + from, middle - from, end - from);
        from = end;
    }
    return runs;
}

static void found_sort(struct gn_find *find)
{
    if (find->count == 0 || found_run_end(find->found, 0, find->count) == find->count)
        return;
    uint32_t runs;
    do {
        runs = found_pass(find);
        struct gn_found *sorted = find->spare;
        find->spare = find->found;
        find->found = sorted;
    } while (runs > 2);
}

void gn_find_settle(struct gn_find *find)
{
    found_sort(find);
    if (find->count < find->limit)
        return;
    const uint32_t extra = find->count - find->limit;
    if (find->newest && extra > 0)
        memmove(find->found, find->found + extra, find->limit * sizeof *find->found);
    find->count = find->limit;
    find->bounded = true;
    find->bound_ms = find->newest ? find->found[0].time_ms : find->found[find->limit - 1].time_ms;
}

void gn_find_add(struct gn_find *find, const struct gn_found *reading)
{
    assert(find->limit >= 1 && find->limit <= GN_QUERY_READINGS_MAX);
    if (find->bounded && (find->newest ? reading->time_ms < find->bound_ms : reading->time_ms > find->bound_ms))
        return;
    find->found[find->count++] = *reading;
    if (find->count == find->limit + GN_FOUND_SLACK)
        gn_find_settle(find);
}
