/* SPDX-License-Identifier: Apache-2.0 */
#include "node/engine.h"
#include "node/node.h"
#include "node/test_records.h"
#include "os/disk.h"
#include "store/journal.h"

struct heard {
    struct story *story; /* marks are added to it as they are made, as the live node does */
    uint64_t mark_upto[256];
    uint8_t mark_hash[256][32];
    unsigned marks, outputs;
};

static void heard_output(void *self, const struct gn_output *output)
{
    (void)output;
    ((struct heard *)self)->outputs++;
}

static void heard_send(void *self, const struct gn_act_send *send, uint64_t seq)
{
    (void)self;
    (void)send;
    (void)seq;
}

static void heard_mark(void *self, uint64_t upto, uint64_t output_count, const struct gn_sha256 *chain)
{
    struct heard *heard = self;
    (void)output_count;
    heard->mark_upto[heard->marks] = upto;
    memcpy(heard->mark_hash[heard->marks++], chain->bytes, 32);
}

static void heard_mark_differs(void *self, uint64_t upto)
{
    (void)self;
    fail_msg("the live engine disagrees with itself at %llu", (unsigned long long)upto);
}

/* A live run over a story with a fault; each mark becomes a record right behind its tick. Returns outputs. */
static unsigned live_run(struct story *story, struct gn_sha256 *out_chain)
{
    struct heard heard = { .story = story };
    struct gn_engine *engine;
    uint64_t seed = 11;
    unsigned marks_written = 0;
    assert_int_equal(
        gn_engine_new((struct gn_engine_host){ &heard, heard_output, heard_send, heard_mark, heard_mark_differs },
                      &engine),
        GN_OK);
    story_tick(story, 0);
    const uint32_t load = story_series(story, story_thing(story, "press"), "load");
    for (int i = 0; i < 5 * 600; i++) {
        story_tick(story, 200);
        story_reading(story, load, (i >= 5 * 500 && i < 5 * 540 ? 50.0 : 10.0) + story_noise(&seed));
    }
    struct story whole = story_begin(); /* with marks, renumbered */
    STORY_EACH(story, record)
    {
        struct gn_record_head *copy = story_add(&whole, record->type, record->size);
        const uint64_t seq = copy->seq;
        memcpy(copy, record, record->size);
        copy->seq = seq;
        gn_engine_feed(engine, copy);
        for (; marks_written < heard.marks; marks_written++) {
            struct gn_record_mark *mark = story_add(&whole, GN_RECORD_MARK, sizeof *mark);
            mark->upto = heard.mark_upto[marks_written];
            memcpy(mark->hash, heard.mark_hash[marks_written], 32);
            gn_engine_feed(engine, &mark->head);
        }
    }
    story_end(story);
    *story = whole;
    *out_chain = gn_engine_chain(engine);
    gn_engine_free(engine);
    return heard.outputs;
}

static void story_to_journal(const struct story *story, const char *dir)
{
    const struct gn_disk disk = gn_disk_linux();
    struct gn_journal *journal;
    struct gn_diag diag = { 0 };
    assert_int_equal(gn_journal_open(&disk, dir, STORY_BEGIN_MS, &journal, &diag), GN_OK);
    STORY_EACH(story, record)
    {
        const struct gn_iov part = { record, record->size };
        assert_int_equal(gn_journal_append(journal, &part, 1, record->seq, 1, STORY_BEGIN_MS), GN_OK);
    }
    assert_int_equal(gn_journal_sync(journal), GN_OK);
    gn_journal_close(journal);
}

static void count_output(void *ctx, const char *kind, gn_str json)
{
    assert_non_null(kind);
    assert_true(json.size > 2 && json.at[0] == '{');
    ++*(unsigned *)ctx;
}

static void a_replay_agrees_with_every_mark_of_the_live_run(void **state)
{
    (void)state;
    char dir[64];
    struct story story = story_begin();
    struct gn_sha256 chain;
    struct gn_replay_summary summary;
    struct gn_diag diag = { 0 };
    unsigned heard = 0;
    const unsigned said = live_run(&story, &chain);
    story_folder(dir);
    story_to_journal(&story, dir);
    const struct gn_replay_options options = { .journal = dir };
    assert_int_equal(gn_node_replay(&options, count_output, &heard, &summary, &diag), GN_OK);
    assert_true(said > 0);
    assert_int_equal(heard, said);
    assert_int_equal(summary.output_count, said);
    assert_int_equal(summary.record_count, story.next_seq - 1);
    assert_true(summary.mark_count > 50);
    assert_int_equal(summary.mark_differs, 0);
    assert_memory_equal(summary.hash, chain.bytes, sizeof summary.hash);
    story_folder_remove(dir);
    story_end(&story);
}

static void one_changed_reading_is_found_at_the_next_mark(void **state)
{
    (void)state;
    char dir[64];
    struct story story = story_begin();
    struct gn_sha256 chain;
    struct gn_replay_summary summary;
    struct gn_diag diag = { 0 };
    (void)live_run(&story, &chain);
    unsigned changed = 0;
    STORY_EACH(&story, record)
    {
        struct gn_record_reading *reading = (struct gn_record_reading *)(uintptr_t)record;
        if (record->type == GN_RECORD_READING && reading->value > 40.0 && changed++ == 0)
            reading->value = 10.0; /* somebody takes the first sign of the fault away */
    }
    assert_true(changed > 0);
    story_folder(dir);
    story_to_journal(&story, dir);
    const struct gn_replay_options options = { .journal = dir };
    assert_int_equal(gn_node_replay(&options, NULL, NULL, &summary, &diag), GN_OK);
    assert_true(summary.mark_differs > 0);
    story_folder_remove(dir);
    story_end(&story);
}

static void what_is_no_journal_is_refused(void **state)
{
    (void)state;
    char dir[64];
    struct gn_replay_summary summary;
    struct gn_diag diag = { 0 };
    story_folder(dir);
    const struct gn_replay_options nowhere = { .journal = "/nowhere/at/all" };
    assert_int_not_equal(gn_node_replay(&nowhere, NULL, NULL, &summary, &diag), GN_OK);
    assert_true(strstr(diag.text, "/nowhere/at/all") != NULL || strstr(diag.file, "/nowhere/at/all") != NULL);
    const struct gn_replay_options empty = { .journal = dir };
    assert_int_not_equal(gn_node_replay(&empty, NULL, NULL, &summary, &diag), GN_OK);
    story_folder_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replay_agrees_with_every_mark_of_the_live_run),
        cmocka_unit_test(one_changed_reading_is_found_at_the_next_mark),
        cmocka_unit_test(what_is_no_journal_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
