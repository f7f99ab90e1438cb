/* SPDX-License-Identifier: Apache-2.0 */
/* learn_bench -- what the baseline costs, whether it keeps its budget, and how soon it speaks.
 *
 *      learn_bench score              nanoseconds a reading, bytes a series
 *      learn_bench quiet [DAYS]       announcements a day on synthetic series in which nothing happens
 *      learn_bench steps              windows from a lasting step to its announcement
 *      learn_bench csv FILE [HEAD]    announcements on each column of a recording (time in ms first)
 *      learn_bench nab FOLDER         announcements on the NAB corpus, with its windows of known anomalies
 *
 * Synthetic series are drawn from a fixed seed, so a figure can be had again. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "learn/detect/baseline.h"
#include "learn/detect/drawn.h"

/* --- series in which nothing happens --- */

struct source {
    struct gn_drawn drawn;
    double state;
    uint64_t step;
    uint64_t until;
    int mode;
};

static struct source source_of(uint64_t number)
{
    return (struct source){ .drawn = gn_drawn_from(number) };
}

static double source_uniform(struct source *s)
{
    return gn_drawn_uniform(&s->drawn);
}

static double source_gauss(struct source *s)
{
    return gn_drawn_normal(&s->drawn);
}

static double draw_gauss(struct source *s)
{
    return 20 + source_gauss(s);
}

static double draw_student(struct source *s)
{
    double square = 0;
    for (int i = 0; i < 3; i++) {
        const double g = source_gauss(s);
        square += g * g;
    }
    return source_gauss(s) / sqrt(square / 3);
}

static double draw_lognormal(struct source *s)
{
    return exp(0.7 * source_gauss(s));
}

static double draw_ar9(struct source *s)
{
    s->state = 0.9 * s->state + sqrt(1 - 0.81) * source_gauss(s);
    return s->state;
}

static double draw_walk(struct source *s) /* pulled back within about an hour, sensor noise on top */
{
    s->state += -s->state / 3600 + 0.05 * source_gauss(s);
    return 50 + s->state + 0.3 * source_gauss(s);
}

static double draw_day(struct source *s)
{
    return 10 * sin(6.283185307179586 * (double)s->step / 86400) + source_gauss(s);
}

static double draw_counts(struct source *s) /* Poisson(2) */
{
    const double floor_at = exp(-2);
    int count = 0;
    for (double product = source_uniform(s); product > floor_at; product *= source_uniform(s))
        count++;
    return count;
}

static double draw_flips(struct source *s) /* on for 30 s, off for 2 min, on average */
{
    if (source_uniform(s) < (s->mode ? 1.0 / 30 : 1.0 / 120))
        s->mode = !s->mode;
    return s->mode;
}

static double draw_constant(struct source *s) /* stands still, with a blip in 1 of 100 */
{
    return source_uniform(s) < 0.01 ? 1 + floor(3 * source_uniform(s)) : 0;
}

static double draw_bursts(struct source *s) /* every 10 minutes something runs for 5 to 15 s */
{
    if (s->step % 600 == 300)
        s->until = s->step + 5 + (uint64_t)(10 * source_uniform(s));
    return 5 + source_gauss(s) + (s->step < s->until ? 25 : 0);
}

/* The next four were written after every constant of the model was settled, and settled none. */
static double draw_regimes(struct source *s) /* calm or three times as noisy, half an hour each on average */
{
    if (source_uniform(s) < 1.0 / 1800)
        s->mode = !s->mode;
    return (s->mode ? 3 : 1) * source_gauss(s);
}

static double draw_rounded(struct source *s) /* AR(1) 0.98, read in steps of half its spread */
{
    s->state = 0.98 * s->state + 0.199 * source_gauss(s);
    return floor(2 * s->state + 0.5) / 2;
}

static double draw_cycles(struct source *s) /* a machine's cycle: ramps up in 20 minutes, drops, again */
{
    return 10 * (double)(s->step % 1200) / 1200 + source_gauss(s);
}

static double draw_clusters(struct source *s) /* traffic: quiet, with busy spells of 20 s on average */
{
    if (source_uniform(s) < (s->mode ? 1.0 / 20 : 1.0 / 180))
        s->mode = !s->mode;
    return -log(source_uniform(s)) * (s->mode ? 50 : 2);
}

static const struct {
    const char *name;
    double (*draw)(struct source *s);
} quiet_kinds[] = {
    { "independent, normal", draw_gauss },        { "independent, Student t3", draw_student },
    { "independent, lognormal", draw_lognormal }, { "AR(1) 0.9", draw_ar9 },
    { "mean-reverting walk", draw_walk },         { "daily sine, 10 sigma", draw_day },
    { "counts, Poisson(2)", draw_counts },        { "switch, 30 s on 120 s off", draw_flips },
    { "stands still, 1 % blips", draw_constant }, { "bursts every 10 min", draw_bursts },
    { "held out: calm and noisy", draw_regimes }, { "held out: AR(1) 0.98 rounded", draw_rounded },
    { "held out: 20 min cycles", draw_cycles },   { "held out: busy spells", draw_clusters },
};
enum { QUIET_KINDS = sizeof quiet_kinds / sizeof *quiet_kinds, SEEDS = 10, SEED_FIRST = 1001 };

static const int64_t start_ms = 1700000000000;

static void bench_init(struct gn_baseline *b)
{
    double values[GN_MODEL_PARAMETERS_MAX];
    if (gn_model_parameters(&gn_baseline_kind, values) != GN_OK)
        abort();
    gn_baseline_kind.init(b, values);
}

static int bench_quiet(const char *argument)
{
    int64_t given = 0;
    if (gn_parse_i64(gn_str_of(argument), &given) || given < 1 || given > 10000) {
        fprintf(stderr, "learn_bench: '%s' is not a number of days\n", argument);
        return 2;
    }
    const int days = (int)given;
    printf("one reading a second, %d series of %d days each; announcements a series and day (budget 0.1)\n", SEEDS,
           days);
    printf("%-30s %8s %8s %8s %8s %8s %8s\n", "series", "1st hour", "day 1", "days 2-3", "later", "all", "limit");
    for (size_t k = 0; k < QUIET_KINDS; k++) {
        double counts[4] = { 0 };
        double limit = 0;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct source s = source_of(SEED_FIRST + seed);
            struct gn_baseline b;
            bench_init(&b);
            for (; s.step < (uint64_t)days * 86400; s.step++) {
                struct gn_verdict verdict;
                gn_baseline_kind.update(
                    &b, &(struct gn_model_reading){ start_ms + (int64_t)s.step * 1000, quiet_kinds[k].draw(&s) },
                    &verdict);
                if (verdict.phase != GN_PHASE_START)
                    continue;
                counts[s.step < 86400 ? 1 : s.step < 3 * 86400 ? 2 : 3]++;
                if (s.step < 3600)
                    counts[0]++;
            }
            limit += b.evidence.limit;
        }
        printf("%-30s %8.2f %8.2f %8.3f %8.3f %8.3f %8.1f\n", quiet_kinds[k].name, counts[0] / SEEDS, counts[1] / SEEDS,
               counts[2] / SEEDS / 2, counts[3] / SEEDS / fmax(days - 3, 1),
               (counts[1] + counts[2] + counts[3]) / SEEDS / days, limit / SEEDS);
    }
    return 0;
}

/* --- steps --- */

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { STEP_NEVER_S = 600, STEP_RUNS = 41 };

/* Seconds from the step to its START; STEP_NEVER_S when there is none in 10 minutes. */
static double step_delay(size_t kind, uint64_t seed, double size, int64_t period_ms, int64_t learnt_s)
{
    struct source s = source_of(seed);
    struct gn_baseline b;
    bench_init(&b);
    const uint64_t steps_at = (uint64_t)(learnt_s * 1000 / period_ms);
    const uint64_t ends_at = steps_at + (uint64_t)(STEP_NEVER_S * 1000 / period_ms);
    for (; s.step < ends_at; s.step++) {
        const struct gn_model_reading reading = {
            start_ms + (int64_t)s.step * period_ms,
            quiet_kinds[kind].draw(&s) + (s.step >= steps_at ? size : 0),
        };
        struct gn_verdict verdict;
        gn_baseline_kind.update(&b, &reading, &verdict);
        if (s.step >= steps_at && verdict.phase == GN_PHASE_START)
            return (double)((s.step - steps_at + 1) * (uint64_t)period_ms) / 1000;
    }
    return STEP_NEVER_S;
}

static double step_median(size_t kind, double size, int64_t period_ms, int64_t learnt_s)
{
    double delays[STEP_RUNS];
    for (uint64_t run = 0; run < STEP_RUNS; run++)
        delays[run] = step_delay(kind, run + 1, size, period_ms, learnt_s);
    qsort(delays, STEP_RUNS, sizeof *delays, compare_doubles);
    return delays[STEP_RUNS / 2];
}

static int bench_steps(void)
{
    static const int64_t learnt_s[] = { 90, 600, 20000 };
    static const double sizes[] = { 3, 5, 10, 30 };
    printf("seconds from a lasting step (in units of the noise) to its announcement, median of %d\n", STEP_RUNS);
    printf("%-28s %7s %9s %8s %8s %8s %8s\n", "series", "period", "learnt s", "3", "5", "10", "30");
    for (int64_t period_ms = 1000; period_ms >= 200; period_ms -= 800) {
        for (size_t k = 0; k < QUIET_KINDS; k++) {
            for (size_t l = 0; l < (period_ms == 1000 ? 3U : 2U); l++) {
                printf("%-28s %4d ms %9d", quiet_kinds[k].name, (int)period_ms, (int)learnt_s[l]);
                for (size_t z = 0; z < 4; z++) {
                    const double median = step_median(k, sizes[z], period_ms, learnt_s[l]);
                    printf(median < STEP_NEVER_S ? " %8.1f" : "        -", median);
                }
                printf("\n");
            }
        }
    }
    return 0;
}

/* --- recordings --- */

enum { COLUMNS_MAX = 256, LINE_BYTES = 16384 };

struct column {
    struct gn_baseline model;
    const char *name;
    unsigned starts;
    unsigned faults;
};

static void csv_print(double seconds, const char *name, const struct gn_verdict *v)
{
    printf("%9.1f s %-20s %s%s value %g usual %g [%g, %g] score %.1f p %.2g evidence %.1f of %.1f\n", seconds, name,
           v->phase == GN_PHASE_START ? "START " : "END ", gn_sensor_fault_name(v->fault), v->value, v->usual,
           v->usual_low, v->usual_high, v->score, v->p_value, v->evidence, v->threshold);
}

static void csv_take(struct column *column, double time_ms, double value, double seconds, bool shown)
{
    struct gn_verdict v;
    gn_baseline_kind.update(&column->model, &(struct gn_model_reading){ (int64_t)time_ms, value }, &v);
    if (v.phase == GN_PHASE_START)
        *(v.fault == GN_SENSOR_OK ? &column->starts : &column->faults) += 1;
    if (shown && (v.phase == GN_PHASE_START || v.phase == GN_PHASE_END))
        csv_print(seconds, column->name, &v);
}

static int bench_csv(const char *path, const char *wanted)
{
    static struct column columns[COLUMNS_MAX];
    static char line[LINE_BYTES], names[LINE_BYTES];
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(names, sizeof names, file) == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return 1;
    }
    size_t count = 0;
    char *rest = NULL;
    (void)strtok_r(names, ",\n", &rest);
    for (char *word; count < COLUMNS_MAX && (word = strtok_r(NULL, ",\n", &rest)) != NULL; count++) {
        columns[count].name = word;
        bench_init(&columns[count].model);
    }
    double first = 0;
    double time_ms = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        time_ms = strtod(at, &at);
        first = first > 0 ? first : time_ms;
        for (size_t i = 0; i < count && *at == ','; i++) {
            const double value = strtod(at + 1, &at);
            const bool shown = wanted != NULL && strstr(columns[i].name, wanted) != NULL;
            csv_take(&columns[i], time_ms, value, (time_ms - first) / 1000, shown);
        }
    }
    (void)fclose(file);
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += columns[i].starts;
        if (columns[i].starts + columns[i].faults > 0)
            printf("%-24s %4u anomalies, %u sensor faults, limit %.1f, debt %.1f\n", columns[i].name, columns[i].starts,
                   columns[i].faults, columns[i].model.evidence.limit, columns[i].model.evidence.debt);
    }
    const double hours = (time_ms - first) / 3.6e6;
    printf("%zu series, %.2f hours: %u anomalies, %.3f a series and hour\n", count, hours, sum,
           sum / hours / (double)count);
    return 0;
}

/* --- the Numenta Anomaly Benchmark: 58 recordings with windows of known anomalies --- */

enum { NAB_WINDOWS_MAX = 16, NAB_TEXT_BYTES = 1 << 18, PATH_BYTES = 1024 };

struct nab_window {
    int64_t from_ms;
    int64_t to_ms;
    bool hit;
};

static int64_t nab_time(const char *text)
{
    struct tm tm = { 0 };
    if (strptime(text, "%Y-%m-%d %H:%M:%S", &tm) == NULL)
        return 0;
    return (int64_t)timegm(&tm) * 1000;
}

/* The label file is small and machine-made: "folder/file.csv": [["from", "to"], ...]. */
static size_t nab_windows(const char *labels, const char *file, struct nab_window *out)
{
    char key[PATH_BYTES];
    (void)snprintf(key, sizeof key, "\"%s\":", file);
    const char *at = strstr(labels, key);
    if (at == NULL)
        return 0;
    size_t count = 0;
    int depth = 0;
    for (at += strlen(key); *at != '\0' && count < NAB_WINDOWS_MAX; at++) {
        depth += (*at == '[') - (*at == ']');
        if (*at == ']' && depth == 0)
            break;
        if (*at != '"')
            continue;
        const char *to = strchr(at + 1, '"');
        const char *second = to != NULL ? strchr(to + 1, '"') : NULL;
        if (second == NULL)
            break;
        out[count++] = (struct nab_window){ nab_time(at + 1), nab_time(second + 1), false };
        at = strchr(second + 1, '"');
        if (at == NULL)
            break;
    }
    return count;
}

struct nab_sum {
    unsigned windows, hits, alarms, outside;
    double days;
};

static bool nab_file(const char *folder, const char *labels, const char *file, struct nab_sum *sum)
{
    char path[PATH_BYTES], line[256];
    (void)snprintf(path, sizeof path, "%s/data/%s", folder, file);
    FILE *stream = fopen(path, "r");
    if (stream == NULL || fgets(line, sizeof line, stream) == NULL)
        return false;
    struct nab_window windows[NAB_WINDOWS_MAX];
    const size_t window_count = nab_windows(labels, file, windows);
    struct gn_baseline b;
    bench_init(&b);
    unsigned alarms = 0, outside = 0, hits = 0;
    int64_t first = 0, time_ms = 0;
    char trail[1024] = "";
    while (fgets(line, sizeof line, stream) != NULL) {
        const char *comma = strchr(line, ',');
        if (comma == NULL)
            continue;
        time_ms = nab_time(line);
        first = first == 0 ? time_ms : first;
        struct gn_verdict v;
        gn_baseline_kind.update(&b, &(struct gn_model_reading){ time_ms, strtod(comma + 1, NULL) }, &v);
        if (v.phase != GN_PHASE_START || v.fault != GN_SENSOR_OK)
            continue;
        alarms++;
        bool inside = false;
        for (size_t i = 0; i < window_count; i++) {
            if (time_ms >= windows[i].from_ms && time_ms <= windows[i].to_ms) {
                hits += !windows[i].hit;
                windows[i].hit = inside = true;
            }
        }
        outside += !inside;
        const size_t used = strlen(trail);
        (void)snprintf(trail + used, sizeof trail - used, " %.11s%s", line + 5, inside ? "*" : "");
    }
    (void)fclose(stream);
    const double days = (double)(time_ms - first) / 86400000;
    printf("%-62s %5.1f %3zu %3u %3u %3u %s\n", file, days, window_count, hits, alarms, outside, trail);
    sum->windows += (unsigned)window_count;
    sum->hits += hits;
    sum->alarms += alarms;
    sum->outside += outside;
    sum->days += days;
    return true;
}

static int bench_nab(const char *folder)
{
    static char labels[NAB_TEXT_BYTES];
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/labels/combined_windows.json", folder);
    FILE *stream = fopen(path, "r");
    if (stream == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return 1;
    }
    labels[fread(labels, 1, sizeof labels - 1, stream)] = '\0';
    (void)fclose(stream);
    printf("%-62s %5s %3s %3s %3s %3s when (* in a window)\n", "file", "days", "win", "hit", "all", "out");
    struct nab_sum sum = { 0 };
    for (const char *at = labels; (at = strstr(at, ".csv\"")) != NULL; at++) {
        const char *from = at;
        while (from > labels && from[-1] != '"')
            from--;
        char file[256];
        (void)snprintf(file, sizeof file, "%.*s", (int)(at + 4 - from), from);
        if (!nab_file(folder, labels, file, &sum))
            return 1;
    }
    printf("%.0f days: %u of %u windows hit, %u announcements, %u of them outside = %.3f a day\n", sum.days, sum.hits,
           sum.windows, sum.alarms, sum.outside, sum.outside / sum.days);
    return 0;
}

/* --- cost --- */

static double bench_ns(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

enum { SCORE_SERIES = 64, SCORE_READINGS = 20000 };

static void score_feed(struct gn_baseline *b, int64_t r, int64_t period_ms, double value)
{
    struct gn_verdict verdict;
    gn_baseline_kind.update(b, &(struct gn_model_reading){ start_ms + r * period_ms, value }, &verdict);
}

/* The mean is processor time over many series in turn, as in the engine, so that caches count; the
 * percentiles are wall time of single readings of one series, and include reading the clock. */
static double score_row(const char *name, const double *values, int64_t period_ms)
{
    static struct gn_baseline models[SCORE_SERIES];
    static double costs[SCORE_READINGS];
    for (size_t i = 0; i < SCORE_SERIES; i++)
        bench_init(&models[i]);
    const double began = bench_ns(CLOCK_THREAD_CPUTIME_ID);
    for (int64_t r = 0; r < SCORE_READINGS; r++) {
        for (size_t i = 0; i < SCORE_SERIES; i++)
            score_feed(&models[i], r, period_ms, values[r]);
    }
    const double mean = (bench_ns(CLOCK_THREAD_CPUTIME_ID) - began) / SCORE_READINGS / SCORE_SERIES;
    bench_init(&models[0]);
    for (int64_t r = 0; r < SCORE_READINGS; r++) {
        const double from = bench_ns(CLOCK_MONOTONIC);
        score_feed(&models[0], r, period_ms, values[r]);
        costs[r] = bench_ns(CLOCK_MONOTONIC) - from;
    }
    qsort(costs, SCORE_READINGS, sizeof *costs, compare_doubles);
    printf("%-28s %5d ms %10.0f %10.0f %10.0f\n", name, (int)period_ms, mean, costs[SCORE_READINGS / 2],
           costs[SCORE_READINGS * 99 / 100]);
    return mean;
}

static int bench_score(void)
{
    static double values[SCORE_READINGS];
    double worst = 0;
    printf("%-28s %8s %10s %10s %10s\n", "series", "period", "mean ns", "median ns", "p99 ns");
    for (int64_t period_ms = 200; period_ms <= 1000; period_ms += 800) {
        for (size_t k = 0; k < QUIET_KINDS; k++) {
            struct source s = source_of(1);
            for (; s.step < SCORE_READINGS; s.step++)
                values[s.step] = quiet_kinds[k].draw(&s);
            worst = fmax(worst, score_row(quiet_kinds[k].name, values, period_ms));
        }
    }
    printf("score_ns_mean_worst=%.0f state_bytes=%zu\n", worst, sizeof(struct gn_baseline));
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "score";
    if (strcmp(what, "score") == 0)
        return bench_score();
    if (strcmp(what, "quiet") == 0)
        return bench_quiet(argc > 2 ? argv[2] : "10");
    if (strcmp(what, "steps") == 0)
        return bench_steps();
    if (strcmp(what, "csv") == 0 && argc > 2)
        return bench_csv(argv[2], argc > 3 ? argv[3] : NULL);
    if (strcmp(what, "nab") == 0 && argc > 2)
        return bench_nab(argv[2]);
    fprintf(stderr, "usage: learn_bench score | quiet [DAYS] | steps | csv FILE [NAME] | nab FOLDER\n");
    return 2;
}
