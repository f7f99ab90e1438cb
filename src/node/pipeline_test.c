/* SPDX-License-Identifier: Apache-2.0 */
#include "node/pipeline.h"

#include <fcntl.h>
#include <sqlite3.h>

#include "node/output_queue.h"
#include "node/test_records.h"

struct fixture {
    char dir[64];
    struct gn_core core;
    struct gn_pipeline pipeline;
    struct gn_wake notified;
    struct gn_intake table;
    struct gn_diag diag;
};

static void fixture_notify(void *ctx)
{
    gn_wake_signal(&((struct fixture *)ctx)->notified);
}

static void fixture_open(struct fixture *f)
{
    f->diag = (struct gn_diag){ 0 };
    assert_int_equal(gn_core_open(&f->core, f->dir, &f->diag), GN_OK);
    f->table = gn_intake_table(&f->core.intake);
}

static void fixture_start(struct fixture *f)
{
    fixture_open(f);
    assert_int_equal(gn_pipeline_start(&f->pipeline, &f->core, fixture_notify, f), GN_OK);
}

/* A clean stop settles; a crash only lets go of what a process would lose. */
static void fixture_stop(struct fixture *f, bool clean)
{
    bool settled = false;
    gn_pipeline_stop(&f->pipeline, &settled);
    assert_true(settled);
    if (clean)
        assert_int_equal(gn_core_settle(&f->core), GN_OK);
    gn_pipeline_fini(&f->pipeline);
    gn_core_close(&f->core);
}

static int setup(void **state)
{
    struct fixture *f = gn_mem_take(sizeof *f, "a test's fixture");
    story_folder(f->dir);
    fixture_start(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    if (f->pipeline.started)
        fixture_stop(f, true);
    story_folder_remove(f->dir);
    gn_mem_give(f);
    return 0;
}

static void wait_durable(struct fixture *f, uint64_t token)
{
    for (;;) {
        const uint32_t noted = gn_wake_note(&f->notified);
        if (atomic_load(&f->pipeline.durable_position) >= token)
            return;
        gn_wake_wait(&f->notified, noted, 10000);
    }
}

/* Publishes `count` values of one property as packets of one reading each, and waits until they are durable. */
static void publish(struct fixture *f, const char *property, int count)
{
    uint64_t token = 0;
    for (int i = 0; i < count; i++) {
        const struct gn_item item = { .property = gn_str_of(property), .value = i, .time_ms = GN_TIME_NONE };
        const struct gn_packet packet = { .items = &item, .item_count = 1 };
        uint32_t noted = gn_wake_note(&f->notified);
        gn_err err;
        gn_intake_turn(&f->core.intake);
        while ((err = f->table.packet(f->table.self, &packet, &token, &f->diag)) == GN_ERR_AGAIN) {
            gn_pipeline_kick(&f->pipeline);
            gn_wake_wait(&f->notified, noted, 10000);
            assert_int_not_equal(gn_wake_note(&f->notified), noted); /* who makes room says so */
            noted = gn_wake_note(&f->notified);
        }
        assert_int_equal(err, GN_OK);
    }
    gn_pipeline_kick(&f->pipeline);
    wait_durable(f, token);
}

static void add_thing(struct fixture *f)
{
    char id[GN_THING_ID_BYTES_MAX + 1];
    uint64_t token;
    gn_intake_turn(&f->core.intake);
    assert_int_equal(gn_intake_thing_add(&f->core.intake, GN_STR("press"), id, &token, &f->diag), GN_OK);
    gn_pipeline_kick(&f->pipeline);
    wait_durable(f, token);
}

static uint64_t stored(struct fixture *f, uint32_t series)
{
    struct gn_store_reader *reader;
    uint64_t count = 0;
    assert_int_equal(gn_store_reader_open(f->core.store, &reader), GN_OK);
    const gn_err err = gn_store_count(reader, series, INT64_MIN, INT64_MAX, &count);
    assert_true(err == GN_OK || err == GN_ERR_NOT_FOUND);
    gn_store_reader_close(reader);
    return count;
}

static void everything_durable_is_kept_over_clean_stops(void **state)
{
    struct fixture *f = *state;
    add_thing(f);
    publish(f, "load", 5000);
    const uint64_t next_seq = f->core.intake.next_seq;
    fixture_stop(f, true);
    fixture_start(f);
    assert_int_equal(f->core.caught_up_count, 0); /* a clean stop leaves nothing to read again */
    assert_int_equal(f->core.intake.next_seq, next_seq);
    assert_int_equal(stored(f, 0), 5000);
    publish(f, "load", 10);
    fixture_stop(f, true);
    fixture_start(f);
    assert_int_equal(stored(f, 0), 5010);
}

static void without_a_last_checkpoint_the_journal_is_read_again(void **state)
{
    struct fixture *f = *state;
    add_thing(f);
    for (int round = 1; round <= 4; round++) {
        publish(f, "load", 3000);
        publish(f, "heat", 7);
        fixture_stop(f, false);
        fixture_start(f);
        assert_true(f->core.caught_up_count > 0);
        assert_int_equal(stored(f, 0), 3000 * round);
        assert_int_equal(stored(f, 1), 7 * round);
        assert_int_equal(gn_engine_seq(f->core.engine), f->core.intake.next_seq - 1);
    }
}

static void many_more_readings_than_the_ring_holds_pass_through(void **state)
{
    struct fixture *f = *state;
    const int count = 3 * GN_RING_BYTES / 40;
    add_thing(f);
    publish(f, "load", count);
    bool settled;
    gn_pipeline_stop(&f->pipeline, &settled);
    assert_true(settled);
    assert_int_equal(stored(f, 0), count);
    assert_int_equal(gn_core_settle(&f->core), GN_OK);
    gn_pipeline_fini(&f->pipeline);
    gn_core_close(&f->core);
    fixture_start(f);
    assert_int_equal(stored(f, 0), count);
}

static void a_second_node_on_the_folder_is_told_who_is_there(void **state)
{
    struct fixture *f = *state;
    static struct gn_core other;
    struct gn_diag diag = { 0 };
    assert_int_equal(gn_core_open(&other, f->dir, &diag), GN_ERR_BUSY);
    assert_non_null(strstr(diag.text, f->dir));
}

static void wait_engine(struct fixture *f)
{
    while (atomic_load(&f->pipeline.engine_seq) < f->core.intake.next_seq - 1)
        gn_wake_wait(&f->notified, gn_wake_note(&f->notified), 10);
}

static void the_engines_image_is_taken_while_running(void **state)
{
    struct fixture *f = *state;
    add_thing(f);
    publish(f, "load", 100);
    wait_engine(f);
    while (atomic_load(&f->pipeline.image_full)) /* the one of the start is on its way into the history */
        gn_wake_wait(&f->notified, gn_wake_note(&f->notified), 10);
    /* the journal's clock jumps past the time of an image */
    f->core.intake.wall_ms += 2 * GN_PIPELINE_IMAGE_MS;
    f->core.intake.mono_us += 2000000;
    assert_int_equal(gn_intake_tick(&f->core.intake, 0), GN_OK);
    gn_pipeline_kick(&f->pipeline);
    wait_engine(f); /* when it stops it takes none */
    fixture_stop(f, false);
    uint64_t seq = 0;
    uint8_t *image = NULL;
    size_t size = 0;
    struct gn_store *store;
    assert_int_equal(gn_store_open(f->dir, &store, &f->diag), GN_OK);
    assert_int_equal(gn_store_get_state(store, &seq, &image, &size), GN_OK);
    assert_true(seq > 100 && size > 1000);
    gn_mem_give(image);
    gn_store_close(store);
    fixture_start(f); /* the history knows nothing of the series, the image does */
    assert_int_equal(stored(f, 0), 100);
    assert_true(f->core.restored_seq == seq);
}

static gn_err redeliver(struct fixture *f, uint16_t packet_id, uint32_t fingerprint, bool redelivered, uint64_t *token)
{
    const struct gn_item item = { .property = GN_STR("load"), .value = 1, .time_ms = GN_TIME_NONE };
    const struct gn_packet packet = {
        .packet_id = packet_id, .fingerprint = fingerprint, .redelivered = redelivered, .items = &item, .item_count = 1
    };
    return f->table.packet(f->table.self, &packet, token, &f->diag);
}

/* A stop falls between the disk and the acknowledgement: the device sends it again, to a node that read nothing. */
static void a_packet_sent_again_after_a_clean_stop_is_known(void **state)
{
    struct fixture *f = *state;
    uint64_t token = 0;
    add_thing(f);
    assert_int_equal(redeliver(f, 7, 99, false, &token), GN_OK);
    publish(f, "heat", 1000); /* without packet ids: they push nothing out */
    fixture_stop(f, true);
    fixture_start(f);
    assert_int_equal(f->core.caught_up_count, 0);
    const uint64_t next_seq = f->core.intake.next_seq;
    assert_int_equal(redeliver(f, 7, 99, true, &token), GN_OK);
    assert_int_equal(f->core.intake.next_seq, next_seq);
    assert_true(atomic_load(&f->pipeline.durable_position) >= token); /* to be acknowledged at once */
    assert_int_equal(redeliver(f, 7, 98, true, &token), GN_OK);       /* another packet with that id */
    assert_true(f->core.intake.next_seq > next_seq);
}

/* --- groups --- */

static size_t read_segment(const struct fixture *f, uint8_t **out)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/journal/00000000000000000001.gnj", f->dir);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    const off_t size = lseek(fd, 0, SEEK_END);
    *out = gn_mem_take((size_t)size, "a test's segment");
    assert_int_equal(pread(fd, *out, (size_t)size, 0), size);
    (void)close(fd);
    return (size_t)size;
}

static const struct gn_record_reading *value_at(const struct gn_record_head *record)
{
    return record->type == GN_RECORD_READING ? (const void *)record : NULL;
}

/* How many groups there are; no packet may stand in two of them. */
static unsigned count_groups(const uint8_t *bytes, size_t size)
{
    enum { SEGMENT_HEAD = 64, GROUP_HEAD = 40 }; /* as in store/journal.h */
    const struct gn_record_reading *last = NULL;
    unsigned count = 0;
    for (size_t at = SEGMENT_HEAD; at + GROUP_HEAD <= size && memcmp(bytes + at, "GNG1", 4) == 0; count++) {
        uint32_t group_size;
        memcpy(&group_size, bytes + at + 8, sizeof group_size);
        const size_t end = at + group_size;
        bool is_first = true;
        for (at += GROUP_HEAD; at < end;) {
            const struct gn_record_head *record = (const void *)(bytes + at);
            const struct gn_record_reading *value = value_at(record);
            if (value != NULL && is_first && last != NULL)
                assert_false(value->head.packet == last->head.packet && value->fingerprint == last->fingerprint);
            is_first = is_first && value == NULL;
            last = value != NULL ? value : last;
            at += record->size;
        }
    }
    return count;
}

/* A ring full of packets is more than a group takes: after a power cut between two groups a packet is there whole, or
 * not at all, for one record of it is enough to know it when it is sent again. */
static void a_group_ends_between_two_packets(void **state)
{
    struct fixture *f = *state;
    enum { READINGS = 250 };
    static char names[READINGS][8];
    static struct gn_item items[READINGS];
    uint64_t token = 0;
    add_thing(f);
    fixture_stop(f, false);
    fixture_open(f);
    for (int i = 0; i < READINGS; i++) {
        (void)snprintf(names[i], sizeof names[i], "p%d", i);
        items[i] = (struct gn_item){ .property = gn_str_of(names[i]), .value = i, .time_ms = GN_TIME_NONE };
    }
    for (uint16_t id = 1;; id++) {
        const struct gn_packet packet = {
            .packet_id = (uint16_t)(id / 2 + 1), .fingerprint = id, .items = items, .item_count = READINGS
        };
        if (f->table.packet(f->table.self, &packet, &token, &f->diag) != GN_OK)
            break;
    }
    assert_int_equal(gn_pipeline_start(&f->pipeline, &f->core, fixture_notify, f), GN_OK);
    gn_pipeline_kick(&f->pipeline);
    fixture_stop(f, false);
    uint8_t *bytes = NULL;
    const size_t size = read_segment(f, &bytes);
    assert_true(size > GN_RING_BYTES / 4 * 3);
    assert_in_range(count_groups(bytes, size), GN_RING_BYTES / GN_JOURNAL_GROUP_BYTES_MAX, 20);
    gn_mem_give(bytes);
}

/* --- a history that takes nothing --- */

static const char watched[] = "things:\n  - thing: press\n    properties:\n      - name: load\n        unit: kN\n"
                              "    actions:\n      - name: stop\nrules:\n  - name: tell\n"
                              "    when: { thing: press, property: load, above: 10 kN }\n"
                              "    do: { thing: press, action: stop }\n    autonomy: observe\n";

static void use_rules(struct fixture *f, const char *yaml)
{
    char bytes[1024];
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    struct gn_solution *solution = NULL;
    uint64_t token = 0;
    gn_solution_bundle_add(&bundle, GN_STR("test.yaml"), gn_str_of(yaml));
    assert_int_equal(gn_solution_parse(gn_buf_str(&bundle), &solution, &f->diag), GN_OK);
    gn_solution_free(solution);
    assert_int_equal(gn_intake_rules(&f->core.intake, gn_buf_str(&bundle), &token), GN_OK);
    gn_pipeline_kick(&f->pipeline);
    wait_durable(f, token);
}

/* The engine's way to the history, filled while the engine has nothing to do, with what is never durable. */
static void fill_outputs(struct fixture *f)
{
    const struct gn_output output = {
        .kind = "finding", .id = GN_STR("f-1-1"), .seq = UINT64_MAX, .json = GN_STR("{}")
    };
    void *room;
    while ((room = gn_ring_reserve(&f->pipeline.outputs, gn_output_entry_bytes(&output))) != NULL) {
        gn_output_entry_write(room, &output);
        gn_ring_publish(&f->pipeline.outputs);
    }
}

/* More text than the store keeps until a flush; none is possible. */
static void publish_texts(struct fixture *f, int count)
{
    static char text[GN_TEXT_VALUE_BYTES_MAX];
    uint64_t token = 0;
    memset(text, 'x', sizeof text);
    const struct gn_item item = {
        .property = GN_STR("words"), .kind = GN_SERIES_TEXT, .text = { text, sizeof text }, .time_ms = GN_TIME_NONE
    };
    const struct gn_packet packet = { .items = &item, .item_count = 1 };
    for (int i = 0; i < count; i++)
        assert_int_equal(f->table.packet(f->table.self, &packet, &token, &f->diag), GN_OK);
    gn_pipeline_kick(&f->pipeline);
    wait_durable(f, token);
}

static void whoever_got_an_acknowledgement_finds_what_was_acknowledged(void **state)
{
    struct fixture *f = *state;
    add_thing(f);
    for (int i = 1; i <= 300; i++) {
        publish(f, "load", 1);
        publish_texts(f, 1);
        gn_pipeline_catch_up(&f->pipeline);
        assert_int_equal(stored(f, 0), i);
        assert_int_equal(stored(f, 1), i);
    }
}

static void a_history_that_takes_nothing_does_not_hold_up_the_end(void **state)
{
    struct fixture *f = *state;
    enum { TEXTS = GN_TEXTS_WAITING_BYTES / GN_TEXT_VALUE_BYTES_MAX + 8 };
    char path[128];
    sqlite3 *other = NULL;
    bool settled = true;
    add_thing(f);
    use_rules(f, watched);
    publish(f, "load", 1);
    (void)snprintf(path, sizeof path, "%s/history.db", f->dir);
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(other, 10000), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    publish_texts(f, TEXTS);
    wait_engine(f);
    fill_outputs(f);
    publish(f, "load", 12); /* the last one is above 10: the engine says so, and finds no room */
    gn_pipeline_stop(&f->pipeline, &settled);
    assert_false(settled);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    gn_pipeline_fini(&f->pipeline);
    gn_core_close(&f->core);

    fixture_start(f); /* nothing is missing: the journal has it, and the engine says it again */
    assert_int_equal(stored(f, 0), 13);
    assert_int_equal(stored(f, 1), TEXTS);
    assert_true(gn_engine_output_count(f->core.engine) > 0);
}

static void syncs_are_no_more_frequent_than_was_asked_for(void **state)
{
    enum { ROUNDS = 4, A_MINUTE = 600 }; /* one in 100 ms */
    struct fixture *f = *state;
    add_thing(f);
    publish(f, "load", 1);
    gn_pipeline_flush_at_most(&f->pipeline, A_MINUTE);
    const uint64_t before = atomic_load(&f->pipeline.group_count);
    const int64_t begin_us = gn_mono_us(&f->core.clock);
    for (int round = 0; round < ROUNDS; round++)
        publish(f, "load", 3);
    const int64_t passed_us = gn_mono_us(&f->core.clock) - begin_us;
    const uint64_t syncs = atomic_load(&f->pipeline.group_count) - before;
    assert_true(syncs <= (uint64_t)passed_us * A_MINUTE / 60000000 + 1);
    assert_true(passed_us >= (ROUNDS - 1) * INT64_C(100000)); /* and an acknowledgement waits for its own */
    gn_pipeline_flush_at_most(&f->pipeline, 1);
    publish(f, "load", 0); /* nothing waits: stopping does not wait for the minute either */
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(everything_durable_is_kept_over_clean_stops),
        CASE(without_a_last_checkpoint_the_journal_is_read_again),
        CASE(many_more_readings_than_the_ring_holds_pass_through),
        CASE(a_second_node_on_the_folder_is_told_who_is_there),
        CASE(the_engines_image_is_taken_while_running),
        CASE(a_packet_sent_again_after_a_clean_stop_is_known),
        CASE(a_group_ends_between_two_packets),
        CASE(whoever_got_an_acknowledgement_finds_what_was_acknowledged),
        CASE(syncs_are_no_more_frequent_than_was_asked_for),
        CASE(a_history_that_takes_nothing_does_not_hold_up_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
