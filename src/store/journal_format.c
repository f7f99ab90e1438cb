/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_format.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "thing/record.h"

_Static_assert(GN_JOURNAL_GROUP_BYTES_MAX >= GN_RECORD_BYTES_MAX, "every record fits into a group");
_Static_assert(GN_JOURNAL_GROUP_BYTES_MAX % 8 == 0, "groups stay aligned");
_Static_assert(GN_JOURNAL_SEGMENT_BYTES >= 2 * GN_GROUP_BYTES_MAX, "a segment has room for groups");

static const char segment_magic[8] = { 'G', 'N', 'J', 'O', 'U', 'R', 'N', '1' };
static const char segment_suffix[] = ".gnj";

static uint32_t segment_head_crc(const struct gn_segment_head *head)
{
    const size_t from = offsetof(struct gn_segment_head, first_seq);
    return gn_crc32(0, (gn_bytes){ (const uint8_t *)head + from, sizeof *head - from });
}

void gn_segment_head_seal(struct gn_segment_head *head)
{
    memcpy(head->magic, segment_magic, sizeof head->magic);
    head->version = GN_SEGMENT_VERSION;
    memset(head->zero, 0, sizeof head->zero);
    head->crc = segment_head_crc(head);
}

bool gn_segment_head_valid(const struct gn_segment_head *head)
{
    return memcmp(head->magic, segment_magic, sizeof head->magic) == 0 && head->version == GN_SEGMENT_VERSION &&
           head->crc == segment_head_crc(head) && head->first_seq > 0;
}

uint32_t gn_group_crc(uint32_t seed, const struct gn_group_head *head, const struct gn_iov *parts, size_t part_count)
{
    const size_t from = offsetof(struct gn_group_head, size);
    uint32_t crc = gn_crc32(seed, (gn_bytes){ (const uint8_t *)head + from, sizeof *head - from });
    for (size_t i = 0; i < part_count; i++)
        crc = gn_crc32(crc, (gn_bytes){ parts[i].at, parts[i].size });
    return crc;
}

bool gn_group_plausible(const struct gn_group_head *head)
{
    const uint64_t room = head->size - (uint64_t)GN_GROUP_HEAD_BYTES;
    return head->magic == GN_GROUP_MAGIC && head->size % 8 == 0 && head->size <= GN_GROUP_BYTES_MAX &&
           head->size >= GN_GROUP_HEAD_BYTES + sizeof(struct gn_record_head) && head->count > 0 &&
           head->count <= room / sizeof(struct gn_record_head) && head->first_seq > head->durable_seq &&
           head->first_seq <= UINT64_MAX - head->count;
}

bool gn_group_valid(uint32_t seed, gn_bytes group)
{
    struct gn_group_head head;
    if (group.size < sizeof head)
        return false;
    memcpy(&head, group.at, sizeof head);
    if (!gn_group_plausible(&head) || head.size > group.size)
        return false;
    const struct gn_iov body = { group.at + sizeof head, head.size - sizeof head };
    if (gn_group_crc(seed, &head, &body, 1) != head.crc)
        return false;

    gn_bytes left = { body.at, body.size };
    for (uint32_t i = 0; i < head.count; i++) {
        struct gn_record_head record;
        if (!gn_record_valid(left))
            return false;
        memcpy(&record, left.at, sizeof record);
        if (record.seq != head.first_seq + i)
            return false;
        left.at += record.size;
        left.size -= record.size;
    }
    return left.size == 0;
}

gn_err gn_segment_path(const char *dir, uint64_t first_seq, char out[static GN_JOURNAL_PATH_BYTES])
{
    char path[GN_JOURNAL_PATH_BYTES];
    const int size = snprintf(path, sizeof path, "%s/%020" PRIu64 "%s", dir, first_seq, segment_suffix);
    if (size < 0 || (size_t)size >= sizeof path)
        return GN_ERR_FULL;
    memcpy(out, path, (size_t)size + 1);
    return GN_OK;
}

bool gn_segment_name_parse(const char *name, uint64_t *out_first_seq)
{
    const gn_str text = gn_str_of(name);
    const size_t digits = 20;
    uint64_t seq;
    if (text.size != digits + sizeof segment_suffix - 1 || strcmp(name + digits, segment_suffix) != 0)
        return false;
    if (gn_parse_u64((gn_str){ name, digits }, &seq) != GN_OK || seq == 0)
        return false;
    *out_first_seq = seq;
    return true;
}

/* --- the list: once to count, once to fill, since nothing here grows ------------------------------- */

struct segment_list {
    uint64_t *seqs; /* NULL: only counting */
    size_t capacity;
    size_t count;
};

static void segment_list_add(void *ctx, const char *name)
{
    struct segment_list *list = ctx;
    uint64_t seq;
    if (!gn_segment_name_parse(name, &seq))
        return;
    if (list->seqs == NULL)
        list->count++;
    else if (list->count < list->capacity)
        list->seqs[list->count++] = seq;
}

static int segment_list_compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

gn_err gn_segment_list(const struct gn_disk *disk, const char *dir, uint64_t **out, size_t *out_count)
{
    struct segment_list list = { 0 };
    gn_err err = disk->list(disk->self, dir, segment_list_add, &list);
    if (err)
        return err;
    if (list.count == 0) {
        *out = NULL;
        *out_count = 0;
        return GN_OK;
    }
    list.capacity = list.count; /* one that appears in between is seen the next time */
    list.count = 0;
    list.seqs = gn_mem_take(list.capacity * sizeof *list.seqs, "journal: list of segments");
    if (list.seqs == NULL)
        return GN_ERR_FULL;
    err = disk->list(disk->self, dir, segment_list_add, &list);
    if (err) {
        gn_mem_give(list.seqs);
        return err;
    }
    qsort(list.seqs, list.count, sizeof *list.seqs, segment_list_compare);
    *out = list.seqs;
    *out_count = list.count;
    return GN_OK;
}
