/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/mem.h"
#include "os/disk_sim.h"

static struct gn_disk_sim *sim;
static struct gn_disk disk;

static int begin(void **state)
{
    (void)state;
    sim = gn_disk_sim_new(1);
    if (sim == NULL)
        return -1;
    disk = gn_disk_simulated(sim);
    return disk.make_dir(disk.self, "d") || disk.sync_dir(disk.self, "") ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    gn_disk_sim_free(sim);
    return gn_mem_plan(NULL, 0) == 0 ? 0 : -1; /* nothing is left */
}

static struct gn_file *open_file(const char *path, bool create)
{
    struct gn_file *file = NULL;
    assert_int_equal(disk.open(disk.self, path, create, &file), GN_OK);
    assert_non_null(file);
    return file;
}

static bool is_there(const char *path)
{
    struct gn_file *file = NULL;
    const gn_err err = disk.open(disk.self, path, false, &file);
    assert_true(err == GN_OK || err == GN_ERR_NOT_FOUND);
    disk.close(disk.self, file);
    return err == GN_OK;
}

static gn_err put(struct gn_file *file, uint64_t offset, const char *text)
{
    const struct gn_iov parts[] = { { text, 1 }, { text + 1, strlen(text) - 1 } };
    return disk.write(disk.self, file, offset, parts, 2);
}

static const char *content(const char *path)
{
    static char text[64];
    size_t got = 0;
    struct gn_file *file = open_file(path, false);
    assert_int_equal(disk.read(disk.self, file, 0, text, sizeof text - 1, &got), GN_OK);
    text[got] = '\0';
    disk.close(disk.self, file);
    return text;
}

/* A file that is durable in name and content. */
static void make_durable(const char *path, const char *text)
{
    struct gn_file *file = open_file(path, true);
    assert_int_equal(put(file, 0, text), GN_OK);
    assert_int_equal(disk.sync(disk.self, file), GN_OK);
    disk.close(disk.self, file);
    assert_int_equal(disk.sync_dir(disk.self, "d"), GN_OK);
}

static void it_answers_like_a_disk(void **state)
{
    (void)state;
    struct gn_file *file = NULL;
    uint64_t size = 0;
    assert_int_equal(disk.open(disk.self, "d/a", false, &file), GN_ERR_NOT_FOUND);
    assert_int_equal(disk.open(disk.self, "none/a", true, &file), GN_ERR_NOT_FOUND);
    assert_int_equal(disk.open(disk.self, "d", false, &file), GN_ERR_INVAL);
    assert_null(file);
    file = open_file("d/a", true);
    struct gn_file *other = NULL;
    assert_int_equal(disk.open(disk.self, "d/a", true, &other), GN_ERR_EXISTS);
    assert_int_equal(put(file, 0, "hello"), GN_OK);
    assert_int_equal(disk.size(disk.self, file, &size), GN_OK);
    assert_int_equal(size, 5);
    assert_string_equal(content("d/a"), "hello");
    assert_int_equal(disk.allocate(disk.self, file, 5, 3), GN_OK);
    assert_int_equal(disk.allocate(disk.self, file, 0, 3), GN_OK); /* never shrinks */
    assert_int_equal(disk.size(disk.self, file, &size), GN_OK);
    assert_int_equal(size, 8);
    assert_int_equal(disk.truncate(disk.self, file, 2), GN_OK);
    assert_string_equal(content("d/a"), "he");
    disk.close(disk.self, file);
    assert_int_equal(disk.make_dir(disk.self, "d"), GN_OK);
    assert_int_equal(disk.make_dir(disk.self, "d/a"), GN_ERR_EXISTS);
    assert_int_equal(disk.make_dir(disk.self, "none/e"), GN_ERR_NOT_FOUND);
    assert_int_equal(disk.sync_dir(disk.self, "none"), GN_ERR_NOT_FOUND);
    assert_int_equal(disk.remove(disk.self, "d"), GN_ERR_INVAL);
    assert_int_equal(disk.remove(disk.self, "d/a"), GN_OK);
    assert_int_equal(disk.remove(disk.self, "d/a"), GN_ERR_NOT_FOUND);
    disk.close(disk.self, NULL);
}

static void a_removed_file_can_be_read_until_it_is_closed(void **state)
{
    (void)state;
    char text[4];
    size_t got = 0;
    struct gn_file *file = open_file("d/a", true);
    assert_int_equal(put(file, 0, "abc"), GN_OK);
    assert_int_equal(disk.remove(disk.self, "d/a"), GN_OK);
    struct gn_file *next = open_file("d/a", true); /* the same name, another file */
    assert_int_equal(disk.read(disk.self, file, 0, text, 4, &got), GN_OK);
    assert_int_equal(got, 3);
    assert_int_equal(disk.read(disk.self, next, 0, text, 4, &got), GN_OK);
    assert_int_equal(got, 0);
    assert_int_equal(gn_disk_sim_used(sim), 3);
    disk.close(disk.self, file);
    assert_int_equal(gn_disk_sim_used(sim), 0);
    disk.close(disk.self, next);
}

static void gather(void *ctx, const char *name)
{
    char *names = ctx;
    (void)snprintf(names + strlen(names), 64 - strlen(names), "%s ", name);
    if (strcmp(name, "b") == 0)
        assert_int_equal(disk.remove(disk.self, "d/b"), GN_OK); /* allowed while listing */
}

static void list_shows_the_files_of_one_directory(void **state)
{
    (void)state;
    char names[64] = "";
    make_durable("d/a", "aa");
    make_durable("d/b", "bb");
    assert_int_equal(disk.make_dir(disk.self, "d/e"), GN_OK);
    disk.close(disk.self, open_file("d/e/c", true));
    assert_int_equal(disk.list(disk.self, "d", gather, names), GN_OK);
    assert_string_equal(names, "a b ");
    assert_false(is_there("d/b"));
    assert_int_equal(disk.list(disk.self, "none", gather, names), GN_ERR_NOT_FOUND);
}

static void what_was_synced_survives_every_reboot(void **state)
{
    (void)state;
    make_durable("d/a", "kept");
    for (uint64_t seed = 0; seed < 50; seed++) {
        gn_disk_sim_cut(sim);
        assert_true(gn_disk_sim_is_cut(sim));
        gn_disk_sim_reboot(sim, seed);
        assert_false(gn_disk_sim_is_cut(sim));
        assert_string_equal(content("d/a"), "kept");
    }
    gn_disk_sim_reboot(sim, GN_DISK_SIM_DROP);
    assert_string_equal(content("d/a"), "kept");
}

static void the_worst_disk_drops_what_was_not_synced_and_a_kill_nothing(void **state)
{
    (void)state;
    make_durable("d/a", "old");
    struct gn_file *file = open_file("d/a", false);
    assert_int_equal(put(file, 0, "new"), GN_OK);
    disk.close(disk.self, file);
    gn_disk_sim_reboot(sim, GN_DISK_SIM_KEEP);
    assert_string_equal(content("d/a"), "new");
    file = open_file("d/a", false);
    assert_int_equal(put(file, 0, "NEW"), GN_OK);
    disk.close(disk.self, file);
    gn_disk_sim_reboot(sim, GN_DISK_SIM_DROP);
    assert_string_equal(content("d/a"), "new");
}

static void a_name_is_durable_only_after_sync_dir(void **state)
{
    (void)state;
    size_t there = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct gn_file *file = open_file("d/a", true);
        assert_int_equal(put(file, 0, "x"), GN_OK);
        assert_int_equal(disk.sync(disk.self, file), GN_OK); /* the bytes, not the name */
        disk.close(disk.self, file);
        gn_disk_sim_reboot(sim, seed);
        if (is_there("d/a")) {
            there++;
            assert_string_equal(content("d/a"), "x");
            assert_int_equal(disk.remove(disk.self, "d/a"), GN_OK);
            assert_int_equal(disk.sync_dir(disk.self, "d"), GN_OK);
        }
    }
    assert_true(there > 20 && there < 80);
}

static void a_removed_name_may_be_back_until_sync_dir(void **state)
{
    (void)state;
    size_t back = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        if (!is_there("d/a"))
            make_durable("d/a", "old");
        assert_int_equal(disk.remove(disk.self, "d/a"), GN_OK);
        gn_disk_sim_reboot(sim, seed);
        back += is_there("d/a");
    }
    assert_true(back > 20 && back < 80);
    if (!is_there("d/a"))
        make_durable("d/a", "old");
    assert_int_equal(disk.remove(disk.self, "d/a"), GN_OK);
    assert_int_equal(disk.sync_dir(disk.self, "d"), GN_OK);
    gn_disk_sim_reboot(sim, GN_DISK_SIM_DROP);
    assert_false(is_there("d/a"));
}

static void a_name_used_again_belongs_to_one_file(void **state)
{
    (void)state;
    size_t old = 0;
    size_t fresh = 0;
    size_t none = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        (void)end(NULL);
        (void)begin(NULL);
        make_durable("d/a", "old");
        assert_int_equal(disk.remove(disk.self, "d/a"), GN_OK);
        struct gn_file *file = open_file("d/a", true);
        assert_int_equal(put(file, 0, "new"), GN_OK);
        assert_int_equal(disk.sync(disk.self, file), GN_OK);
        disk.close(disk.self, file);
        gn_disk_sim_reboot(sim, seed);
        if (!is_there("d/a"))
            none++;
        else if (strcmp(content("d/a"), "new") == 0)
            fresh++;
        else if (strcmp(content("d/a"), "old") == 0)
            old++;
        char names[64] = "";
        assert_int_equal(disk.list(disk.self, "d", gather, names), GN_OK);
        assert_true(strlen(names) <= 2);
    }
    assert_int_equal(old + fresh + none, 100);
    assert_true(old > 5 && fresh > 5 && none > 5);
}

static void a_lost_directory_takes_its_files(void **state)
{
    (void)state;
    size_t lost = 0;
    for (uint64_t seed = 0; seed < 50; seed++) {
        (void)end(NULL);
        (void)begin(NULL);
        assert_int_equal(disk.make_dir(disk.self, "d/e"), GN_OK);
        disk.close(disk.self, open_file("d/e/a", true));
        assert_int_equal(disk.sync_dir(disk.self, "d/e"), GN_OK); /* of the wrong directory */
        gn_disk_sim_reboot(sim, seed);
        char names[64] = "";
        const gn_err err = disk.list(disk.self, "d/e", gather, names);
        lost += err == GN_ERR_NOT_FOUND;
        assert_int_equal(is_there("d/e/a"), err == GN_OK);
    }
    assert_true(lost > 10 && lost < 40);
}

/* open, write, sync, sync_dir, allocate, truncate, make_dir, remove: eight operations. */
static gn_err eight_operations(void)
{
    struct gn_file *file = NULL;
    gn_err err = disk.open(disk.self, "d/a", true, &file);
    if (!err)
        err = put(file, 0, "abc");
    if (!err)
        err = disk.sync(disk.self, file);
    if (!err)
        err = disk.sync_dir(disk.self, "d");
    if (!err)
        err = disk.allocate(disk.self, file, 3, 100);
    if (!err)
        err = disk.truncate(disk.self, file, 50);
    if (!err)
        err = disk.make_dir(disk.self, "d/e");
    if (!err)
        err = disk.remove(disk.self, "d/a");
    disk.close(disk.self, file);
    return err;
}

static void operations_are_counted_reads_are_not(void **state)
{
    (void)state;
    const uint64_t before = gn_disk_sim_operations(sim);
    assert_int_equal(eight_operations(), GN_OK);
    assert_int_equal(gn_disk_sim_operations(sim) - before, 8);
    assert_false(is_there("d/a"));
    char names[64] = "";
    assert_int_equal(disk.list(disk.self, "d", gather, names), GN_OK);
    assert_int_equal(gn_disk_sim_operations(sim) - before, 8);
}

static void the_power_is_cut_at_each_operation(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 9; n++) {
        (void)end(NULL);
        (void)begin(NULL);
        gn_disk_sim_cut_at(sim, n);
        assert_int_equal(eight_operations(), n <= 8 ? GN_ERR_IO : GN_OK);
        assert_int_equal(gn_disk_sim_is_cut(sim), n <= 8);
        if (n <= 8) { /* and from then on nothing answers */
            struct gn_file *file = NULL;
            char names[64] = "";
            assert_int_equal(disk.open(disk.self, "d/a", false, &file), GN_ERR_IO);
            assert_int_equal(disk.open(disk.self, "d/z", true, &file), GN_ERR_IO);
            assert_int_equal(disk.remove(disk.self, "d/a"), GN_ERR_IO);
            assert_int_equal(disk.make_dir(disk.self, "d/z"), GN_ERR_IO);
            assert_int_equal(disk.sync_dir(disk.self, "d"), GN_ERR_IO);
            assert_int_equal(disk.list(disk.self, "d", gather, names), GN_ERR_IO);
        }
        gn_disk_sim_reboot(sim, n);
        if (n >= 5 && n <= 7) /* its name and bytes were synced by the fourth */
            assert_memory_equal(content("d/a"), "abc", 3);
    }
}

static void the_operation_that_meets_the_cut_may_have_happened(void **state)
{
    (void)state;
    size_t happened = 0;
    make_durable("d/a", "old");
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct gn_file *file = open_file("d/a", false);
        gn_disk_sim_cut_at(sim, 1);
        assert_int_equal(put(file, 0, (seed & 1) != 0 ? "one" : "two"), GN_ERR_IO);
        disk.close(disk.self, file);
        const bool was_one = (seed & 1) != 0;
        gn_disk_sim_reboot(sim, seed);
        happened += strcmp(content("d/a"), was_one ? "one" : "two") == 0;
    }
    assert_true(happened > 20 && happened < 90);
}

static void a_file_from_before_the_reboot_is_dead(void **state)
{
    (void)state;
    make_durable("d/a", "old");
    struct gn_file *file = open_file("d/a", false);
    char text[4];
    size_t got;
    uint64_t size;
    gn_disk_sim_reboot(sim, GN_DISK_SIM_KEEP);
    assert_int_equal(disk.read(disk.self, file, 0, text, 4, &got), GN_ERR_IO);
    assert_int_equal(disk.size(disk.self, file, &size), GN_ERR_IO);
    assert_int_equal(put(file, 0, "xx"), GN_ERR_IO);
    assert_int_equal(disk.sync(disk.self, file), GN_ERR_IO);
    assert_int_equal(disk.truncate(disk.self, file, 0), GN_ERR_IO);
    disk.close(disk.self, file);
    assert_string_equal(content("d/a"), "old");
}

static void a_full_disk_takes_the_part_that_fits(void **state)
{
    (void)state;
    make_durable("d/a", "12345");
    gn_disk_sim_set_space(sim, 8);
    struct gn_file *file = open_file("d/a", false);
    assert_int_equal(put(file, 0, "abcde"), GN_OK); /* over what is there: no new room */
    assert_int_equal(put(file, 5, "fgh"), GN_OK);
    assert_int_equal(put(file, 6, "GHI"), GN_ERR_NO_SPACE);
    disk.close(disk.self, file);
    assert_string_equal(content("d/a"), "abcdefGH");
    assert_int_equal(gn_disk_sim_used(sim), 8);
    file = open_file("d/a", false);
    assert_int_equal(put(file, 20, "zz"), GN_ERR_NO_SPACE);
    assert_int_equal(disk.truncate(disk.self, file, 4), GN_OK); /* gives room back */
    assert_int_equal(disk.allocate(disk.self, file, 4, 5), GN_ERR_NO_SPACE);
    assert_int_equal(gn_disk_sim_used(sim), 4);
    assert_int_equal(disk.allocate(disk.self, file, 4, 4), GN_OK);
    assert_int_equal(put(file, 4, "done"), GN_OK); /* what was reserved cannot run out */
    gn_disk_sim_set_space(sim, GN_DISK_SIM_ENDLESS);
    assert_int_equal(put(file, 8, "more"), GN_OK);
    disk.close(disk.self, file);
}

static void a_failed_sync_loses_and_a_later_one_does_not_mend(void **state)
{
    (void)state;
    size_t lost = 0;
    for (int i = 0; i < 60; i++) {
        (void)end(NULL);
        sim = gn_disk_sim_new((uint64_t)i);
        assert_non_null(sim);
        disk = gn_disk_simulated(sim);
        assert_int_equal(disk.make_dir(disk.self, "d"), GN_OK);
        assert_int_equal(disk.sync_dir(disk.self, ""), GN_OK);
        make_durable("d/a", "old");
        struct gn_file *file = open_file("d/a", false);
        gn_disk_sim_fail_sync(sim, 2);
        assert_int_equal(disk.sync(disk.self, file), GN_OK);
        assert_int_equal(put(file, 0, "new"), GN_OK);
        assert_int_equal(disk.sync(disk.self, file), GN_ERR_IO);
        assert_int_equal(disk.sync(disk.self, file), GN_OK);
        disk.close(disk.self, file);
        assert_string_equal(content("d/a"), "new"); /* still in the cache */
        gn_disk_sim_reboot(sim, GN_DISK_SIM_KEEP);
        lost += strcmp(content("d/a"), "old") == 0;
    }
    assert_true(lost > 10 && lost < 50);
}

static void the_nth_read_write_and_sync_dir_fail_once(void **state)
{
    (void)state;
    char text[4];
    size_t got = 77;
    make_durable("d/a", "abc");
    struct gn_file *file = open_file("d/a", false);
    gn_disk_sim_fail_read(sim, 2);
    assert_int_equal(disk.read(disk.self, file, 0, text, 1, &got), GN_OK);
    got = 77;
    assert_int_equal(disk.read(disk.self, file, 0, text, 1, &got), GN_ERR_IO);
    assert_int_equal(got, 77);
    assert_int_equal(disk.read(disk.self, file, 0, text, 1, &got), GN_OK);
    gn_disk_sim_fail_write(sim, 1);
    assert_int_equal(put(file, 0, "xyz"), GN_ERR_IO);
    assert_int_equal(put(file, 0, "xyz"), GN_OK);
    gn_disk_sim_fail_sync(sim, 1);
    assert_int_equal(disk.sync_dir(disk.self, "d"), GN_ERR_IO);
    assert_int_equal(disk.sync_dir(disk.self, "d"), GN_OK);
    disk.close(disk.self, file);
}

static void a_read_only_disk_can_be_read(void **state)
{
    (void)state;
    make_durable("d/a", "abc");
    const uint64_t before = gn_disk_sim_operations(sim);
    gn_disk_sim_set_read_only(sim, true);
    struct gn_file *file = open_file("d/a", false);
    struct gn_file *other = NULL;
    assert_int_equal(put(file, 0, "xyz"), GN_ERR_DENIED);
    assert_int_equal(disk.sync(disk.self, file), GN_ERR_DENIED);
    assert_int_equal(disk.allocate(disk.self, file, 0, 10), GN_ERR_DENIED);
    assert_int_equal(disk.truncate(disk.self, file, 0), GN_ERR_DENIED);
    assert_int_equal(disk.remove(disk.self, "d/a"), GN_ERR_DENIED);
    assert_int_equal(disk.make_dir(disk.self, "d/e"), GN_ERR_DENIED);
    assert_int_equal(disk.make_dir(disk.self, "d"), GN_OK); /* there is nothing to make */
    assert_int_equal(disk.sync_dir(disk.self, "d"), GN_ERR_DENIED);
    assert_int_equal(disk.open(disk.self, "d/b", true, &other), GN_ERR_DENIED);
    disk.close(disk.self, file);
    assert_string_equal(content("d/a"), "abc");
    assert_int_equal(gn_disk_sim_operations(sim), before);
}

static void rot_is_found_after_a_reboot_too(void **state)
{
    (void)state;
    make_durable("d/a", "abc");
    assert_int_equal(gn_disk_sim_rot(sim, "d/a", 1, 'b' ^ 'X'), GN_OK);
    assert_string_equal(content("d/a"), "aXc");
    gn_disk_sim_reboot(sim, GN_DISK_SIM_DROP);
    assert_string_equal(content("d/a"), "aXc");
    assert_int_equal(gn_disk_sim_rot(sim, "d/a", 3, 1), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_disk_sim_rot(sim, "d/b", 0, 1), GN_ERR_NOT_FOUND);
}

static void the_same_seed_gives_the_same_disk(void **state)
{
    (void)state;
    char first[64] = "";
    for (int run = 0; run < 2; run++) {
        (void)end(NULL);
        (void)begin(NULL);
        make_durable("d/a", "................");
        struct gn_file *file = open_file("d/a", false);
        for (uint64_t at = 0; at < 16; at += 2)
            assert_int_equal(put(file, at, "xx"), GN_OK);
        disk.close(disk.self, file);
        gn_disk_sim_reboot(sim, 99);
        if (run == 0)
            (void)snprintf(first, sizeof first, "%s", content("d/a"));
        else
            assert_string_equal(content("d/a"), first);
    }
    assert_non_null(strchr(first, 'x'));
    assert_non_null(strchr(first, '.'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_answers_like_a_disk, begin, end),
        cmocka_unit_test_setup_teardown(a_removed_file_can_be_read_until_it_is_closed, begin, end),
        cmocka_unit_test_setup_teardown(list_shows_the_files_of_one_directory, begin, end),
        cmocka_unit_test_setup_teardown(what_was_synced_survives_every_reboot, begin, end),
        cmocka_unit_test_setup_teardown(the_worst_disk_drops_what_was_not_synced_and_a_kill_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_name_is_durable_only_after_sync_dir, begin, end),
        cmocka_unit_test_setup_teardown(a_removed_name_may_be_back_until_sync_dir, begin, end),
        cmocka_unit_test_setup_teardown(a_name_used_again_belongs_to_one_file, begin, end),
        cmocka_unit_test_setup_teardown(a_lost_directory_takes_its_files, begin, end),
        cmocka_unit_test_setup_teardown(operations_are_counted_reads_are_not, begin, end),
        cmocka_unit_test_setup_teardown(the_power_is_cut_at_each_operation, begin, end),
        cmocka_unit_test_setup_teardown(the_operation_that_meets_the_cut_may_have_happened, begin, end),
        cmocka_unit_test_setup_teardown(a_file_from_before_the_reboot_is_dead, begin, end),
        cmocka_unit_test_setup_teardown(a_full_disk_takes_the_part_that_fits, begin, end),
        cmocka_unit_test_setup_teardown(a_failed_sync_loses_and_a_later_one_does_not_mend, begin, end),
        cmocka_unit_test_setup_teardown(the_nth_read_write_and_sync_dir_fail_once, begin, end),
        cmocka_unit_test_setup_teardown(a_read_only_disk_can_be_read, begin, end),
        cmocka_unit_test_setup_teardown(rot_is_found_after_a_reboot_too, begin, end),
        cmocka_unit_test_setup_teardown(the_same_seed_gives_the_same_disk, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
