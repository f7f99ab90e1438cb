/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "cli/agent/load_fake.h"

static bool has_written(struct gn_load_run *run)
{
    struct stat file;
    return fstat(run->fd, &file) == 0 && file.st_size >= 2 * 1024 * 1024;
}

static void it_writes_within_its_bound_to_a_file_without_a_name(void **state)
{
    (void)state;
    char dir[] = "/tmp/ganglion-load-XXXXXX";
    struct gn_diag diag = { 0 };
    struct gn_load_run run = { .fd = -1 };
    struct stat file;
    assert_non_null(mkdtemp(dir));
    run.dir = dir;
    assert_int_equal(gn_load_disk.plan(&run, &diag), GN_OK);
    assert_true(run.bytes > 0 && run.bytes <= GN_DISTURB_DISK_BYTES_MAX);
    run.bytes = 4 * 1024 * 1024; /* a small circle, so that the test goes round it */
    assert_true(load_fake_run(&gn_load_disk, &run, has_written));
    assert_int_equal(fstat(run.fd, &file), 0);
    assert_true(file.st_size <= run.bytes);
    assert_int_equal(load_fake_names(dir), 0);
    (void)close(run.fd);
    assert_int_equal(rmdir(dir), 0);
}

static bool has_failed(struct gn_load_run *run)
{
    return atomic_load(&run->error) != 0;
}

static void a_failing_disk_ends_it_with_the_reason(void **state)
{
    (void)state;
    struct gn_load_run run = { .dir = "/tmp", .fd = -1, .bytes = 1024 * 1024 }; /* no file at all */
    assert_true(load_fake_run(&gn_load_disk, &run, has_failed));
    struct gn_diag diag = { 0 };
    run.dir = "/tmp/there-is-no-such-folder";
    assert_int_equal(gn_load_disk.plan(&run, &diag), GN_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_writes_within_its_bound_to_a_file_without_a_name),
        cmocka_unit_test(a_failing_disk_ends_it_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
