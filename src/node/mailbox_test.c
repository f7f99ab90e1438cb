/* SPDX-License-Identifier: Apache-2.0 */
#include "node/mailbox.h"

#include "node/test_records.h"
#include "os/thread.h"

/* A net thread of the test: runs commands when notified, and calls durable what they ask for. */
struct net {
    struct gn_mailbox mailbox;
    struct gn_wake wake;
    pthread_t thread;
    _Atomic bool stop;
    _Atomic bool deaf;        /* runs nothing */
    _Atomic uint64_t durable; /* position that counts as durable */
    _Atomic uint64_t in_history;
};

static void net_notify(void *ctx)
{
    gn_wake_signal(&((struct net *)ctx)->wake);
}

static void *net_run(void *ctx)
{
    struct net *net = ctx;
    while (!atomic_load(&net->stop)) {
        const uint32_t noted = gn_wake_note(&net->wake);
        if (!atomic_load(&net->deaf)) {
            (void)gn_mailbox_run(&net->mailbox, NULL);
            (void)gn_mailbox_reached(&net->mailbox, atomic_load(&net->durable), atomic_load(&net->in_history));
        }
        gn_wake_wait(&net->wake, noted, 20);
    }
    return NULL;
}

static int setup(void **state)
{
    struct net *net = gn_mem_take(sizeof *net, "a test's net thread");
    gn_mailbox_init(&net->mailbox, net_notify, net);
    atomic_store(&net->durable, 1000);
    assert_int_equal(gn_thread_start(&net->thread, "test-net", net_run, net), GN_OK);
    *state = net;
    return 0;
}

static int teardown(void **state)
{
    struct net *net = *state;
    atomic_store(&net->stop, true);
    gn_wake_signal(&net->wake);
    gn_thread_join(net->thread);
    gn_mailbox_fini(&net->mailbox);
    gn_mem_give(net);
    return 0;
}

struct asked {
    struct gn_command command;
    gn_err answer;
    uint64_t token;
    unsigned again; /* times it finds no room first */
    unsigned run_count;
};

static gn_err asked_run(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token)
{
    struct asked *asked = command->self;
    (void)intake;
    asked->run_count++;
    if (asked->again > 0) {
        asked->again--;
        return GN_ERR_AGAIN;
    }
    *out_token = asked->token;
    return asked->answer;
}

static gn_err ask(struct net *net, struct asked *asked)
{
    asked->command = (struct gn_command){ .run = asked_run, .self = asked };
    return gn_mailbox_do(&net->mailbox, &asked->command);
}

static void a_command_is_answered_when_it_is_durable(void **state)
{
    struct asked asked = { .token = 1000 };
    assert_int_equal(ask(*state, &asked), GN_OK);
    assert_int_equal(asked.run_count, 1);
}

static void what_run_refuses_is_the_answer(void **state)
{
    struct asked asked = { .answer = GN_ERR_INVAL };
    assert_int_equal(ask(*state, &asked), GN_ERR_INVAL);
}

static void a_full_ring_is_tried_again(void **state)
{
    struct asked asked = { .again = 3 };
    assert_int_equal(ask(*state, &asked), GN_OK);
    assert_int_equal(asked.run_count, 4);
}

static void what_never_becomes_durable_is_answered_again(void **state)
{
    struct net *net = *state;
    struct asked asked = { .token = 1001 };
    assert_int_equal(ask(net, &asked), GN_ERR_AGAIN);
    assert_int_equal(net->mailbox.count, 0); /* nothing points to the caller's stack any more */
}

static void what_is_to_be_seen_waits_for_the_history_too(void **state)
{
    struct net *net = *state;
    struct asked asked = { .token = 1000 };
    asked.command = (struct gn_command){ .run = asked_run, .self = &asked, .to_be_seen = true };
    atomic_store(&net->in_history, 999);
    assert_int_equal(gn_mailbox_do(&net->mailbox, &asked.command), GN_ERR_AGAIN);
    atomic_store(&net->in_history, 1000);
    assert_int_equal(gn_mailbox_do(&net->mailbox, &asked.command), GN_OK);
}

static void a_closed_list_answers_closed(void **state)
{
    struct net *net = *state;
    struct asked asked = { 0 };
    gn_mailbox_close(&net->mailbox);
    assert_int_equal(ask(net, &asked), GN_ERR_CLOSED);
    assert_int_equal(asked.run_count, 0);
}

struct caller {
    struct net *net;
    struct asked asked;
    gn_err err;
    pthread_t thread;
};

static void *caller_run(void *ctx)
{
    struct caller *caller = ctx;
    caller->err = ask(caller->net, &caller->asked);
    return NULL;
}

static void one_more_than_the_limit_is_refused_at_once(void **state)
{
    struct net *net = *state;
    static struct caller callers[GN_COMMANDS_WAITING_MAX];
    struct asked last = { 0 };
    atomic_store(&net->deaf, true);
    for (size_t i = 0; i < GN_COMMANDS_WAITING_MAX; i++) {
        callers[i] = (struct caller){ .net = net };
        assert_int_equal(gn_thread_start(&callers[i].thread, "test-caller", caller_run, &callers[i]), GN_OK);
    }
    for (size_t count = 0; count < GN_COMMANDS_WAITING_MAX;) {
        pthread_mutex_lock(&net->mailbox.mutex);
        count = net->mailbox.count;
        pthread_mutex_unlock(&net->mailbox.mutex);
    }
    assert_int_equal(ask(net, &last), GN_ERR_FULL);
    atomic_store(&net->deaf, false);
    gn_wake_signal(&net->wake);
    for (size_t i = 0; i < GN_COMMANDS_WAITING_MAX; i++) {
        gn_thread_join(callers[i].thread);
        assert_int_equal(callers[i].err, GN_OK);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_command_is_answered_when_it_is_durable),
        CASE(what_run_refuses_is_the_answer),
        CASE(a_full_ring_is_tried_again),
        CASE(what_never_becomes_durable_is_answered_again),
        CASE(what_is_to_be_seen_waits_for_the_history_too),
        CASE(a_closed_list_answers_closed),
        CASE(one_more_than_the_limit_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
