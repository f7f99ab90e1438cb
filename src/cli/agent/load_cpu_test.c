/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "cli/agent/load_fake.h"

static bool has_worked(struct gn_load_run *run)
{
    struct rusage used;
    (void)run;
    return getrusage(RUSAGE_SELF, &used) == 0 && used.ru_utime.tv_usec + used.ru_utime.tv_sec * 1000000 > 50000;
}

static void it_keeps_a_core_busy_until_it_is_stopped(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct gn_load_run run = { .dir = "/tmp", .fd = -1 };
    assert_int_equal(gn_load_cpu.plan(&run, &diag), GN_OK);
    assert_true(run.threads >= 1 && run.threads <= GN_LOAD_THREADS_MAX);
    assert_int_equal(run.bytes, 0);
    assert_true(load_fake_run(&gn_load_cpu, &run, has_worked));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(it_keeps_a_core_busy_until_it_is_stopped) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
