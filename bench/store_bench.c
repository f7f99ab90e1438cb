/* SPDX-License-Identifier: Apache-2.0 */
/* store_bench -- what keeping readings costs: journal, history, queries, memory.
 *
 *      store_bench [FOLDER]     everything, in a folder of its own below FOLDER (default /tmp), removed after
 *
 *   journal   groups of readings on the real disk: ns a reading to append, MB/s, and what a sync costs
 *   history   1000 series in turn: ns a reading to follow, what flushing adds, bytes a reading on disk
 *   query     1e6 readings of one series, and what a portal asks for
 *   memory    resident memory of the history with the series of one machine
 *
 * Two kinds of values: a sensor with two digits, and noise in every bit, the worst there is. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/clock.h"
#include "store/journal.h"
#include "store/store.h"

enum { SERIES = 1000, READINGS = 4000000, FLUSH_EVERY = 100000 /* ten a second at 1 M/s */ };

static struct gn_clock the_clock;

static int64_t now_us(void)
{
    return gn_mono_us(&the_clock);
}

static void must(gn_err err, const char *what)
{
    if (err) {
        fprintf(stderr, "%s: %s\n", what, gn_err_text(err));
        exit(1);
    }
}

static uint64_t mix(uint64_t v)
{
    v ^= v >> 30;
    v *= UINT64_C(0xbf58476d1ce4e5b9);
    v ^= v >> 27;
    return v * UINT64_C(0x94d049bb133111eb);
}

static double value_of(uint64_t i, bool noise)
{
    const uint64_t r = mix(i + 1);
    return noise ? 20.0 + (double)(r >> 11) / 9007199254740992.0 : (double)(2000 + (int64_t)(r >> 58)) / 100.0;
}

/* What this thread has computed, without waiting for the disk or for others. */
static int64_t cpu_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Memory of our own; pages of libraries are shared and can be read again. */
static long resident_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "RssAnon: %ld", &kib) == 1)
            break;
    (void)fclose(file);
    return kib;
}

static void remove_tree(const char *dir)
{
    char command[300];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", dir);
}

/* --- journal --------------------------------------------------------------------------------------- */

static void bench_journal(const char *dir, uint32_t group)
{
    const struct gn_disk disk = gn_disk_linux();
    struct gn_journal *journal = NULL;
    struct gn_diag diag;
    struct gn_record_reading *records = gn_mem_take(group * sizeof *records, "bench");
    const uint64_t total = group < 1000 ? 200000 : 2000000;
    if (records == NULL)
        exit(1);
    must(gn_journal_open(&disk, dir, 0, &journal, &diag), "journal");
    int64_t append_us = 0, sync_us = 0;
    uint64_t seq = gn_journal_next_seq(journal);
    const uint64_t end = seq + total;
    while (seq < end) {
        for (uint32_t i = 0; i < group; i++)
            records[i] = (struct gn_record_reading){ .head = { sizeof *records, GN_RECORD_READING, 0, 0, seq + i },
                                                     .series = i % SERIES,
                                                     .time_ms = (int64_t)seq,
                                                     .value = value_of(seq + i, true) };
        const struct gn_iov part = { records, group * sizeof *records };
        const int64_t start = now_us();
        must(gn_journal_append(journal, &part, 1, seq, group, 0), "append");
        const int64_t appended = now_us();
        must(gn_journal_sync(journal), "sync");
        append_us += appended - start;
        sync_us += now_us() - appended;
        seq += group;
    }
    struct gn_journal_stats stats;
    gn_journal_stats(journal, &stats);
    printf("journal  groups of %6u readings: append %5.1f ns a reading, sync %7.1f us mean, %7llu us worst, "
           "%5.0f MB/s durable\n",
           group, (double)append_us * 1000 / (double)total, (double)sync_us / (double)stats.sync_count,
           (unsigned long long)stats.sync_us_max, (double)stats.byte_count / (double)(append_us + sync_us));
    gn_journal_close(journal);
    const int64_t start = now_us();
    must(gn_journal_open(&disk, dir, 0, &journal, &diag), "journal");
    gn_journal_stats(journal, &stats);
    printf("journal  opened again in %.1f ms (%u segments)\n", (double)(now_us() - start) / 1000, stats.segment_count);
    gn_journal_close(journal);
    gn_mem_give(records);
}

/* --- history --------------------------------------------------------------------------------------- */

union record {
    uint64_t align[64];
    struct gn_record_head head;
    struct gn_record_reading reading;
    struct gn_record_thing thing;
    struct gn_record_series series;
    char bytes[512];
};

static uint64_t put_things(struct gn_store *store, uint32_t series_count)
{
    union record r;
    uint64_t seq = 0;
    for (uint32_t s = 0; s < series_count; s++) {
        if (s % GN_SERIES_PER_THING_MAX == 0) {
            memset(&r, 0, sizeof r);
            const int size = snprintf(r.bytes + sizeof r.thing, 200, "{\"id\":\"t%u\",\"name\":\"T\"}", s);
            r.thing.thing = s / GN_SERIES_PER_THING_MAX;
            r.thing.json_size = (uint32_t)size;
            r.head = (struct gn_record_head){ (uint32_t)gn_record_round(sizeof r.thing + (size_t)size), GN_RECORD_THING,
                                              0, 0, ++seq };
            must(gn_store_put_record(store, &r.head), "thing");
        }
        memset(&r, 0, sizeof r);
        const int size = snprintf(r.bytes + sizeof r.series, 200, "p%u", s);
        r.series.series = s;
        r.series.thing = s / GN_SERIES_PER_THING_MAX;
        r.series.name_size = (uint32_t)size;
        r.head = (struct gn_record_head){ (uint32_t)gn_record_round(sizeof r.series + (size_t)size), GN_RECORD_SERIES,
                                          0, 0, ++seq };
        must(gn_store_put_record(store, &r.head), "series");
    }
    return seq;
}

struct cost {
    int64_t put_us;   /* computing */
    int64_t flush_us; /* computing */
    int64_t worst_us; /* one flush, by the clock */
};

/* Follows `total` readings, `series_count` series in turn, `every_ms` apart in each. */
static uint64_t follow(struct gn_store *store, uint64_t seq, uint64_t total, uint32_t series_count, int64_t every_ms,
                       bool noise, struct cost *out)
{
    static struct gn_record_reading batch[10000];
    struct cost cost = { 0 };
    for (uint64_t done = 0; done < total; done += 10000) {
        for (uint32_t i = 0; i < 10000; i++) {
            const uint64_t n = done + i;
            batch[i] =
                (struct gn_record_reading){ .head = { sizeof batch[i], GN_RECORD_READING, 0, 0, seq + i + 1 },
                                            .series = (uint32_t)(n % series_count),
                                            .time_ms = INT64_C(1767225600000) + (int64_t)(n / series_count) * every_ms,
                                            .value = value_of(n, noise) };
        }
        int64_t start = cpu_us();
        for (uint32_t i = 0; i < 10000; i++)
            must(gn_store_put_record(store, &batch[i].head), "reading");
        cost.put_us += cpu_us() - start;
        seq += 10000;
        if ((done + 10000) % FLUSH_EVERY == 0) {
            const int64_t began_us = now_us();
            start = cpu_us();
            must(gn_store_flush(store), "flush");
            cost.flush_us += cpu_us() - start;
            const int64_t took = now_us() - began_us;
            cost.worst_us = took > cost.worst_us ? took : cost.worst_us;
        }
    }
    *out = cost;
    return seq;
}

static void bench_history(const char *dir, bool noise)
{
    struct gn_store *store = NULL;
    struct gn_store_reader *reader = NULL;
    struct gn_diag diag;
    struct gn_store_stats stats;
    struct cost cost;
    must(gn_store_open(dir, &store, &diag), diag.text);
    must(gn_store_reader_open(store, &reader), "reader");
    uint64_t seq = put_things(store, SERIES);
    seq = follow(store, seq, READINGS, SERIES, 200, noise, &cost);
    const int64_t start = now_us();
    must(gn_store_checkpoint(store), "checkpoint");
    const int64_t checkpoint_us = now_us() - start;
    gn_store_stats(reader, &stats);
    printf("history  %-12s %d series: follow %5.1f ns a reading, flush %5.1f ns a reading (%.1f ms worst for %d), "
           "checkpoint %.0f ms, %.2f bytes a reading\n",
           noise ? "noise:" : "two digits:", SERIES, (double)cost.put_us * 1000 / READINGS,
           (double)cost.flush_us * 1000 / READINGS, (double)cost.worst_us / 1000, FLUSH_EVERY,
           (double)checkpoint_us / 1000, (double)stats.database_bytes / (double)stats.reading_count);
    gn_store_reader_close(reader);
    gn_store_close(store);
}

/* --- queries --------------------------------------------------------------------------------------- */

static bool count_reading(void *ctx, const struct gn_reading *reading)
{
    (void)reading;
    ++*(uint64_t *)ctx;
    return true;
}

static bool count_bucket(void *ctx, const struct gn_bucket *bucket)
{
    *(uint64_t *)ctx += bucket->count;
    return true;
}

static void bench_queries(const char *dir)
{
    struct gn_store *store = NULL;
    struct gn_store_reader *reader = NULL;
    struct gn_diag diag;
    struct cost unused;
    enum { MILLION = 1000000 };
    const int64_t t0 = INT64_C(1767225600000);
    must(gn_store_open(dir, &store, &diag), diag.text);
    must(gn_store_reader_open(store, &reader), "reader");
    (void)follow(store, put_things(store, 1), MILLION, 1, 200, false, &unused);
    must(gn_store_checkpoint(store), "checkpoint");

    uint64_t seen = 0, count = 0;
    int64_t start = now_us();
    for (int64_t part = 0; part < 10; part++) { /* a query answers 100 000 at most */
        const struct gn_range range = { .from_ms = t0 + part * 20000000, .to_ms = t0 + (part + 1) * 20000000 };
        must(gn_store_range(reader, &range, count_reading, &seen), "range");
    }
    printf("query    all of 1e6 readings, in ten ranges:         %8.1f ms (%llu seen)\n",
           (double)(now_us() - start) / 1000, (unsigned long long)seen);

    start = now_us();
    must(gn_store_count(reader, 0, INT64_MIN, INT64_MAX, &count), "count");
    printf("query    count of 1e6 readings:                      %8.3f ms\n", (double)(now_us() - start) / 1000);

    static const int64_t steps[] = { 60000, 300000 };
    for (size_t i = 0; i < 2; i++) {
        start = now_us();
        seen = 0;
        must(gn_store_downsample(reader, 0, INT64_MIN, INT64_MAX, steps[i], count_bucket, &seen), "downsample");
        printf("query    1e6 readings in buckets of %3lld s:           %8.1f ms (%llu seen)\n",
               (long long)steps[i] / 1000, (double)(now_us() - start) / 1000, (unsigned long long)seen);
    }

    const struct gn_range newest = { .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = 1000, .newest_first = true };
    enum { ROUNDS = 1000 };
    start = now_us();
    for (int i = 0; i < ROUNDS; i++)
        must(gn_store_range(reader, &newest, count_reading, &seen), "range");
    printf("query    the newest 1000 of 1e6:                     %8.1f us\n", (double)(now_us() - start) / ROUNDS);
    struct gn_reading last;
    start = now_us();
    for (int i = 0; i < ROUNDS; i++)
        must(gn_store_last(reader, 0, &last, NULL), "last");
    printf("query    the last of 1e6:                            %8.1f us\n", (double)(now_us() - start) / ROUNDS);
    gn_store_reader_close(reader);
    gn_store_close(store);
}

static void bench_memory(const char *dir)
{
    struct gn_store *store = NULL;
    struct gn_store_reader *reader = NULL;
    struct gn_diag diag;
    struct gn_reading last;
    struct cost unused;
    const long before = resident_kib();
    must(gn_store_open(dir, &store, &diag), diag.text);
    must(gn_store_reader_open(store, &reader), "reader");
    (void)follow(store, put_things(store, 60), 60 * 1000, 60, 200, true, &unused);
    must(gn_store_checkpoint(store), "checkpoint");
    for (uint32_t s = 0; s < 60; s++)
        must(gn_store_last(reader, s, &last, NULL), "last");
    printf("memory   history with 60 series at work:             %8ld KiB resident\n", resident_kib() - before);
    gn_store_reader_close(reader);
    gn_store_close(store);
}

int main(int argc, char **argv)
{
    char dir[256], below[300];
    (void)snprintf(dir, sizeof dir, "%s/gn_store_bench_XXXXXX", argc > 1 ? argv[1] : "/tmp");
    if (mkdtemp(dir) == NULL) {
        fprintf(stderr, "%s: cannot be made\n", dir);
        return 1;
    }
    the_clock = gn_clock_system();
    static const char *const names[] = { "memory", "digits", "noise", "query", "journal_small", "journal_large" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(below, sizeof below, "%s/%s", dir, names[i]);
        must(gn_dir_make(below, NULL), "folder");
        switch (i) {
        case 0:
            bench_memory(below);
            break;
        case 1:
            bench_history(below, false);
            break;
        case 2:
            bench_history(below, true);
            break;
        case 3:
            bench_queries(below);
            break;
        case 4:
            bench_journal(below, 100);
            break;
        default:
            bench_journal(below, 20000);
            break;
        }
    }
    remove_tree(dir);
    return 0;
}
