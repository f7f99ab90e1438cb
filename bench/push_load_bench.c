/* SPDX-License-Identifier: Apache-2.0 */
/* bench/push_load_bench.c -- writes line protocol as fast as it is taken: the load of bench/history.py.
 *
 *   push_load_bench HOST PORT TARGET AUTHORIZATION SERIES VALUES BATCH CONNECTIONS START_MS
 *
 * SERIES series (a hundred a host) get VALUES values each, a second apart with up to 40 ms of jitter, two digits behind
 * the point, a random walk; time by time, as collectors send them, BATCH lines a request. Each connection writes series
 * of its own, waits for each answer, and makes the next body before it sends it: making is not counted. Prints values,
 * seconds, errors. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"

struct load {
    const char *host, *port_text;
    uint16_t port;
    const char *target, *authorization;
    int series_first, series_count, values, batch;
    int64_t start_ms;
    uint64_t sent, errors;
    pthread_barrier_t *ready;
    double busy_s;
    pthread_t thread;
};

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char *put_u64(char *to, uint64_t value)
{
    char digits[20];
    int count = 0;
    do
        digits[count++] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    while (count > 0)
        *to++ = digits[--count];
    return to;
}

static char *put_text(char *to, const char *text)
{
    const size_t size = strlen(text);
    memcpy(to, text, size);
    return to + size;
}

static uint32_t draw(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

static char *put_line(char *to, int series, int32_t hundredths, int64_t time_ns)
{
    to = put_text(to, "sensor,host=h");
    to = put_u64(to, (uint64_t)series / 100);
    to = put_text(to, ",id=s");
    to = put_u64(to, (uint64_t)series);
    to = put_text(to, " value=");
    to = put_u64(to, (uint64_t)hundredths / 100);
    *to++ = '.';
    *to++ = (char)('0' + hundredths / 10 % 10);
    *to++ = (char)('0' + hundredths % 10);
    *to++ = ' ';
    to = put_u64(to, (uint64_t)time_ns);
    *to++ = '\n';
    return to;
}

/* Sends a request, reads the head of its answer. False: not a 204. */
static bool request(int fd, const struct load *load, const char *body, size_t size)
{
    char text[4096];
    const int head = snprintf(text, sizeof text, "POST %s HTTP/1.1\r\nHost: %s:%s\r\nContent-Length: %zu\r\n%s%s%s\r\n",
                              load->target, load->host, load->port_text, size,
                              load->authorization[0] != '\0' ? "Authorization: " : "", load->authorization,
                              load->authorization[0] != '\0' ? "\r\n" : "");
    if (send(fd, text, (size_t)head, MSG_MORE) != head)
        return false;
    for (size_t at = 0; at < size;) {
        const ssize_t sent = send(fd, body + at, size - at, 0);
        if (sent <= 0)
            return perror("send"), false;
        at += (size_t)sent;
    }
    size_t got = 0;
    while (got < sizeof text - 1) {
        const ssize_t part = recv(fd, text + got, sizeof text - 1 - got, 0);
        if (part <= 0)
            return perror("recv"), false;
        got += (size_t)part;
        text[got] = '\0';
        if (strstr(text, "\r\n\r\n") != NULL)
            return strncmp(text, "HTTP/1.1 204", 12) == 0 || (fprintf(stderr, "%s\n", text), false);
    }
    return false;
}

static int dial(const struct load *load)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(load->port) };
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    (void)inet_pton(AF_INET, load->host, &to.sin_addr);
    return fd >= 0 && connect(fd, (const struct sockaddr *)(const void *)&to, sizeof to) == 0 ? fd : -1;
}

static void *run(void *self)
{
    struct load *load = self;
    char *body = malloc((size_t)load->batch * 96);
    int32_t *walk = malloc((size_t)load->series_count * sizeof *walk);
    uint32_t state = 2463534242u + (uint32_t)load->series_first;
    const int fd = dial(load);
    if (fd < 0 || body == NULL || walk == NULL)
        exit(1);
    for (int i = 0; i < load->series_count; i++)
        walk[i] = 2000 + (int32_t)(draw(&state) % 3000);
    (void)pthread_barrier_wait(load->ready);
    char *to = body;
    int lines = 0;
    for (int at = 0; at < load->values; at++) {
        for (int i = 0; i < load->series_count; i++) {
            walk[i] += (int32_t)(draw(&state) % 41) - 20;
            walk[i] = walk[i] < 0 ? 0 : walk[i];
            const int64_t jitter_ns = (int64_t)(draw(&state) % 40000000);
            to = put_line(to, load->series_first + i, walk[i],
                          (load->start_ms + (int64_t)at * 1000) * 1000000 + jitter_ns);
            if (++lines < load->batch && (at + 1 < load->values || i + 1 < load->series_count))
                continue;
            const double before = now_s();
            if (request(fd, load, body, (size_t)(to - body)))
                load->sent += (uint64_t)lines;
            else
                load->errors++;
            load->busy_s += now_s() - before;
            to = body;
            lines = 0;
        }
    }
    (void)close(fd);
    free(walk);
    free(body);
    return NULL;
}

static int whole(const char *text)
{
    int64_t value = 0;
    if (gn_parse_i64(gn_str_of(text), &value) != GN_OK || value < 0 || value > INT32_MAX) {
        fprintf(stderr, "'%s' is not a whole number\n", text);
        exit(2);
    }
    return (int)value;
}

int main(int argc, char **argv)
{
    struct load loads[16] = { 0 };
    pthread_barrier_t ready;
    if (argc != 10) {
        fprintf(stderr,
                "usage: push_load_bench HOST PORT TARGET AUTHORIZATION SERIES VALUES BATCH CONNECTIONS START_MS\n");
        return 2;
    }
    const int series = whole(argv[5]), connections = whole(argv[8]) < 16 ? whole(argv[8]) : 16;
    int64_t start_ms = 0;
    if (gn_parse_i64(gn_str_of(argv[9]), &start_ms) != GN_OK)
        return 2;
    (void)pthread_barrier_init(&ready, NULL, (unsigned)connections + 1);
    for (int i = 0; i < connections; i++) {
        loads[i] = (struct load){ .host = argv[1],
                                  .port_text = argv[2],
                                  .port = (uint16_t)whole(argv[2]),
                                  .target = argv[3],
                                  .authorization = argv[4],
                                  .series_first = series * i / connections,
                                  .series_count = series * (i + 1) / connections - series * i / connections,
                                  .values = whole(argv[6]),
                                  .batch = whole(argv[7]),
                                  .start_ms = start_ms,
                                  .ready = &ready };
        if (pthread_create(&loads[i].thread, NULL, run, &loads[i]) != 0)
            return 1;
    }
    (void)pthread_barrier_wait(&ready);
    const double begin = now_s();
    uint64_t sent = 0, errors = 0;
    for (int i = 0; i < connections; i++) {
        (void)pthread_join(loads[i].thread, NULL);
        sent += loads[i].sent;
        errors += loads[i].errors;
    }
    printf("{\"values\":%llu,\"seconds\":%.3f,\"errors\":%llu}\n", (unsigned long long)sent, now_s() - begin,
           (unsigned long long)errors);
    return errors > 0;
}
