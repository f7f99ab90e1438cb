/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "connect/push/push_rig.h"

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_start(&rig);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_stop(&rig);
    return 0;
}

static void one_connection_too_many_is_closed_at_once(void **state)
{
    (void)state;
    int fds[GN_PUSH_CONNECTIONS_MAX];
    for (size_t i = 0; i < GN_PUSH_CONNECTIONS_MAX; i++)
        fds[i] = rig_connect(&rig);
    assert_int_equal(rig_server(&rig)->open_count, GN_PUSH_CONNECTIONS_MAX);
    const int late = rig_connect(&rig);
    assert_string_equal(rig_heard(&rig, late), "(closed)");
    (void)close(late);
    (void)close(fds[0]);
    rig_turn(&rig);
    fds[0] = rig_connect(&rig);
    rig_say(&rig, fds[0], "GET /ping HTTP/1.1\r\n\r\n");
    assert_string_equal(rig_heard(&rig, fds[0]), "HTTP/1.1 204 No Content\r\n\r\n");
    for (size_t i = 0; i < GN_PUSH_CONNECTIONS_MAX; i++)
        (void)close(fds[i]);
    rig_turn(&rig);
}

static void a_thing_whose_token_went_is_cut_off_and_others_are_not(void **state)
{
    (void)state;
    const int press = rig_connect(&rig), pump = rig_connect(&rig);
    rig_say(&rig, press, "POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Length: 99\r\n\r\nm");
    rig_say(&rig, pump,
            "POST /write HTTP/1.1\r\nAuthorization: Token pump:pump-token\r\nContent-Length: 5\r\n\r\nm v=");
    gn_push_adapter.evict(rig.self, FAKE_PRESS);
    assert_string_equal(rig_heard(&rig, press), "(closed)");
    rig_say(&rig, pump, "1");
    rig_durable(&rig);
    assert_string_equal(rig_heard(&rig, pump), "HTTP/1.1 204 No Content\r\n\r\n");
    assert_int_equal(rig.fake.readings[0].thing, FAKE_PUMP);
    (void)close(press);
    (void)close(pump);
}

static void a_full_ring_is_shared_in_turn(void **state)
{
    (void)state;
    int fds[3];
    char text[512];
    rig.fake.is_full = true;
    for (size_t i = 0; i < 3; i++) {
        fds[i] = rig_connect(&rig);
        (void)snprintf(text, sizeof text,
                       "POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Length: 16\r\n\r\nm%zu v=1\nm%zu v=2\nm=", i, i);
        rig_say(&rig, fds[i], text);
    }
    for (int turn = 0; turn < 12; turn++) {
        rig.fake.is_full = false;
        rig.fake.room = 1;
        gn_push_adapter.resume(rig.self);
        rig_durable(&rig);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_non_null(strstr(rig_heard(&rig, fds[i]), "1 of 3 lines"));
        (void)close(fds[i]);
    }
    assert_int_equal(rig.fake.reading_count, 6);
}

static void it_counts_and_it_stops_in_the_middle_of_things(void **state)
{
    (void)state;
    char text[1024];
    struct gn_buf out = gn_buf_over(text, sizeof text);
    const int done = rig_connect(&rig), waits = rig_connect(&rig);
    rig_say(&rig, done, "POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Length: 9\r\n\r\nm v=1,w=2");
    rig_durable(&rig);
    rig_say(&rig, waits, "POST /write HTTP/1.1\r\n" RIG_TOKEN "Content-Length: 5\r\n\r\nm v=1");
    gn_push_adapter.stats(rig.self, &out);
    text[out.size] = '\0';
    assert_non_null(strstr(text, "\"requests\":2,"));
    assert_non_null(strstr(text, "\"readings\":3,"));
    (void)close(done); /* `waits` is open when the rig stops */
    (void)waits;
}

static void a_door_that_cannot_be_opened_says_why(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    char text[64];
    struct gn_buf address = gn_buf_over(text, sizeof text);
    void *self = NULL;
    (void)snprintf(text, sizeof text, "127.0.0.1:%u", rig.port);
    char taken[64];
    memcpy(taken, text, sizeof taken);
    const struct gn_doors doors = { .plain = taken, .out_plain = &address };
    assert_int_equal(gn_push_adapter.start(&rig.loop, &rig.fake.table, &doors, &self, &diag), GN_ERR_BUSY);
    assert_non_null(strstr(diag.text, "--push"));
    rig_turn(&rig);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(one_connection_too_many_is_closed_at_once),
        CASE(a_thing_whose_token_went_is_cut_off_and_others_are_not),
        CASE(a_full_ring_is_shared_in_turn),
        CASE(it_counts_and_it_stops_in_the_middle_of_things),
        CASE(a_door_that_cannot_be_opened_says_why),
    };
    return cmocka_run_group_tests_name("connect/push_server", tests, NULL, NULL);
}
