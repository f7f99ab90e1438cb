/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_scan.h"

#include "base/mem.h"

enum { SCAN_WINDOW_BYTES = GN_GROUP_BYTES_MAX + GN_SCAN_STEP_BYTES };
#define SCAN_PROOF_BUDGET_BYTES (UINT64_C(256) << 20)

gn_err gn_scan_init(struct gn_scan *scan, const struct gn_disk *disk)
{
    uint8_t *window = gn_mem_take(SCAN_WINDOW_BYTES, "journal: reading window");
    if (window == NULL)
        return GN_ERR_FULL;
    *scan = (struct gn_scan){ .disk = *disk, .window = window };
    return GN_OK;
}

void gn_scan_fini(struct gn_scan *scan)
{
    gn_mem_give(scan->window);
    *scan = (struct gn_scan){ 0 };
}

/* Makes *out the bytes at `offset`: `wanted` of them, or fewer at the end of the file. */
static gn_err scan_load(struct gn_scan *scan, uint64_t offset, size_t wanted, gn_bytes *out)
{
    const uint64_t window_end = scan->window_at + scan->window_size;
    if (offset < scan->window_at || offset + wanted > window_end) {
        const size_t ask = wanted > GN_SCAN_STEP_BYTES ? wanted : GN_SCAN_STEP_BYTES;
        size_t got = 0;
        scan->window_size = 0;
        gn_err err = scan->disk.read(scan->disk.self, scan->file, offset, scan->window, ask, &got);
        if (err)
            return err;
        scan->window_at = offset;
        scan->window_size = got;
    }
    const size_t skip = (size_t)(offset - scan->window_at);
    const size_t left = scan->window_size - skip;
    *out = (gn_bytes){ scan->window + skip, left < wanted ? left : wanted };
    return GN_OK;
}

gn_err gn_scan_start(struct gn_scan *scan, struct gn_file *file)
{
    gn_bytes bytes;
    scan->file = file;
    scan->window_size = 0;
    gn_err err = scan_load(scan, 0, GN_SEGMENT_HEAD_BYTES, &bytes);
    if (err)
        return err;
    struct gn_segment_head head;
    if (bytes.size < sizeof head)
        return GN_ERR_CORRUPT;
    memcpy(&head, bytes.at, sizeof head);
    if (!gn_segment_head_valid(&head))
        return GN_ERR_CORRUPT;
    scan->head = head;
    scan->offset = GN_SEGMENT_HEAD_BYTES;
    scan->next_seq = head.first_seq;
    scan->unproven_offset = 0;
    return GN_OK;
}

/* A valid group at `offset`, or NULL. */
static gn_err scan_group_at(struct gn_scan *scan, uint64_t offset, const struct gn_group_head **out)
{
    gn_bytes bytes;
    struct gn_group_head head;
    *out = NULL;
    gn_err err = scan_load(scan, offset, sizeof head, &bytes);
    if (err)
        return err;
    if (bytes.size < sizeof head)
        return GN_OK;
    memcpy(&head, bytes.at, sizeof head);
    if (!gn_group_plausible(&head))
        return GN_OK;
    err = scan_load(scan, offset, head.size, &bytes);
    if (err)
        return err;
    if (gn_group_valid(scan->head.crc, bytes))
        *out = (const struct gn_group_head *)(const void *)bytes.at; /* offset and window are 8-aligned */
    return GN_OK;
}

static bool scan_is_due(const struct gn_scan *scan, const struct gn_group_head *group)
{
    return group != NULL && group->first_seq == scan->next_seq;
}

gn_err gn_scan_next(struct gn_scan *scan, const struct gn_group_head **out)
{
    const struct gn_group_head *group;
    const bool is_fresh = scan->window_size == 0;
    gn_err err = scan_group_at(scan, scan->offset, &group);
    if (!err && !scan_is_due(scan, group) && !is_fresh) {
        scan->window_size = 0; /* a live journal may have grown since the window was read */
        err = scan_group_at(scan, scan->offset, &group);
    }
    if (err)
        return err;
    if (!scan_is_due(scan, group)) {
        scan->window_size = 0; /* read anew the next time */
        return GN_ERR_NOT_FOUND;
    }
    /* Groups between two syncs share their durable_seq; staying at the first of them errs on the safe side. */
    if (group->durable_seq + 1 == group->first_seq && scan->offset > GN_SEGMENT_HEAD_BYTES)
        scan->unproven_offset = scan->offset;
    scan->offset += group->size;
    scan->next_seq += group->count;
    *out = group;
    return GN_OK;
}

gn_err gn_scan_is_untouched(struct gn_scan *scan, bool *out_untouched)
{
    gn_bytes bytes;
    bool untouched = true;
    scan->window_size = 0;
    gn_err err = scan_load(scan, scan->offset, GN_GROUP_HEAD_BYTES, &bytes);
    if (err)
        return err;
    for (size_t i = 0; i < bytes.size; i++)
        untouched = untouched && bytes.at[i] == 0;
    scan->window_size = 0;
    *out_untouched = untouched;
    return GN_OK;
}

gn_err gn_scan_is_blank(struct gn_scan *scan, uint64_t offset, bool *out_blank, uint64_t *out_end)
{
    uint64_t end = offset;
    for (uint64_t at = offset;;) {
        gn_bytes bytes;
        gn_err err = scan_load(scan, at, GN_SCAN_STEP_BYTES, &bytes);
        if (err)
            return err;
        if (bytes.size == 0)
            break;
        for (size_t i = bytes.size; i > 0; i--) {
            if (bytes.at[i - 1] != 0) {
                end = at + i;
                break;
            }
        }
        at += bytes.size;
    }
    *out_blank = end == offset;
    *out_end = end;
    return GN_OK;
}

/* Is the header worth the price of a crc over its group? */
static bool scan_could_prove(const struct gn_scan *scan, gn_bytes bytes, uint32_t *out_size)
{
    struct gn_group_head head;
    memcpy(&head, bytes.at, sizeof head);
    *out_size = head.size;
    return gn_group_plausible(&head) && head.first_seq > scan->next_seq && head.durable_seq >= scan->next_seq;
}

gn_err gn_scan_find_proof(struct gn_scan *scan, bool *out_found, uint64_t *out_seq)
{
    uint64_t budget = SCAN_PROOF_BUDGET_BYTES;
    for (uint64_t at = scan->offset + 8;;) {
        gn_bytes bytes;
        gn_err err = scan_load(scan, at, GN_SCAN_STEP_BYTES, &bytes);
        if (err)
            return err;
        if (bytes.size < GN_GROUP_HEAD_BYTES)
            break;
        size_t i = 0;
        uint32_t size = 0;
        while (i + GN_GROUP_HEAD_BYTES <= bytes.size &&
               !scan_could_prove(scan, (gn_bytes){ bytes.at + i, bytes.size - i }, &size))
            i += 8;
        at += i;
        if (i + GN_GROUP_HEAD_BYTES > bytes.size)
            continue; /* the next window begins where this one was searched to */
        if (size > budget)
            break;
        budget -= size;
        const struct gn_group_head *group;
        err = scan_group_at(scan, at, &group);
        if (err)
            return err;
        if (group != NULL) {
            *out_found = true;
            *out_seq = group->first_seq;
            return GN_OK;
        }
        at += 8;
    }
    *out_found = false;
    return GN_OK;
}
