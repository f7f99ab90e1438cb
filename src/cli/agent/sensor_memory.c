/* SPDX-License-Identifier: Apache-2.0 */
/* memory_used (%), memory_available (MiB) and, where there is swap, swap_used (%). From /proc/meminfo. */
#include "cli/agent/proc_text.h"
#include "cli/agent/sensors.h"

struct memory_state {
    bool unused; /* a state has a size */
};

static bool memory_read(struct gn_sensor_io *io, void *opaque)
{
    (void)opaque;
    const gn_str text = gn_sensor_text(io, "/proc/meminfo");
    uint64_t total = 0;
    uint64_t available = 0;
    uint64_t swap = 0;
    uint64_t swap_free = 0;
    if (!gn_proc_named(text, GN_STR("MemTotal:"), &total) ||
        !gn_proc_named(text, GN_STR("MemAvailable:"), &available) || total == 0 || available > total)
        return false;
    gn_sensor_put(io, "memory_used", 100.0 * (double)(total - available) / (double)total);
    gn_sensor_put(io, "memory_available", (double)available / 1024.0);
    if (gn_proc_named(text, GN_STR("SwapTotal:"), &swap) && gn_proc_named(text, GN_STR("SwapFree:"), &swap_free) &&
        swap > 0 && swap_free <= swap)
        gn_sensor_put(io, "swap_used", 100.0 * (double)(swap - swap_free) / (double)swap);
    return true;
}

const struct gn_sensor_source gn_sensor_memory = {
    .name = "memory",
    .from = "/proc/meminfo",
    .state_size = sizeof(struct memory_state),
    .read = memory_read,
};
