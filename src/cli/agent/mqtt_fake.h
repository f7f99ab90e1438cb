/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/mqtt_fake.h -- for tests only: just enough of an MQTT 3.1.1 server, on a free port, that a test can make
 * it refuse, keep silent, forget connections and push a message. One connection at a time; a thread of its own. */
#ifndef GN_CLI_AGENT_MQTT_FAKE_H
#define GN_CLI_AGENT_MQTT_FAKE_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"

enum { MQTT_FAKE_LOG_BYTES = 1 << 18 };

struct mqtt_fake {
    int listen_fd;
    int fd; /* of the connection, -1; the thread's */
    uint16_t port;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    int connack;          /* code to answer CONNECT with; -1: no answer */
    bool silent;          /* acknowledge no PUBLISH */
    bool drop;            /* close the connection, once */
    bool end;
    int connects;
    int publishes;
    int duplicates; /* of them, with DUP set */
    int pubacks;    /* for what was pushed */
    char push_topic[128];
    char push_payload[512];
    char user[128], password[128], subscribed[128];
    char log[MQTT_FAKE_LOG_BYTES]; /* "topic payload\n" of each PUBLISH */
    uint8_t in[65536];             /* the thread's */
    size_t in_size;
};

static inline uint16_t mqtt_fake_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline const uint8_t *mqtt_fake_text(const uint8_t *at, char *to, size_t capacity)
{
    (void)snprintf(to, capacity, "%.*s", mqtt_fake_u16(at), (const char *)at + 2);
    return at + 2 + mqtt_fake_u16(at);
}

static inline void mqtt_fake_send(struct mqtt_fake *fake, const void *bytes, size_t size)
{
    if (send(fake->fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size) {
        /* gone; the next read says so */
    }
}

static inline void mqtt_fake_connect(struct mqtt_fake *fake, const uint8_t *body)
{
    char id[128];
    const uint8_t *at = mqtt_fake_text(body + 10, id, sizeof id); /* behind "MQTT", level, flags, keep-alive */
    fake->connects++;
    if ((body[7] & 0x80) != 0)
        at = mqtt_fake_text(at, fake->user, sizeof fake->user);
    if ((body[7] & 0x40) != 0)
        (void)mqtt_fake_text(at, fake->password, sizeof fake->password);
    const uint8_t connack[] = { 0x20, 2, 0, (uint8_t)fake->connack };
    if (fake->connack >= 0)
        mqtt_fake_send(fake, connack, sizeof connack);
}

static inline void mqtt_fake_publish(struct mqtt_fake *fake, uint8_t first, const uint8_t *body, size_t size)
{
    char topic[128];
    const uint8_t *at = mqtt_fake_text(body, topic, sizeof topic);
    const uint8_t puback[] = { 0x40, 2, at[0], at[1] };
    const size_t used = strlen(fake->log);
    (void)snprintf(fake->log + used, sizeof fake->log - used, "%s %.*s\n", topic, (int)(size - (size_t)(at + 2 - body)),
                   (const char *)at + 2);
    fake->publishes++;
    fake->duplicates += (first & 8) != 0 ? 1 : 0;
    if (!fake->silent)
        mqtt_fake_send(fake, puback, sizeof puback);
}

static inline void mqtt_fake_packet(struct mqtt_fake *fake, uint8_t first, const uint8_t *body, size_t size)
{
    static const uint8_t pingresp[] = { 0xD0, 0 };
    const uint8_t suback[] = { 0x90, 3, body[0], body[1], 1 };
    switch (first >> 4) {
    case 1:
        mqtt_fake_connect(fake, body);
        break;
    case 3:
        mqtt_fake_publish(fake, first, body, size);
        break;
    case 4:
        fake->pubacks++;
        break;
    case 8:
        (void)mqtt_fake_text(body + 2, fake->subscribed, sizeof fake->subscribed);
        mqtt_fake_send(fake, suback, sizeof suback);
        break;
    case 12:
        mqtt_fake_send(fake, pingresp, sizeof pingresp);
        break;
    default:
        break;
    }
}

/* Takes whole packets from the front of `in`. */
static inline void mqtt_fake_packets(struct mqtt_fake *fake)
{
    for (;;) {
        size_t length = 0;
        size_t head = 1;
        for (unsigned shift = 0; head < fake->in_size; shift += 7) {
            length |= (size_t)(fake->in[head] & 0x7F) << shift;
            if ((fake->in[head++] & 0x80) == 0)
                break;
        }
        if (fake->in_size < 2 || fake->in_size < head + length)
            return;
        mqtt_fake_packet(fake, fake->in[0], fake->in + head, length);
        fake->in_size -= head + length;
        memmove(fake->in, fake->in + head + length, fake->in_size);
    }
}

static inline void mqtt_fake_push(struct mqtt_fake *fake)
{
    uint8_t packet[1024];
    const size_t topic = strlen(fake->push_topic);
    const size_t payload = strlen(fake->push_payload);
    const size_t length = 2 + topic + 2 + payload;
    size_t at = 0;
    packet[at++] = 0x32; /* PUBLISH, QoS 1 */
    packet[at++] = (uint8_t)(length % 128 | 0x80);
    packet[at++] = (uint8_t)(length / 128);
    packet[at++] = 0;
    packet[at++] = (uint8_t)topic;
    memcpy(packet + at, fake->push_topic, topic);
    at += topic;
    packet[at++] = 0;
    packet[at++] = 7;
    memcpy(packet + at, fake->push_payload, payload);
    mqtt_fake_send(fake, packet, at + payload);
    fake->push_topic[0] = '\0';
}

static inline void mqtt_fake_close(struct mqtt_fake *fake)
{
    if (fake->fd >= 0)
        (void)close(fake->fd);
    fake->fd = -1;
    fake->in_size = 0;
    fake->drop = false;
}

static inline void mqtt_fake_turn(struct mqtt_fake *fake, const struct pollfd fds[static 2])
{
    if (fake->fd >= 0 && fds[1].revents != 0) {
        const ssize_t got = recv(fake->fd, fake->in + fake->in_size, sizeof fake->in - fake->in_size, 0);
        if (got <= 0)
            mqtt_fake_close(fake);
        else
            fake->in_size += (size_t)got;
        mqtt_fake_packets(fake);
    }
    if (fds[0].revents != 0) {
        mqtt_fake_close(fake);
        fake->fd = accept(fake->listen_fd, NULL, NULL);
    }
    if (fake->drop)
        mqtt_fake_close(fake);
    if (fake->fd >= 0 && fake->push_topic[0] != '\0' && fake->subscribed[0] != '\0')
        mqtt_fake_push(fake);
}

static inline void *mqtt_fake_work(void *opaque)
{
    struct mqtt_fake *fake = opaque;
    for (bool end = false; !end;) {
        struct pollfd fds[2] = { { .fd = fake->listen_fd, .events = POLLIN }, { .fd = fake->fd, .events = POLLIN } };
        (void)poll(fds, 2, 5);
        (void)pthread_mutex_lock(&fake->lock);
        mqtt_fake_turn(fake, fds);
        end = fake->end;
        (void)pthread_mutex_unlock(&fake->lock);
    }
    mqtt_fake_close(fake);
    return NULL;
}

static inline void mqtt_fake_start(struct mqtt_fake *fake)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof address;
    memset(fake, 0, sizeof *fake);
    fake->fd = -1;
    (void)pthread_mutex_init(&fake->lock, NULL);
    fake->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fake->listen_fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fake->listen_fd, 8) != 0 || getsockname(fake->listen_fd, (struct sockaddr *)&address, &size) != 0)
        abort();
    fake->port = ntohs(address.sin_port);
    if (pthread_create(&fake->thread, NULL, mqtt_fake_work, fake) != 0)
        abort();
}

static inline void mqtt_fake_stop(struct mqtt_fake *fake)
{
    (void)pthread_mutex_lock(&fake->lock);
    fake->end = true;
    (void)pthread_mutex_unlock(&fake->lock);
    (void)pthread_join(fake->thread, NULL);
    (void)close(fake->listen_fd);
    (void)pthread_mutex_destroy(&fake->lock);
}

/* Reads a counter, sets a switch: under the lock. */
static inline int mqtt_fake_get(struct mqtt_fake *fake, const int *counter)
{
    (void)pthread_mutex_lock(&fake->lock);
    const int value = *counter;
    (void)pthread_mutex_unlock(&fake->lock);
    return value;
}

static inline void mqtt_fake_set(struct mqtt_fake *fake, bool *what, bool value)
{
    (void)pthread_mutex_lock(&fake->lock);
    *what = value;
    (void)pthread_mutex_unlock(&fake->lock);
}

static inline void mqtt_fake_tell(struct mqtt_fake *fake, const char *topic, const char *payload)
{
    (void)pthread_mutex_lock(&fake->lock);
    (void)snprintf(fake->push_payload, sizeof fake->push_payload, "%s", payload);
    (void)snprintf(fake->push_topic, sizeof fake->push_topic, "%s", topic);
    (void)pthread_mutex_unlock(&fake->lock);
}

static inline bool mqtt_fake_has(struct mqtt_fake *fake, const char *text)
{
    (void)pthread_mutex_lock(&fake->lock);
    const bool found = strstr(fake->log, text) != NULL;
    (void)pthread_mutex_unlock(&fake->lock);
    return found;
}

#endif
