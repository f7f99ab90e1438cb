/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "os/sim_image.h"

static struct gn_sim_image image;
static struct gn_sim_fate keep = { .keep_all = true };
static struct gn_sim_fate drop = { .drop_all = true };

static int begin(void **state)
{
    (void)state;
    image = (struct gn_sim_image){ 0 };
    return 0;
}

static int end(void **state)
{
    (void)state;
    gn_sim_image_fini(&image);
    return gn_mem_plan(NULL, 0) == 0 ? 0 : -1; /* nothing is left */
}

static void put(uint64_t offset, const char *text)
{
    assert_int_equal(gn_sim_image_write(&image, offset, (gn_bytes){ (const uint8_t *)text, strlen(text) }), GN_OK);
}

static void assert_seen(const char *text, size_t size)
{
    char seen[4096];
    assert_int_equal(gn_sim_image_read(&image, 0, seen, sizeof seen), size);
    assert_memory_equal(seen, text, size);
}

static void a_write_is_seen_at_once_and_durable_after_sync(void **state)
{
    (void)state;
    put(0, "old");
    gn_sim_image_sync(&image);
    put(1, "NEW");
    assert_seen("oNEW", 4);
    gn_sim_image_reboot(&image, &drop);
    assert_seen("old", 3);
    put(1, "NEW");
    gn_sim_image_reboot(&image, &keep);
    assert_seen("oNEW", 4);
}

static void a_gap_reads_as_zeroes(void **state)
{
    (void)state;
    put(4, "x");
    assert_seen("\0\0\0\0x", 5);
    char seen[8];
    assert_int_equal(gn_sim_image_read(&image, 5, seen, 8), 0);
    assert_int_equal(gn_sim_image_read(&image, 99, seen, 8), 0);
    assert_int_equal(gn_sim_image_read(&image, 3, seen, 1), 1);
}

static void what_was_cut_off_comes_back_as_zeroes(void **state)
{
    (void)state;
    put(0, "abcdef");
    assert_int_equal(gn_sim_image_resize(&image, 2), GN_OK);
    assert_int_equal(gn_sim_image_resize(&image, 4), GN_OK);
    assert_seen("ab\0\0", 4);
    gn_sim_image_reboot(&image, &keep);
    assert_seen("ab\0\0", 4);
}

static void a_settled_image_is_still_seen_but_not_on_the_platter(void **state)
{
    (void)state;
    put(0, "lost");
    gn_sim_image_settle(&image, &drop);
    assert_seen("lost", 4);
    gn_sim_image_sync(&image); /* brings nothing back */
    gn_sim_image_reboot(&image, &keep);
    assert_seen("", 0);
}

static void a_torn_write_is_torn_at_sectors(void **state)
{
    (void)state;
    static char text[8 * GN_SIM_SECTOR_BYTES];
    size_t whole = 0;
    size_t none = 0;
    size_t mixed = 0;
    memset(text, 'n', sizeof text);
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct gn_sim_fate fate = { .state = seed };
        static uint8_t seen[sizeof text + 100];
        size_t fresh = 0;
        begin(NULL);
        assert_int_equal(gn_sim_image_resize(&image, sizeof seen), GN_OK);
        gn_sim_image_sync(&image);
        /* From the middle of a sector, so both ends are part of one. */
        assert_int_equal(gn_sim_image_write(&image, 100, (gn_bytes){ (const uint8_t *)text, sizeof text }), GN_OK);
        gn_sim_image_reboot(&image, &fate);
        assert_int_equal(gn_sim_image_read(&image, 0, seen, sizeof seen), sizeof seen);
        for (size_t at = 0; at < sizeof seen; at++) {
            assert_true(seen[at] == 0 || (seen[at] == 'n' && at >= 100));
            if (at % GN_SIM_SECTOR_BYTES != 0 && at != 100)
                assert_int_equal(seen[at], seen[at - 1]); /* changes at sectors only */
            fresh += seen[at] == 'n';
        }
        whole += fresh == sizeof text;
        none += fresh == 0;
        mixed += fresh > 0 && fresh < sizeof text;
        gn_sim_image_fini(&image);
    }
    assert_true(whole > 20 && none > 20 && mixed > 50);
}

static void a_later_write_may_survive_an_earlier_one(void **state)
{
    (void)state;
    size_t first_only = 0;
    size_t second_only = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct gn_sim_fate fate = { .state = seed };
        char seen[16] = { 0 };
        begin(NULL);
        assert_int_equal(gn_sim_image_resize(&image, sizeof seen), GN_OK);
        gn_sim_image_sync(&image);
        put(0, "1");
        put(1, "2");
        gn_sim_image_reboot(&image, &fate);
        (void)gn_sim_image_read(&image, 0, seen, sizeof seen);
        first_only += seen[0] == '1' && seen[1] == 0;
        second_only += seen[0] == 0 && seen[1] == '2';
        gn_sim_image_fini(&image);
    }
    assert_true(first_only > 20 && second_only > 20);
}

static void the_same_seed_gives_the_same_fate(void **state)
{
    (void)state;
    struct gn_sim_fate a = { .state = 7 };
    struct gn_sim_fate b = { .state = 7 };
    struct gn_sim_fate c = { .state = 8 };
    size_t same = 0;
    for (int i = 0; i < 100; i++) {
        const uint64_t drawn = gn_sim_random(&a);
        assert_true(drawn == gn_sim_random(&b));
        same += drawn == gn_sim_random(&c);
    }
    assert_int_equal(same, 0);
}

static void rot_flips_both_images(void **state)
{
    (void)state;
    put(0, "a");
    assert_false(gn_sim_image_rot(&image, 0, 1)); /* not on the platter yet */
    gn_sim_image_sync(&image);
    assert_true(gn_sim_image_rot(&image, 0, 3));
    assert_seen("b", 1);
    gn_sim_image_reboot(&image, &drop);
    assert_seen("b", 1);
    assert_false(gn_sim_image_rot(&image, 1, 3));
}

static void without_memory_nothing_changes(void **state)
{
    (void)state;
    put(0, "ab");
    for (size_t takes = 1; takes <= 3; takes++) {
        gn_mem_fail_after(takes);
        assert_int_equal(gn_sim_image_write(&image, 200000u << takes, (gn_bytes){ (const uint8_t *)"x", 1 }),
                         GN_ERR_FULL);
        assert_seen("ab", 2);
    }
    gn_mem_fail_after(0);
    assert_int_equal(gn_sim_image_write(&image, UINT64_MAX, (gn_bytes){ (const uint8_t *)"x", 1 }), GN_ERR_FULL);
    gn_sim_image_reboot(&image, &keep);
    assert_seen("ab", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_write_is_seen_at_once_and_durable_after_sync, begin, end),
        cmocka_unit_test_setup_teardown(a_gap_reads_as_zeroes, begin, end),
        cmocka_unit_test_setup_teardown(what_was_cut_off_comes_back_as_zeroes, begin, end),
        cmocka_unit_test_setup_teardown(a_settled_image_is_still_seen_but_not_on_the_platter, begin, end),
        cmocka_unit_test_setup_teardown(a_torn_write_is_torn_at_sectors, begin, end),
        cmocka_unit_test_setup_teardown(a_later_write_may_survive_an_earlier_one, begin, end),
        cmocka_unit_test_setup_teardown(the_same_seed_gives_the_same_fate, begin, end),
        cmocka_unit_test_setup_teardown(rot_flips_both_images, begin, end),
        cmocka_unit_test_setup_teardown(without_memory_nothing_changes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
