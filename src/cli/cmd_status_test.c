/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/api_fake.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

#define STATUS                                                                                                         \
    "{\"version\":\"v1\",\"uptime_s\":3725,\"solution\":true,\"things\":{\"count\":2,\"online\":1},\"series\":{"       \
    "\"count\":40},"                                                                                                   \
    "\"readings\":{\"count\":1000,\"per_second\":200.4},\"alarms\":{\"open\":1},\"decisions\":{\"pending\":3},"        \
    "\"journal\":{\"state\":\"disk_full\",\"durable_seq\":99,\"bytes\":3145728,\"sync_us_mean\":600,\"sync_us_max\":"  \
    "11000},"                                                                                                          \
    "\"disk\":{\"written_bytes\":5242880,\"reading_bytes\":16000,\"write_amplification\":327.68},"                     \
    "\"history\":{\"bytes\":2097152,\"bytes_per_day\":1048576,\"disk_free_bytes\":74448896,\"days_left\":71},"         \
    "\"memory\":{\"resident_bytes\":10485760,\"planned\":[{\"purpose\":\"ring\",\"bytes\":8388608}]}}"
static const struct api_fake_row rows[] = {
    { "GET /api/v1/status", 200, NULL, STATUS },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void status_is_a_page_of_figures(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_status, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "node       ganglion v1, running for 1 h 2 min\n"
                                 "things     2, 1 online\n"
                                 "series     40\n"
                                 "readings   1000, 200 a second\n"
                                 "alarms     1 open\n"
                                 "decisions  3 wait for a person\n"
                                 "journal    disk_full, durable to record 99, 3 MiB, sync 0.6 ms mean, 11.0 ms worst\n"
                                 "written    5.0 MiB to the disk, 327.7 bytes for each byte of a reading\n"
                                 "history    2.0 MiB, +1.0 MiB a day: at this rate the disk lasts 71 days\n"
                                 "memory     10.0 MiB resident\n"
                                 "solution   in force (see: ganglion rules)\n");
    cli_fake_run(&ran, &gn_command_status, "--data @ --json", fake.dir);
    assert_string_equal(ran.out, STATUS "\n");
    api_fake_stop(&fake);
}

static void the_memory_plan_has_a_row_a_purpose(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_status, "--memory --data @", fake.dir);
    assert_non_null(strstr(ran.out, "\n10.00  resident"));
    assert_non_null(strstr(ran.out, "\n8.00   ring\n"));
    cli_fake_run(&ran, &gn_command_status, "--memory --json --data @", fake.dir);
    assert_memory_equal(ran.out, "{\"resident_bytes\":10485760", 26);
    api_fake_stop(&fake);
}

static void limits_need_no_node(void **state)
{
    (void)state;
    cli_fake_run(&ran, &gn_command_status, "--limits --data /tmp/there-is-no-such-folder", NULL);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "\nSERIES_MAX  "));
    cli_fake_run(&ran, &gn_command_status, "--limits --json", NULL);
    assert_memory_equal(ran.out, "{\"name\":\"THINGS_MAX\",\"value\":4096,\"text\":\"", 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_is_a_page_of_figures),
        cmocka_unit_test(the_memory_plan_has_a_row_a_purpose),
        cmocka_unit_test(limits_need_no_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
