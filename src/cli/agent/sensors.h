/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/sensors.h -- this machine's own sensors: what a source is, and one sample of all of them.
 *
 *   /proc/stat ──▶ sensor_cpu.c ────┐
 *   /proc/meminfo ▶ sensor_memory.c ─┼─▶ struct gn_sample (a value a series) ─▶ queue ─▶ JSON ─▶ MQTT
 *   ...                              ┘
 *
 * One source one file, one const row in sensors.c. A source reads text through its io, so that tests give
 * it a folder of fixtures as the root; what it needs of the past it keeps in its state. A source that finds nothing
 * is skipped and named once. A counter that went back (a device that was changed) gives no value for that
 * one interval. Cost of one sample of all: about 0.5 ms. One thread. */
#ifndef GN_CLI_AGENT_SENSORS_H
#define GN_CLI_AGENT_SENSORS_H

#include "base/buf.h"
#include "base/limits.h"

enum {
    GN_SENSOR_NAME_BYTES = 48,
    GN_SENSOR_TEXT_BYTES = 262144, /* /proc/stat lists every interrupt line */
    GN_SENSOR_PATH_BYTES = 512,
    GN_SENSOR_CPUS_MAX = 64, /* cores that get a series of their own */
};

/* Names of the series, in the order of their first appearance; a name's place never changes. */
struct gn_sensor_names {
    size_t count;
    char names[GN_AGENT_SERIES_MAX][GN_SENSOR_NAME_BYTES];
};

struct gn_sample {
    int64_t time_ms;
    uint64_t lost;                      /* samples that were dropped right before this one */
    double values[GN_AGENT_SERIES_MAX]; /* beside names; NaN = none this time */
};

struct gn_sensor_io {
    const char *root; /* "" here; a folder of fixtures in tests */
    int64_t mono_us;  /* of this sample */
    struct gn_sensor_names *names;
    struct gn_sample *sample; /* being filled */
    char text[GN_SENSOR_TEXT_BYTES];
};

struct gn_sensor_source {
    const char *name;
    const char *from; /* where it reads, for people */
    size_t state_size;
    /* Adds its values to the sample. False: its files are not there, or say nothing it knows. */
    bool (*read)(struct gn_sensor_io *io, void *state);
};

extern const struct gn_sensor_source gn_sensor_cpu;
extern const struct gn_sensor_source gn_sensor_load;
extern const struct gn_sensor_source gn_sensor_pressure;
extern const struct gn_sensor_source gn_sensor_memory;
extern const struct gn_sensor_source gn_sensor_disk;
extern const struct gn_sensor_source gn_sensor_net;
extern const struct gn_sensor_source gn_sensor_thermal;

/* --- for sources --- */

/* A file's text, valid until the next call; empty when it cannot be read. A longer file is cut. */
gn_str gn_sensor_text(struct gn_sensor_io *io, const char *path);
/* Is there such a file or folder under the root? */
bool gn_sensor_exists(const struct gn_sensor_io *io, const char *path);
/* Adds a value (rounded to 3 decimals); NaN and infinities are left out, and so is a series beyond
 * GN_AGENT_SERIES_MAX. */
void gn_sensor_put(struct gn_sensor_io *io, const char *name, double value);
void gn_sensor_putf(struct gn_sensor_io *io, double value, const char *fmt, ...) GN_PRINTF(3, 4);
/* Growth of a counter a second; NaN when it went back or no time passed. */
double gn_sensor_rate(uint64_t before, uint64_t now, int64_t interval_us);

/* --- for the agent --- */

struct gn_sensors; /* opaque: io, names and every source's state */

/* NULL: no memory. `root` is borrowed. */
struct gn_sensors *gn_sensors_new(const char *root);
void gn_sensors_free(struct gn_sensors *sensors); /* NULL is fine */
/* Reads all sources. `out` is whole afterwards, with what they gave. */
void gn_sensors_read(struct gn_sensors *sensors, int64_t wall_ms, int64_t mono_us, struct gn_sample *out);
/* Adds a value of the agent's own to a sample that was read. */
void gn_sensors_put(struct gn_sensors *sensors, struct gn_sample *sample, const char *name, double value);
/* Calls `each` for every source that gave nothing at the last read and has not been told yet. */
void gn_sensors_missing(struct gn_sensors *sensors, void (*each)(void *ctx, const struct gn_sensor_source *source),
                        void *ctx);
/* {"time":T,"cpu_use":12.5,...} */
void gn_sensors_json(const struct gn_sensors *sensors, const struct gn_sample *sample, struct gn_buf *out);

#endif
