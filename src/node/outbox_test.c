/* SPDX-License-Identifier: Apache-2.0 */
#include "node/outbox.h"

#include "node/test_records.h"

/* A device that is away, or there, and remembers what came. */
static gn_err device_answer;
static char device_got[64];
static unsigned device_count;

static gn_err device_deliver(void *self, const struct gn_action_out *action)
{
    (void)self;
    if (device_answer == GN_OK) {
        device_count++;
        assert_int_equal(gn_str_copy(device_got, sizeof device_got, action->id), GN_OK);
        assert_true(gn_str_equal(action->action, GN_STR("stop")));
        assert_true(gn_str_equal(action->payload, GN_STR("{}")));
    }
    return device_answer;
}

static const struct gn_adapter device = { .name = "test", .deliver = device_deliver };

struct fixture {
    struct gn_core core;
    struct gn_pipeline pipeline;
    struct gn_outbox outbox;
    uint8_t *bytes;
};

static int setup(void **state)
{
    struct fixture *f = gn_mem_take(sizeof *f, "a test's fixture");
    f->bytes = gn_mem_take(GN_OUTBOX_BYTES, "a test's ring");
    f->pipeline.core = &f->core;
    assert_int_equal(gn_ring_init(&f->pipeline.outbox, f->bytes, GN_OUTBOX_BYTES, 1), GN_OK);
    assert_int_equal(gn_outbox_init(&f->outbox, &f->pipeline), GN_OK);
    f->outbox.adapter = &device;
    f->core.intake.tick_ms = 1000;
    device_answer = GN_OK;
    device_count = 0;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    gn_outbox_fini(&f->outbox);
    gn_mem_give(f->bytes);
    gn_mem_give(f);
    return 0;
}

static void post(struct fixture *f, const char *id, uint64_t seq, int64_t expires_ms)
{
    const struct gn_outbox_entry entry = { .size = (uint32_t)gn_record_round(sizeof entry + 4 + strlen(id) + 2),
                                           .type = GN_OUTBOX_SEND,
                                           .seq = seq,
                                           .action_size = 4,
                                           .id_size = (uint32_t)strlen(id),
                                           .payload_size = 2,
                                           .expires_ms = expires_ms };
    char *room = gn_ring_reserve(&f->pipeline.outbox, entry.size);
    memcpy(room, &entry, sizeof entry);
    memcpy(room + sizeof entry, "stop", 4);
    memcpy(room + sizeof entry + 4, id, strlen(id));
    memcpy(room + sizeof entry + 4 + strlen(id), "{}", 2);
    gn_ring_publish(&f->pipeline.outbox);
}

static void nothing_leaves_before_its_cause_is_durable(void **state)
{
    struct fixture *f = *state;
    post(f, "x-1", 50, 9000);
    atomic_store(&f->pipeline.durable_seq, 49);
    gn_outbox_take(&f->outbox);
    assert_int_equal(device_count, 0);
    atomic_store(&f->pipeline.durable_seq, 50);
    gn_outbox_take(&f->outbox);
    assert_int_equal(device_count, 1);
    assert_string_equal(device_got, "x-1");
}

static void what_a_device_does_not_take_waits_for_it(void **state)
{
    struct fixture *f = *state;
    atomic_store(&f->pipeline.durable_seq, 50);
    device_answer = GN_ERR_NOT_FOUND;
    post(f, "x-1", 1, 9000);
    post(f, "x-2", 2, 9000);
    gn_outbox_take(&f->outbox);
    gn_outbox_retry(&f->outbox);
    assert_int_equal(f->outbox.kept_count, 2);
    device_answer = GN_OK;
    gn_outbox_retry(&f->outbox);
    assert_int_equal(device_count, 2);
    assert_string_equal(device_got, "x-2");
    assert_int_equal(f->outbox.kept_count, 0);
}

static void what_expired_is_not_delivered_any_more(void **state)
{
    struct fixture *f = *state;
    atomic_store(&f->pipeline.durable_seq, 50);
    post(f, "x-0", 1, 999);
    gn_outbox_take(&f->outbox);
    device_answer = GN_ERR_AGAIN;
    post(f, "x-1", 2, 2000);
    gn_outbox_take(&f->outbox);
    assert_int_equal(f->outbox.kept_count, 1);
    f->core.intake.tick_ms = 2001;
    device_answer = GN_OK;
    gn_outbox_retry(&f->outbox);
    assert_int_equal(device_count, 0);
    assert_int_equal(f->outbox.kept_count, 0);
}

static void more_waiting_actions_than_the_limit_are_let_go(void **state)
{
    struct fixture *f = *state;
    char id[16];
    atomic_store(&f->pipeline.durable_seq, 1000);
    device_answer = GN_ERR_NOT_FOUND;
    for (int i = 0; i <= GN_DECISIONS_OPEN_MAX; i++) {
        (void)snprintf(id, sizeof id, "x-%d", i);
        post(f, id, 1, 9000);
        gn_outbox_take(&f->outbox);
    }
    assert_int_equal(f->outbox.kept_count, GN_DECISIONS_OPEN_MAX);
}

static void a_full_ring_holds_no_action_back(void **state)
{
    struct fixture *f = *state;
    enum { RING_BYTES = 4096 };
    _Alignas(8) static uint8_t bytes[RING_BYTES];
    struct gn_ring *ring = &f->core.ring;
    assert_int_equal(gn_ring_init(ring, bytes, RING_BYTES, 1), GN_OK);
    f->core.intake.ring = ring;
    f->core.intake.next_seq = 1;
    atomic_store(&f->pipeline.durable_seq, 50);
    while (gn_ring_reserve(ring, 64) != NULL)
        gn_ring_publish(ring);

    const struct gn_outbox_entry mark = { .size = sizeof mark, .type = GN_OUTBOX_MARK, .seq = 7, .output_count = 3 };
    memcpy(gn_ring_reserve(&f->pipeline.outbox, sizeof mark), &mark, sizeof mark);
    gn_ring_publish(&f->pipeline.outbox);
    post(f, "x-1", 8, 9000);
    memcpy(gn_ring_reserve(&f->pipeline.outbox, sizeof mark), &mark, sizeof mark);
    gn_ring_publish(&f->pipeline.outbox);
    gn_outbox_take(&f->outbox);
    assert_string_equal(device_got, "x-1");
    assert_int_equal(gn_ring_peek(&f->pipeline.outbox, 0).size, 0); /* the engine has its room back */
    assert_true(f->outbox.has_mark);

    gn_ring_advance(ring, 0, gn_ring_peek(ring, 0).size);
    gn_outbox_retry(&f->outbox);
    assert_false(f->outbox.has_mark);
    const gn_bytes written = gn_ring_peek(ring, 0);
    const struct gn_record_mark *record = (const void *)(written.at + written.size - sizeof *record);
    assert_int_equal(record->head.type, GN_RECORD_MARK);
    assert_int_equal(record->upto, 7);
    assert_int_equal(record->output_count, 3);
    f->core.intake.ring = NULL;
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(nothing_leaves_before_its_cause_is_durable), CASE(what_a_device_does_not_take_waits_for_it),
        CASE(what_expired_is_not_delivered_any_more),     CASE(more_waiting_actions_than_the_limit_are_let_go),
        CASE(a_full_ring_holds_no_action_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
