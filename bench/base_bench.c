/* SPDX-License-Identifier: Apache-2.0 */
/* base_bench [SECONDS] -- what the floor costs: JSON in and out, numbers, the ring, the map, hashes.
 *
 * Each row runs for about SECONDS (0.3 at first) and prints nanoseconds a unit, from the best of five parts, so that
 * a neighbour on the machine shows less. The checks on what was computed keep the work from being left out. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/ring.h"
#include "base/timestamp.h"

enum { PARTS = 5, MAP_KEYS = 16384, MAP_CAPACITY = 32768, RING_BYTES = 8 << 20, RECORD_BYTES = 40, BATCH = 16 };

static double part_ns = 0.3e9 / PARTS;
static uint64_t sink; /* read at the end */

static double now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Nanoseconds a call of `run`, the best of all parts. */
static double measure(void (*run)(void))
{
    double best = 1e18;
    for (int part = 0; part < PARTS; part++) {
        const double begin = now_ns();
        double end = begin;
        uint64_t calls = 0;
        while (end - begin < part_ns) {
            for (int i = 0; i < 256; i++)
                run();
            calls += 256;
            end = now_ns();
        }
        const double ns = (end - begin) / (double)calls;
        best = ns < best ? ns : best;
    }
    return best;
}

static void row(const char *what, double ns, const char *unit)
{
    printf("%-50s %9.2f ns/%s\n", what, ns, unit);
}

/* --- JSON --- */

static struct gn_json json;
static gn_str json_text;

static void run_json(void)
{
    struct gn_json_token token;
    gn_json_init(&json, json_text);
    do {
        token = gn_json_next(&json);
        sink += token.text.size + (uint64_t)token.number;
    } while (token.kind != GN_JSON_END && token.kind != GN_JSON_ERROR);
    if (token.kind == GN_JSON_ERROR)
        abort();
}

static void bench_json(const char *what, gn_str text)
{
    json_text = text;
    row(what, measure(run_json) / (double)text.size, "byte");
}

static double f64_value;

static void run_write_f64(void)
{
    char bytes[64];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&buf);
    gn_jw_f64(&w, f64_value);
    sink += buf.size;
}

static void run_write_object(void)
{
    char bytes[256];
    struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&buf);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "time");
    gn_jw_i64(&w, INT64_C(1795317840125));
    gn_jw_key(&w, "value");
    gn_jw_f64(&w, 21.53);
    gn_jw_key(&w, "unit");
    gn_jw_text(&w, "kWh");
    gn_jw_close(&w, '}');
    sink += buf.size;
}

/* --- numbers and times --- */

static gn_str number_text;

static void run_number(void)
{
    double value = 0;
    sink += (uint64_t)gn_parse_f64(number_text, &value);
    sink += (uint64_t)value;
}

static void bench_number(const char *what, gn_str text)
{
    number_text = text;
    row(what, measure(run_number), "number");
}

static void run_time_parse(void)
{
    int64_t ms = 0;
    sink += (uint64_t)gn_time_parse(GN_STR("2026-11-22T03:24:00.125Z"), &ms);
    sink += (uint64_t)ms;
}

static void run_time_format(void)
{
    char text[GN_TIME_TEXT_BYTES];
    gn_time_format(INT64_C(1795317840125), text);
    sink += (uint64_t)text[20];
}

/* --- map and hashes --- */

static struct gn_map_slot map_slots[MAP_CAPACITY];
static struct gn_map map;
static char map_keys[MAP_KEYS][32];
static size_t map_next;

static void map_fill(void)
{
    static const uint8_t seed[16] = { 7 };
    gn_map_init(&map, map_slots, MAP_CAPACITY, seed);
    for (size_t i = 0; i < MAP_KEYS; i++) {
        (void)snprintf(map_keys[i], sizeof map_keys[i], "pump-%zu/temperature", i * 7919 % MAP_KEYS);
        if (gn_map_put(&map, gn_str_of(map_keys[i]), (uint32_t)i))
            abort();
    }
}

static void run_map(void)
{
    uint32_t value = 0;
    map_next = (map_next + 1) % MAP_KEYS;
    if (!gn_map_get(&map, gn_str_of(map_keys[map_next]), &value))
        abort();
    sink += value;
}

static uint8_t hash_bytes[4096];
static size_t hash_size;

static void run_hash32(void)
{
    hash_bytes[0]++;
    sink += gn_hash32((gn_bytes){ hash_bytes, hash_size });
}

static void run_crc32(void)
{
    hash_bytes[0]++;
    sink += gn_crc32(0, (gn_bytes){ hash_bytes, hash_size });
}

static void run_sha256(void)
{
    hash_bytes[0]++;
    sink += gn_sha256_of((gn_bytes){ hash_bytes, hash_size }).bytes[0];
}

/* --- ring: one writer, two followers that read every record --- */

static struct gn_ring ring;
static uint64_t ring_records;

static void *ring_follow(void *arg)
{
    const size_t follower = (size_t)(uintptr_t)arg;
    uint64_t seen = 0;
    uint64_t sum = 0;
    while (seen < ring_records) {
        const gn_bytes ready = gn_ring_peek(&ring, follower);
        if (ready.size == 0)
            (void)sched_yield();
        for (size_t at = 0; at < ready.size;) {
            uint64_t words[2];
            memcpy(words, ready.at + at, sizeof words[0]);
            if (words[0] >> 32 != 0) {
                memcpy(words, ready.at + at, sizeof words);
                sum += words[1];
                seen++;
            }
            at += (uint32_t)words[0];
        }
        gn_ring_advance(&ring, follower, ready.size);
    }
    return (void *)(uintptr_t)(sum == ring_records * (ring_records - 1) / 2);
}

static void ring_write(uint64_t number)
{
    uint64_t *record;
    while ((record = gn_ring_reserve(&ring, RECORD_BYTES)) == NULL) {
        gn_ring_publish(&ring);
        (void)sched_yield();
    }
    memset(record, 0, RECORD_BYTES);
    record[0] = RECORD_BYTES | UINT64_C(1) << 32; /* size, and a type that is no pad */
    record[1] = number;
    if (number % BATCH == BATCH - 1)
        gn_ring_publish(&ring);
}

static void bench_ring_threads(void)
{
    pthread_t followers[2];
    double best = 1e18;
    ring_records = (uint64_t)(part_ns / 15);
    for (int part = 0; part < PARTS; part++) {
        void *memory = gn_mem_take(RING_BYTES, "ring");
        if (memory == NULL || gn_ring_init(&ring, memory, RING_BYTES, 2))
            abort();
        const double begin = now_ns();
        for (size_t i = 0; i < 2; i++)
            if (pthread_create(&followers[i], NULL, ring_follow, (void *)(uintptr_t)i) != 0)
                abort();
        for (uint64_t number = 0; number < ring_records; number++)
            ring_write(number);
        gn_ring_publish(&ring);
        for (size_t i = 0; i < 2; i++) {
            void *good = NULL;
            if (pthread_join(followers[i], &good) != 0 || good == NULL)
                abort();
        }
        const double ns = (now_ns() - begin) / (double)ring_records;
        best = ns < best ? ns : best;
        gn_mem_give(memory);
    }
    row("ring, 40-byte records, two followers, threads", best, "record");
}

/* The same without other threads: what reserve, publish, peek and advance cost by themselves. */
static void run_ring(void)
{
    for (uint64_t number = 0; number < BATCH; number++)
        ring_write(number);
    for (size_t follower = 0; follower < 2; follower++) {
        gn_bytes ready;
        while ((ready = gn_ring_peek(&ring, follower)).size > 0) {
            sink += ready.at[8];
            gn_ring_advance(&ring, follower, ready.size);
        }
    }
}

static void bench_ring_alone(void)
{
    void *memory = gn_mem_take(RING_BYTES, "ring");
    if (memory == NULL || gn_ring_init(&ring, memory, RING_BYTES, 2))
        abort();
    row("ring, 40-byte records, two followers, one thread", measure(run_ring) / BATCH, "record");
    gn_mem_give(memory);
}

/* --- all rows --- */

static void bench_text(void)
{
    bench_json("JSON in, {\"t\":21.53,\"rh\":48.2,\"on\":true}", GN_STR("{\"t\":21.53,\"rh\":48.2,\"on\":true}"));
    bench_json("JSON in, SenML, 2 records",
               GN_STR("[{\"bn\":\"urn:dev:mac:0024befffe804ff1/\",\"n\":\"voltage\",\"u\":\"V\",\"v\":120.1},"
                      "{\"n\":\"current\",\"u\":\"A\",\"v\":1.2}]"));
    bench_json("JSON in, 12 readings of 17 digits",
               GN_STR("[21.534999999999997,48.200000000000003,0.10000000000000001,1013.2000000000001,"
                      "0.30000000000000004,99.989999999999995,-12.199999999999999,3.1415926535897931,"
                      "2.7182818284590451,1.4142135623730951,0.57721566490153287,6.6260701500000002]"));
    bench_json("JSON in, a string of 200 bytes",
               GN_STR("[\"The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog. "
                      "The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog. "
                      "The quick brown fox.\"]"));
    row("JSON out, {\"time\":...,\"value\":21.53,\"unit\":...}", measure(run_write_object), "object");
    f64_value = 21.53;
    row("JSON out, 21.53", measure(run_write_f64), "number");
    f64_value = 1.0 / 3;
    row("JSON out, 1/3", measure(run_write_f64), "number");
    bench_number("number in, 21.53", GN_STR("21.53"));
    bench_number("number in, 0.30000000000000004", GN_STR("0.30000000000000004"));
    bench_number("number in, 6.02214076e23", GN_STR("6.02214076e23"));
    bench_number("number in, by strtod (20 digits)", GN_STR("3.14159265358979323846"));
    row("time in, RFC 3339", measure(run_time_parse), "time");
    row("time out, RFC 3339", measure(run_time_format), "time");
}

static void bench_tables(void)
{
    map_fill();
    row("map, 16384 keys of about 21 bytes", measure(run_map), "lookup");
    hash_size = 64;
    row("hash32, 64 bytes", measure(run_hash32), "call");
    hash_size = sizeof hash_bytes;
    row("hash32, 4096 bytes", measure(run_hash32) / (double)hash_size, "byte");
    row("crc32, 4096 bytes", measure(run_crc32) / (double)hash_size, "byte");
    row("sha256, 4096 bytes", measure(run_sha256) / (double)hash_size, "byte");
}

int main(int argc, char **argv)
{
    double seconds = 0;
    if (argc > 2 || (argc == 2 && (gn_parse_f64(gn_str_of(argv[1]), &seconds) || seconds <= 0))) {
        fprintf(stderr, "usage: base_bench [SECONDS]\n");
        return 2;
    }
    if (argc == 2)
        part_ns = seconds * 1e9 / PARTS;
    bench_text();
    bench_tables();
    bench_ring_alone();
    bench_ring_threads();
    return sink == 42 ? 1 : 0;
}
