/* SPDX-License-Identifier: Apache-2.0 */
/* cpu_use and cpuN_use (% of the time since the last sample in which a core did something), context_switches
 * and interrupts (1/s), processes_running. From /proc/stat: proc(5). */
#include <stdio.h>

#include "cli/agent/proc_text.h"
#include "cli/agent/sensors.h"

struct cpu_times {
    uint64_t total;
    uint64_t idle; /* idle and waiting for a disk */
    bool known;
};

struct cpu_state {
    int64_t mono_us; /* of the last sample; 0 = none yet */
    uint64_t switches;
    uint64_t interrupts;
    struct cpu_times all;
    struct cpu_times each[GN_SENSOR_CPUS_MAX];
};

/* The numbers behind "cpu" or "cpuN": user nice system idle iowait irq softirq steal (guest is in user). */
static bool cpu_line(gn_str line, struct cpu_times *out)
{
    uint64_t ticks[8] = { 0 };
    size_t count = 0;
    while (count < 8 && gn_proc_u64(&line, &ticks[count]))
        count++;
    if (count < 4)
        return false;
    *out = (struct cpu_times){ .idle = ticks[3] + ticks[4], .known = true };
    for (size_t i = 0; i < 8; i++)
        out->total += ticks[i];
    return true;
}

/* "cpu12" -> 12; false for anything else and for cores beyond the table. */
static bool cpu_number(gn_str field, uint64_t *out)
{
    return gn_str_starts(field, GN_STR("cpu")) &&
           gn_parse_u64((gn_str){ field.at + 3, field.size - 3 }, out) == GN_OK && *out < GN_SENSOR_CPUS_MAX;
}

static void cpu_put(struct gn_sensor_io *io, const char *name, struct cpu_times *before, struct cpu_times now)
{
    /* The kernel's idle counters may step back a little: proc(5) says so. */
    if (before->known && now.total > before->total) {
        const double total = (double)(now.total - before->total);
        const double idle = now.idle > before->idle ? (double)(now.idle - before->idle) : 0.0;
        gn_sensor_put(io, name, idle < total ? 100.0 * (1.0 - idle / total) : 0.0);
    }
    *before = now;
}

static bool cpu_cores(struct gn_sensor_io *io, struct cpu_state *state, gn_str text)
{
    gn_str line = { NULL, 0 };
    bool any = false;
    while (gn_proc_line(&text, &line)) {
        gn_str field = { NULL, 0 };
        struct cpu_times now = { 0 };
        uint64_t number = 0;
        if (!gn_proc_field(&line, &field) || !gn_str_starts(field, GN_STR("cpu")))
            continue;
        if (field.size == 3 && cpu_line(line, &now)) {
            cpu_put(io, "cpu_use", &state->all, now);
            any = true;
        } else if (cpu_number(field, &number) && cpu_line(line, &now)) {
            char name[GN_SENSOR_NAME_BYTES];
            (void)snprintf(name, sizeof name, "cpu%u_use", (unsigned)number);
            cpu_put(io, name, &state->each[number], now);
        }
    }
    return any;
}

static void cpu_rate(struct gn_sensor_io *io, const struct cpu_state *state, const char *name, uint64_t *before,
                     uint64_t now)
{
    if (state->mono_us > 0)
        gn_sensor_put(io, name, gn_sensor_rate(*before, now, io->mono_us - state->mono_us));
    *before = now;
}

static bool cpu_read(struct gn_sensor_io *io, void *opaque)
{
    struct cpu_state *state = opaque;
    const gn_str text = gn_sensor_text(io, "/proc/stat");
    uint64_t number = 0;
    if (!cpu_cores(io, state, text))
        return false;
    if (gn_proc_named(text, GN_STR("ctxt"), &number))
        cpu_rate(io, state, "context_switches", &state->switches, number);
    if (gn_proc_named(text, GN_STR("intr"), &number))
        cpu_rate(io, state, "interrupts", &state->interrupts, number);
    if (gn_proc_named(text, GN_STR("procs_running"), &number))
        gn_sensor_put(io, "processes_running", (double)number);
    state->mono_us = io->mono_us;
    return true;
}

const struct gn_sensor_source gn_sensor_cpu = {
    .name = "cpu",
    .from = "/proc/stat",
    .state_size = sizeof(struct cpu_state),
    .read = cpu_read,
};
