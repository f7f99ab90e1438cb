/* SPDX-License-Identifier: Apache-2.0 */
/* net_in, net_out (KiB/s), net_packets_in, net_packets_out (1/s). From /proc/net/dev: proc(5).
 *
 * Physical interfaces (they have a /sys/class/net/NAME/device), summed, so that what passes a bridge counts once;
 * where there is none, all but lo; where there is only lo, lo. */
#include <stdio.h>

#include "cli/agent/proc_text.h"
#include "cli/agent/sensors.h"

struct net_sums {
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t packets_in;
    uint64_t packets_out;
    size_t interfaces;
};

enum net_class { NET_LO, NET_VIRTUAL, NET_PHYSICAL, NET_CLASSES };

struct net_state {
    int64_t mono_us; /* 0 = no sample yet */
    int kind;        /* enum net_class of the sums */
    struct net_sums sums;
};

/* Behind the colon: 8 numbers received, 8 sent; each begins with bytes and packets. */
enum {
    NET_BYTES_IN = 0,
    NET_PACKETS_IN = 1,
    NET_BYTES_OUT = 8,
    NET_PACKETS_OUT = 9,
    NET_FIELDS = 10,
    NET_NAME_BYTES = 64
};

static enum net_class net_class_of(const struct gn_sensor_io *io, gn_str name)
{
    char path[128];
    if (gn_str_equal(name, GN_STR("lo")))
        return NET_LO;
    if (name.size == 0 || name.size >= NET_NAME_BYTES || memchr(name.at, '/', name.size) != NULL || name.at[0] == '.')
        return NET_VIRTUAL;
    (void)snprintf(path, sizeof path, "/sys/class/net/%.*s/device", GN_STR_ARGS(name));
    return gn_sensor_exists(io, path) ? NET_PHYSICAL : NET_VIRTUAL;
}

static void net_parse(const struct gn_sensor_io *io, gn_str text, struct net_sums sums[static NET_CLASSES])
{
    gn_str line = { NULL, 0 };
    while (gn_proc_line(&text, &line)) {
        gn_str numbers = { NULL, 0 };
        uint64_t fields[NET_FIELDS] = { 0 };
        const gn_str name = gn_str_trim(gn_str_split(line, ':', &numbers));
        if (name.size == 0 || !gn_proc_u64s(&numbers, fields, NET_FIELDS))
            continue; /* the two lines of headings */
        struct net_sums *sum = &sums[net_class_of(io, name)];
        sum->bytes_in += fields[NET_BYTES_IN];
        sum->packets_in += fields[NET_PACKETS_IN];
        sum->bytes_out += fields[NET_BYTES_OUT];
        sum->packets_out += fields[NET_PACKETS_OUT];
        sum->interfaces++;
    }
}

static bool net_read(struct gn_sensor_io *io, void *opaque)
{
    struct net_state *state = opaque;
    struct net_sums sums[NET_CLASSES] = { 0 };
    net_parse(io, gn_sensor_text(io, "/proc/net/dev"), sums);
    int kind = NET_PHYSICAL;
    while (kind > NET_LO && sums[kind].interfaces == 0)
        kind--;
    const struct net_sums *now = &sums[kind];
    if (now->interfaces == 0)
        return false;
    if (state->mono_us > 0 && state->kind == kind && state->sums.interfaces == now->interfaces) {
        const int64_t interval_us = io->mono_us - state->mono_us;
        const struct net_sums *before = &state->sums;
        gn_sensor_put(io, "net_in", gn_sensor_rate(before->bytes_in, now->bytes_in, interval_us) / 1024.0);
        gn_sensor_put(io, "net_out", gn_sensor_rate(before->bytes_out, now->bytes_out, interval_us) / 1024.0);
        gn_sensor_put(io, "net_packets_in", gn_sensor_rate(before->packets_in, now->packets_in, interval_us));
        gn_sensor_put(io, "net_packets_out", gn_sensor_rate(before->packets_out, now->packets_out, interval_us));
    }
    state->sums = *now;
    state->kind = kind;
    state->mono_us = io->mono_us;
    return true;
}

const struct gn_sensor_source gn_sensor_net = {
    .name = "net",
    .from = "/proc/net/dev",
    .state_size = sizeof(struct net_state),
    .read = net_read,
};
