/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/sensor_fake.h -- for tests only: a folder that stands for / and one source that reads it. */
#ifndef GN_CLI_AGENT_SENSOR_FAKE_H
#define GN_CLI_AGENT_SENSOR_FAKE_H

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/agent/sensors.h"

struct sensor_fake {
    char root[40];
    struct gn_sensor_names names;
    struct gn_sample sample;
    struct gn_sensor_io io;
    _Alignas(16) char state[65536]; /* of the source */
};

static inline void sensor_fake_open(struct sensor_fake *fake)
{
    memset(fake, 0, sizeof *fake);
    (void)snprintf(fake->root, sizeof fake->root, "/tmp/ganglion-sensor-XXXXXX");
    if (mkdtemp(fake->root) == NULL)
        abort();
    fake->io.root = fake->root;
    fake->io.names = &fake->names;
    fake->io.sample = &fake->sample;
}

static inline int sensor_fake_remove(const char *path, const struct stat *file, int kind, struct FTW *at)
{
    (void)file;
    (void)kind;
    (void)at;
    return remove(path);
}

static inline void sensor_fake_close(struct sensor_fake *fake)
{
    (void)nftw(fake->root, sensor_fake_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Makes a file, and the folders above it. `text` NULL: a folder. */
static inline void sensor_fake_file(const struct sensor_fake *fake, const char *path, const char *text)
{
    char whole[512];
    (void)snprintf(whole, sizeof whole, "%s%s", fake->root, path);
    for (char *slash = whole + strlen(fake->root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        (void)mkdir(whole, 0700);
        *slash = '/';
    }
    if (text == NULL) {
        (void)mkdir(whole, 0700);
        return;
    }
    FILE *file = fopen(whole, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

static inline bool sensor_fake_read(struct sensor_fake *fake, const struct gn_sensor_source *source, int64_t mono_us)
{
    if (source->state_size > sizeof fake->state)
        abort();
    for (size_t i = 0; i < GN_AGENT_SERIES_MAX; i++)
        fake->sample.values[i] = (double)NAN;
    fake->io.mono_us = mono_us;
    return source->read(&fake->io, fake->state);
}

/* The value of a series at the last read; NaN when there is none. */
static inline double sensor_fake_value(const struct sensor_fake *fake, const char *name)
{
    for (size_t i = 0; i < fake->names.count; i++)
        if (strcmp(fake->names.names[i], name) == 0)
            return fake->sample.values[i];
    return (double)NAN;
}

/* How many series have a value. */
static inline size_t sensor_fake_count(const struct sensor_fake *fake)
{
    size_t count = 0;
    for (size_t i = 0; i < fake->names.count; i++)
        count += isnan(fake->sample.values[i]) ? 0 : 1;
    return count;
}

/* Texts no kernel writes: a source says no, or gives what is sound, and never faults. */
static const char *const sensor_fake_nonsense[] = {
    "",
    "\n",
    "\n\n\n",
    " ",
    "cpu",
    "cpu ",
    "cpu a b c d e",
    "cpu0",
    "cpu 1 2 3",
    "cpu 99999999999999999999 1 1 1",
    "cpu -1 -1 -1 -1",
    "MemTotal:",
    "MemTotal: x",
    "MemTotal: 1 kB\nMemAvailable: 2 kB\n",
    "some",
    "some avg10=",
    "some avg10=x total=y",
    "some total=1",
    "1 2",
    "1 2 3",
    "nan inf -1 1/2 3",
    " 8 0 sda",
    " 8 0 sda 1 2 3 4",
    "eth0:",
    "eth0: 1 2 3",
    ": 1 2 3 4 5 6 7 8 9 10",
    "../../x: 1 2 3 4 5 6 7 8 9 10 11",
    "\xff\xfe\xff",
    "-",
    "12345678901234567890123",
};

/* Feeds all of them, twice each, through one file. */
static inline void sensor_fake_feed_nonsense(struct sensor_fake *fake, const struct gn_sensor_source *source,
                                             const char *path)
{
    for (size_t i = 0; i < sizeof sensor_fake_nonsense / sizeof sensor_fake_nonsense[0]; i++) {
        sensor_fake_file(fake, path, sensor_fake_nonsense[i]);
        for (int64_t j = 1; j <= 2; j++) {
            (void)sensor_fake_read(fake, source, (int64_t)i * 10 + j);
            for (size_t k = 0; k < fake->names.count; k++)
                if (isinf(fake->sample.values[k]))
                    abort();
        }
    }
}

#endif
