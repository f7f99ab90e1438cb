/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>

#include "cli/agent/agent.h"
#include "cli/agent/disturbance.h"
#include "cli/agent/mqtt_fake.h"
#include "cli/agent/sensor_fake.h"

static struct mqtt_fake fake;
static struct sensor_fake root;

struct running {
    struct gn_agent_options options;
    struct gn_diag diag;
    gn_err err;
    pthread_t thread;
};

static void *run(void *opaque)
{
    struct running *running = opaque;
    running->err = gn_agent_run(&running->options, &running->diag);
    return NULL;
}

static void start(struct running *running, double hz)
{
    running->options = (struct gn_agent_options){
        .dir = root.root,
        .host = "127.0.0.1",
        .port = fake.port,
        .hz = hz,
        .sensor_root = root.root,
        .credentials = { .id = "lab", .token = "secret" },
        .clock = gn_clock_system(),
        .stop_after = running->options.stop_after,
        .print = running->options.print,
    };
    assert_int_equal(pthread_create(&running->thread, NULL, run, running), 0);
}

/* SIGTERM is blocked in every thread (see main); the agent takes it from its signalfd. */
static void stop(struct running *running)
{
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    assert_int_equal(pthread_join(running->thread, NULL), 0);
    assert_int_equal(running->err, GN_OK);
}

static void wait_for(const char *text)
{
    for (int i = 0; i < 2000; i++) {
        if (mqtt_fake_has(&fake, text))
            return;
        (void)poll(NULL, 0, 10);
    }
    fail_msg("'%s' did not come in 20 s", text);
}

static int set_up(void **state)
{
    (void)state;
    mqtt_fake_start(&fake);
    sensor_fake_open(&root);
    sensor_fake_file(&root, "/proc/loadavg", "0.5 0.25 0.12 1/80 11206\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mqtt_fake_stop(&fake);
    sensor_fake_close(&root);
    return 0;
}

static void samples_are_published_as_one_object_with_a_time(void **state)
{
    (void)state;
    struct running running = { .options = { .stop_after = 5 } };
    start(&running, 50.0);
    assert_int_equal(pthread_join(running.thread, NULL), 0);
    assert_int_equal(running.err, GN_OK);
    /* It ended by itself, and what was on its way arrived. */
    assert_int_equal(mqtt_fake_get(&fake, &fake.publishes), 5);
    assert_true(mqtt_fake_has(&fake, "things/lab/properties {\"time\":"));
    assert_true(mqtt_fake_has(&fake, "\"load1\":0.5,\"load5\":0.25,\"processes\":80,\"agent_delay\":"));
}

static void a_disturbance_is_stopped_and_the_answer_waits_until_it_is_over(void **state)
{
    (void)state;
    struct running running = { 0 };
    struct gn_disturbance disturbance;
    char payload[256];
    const struct gn_clock clock = gn_clock_system();
    assert_int_equal(gn_disturbance_begin(&disturbance, root.root, "cpu", 60, gn_wall_ms(&clock) - 5000, NULL), GN_OK);
    start(&running, 50.0);
    wait_for("things/lab/properties");
    (void)snprintf(payload, sizeof payload,
                   "{\"id\":\"x-1\",\"action\":\"stop\",\"input\":{\"target\":\"disturbance\"},\"expires\":%lld}",
                   (long long)gn_wall_ms(&clock) + 60000);
    mqtt_fake_tell(&fake, "things/lab/actions/stop", payload);
    for (int i = 0; i < 2000 && !gn_disturbance_is_asked_to_stop(&disturbance); i++)
        (void)poll(NULL, 0, 10);
    assert_true(gn_disturbance_is_asked_to_stop(&disturbance));
    (void)poll(NULL, 0, 3 * GN_DISTURBANCE_LOOK_MS); /* time to answer too early, if it did */
    assert_false(mqtt_fake_has(&fake, "actions/stop/status"));
    gn_disturbance_end(&disturbance);
    wait_for("things/lab/actions/stop/status {\"id\":\"x-1\",\"state\":\"done\",\"message\":\"cpu disturbance stopped "
             "after ");
    mqtt_fake_tell(&fake, "things/lab/actions/stop",
                   "{\"id\":\"x-2\",\"input\":{\"target\":\"disturbance\"},\"expires\":1}");
    wait_for("{\"id\":\"x-2\",\"state\":\"failed\",\"message\":\"the action had expired when it arrived\"}");
    stop(&running);
}

static void without_a_disturbance_the_answer_is_failed(void **state)
{
    (void)state;
    struct running running = { 0 };
    start(&running, 50.0);
    mqtt_fake_tell(&fake, "things/lab/actions/stop",
                   "{\"id\":\"x-9\",\"input\":{\"target\":\"disturbance\"},\"expires\":9000000000000}");
    wait_for("{\"id\":\"x-9\",\"state\":\"failed\",\"message\":\"no disturbance is running here\"}");
    stop(&running);
}

static void samples_wait_while_the_node_is_away(void **state)
{
    (void)state;
    struct running running = { 0 };
    start(&running, 50.0);
    wait_for("things/lab/properties");
    mqtt_fake_set(&fake, &fake.drop, true);
    for (int i = 0; i < 2000 && mqtt_fake_get(&fake, &fake.connects) < 2; i++)
        (void)poll(NULL, 0, 10);
    const int before = mqtt_fake_get(&fake, &fake.publishes);
    for (int i = 0; i < 2000 && mqtt_fake_get(&fake, &fake.publishes) < before + 20; i++)
        (void)poll(NULL, 0, 10);
    stop(&running);
    /* Times follow each other without a gap of more than a few samples, whatever the connection did. */
    int64_t last = 0;
    const char *at = fake.log;
    while ((at = strstr(at, "{\"time\":")) != NULL) {
        const int64_t time_ms = strtoll(at + 8, NULL, 10);
        assert_true(last == 0 || (time_ms >= last && time_ms - last < 400));
        last = time_ms > last ? time_ms : last;
        at++;
    }
    assert_true(last > 0);
}

static void samples_can_be_printed_instead(void **state)
{
    (void)state;
    char text[4096];
    FILE *out = tmpfile();
    struct running running = { .options = { .stop_after = 2, .print = out } };
    start(&running, 50.0);
    assert_int_equal(pthread_join(running.thread, NULL), 0);
    rewind(out);
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    assert_memory_equal(text, "{\"time\":", 8);
    assert_memory_equal(strchr(text, '\n') + 1, "{\"time\":", 8);
    assert_int_equal(mqtt_fake_get(&fake, &fake.connects), 0);
    (void)fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(samples_are_published_as_one_object_with_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_disturbance_is_stopped_and_the_answer_waits_until_it_is_over, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(without_a_disturbance_the_answer_is_failed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(samples_wait_while_the_node_is_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(samples_can_be_printed_instead, set_up, tear_down),
    };
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
