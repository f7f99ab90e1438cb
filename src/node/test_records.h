/* SPDX-License-Identifier: Apache-2.0 */
/* node/test_records.h -- records and folders for this room's tests: a small journal in memory.
 *
 * Included by tests only (static functions): builds THING, SERIES, TICK, READING ... records in order, with seq, so
 * that a test reads as the story of a journal. */
#ifndef GN_NODE_TEST_RECORDS_H
#define GN_NODE_TEST_RECORDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "thing/record.h"
#include "thing/registry.h"

enum { STORY_BYTES = 64 << 20 };

#define STORY_BEGIN_MS INT64_C(1767225600000) /* 2026-01-01 */

struct story {
    uint8_t *bytes;
    size_t size;
    uint64_t next_seq;
    uint32_t things, series;
    int64_t now_ms;
};

static inline struct story story_begin(void)
{
    struct story story = { .bytes = gn_mem_take(STORY_BYTES, "a test's story"),
                           .next_seq = 1,
                           .now_ms = STORY_BEGIN_MS };
    assert_non_null(story.bytes);
    return story;
}

static inline void story_end(struct story *story)
{
    gn_mem_give(story->bytes);
    story->bytes = NULL;
}

static inline void *story_add(struct story *story, gn_record_type type, size_t size)
{
    const size_t rounded = gn_record_round(size);
    assert_true(story->size + rounded <= STORY_BYTES);
    struct gn_record_head *head = (void *)(story->bytes + story->size);
    memset(head, 0, rounded);
    *head = (struct gn_record_head){ .size = (uint32_t)rounded, .type = (uint8_t)type, .seq = story->next_seq++ };
    story->size += rounded;
    return head;
}

static inline void story_thing_json(struct story *story, uint32_t thing, const char *json)
{
    const size_t size = strlen(json);
    struct gn_record_thing *r = story_add(story, GN_RECORD_THING, sizeof *r + size);
    r->thing = thing;
    r->json_size = (uint32_t)size;
    memcpy(r + 1, json, size);
}

static inline uint32_t story_thing(struct story *story, const char *id)
{
    char json[256];
    (void)snprintf(json, sizeof json, "{\"id\":\"%s\",\"name\":\"%s\"}", id, id);
    story_thing_json(story, story->things, json);
    return story->things++;
}

static inline uint32_t story_series(struct story *story, uint32_t thing, const char *property)
{
    struct gn_record_series *r = story_add(story, GN_RECORD_SERIES, sizeof *r + strlen(property));
    r->series = story->series++;
    r->thing = thing;
    r->kind = GN_SERIES_NUMBER;
    r->name_size = (uint32_t)strlen(property);
    memcpy(r + 1, property, strlen(property));
    return r->series;
}

static inline void story_tick(struct story *story, int64_t step_ms)
{
    story->now_ms += step_ms;
    struct gn_record_tick *r = story_add(story, GN_RECORD_TICK, sizeof *r);
    r->time_ms = story->now_ms;
    r->mono_ms = story->now_ms - STORY_BEGIN_MS;
}

static inline void story_reading(struct story *story, uint32_t series, double value)
{
    struct gn_record_reading *r = story_add(story, GN_RECORD_READING, sizeof *r);
    r->series = series;
    r->time_ms = story->now_ms;
    r->value = value;
}

static inline void story_rules(struct story *story, gn_str bundle)
{
    struct gn_record_rules *r = story_add(story, GN_RECORD_RULES, sizeof *r + bundle.size);
    r->text_size = (uint32_t)bundle.size;
    memcpy(r + 1, bundle.at, bundle.size);
}

static inline void story_answer(struct story *story, const char *json)
{
    struct gn_record_answer *r = story_add(story, GN_RECORD_ANSWER, sizeof *r + strlen(json));
    r->time_ms = story->now_ms;
    r->json_size = (uint32_t)strlen(json);
    memcpy(r + 1, json, strlen(json));
}

static inline void story_delivery(struct story *story, const char *action, int state)
{
    struct gn_record_delivery *r = story_add(story, GN_RECORD_DELIVERY, sizeof *r + strlen(action));
    r->time_ms = story->now_ms;
    r->action_size = (uint32_t)strlen(action);
    r->state = (uint32_t)state;
    memcpy(r + 1, action, strlen(action));
}

static inline void story_status(struct story *story, uint32_t thing, const char *action, const char *json)
{
    struct gn_record_message *r = story_add(story, GN_RECORD_STATUS, sizeof *r + strlen(action) + strlen(json));
    r->thing = thing;
    r->name_size = (uint32_t)strlen(action);
    r->time_ms = story->now_ms;
    r->payload_size = (uint32_t)strlen(json);
    memcpy(r + 1, action, strlen(action));
    memcpy((char *)(r + 1) + strlen(action), json, strlen(json));
}

/* Calls `feed` with each record from `from` bytes on. */
#define STORY_EACH(story, record)                                                                                      \
    for (const struct gn_record_head *record = (const void *)(story)->bytes;                                           \
         (const uint8_t *)record < (story)->bytes + (story)->size;                                                     \
         record = (const void *)((const uint8_t *)record + record->size))

/* A deterministic, roughly normal number: sum of uniform ones. */
static inline double story_noise(uint64_t *seed)
{
    double sum = 0;
    for (int i = 0; i < 6; i++) {
        *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        sum += (double)(*seed >> 11) / 9007199254740992.0;
    }
    return (sum - 3.0) * 1.41;
}

static inline void story_folder(char out[static 64])
{
    (void)snprintf(out, 64, "/tmp/ganglion-test-XXXXXX");
    assert_non_null(mkdtemp(out));
}

static inline void story_folder_remove(const char *path)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0); /* tidy:allow banned a test cleans up its own folder */
}

#endif
