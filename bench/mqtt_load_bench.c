/* SPDX-License-Identifier: Apache-2.0 */
/* bench/mqtt_load_bench.c -- a load generator for any MQTT broker: QoS 1 publishes, counted by their PUBACKs.
 *
 *   mqtt_load_bench --host 127.0.0.1 --port 1883 --credentials FILE --connections 100 --inflight 64 --seconds 5 --json
 *   mqtt_load_bench --port 1883 --anonymous --topic-fixed bench/t --connections 100 --inflight 64 --seconds 5 --json
 *
 * FILE has a line "id token" for each Thing; connection i takes line i modulo their number. Every message is
 * {"v":N,"temperature":21.53} padded to --payload-bytes, N counting 1, 2, 3 ... on each connection (the k-th
 * connection of the same Thing counts from k * 10^9), so that a test can say which must be there: --acked-log
 * FILE gets a line "id N" for each acknowledged one. When a connection breaks, it says so, prints what was
 * counted until then, and ends with 3.
 *
 * One thread, epoll, messages encoded once and patched. Latency runs from the moment a message was due (with
 * --rate, all are measured, also the time they could not be sent) or was written (without, one in 16). */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "connect/mqtt/mqtt_encode.h"

enum {
    LOAD_EVENTS = 256,
    LOAD_READ_BYTES = 65536,
    LOAD_BATCH_BYTES = 65536,
    LOAD_MESSAGE_BYTES_MAX = 8192,
    LOAD_NUMBER_WIDTH = 12,
    LOAD_SAMPLE = 16,
    LOAD_CONNECT_S = 20,
    LOAD_DRAIN_S = 5,
    LOAD_BUCKETS = 64 * 32, /* 32 a power of two: within 3 percent */
    LOAD_EXIT_LOST = 3,
};

struct load_options {
    const char *host, *port, *credentials, *topic, *topic_fixed, *acked_log;
    uint32_t connections, inflight, payload_bytes, seconds;
    double rate; /* messages a second over all connections; 0 = as fast as they go */
    bool anonymous, json;
};

struct load_credential {
    char id[GN_THING_ID_BYTES_MAX + 1];
    char token[128];
};

struct load_conn {
    int fd;
    bool is_open;   /* CONNACK came */
    bool wants_out; /* waits for EPOLLOUT */
    const struct load_credential *credential;
    uint64_t base; /* numbers start behind this */
    uint64_t sent; /* messages */
    uint64_t acked;
    uint64_t due;     /* with --rate: messages that should have left by now */
    uint8_t *message; /* encoded, to be patched */
    uint32_t message_size, id_at, number_at;
    uint8_t *rest; /* bytes the kernel did not take */
    uint32_t rest_at, rest_size;
    uint8_t in[8]; /* the beginning of a packet that was cut */
    uint32_t in_size;
    int64_t *times_ns; /* of messages in flight */
};

struct load {
    struct load_options options;
    struct load_credential *credentials;
    uint32_t credential_count;
    struct load_conn *conns;
    uint32_t open_count;
    uint32_t time_mask;
    int epoll;
    uint64_t sent, acked, acked_in_time;
    int64_t start_ns, end_ns;
    uint64_t scheduled; /* messages given to connections, with --rate */
    uint64_t buckets[LOAD_BUCKETS];
    uint64_t latency_count;
    int64_t latency_max_ns;
    FILE *log;
    const char *lost; /* why, or NULL */
    uint8_t read_bytes[LOAD_READ_BYTES];
    uint8_t batch[LOAD_BATCH_BYTES];
};

static int64_t load_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- histogram --- */

static uint32_t load_bucket(int64_t ns)
{
    const uint64_t v = ns < 32 ? 32 : (uint64_t)ns;
    const uint32_t log2 = 63 - (uint32_t)__builtin_clzll(v);
    return (log2 - 5) * 32 + (uint32_t)(v >> (log2 - 5) & 31);
}

static double load_bucket_us(uint32_t bucket)
{
    const uint32_t log2 = bucket / 32 + 5;
    return (double)((32 + (uint64_t)(bucket % 32)) << (log2 - 5)) / 1000.0;
}

static void load_latency(struct load *load, int64_t ns)
{
    load->buckets[load_bucket(ns)]++;
    load->latency_count++;
    if (ns > load->latency_max_ns)
        load->latency_max_ns = ns;
}

static double load_quantile_us(const struct load *load, double quantile)
{
    const uint64_t rank = (uint64_t)(quantile * (double)load->latency_count);
    uint64_t seen = 0;
    for (uint32_t i = 0; i < LOAD_BUCKETS; i++) {
        seen += load->buckets[i];
        if (seen > rank)
            return load_bucket_us(i);
    }
    return (double)load->latency_max_ns / 1000.0;
}

/* --- connections --- */

static void load_lose(struct load *load, const char *why)
{
    if (load->lost == NULL)
        load->lost = why;
}

static void load_watch(struct load *load, struct load_conn *conn, bool out)
{
    struct epoll_event event = { .events = EPOLLIN | (out ? EPOLLOUT : 0u), .data.ptr = conn };
    conn->wants_out = out;
    if (epoll_ctl(load->epoll, EPOLL_CTL_MOD, conn->fd, &event) != 0)
        load_lose(load, "epoll failed");
}

/* {"v":           1,"temperature":21.53}, the key made longer until the size fits, then blanks. */
static uint32_t load_payload(char *to, uint32_t size)
{
    const uint32_t fixed = 5 + LOAD_NUMBER_WIDTH + 2 + 11 + 2 + 5 + 1;
    uint32_t key_pad = size > fixed ? size - fixed : 0;
    if (key_pad > GN_PROPERTY_BYTES_MAX - 11)
        key_pad = GN_PROPERTY_BYTES_MAX - 11;
    int at = snprintf(to, 64, "{\"v\":%*d,\"temperature", LOAD_NUMBER_WIDTH, 0);
    for (uint32_t i = 0; i < key_pad; i++)
        to[at++] = '_';
    at += snprintf(to + at, 16, "\":21.53");
    while ((uint32_t)at + 1 < size)
        to[at++] = ' ';
    to[at++] = '}';
    return (uint32_t)at;
}

static bool load_encode(struct load *load, struct load_conn *conn)
{
    const struct load_options *options = &load->options;
    char topic[GN_MQTT_TOPIC_BYTES_MAX], payload[LOAD_MESSAGE_BYTES_MAX];
    const char *mark = strstr(options->topic, "{id}");
    if (options->topic_fixed != NULL)
        (void)snprintf(topic, sizeof topic, "%s", options->topic_fixed);
    else if (mark != NULL)
        (void)snprintf(topic, sizeof topic, "%.*s%s%s", (int)(mark - options->topic), options->topic,
                       conn->credential->id, mark + 4);
    else
        (void)snprintf(topic, sizeof topic, "%s", options->topic);
    const uint32_t size = load_payload(payload, options->payload_bytes);
    struct gn_buf buf = gn_buf_over(conn->message, LOAD_MESSAGE_BYTES_MAX);
    const struct gn_mqtt_publish publish = {
        .qos = 1, .packet_id = 1, .topic = gn_str_of(topic), .payload = { (const uint8_t *)payload, size }
    };
    gn_mqtt_encode_publish(&buf, GN_MQTT_V311, &publish);
    conn->message_size = (uint32_t)buf.size;
    conn->id_at = (uint32_t)buf.size - size - 2;
    conn->number_at = (uint32_t)buf.size - size + 5;
    return !buf.full;
}

static bool load_connect_one(struct load *load, struct load_conn *conn, const struct addrinfo *to, uint32_t index)
{
    uint8_t bytes[512];
    char client_id[64];
    const int one = 1;
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    (void)snprintf(client_id, sizeof client_id, "load-%ld-%u", (long)getpid(), index);
    struct gn_mqtt_connect connect_packet = {
        .version = GN_MQTT_V311, .clean = true, .keepalive_s = 300, .client_id = gn_str_of(client_id)
    };
    if (!load->options.anonymous) {
        connect_packet.has_user = connect_packet.has_password = true;
        connect_packet.user = gn_str_of(conn->credential->id);
        connect_packet.password = gn_str_of(conn->credential->token);
    }
    gn_mqtt_encode_connect(&buf, &connect_packet);
    conn->fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (conn->fd < 0 || connect(conn->fd, to->ai_addr, to->ai_addrlen) != 0)
        return false;
    (void)setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (send(conn->fd, bytes, buf.size, MSG_NOSIGNAL) != (ssize_t)buf.size)
        return false;
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = conn };
    return epoll_ctl(load->epoll, EPOLL_CTL_ADD, conn->fd, &event) == 0;
}

static bool load_prepare(struct load *load)
{
    const struct load_options *options = &load->options;
    uint32_t slots = 2;
    while (slots < options->inflight * 2)
        slots *= 2;
    load->time_mask = slots - 1;
    load->conns = gn_mem_take(options->connections * sizeof *load->conns, "load");
    for (uint32_t i = 0; load->conns != NULL && i < options->connections; i++) {
        struct load_conn *conn = &load->conns[i];
        conn->fd = -1;
        conn->message = gn_mem_take(LOAD_MESSAGE_BYTES_MAX, "load");
        conn->times_ns = gn_mem_take(slots * sizeof *conn->times_ns, "load");
        if (conn->message == NULL || conn->times_ns == NULL)
            return false;
        if (load->credential_count > 0) {
            conn->credential = &load->credentials[i % load->credential_count];
            conn->base = (uint64_t)(i / load->credential_count) * 1000000000;
        }
        if (!load_encode(load, conn))
            return false;
    }
    return load->conns != NULL;
}

static bool load_connect(struct load *load)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    if (getaddrinfo(load->options.host, load->options.port, &hints, &found) != 0)
        return false;
    bool ok = true;
    for (uint32_t i = 0; ok && i < load->options.connections; i++)
        ok = load_connect_one(load, &load->conns[i], found, i);
    freeaddrinfo(found);
    return ok;
}

/* --- sending --- */

static void load_put_number(uint8_t *to, uint64_t number)
{
    for (int at = LOAD_NUMBER_WIDTH - 1; at >= 0; at--) {
        to[at] = (uint8_t)(number == 0 && at < LOAD_NUMBER_WIDTH - 1 ? ' ' : '0' + number % 10);
        number /= 10;
    }
}

static bool load_keep_rest(struct load_conn *conn, const uint8_t *bytes, size_t size)
{
    if (conn->rest == NULL)
        conn->rest = gn_mem_take(LOAD_BATCH_BYTES, "load");
    if (conn->rest == NULL)
        return false;
    memmove(conn->rest, bytes, size);
    conn->rest_at = 0;
    conn->rest_size = (uint32_t)size;
    return true;
}

/* Writes; false when the kernel took less, and the rest waits for EPOLLOUT. */
static bool load_write(struct load *load, struct load_conn *conn, const uint8_t *bytes, size_t size)
{
    const ssize_t wrote = send(conn->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (wrote < 0 && errno != EAGAIN) {
        load_lose(load, strerror(errno));
        return false;
    }
    const size_t done = wrote > 0 ? (size_t)wrote : 0;
    if (done == size)
        return true;
    if (!load_keep_rest(conn, bytes + done, size - done))
        load_lose(load, "no memory");
    load_watch(load, conn, true);
    return false;
}

static int64_t load_due_ns(const struct load *load, const struct load_conn *conn, uint64_t number)
{
    const uint64_t index = (number - 1) * load->options.connections + (uint64_t)(conn - load->conns);
    return load->start_ns + (int64_t)((double)index * 1e9 / load->options.rate);
}

/* As many as are due and may be in flight. */
static void load_send(struct load *load, struct load_conn *conn)
{
    const struct load_options *options = &load->options;
    bool more = !conn->wants_out && conn->is_open && load->lost == NULL;
    while (more) {
        const int64_t now_ns = load_now_ns();
        size_t size = 0;
        while (conn->sent - conn->acked < options->inflight && (options->rate == 0 || conn->sent < conn->due) &&
               size + conn->message_size <= LOAD_BATCH_BYTES) {
            uint8_t *to = load->batch + size;
            const uint64_t number = ++conn->sent;
            const uint32_t id = (uint32_t)((number - 1) % UINT16_MAX + 1);
            memcpy(to, conn->message, conn->message_size);
            to[conn->id_at] = (uint8_t)(id >> 8);
            to[conn->id_at + 1] = (uint8_t)id;
            load_put_number(to + conn->number_at, conn->base + number);
            conn->times_ns[number & load->time_mask] = options->rate > 0 ? load_due_ns(load, conn, number) : now_ns;
            size += conn->message_size;
            load->sent++;
        }
        more = size > 0 && load_write(load, conn, load->batch, size) && size + conn->message_size > LOAD_BATCH_BYTES;
    }
}

static void load_send_rest(struct load *load, struct load_conn *conn)
{
    const uint32_t size = conn->rest_size - conn->rest_at;
    const ssize_t wrote = send(conn->fd, conn->rest + conn->rest_at, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (wrote < 0 && errno != EAGAIN) {
        load_lose(load, strerror(errno));
        return;
    }
    conn->rest_at += wrote > 0 ? (uint32_t)wrote : 0;
    if (conn->rest_at == conn->rest_size) {
        load_watch(load, conn, false);
        load_send(load, conn);
    }
}

/* --- receiving --- */

static void load_acked(struct load *load, struct load_conn *conn, uint32_t id, int64_t now_ns)
{
    const uint32_t expected = (uint32_t)(conn->acked % UINT16_MAX + 1);
    const uint64_t number = conn->acked + 1 + (id + UINT16_MAX - expected) % UINT16_MAX;
    if (number > conn->sent) {
        load_lose(load, "a PUBACK for a message that was not sent");
        return;
    }
    conn->acked++;
    load->acked++;
    if (now_ns <= load->end_ns)
        load->acked_in_time++;
    if (load->options.rate > 0 || number % LOAD_SAMPLE == 0)
        load_latency(load, now_ns - conn->times_ns[number & load->time_mask]);
    if (load->log != NULL)
        fprintf(load->log, "%s %" PRIu64 "\n", conn->credential != NULL ? conn->credential->id : "-",
                conn->base + number);
}

/* One whole packet of a broker: CONNACK and PUBACK are all that may come. */
static void load_packet(struct load *load, struct load_conn *conn, const uint8_t *packet, uint32_t size, int64_t now_ns)
{
    if (packet[0] == GN_MQTT_PUBACK << 4 && size == 4)
        load_acked(load, conn, (uint32_t)packet[2] << 8 | packet[3], now_ns);
    else if (packet[0] == GN_MQTT_CONNACK << 4 && size == 4 && packet[3] == 0 && !conn->is_open) {
        conn->is_open = true;
        load->open_count++;
    } else
        load_lose(load, packet[0] == GN_MQTT_CONNACK << 4 ? "CONNECT was refused" : "an unexpected packet");
}

static void load_take(struct load *load, struct load_conn *conn, const uint8_t *bytes, size_t size)
{
    const int64_t now_ns = load_now_ns();
    while (conn->in_size > 0 && size > 0) { /* finish the packet that was cut */
        conn->in[conn->in_size++] = *bytes++;
        size--;
        if (conn->in_size >= 2 && conn->in_size == 2u + conn->in[1]) {
            load_packet(load, conn, conn->in, conn->in_size, now_ns);
            conn->in_size = 0;
        } else if (conn->in_size == sizeof conn->in) {
            load_lose(load, "an unexpected packet");
            return;
        }
    }
    while (size >= 2 && size >= 2u + bytes[1]) {
        load_packet(load, conn, bytes, 2u + bytes[1], now_ns);
        size -= 2u + bytes[1];
        bytes += 2u + bytes[1];
    }
    if (size > sizeof conn->in - 1) {
        load_lose(load, "an unexpected packet");
        return;
    }
    memcpy(conn->in, bytes, size);
    conn->in_size = (uint32_t)size;
}

static void load_receive(struct load *load, struct load_conn *conn)
{
    const ssize_t got = recv(conn->fd, load->read_bytes, sizeof load->read_bytes, MSG_DONTWAIT);
    if (got > 0)
        load_take(load, conn, load->read_bytes, (size_t)got);
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        load_lose(load, got == 0 ? "the broker closed a connection" : strerror(errno));
}

/* --- the run --- */

static void load_turn(struct load *load, int64_t wait_ns, bool sends)
{
    struct epoll_event events[LOAD_EVENTS];
    const struct timespec wait = { wait_ns / 1000000000, wait_ns % 1000000000 };
    const int count = epoll_pwait2(load->epoll, events, LOAD_EVENTS, &wait, NULL);
    for (int i = 0; i < count; i++) {
        struct load_conn *conn = events[i].data.ptr;
        if ((events[i].events & ~(uint32_t)EPOLLOUT) != 0)
            load_receive(load, conn);
        if ((events[i].events & EPOLLOUT) != 0 && conn->wants_out)
            load_send_rest(load, conn);
        if (sends)
            load_send(load, conn);
    }
}

static bool load_wait_open(struct load *load)
{
    const int64_t give_up_ns = load_now_ns() + (int64_t)LOAD_CONNECT_S * 1000000000;
    while (load->open_count < load->options.connections && load->lost == NULL && load_now_ns() < give_up_ns)
        load_turn(load, 100000000, false);
    return load->open_count == load->options.connections;
}

/* With --rate: hands out what is due, and says how long nothing is. */
static int64_t load_schedule(struct load *load, int64_t now_ns)
{
    const double interval_ns = 1e9 / load->options.rate;
    for (;;) {
        const int64_t due_ns = load->start_ns + (int64_t)((double)load->scheduled * interval_ns);
        if (due_ns > now_ns)
            return due_ns - now_ns;
        struct load_conn *conn = &load->conns[load->scheduled++ % load->options.connections];
        conn->due++;
        load_send(load, conn);
    }
}

static void load_run(struct load *load)
{
    load->start_ns = load_now_ns();
    load->end_ns = load->start_ns + (int64_t)load->options.seconds * 1000000000;
    for (uint32_t i = 0; i < load->options.connections && load->options.rate == 0; i++)
        load_send(load, &load->conns[i]);
    for (int64_t now_ns; load->lost == NULL && (now_ns = load_now_ns()) < load->end_ns;) {
        int64_t wait_ns = load->end_ns - now_ns;
        if (load->options.rate > 0) {
            const int64_t next_ns = load_schedule(load, now_ns);
            wait_ns = next_ns < wait_ns ? next_ns : wait_ns;
        }
        load_turn(load, wait_ns, true);
    }
    /* What was sent in time may be answered a little later; what broke may have left answers behind. */
    const int64_t drain_ns = load_now_ns() + (int64_t)LOAD_DRAIN_S * 1000000000;
    while (load->lost == NULL && load->acked < load->sent && load_now_ns() < drain_ns)
        load_turn(load, 10000000, false);
    for (uint32_t i = 0; i < load->options.connections && load->lost != NULL; i++)
        load_receive(load, &load->conns[i]);
}

static double load_cpu_s(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void load_report(const struct load *load, double cpu_s)
{
    const int64_t until_ns = load_now_ns() < load->end_ns ? load_now_ns() : load->end_ns;
    const double seconds = load->start_ns > 0 ? (double)(until_ns - load->start_ns) / 1e9 : 0;
    const double rate = seconds > 0 ? (double)load->acked_in_time / seconds : 0;
    if (load->options.json)
        printf("{\"sent\":%" PRIu64 ",\"acked\":%" PRIu64 ",\"seconds\":%.3f,\"rate\":%.0f,\"cpu_seconds\":%.3f,"
               "\"connections\":%u,\"inflight\":%u,\"latency_us\":{\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,"
               "\"p999\":%.1f,\"max\":%.1f},\"lost\":%s%s%s}\n",
               load->sent, load->acked, seconds, rate, cpu_s, load->options.connections, load->options.inflight,
               load_quantile_us(load, 0.5), load_quantile_us(load, 0.9), load_quantile_us(load, 0.99),
               load_quantile_us(load, 0.999), (double)load->latency_max_ns / 1000.0, load->lost ? "\"" : "",
               load->lost ? load->lost : "null", load->lost ? "\"" : "");
    else
        printf(
            "%" PRIu64 " sent, %" PRIu64 " acknowledged, %.0f a second; latency p50 %.1f us, p99 %.1f us, max %.1f us; "
            "%.2f s of CPU%s%s\n",
            load->sent, load->acked, rate, load_quantile_us(load, 0.5), load_quantile_us(load, 0.99),
            (double)load->latency_max_ns / 1000.0, cpu_s, load->lost ? "; LOST: " : "", load->lost ? load->lost : "");
}

/* --- options --- */

static bool load_read_credentials(struct load *load)
{
    FILE *file = fopen(load->options.credentials, "r");
    if (file == NULL)
        return false;
    load->credentials = gn_mem_take(GN_THINGS_MAX * sizeof *load->credentials, "load");
    while (load->credentials != NULL && load->credential_count < GN_THINGS_MAX) {
        struct load_credential *one = &load->credentials[load->credential_count];
        if (fscanf(file, "%64s %127s", one->id, one->token) != 2)
            break;
        load->credential_count++;
    }
    (void)fclose(file);
    return load->credential_count > 0;
}

static bool load_number(const char *text, uint32_t *out)
{
    uint64_t value;
    if (gn_parse_u64(gn_str_of(text), &value) || value > UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool load_option(struct load_options *options, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **text;
        uint32_t *number;
    } rows[] = {
        { "--host", &options->host, NULL },
        { "--port", &options->port, NULL },
        { "--credentials", &options->credentials, NULL },
        { "--topic", &options->topic, NULL },
        { "--topic-fixed", &options->topic_fixed, NULL },
        { "--acked-log", &options->acked_log, NULL },
        { "--connections", NULL, &options->connections },
        { "--inflight", NULL, &options->inflight },
        { "--seconds", NULL, &options->seconds },
        { "--payload-bytes", NULL, &options->payload_bytes },
    };
    if (strcmp(name, "--rate") == 0)
        return gn_parse_f64(gn_str_of(value), &options->rate) == GN_OK && options->rate >= 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) != 0)
            continue;
        if (rows[i].text != NULL)
            *rows[i].text = value;
        return rows[i].text != NULL || load_number(value, rows[i].number);
    }
    return false;
}

static bool load_options_read(struct load_options *options, int argc, char **argv)
{
    *options = (struct load_options){ .host = "127.0.0.1",
                                      .port = "1883",
                                      .topic = "things/{id}/properties",
                                      .connections = 1,
                                      .inflight = 1,
                                      .seconds = 5,
                                      .payload_bytes = 40 };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            options->json = true;
        else if (strcmp(argv[i], "--anonymous") == 0)
            options->anonymous = true;
        else if (i + 1 == argc || !load_option(options, argv[i], argv[i + 1]))
            return false;
        else
            i++;
    }
    return options->connections > 0 && options->inflight > 0 && options->inflight <= 30000 &&
           options->payload_bytes <= LOAD_MESSAGE_BYTES_MAX / 2 &&
           strlen(options->topic) < GN_MQTT_TOPIC_BYTES_MAX / 2 &&
           (options->credentials != NULL || (options->anonymous && options->topic_fixed != NULL));
}

int main(int argc, char **argv)
{
    struct load *load = gn_mem_take(sizeof *load, "load");
    (void)signal(SIGPIPE, SIG_IGN);
    if (load == NULL || !load_options_read(&load->options, argc, argv)) {
        fprintf(stderr,
                "usage: mqtt_load_bench [--host H] [--port P] --credentials FILE | --anonymous --topic-fixed T\n"
                "  [--connections N] [--inflight K] [--seconds S] [--rate R] [--payload-bytes B]\n"
                "  [--topic things/{id}/properties] [--acked-log FILE] [--json]\n");
        return 2;
    }
    if (load->options.credentials != NULL && !load_read_credentials(load)) {
        fprintf(stderr, "%s: no line \"id token\" in it\n", load->options.credentials);
        return 2;
    }
    if (load->options.acked_log != NULL && (load->log = fopen(load->options.acked_log, "w")) == NULL) {
        fprintf(stderr, "%s: cannot be written\n", load->options.acked_log);
        return 2;
    }
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    const bool open = load->epoll >= 0 && load_prepare(load) && load_connect(load) && load_wait_open(load);
    const double cpu_before_s = load_cpu_s();
    if (open)
        load_run(load);
    else
        load_lose(load, "not all connections could be made");
    load_report(load, load_cpu_s() - cpu_before_s);
    if (load->log != NULL)
        (void)fclose(load->log);
    if (load->lost != NULL)
        fprintf(stderr, "%s\n", load->lost);
    return load->lost == NULL ? 0 : open ? LOAD_EXIT_LOST : 1;
}
