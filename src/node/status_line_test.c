/* SPDX-License-Identifier: Apache-2.0 */
#include "node/status_line.h"

#include "node/test_records.h"

static void the_line_says_what_matters(void **state)
{
    (void)state;
    char bytes[256];
    struct gn_buf words = gn_buf_over(bytes, sizeof bytes - 1);
    struct gn_clock_sim sim = { .mono_us = 11592 * INT64_C(1000000) };
    struct gn_core *core = gn_mem_take(sizeof *core, "a test's core");
    struct gn_pipeline *pipeline = gn_mem_take(sizeof *pipeline, "a test's pipeline");
    struct gn_host host = { .core = core, .pipeline = pipeline, .rate = 205 };
    pthread_mutex_init(&host.figures_mutex, NULL);
    core->clock = gn_clock_simulated(&sim);
    host.rate_us = sim.mono_us;
    atomic_store(&core->intake.thing_count, 2);
    atomic_store(&core->intake.online_count, 1);
    atomic_store(&core->intake.series_count, 41);
    gn_status_line_words(&host, &words);
    bytes[words.size] = '\0';
    assert_non_null(strstr(bytes, "2 Things, 1 online · 41 series · 205 readings/s · journal ok · "));
    assert_non_null(strstr(bytes, "MiB · up 03:13:12"));

    atomic_store(&pipeline->state, GN_JOURNAL_DISK_FULL);
    atomic_store(&core->intake.reading_count, 3000); /* two seconds later */
    sim.mono_us += 2000000;
    words = gn_buf_over(bytes, sizeof bytes - 1);
    gn_status_line_words(&host, &words);
    bytes[words.size] = '\0';
    assert_non_null(strstr(bytes, "1500 readings/s · journal disk_full"));
    pthread_mutex_destroy(&host.figures_mutex);
    gn_mem_give(pipeline);
    gn_mem_give(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_line_says_what_matters) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
