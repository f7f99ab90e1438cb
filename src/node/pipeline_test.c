/* SPDX-License-Identifier: Apache-2.0 */
#include "node/pipeline.h"

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

static void fixture_start(struct fixture *f)
{
    f->diag = (struct gn_diag){ 0 };
    assert_int_equal(gn_core_open(&f->core, f->dir, &f->diag), GN_OK);
    f->table = gn_intake_table(&f->core.intake);
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
        gn_err err;
        gn_intake_turn(&f->core.intake);
        while ((err = f->table.packet(f->table.self, &packet, &token, &f->diag)) == GN_ERR_AGAIN) {
            const uint32_t noted = gn_wake_note(&f->notified);
            gn_pipeline_kick(&f->pipeline);
            gn_wake_wait(&f->notified, noted, 10);
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

static void the_engines_image_is_taken_while_running(void **state)
{
    struct fixture *f = *state;
    add_thing(f);
    publish(f, "load", 100);
    while (atomic_load(&f->pipeline.image_full)) /* the one of the start is on its way into the history */
        gn_wake_wait(&f->notified, gn_wake_note(&f->notified), 10);
    /* the journal's clock jumps past the time of an image */
    f->core.intake.wall_ms += 2 * GN_PIPELINE_IMAGE_MS;
    f->core.intake.mono_us += 2000000;
    assert_int_equal(gn_intake_tick(&f->core.intake, 0), GN_OK);
    const uint64_t token = gn_ring_head(&f->core.ring);
    gn_pipeline_kick(&f->pipeline);
    wait_durable(f, token);
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
    fixture_start(f);
    assert_int_equal(stored(f, 0), 100);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
