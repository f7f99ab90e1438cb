/* SPDX-License-Identifier: Apache-2.0 */
#include "node/sessions.h"

#include <fcntl.h>

#include "node/test_records.h"
#include "os/file.h"

/* An endpoint that keeps names, in the order in which it was told them. */
struct endpoint {
    char names[256];
    bool is_large;
    bool is_settled;
};

struct fixture {
    char dir[64];
    struct gn_core core;
    struct gn_pipeline pipeline;
    struct gn_kept sessions;
    struct gn_wake notified;
    struct gn_intake table;
    struct gn_diag diag;
    uv_loop_t loop;
    struct endpoint endpoint;
};

static void endpoint_recall(void *self, const struct gn_record_head *record)
{
    struct endpoint *endpoint = self;
    if (record == NULL) {
        endpoint->is_settled = true;
        return;
    }
    const gn_str name = gn_record_message_name((const void *)record);
    const size_t used = strlen(endpoint->names);
    (void)snprintf(endpoint->names + used, sizeof endpoint->names - used, "%.*s ", GN_STR_ARGS(name));
}

static gn_err endpoint_image(void *self, struct gn_buf *out)
{
    const struct endpoint *endpoint = self;
    union {
        struct gn_record_message record;
        uint8_t bytes[sizeof(struct gn_record_message) + sizeof endpoint->names];
    } image = { .record = { .head = { .type = GN_RECORD_SESSION } } };
    const size_t size = strlen(endpoint->names);
    if (endpoint->is_large)
        return GN_ERR_FULL;
    image.record.head.size = (uint32_t)gn_record_round(sizeof image.record + size);
    image.record.name_size = (uint32_t)size;
    memcpy(image.bytes + sizeof image.record, endpoint->names, size);
    gn_buf_add(out, &image, image.record.head.size);
    return GN_OK;
}

static const struct gn_adapter endpoint = { .name = "test", .recall = endpoint_recall, .image = endpoint_image };

static void fixture_notify(void *ctx)
{
    gn_wake_signal(&((struct fixture *)ctx)->notified);
}

static void begin(struct fixture *f)
{
    f->endpoint = (struct endpoint){ 0 };
    assert_int_equal(gn_core_open(&f->core, f->dir, &f->diag), GN_OK);
    f->table = gn_intake_table(&f->core.intake);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    assert_int_equal(gn_pipeline_start(&f->pipeline, &f->core, fixture_notify, f), GN_OK);
    assert_int_equal(gn_kept_open(&f->sessions, &f->pipeline, &f->loop, &endpoint, &f->endpoint, &f->diag), GN_OK);
}

static void end(struct fixture *f)
{
    bool settled = false;
    gn_pipeline_stop(&f->pipeline, &settled);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    gn_kept_fini(&f->sessions);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    gn_pipeline_fini(&f->pipeline);
    gn_core_close(&f->core);
}

static int setup(void **state)
{
    struct fixture *f = gn_mem_take(sizeof *f, "a test's fixture");
    story_folder(f->dir);
    begin(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    end(f);
    story_folder_remove(f->dir);
    gn_mem_give(f);
    return 0;
}

/* Journals a step, told to the endpoint as it would be; returns when it is durable. */
static void keep(struct fixture *f, const char *name)
{
    const gn_bytes part = { (const uint8_t *)"body", 4 };
    const struct gn_keep step = {
        .type = GN_RECORD_SESSION, .flag = 1, .packet = 9, .name = gn_str_of(name), .parts = &part, .part_count = 1
    };
    uint64_t token = 0;
    const size_t used = strlen(f->endpoint.names);
    (void)snprintf(f->endpoint.names + used, sizeof f->endpoint.names - used, "%s ", name);
    gn_intake_turn(&f->core.intake);
    assert_int_equal(f->table.keep(f->table.self, &step, &token), GN_OK);
    gn_pipeline_kick(&f->pipeline);
    for (;;) {
        const uint32_t noted = gn_wake_note(&f->notified);
        if (atomic_load(&f->pipeline.durable_position) >= token)
            return;
        gn_wake_wait(&f->notified, noted, 10000);
    }
}

static void make_image(struct fixture *f)
{
    f->sessions.last_us -= GN_KEPT_IMAGE_MS * INT64_C(1000);
    gn_kept_tick(&f->sessions);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_null(f->sessions.bytes);
}

static void what_was_kept_is_told_again(void **state)
{
    struct fixture *f = *state;
    keep(f, "a");
    keep(f, "b");
    end(f);
    begin(f);
    assert_string_equal(f->endpoint.names, "a b ");
    assert_true(f->endpoint.is_settled);
}

static void an_image_takes_the_place_of_what_came_before(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(atomic_load(&f->pipeline.sessions_seq), 0); /* nothing of the journal may go */
    keep(f, "a");
    make_image(f);
    const uint64_t upto = atomic_load(&f->pipeline.sessions_seq);
    assert_int_equal(upto, f->core.intake.next_seq - 1);
    keep(f, "b");
    end(f);
    begin(f);
    assert_string_equal(f->endpoint.names, "a  b "); /* the image's one name is "a ", then the journal's */
    assert_int_equal(atomic_load(&f->pipeline.sessions_seq), upto);
}

static void an_image_is_made_when_it_is_time_and_something_came(void **state)
{
    struct fixture *f = *state;
    keep(f, "a");
    gn_kept_tick(&f->sessions);
    assert_int_equal(f->sessions.seq, 0);
    make_image(f);
    const uint64_t first = f->sessions.seq;
    assert_true(first > 0);
    f->sessions.last_us -= GN_KEPT_IMAGE_MS * INT64_C(1000); /* time alone is no reason */
    gn_kept_tick(&f->sessions);
    assert_false(f->sessions.is_writing);
    keep(f, "b");
    f->endpoint.is_large = true;
    make_image(f);
    assert_int_equal(atomic_load(&f->pipeline.sessions_seq), first);
}

static void a_damaged_image_is_passed_over(void **state)
{
    struct fixture *f = *state;
    char path[GN_CORE_PATH_BYTES];
    uint8_t bytes[1024];
    size_t size = 0;
    keep(f, "a");
    make_image(f);
    end(f);
    assert_int_equal(gn_core_path(f->dir, "sessions.image", path), GN_OK);
    assert_int_equal(gn_file_read_all(path, bytes, sizeof bytes, &size), GN_OK);
    for (size_t cut = 0; cut < 2; cut++) {
        bytes[size - 9] ^= cut == 0 ? 1 : 0;
        assert_int_equal(gn_file_replace(path, (gn_bytes){ bytes, size - cut * 8 }), GN_OK);
        begin(f);
        assert_string_equal(f->endpoint.names, "a "); /* the journal knew it still */
        assert_int_equal(atomic_load(&f->pipeline.sessions_seq), 0);
        end(f);
        bytes[size - 9] ^= cut == 0 ? 1 : 0;
    }
    assert_int_equal(gn_file_replace(path, (gn_bytes){ bytes, size }), GN_OK);
    begin(f);
    assert_true(atomic_load(&f->pipeline.sessions_seq) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_kept_is_told_again, setup, teardown),
        cmocka_unit_test_setup_teardown(an_image_takes_the_place_of_what_came_before, setup, teardown),
        cmocka_unit_test_setup_teardown(an_image_is_made_when_it_is_time_and_something_came, setup, teardown),
        cmocka_unit_test_setup_teardown(a_damaged_image_is_passed_over, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
