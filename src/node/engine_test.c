/* SPDX-License-Identifier: Apache-2.0 */
#include "node/engine.h"

#include "node/test_records.h"

/* What an engine said: all JSON behind one another, and the last ids of each kind. */
struct heard {
    char *text;
    size_t size;
    unsigned findings, alarms, decisions, actions, receipts, marks, sends, mark_differs;
    char decision[64], action[64];
    uint64_t mark_upto;
    uint8_t mark_hash[32];
};

enum { HEARD_BYTES = 8 << 20 };

static void heard_output(void *self, const struct gn_output *output)
{
    struct heard *heard = self;
    unsigned *count = strcmp(output->kind, "finding") == 0    ? &heard->findings
                      : strcmp(output->kind, "alarm") == 0    ? &heard->alarms
                      : strcmp(output->kind, "decision") == 0 ? &heard->decisions
                      : strcmp(output->kind, "action") == 0   ? &heard->actions
                                                              : &heard->receipts;
    ++*count;
    if (count == &heard->decisions)
        assert_int_equal(gn_str_copy(heard->decision, sizeof heard->decision, output->id), GN_OK);
    assert_true(heard->size + output->json.size < HEARD_BYTES);
    memcpy(heard->text + heard->size, output->json.at, output->json.size);
    heard->size += output->json.size;
}

static void heard_send(void *self, const struct gn_act_send *send, uint64_t seq)
{
    struct heard *heard = self;
    heard->sends++;
    assert_true(seq > 0);
    assert_int_equal(gn_str_copy(heard->action, sizeof heard->action, send->id), GN_OK);
}

static void heard_mark(void *self, uint64_t upto, uint64_t output_count, const struct gn_sha256 *chain)
{
    struct heard *heard = self;
    (void)output_count;
    heard->marks++;
    heard->mark_upto = upto;
    memcpy(heard->mark_hash, chain->bytes, sizeof heard->mark_hash);
}

static void heard_mark_differs(void *self, uint64_t upto)
{
    (void)upto;
    ((struct heard *)self)->mark_differs++;
}

static struct gn_engine *engine_with(struct heard *heard)
{
    struct gn_engine *engine = NULL;
    memset(heard, 0, sizeof *heard);
    heard->text = gn_mem_take(HEARD_BYTES, "a test's ears");
    assert_int_equal(gn_engine_new((struct gn_engine_host){ .self = heard,
                                                            .output = heard_output,
                                                            .send = heard_send,
                                                            .mark = heard_mark,
                                                            .mark_differs = heard_mark_differs },
                                   &engine),
                     GN_OK);
    return engine;
}

static const char rules[] = "things:\n"
                            "  - thing: press\n"
                            "    properties:\n"
                            "      - name: load\n"
                            "        unit: \"%\"\n"
                            "    actions:\n"
                            "      - name: stop\n"
                            "rules:\n"
                            "  - name: stop-it\n"
                            "    when:\n"
                            "      thing: press\n"
                            "      finding: anomaly\n"
                            "    do: { thing: press, action: stop }\n"
                            "    autonomy: ask\n";

static void story_rules_text(struct story *story)
{
    static char bytes[4096];
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    gn_solution_bundle_add(&bundle, GN_STR("press.yaml"), gn_str_of(rules));
    story_rules(story, gn_buf_str(&bundle));
}

/* Ten minutes of usual load at 5 Hz, then a minute at six times as much, then usual again. */
static struct story story_of_a_fault(void)
{
    struct story story = story_begin();
    uint64_t seed = 7;
    story_tick(&story, 0);
    const uint32_t press = story_thing(&story, "press");
    const uint32_t load = story_series(&story, press, "load");
    story_rules_text(&story);
    for (int i = 0; i < 5 * 780; i++) {
        const bool fault = i >= 5 * 600 && i < 5 * 660;
        story_tick(&story, 200);
        story_reading(&story, load, (fault ? 60.0 : 10.0) + story_noise(&seed));
    }
    return story;
}

static void story_link(struct story *story, uint32_t thing, bool up)
{
    struct gn_record_link *r = story_add(story, GN_RECORD_LINK, sizeof *r);
    r->head.flag = up;
    r->thing = thing;
    r->time_ms = story->now_ms;
}

static void story_seconds(struct story *story, int seconds, uint32_t series, int every)
{
    for (int i = 1; i <= seconds; i++) {
        story_tick(story, 1000);
        if (every > 0 && i % every == 0)
            story_reading(story, series, 20.0);
    }
}

/* Every 5 s, then 40 s without a word, then again. */
static struct story story_of_a_silence(void)
{
    struct story story = story_begin();
    story_tick(&story, 0);
    const uint32_t pump = story_thing(&story, "pump");
    const uint32_t flow = story_series(&story, pump, "flow");
    story_link(&story, pump, true);
    story_seconds(&story, 120, flow, 5);
    story_link(&story, pump, false);
    story_seconds(&story, 40, flow, 0);
    story_link(&story, pump, true);
    story_seconds(&story, 60, flow, 5);
    return story;
}

static void feed_all(struct gn_engine *engine, const struct story *story)
{
    STORY_EACH(story, record)
    gn_engine_feed(engine, record);
}

static void a_fault_becomes_finding_alarm_and_a_question(void **state)
{
    (void)state;
    struct heard heard;
    struct gn_engine *engine = engine_with(&heard);
    struct story story = story_of_a_fault();
    feed_all(engine, &story);
    assert_true(heard.findings >= 2); /* it begins and it ends */
    assert_true(heard.alarms >= 2);
    assert_true(heard.decisions >= 1);
    assert_int_equal(heard.sends, 0); /* nobody approved */
    assert_int_equal(gn_engine_now_ms(engine), story.now_ms);
    assert_int_equal(gn_engine_seq(engine), story.next_seq - 1);
    story_end(&story);
    gn_engine_free(engine);
    gn_mem_give(heard.text);
}

/* Other rules, another meaning of a series: its model begins anew, and what the old one had found must not stay open.
 */
static void new_rules_end_what_an_old_model_found(void **state)
{
    (void)state;
    static const char other[] =
        "things:\n  - thing: press\n    properties:\n      - name: load\n        direction: low\n";
    static char bytes[1024];
    struct heard heard;
    struct gn_engine *engine = engine_with(&heard);
    struct story story = story_of_a_fault();
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    STORY_EACH(&story, record)
    {
        const struct gn_record_tick *tick = (const void *)record;
        gn_engine_feed(engine, record);
        if (record->type == GN_RECORD_TICK && tick->time_ms >= STORY_BEGIN_MS + 630000)
            break; /* in the middle of the fault */
    }
    const unsigned alarms = heard.alarms, findings = heard.findings;
    assert_true(alarms > 0 && findings > 0);
    gn_solution_bundle_add(&bundle, GN_STR("press.yaml"), gn_str_of(other));
    const size_t at = story.size;
    story_rules(&story, gn_buf_str(&bundle));
    gn_engine_feed(engine, (const void *)(story.bytes + at));
    assert_true(heard.alarms > alarms && heard.findings > findings);
    heard.text[heard.size] = '\0';
    assert_non_null(strstr(heard.text, "\"state\":\"cleared\""));
    gn_engine_free(engine);
    gn_mem_give(heard.text);
    story_end(&story);
}

static void a_silence_is_a_finding_and_the_next_reading_clears_it(void **state)
{
    (void)state;
    struct heard heard;
    struct gn_engine *engine = engine_with(&heard);
    struct story story = story_of_a_silence();
    feed_all(engine, &story);
    heard.text[heard.size] = '\0';
    assert_non_null(strstr(heard.text, "pump: no data for 16 s, usually every 5 s. The device is not connected."));
    assert_non_null(strstr(heard.text, "pump: no data for 45 s, usually every 5 s. The device is not connected."));
    assert_non_null(strstr(heard.text, "\"fault\":\"offline\",\"state\":\"over\""));
    assert_non_null(strstr(heard.text, "\"state\":\"cleared\""));
    assert_true(gn_engine_linked(engine, 0));
    assert_false(gn_engine_linked(engine, 1));
    story_end(&story);
    gn_engine_free(engine);
    gn_mem_give(heard.text);
}

/* The fault's story of a Thing that is `state` from the beginning, and adopted after 700 s, behind the fault. */
static struct story story_of_an_adoption(void)
{
    struct story story = story_begin();
    uint64_t seed = 7;
    story_tick(&story, 0);
    const uint32_t press = story_thing(&story, "press");
    story_thing_json(&story, press, "{\"id\":\"press\",\"state\":\"discovered\"}");
    const uint32_t load = story_series(&story, press, "load");
    story_rules_text(&story);
    for (int i = 0; i < 5 * 1500; i++) {
        const bool fault = (i >= 5 * 600 && i < 5 * 660) || (i >= 5 * 1400 && i < 5 * 1460);
        if (i == 5 * 700)
            story_thing_json(&story, press, "{\"id\":\"press\",\"state\":\"adopted\"}");
        story_tick(&story, 200);
        story_reading(&story, load, (fault ? 60.0 : 10.0) + story_noise(&seed));
    }
    return story;
}

static void what_is_not_adopted_is_not_scored(void **state)
{
    (void)state;
    struct heard heard;
    struct gn_engine *engine = engine_with(&heard);
    struct story story = story_of_an_adoption();
    STORY_EACH(&story, record)
    {
        const struct gn_record_tick *tick = (const void *)record;
        gn_engine_feed(engine, record);
        if (record->type == GN_RECORD_TICK && tick->time_ms == STORY_BEGIN_MS + 1400000)
            assert_int_equal(heard.findings + heard.alarms + heard.decisions, 0); /* also not of the first fault */
    }
    assert_true(heard.findings >= 2 && heard.alarms >= 2 && heard.decisions >= 1);
    const unsigned findings = heard.findings;
    const size_t at = story.size;
    story_thing_json(&story, 0, "{\"id\":\"press\",\"state\":\"ignored\"}");
    for (int i = 0; i < 400; i++) { /* one that is ignored falls silent, and nobody minds */
        story_tick(&story, 1000);
        story_reading(&story, 0, i < 200 ? 500 : 10);
    }
    for (size_t next = at; next < story.size; next += ((const struct gn_record_head *)(story.bytes + next))->size)
        gn_engine_feed(engine, (const void *)(story.bytes + next));
    assert_int_equal(heard.findings, findings);
    gn_engine_free(engine);
    gn_mem_give(heard.text);
    story_end(&story);
}

/* The registry of a restart knows of the adoption already; the image is from before it. */
static void an_image_from_before_an_adoption_says_the_same(void **state)
{
    (void)state;
    struct heard straight, before, after;
    struct story story = story_of_an_adoption();
    const size_t capacity = gn_engine_image_bytes_max();
    struct gn_buf image = gn_buf_over(gn_mem_take(capacity, "a test's image"), capacity);
    struct gn_engine *engine = engine_with(&straight);
    feed_all(engine, &story);
    const struct gn_sha256 chain = gn_engine_chain(engine);
    gn_engine_free(engine);

    engine = engine_with(&before);
    struct gn_engine *restored = engine_with(&after);
    bool taken = false;
    STORY_EACH(&story, record)
    gn_engine_preload(restored, record);
    union {
        uint64_t align;
        uint8_t bytes[256];
        struct gn_record_thing record;
    } adopted = { 0 };
    static const char json[] = "{\"id\":\"press\",\"name\":\"press\",\"state\":\"adopted\"}";
    adopted.record = (struct gn_record_thing){ .head = { .size = sizeof adopted, .type = GN_RECORD_THING, .seq = 1 },
                                               .json_size = sizeof json - 1 };
    memcpy(adopted.bytes + sizeof adopted.record, json, sizeof json - 1);
    STORY_EACH(&story, record)
    {
        const struct gn_record_tick *tick = (const void *)record;
        if (taken) {
            gn_engine_feed(restored, record);
            continue;
        }
        gn_engine_feed(engine, record);
        if (record->type != GN_RECORD_TICK || tick->time_ms != STORY_BEGIN_MS + 650000)
            continue;
        assert_int_equal(gn_engine_snapshot(engine, &image), GN_OK);
        gn_engine_feed(restored, &adopted.record.head); /* what the store says at a start */
        assert_int_equal(gn_engine_restore(restored, gn_buf_bytes(&image)), GN_OK);
        taken = true;
    }
    const struct gn_sha256 again = gn_engine_chain(restored);
    assert_memory_equal(again.bytes, chain.bytes, sizeof chain.bytes);
    gn_engine_free(engine);
    gn_engine_free(restored);
    gn_mem_give(image.at);
    gn_mem_give(straight.text);
    gn_mem_give(before.text);
    gn_mem_give(after.text);
    story_end(&story);
}

static void usual_readings_say_nothing(void **state)
{
    (void)state;
    struct heard heard;
    struct gn_engine *engine = engine_with(&heard);
    struct story story = story_begin();
    uint64_t seed = 3;
    story_tick(&story, 0);
    const uint32_t load = story_series(&story, story_thing(&story, "press"), "load");
    for (int i = 0; i < 5 * 1200; i++) {
        story_tick(&story, 200);
        story_reading(&story, load, 10.0 + story_noise(&seed));
    }
    feed_all(engine, &story);
    assert_int_equal(heard.findings + heard.alarms + heard.decisions, 0);
    assert_true(heard.marks >= 100); /* every ten seconds of twenty minutes */
    story_end(&story);
    gn_engine_free(engine);
    gn_mem_give(heard.text);
}

static void an_approved_action_is_sent_once_and_ends_with_a_receipt(void **state)
{
    (void)state;
    struct heard heard;
    struct gn_engine *engine = engine_with(&heard);
    struct story story = story_of_a_fault();
    char json[256];
    feed_all(engine, &story);
    const size_t told = story.size;
    (void)snprintf(json, sizeof json,
                   "{\"decision\":\"%s\",\"verdict\":\"approve\",\"person\":\"ada\",\"reason\":\"\"}", heard.decision);
    story_answer(&story, json);
    story_answer(&story, json); /* a second click changes nothing */
    gn_engine_feed(engine, (const void *)(story.bytes + told));
    const size_t second = told + ((const struct gn_record_head *)(const void *)(story.bytes + told))->size;
    gn_engine_feed(engine, (const void *)(story.bytes + second));
    assert_int_equal(heard.sends, 1);

    size_t at = story.size;
    (void)snprintf(json, sizeof json, "{\"id\":\"%s\",\"state\":\"done\"}", heard.action);
    story_delivery(&story, heard.action, GN_DELIVERY_SENT);
    story_delivery(&story, heard.action, GN_DELIVERY_ACKNOWLEDGED);
    story_status(&story, 0, "stop", json);
    for (const struct gn_record_head *record; at < story.size; at += record->size) {
        record = (const void *)(story.bytes + at);
        gn_engine_feed(engine, record);
    }
    assert_true(heard.actions >= 4); /* queued, sent, acknowledged, done */
    assert_int_equal(heard.receipts, 1);
    story_end(&story);
    gn_engine_free(engine);
    gn_mem_give(heard.text);
}

static void the_same_journal_gives_the_same_words_and_hash(void **state)
{
    (void)state;
    struct heard first, second;
    struct gn_engine *one = engine_with(&first), *two = engine_with(&second);
    struct story story = story_of_a_fault();
    feed_all(one, &story);
    feed_all(two, &story);
    const struct gn_sha256 a = gn_engine_chain(one), b = gn_engine_chain(two);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.text, second.text, first.size);
    assert_memory_equal(a.bytes, b.bytes, sizeof a.bytes);
    assert_true(gn_engine_output_count(one) > 0);
    story_end(&story);
    gn_engine_free(one);
    gn_engine_free(two);
    gn_mem_give(first.text);
    gn_mem_give(second.text);
}

/* Stops at each tenth of the story, restores, goes on: the words must be those of one uninterrupted run. */
static void cut_in_tenths(struct story story)
{
    struct heard whole, before, after;
    struct gn_engine *engine = engine_with(&whole);
    feed_all(engine, &story);
    const struct gn_sha256 expected = gn_engine_chain(engine);
    gn_engine_free(engine);
    uint8_t *image_bytes = gn_mem_take(gn_engine_image_bytes_max(), "a test's image");
    for (uint64_t cut = story.next_seq / 10; cut < story.next_seq; cut += story.next_seq / 10) {
        struct gn_buf image = gn_buf_over(image_bytes, gn_engine_image_bytes_max());
        struct gn_engine *one = engine_with(&before), *two = engine_with(&after);
        STORY_EACH(&story, record)
        if (record->seq <= cut)
            gn_engine_feed(one, record);
        assert_int_equal(gn_engine_snapshot(one, &image), GN_OK);
        STORY_EACH(&story, record)
        if (record->seq <= cut)
            gn_engine_preload(two, record);
        assert_int_equal(gn_engine_restore(two, gn_buf_bytes(&image)), GN_OK);
        assert_int_equal(gn_engine_seq(two), cut);
        STORY_EACH(&story, record)
        if (record->seq > cut)
            gn_engine_feed(two, record);
        const struct gn_sha256 chain = gn_engine_chain(two);
        assert_memory_equal(chain.bytes, expected.bytes, sizeof chain.bytes);
        assert_int_equal(before.size + after.size, whole.size);
        gn_engine_free(one);
        gn_engine_free(two);
        gn_mem_give(before.text);
        gn_mem_give(after.text);
    }
    gn_mem_give(image_bytes);
    gn_mem_give(whole.text);
    story_end(&story);
}

static void an_image_in_the_middle_changes_nothing(void **state)
{
    (void)state;
    cut_in_tenths(story_of_a_fault());
}

static void an_image_in_the_middle_of_a_silence_changes_nothing(void **state)
{
    (void)state;
    cut_in_tenths(story_of_a_silence());
}

static void a_damaged_image_is_refused(void **state)
{
    (void)state;
    struct heard heard;
    struct gn_engine *engine = engine_with(&heard);
    struct story story = story_of_a_fault();
    feed_all(engine, &story);
    uint8_t *bytes = gn_mem_take(gn_engine_image_bytes_max(), "a test's image");
    struct gn_buf image = gn_buf_over(bytes, gn_engine_image_bytes_max());
    assert_int_equal(gn_engine_snapshot(engine, &image), GN_OK);
    for (size_t at = 0; at < image.size; at += image.size / 64 + 1) {
        struct heard ears;
        struct gn_engine *other = engine_with(&ears);
        STORY_EACH(&story, record)
        gn_engine_preload(other, record);
        bytes[at] ^= 0x40;
        assert_int_equal(gn_engine_restore(other, gn_buf_bytes(&image)), GN_ERR_CORRUPT);
        bytes[at] ^= 0x40;
        gn_engine_free(other);
        gn_mem_give(ears.text);
    }
    assert_int_equal(gn_engine_restore(engine, (gn_bytes){ bytes, image.size - 8 }), GN_ERR_CORRUPT);
    gn_mem_give(bytes);
    gn_engine_free(engine);
    gn_mem_give(heard.text);
    story_end(&story);
}

static void a_mark_is_compared_and_a_false_one_is_told(void **state)
{
    (void)state;
    struct heard heard;
    struct gn_engine *engine = engine_with(&heard);
    struct story story = story_of_a_fault();
    feed_all(engine, &story);
    const size_t at = story.size;
    struct gn_record_mark *mark = story_add(&story, GN_RECORD_MARK, sizeof *mark);
    mark->upto = heard.mark_upto;
    memcpy(mark->hash, heard.mark_hash, sizeof mark->hash);
    gn_engine_feed(engine, (const void *)(story.bytes + at));
    assert_int_equal(gn_engine_marks_compared(engine), 1);
    assert_int_equal(heard.mark_differs, 0);
    mark->hash[31] ^= 1;
    gn_engine_feed(engine, (const void *)(story.bytes + at));
    assert_int_equal(heard.mark_differs, 1);
    gn_engine_free(engine);
    gn_mem_give(heard.text);
    story_end(&story);
}

static void records_of_unknown_series_and_broken_rules_change_nothing(void **state)
{
    (void)state;
    struct heard heard;
    struct gn_engine *engine = engine_with(&heard);
    struct story story = story_begin();
    story_tick(&story, 0);
    story_reading(&story, 4000000, 1.0);
    story_rules(&story, GN_STR("rules: ]["));
    story_status(&story, 99, "stop", "{}");
    story_answer(&story, "not json");
    feed_all(engine, &story);
    assert_int_equal(heard.size, 0);
    assert_int_equal(gn_engine_bundle(engine).size, 0);
    gn_engine_free(engine);
    gn_mem_give(heard.text);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_becomes_finding_alarm_and_a_question),
        cmocka_unit_test(new_rules_end_what_an_old_model_found),
        cmocka_unit_test(what_is_not_adopted_is_not_scored),
        cmocka_unit_test(an_image_from_before_an_adoption_says_the_same),
        cmocka_unit_test(usual_readings_say_nothing),
        cmocka_unit_test(an_approved_action_is_sent_once_and_ends_with_a_receipt),
        cmocka_unit_test(the_same_journal_gives_the_same_words_and_hash),
        cmocka_unit_test(a_silence_is_a_finding_and_the_next_reading_clears_it),
        cmocka_unit_test(an_image_in_the_middle_changes_nothing),
        cmocka_unit_test(an_image_in_the_middle_of_a_silence_changes_nothing),
        cmocka_unit_test(a_damaged_image_is_refused),
        cmocka_unit_test(a_mark_is_compared_and_a_false_one_is_told),
        cmocka_unit_test(records_of_unknown_series_and_broken_rules_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
