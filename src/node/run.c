/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test tests/node and tests/journal run the whole program */
/* The running node: the net thread's loop and the wiring of all rooms. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "act/solution.h"
#include "base/log.h"
#include "base/mem.h"
#include "connect/mqtt/mqtt.h"
#include "connect/push/push.h"
#include "guard/plaintext.h"
#include "node/announce.h"
#include "node/certify.h"
#include "node/doors.h"
#include "node/host.h"
#include "node/mailbox.h"
#include "node/node.h"
#include "node/onboard_sparkplug.h"
#include "node/outbox.h"
#include "node/pipeline.h"
#include "node/sessions.h"
#include "node/status_line.h"
#include "portal/portal.h"

enum {
    RUN_SECOND_MS = 1000,
    RUN_RETRY_MS = 100,
    RUN_FILES = GN_MQTT_CONNECTIONS_MAX + GN_HTTP_CONNECTIONS_MAX + 256, /* with what journal and history open */
};

struct run {
    struct gn_core core;
    struct gn_pipeline pipeline;
    struct gn_mailbox mailbox;
    struct gn_outbox outbox;
    struct gn_kept sessions;
    struct gn_announce *announce;
    struct gn_certify certify;
    struct gn_intake intake;
    struct gn_host host;
    struct gn_portal *portal;
    struct gn_door_tls door_tls;
    void *mqtt;
    void *push; /* NULL: that door is shut */
    uv_loop_t loop;
    uv_async_t notified; /* durable cursor moved, outbox filled, command came */
    uv_prepare_t turn;   /* before each wait for events */
    uv_check_t awake;    /* after it */
    uv_timer_t second;
    uv_timer_t retry;
    uv_signal_t sigterm, sigint, sighup;
    uint64_t kicked_position;
    bool stopping;
    bool quiet;
    int exit_code;
};

static void run_notify(void *ctx)
{
    struct run *run = ctx;
    (void)uv_async_send(&run->notified); /* safe from any thread; coalesces */
}

static void run_kick(struct run *run)
{
    const uint64_t head = gn_ring_head(&run->core.ring);
    if (head == run->kicked_position)
        return;
    run->kicked_position = head;
    gn_pipeline_kick(&run->pipeline);
}

static void run_stop(struct run *run, int exit_code)
{
    if (run->stopping)
        return;
    run->stopping = true;
    run->exit_code = exit_code;
    uv_stop(&run->loop);
}

/* Runs commands and answers those that are done: what wrote nothing is so at once, what found no room is run again
 * each second. The history is asked for news before it is looked at, so that its next step cannot be missed. */
static void run_mail(struct run *run, uint64_t durable)
{
    (void)gn_mailbox_run(&run->mailbox, &run->core.intake);
    if (!gn_mailbox_reached(&run->mailbox, durable, gn_ring_tail(&run->core.ring, GN_FOLLOWER_HISTORY)))
        return;
    (void)atomic_exchange(&run->core.intake.wants_news, true);
    (void)gn_mailbox_reached(&run->mailbox, durable, gn_ring_tail(&run->core.ring, GN_FOLLOWER_HISTORY));
}

static void run_on_notified(uv_async_t *handle)
{
    struct run *run = handle->data;
    const uint64_t durable = atomic_load_explicit(&run->pipeline.durable_position, memory_order_acquire);
    gn_intake_turn(&run->core.intake);
    if (atomic_load(&run->pipeline.state) == GN_JOURNAL_FAILED)
        run_stop(run, 1);
    gn_mqtt_adapter.durable(run->mqtt, durable);
    if (run->push != NULL)
        gn_push_adapter.durable(run->push, durable);
    run_mail(run, durable);
    gn_outbox_take(&run->outbox);
    gn_mqtt_adapter.resume(run->mqtt);
    if (run->push != NULL)
        gn_push_adapter.resume(run->push);
}

static void run_on_turn(uv_prepare_t *handle)
{
    run_kick(handle->data);
}

static void run_on_awake(uv_check_t *handle)
{
    struct run *run = handle->data;
    gn_intake_turn(&run->core.intake);
    run_kick(run);
}

static void run_on_second(uv_timer_t *handle)
{
    struct run *run = handle->data;
    gn_intake_turn(&run->core.intake);
    (void)gn_intake_tick(&run->core.intake, RUN_SECOND_MS / 2); /* a full ring has its clock in it already */
    run_mail(run, atomic_load_explicit(&run->pipeline.durable_position, memory_order_acquire));
    gn_mqtt_adapter.tick(run->mqtt, run->core.intake.wall_ms);
    gn_mqtt_adapter.resume(run->mqtt);
    if (run->push != NULL)
        gn_push_adapter.tick(run->push, run->core.intake.wall_ms);
    gn_doors_tick(&run->door_tls, run->core.intake.mono_us / 1000);
    gn_host_sweep(&run->host);
    gn_guard_tick(run->core.guard);
    gn_kept_tick(&run->sessions);
    gn_announce_tick(run->announce, gn_ring_head(&run->core.ring),
                     atomic_load_explicit(&run->pipeline.durable_position, memory_order_acquire));
    gn_host_note(&run->host);
    if (!run->quiet)
        gn_status_line(&run->host);
}

static void run_on_retry(uv_timer_t *handle)
{
    struct run *run = handle->data;
    gn_outbox_retry(&run->outbox);
}

static void run_on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    run_stop(handle->data, 0);
}

/* --- boot --- */

/* Each connection is a file, and many systems start with 1024. Root may have more than the hard limit says. */
static void run_raise_files(void)
{
    const struct rlimit wanted = { RUN_FILES, RUN_FILES };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= RUN_FILES)
        return;
    if (limit.rlim_max < RUN_FILES && setrlimit(RLIMIT_NOFILE, &wanted) == 0)
        return;
    limit.rlim_cur = limit.rlim_max < RUN_FILES ? limit.rlim_max : RUN_FILES;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < RUN_FILES)
        gn_log(GN_LOG_INFO, "node", "few_files", "at most %llu open files are allowed: fewer connections than %d",
               (unsigned long long)limit.rlim_cur, GN_MQTT_CONNECTIONS_MAX);
}

struct run_plain_door {
    const char *option, *secure_option, *address;
};

/* Nothing listens in clear text where a network reaches, unless that was asked for; then each start says so. */
static gn_err run_check_plaintext(const struct gn_node_options *options, struct gn_diag *diag)
{
    const struct run_plain_door doors[] = { { "--mqtt", "--mqtts", options->mqtt_listen },
                                            { "--portal", "--https", options->portal_listen },
                                            { "--push", NULL,
                                              options->push_listen != NULL ? options->push_listen : "off" } };
    const bool red = isatty(STDERR_FILENO) != 0 && getenv("NO_COLOR") == NULL;
    for (size_t i = 0; i < sizeof doors / sizeof doors[0]; i++) {
        const gn_err err = gn_plaintext_check(doors[i].option, doors[i].secure_option, doors[i].address,
                                              options->allow_plaintext, diag);
        if (err != GN_OK)
            return err;
        if (!gn_plaintext_is_local(doors[i].address))
            fprintf(stderr,
                    "%sPLAINTEXT: %s %s is open to the network without TLS: whoever is on the way can read and "
                    "change everything, secrets too%s\n",
                    red ? "\033[1;31m" : "", doors[i].option, doors[i].address, red ? "\033[0m" : "");
    }
    return GN_OK;
}

static void run_complain(const struct gn_diag *diag, gn_err err)
{
    if (diag->file[0] != '\0' && diag->line > 0)
        fprintf(stderr, "ganglion: %s:%zu:%zu: %s\n", diag->file, diag->line, diag->column, diag->text);
    else if (diag->file[0] != '\0')
        fprintf(stderr, "ganglion: %s: %s\n", diag->file, diag->text);
    else
        fprintf(stderr, "ganglion: %s\n", diag->text[0] != '\0' ? diag->text : gn_err_text(err));
}

static void run_keep_of(void *ctx, gn_str thing, gn_str property, struct gn_retention *out)
{
    struct gn_keep_ages ages;
    gn_solution_keep(ctx, thing, property, &ages);
    *out = (struct gn_retention){ ages.raw_ms, ages.minutes_ms, ages.hours_ms, ages.days_ms };
}

/* The solution never changes while the node runs, so the history thread may ask it. */
static void run_keep(struct run *run, struct gn_solution *solution)
{
    const struct gn_retention_rules rules = { .of = run_keep_of,
                                              .ctx = solution,
                                              .bytes = gn_solution_keep_bytes(solution) };
    gn_store_keep(run->core.store, &rules);
}

/* Reads and checks the solution; journals it when it is not the one in force. */
static gn_err run_load_solution(struct run *run, const char *dir, struct gn_diag *diag)
{
    gn_err err = GN_ERR_FULL;
    uint64_t token;
    struct gn_solution *solution = NULL;
    char *text = gn_mem_take(GN_SOLUTION_BYTES_MAX, "solution text");
    if (text == NULL)
        return GN_ERR_FULL;
    struct gn_buf bundle = gn_buf_over(text, GN_SOLUTION_BYTES_MAX);
    if (dir != NULL)
        err = gn_solution_read_folder(dir, &bundle, diag);
    else {
        gn_buf_add_str(&bundle, gn_engine_bundle(run->core.engine));
        err = GN_OK;
    }
    if (err == GN_OK)
        err = gn_solution_parse(gn_buf_str(&bundle), &solution, diag);
    if (err == GN_OK && !gn_str_equal(gn_buf_str(&bundle), gn_engine_bundle(run->core.engine)))
        err = gn_intake_rules(&run->core.intake, gn_buf_str(&bundle), &token);
    if (err == GN_OK) {
        run->host.solution = solution;
        run->core.intake.policy = gn_solution_policy(solution);
        run->host.has_solution = bundle.size > 0;
        run_keep(run, solution);
    } else {
        gn_solution_free(solution);
    }
    gn_mem_give(text);
    return err;
}

static gn_err run_make_announce(struct run *run)
{
    const struct gn_home_assistant *home = gn_solution_home_assistant(run->host.solution);
    run->core.tells_alarms = home != NULL;
    return gn_announce_new(&run->core.intake.registry, home, run->core.store, &run->announce);
}

/* Who was connected when the node ended is so no more: the journal did not hear of it when it ended at once. */
static void run_forget_links(struct run *run)
{
    for (uint32_t thing = 0; thing < run->core.intake.registry.thing_count; thing++)
        if (gn_engine_linked(run->core.engine, thing))
            GN_IGNORE(run->intake.link(run->intake.self, thing, false), "a ring that has just been made has room");
}

static void run_loop_init(struct run *run)
{
    uv_loop_init(&run->loop);
    uv_async_init(&run->loop, &run->notified, run_on_notified);
    uv_prepare_init(&run->loop, &run->turn);
    uv_check_init(&run->loop, &run->awake);
    uv_timer_init(&run->loop, &run->second);
    uv_timer_init(&run->loop, &run->retry);
    uv_signal_init(&run->loop, &run->sigterm);
    uv_signal_init(&run->loop, &run->sigint);
    uv_signal_init(&run->loop, &run->sighup);
    run->notified.data = run->turn.data = run->awake.data = run->second.data = run->retry.data = run;
    run->sigterm.data = run->sigint.data = run->sighup.data = run;
}

static void run_loop_start(struct run *run)
{
    uv_prepare_start(&run->turn, run_on_turn);
    uv_check_start(&run->awake, run_on_awake);
    uv_timer_start(&run->second, run_on_second, RUN_SECOND_MS, RUN_SECOND_MS);
    uv_timer_start(&run->retry, run_on_retry, RUN_RETRY_MS, RUN_RETRY_MS);
    uv_signal_start(&run->sigterm, run_on_signal, SIGTERM);
    uv_signal_start(&run->sigint, run_on_signal, SIGINT);
    uv_signal_start(&run->sighup, run_on_signal, SIGHUP);
}

/* What the doors are bound to, for the ready line. */
struct run_addresses {
    char mqtt_bytes[GN_DOOR_ADDRESS_BYTES];
    char mqtts_bytes[GN_DOOR_ADDRESS_BYTES];
    char portal_bytes[GN_DOOR_ADDRESS_BYTES];
    char https_bytes[GN_DOOR_ADDRESS_BYTES];
    char push_bytes[GN_DOOR_ADDRESS_BYTES];
    struct gn_buf mqtt, mqtts, portal, https, push;
};

static void run_addresses_init(struct run_addresses *at)
{
    at->mqtt = gn_buf_over(at->mqtt_bytes, sizeof at->mqtt_bytes);
    at->mqtts = gn_buf_over(at->mqtts_bytes, sizeof at->mqtts_bytes);
    at->portal = gn_buf_over(at->portal_bytes, sizeof at->portal_bytes);
    at->https = gn_buf_over(at->https_bytes, sizeof at->https_bytes);
    at->push = gn_buf_over(at->push_bytes, sizeof at->push_bytes);
}

/* Of "HOST:PORT"; 0 when it says none. */
static uint16_t run_port_of(gn_str address)
{
    uint64_t port = 0;
    const char *colon = address.size > 0 ? memrchr(address.at, ':', address.size) : NULL;
    if (colon == NULL ||
        gn_parse_u64((gn_str){ colon + 1, (size_t)(address.at + address.size - colon - 1) }, &port) != GN_OK)
        return 0;
    return port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* As a Sparkplug host application, when it was given a name: edge nodes may wait for it. */
static gn_err run_host_state(struct run *run, const struct gn_node_options *options, bool online, struct gn_diag *diag)
{
    const bool has_name = options->sparkplug_host != NULL;
    if (!has_name && !online)
        return GN_OK;
    const gn_err err = gn_onboard_host_state(run->host.onboard, gn_str_of(options->sparkplug_host), online);
    if (err != GN_OK)
        gn_diag_set(diag, 0, 0, "--sparkplug-host %s: its state cannot be said: %s",
                    has_name ? options->sparkplug_host : "(none)", gn_err_text(err));
    return err;
}

static gn_err run_start_push(struct run *run, const struct gn_node_options *options, struct run_addresses *at,
                             struct gn_diag *diag)
{
    const struct gn_doors doors = { .plain = gn_door_address(options->push_listen), .out_plain = &at->push };
    return doors.plain == NULL ? GN_OK : gn_push_adapter.start(&run->loop, &run->intake, &doors, &run->push, diag);
}

static gn_err run_start_doors(struct run *run, const struct gn_node_options *options, struct run_addresses *at,
                              struct gn_diag *diag)
{
    char socket_path[GN_CORE_PATH_BYTES];
    gn_err err = gn_doors_open(&run->door_tls, run->core.ca, options, diag);
    if (err != GN_OK)
        return err;
    const struct gn_doors doors = { .plain = gn_door_address(options->mqtt_listen),
                                    .secure = gn_door_address(options->mqtts_listen),
                                    .tls = run->door_tls.mqtt,
                                    .out_plain = &at->mqtt,
                                    .out_secure = &at->mqtts };
    err = gn_mqtt_adapter.start(&run->loop, &run->intake, &doors, &run->mqtt, diag);
    if (err != GN_OK)
        return err;
    err = run_start_push(run, options, at, diag);
    if (err != GN_OK)
        return err;
    err = gn_kept_open(&run->sessions, &run->pipeline, &run->loop, &gn_mqtt_adapter, run->mqtt, diag);
    if (err != GN_OK)
        return err;
    run->outbox.adapter = &gn_mqtt_adapter;
    run->outbox.adapter_self = run->mqtt;
    run->outbox.announce = run->announce;
    gn_announce_start(run->announce, &gn_mqtt_adapter, run->mqtt);
    run->outbox.onboard = run->host.onboard;
    gn_onboard_speak(run->host.onboard, &gn_mqtt_adapter, run->mqtt);
    err = run_host_state(run, options, true, diag);
    if (err != GN_OK)
        return err;
    err = gn_certify_start(&run->certify, &run->loop, run->core.ca, &run->core.intake, &gn_mqtt_adapter, run->mqtt);
    if (err != GN_OK)
        return err;
    err = gn_core_path(run->core.dir, "ganglion.sock", socket_path);
    if (err != GN_OK)
        return err;
    run->host.pipeline = &run->pipeline;
    run->host.mailbox = &run->mailbox;
    run->host.mqtt = run->mqtt;
    run->host.push = run->push;
    run->host.mqtt_port = run_port_of(gn_buf_str(&at->mqtt));
    run->host.mqtt_at = gn_buf_str(&at->mqtt);
    run->host.mqtts_at = gn_buf_str(&at->mqtts);
    const struct gn_portal_options portal_options = {
        .listen = gn_door_address(options->portal_listen),
        .secure_listen = gn_door_address(options->https_listen),
        .tls = run->door_tls.http,
        .out_secure = &at->https,
        .names = options->names,
        .socket_path = socket_path,
        .store = run->core.store,
        .guard = run->core.guard,
        .ca = run->core.ca,
        .clock = run->core.clock,
        .host = gn_host_table(&run->host),
    };
    return gn_portal_start(&portal_options, &at->portal, &run->portal, diag);
}

static void run_say_door(const char *name, const struct gn_buf *address, bool always)
{
    if (address->size > 0)
        printf(" %s=%.*s", name, GN_STR_ARGS(gn_buf_str(address)));
    else if (always)
        printf(" %s=off", name);
}

static void run_say_ready(struct run *run, const struct run_addresses *at)
{
    char code[GN_SETUP_CODE_BYTES];
    gn_guard_setup_code(run->core.guard, code);
    const bool secure = at->https.size > 0;
    const struct gn_buf *portal = secure ? &at->https : &at->portal;
    if (code[0] != '\0' && portal->size > 0)
        fprintf(stderr, "setup code: %s   (open %s://%.*s/setup)\n", code, secure ? "https" : "http",
                GN_STR_ARGS(gn_buf_str(portal)));
    printf("ready");
    run_say_door("mqtt", &at->mqtt, true);
    run_say_door("portal", &at->portal, true);
    run_say_door("mqtts", &at->mqtts, false);
    run_say_door("https", &at->https, false);
    run_say_door("push", &at->push, false);
    printf("\n");
    (void)fflush(stdout);
}

/* --- the end --- */

static void run_close_handle(uv_handle_t *handle, void *ctx)
{
    (void)ctx;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void run_close_loop(struct run *run)
{
    uv_walk(&run->loop, run_close_handle, NULL);
    (void)uv_run(&run->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&run->loop);
}

/* Doors first, then the pipeline, so that everything that was let in is kept. */
static void run_end(struct run *run, const struct gn_node_options *options)
{
    bool settled = false;
    struct gn_diag diag = { 0 };
    gn_mailbox_close(&run->mailbox);
    gn_portal_stop(run->portal);
    if (run->mqtt != NULL) {
        gn_announce_stop(run->announce);
        GN_IGNORE(run_host_state(run, options, false, &diag), "who listened to it hears that the connection ends");
        gn_certify_stop(&run->certify);
        gn_mqtt_adapter.stop(run->mqtt);
        run->mqtt = NULL;
    }
    if (run->push != NULL) {
        gn_push_adapter.stop(run->push);
        run->push = NULL;
    }
    if (!run->quiet)
        gn_status_line_clear();
    gn_pipeline_stop(&run->pipeline, &settled);
    if (atomic_load(&run->pipeline.state) == GN_JOURNAL_FAILED)
        run->exit_code = 1;
    run_close_loop(run);
    gn_kept_fini(&run->sessions);
    gn_certify_fini(&run->certify);
    gn_doors_close(&run->door_tls);
    if (settled && gn_core_settle(&run->core) != GN_OK)
        gn_log(GN_LOG_WARN, "node", "not_settled", "the next start reads part of the journal again");
    if (!settled && run->exit_code == 0)
        gn_log(GN_LOG_WARN, "node", "not_settled", "what was not durable is left behind; it was never acknowledged");
}

int gn_node_run(const struct gn_node_options *options)
{
    static struct run run; /* one node a process; too large for the stack */
    static struct gn_diag diag;
    static struct run_addresses at;
    run_addresses_init(&at);
    run.quiet = options->quiet || isatty(STDERR_FILENO) == 0;
    (void)signal(SIGPIPE, SIG_IGN); /* a device or browser that goes away is an error code, not an end */
    run_raise_files();
    gn_err err = run_check_plaintext(options, &diag);
    if (err == GN_OK)
        err = gn_core_open(&run.core, options->data_dir, &diag);
    if (err != GN_OK) {
        run_complain(&diag, err);
        return 2;
    }
    run.host.core = &run.core;
    gn_host_init(&run.host);
    run_loop_init(&run);
    gn_mailbox_init(&run.mailbox, run_notify, &run);
    run.intake = gn_intake_table(&run.core.intake);
    err = gn_onboard_boot(&run.core.intake, run.core.store, &run.host.onboard);
    if (err == GN_OK)
        err = run_load_solution(&run, options->solution_dir, &diag);
    if (err == GN_OK)
        gn_onboard_use(run.host.onboard, run.host.solution);
    run_forget_links(&run);
    if (err == GN_OK)
        err = run_make_announce(&run);
    if (err == GN_OK)
        err = gn_pipeline_start(&run.pipeline, &run.core, run_notify, &run);
    gn_pipeline_flush_at_most(&run.pipeline, options->flushes);
    if (err == GN_OK)
        err = gn_outbox_init(&run.outbox, &run.pipeline);
    if (err == GN_OK)
        err = run_start_doors(&run, options, &at, &diag);
    if (err != GN_OK) {
        run_complain(&diag, err);
        run.exit_code = 2;
    } else {
        run_loop_start(&run);
        run_say_ready(&run, &at);
        (void)uv_run(&run.loop, UV_RUN_DEFAULT);
    }
    run_end(&run, options);
    gn_outbox_fini(&run.outbox);
    gn_pipeline_fini(&run.pipeline);
    gn_announce_free(run.announce);
    gn_onboard_free(run.host.onboard);
    gn_solution_free(run.host.solution);
    gn_core_close(&run.core);
    gn_mailbox_fini(&run.mailbox);
    return run.exit_code;
}
