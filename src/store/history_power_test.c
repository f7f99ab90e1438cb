/* SPDX-License-Identifier: Apache-2.0 */
/* The history below the power: cut at every write, writes and syncs that fail, a disk that fills up. What a checkpoint
 * promised is there; fed again, every reading is there once; no reading is invented. */
#include "store/store_fixture.h"

#include "os/disk_sim.h"
#include "store/vfs_sim.h"

struct power {
    struct gn_disk_sim *sim;
    struct gn_disk disk;
    struct fixture f;
    uint64_t promised; /* the record a checkpoint that answered OK was taken at */
    uint64_t fed;
};

static void power_begin(struct power *p, uint64_t seed)
{
    struct gn_file *file = NULL;
    *p = (struct power){ .sim = gn_disk_sim_new(seed) };
    assert_non_null(p->sim);
    p->disk = gn_disk_simulated(p->sim);
    assert_int_equal(p->disk.make_dir(p->disk.self, "data"), GN_OK);
    assert_int_equal(p->disk.open(p->disk.self, "data/history.db", true, &file), GN_OK);
    p->disk.close(p->disk.self, file);
    assert_int_equal(p->disk.sync_dir(p->disk.self, "data"), GN_OK);
    assert_int_equal(p->disk.sync_dir(p->disk.self, ""), GN_OK);
    (void)snprintf(p->f.dir, sizeof p->f.dir, "data");
    vfs_sim_use(&p->disk);
}

static void power_end(struct power *p)
{
    vfs_sim_end();
    gn_mem_give(p->f.rows);
    gn_disk_sim_free(p->sim);
}

/* The same story every time: readings in order, late ones, corrections, texts. */
static void power_tell(struct power *p)
{
    struct fixture *f = &p->f;
    for (int i = 0; i < 400; i++) {
        const int64_t time = FIXTURE_T0 + i * 10;
        struct fixture_row row = { .seq = (uint64_t)i + 6, .series = (uint32_t)i % 2, .time_ms = time, .value = i };
        if (i % 9 == 4)
            row.time_ms -= 333;
        if (i % 13 == 5)
            row.quality = GN_QUALITY_NO_TIME;
        if (i % 17 == 3) {
            row.series = 3;
            (void)snprintf(row.text, sizeof row.text, "t%d", i);
        }
        fixture_remember(f, &row);
    }
}

static gn_err power_feed_registry(struct power *p)
{
    struct fixture *f = &p->f;
    const struct {
        uint32_t kind;
        const char *name;
    } series[] = {
        { GN_SERIES_NUMBER, "a" }, { GN_SERIES_NUMBER, "b" }, { GN_SERIES_BOOL, "c" }, { GN_SERIES_TEXT, "d" }
    };
    gn_err err = GN_OK;
    if (gn_store_next_seq(f->store) == 1)
        err = gn_store_put_record(f->store, fixture_thing(&f->record, 1, 0, "press", "Press"));
    for (uint32_t i = 0; !err && i < 4; i++)
        if (gn_store_next_seq(f->store) == i + 2)
            err =
                gn_store_put_record(f->store, fixture_series(&f->record, i + 2, i, 0, series[i].kind, series[i].name));
    return err;
}

/* Feeds from where the store asks, flushing and checkpointing now and then, until the end or the first failure. */
static gn_err power_feed(struct power *p)
{
    struct fixture *f = &p->f;
    gn_err err = power_feed_registry(p);
    for (size_t i = 0; !err && i < f->row_count; i++) {
        if (f->rows[i].seq < gn_store_next_seq(f->store))
            continue;
        err = gn_store_put_record(f->store, fixture_record_of(f, &f->rows[i]));
        if (err)
            return err;
        p->fed = f->rows[i].seq > p->fed ? f->rows[i].seq : p->fed;
        if (i % 40 == 11)
            err = gn_store_flush(f->store);
        if (!err && i % 90 == 50) {
            err = gn_store_checkpoint(f->store);
            if (!err)
                p->promised = f->rows[i].seq;
        }
    }
    return err;
}

static gn_err power_run(struct power *p)
{
    gn_err err = gn_store_open(p->f.dir, &p->f.store, NULL);
    if (!err)
        err = power_feed(p);
    gn_store_close(p->f.store);
    p->f.store = NULL;
    return err;
}

/* With the power back: opened, fed again, and compared with all that there should be. */
static void power_check(struct power *p, uint64_t n)
{
    struct fixture *f = &p->f;
    struct gn_diag diag = { 0 };
    const gn_err err = gn_store_open(f->dir, &f->store, &diag);
    if (err)
        fail_msg("cut %llu: %s", (unsigned long long)n, diag.text);
    const uint64_t had = gn_store_next_seq(f->store) - 1;
    if (had < p->promised || had > p->fed + 5)
        fail_msg("cut %llu: promised %llu, there is %llu, fed %llu", (unsigned long long)n,
                 (unsigned long long)p->promised, (unsigned long long)had, (unsigned long long)p->fed);
    assert_int_equal(power_feed(p), GN_OK);
    assert_int_equal(gn_store_reader_open(f->store, &f->reader), GN_OK);
    for (int round = 0; round < 2; round++) {
        for (uint32_t series = 0; series < 4; series++) {
            fixture_check_range(f, &(struct gn_range){ .series = series, .from_ms = INT64_MIN, .to_ms = INT64_MAX });
            fixture_check_count(f, series, INT64_MIN, INT64_MAX);
        }
        assert_int_equal(gn_store_checkpoint(f->store), GN_OK);
    }
    struct gn_store_stats stats;
    gn_store_stats(f->reader, &stats);
    assert_int_equal(stats.damaged_count, 0);
    fixture_close(f);
}

static uint64_t count_operations(void)
{
    struct power p;
    power_begin(&p, 1);
    power_tell(&p);
    const uint64_t before = gn_disk_sim_operations(p.sim);
    assert_int_equal(power_run(&p), GN_OK);
    const uint64_t count = gn_disk_sim_operations(p.sim) - before;
    power_end(&p);
    return count;
}

static void the_power_may_be_cut_at_every_write(void **state)
{
    (void)state;
    const uint64_t count = count_operations();
    assert_true(count > 100);
    print_message("%llu places to cut\n", (unsigned long long)count);
    for (uint64_t n = 1; n <= count; n++) {
        static struct power p;
        power_begin(&p, n);
        power_tell(&p);
        gn_disk_sim_cut_at(p.sim, n);
        (void)power_run(&p);
        assert_true(gn_disk_sim_is_cut(p.sim));
        gn_disk_sim_reboot(p.sim, n % 7 == 0 ? GN_DISK_SIM_DROP : n);
        power_check(&p, n);
        power_end(&p);
    }
}

static void a_write_or_a_sync_that_fails_loses_nothing(void **state)
{
    (void)state;
    const uint64_t count = count_operations();
    for (uint64_t n = 1; n <= count; n += 3)
        for (int sync = 0; sync < 2; sync++) {
            static struct power p;
            power_begin(&p, n);
            power_tell(&p);
            if (sync)
                gn_disk_sim_fail_sync(p.sim, 1 + n / 8);
            else
                gn_disk_sim_fail_write(p.sim, n);
            const gn_err err = power_run(&p);
            assert_true(err == GN_OK || err == GN_ERR_IO || err == GN_ERR_DENIED); /* DENIED: it could not be opened */
            gn_disk_sim_cut(p.sim);
            gn_disk_sim_reboot(p.sim, n);
            power_check(&p, n);
            power_end(&p);
        }
}

static void a_disk_that_fills_up_anywhere_loses_nothing(void **state)
{
    (void)state;
    struct power whole;
    power_begin(&whole, 1);
    power_tell(&whole);
    assert_int_equal(power_run(&whole), GN_OK);
    const uint64_t used = gn_disk_sim_used(whole.sim);
    power_end(&whole);
    bool was_full = false;
    for (uint64_t space = 0; space < used; space += used / 60) {
        static struct power p;
        power_begin(&p, space + 1);
        power_tell(&p);
        gn_disk_sim_set_space(p.sim, space);
        const gn_err err = power_run(&p);
        was_full = was_full || err == GN_ERR_NO_SPACE;
        assert_true(err == GN_OK || err == GN_ERR_NO_SPACE || err == GN_ERR_IO || err == GN_ERR_DENIED);
        gn_disk_sim_set_space(p.sim, GN_DISK_SIM_ENDLESS);
        gn_disk_sim_cut(p.sim);
        gn_disk_sim_reboot(p.sim, space);
        power_check(&p, space);
        power_end(&p);
    }
    assert_true(was_full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_power_may_be_cut_at_every_write),
        cmocka_unit_test(a_write_or_a_sync_that_fails_loses_nothing),
        cmocka_unit_test(a_disk_that_fills_up_anywhere_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
