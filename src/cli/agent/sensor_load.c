/* SPDX-License-Identifier: Apache-2.0 */
/* load1, load5 (processes that run or wait, averaged) and processes (threads there are). From /proc/loadavg. */
#include "cli/agent/proc_text.h"
#include "cli/agent/sensors.h"

struct load_state {
    bool unused; /* a state has a size */
};

/* "0.20 0.18 0.12 1/80 11206" */
static bool load_read(struct gn_sensor_io *io, void *opaque)
{
    (void)opaque;
    gn_str line = gn_sensor_text(io, "/proc/loadavg");
    double loads[3] = { 0 };
    gn_str field = { NULL, 0 };
    gn_str total = { NULL, 0 };
    uint64_t processes = 0;
    for (size_t i = 0; i < 3; i++)
        if (!gn_proc_f64(&line, &loads[i]))
            return false;
    gn_sensor_put(io, "load1", loads[0]);
    gn_sensor_put(io, "load5", loads[1]);
    if (!gn_proc_field(&line, &field))
        return true;
    (void)gn_str_split(field, '/', &total);
    if (gn_parse_u64(total, &processes) == GN_OK)
        gn_sensor_put(io, "processes", (double)processes);
    return true;
}

const struct gn_sensor_source gn_sensor_load = {
    .name = "load",
    .from = "/proc/loadavg",
    .state_size = sizeof(struct load_state),
    .read = load_read,
};
