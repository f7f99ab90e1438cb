/* SPDX-License-Identifier: Apache-2.0 */
/* thing/record.c -- one table says how each type is laid out; everything else reads the table. */
#include "thing/record.h"

#include <stddef.h>

#include "base/limits.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "records stand in memory as they stand on disk, and there they are little-endian");
_Static_assert(GN_RECORD_BYTES_MAX % 8 == 0, "sizes are multiples of 8");
_Static_assert(GN_RECORD_BYTES_MAX >= (int)sizeof(struct gn_record_rules) + GN_SOLUTION_BYTES_MAX,
               "a whole solution fits into one record");

struct record_shape {
    const char *name;
    uint32_t fixed_size;
    uint32_t length_at[2]; /* where the lengths of the variable parts stand; 0 = no such part */
};

static const struct record_shape shapes[GN_RECORD_TYPE_COUNT] = {
    [GN_RECORD_PAD] = { "pad", 0, { 0, 0 } },
    [GN_RECORD_READING] = { "reading", sizeof(struct gn_record_reading), { 0, 0 } },
    [GN_RECORD_TEXT] = { "text", sizeof(struct gn_record_text), { offsetof(struct gn_record_text, text_size), 0 } },
    [GN_RECORD_TICK] = { "tick", sizeof(struct gn_record_tick), { 0, 0 } },
    [GN_RECORD_THING] = { "thing", sizeof(struct gn_record_thing), { offsetof(struct gn_record_thing, json_size), 0 } },
    [GN_RECORD_SERIES] = { "series",
                           sizeof(struct gn_record_series),
                           { offsetof(struct gn_record_series, name_size), 0 } },
    [GN_RECORD_LINK] = { "link", sizeof(struct gn_record_link), { 0, 0 } },
    [GN_RECORD_RULES] = { "rules", sizeof(struct gn_record_rules), { offsetof(struct gn_record_rules, text_size), 0 } },
    [GN_RECORD_EVENT] = { "event",
                          sizeof(struct gn_record_message),
                          { offsetof(struct gn_record_message, name_size),
                            offsetof(struct gn_record_message, payload_size) } },
    [GN_RECORD_STATUS] = { "status",
                           sizeof(struct gn_record_message),
                           { offsetof(struct gn_record_message, name_size),
                             offsetof(struct gn_record_message, payload_size) } },
    [GN_RECORD_ANSWER] = { "answer",
                           sizeof(struct gn_record_answer),
                           { offsetof(struct gn_record_answer, json_size), 0 } },
    [GN_RECORD_DELIVERY] = { "delivery",
                             sizeof(struct gn_record_delivery),
                             { offsetof(struct gn_record_delivery, action_size), 0 } },
    [GN_RECORD_MARK] = { "mark", sizeof(struct gn_record_mark), { 0, 0 } },
    [GN_RECORD_PUBLISH] = { "publish",
                            sizeof(struct gn_record_message),
                            { offsetof(struct gn_record_message, name_size),
                              offsetof(struct gn_record_message, payload_size) } },
    [GN_RECORD_SESSION] = { "session",
                            sizeof(struct gn_record_message),
                            { offsetof(struct gn_record_message, name_size),
                              offsetof(struct gn_record_message, payload_size) } },
    [GN_RECORD_DESCRIPTION] = { "description",
                                sizeof(struct gn_record_description),
                                { offsetof(struct gn_record_description, json_size), 0 } },
    [GN_RECORD_IDENTITY] = { "identity",
                             sizeof(struct gn_record_description),
                             { offsetof(struct gn_record_description, json_size), 0 } },
    [GN_RECORD_DESIRED] = { "desired",
                            sizeof(struct gn_record_desired),
                            { offsetof(struct gn_record_desired, json_size),
                              offsetof(struct gn_record_desired, key_size) } },
};

bool gn_record_valid(gn_bytes bytes)
{
    struct gn_record_head head;
    if (bytes.size < sizeof head)
        return false;
    memcpy(&head, bytes.at, sizeof head); /* the bytes may stand anywhere, also unaligned */
    if (head.type == GN_RECORD_PAD || head.type >= GN_RECORD_TYPE_COUNT || shapes[head.type].name == NULL)
        return false;
    if (head.size > bytes.size || head.size > GN_RECORD_BYTES_MAX || head.size % 8 != 0)
        return false;

    const struct record_shape *shape = &shapes[head.type];
    if (head.size < shape->fixed_size)
        return false;
    uint64_t needed = shape->fixed_size; /* 64 bits: two lengths from a file cannot overflow it */
    for (size_t i = 0; i < 2 && shape->length_at[i] != 0; i++) {
        uint32_t length;
        memcpy(&length, bytes.at + shape->length_at[i], sizeof length);
        needed += length;
    }
    return needed <= head.size;
}

static gn_str record_tail(const void *record, size_t offset, uint32_t size)
{
    return (gn_str){ (const char *)record + offset, size };
}

gn_str gn_record_text_value(const struct gn_record_text *r)
{
    return record_tail(r, sizeof *r, r->text_size);
}

gn_str gn_record_thing_json(const struct gn_record_thing *r)
{
    return record_tail(r, sizeof *r, r->json_size);
}

gn_str gn_record_series_name(const struct gn_record_series *r)
{
    return record_tail(r, sizeof *r, r->name_size);
}

gn_str gn_record_rules_text(const struct gn_record_rules *r)
{
    return record_tail(r, sizeof *r, r->text_size);
}

gn_str gn_record_message_name(const struct gn_record_message *r)
{
    return record_tail(r, sizeof *r, r->name_size);
}

gn_str gn_record_message_payload(const struct gn_record_message *r)
{
    return record_tail(r, sizeof *r + r->name_size, r->payload_size);
}

gn_str gn_record_answer_json(const struct gn_record_answer *r)
{
    return record_tail(r, sizeof *r, r->json_size);
}

gn_str gn_record_delivery_action(const struct gn_record_delivery *r)
{
    return record_tail(r, sizeof *r, r->action_size);
}

gn_str gn_record_description_json(const struct gn_record_description *r)
{
    return record_tail(r, sizeof *r, r->json_size);
}

gn_str gn_record_desired_json(const struct gn_record_desired *r)
{
    return record_tail(r, sizeof *r, r->json_size);
}

gn_str gn_record_desired_key(const struct gn_record_desired *r)
{
    return record_tail(r, sizeof *r + r->json_size, r->key_size);
}

const char *gn_record_type_name(uint8_t type)
{
    return type < GN_RECORD_TYPE_COUNT && shapes[type].name != NULL ? shapes[type].name : "unknown";
}
