/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/agent/disturbance.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

static struct cli_fake ran;
static char data[40];
static char agent[64];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(data, sizeof data, "/tmp/ganglion-disturb-XXXXXX");
    if (mkdtemp(data) == NULL)
        return -1;
    (void)snprintf(agent, sizeof agent, "%s/agent", data);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)rmdir(agent); /* fails when anything was left: then the next line does too */
    return rmdir(data);
}

static void *run(void *line)
{
    cli_fake_run(&ran, &gn_command_agent_disturb, line, data);
    return NULL;
}

/* Stops what runs in another thread as the agent would; true when it was over after that. */
static bool stop_it(void)
{
    struct gn_disturbance_stop stop = { .fd = -1 };
    struct gn_diag diag = { 0 };
    gn_err err = GN_ERR_NOT_FOUND;
    for (int i = 0; i < 2000 && err == GN_ERR_NOT_FOUND; i++) {
        err = gn_disturbance_stop_begin(&stop, agent, &diag);
        (void)poll(NULL, 0, 10);
    }
    for (int i = 0; i < 2000 && err == GN_OK; i++) {
        if (gn_disturbance_stop_is_over(&stop))
            return true;
        (void)poll(NULL, 0, 10);
    }
    gn_disturbance_stop_forget(&stop);
    return false;
}

static void it_ends_when_it_is_told_to(void **state)
{
    (void)state;
    pthread_t thread;
    char line[] = "cpu --seconds 600 --data @ --json";
    assert_int_equal(pthread_create(&thread, NULL, run, line), 0);
    assert_true(stop_it());
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_memory_equal(ran.out, "{\"kind\":\"cpu\",\"seconds\":", 24);
    assert_non_null(strstr(ran.out, ",\"ended\":\"stopped\"}\n"));
}

static void it_ends_by_itself(void **state)
{
    (void)state;
    char line[] = "cpu --seconds 1 --data @";
    (void)run(line);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_memory_equal(ran.out, "cpu disturbance ended after 1.", 30);
}

static void a_signal_ends_it_cleanly(void **state)
{
    (void)state;
    pthread_t thread;
    char line[] = "disk --seconds 600 --data @";
    assert_int_equal(pthread_create(&thread, NULL, run, line), 0);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/disturbance", agent);
    for (int i = 0; i < 2000 && access(path, F_OK) != 0; i++)
        (void)poll(NULL, 0, 10);
    assert_int_equal(kill(getpid(), SIGTERM), 0); /* blocked in every thread; sigtimedwait takes it */
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_memory_equal(ran.out, "disk disturbance interrupted after ", 35);
    assert_int_equal(access(path, F_OK), -1);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    cli_fake_run(&ran, &gn_command_agent_disturb, "gpu --data @", data);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(ran.err, "ganglion agent disturb: 'gpu' is no disturbance\n  There are: cpu, disk, memory.\n");
    static const char *const seconds[] = { "cpu --seconds 0 --data @", "cpu --seconds 601 --data @",
                                           "cpu --seconds x --data @" };
    for (size_t i = 0; i < 3; i++) {
        cli_fake_run(&ran, &gn_command_agent_disturb, seconds[i], data);
        assert_int_equal(ran.code, GN_EXIT_USAGE);
        assert_memory_equal(ran.err, "ganglion agent disturb: --seconds '", 35);
    }
    cli_fake_run(&ran, &gn_command_agent_disturb, "--data @", data);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_memory_equal(ran.err, "ganglion agent disturb: cpu|disk|memory is missing\n", 51);
}

static void a_second_one_is_refused(void **state)
{
    (void)state;
    struct gn_disturbance one;
    struct gn_diag diag = { 0 };
    assert_int_equal(mkdir(agent, 0700), 0);
    assert_int_equal(gn_disturbance_begin(&one, agent, "cpu", 60, 1, &diag), GN_OK);
    cli_fake_run(&ran, &gn_command_agent_disturb, "cpu --data @", data);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_memory_equal(ran.err, "ganglion agent disturb: a disturbance runs already (", 52);
    gn_disturbance_end(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_ends_when_it_is_told_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_ends_by_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_signal_ends_it_cleanly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_second_one_is_refused, set_up, tear_down),
    };
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
