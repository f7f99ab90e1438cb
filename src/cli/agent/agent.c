/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/agent.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/agent/agent_actions.h"
#include "cli/agent/agent_link.h"
#include "cli/agent/disturbance.h"
#include "cli/agent/latency_probe.h"
#include "cli/agent/sample_queue.h"

enum { AGENT_PAYLOAD_BYTES = 32768, AGENT_IDLE_MS = 1000, AGENT_STOPS_MAX = 8, AGENT_GOODBYE_MS = 1000 };
enum { AGENT_SEND_AT_ONCE = 32, AGENT_ANSWERS_MAX = 16 };

struct agent {
    const struct gn_agent_options *options;
    struct gn_credentials credentials;
    struct gn_sensors *sensors;
    struct gn_sample_queue *queue;
    struct gn_latency_probe *probe; /* NULL: the folder takes no file */
    struct gn_link *link;           /* NULL with options->print */
    struct gn_actions actions;
    struct gn_disturbance_stop stop;
    int64_t stop_until_us;                              /* when a stop counts as failed */
    char stop_ids[AGENT_STOPS_MAX][GN_ACTION_ID_BYTES]; /* actions that wait for the stop */
    size_t stop_count;
    struct gn_action_answer answers[AGENT_ANSWERS_MAX]; /* that could not be sent yet */
    size_t answer_count;
    int timer_fd;
    int signal_fd;
    sigset_t signals_before;
    int64_t begin_us; /* of the timer */
    int64_t interval_us;
    uint64_t ticks; /* expirations so far */
    uint64_t sampled;
    uint64_t told_lost;
    bool ending;
    struct gn_sample sample;
    char payload[AGENT_PAYLOAD_BYTES];
};

/* --- answering actions --- */

static void agent_answer(struct agent *agent, const struct gn_action_answer *answer)
{
    if (agent->answer_count == AGENT_ANSWERS_MAX) { /* the oldest; the node asks again if it still wants to know */
        memmove(agent->answers, agent->answers + 1, (AGENT_ANSWERS_MAX - 1) * sizeof agent->answers[0]);
        agent->answer_count--;
    }
    agent->answers[agent->answer_count++] = *answer;
}

static void agent_send_answers(struct agent *agent)
{
    size_t sent = 0;
    while (sent < agent->answer_count) {
        const struct gn_action_answer *answer = &agent->answers[sent];
        char bytes[2048];
        char suffix[128];
        struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
        gn_actions_json(answer, &buf);
        (void)snprintf(suffix, sizeof suffix, "actions/%s/status", answer->action);
        const gn_err err = gn_link_send(agent->link, suffix, gn_buf_str(&buf));
        if (err == GN_ERR_AGAIN)
            break;
        gn_log(GN_LOG_INFO, "agent", err ? "action_unanswerable" : "action_answered", "id=%s state=%s message=\"%s\"",
               answer->id, answer->is_done ? "done" : "failed", answer->message);
        sent++;
    }
    agent->answer_count -= sent;
    memmove(agent->answers, agent->answers + sent, agent->answer_count * sizeof agent->answers[0]);
}

/* Everybody who waits for the stop gets the same answer. */
static void agent_stop_ended(struct agent *agent, bool done, const char *message)
{
    for (size_t i = 0; i < agent->stop_count; i++) {
        struct gn_action_answer answer;
        gn_actions_finish(&agent->actions, agent->stop_ids[i], done, message, &answer);
        agent_answer(agent, &answer);
    }
    agent->stop_count = 0;
}

static void agent_stop_look(struct agent *agent)
{
    char message[GN_ACTION_MESSAGE_BYTES];
    const struct gn_clock *clock = &agent->options->clock;
    if (agent->stop.fd < 0)
        return;
    const double seconds = (double)(gn_wall_ms(clock) - agent->stop.started_ms) / 1000.0;
    if (gn_disturbance_stop_is_over(&agent->stop)) {
        (void)snprintf(message, sizeof message, "%s disturbance stopped after %.1f s", agent->stop.kind, seconds);
        agent_stop_ended(agent, true, message);
    } else if (gn_mono_us(clock) >= agent->stop_until_us) {
        (void)snprintf(message, sizeof message, "the %s disturbance was told to stop and still runs after %d s",
                       agent->stop.kind, GN_AGENT_STOP_MS_MAX / 1000);
        gn_disturbance_stop_forget(&agent->stop);
        agent_stop_ended(agent, false, message);
    }
}

static void agent_stop_begin(struct agent *agent, const char *id)
{
    struct gn_diag diag = { 0 };
    gn_err err = GN_OK;
    if (agent->stop_count == AGENT_STOPS_MAX) {
        err = GN_ERR_FULL;
        gn_diag_set(&diag, 0, 0, "too many stops are under way");
    } else if (agent->stop.fd < 0) {
        err = gn_disturbance_stop_begin(&agent->stop, agent->options->dir, &diag);
        agent->stop_until_us = gn_mono_us(&agent->options->clock) + (int64_t)GN_AGENT_STOP_MS_MAX * 1000;
    }
    if (err) {
        struct gn_action_answer answer;
        gn_actions_finish(&agent->actions, id, false, diag.text, &answer);
        agent_answer(agent, &answer);
        return;
    }
    (void)snprintf(agent->stop_ids[agent->stop_count++], GN_ACTION_ID_BYTES, "%s", id);
}

static void agent_on_action(void *self, gn_str name, gn_str payload)
{
    struct agent *agent = self;
    struct gn_action_answer answer;
    switch (gn_actions_take(&agent->actions, name, payload, gn_wall_ms(&agent->options->clock), &answer)) {
    case GN_ACTION_NOTHING:
        break;
    case GN_ACTION_ANSWER:
        agent_answer(agent, &answer);
        break;
    case GN_ACTION_START:
        agent_stop_begin(agent, answer.id);
        break;
    }
}

/* --- the link --- */

static bool agent_on_credentials(void *self, const char **out_id, const char **out_token)
{
    struct agent *agent = self;
    struct gn_diag diag = { 0 };
    if (agent->options->token_file != NULL) {
        struct gn_credentials fresh = agent->credentials;
        if (gn_credentials_token_file(agent->options->token_file, &fresh, &diag) == GN_OK)
            agent->credentials = fresh;
        else /* the token that was read before may still count */
            gn_log(GN_LOG_WARN, "agent", "token_file", "%s", diag.text);
        gn_credentials_wipe(&fresh);
    }
    *out_id = agent->credentials.id;
    *out_token = agent->credentials.token;
    return true;
}

static void agent_on_changed(void *self, bool up, const char *why)
{
    struct agent *agent = self;
    if (up)
        gn_log(GN_LOG_INFO, "agent", "connected", "thing=%s to=%s:%u waiting=%zu %s", agent->credentials.id,
               agent->options->host, agent->options->port, agent->queue->count, why);
    else
        gn_log(GN_LOG_WARN, "agent", "disconnected", "from=%s:%u why=\"%s\" waiting=%zu", agent->options->host,
               agent->options->port, why, agent->queue->count);
}

static void agent_send_samples(struct agent *agent)
{
    for (int i = 0; i < AGENT_SEND_AT_ONCE && gn_link_can_send(agent->link); i++) {
        const struct gn_sample *sample = gn_sample_queue_peek(agent->queue);
        if (sample == NULL)
            return;
        struct gn_buf buf = gn_buf_over(agent->payload, sizeof agent->payload);
        gn_sensors_json(agent->sensors, sample, &buf);
        assert(!buf.full); /* GN_AGENT_SERIES_MAX names and numbers fit */
        if (gn_link_send(agent->link, "properties", gn_buf_str(&buf)) != GN_OK)
            return;
        gn_sample_queue_drop(agent->queue);
    }
}

/* --- sampling --- */

static void agent_tell_missing(void *ctx, const struct gn_sensor_source *source)
{
    (void)ctx;
    gn_log(GN_LOG_INFO, "agent", "sensor_missing", "source=%s looked_at=\"%s\"", source->name, source->from);
}

static void agent_print(struct agent *agent)
{
    struct gn_buf buf = gn_buf_over(agent->payload, sizeof agent->payload);
    gn_sensors_json(agent->sensors, &agent->sample, &buf);
    (void)fprintf(agent->options->print, "%.*s\n", GN_STR_ARGS(gn_buf_str(&buf)));
    if (fflush(agent->options->print) != 0)
        agent->ending = true;
}

static void agent_sample(struct agent *agent, int64_t delay_us)
{
    const struct gn_clock *clock = &agent->options->clock;
    gn_sensors_read(agent->sensors, gn_wall_ms(clock), gn_mono_us(clock), &agent->sample);
    gn_sensors_put(agent->sensors, &agent->sample, "agent_delay", (double)delay_us / 1000.0);
    if (agent->probe != NULL)
        gn_sensors_put(agent->sensors, &agent->sample, "disk_latency", gn_latency_probe_ms(agent->probe));
    gn_sensors_missing(agent->sensors, agent_tell_missing, NULL);
    agent->sampled++;
    if (agent->options->print != NULL)
        agent_print(agent);
    else
        gn_sample_queue_add(agent->queue, &agent->sample);
    if (agent->queue->lost_total > 0 && agent->told_lost == 0)
        gn_log(GN_LOG_WARN, "agent", "samples_lost", "the node has been away for %d samples; the oldest go",
               GN_AGENT_SAMPLES_WAITING_MAX);
    agent->told_lost = agent->queue->count < GN_AGENT_SAMPLES_WAITING_MAX ? 0 : agent->queue->lost_total;
    if (agent->options->stop_after > 0 && agent->sampled >= agent->options->stop_after)
        agent->ending = true;
}

static void agent_on_timer(struct agent *agent)
{
    uint64_t expired = 0;
    if (read(agent->timer_fd, &expired, sizeof expired) != (ssize_t)sizeof expired || expired == 0)
        return;
    agent->ticks += expired; /* what a stopped process missed is missing; it is not made up */
    const int64_t due_us = agent->begin_us + (int64_t)(agent->ticks - 1) * agent->interval_us;
    const int64_t delay_us = gn_mono_us(&agent->options->clock) - due_us;
    agent_sample(agent, delay_us > 0 ? delay_us : 0);
}

/* --- the loop --- */

static int agent_wait_ms(const struct agent *agent)
{
    return agent->stop.fd >= 0 ? GN_DISTURBANCE_LOOK_MS : AGENT_IDLE_MS;
}

/* Takes the signal away: it must not be pending when the mask is put back. */
static void agent_on_signal(struct agent *agent, bool came)
{
    struct signalfd_siginfo info;
    if (came && read(agent->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        agent->ending = true;
}

static void agent_turn(struct agent *agent, int wait_ms)
{
    struct pollfd fds[3] = {
        { .fd = agent->timer_fd, .events = POLLIN },
        { .fd = agent->signal_fd, .events = POLLIN },
        { .fd = agent->link != NULL ? gn_link_fd(agent->link) : -1, .events = POLLIN },
    };
    if (fds[2].fd >= 0 && gn_link_wants_write(agent->link))
        fds[2].events |= POLLOUT;
    if (poll(fds, 3, wait_ms) < 0)
        return; /* a signal; the next turn looks again */
    if (fds[0].revents != 0)
        agent_on_timer(agent);
    agent_on_signal(agent, fds[1].revents != 0);
    if (agent->link == NULL)
        return;
    gn_link_serve(agent->link, (fds[2].revents & (POLLIN | POLLERR | POLLHUP)) != 0, (fds[2].revents & POLLOUT) != 0);
    agent_stop_look(agent);
    agent_send_answers(agent);
    agent_send_samples(agent);
}

/* What is on its way gets a moment to be acknowledged. */
static void agent_goodbye(struct agent *agent)
{
    const struct gn_clock *clock = &agent->options->clock;
    const int64_t until_us = gn_mono_us(clock) + (int64_t)AGENT_GOODBYE_MS * 1000;
    const struct itimerspec off = { 0 };
    (void)timerfd_settime(agent->timer_fd, 0, &off, NULL);
    while (agent->link != NULL && gn_link_is_up(agent->link) && gn_mono_us(clock) < until_us &&
           (gn_link_in_flight(agent->link) > 0 || agent->queue->count > 0 || agent->answer_count > 0))
        agent_turn(agent, GN_DISTURBANCE_LOOK_MS);
}

static gn_err agent_timer(struct agent *agent)
{
    const struct gn_agent_options *options = agent->options;
    agent->interval_us = (int64_t)(1e6 / options->hz);
    agent->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (agent->timer_fd < 0)
        return GN_ERR_IO;
    /* Absolute, so that lateness does not add up, and in the clock that gn_mono_us reads. */
    agent->begin_us = gn_mono_us(&options->clock) + agent->interval_us;
    const struct itimerspec spec = {
        .it_value = { .tv_sec = agent->begin_us / 1000000, .tv_nsec = agent->begin_us % 1000000 * 1000 },
        .it_interval = { .tv_sec = agent->interval_us / 1000000, .tv_nsec = agent->interval_us % 1000000 * 1000 },
    };
    return timerfd_settime(agent->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0 ? GN_OK : GN_ERR_IO;
}

static gn_err agent_signals(struct agent *agent)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &signals, &agent->signals_before);
    agent->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return agent->signal_fd >= 0 ? GN_OK : GN_ERR_IO;
}

static gn_err agent_link(struct agent *agent)
{
    const struct gn_link_options options = {
        .host = agent->options->host,
        .port = agent->options->port,
        .clock = agent->options->clock,
        .self = agent,
        .credentials = agent_on_credentials,
        .changed = agent_on_changed,
        .action = agent_on_action,
    };
    if (agent->options->print != NULL)
        return GN_OK;
    agent->link = gn_link_new(&options, agent->credentials.id);
    return agent->link != NULL ? GN_OK : GN_ERR_FULL;
}

static gn_err agent_start(struct agent *agent, struct gn_diag *diag)
{
    agent->sensors = gn_sensors_new(agent->options->sensor_root);
    agent->queue = gn_mem_take(sizeof *agent->queue, "samples that wait");
    gn_err err = agent->sensors != NULL && agent->queue != NULL ? GN_OK : GN_ERR_FULL;
    if (!err)
        err = agent_signals(agent);
    if (!err)
        err = agent_link(agent);
    if (!err) {
        struct gn_diag probe = { 0 };
        if (gn_latency_probe_start(agent->options->dir, agent->options->clock, &agent->probe, &probe) != GN_OK)
            gn_log(GN_LOG_WARN, "agent", "sensor_missing", "source=disk_latency why=\"%s\"", probe.text);
        err = agent_timer(agent);
    }
    if (err)
        gn_diag_set(diag, 0, 0, "the agent cannot start: %s", err == GN_ERR_FULL ? "no memory" : strerror(errno));
    return err;
}

static void agent_end(struct agent *agent)
{
    gn_latency_probe_stop(agent->probe);
    gn_link_free(agent->link);
    gn_disturbance_stop_forget(&agent->stop);
    if (agent->timer_fd >= 0)
        (void)close(agent->timer_fd);
    if (agent->signal_fd >= 0) {
        (void)close(agent->signal_fd);
        (void)pthread_sigmask(SIG_SETMASK, &agent->signals_before, NULL);
    }
    gn_sensors_free(agent->sensors);
    gn_mem_give(agent->queue);
    gn_credentials_wipe(&agent->credentials);
    gn_mem_give(agent);
}

gn_err gn_agent_run(const struct gn_agent_options *options, struct gn_diag *diag)
{
    assert(options != NULL && options->hz > 0.0);
    struct agent *agent = gn_mem_take(sizeof *agent, "the agent");
    if (agent == NULL) {
        gn_diag_set(diag, 0, 0, "no memory for the agent");
        return GN_ERR_FULL;
    }
    agent->options = options;
    agent->credentials = options->credentials;
    agent->timer_fd = -1;
    agent->signal_fd = -1;
    agent->stop.fd = -1;
    const gn_err err = agent_start(agent, diag);
    while (!err && !agent->ending)
        agent_turn(agent, agent_wait_ms(agent));
    if (!err)
        agent_goodbye(agent);
    agent_end(agent);
    return err;
}
