/* SPDX-License-Identifier: Apache-2.0 */
/* cpu_, memory_ and io_pressure (% of the last 10 s in which some task waited for it: avg10), and cpu_, memory_ and
 * io_stall (the same of the time since the last sample, from the microseconds in total=, which a 10 s average
 * would smear). From /proc/pressure: Linux' Documentation/accounting/psi.rst. */
#include <stdio.h>

#include "cli/agent/proc_text.h"
#include "cli/agent/sensors.h"

enum { PRESSURE_KINDS = 3 };
static const char *const pressure_kinds[PRESSURE_KINDS] = { "cpu", "memory", "io" };

struct pressure_state {
    int64_t mono_us[PRESSURE_KINDS]; /* of the last sample; 0 = none */
    uint64_t total_us[PRESSURE_KINDS];
};

/* "some avg10=0.38 avg60=0.26 avg300=0.36 total=12102202" */
static bool pressure_some(gn_str text, double *out_avg10, uint64_t *out_total_us)
{
    gn_str line = { NULL, 0 };
    gn_str field = { NULL, 0 };
    while (gn_proc_line(&text, &line)) {
        if (!gn_proc_field(&line, &field) || !gn_str_equal(field, GN_STR("some")))
            continue;
        bool has_average = false;
        bool has_total = false;
        while (gn_proc_field(&line, &field)) {
            gn_str value = { NULL, 0 };
            const gn_str key = gn_str_split(field, '=', &value);
            if (gn_str_equal(key, GN_STR("avg10")))
                has_average = gn_parse_f64(value, out_avg10) == GN_OK;
            else if (gn_str_equal(key, GN_STR("total")))
                has_total = gn_parse_u64(value, out_total_us) == GN_OK;
        }
        return has_average && has_total;
    }
    return false;
}

static bool pressure_read(struct gn_sensor_io *io, void *opaque)
{
    struct pressure_state *state = opaque;
    bool any = false;
    for (size_t i = 0; i < PRESSURE_KINDS; i++) {
        char path[64];
        double average = 0.0;
        uint64_t total_us = 0;
        (void)snprintf(path, sizeof path, "/proc/pressure/%s", pressure_kinds[i]);
        if (!pressure_some(gn_sensor_text(io, path), &average, &total_us))
            continue;
        any = true;
        gn_sensor_putf(io, average, "%s_pressure", pressure_kinds[i]);
        if (state->mono_us[i] > 0) {
            /* microseconds of waiting a second, as a share; accounting runs a little ahead or behind */
            const double share = gn_sensor_rate(state->total_us[i], total_us, io->mono_us - state->mono_us[i]) / 1e4;
            gn_sensor_putf(io, share > 100.0 ? 100.0 : share, "%s_stall", pressure_kinds[i]);
        }
        state->mono_us[i] = io->mono_us;
        state->total_us[i] = total_us;
    }
    return any;
}

const struct gn_sensor_source gn_sensor_pressure = {
    .name = "pressure",
    .from = "/proc/pressure",
    .state_size = sizeof(struct pressure_state),
    .read = pressure_read,
};
