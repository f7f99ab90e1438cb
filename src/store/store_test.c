/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_fixture.h"

#include <sys/stat.h>

#include "base/mem.h"

static void records_must_follow_one_another(void **state)
{
    struct fixture *f = *state;
    union record_fixture *r = &f->record;
    assert_int_equal(gn_store_next_seq(f->store), 1);
    assert_int_equal(gn_store_put_record(f->store, fixture_tick(r, 2, 5)), GN_ERR_INVAL);
    assert_int_equal(gn_store_put_record(f->store, fixture_tick(r, 0, 5)), GN_ERR_INVAL);
    assert_int_equal(gn_store_put_record(f->store, fixture_tick(r, 1, 5)), GN_OK); /* only moves the position */
    assert_int_equal(gn_store_put_record(f->store, fixture_tick(r, 1, 5)), GN_ERR_INVAL);
    assert_int_equal(gn_store_next_seq(f->store), 2);
}

static void what_does_not_follow_from_before_is_corrupt(void **state)
{
    struct fixture *f = *state;
    union record_fixture *r = &f->record;
    fixture_put_things(f);
    const uint64_t next = f->seq + 1;
    assert_int_equal(gn_store_put_record(f->store, fixture_reading(r, next, 4, 1, 1)), GN_ERR_CORRUPT);
    assert_int_equal(gn_store_put_record(f->store, fixture_reading(r, next, UINT32_MAX, 1, 1)), GN_ERR_CORRUPT);
    assert_int_equal(gn_store_put_record(f->store, fixture_reading(r, next, 3, 1, 1)), GN_ERR_CORRUPT);
    assert_int_equal(gn_store_put_record(f->store, fixture_text(r, next, 0, 1, GN_STR("x"))), GN_ERR_CORRUPT);
    assert_int_equal(gn_store_put_record(f->store, fixture_thing(r, next, 9, "x", "X")), GN_ERR_CORRUPT);
    assert_int_equal(gn_store_next_seq(f->store), next); /* none was taken */
}

struct registry_seen {
    struct gn_registry registry;
    size_t count;
};

static void see(void *ctx, const struct gn_record_head *record)
{
    struct registry_seen *seen = ctx;
    assert_true(gn_record_valid((gn_bytes){ (const uint8_t *)record, record->size }));
    assert_int_equal(gn_registry_apply(&seen->registry, record), GN_OK);
    seen->count++;
}

static void check_registry(struct fixture *f, const char *name, size_t count)
{
    static const uint8_t seed[16];
    struct registry_seen seen = { 0 };
    assert_int_equal(gn_registry_init(&seen.registry, seed), GN_OK);
    assert_int_equal(gn_store_each_registry(f->store, see, &seen), GN_OK);
    assert_int_equal(seen.count, count);
    if (count > 0)
        assert_string_equal(seen.registry.things[0].name, name);
    gn_registry_fini(&seen.registry);
}

static void the_registry_is_that_of_the_checkpoint(void **state)
{
    struct fixture *f = *state;
    fixture_put_things(f);
    check_registry(f, "", 0);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    check_registry(f, "", 0); /* a flush is no checkpoint */
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    check_registry(f, "Press", 5);
    fixture_put_thing(f, 0, "press", "Renamed");
    fixture_put_series(f, 4, 0, GN_SERIES_NUMBER, "speed");
    check_registry(f, "Press", 5);
    fixture_close(f); /* a crash: the new name comes again with the journal */
    fixture_open(f);
    check_registry(f, "Press", 5);
    fixture_put_thing(f, 0, "press", "Renamed");
    fixture_put_series(f, 4, 0, GN_SERIES_NUMBER, "speed");
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    fixture_close(f);
    fixture_open(f);
    check_registry(f, "Renamed", 6);
    struct gn_series series;
    uint32_t index = 0;
    assert_int_equal(gn_store_find_series(f->reader, 0, GN_STR("speed"), &index, &series), GN_OK);
    assert_int_equal(index, 4);
    assert_int_equal(gn_store_find_series(f->reader, 0, GN_STR("state"), &index, &series), GN_OK);
    assert_int_equal(series.kind, GN_SERIES_TEXT);
}

static void a_name_full_of_escapes_survives(void **state)
{
    struct fixture *f = *state;
    char json[1024];
    char name[GN_THING_NAME_BYTES_MAX + 1];
    for (size_t i = 0; i < GN_THING_NAME_BYTES_MAX; i++) /* the longest, each character escaped on the way out */
        name[i] = i % 2 ? '<' : '&';
    name[GN_THING_NAME_BYTES_MAX] = '\0';
    (void)snprintf(json, sizeof json, "{\"id\":\"a\",\"name\":\"%s\"}", name);
    assert_int_equal(fixture_put(f, fixture_thing_json(&f->record, 1, 0, json)), GN_OK);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    check_registry(f, name, 1);
}

static void the_engines_state_comes_back(void **state)
{
    struct fixture *f = *state;
    uint64_t seq = 0;
    uint8_t *bytes = NULL;
    size_t size = 0;
    static uint8_t large[200001]; /* several parts, the last one not full */
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (uint8_t)(i * 7 + i / 256);
    assert_int_equal(gn_store_get_state(f->store, &seq, &bytes, &size), GN_ERR_NOT_FOUND);
    static const size_t sizes[] = { 10, sizeof large, 65536, 65537, 1 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(gn_store_put_state(f->store, 100 + i, (gn_bytes){ large, sizes[i] }), GN_OK);
        assert_int_equal(gn_store_flush(f->store), GN_OK);
        fixture_close(f);
        fixture_open(f);
        assert_int_equal(gn_store_get_state(f->store, &seq, &bytes, &size), GN_OK);
        assert_int_equal(seq, 100 + i);
        assert_int_equal(size, sizes[i]);
        assert_memory_equal(bytes, large, size);
        gn_mem_give(bytes);
    }
    assert_int_equal(gn_store_put_state(f->store, 900, (gn_bytes){ large, 50 }), GN_OK);
    fixture_close(f); /* not flushed: the old one stays */
    fixture_open(f);
    assert_int_equal(gn_store_get_state(f->store, &seq, &bytes, &size), GN_OK);
    assert_int_equal(seq, 104);
    gn_mem_give(bytes);
}

static void a_damaged_state_is_told(void **state)
{
    struct fixture *f = *state;
    uint64_t seq = 7;
    uint8_t *bytes = NULL;
    size_t size = 0;
    static const uint8_t some[100] = { 1, 2, 3 };
    static const char *const damage[] = { "UPDATE state SET bytes = x'09' || substr(bytes, 2)",
                                          "UPDATE state SET bytes = bytes || x'00'",
                                          "UPDATE state SET bytes = substr(bytes, 2)", "DELETE FROM state" };
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        assert_int_equal(gn_store_put_state(f->store, 5, (gn_bytes){ some, sizeof some }), GN_OK);
        assert_int_equal(gn_store_flush(f->store), GN_OK);
        assert_int_equal(gn_history_exec(&f->store->history, damage[i]), GN_OK);
        assert_int_equal(gn_store_get_state(f->store, &seq, &bytes, &size), GN_ERR_CORRUPT);
    }
    assert_int_equal(seq, 7);
    assert_null(bytes);
}

static void a_damaged_registry_is_told_and_not_believed(void **state)
{
    struct fixture *f = *state;
    struct gn_store *store = NULL;
    struct gn_diag diag;
    static const char *const damage[] = { "UPDATE series SET record = x'00' WHERE id = 1",
                                          "DELETE FROM series WHERE id = 1", "DELETE FROM thing" };
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        if (f->seq == 0)
            fixture_put_things(f);
        fixture_put_reading(f, 0, FIXTURE_T0, 1);
        fixture_put_reading(f, 0, FIXTURE_T0 + 9, 1);
        assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
        assert_int_equal(gn_history_exec(&f->store->history, damage[i]), GN_OK);
        fixture_close(f);
        assert_int_equal(gn_store_open(f->dir, &store, &diag), GN_ERR_CORRUPT);
        assert_non_null(strstr(diag.text, "the history cannot be read"));
        assert_non_null(strstr(diag.file, "history.db"));
        assert_null(store);
        fixture_remove_files(f->dir);
        fixture_open(f);
        f->row_count = 0;
    }
}

static void files_are_for_their_owner_only(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = { "history.db", "history.db-wal" };
    char path[128];
    fixture_put_things(f);
    assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    for (size_t i = 0; i < 2; i++) {
        struct stat status;
        (void)snprintf(path, sizeof path, "%s/%s", f->dir, names[i]);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
    }
}

static void the_plan_is_bounded_and_idle_memory_small(void **state)
{
    struct fixture *f = *state;
    struct gn_mem_row rows[64];
    const size_t count = gn_mem_plan(rows, 64);
    size_t history = 0;
    for (size_t i = 0; i < count && i < 64; i++)
        if (strncmp(rows[i].purpose, "history", 7) == 0 || strncmp(rows[i].purpose, "registry", 8) == 0)
            history += rows[i].bytes;
    print_message("history plans %.1f MiB\n", (double)history / (1 << 20));
    assert_true(history <= (size_t)192 << 20);
    (void)f;
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    struct fixture *f = *state;
    struct gn_store *store = NULL;
    fixture_close(f);
    gn_err err = GN_ERR_FULL;
    size_t n = 0;
    while (err && n < 100) {
        gn_mem_fail_after(++n);
        err = gn_store_open(f->dir, &store, NULL);
        if (err)
            assert_int_equal(err, GN_ERR_FULL);
    }
    gn_mem_fail_after(0);
    assert_int_equal(err, GN_OK);
    assert_true(n > 8);
    gn_store_close(store);
    gn_store_close(NULL);
    fixture_open(f);
    assert_int_equal(gn_store_next_seq(f->store), 1);
    struct gn_store_reader *reader = NULL;
    for (n = 1; n <= 4; n++) {
        gn_mem_fail_after(n);
        assert_int_equal(gn_store_reader_open(f->store, &reader), GN_ERR_FULL);
    }
    gn_mem_fail_after(1);
    assert_int_equal(gn_store_put_state(f->store, 1, (gn_bytes){ (const uint8_t *)"x", 1 }), GN_ERR_FULL);
    gn_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_must_follow_one_another, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_follow_from_before_is_corrupt, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_registry_is_that_of_the_checkpoint, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_name_full_of_escapes_survives, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_engines_state_comes_back, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_state_is_told, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_registry_is_told_and_not_believed, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(files_are_for_their_owner_only, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_plan_is_bounded_and_idle_memory_small, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(no_memory_is_told_and_leaks_nothing, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
