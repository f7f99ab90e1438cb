/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/agent_link.h"

#include <assert.h>
#include <errno.h>
#include <mosquitto.h>
#include <pthread.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "os/entropy.h"

enum link_state { LINK_AWAY, LINK_CONNECTING, LINK_UP };

enum { LINK_TOPIC_BYTES = 256, LINK_PAYLOAD_BYTES_MAX = 65536 };

struct gn_link {
    struct gn_link_options options;
    struct mosquitto *client;
    enum link_state state;
    unsigned failures;   /* since the last connection that held */
    int64_t up_us;       /* UP: since */
    int64_t next_try_us; /* AWAY: not before */
    int64_t give_up_us;  /* CONNECTING: at the latest */
    size_t in_flight;    /* published, not acknowledged */
    int refused;         /* CONNACK code of a refusal, until the loss that follows it is told */
    char id[GN_THING_ID_BYTES_MAX + 1];
};

static pthread_once_t link_library_once = PTHREAD_ONCE_INIT;

static void link_library_init(void)
{
    (void)mosquitto_lib_init();
}

int64_t gn_link_back_off_ms(unsigned failures)
{
    int64_t wait = GN_LINK_BACK_OFF_MS;
    for (unsigned i = 1; i < failures && wait < GN_LINK_BACK_OFF_MS_MAX; i++)
        wait *= 2;
    return wait < GN_LINK_BACK_OFF_MS_MAX ? wait : GN_LINK_BACK_OFF_MS_MAX;
}

/* A quarter up or down. */
static int64_t link_jitter(int64_t wait_ms)
{
    uint16_t dice = 0;
    gn_entropy(&dice, sizeof dice);
    return wait_ms - wait_ms / 4 + wait_ms / 2 * dice / UINT16_MAX;
}

/* The only place where a connection ends. */
static void link_lost(struct gn_link *link, const char *why)
{
    if (link->state == LINK_AWAY)
        return;
    /* A connection that was accepted and lost at once is a failure too: two agents with one id, for instance,
     * throw each other out. */
    const int64_t now_us = gn_mono_us(&link->options.clock);
    if (link->state == LINK_UP && now_us - link->up_us >= (int64_t)GN_LINK_STEADY_MS * 1000)
        link->failures = 0;
    link->state = LINK_AWAY;
    link->failures++;
    link->next_try_us = now_us + link_jitter(gn_link_back_off_ms(link->failures)) * 1000;
    link->options.changed(link->options.self, false, why);
}

/* --- what the library calls --- */

static void link_on_connect(struct mosquitto *client, void *opaque, int code)
{
    struct gn_link *link = opaque;
    char topic[LINK_TOPIC_BYTES];
    if (code != 0) {
        link->refused = code; /* the loss that follows says it */
        return;
    }
    (void)snprintf(topic, sizeof topic, "things/%s/actions/+", link->id);
    const int failed = mosquitto_subscribe(client, NULL, topic, 1);
    link->state = LINK_UP;
    link->up_us = gn_mono_us(&link->options.clock);
    link->options.changed(link->options.self, true, failed != 0 ? mosquitto_strerror(failed) : "");
}

static void link_on_disconnect(struct mosquitto *client, void *opaque, int code)
{
    struct gn_link *link = opaque;
    (void)client;
    if (link->refused != 0)
        link_lost(link, mosquitto_connack_string(link->refused));
    else
        link_lost(link, mosquitto_strerror(code));
    link->refused = 0;
}

static void link_on_publish(struct mosquitto *client, void *opaque, int message)
{
    struct gn_link *link = opaque;
    (void)client;
    (void)message;
    if (link->in_flight > 0)
        link->in_flight--;
}

static void link_on_message(struct mosquitto *client, void *opaque, const struct mosquitto_message *message)
{
    struct gn_link *link = opaque;
    char prefix[LINK_TOPIC_BYTES];
    (void)client;
    const int size = snprintf(prefix, sizeof prefix, "things/%s/actions/", link->id);
    const gn_str topic = gn_str_of(message->topic);
    if (!gn_str_starts(topic, (gn_str){ prefix, (size_t)size }) || message->payloadlen < 0)
        return;
    link->options.action(link->options.self, (gn_str){ topic.at + size, topic.size - (size_t)size },
                         (gn_str){ message->payload, (size_t)message->payloadlen });
}

/* --- life --- */

struct gn_link *gn_link_new(const struct gn_link_options *options, const char *id)
{
    assert(options != NULL && id != NULL && options->credentials != NULL && options->changed != NULL);
    struct gn_link *link = gn_mem_take(sizeof *link, "the agent's link");
    if (link == NULL)
        return NULL;
    (void)pthread_once(&link_library_once, link_library_init);
    link->options = *options;
    if (gn_str_copy(link->id, sizeof link->id, gn_str_of(id)) == GN_OK)
        link->client = mosquitto_new(id, false, link); /* false: the session outlives a connection */
    if (link->client == NULL) {
        gn_mem_give(link);
        return NULL;
    }
    mosquitto_connect_callback_set(link->client, link_on_connect);
    mosquitto_disconnect_callback_set(link->client, link_on_disconnect);
    mosquitto_publish_callback_set(link->client, link_on_publish);
    mosquitto_message_callback_set(link->client, link_on_message);
    (void)mosquitto_int_option(link->client, MOSQ_OPT_TCP_NODELAY, 1);
    (void)mosquitto_max_inflight_messages_set(link->client, GN_AGENT_IN_FLIGHT_MAX);
    return link;
}

static void link_connect(struct gn_link *link)
{
    const char *id = NULL;
    const char *token = NULL;
    const int64_t now_us = gn_mono_us(&link->options.clock);
    link->state = LINK_CONNECTING;
    link->give_up_us = now_us + (int64_t)GN_LINK_CONNECT_MS_MAX * 1000;
    if (!link->options.credentials(link->options.self, &id, &token)) {
        link_lost(link, "there are no usable credentials");
        return;
    }
    int failed = mosquitto_username_pw_set(link->client, id, token);
    if (failed == MOSQ_ERR_SUCCESS)
        failed = mosquitto_connect_async(link->client, link->options.host, link->options.port, GN_LINK_KEEP_ALIVE_S);
    if (failed != MOSQ_ERR_SUCCESS)
        link_lost(link, failed == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(failed));
}

int gn_link_fd(const struct gn_link *link)
{
    return mosquitto_socket(link->client);
}

bool gn_link_wants_write(const struct gn_link *link)
{
    return mosquitto_want_write(link->client);
}

/* One step of the library's own; what it cannot go on with ends the connection. */
static void link_step(struct gn_link *link, int failed)
{
    if (failed == MOSQ_ERR_SUCCESS || failed == MOSQ_ERR_CONN_PENDING || link->state == LINK_AWAY)
        return;
    link_lost(link, failed == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(failed));
}

void gn_link_serve(struct gn_link *link, bool readable, bool writable)
{
    assert(link != NULL);
    const int64_t now_us = gn_mono_us(&link->options.clock);
    if (link->state == LINK_AWAY) {
        if (now_us >= link->next_try_us)
            link_connect(link);
        return;
    }
    if (readable)
        link_step(link, mosquitto_loop_read(link->client, 1));
    if (link->state != LINK_AWAY && (writable || mosquitto_want_write(link->client)))
        link_step(link, mosquitto_loop_write(link->client, 1));
    if (link->state != LINK_AWAY)
        link_step(link, mosquitto_loop_misc(link->client));
    if (link->state == LINK_CONNECTING && now_us >= link->give_up_us) {
        link_lost(link, "no answer to CONNECT");
        (void)mosquitto_disconnect(link->client);
    }
}

bool gn_link_is_up(const struct gn_link *link)
{
    return link->state == LINK_UP;
}

bool gn_link_can_send(const struct gn_link *link)
{
    return link->state == LINK_UP && link->in_flight < GN_AGENT_IN_FLIGHT_MAX;
}

size_t gn_link_in_flight(const struct gn_link *link)
{
    return link->in_flight;
}

gn_err gn_link_send(struct gn_link *link, const char *suffix, gn_str payload)
{
    char topic[LINK_TOPIC_BYTES];
    const int size = snprintf(topic, sizeof topic, "things/%s/%s", link->id, suffix);
    if (size < 0 || (size_t)size >= sizeof topic || payload.size > LINK_PAYLOAD_BYTES_MAX)
        return GN_ERR_INVAL;
    if (!gn_link_can_send(link))
        return GN_ERR_AGAIN;
    const int failed = mosquitto_publish(link->client, NULL, topic, (int)payload.size, payload.at, 1, false);
    if (failed == MOSQ_ERR_INVAL || failed == MOSQ_ERR_PAYLOAD_SIZE || failed == MOSQ_ERR_OVERSIZE_PACKET)
        return GN_ERR_INVAL;
    if (failed == MOSQ_ERR_NOMEM)
        return GN_ERR_AGAIN;
    /* Lost at this very moment: the library has kept the message and sends it on the next connection. */
    link->in_flight++;
    return GN_OK;
}

void gn_link_free(struct gn_link *link)
{
    if (link == NULL)
        return;
    const bool up = link->state == LINK_UP;
    link->state = LINK_AWAY; /* the library's calls below tell nobody any more */
    if (up) {
        (void)mosquitto_disconnect(link->client);
        (void)mosquitto_loop_write(link->client, 1);
    }
    mosquitto_destroy(link->client);
    gn_mem_give(link);
}
