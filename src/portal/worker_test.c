/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/worker.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROOM = 16 };

static struct gn_worker worker;
static sem_t may_run;
static sem_t woken;
static int order[2 * GN_WORKER_JOBS_MAX];
static size_t order_count;

struct task {
    struct gn_job job;
    int number;
    bool ran;
};

static void run(struct gn_job *job)
{
    struct task *task = job->self;
    sem_wait(&may_run);
    task->ran = true;
}

static void finish(struct gn_job *job)
{
    order[order_count++] = ((struct task *)job->self)->number;
}

static void wake(void *ctx)
{
    (void)ctx;
    sem_post(&woken);
}

static int begin(void **state)
{
    (void)state;
    order_count = 0;
    sem_init(&may_run, 0, 0);
    sem_init(&woken, 0, 0);
    return gn_worker_start(&worker, "test-worker", 1, ROOM, wake, NULL) == GN_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    gn_worker_stop(&worker);
    return 0;
}

static struct gn_job *job_of(struct task *task, int number)
{
    *task = (struct task){ .job = { .run = run, .finish = finish, .self = task }, .number = number };
    return &task->job;
}

static void jobs_come_back_in_order_on_the_callers_thread(void **state)
{
    (void)state;
    struct task tasks[5];
    for (int i = 0; i < 5; i++)
        assert_int_equal(gn_worker_post(&worker, job_of(&tasks[i], i)), GN_OK);
    for (int i = 0; i < 5; i++)
        sem_post(&may_run);
    for (int i = 0; i < 5; i++)
        sem_wait(&woken);
    assert_int_equal(order_count, 0); /* nothing is finished behind our back */
    gn_worker_finish(&worker);
    assert_int_equal(order_count, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(order[i], i);
        assert_true(tasks[i].ran);
    }
}

static void a_full_queue_refuses_until_jobs_are_finished(void **state)
{
    (void)state;
    struct task tasks[ROOM + 1];
    for (int i = 0; i < ROOM; i++)
        assert_int_equal(gn_worker_post(&worker, job_of(&tasks[i], i)), GN_OK);
    assert_int_equal(gn_worker_post(&worker, job_of(&tasks[ROOM], 99)), GN_ERR_FULL);
    sem_post(&may_run);
    sem_wait(&woken);
    assert_int_equal(gn_worker_post(&worker, &tasks[ROOM].job), GN_ERR_FULL); /* run, not finished */
    gn_worker_finish(&worker);
    assert_int_equal(gn_worker_post(&worker, &tasks[ROOM].job), GN_OK);
    for (int i = 0; i < ROOM; i++) {
        sem_post(&may_run);
        sem_wait(&woken);
        gn_worker_finish(&worker);
    }
    assert_int_equal(order_count, ROOM + 1);
    assert_int_equal(order[ROOM], 99);
}

static void only_one_job_of_a_source_waits(void **state)
{
    (void)state;
    struct task tasks[8];
    assert_int_equal(gn_worker_post(&worker, job_of(&tasks[0], 0)), GN_OK);
    for (size_t waiting = 1; waiting > 0; sched_yield()) { /* until it is under way */
        pthread_mutex_lock(&worker.mutex);
        waiting = worker.waiting_count;
        pthread_mutex_unlock(&worker.mutex);
    }
    for (int i = 1; i < 4; i++) {
        (void)job_of(&tasks[i], i);
        tasks[i].job.source = i < 3 ? 7 : 8;
        assert_int_equal(gn_worker_post(&worker, &tasks[i].job), i == 2 ? GN_ERR_BUSY : GN_OK);
    }
    for (int i = 4; i < 6; i++) /* those without a source may all wait */
        assert_int_equal(gn_worker_post(&worker, job_of(&tasks[i], i)), GN_OK);
    for (int i = 0; i < 2; i++) {
        sem_post(&may_run);
        sem_wait(&woken);
    }
    assert_int_equal(gn_worker_post(&worker, &tasks[2].job), GN_OK); /* the first of that source has gone */
    for (int i = 0; i < 4; i++)
        sem_post(&may_run);
    for (int i = 0; i < 4; i++)
        sem_wait(&woken);
    gn_worker_finish(&worker);
    static const int expected[] = { 0, 1, 3, 4, 5, 2 };
    assert_int_equal(order_count, 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(order[i], expected[i]);
}

static void the_lowest_rank_goes_first_and_then_who_came_first(void **state)
{
    (void)state;
    static const uint32_t ranks[] = { 0, 5, 1, 5, 0, 1 };
    static const int expected[] = { 0, 4, 2, 5, 1, 3 };
    struct task tasks[6];
    for (int i = 0; i < 6; i++) {
        (void)job_of(&tasks[i], i);
        tasks[i].job.rank = ranks[i];
        assert_int_equal(gn_worker_post(&worker, &tasks[i].job), GN_OK);
        for (size_t waiting = 1; i == 0 && waiting > 0; sched_yield()) { /* the first is under way already */
            pthread_mutex_lock(&worker.mutex);
            waiting = worker.waiting_count;
            pthread_mutex_unlock(&worker.mutex);
        }
    }
    for (int i = 0; i < 6; i++) {
        sem_post(&may_run);
        sem_wait(&woken);
    }
    gn_worker_finish(&worker);
    for (int i = 0; i < 6; i++)
        assert_int_equal(order[i], expected[i]);
}

static void a_job_that_has_not_begun_can_be_withdrawn(void **state)
{
    (void)state;
    struct task tasks[3];
    for (int i = 0; i < 3; i++) {
        (void)job_of(&tasks[i], i);
        tasks[i].job.source = (uint64_t)i;
        assert_int_equal(gn_worker_post(&worker, &tasks[i].job), GN_OK);
    }
    for (size_t waiting = 3; waiting > 2; sched_yield()) { /* the first is under way */
        pthread_mutex_lock(&worker.mutex);
        waiting = worker.waiting_count;
        pthread_mutex_unlock(&worker.mutex);
    }
    assert_true(gn_worker_withdraw(&worker, &tasks[1].job));
    assert_false(gn_worker_withdraw(&worker, &tasks[1].job));
    assert_false(gn_worker_withdraw(&worker, &tasks[0].job));
    for (int i = 0; i < 2; i++) {
        sem_post(&may_run);
        sem_wait(&woken);
    }
    gn_worker_finish(&worker);
    assert_int_equal(order_count, 2);
    assert_int_equal(order[1], 2);
    assert_false(tasks[1].ran);
    assert_int_equal(gn_worker_post(&worker, &tasks[1].job), GN_OK); /* its place is free again */
    sem_post(&may_run);
    sem_wait(&woken);
    gn_worker_finish(&worker);
    assert_true(tasks[1].ran);
}

static void with_two_threads_a_job_does_not_wait_for_another(void **state)
{
    (void)state;
    struct gn_worker pair;
    struct task tasks[2];
    assert_int_equal(gn_worker_start(&pair, "test-pair", 2, ROOM, wake, NULL), GN_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(gn_worker_post(&pair, job_of(&tasks[i], i)), GN_OK);
    for (size_t waiting = 2; waiting > 0; sched_yield()) { /* both are under way, and neither has ended */
        pthread_mutex_lock(&pair.mutex);
        waiting = pair.waiting_count;
        pthread_mutex_unlock(&pair.mutex);
    }
    for (int i = 0; i < 2; i++)
        sem_post(&may_run);
    gn_worker_stop(&pair);
    assert_int_equal(order_count, 2);
    assert_true(tasks[0].ran && tasks[1].ran);
}

static void stopping_gives_back_all_but_runs_only_the_one_under_way(void **state)
{
    (void)state;
    struct task tasks[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(gn_worker_post(&worker, job_of(&tasks[i], i)), GN_OK);
    for (;;) { /* until the first is under way: it has left the queue */
        pthread_mutex_lock(&worker.mutex);
        const size_t waiting = worker.waiting_count;
        pthread_mutex_unlock(&worker.mutex);
        if (waiting == 3)
            break;
        sched_yield();
    }
    pthread_mutex_lock(&worker.mutex);
    worker.stop = true; /* before the first may end, so that it is certain which run */
    pthread_mutex_unlock(&worker.mutex);
    sem_post(&may_run);
    gn_worker_stop(&worker);
    assert_int_equal(order_count, 4);
    assert_true(tasks[0].ran);
    for (int i = 1; i < 4; i++)
        assert_false(tasks[i].ran);
}

static void stopping_twice_or_before_the_start_is_fine(void **state)
{
    (void)state;
    struct gn_worker never = { 0 };
    gn_worker_stop(&never);
    gn_worker_stop(&worker);
    gn_worker_stop(&worker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(jobs_come_back_in_order_on_the_callers_thread, begin, end),
        cmocka_unit_test_setup_teardown(a_full_queue_refuses_until_jobs_are_finished, begin, end),
        cmocka_unit_test_setup_teardown(only_one_job_of_a_source_waits, begin, end),
        cmocka_unit_test_setup_teardown(the_lowest_rank_goes_first_and_then_who_came_first, begin, end),
        cmocka_unit_test_setup_teardown(a_job_that_has_not_begun_can_be_withdrawn, begin, end),
        cmocka_unit_test_setup_teardown(with_two_threads_a_job_does_not_wait_for_another, begin, end),
        cmocka_unit_test_setup_teardown(stopping_gives_back_all_but_runs_only_the_one_under_way, begin, end),
        cmocka_unit_test_setup_teardown(stopping_twice_or_before_the_start_is_fine, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
