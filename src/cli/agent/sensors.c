/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/sensors.h"

#include <assert.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/limits.h"
#include "base/mem.h"

_Static_assert((int)GN_AGENT_SERIES_MAX + 2 <= (int)GN_SERIES_PER_THING_MAX, "the node takes all series");
_Static_assert((int)GN_AGENT_SERIES_MAX + 2 <= (int)GN_READINGS_PER_PACKET_MAX, "the node takes a whole sample");

static const struct gn_sensor_source *const sensors_table[] = {
    &gn_sensor_cpu,  &gn_sensor_load, &gn_sensor_pressure, &gn_sensor_memory,
    &gn_sensor_disk, &gn_sensor_net,  &gn_sensor_thermal,
};

enum { SENSORS_COUNT = sizeof sensors_table / sizeof sensors_table[0] };

struct gn_sensors {
    struct gn_sensor_names names;
    void *states[SENSORS_COUNT];
    bool gave[SENSORS_COUNT]; /* something, at the last read */
    bool told[SENSORS_COUNT]; /* that it gives nothing */
    struct gn_sensor_io io;
};

gn_str gn_sensor_text(struct gn_sensor_io *io, const char *path)
{
    char whole[GN_SENSOR_PATH_BYTES];
    const int length = snprintf(whole, sizeof whole, "%s%s", io->root, path);
    if (length < 0 || (size_t)length >= sizeof whole)
        return (gn_str){ NULL, 0 };
    const int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return (gn_str){ NULL, 0 };
    size_t size = 0;
    while (size < sizeof io->text) {
        const ssize_t got = read(fd, io->text + size, sizeof io->text - size);
        if (got <= 0)
            break; /* the end, or a sensor that fails now: what came so far counts */
        size += (size_t)got;
    }
    (void)close(fd);
    return (gn_str){ io->text, size };
}

bool gn_sensor_exists(const struct gn_sensor_io *io, const char *path)
{
    char whole[GN_SENSOR_PATH_BYTES];
    const int length = snprintf(whole, sizeof whole, "%s%s", io->root, path);
    return length > 0 && (size_t)length < sizeof whole && access(whole, F_OK) == 0;
}

/* The series' place; GN_AGENT_SERIES_MAX when there is no room. Few names: a walk is fast enough. */
static size_t sensors_place(struct gn_sensor_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->names[i], name) == 0)
            return i;
    if (names->count == GN_AGENT_SERIES_MAX || strlen(name) >= GN_SENSOR_NAME_BYTES)
        return GN_AGENT_SERIES_MAX;
    (void)snprintf(names->names[names->count], GN_SENSOR_NAME_BYTES, "%s", name);
    return names->count++;
}

void gn_sensor_put(struct gn_sensor_io *io, const char *name, double value)
{
    if (!isfinite(value))
        return;
    const size_t place = sensors_place(io->names, name);
    if (place < GN_AGENT_SERIES_MAX)
        io->sample->values[place] = round(value * 1000.0) / 1000.0;
}

void gn_sensor_putf(struct gn_sensor_io *io, double value, const char *fmt, ...)
{
    char name[GN_SENSOR_NAME_BYTES];
    va_list args;
    va_start(args, fmt);
    const int size = vsnprintf(name, sizeof name, fmt, args);
    va_end(args);
    if (size > 0 && (size_t)size < sizeof name) /* a cut name could be another's */
        gn_sensor_put(io, name, value);
}

double gn_sensor_rate(uint64_t before, uint64_t now, int64_t interval_us)
{
    if (now < before || interval_us <= 0)
        return (double)NAN;
    return (double)(now - before) * 1e6 / (double)interval_us;
}

struct gn_sensors *gn_sensors_new(const char *root)
{
    struct gn_sensors *sensors = gn_mem_take(sizeof *sensors, "sensors");
    if (sensors == NULL)
        return NULL;
    sensors->io.root = root;
    sensors->io.names = &sensors->names;
    for (size_t i = 0; i < SENSORS_COUNT; i++) {
        sensors->states[i] = gn_mem_take(sensors_table[i]->state_size, "states of sensors");
        if (sensors->states[i] == NULL) {
            gn_sensors_free(sensors);
            return NULL;
        }
    }
    return sensors;
}

void gn_sensors_free(struct gn_sensors *sensors)
{
    if (sensors == NULL)
        return;
    for (size_t i = 0; i < SENSORS_COUNT; i++)
        gn_mem_give(sensors->states[i]);
    gn_mem_give(sensors);
}

void gn_sensors_read(struct gn_sensors *sensors, int64_t wall_ms, int64_t mono_us, struct gn_sample *out)
{
    assert(sensors != NULL && out != NULL);
    *out = (struct gn_sample){ .time_ms = wall_ms };
    for (size_t i = 0; i < GN_AGENT_SERIES_MAX; i++)
        out->values[i] = (double)NAN;
    sensors->io.sample = out;
    sensors->io.mono_us = mono_us;
    for (size_t i = 0; i < SENSORS_COUNT; i++)
        sensors->gave[i] = sensors_table[i]->read(&sensors->io, sensors->states[i]);
}

void gn_sensors_put(struct gn_sensors *sensors, struct gn_sample *sample, const char *name, double value)
{
    sensors->io.sample = sample;
    gn_sensor_put(&sensors->io, name, value);
}

void gn_sensors_missing(struct gn_sensors *sensors, void (*each)(void *ctx, const struct gn_sensor_source *source),
                        void *ctx)
{
    for (size_t i = 0; i < SENSORS_COUNT; i++) {
        if (sensors->gave[i] || sensors->told[i])
            continue;
        sensors->told[i] = true;
        each(ctx, sensors_table[i]);
    }
}

void gn_sensors_json(const struct gn_sensors *sensors, const struct gn_sample *sample, struct gn_buf *out)
{
    struct gn_jw writer = gn_jw_over(out);
    gn_jw_open(&writer, '{');
    gn_jw_key(&writer, "time");
    gn_jw_i64(&writer, sample->time_ms);
    for (size_t i = 0; i < sensors->names.count; i++) {
        if (isnan(sample->values[i]))
            continue;
        gn_jw_key(&writer, sensors->names.names[i]);
        gn_jw_f64(&writer, sample->values[i]);
    }
    if (sample->lost > 0) {
        gn_jw_key(&writer, "agent_lost");
        gn_jw_u64(&writer, sample->lost);
    }
    gn_jw_close(&writer, '}');
}
