/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/agent/latency_probe.h"

static void a_probe_measures_and_leaves_nothing(void **state)
{
    (void)state;
    char dir[] = "/tmp/ganglion-probe-XXXXXX";
    struct gn_latency_probe *probe = NULL;
    struct gn_diag diag = { 0 };
    double latency_ms = (double)NAN;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(gn_latency_probe_start(dir, gn_clock_system(), &probe, &diag), GN_OK);
    for (int i = 0; i < 2000 && isnan(latency_ms); i++) {
        latency_ms = gn_latency_probe_ms(probe);
        (void)poll(NULL, 0, 10);
    }
    assert_true(latency_ms >= 0.0 && latency_ms < 20000.0);
    gn_latency_probe_stop(probe);
    gn_latency_probe_stop(NULL);
    assert_int_equal(rmdir(dir), 0);
}

static void without_a_folder_there_is_none(void **state)
{
    (void)state;
    struct gn_latency_probe *probe = NULL;
    struct gn_diag diag = { 0 };
    assert_int_equal(gn_latency_probe_start("/tmp/there-is-no-such-folder", gn_clock_system(), &probe, &diag),
                     GN_ERR_IO);
    assert_null(probe);
    assert_memory_equal(diag.text, "no file can be made in /tmp/there-is-no-such-folder: ", 53);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_probe_measures_and_leaves_nothing),
        cmocka_unit_test(without_a_folder_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
