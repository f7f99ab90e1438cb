/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/sample_queue.h"

static struct gn_sample_queue queue;

static void add(int64_t time_ms)
{
    static struct gn_sample sample;
    sample.time_ms = time_ms;
    gn_sample_queue_add(&queue, &sample);
}

static void samples_come_out_in_order(void **state)
{
    (void)state;
    queue = (struct gn_sample_queue){ 0 };
    assert_null(gn_sample_queue_peek(&queue));
    for (int64_t i = 0; i < 3 * GN_AGENT_SAMPLES_WAITING_MAX; i++) {
        add(i);
        assert_int_equal(gn_sample_queue_peek(&queue)->time_ms, i);
        gn_sample_queue_drop(&queue);
    }
    assert_int_equal(queue.lost_total, 0);
}

static void when_it_is_full_the_oldest_go_and_are_counted(void **state)
{
    (void)state;
    queue = (struct gn_sample_queue){ 0 };
    for (int64_t i = 0; i < GN_AGENT_SAMPLES_WAITING_MAX; i++)
        add(i);
    assert_int_equal(queue.count, GN_AGENT_SAMPLES_WAITING_MAX);
    assert_int_equal(gn_sample_queue_peek(&queue)->lost, 0);
    for (int64_t i = 0; i < 5; i++)
        add(GN_AGENT_SAMPLES_WAITING_MAX + i);
    assert_int_equal(queue.count, GN_AGENT_SAMPLES_WAITING_MAX);
    assert_int_equal(queue.lost_total, 5);
    assert_int_equal(gn_sample_queue_peek(&queue)->time_ms, 5);
    assert_int_equal(gn_sample_queue_peek(&queue)->lost, 5);
    gn_sample_queue_drop(&queue);
    assert_int_equal(gn_sample_queue_peek(&queue)->lost, 0); /* told once */
    for (int64_t i = 0; i < 2; i++)
        add(2000 + i);
    assert_int_equal(gn_sample_queue_peek(&queue)->lost, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_come_out_in_order),
        cmocka_unit_test(when_it_is_full_the_oldest_go_and_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
