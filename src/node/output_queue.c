/* SPDX-License-Identifier: Apache-2.0 */
#include "node/output_queue.h"

#include <assert.h>

static const char *const entry_kinds[] = { "finding", "alarm",       "decision", "action",
                                           "receipt", "description", "desired",  "command" };

enum { ENTRY_KIND_COUNT = sizeof entry_kinds / sizeof entry_kinds[0] };

static uint32_t entry_kind_index(const char *kind)
{
    uint32_t index = 0;
    while (index < ENTRY_KIND_COUNT && strcmp(entry_kinds[index], kind) != 0)
        index++;
    assert(index < ENTRY_KIND_COUNT); /* the kinds are ours */
    return index + 1;
}

size_t gn_output_entry_bytes(const struct gn_output *output)
{
    return gn_record_round(sizeof(struct gn_output_entry) + output->id.size + output->thing.size + output->state.size +
                           output->json.size);
}

static uint8_t *entry_add(uint8_t *at, gn_str s)
{
    if (s.size > 0)
        memcpy(at, s.at, s.size);
    return at + s.size;
}

void gn_output_entry_write(void *room, const struct gn_output *output)
{
    struct gn_output_entry *entry = room;
    *entry = (struct gn_output_entry){
        .size = (uint32_t)gn_output_entry_bytes(output),
        .kind = entry_kind_index(output->kind),
        .seq = output->seq,
        .time_ms = output->time_ms,
        .id_size = (uint32_t)output->id.size,
        .thing_size = (uint32_t)output->thing.size,
        .state_size = (uint32_t)output->state.size,
        .json_size = (uint32_t)output->json.size,
    };
    uint8_t *at = (uint8_t *)room + sizeof *entry;
    at = entry_add(at, output->id);
    at = entry_add(at, output->thing);
    at = entry_add(at, output->state);
    (void)entry_add(at, output->json);
}

void gn_output_entry_read(const struct gn_output_entry *entry, struct gn_output *out)
{
    const char *at = (const char *)(entry + 1);
    *out = (struct gn_output){ .kind = entry_kinds[entry->kind - 1], .seq = entry->seq, .time_ms = entry->time_ms };
    out->id = (gn_str){ at, entry->id_size };
    at += entry->id_size;
    out->thing = (gn_str){ at, entry->thing_size };
    at += entry->thing_size;
    out->state = (gn_str){ at, entry->state_size };
    at += entry->state_size;
    out->json = (gn_str){ at, entry->json_size };
}
