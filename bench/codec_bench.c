/* SPDX-License-Identifier: Apache-2.0 */
/* codec_bench -- bytes a value and GB/s of the chunk codec, on real series beside zstd and Gorilla.
 *
 *      GANGLION_DATA=FOLDER codec_bench [--each]     the tables; the last line is `geomean X bytes/value`
 *
 * Every numeric column of every set of time series in the folder, 1024 values a chunk, each round trip compared bit by
 * bit. Columns that never change are left out: they would cost 0.01 bytes a value and flatter the mean. The first table
 * has one row a set, the geometric mean over its columns (--each: one row a column); the second names twelve series.
 * zstd is level 3 on the raw doubles of a chunk; Gorilla is the value part of Pelkonen et al. (VLDB 2015), written here
 * to compare. GB/s counts raw doubles, of one core, thread CPU time. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zstd.h>

#include "base/mem.h"
#include "store/codec/codec.h"

enum { CHUNK = GN_COLUMN_NUMBERS_MAX, SERIES_MAX = 1024, COLUMNS_MAX = 64, NAME = 64, LINE = 65536 };

struct series {
    char set[24];
    char name[NAME];
    double *values;
    uint32_t count;
    uint32_t capacity;
};

struct figures {
    double ours, zstd, gorilla;        /* bytes a value */
    double encode_s, decode_s, raw_gb; /* of ours */
};

static struct series all[SERIES_MAX];
static uint32_t series_count;

static void die(const char *what, const char *which)
{
    fprintf(stderr, "codec_bench: %s%s\n", what, which);
    exit(1);
}

/* --- the series ------------------------------------------------------------------------------------ */

static struct series *series_add(const char *set, const char *name)
{
    if (series_count == SERIES_MAX)
        die("more series than ", "SERIES_MAX");
    struct series *s = &all[series_count++];
    snprintf(s->set, sizeof s->set, "%s", set);
    snprintf(s->name, sizeof s->name, "%.*s", NAME - 1, name);
    return s;
}

static void series_push(struct series *s, double v)
{
    if (s->count == s->capacity) {
        const uint32_t capacity = s->capacity == 0 ? 4096 : 2 * s->capacity;
        double *values = gn_mem_take(capacity * sizeof *values, "bench: series");
        if (values == NULL)
            die("no memory for ", s->name);
        if (s->count > 0)
            memcpy(values, s->values, s->count * sizeof *values);
        gn_mem_give(s->values);
        s->values = values;
        s->capacity = capacity;
    }
    s->values[s->count++] = v;
}

static FILE *data_open(const char *path)
{
    char full[512];
    snprintf(full, sizeof full, "%s/%s", getenv("GANGLION_DATA"), path);
    FILE *file = fopen(full, "rb");
    if (file == NULL)
        die("cannot read ", full);
    return file;
}

static char *field_next(char **at, const char *separators)
{
    char *field = *at, *end = field + strcspn(field, separators);
    *at = *end == '\0' ? end : end + 1;
    *end = '\0';
    while (*field == ' ' || *field == '"')
        field++;
    return field;
}

/* All columns of a table whose first row of data holds a number there; named by the header, or by their place. */
static void read_table(const char *set, const char *path, const char *separators, bool has_header, uint32_t skip)
{
    static char header[LINE], line[LINE];
    struct series *columns[COLUMNS_MAX] = { 0 };
    FILE *file = data_open(path);
    const char *base = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    if (has_header && fgets(header, sizeof header, file) == NULL)
        die("no header in ", path);
    for (bool first = true; fgets(line, sizeof line, file) != NULL; first = false) {
        line[strcspn(line, "\r\n")] = '\0';
        char *at = line, *names = header;
        for (uint32_t c = 0; c < COLUMNS_MAX && *at != '\0'; c++) {
            char *field = field_next(&at, separators), *end, label[NAME];
            const double v = strtod(field, &end);
            if (first && c >= skip && end != field && *end == '\0') {
                snprintf(label, sizeof label, "%.30s %u", base, c + 1);
                columns[c] = series_add(set, label);
            }
            if (first && has_header) {
                char *name = field_next(&names, separators);
                name[strcspn(name, "\r\n")] = '\0';
                if (columns[c] != NULL)
                    snprintf(columns[c]->name, NAME, "%.30s %.30s", base, name);
            }
            if (columns[c] != NULL)
                series_push(columns[c], v);
        }
    }
    (void)fclose(file);
}

/* One series a row: "id","v1","v2" ... */
static void read_rows(const char *set, const char *path)
{
    static char line[LINE];
    FILE *file = data_open(path);
    if (fgets(line, sizeof line, file) == NULL)
        die("no header in ", path);
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        struct series *s = series_add(set, field_next(&at, ",\""));
        while (*at != '\0') {
            char *field = field_next(&at, ","), *end;
            const double v = strtod(field, &end);
            if (end != field)
                series_push(s, v);
        }
        s->name[strcspn(s->name, "\"")] = '\0';
    }
    (void)fclose(file);
}

static void read_int16(const char *set, const char *path, const char *name)
{
    FILE *file = data_open(path);
    struct series *s = series_add(set, name);
    uint8_t pair[2];
    while (fread(pair, 1, 2, file) == 2)
        series_push(s, (double)(int16_t)(uint16_t)(pair[0] | pair[1] << 8));
    (void)fclose(file);
}

/* WFDB format 212: two leads, 12 bits each, in three bytes; 200 counts a mV. */
static void read_ecg(const char *set, const char *path, const char *name)
{
    char label[NAME];
    FILE *file = data_open(path);
    struct series *leads[2];
    for (int lead = 0; lead < 2; lead++) {
        snprintf(label, sizeof label, "%.40s lead %d", name, lead + 1);
        leads[lead] = series_add(set, label);
    }
    uint8_t three[3];
    while (fread(three, 1, 3, file) == 3) {
        const int first = three[0] | (three[1] & 0x0f) << 8, second = three[2] | (three[1] & 0xf0) << 4;
        series_push(leads[0], first > 2047 ? first - 4096 : first);
        series_push(leads[1], second > 2047 ? second - 4096 : second);
    }
    (void)fclose(file);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Calls `read` for each file of the folder that ends so, by name. */
static void each_file(const char *folder, const char *ending, void read(const char *path, const char *name))
{
    char full[512], path[512];
    char *names[128];
    size_t count = 0;
    snprintf(full, sizeof full, "%s/%s", getenv("GANGLION_DATA"), folder);
    DIR *dir = opendir(full);
    if (dir == NULL)
        die("cannot read ", full);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL && count < 128;) {
        const size_t size = strlen(entry->d_name), tail = strlen(ending);
        if (size <= tail || strcmp(entry->d_name + size - tail, ending) != 0)
            continue;
        names[count] = gn_mem_take(size + 1, "bench: names");
        if (names[count] == NULL)
            die("no memory for ", full);
        memcpy(names[count++], entry->d_name, size + 1);
    }
    (void)closedir(dir);
    qsort(names, count, sizeof names[0], by_name);
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        read(path, names[i]);
        gn_mem_give(names[i]);
    }
}

static void read_nab(const char *path, const char *name)
{
    (void)name;
    read_table("NAB", path, ",", true, 1);
}

static void read_cwru(const char *path, const char *name)
{
    read_int16("CWRU", path, name);
}

static void read_all(void)
{
    static const char *const nab[] = { "realAWSCloudwatch", "realAdExchange", "realKnownCause", "realTraffic",
                                       "realTweets" };
    char folder[64];
    for (size_t i = 0; i < sizeof nab / sizeof nab[0]; i++) {
        snprintf(folder, sizeof folder, "nab/data/%s", nab[i]);
        each_file(folder, ".csv", read_nab);
    }
    read_table("ETT", "ett/ETTh1.csv", ",", true, 1);
    read_table("PJM", "energy_pjm/PJME_hourly.csv", ",", true, 1);
    read_table("BATADAL", "batadal/BATADAL_dataset03.csv", ",", true, 1);
    read_table("C-MAPSS", "cmapss/train_FD001.txt", " ", false, 2);
    read_table("AI4I", "ai4i/ai4i2020.csv", "\t", true, 3);
    each_file("cwru", ".i16", read_cwru);
    read_ecg("MIT-BIH", "mitbih/raw/100.dat", "100.dat");
    read_ecg("MIT-BIH", "mitbih/raw/203.dat", "203.dat");
    read_rows("M4 hourly", "m4/Hourly-train.csv");
}

static bool is_constant(const struct series *s)
{
    for (uint32_t i = 1; i < s->count; i++)
        if (s->values[i] != s->values[0])
            return false;
    return true;
}

/* --- Gorilla, to compare ---------------------------------------------------------------------------- */

struct bits {
    uint8_t bytes[CHUNK * 10];
    size_t count;
};

static void bits_put(struct bits *to, uint64_t v, unsigned count)
{
    while (count-- > 0) {
        if (to->count % 8 == 0)
            to->bytes[to->count / 8] = 0;
        to->bytes[to->count / 8] |= (uint8_t)(((v >> count) & 1) << (7 - to->count % 8));
        to->count++;
    }
}

static size_t gorilla_bytes(const double *values, uint32_t count)
{
    static struct bits to;
    uint64_t before = 0;
    unsigned lead_before = 65, trail_before = 0;
    to.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t now;
        memcpy(&now, &values[i], sizeof now);
        const uint64_t differ = now ^ before;
        before = now;
        if (i == 0) {
            bits_put(&to, now, 64);
            continue;
        }
        bits_put(&to, differ != 0, 1);
        if (differ == 0)
            continue;
        unsigned lead = (unsigned)__builtin_clzll(differ), trail = (unsigned)__builtin_ctzll(differ);
        lead = lead > 31 ? 31 : lead;
        if (lead_before <= lead && trail_before <= trail) {
            bits_put(&to, 0, 1);
            bits_put(&to, differ >> trail_before, 64 - lead_before - trail_before);
            continue;
        }
        bits_put(&to, 1, 1);
        bits_put(&to, lead, 5);
        bits_put(&to, 64 - lead - trail - 1, 6);
        bits_put(&to, differ >> trail, 64 - lead - trail);
        lead_before = lead;
        trail_before = trail;
    }
    return (to.count + 7) / 8;
}

/* --- measuring ------------------------------------------------------------------------------------- */

static double cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint8_t coded[GN_DOUBLES_BYTES_MAX + GN_CODEC_SLACK];
static double back[CHUNK];

static uint32_t chunk_at(const struct series *s, uint32_t at)
{
    return s->count - at < CHUNK ? s->count - at : CHUNK;
}

static void measure_bytes(const struct series *s, struct figures *out)
{
    static uint8_t zstd[2 * CHUNK * sizeof(double)];
    double ours = 0, others = 0, gorilla = 0;
    for (uint32_t at = 0; at < s->count; at += CHUNK) {
        const uint32_t count = chunk_at(s, at);
        const size_t size = gn_codec_best()->doubles_encode(s->values + at, count, coded);
        struct gn_reader r = { coded, coded + size };
        if (gn_codec_best()->doubles_decode(&r, count, back) != GN_OK || r.at != r.end ||
            memcmp(back, s->values + at, count * sizeof(double)) != 0)
            die("does not come back: ", s->name);
        ours += (double)size;
        others += (double)ZSTD_compress(zstd, sizeof zstd, s->values + at, count * sizeof(double), 3);
        gorilla += (double)gorilla_bytes(s->values + at, count);
    }
    out->ours = ours / s->count;
    out->zstd = others / s->count;
    out->gorilla = gorilla / s->count;
}

/* The best of several passes: others use these cores too. */
static void measure_speed(const struct series *s, struct figures *out)
{
    out->encode_s = out->decode_s = 1e9;
    out->raw_gb = 0;
    const uint32_t until = s->count > 32 * CHUNK ? 32 * CHUNK : s->count;
    const uint32_t passes = 3 + 65536 / until;
    for (uint32_t pass = 0; pass < passes; pass++) {
        double encode_s = 0, decode_s = 0;
        out->raw_gb = 0;
        for (uint32_t at = 0; at < until; at += CHUNK) {
            const uint32_t count = chunk_at(s, at);
            const double start = cpu_s();
            const size_t size = gn_codec_best()->doubles_encode(s->values + at, count, coded);
            const double middle = cpu_s();
            enum { TIMES = 4 };
            for (int i = 0; i < TIMES; i++) {
                struct gn_reader r = { coded, coded + size };
                if (gn_codec_best()->doubles_decode(&r, count, back) != GN_OK)
                    die("does not come back: ", s->name);
            }
            decode_s += (cpu_s() - middle) / TIMES;
            encode_s += middle - start;
            out->raw_gb += count * sizeof(double) / 1e9;
        }
        out->encode_s = encode_s < out->encode_s ? encode_s : out->encode_s;
        out->decode_s = decode_s < out->decode_s ? decode_s : out->decode_s;
    }
}

/* --- tables ---------------------------------------------------------------------------------------- */

struct mean {
    double logs[3], encode_s, decode_s, raw_gb;
    uint32_t count;
};

static void mean_add(struct mean *m, const struct figures *f)
{
    m->logs[0] += log(f->ours);
    m->logs[1] += log(f->zstd);
    m->logs[2] += log(f->gorilla);
    m->encode_s += f->encode_s;
    m->decode_s += f->decode_s;
    m->raw_gb += f->raw_gb;
    m->count++;
}

static void print_row(const char *set, const char *name, const struct figures *f)
{
    printf("%-10s %-40s %8.3f %8.3f %8.3f %8.2f %8.2f\n", set, name, f->ours, f->zstd, f->gorilla,
           f->raw_gb / f->encode_s, f->raw_gb / f->decode_s);
}

static struct figures mean_of(const struct mean *m)
{
    return (struct figures){ .ours = exp(m->logs[0] / m->count),
                             .zstd = exp(m->logs[1] / m->count),
                             .gorilla = exp(m->logs[2] / m->count),
                             .encode_s = m->encode_s,
                             .decode_s = m->decode_s,
                             .raw_gb = m->raw_gb };
}

/* As near as can be to the twelve that an earlier prototype was measured on (2.04 bytes a value, zstd 3.65, Gorilla
 * 4.63): its two of SKAB are not in the folder, a pressure and a room's temperature stand in. Chosen before tuning;
 * none is a state or a series of short counts. */
static const char *const twelve[] = {
    "nyc_taxi.csv value",
    "machine_temperature_system_fai value",
    "ambient_temperature_system_fai value",
    "rds_cpu_utilization_cc0c53.csv value",
    "ETTh1.csv HUFL",
    "ETTh1.csv OT",
    "PJME_hourly.csv PJME_MW",
    "train_FD001.txt 7",
    "BATADAL_dataset03.csv L_T1",
    "BATADAL_dataset03.csv P_J280",
    "normal_0_97.i16",
    "IR021_0_209.i16",
};
enum { TWELVE = sizeof twelve / sizeof twelve[0] };

static void measure(const struct series *s, struct figures *out)
{
    measure_bytes(s, out);
    measure_speed(s, out);
}

static void print_head(const char *what)
{
    printf("\n%-10s %-40s %8s %8s %8s %8s %8s\n", "set", what, "ours", "zstd-3", "Gorilla", "in GB/s", "out GB/s");
}

/* One row a set; with `each`, one row a column too. */
static void print_sets(bool each)
{
    struct mean sets = { 0 }, set = { 0 };
    print_head("columns");
    for (uint32_t i = 0; i < series_count; i++) {
        struct figures f;
        if (!is_constant(&all[i])) {
            measure(&all[i], &f);
            mean_add(&set, &f);
            if (each)
                print_row(all[i].set, all[i].name, &f);
        }
        if (i + 1 < series_count && strcmp(all[i].set, all[i + 1].set) == 0)
            continue;
        char label[NAME];
        f = mean_of(&set);
        snprintf(label, sizeof label, "%u", set.count);
        print_row(all[i].set, label, &f);
        mean_add(&sets, &f);
        set = (struct mean){ 0 };
    }
    const struct figures total = mean_of(&sets);
    print_row("all", "geometric mean of the sets", &total);
}

static void print_twelve(void)
{
    struct mean mean = { 0 };
    print_head("series");
    for (uint32_t t = 0; t < TWELVE; t++) {
        uint32_t i = 0;
        while (i < series_count && strcmp(all[i].name, twelve[t]) != 0)
            i++;
        if (i == series_count)
            die("not in the folder: ", twelve[t]);
        struct figures f;
        measure(&all[i], &f);
        mean_add(&mean, &f);
        print_row(all[i].set, all[i].name, &f);
    }
    const struct figures total = mean_of(&mean);
    print_row("twelve", "geometric mean", &total);
    printf("geomean %.3f bytes/value\n", total.ours);
}

int main(int argc, char **argv)
{
    if (getenv("GANGLION_DATA") == NULL)
        die("set GANGLION_DATA to the folder of the real series", "");
    read_all();
    printf("bytes a value, %d values a chunk; GB/s of raw doubles, one core, %s\n", CHUNK, gn_codec_best()->name);
    print_sets(argc > 1 && strcmp(argv[1], "--each") == 0);
    print_twelve();
    return 0;
}
