/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/ledger_check.h"

#include "guard/ledger/ledger_fixture.h"
#include "guard/ledger/ledger_int.h"
#include "os/disk_sim.h"

enum { CHECK_TEST_ENTRIES = 5000 };

static struct gn_disk disk;

static struct gn_disk_sim *a_log_of(uint64_t entries)
{
    struct gn_disk_sim *sim = gn_disk_sim_new(1);
    struct gn_ledger *ledger;
    struct gn_diag diag;
    disk = gn_disk_simulated(sim);
    assert_int_equal(gn_ledger_open(&disk, "./ledger", GN_STR("test.example/ledger"), &ledger, &diag), GN_OK);
    for (uint64_t i = 0; i < entries; i++) {
        uint64_t index;
        assert_int_equal(gn_ledger_append(ledger, (gn_bytes){ (const uint8_t *)&i, sizeof i }, &index), GN_OK);
        if (i % 61 == 0)
            assert_int_equal(gn_ledger_commit(ledger), GN_OK);
    }
    assert_int_equal(gn_ledger_commit(ledger), GN_OK);
    gn_ledger_close(ledger);
    return sim;
}

static gn_err check(void)
{
    struct gn_ledger_report report;
    struct gn_diag diag = { 0 };
    const gn_err err = gn_ledger_check(&disk, "./ledger", false, &report, &diag);
    assert_true(err == GN_OK || (diag.file[0] != '\0' && diag.text[0] != '\0'));
    return err;
}

static uint64_t size_of(const char *path)
{
    struct gn_file *file;
    uint64_t size;
    assert_int_equal(disk.open(disk.self, path, false, &file), GN_OK);
    assert_int_equal(disk.size(disk.self, file, &size), GN_OK);
    disk.close(disk.self, file);
    return size;
}

static const char *const files[] = { "./ledger/checkpoint", "./ledger/key",    "./ledger/key.pub",
                                     "./ledger/settled",    "./ledger/places", "./ledger/hashes.1",
                                     "./ledger/hashes.0",   "./ledger/entries" };

/* A log short enough to change each byte of each file in turn. */
static void every_byte_of_every_file_is_watched(void **state)
{
    (void)state;
    struct gn_disk_sim *sim = a_log_of(300);
    uint64_t flips = 0;
    assert_int_equal(check(), GN_OK);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        uint64_t size = size_of(files[i]);
        const bool is_entries = i + 1 == sizeof files / sizeof files[0];
        if (is_entries)
            size = 300 * 10 + 6 * 52 + 512; /* into the zeroes behind the last group */
        for (uint64_t at = 0; at < size; at++, flips++) {
            assert_int_equal(gn_disk_sim_rot(sim, files[i], at, 1), GN_OK);
            if (check() != GN_ERR_CORRUPT)
                fail_msg("%s byte %llu: not found", files[i], (unsigned long long)at);
            assert_int_equal(gn_disk_sim_rot(sim, files[i], at, 1), GN_OK);
        }
    }
    assert_true(flips > 12000);
    assert_int_equal(check(), GN_OK);
    gn_disk_sim_free(sim);
}

static void in_a_log_of_5000_entries_flips_anywhere_are_found(void **state)
{
    (void)state;
    struct gn_disk_sim *sim = a_log_of(CHECK_TEST_ENTRIES);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const uint64_t size = size_of(files[i]);
        for (uint64_t at = i; at < size; at += 1 + size / 61) {
            assert_int_equal(gn_disk_sim_rot(sim, files[i], at, 1), GN_OK);
            assert_int_equal(check(), GN_ERR_CORRUPT);
            assert_int_equal(gn_disk_sim_rot(sim, files[i], at, 1), GN_OK);
        }
    }
    assert_int_equal(check(), GN_OK);
    gn_disk_sim_free(sim);
}

static void a_log_cut_short_is_found_by_the_check_and_by_a_start(void **state)
{
    (void)state;
    const uint64_t ends[] = { 0, 1, 20, 1000, 256 * 10, 256 * 10 - 1, 256 * 10 + 1, 3000 };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct gn_disk_sim *sim = a_log_of(300);
        struct gn_file *file;
        struct gn_ledger *ledger;
        struct gn_diag diag;
        assert_int_equal(disk.open(disk.self, "./ledger/entries", false, &file), GN_OK);
        assert_int_equal(disk.truncate(disk.self, file, ends[i]), GN_OK);
        disk.close(disk.self, file);
        assert_int_equal(check(), GN_ERR_CORRUPT);
        assert_int_equal(gn_ledger_open(&disk, "./ledger", GN_STR("x"), &ledger, &diag), GN_ERR_CORRUPT);
        gn_disk_sim_free(sim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_every_file_is_watched),
        cmocka_unit_test(in_a_log_of_5000_entries_flips_anywhere_are_found),
        cmocka_unit_test(a_log_cut_short_is_found_by_the_check_and_by_a_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
