/* SPDX-License-Identifier: Apache-2.0 */
/* disk_read, disk_write (MiB/s), disk_busy (% of the time with something under way), disk_wait (ms a request took,
 * 0 when there was none). From /proc/diskstats: Linux' Documentation/admin-guide/iostats.rst.
 *
 * Physical disks only (they have a /sys/block/NAME/device), summed; the busiest one counts for disk_busy. A partition
 * or a mapped volume would count the same bytes twice. */
#include <stdio.h>

#include "cli/agent/proc_text.h"
#include "cli/agent/sensors.h"

struct disk_sums {
    uint64_t requests;
    uint64_t read_sectors; /* of 512 bytes, whatever the disk's are */
    uint64_t written_sectors;
    uint64_t wait_ms;
    size_t disks;
};

enum { DISK_COUNT_MAX = 16, DISK_NAME_BYTES = 32 };

struct disk_busy {
    char name[DISK_NAME_BYTES];
    uint64_t busy_ms;
};

struct disk_state {
    int64_t mono_us; /* 0 = no sample yet */
    struct disk_sums sums;
    struct disk_busy busy[DISK_COUNT_MAX];
    size_t busy_count;
};

/* The numbers behind the name: reads, merged, sectors, ms, writes, merged, sectors, ms, in flight, busy ms, ... */
enum {
    DISK_READS = 0,
    DISK_READ_SECTORS = 2,
    DISK_READ_MS = 3,
    DISK_WRITES = 4,
    DISK_WRITTEN = 6,
    DISK_WRITE_MS = 7,
    DISK_BUSY_MS = 9,
    DISK_FIELDS = 10
};

static bool disk_is_physical(const struct gn_sensor_io *io, gn_str name)
{
    char path[128];
    if (name.size >= DISK_NAME_BYTES || memchr(name.at, '/', name.size) != NULL || name.at[0] == '.')
        return false;
    (void)snprintf(path, sizeof path, "/sys/block/%.*s/device", GN_STR_ARGS(name));
    return gn_sensor_exists(io, path);
}

/* The busy milliseconds since the last sample, which it also notes; 0 for a disk that is new. */
static uint64_t disk_busy_since(struct disk_state *state, gn_str name, uint64_t busy_ms)
{
    for (size_t i = 0; i < state->busy_count; i++) {
        struct disk_busy *row = &state->busy[i];
        if (!gn_str_equal(gn_str_of(row->name), name))
            continue;
        const uint64_t since = busy_ms > row->busy_ms ? busy_ms - row->busy_ms : 0;
        row->busy_ms = busy_ms;
        return since;
    }
    if (state->busy_count < DISK_COUNT_MAX &&
        gn_str_copy(state->busy[state->busy_count].name, DISK_NAME_BYTES, name) == GN_OK)
        state->busy[state->busy_count++].busy_ms = busy_ms;
    return 0;
}

/* Sums all physical disks; *out_busy_ms is the busiest one's time since the last sample. */
static struct disk_sums disk_parse(const struct gn_sensor_io *io, struct disk_state *state, gn_str text,
                                   uint64_t *out_busy_ms)
{
    struct disk_sums sums = { 0 };
    gn_str line = { NULL, 0 };
    *out_busy_ms = 0;
    while (gn_proc_line(&text, &line)) {
        gn_str name = { NULL, 0 };
        uint64_t fields[DISK_FIELDS] = { 0 };
        if (!gn_proc_skip(&line, 2) || !gn_proc_field(&line, &name) || !gn_proc_u64s(&line, fields, DISK_FIELDS) ||
            !disk_is_physical(io, name))
            continue;
        sums.requests += fields[DISK_READS] + fields[DISK_WRITES];
        sums.read_sectors += fields[DISK_READ_SECTORS];
        sums.written_sectors += fields[DISK_WRITTEN];
        sums.wait_ms += fields[DISK_READ_MS] + fields[DISK_WRITE_MS];
        sums.disks++;
        const uint64_t busy = disk_busy_since(state, name, fields[DISK_BUSY_MS]);
        if (busy > *out_busy_ms)
            *out_busy_ms = busy;
    }
    return sums;
}

static void disk_put(struct gn_sensor_io *io, const struct disk_sums *before, const struct disk_sums *now,
                     uint64_t busy_ms, int64_t interval_us)
{
    const double busy = gn_sensor_rate(0, busy_ms, interval_us) / 10.0;
    gn_sensor_put(io, "disk_read", gn_sensor_rate(before->read_sectors, now->read_sectors, interval_us) / 2048.0);
    gn_sensor_put(io, "disk_write",
                  gn_sensor_rate(before->written_sectors, now->written_sectors, interval_us) / 2048.0);
    gn_sensor_put(io, "disk_busy", busy > 100.0 ? 100.0 : busy);
    if (now->requests >= before->requests && now->wait_ms >= before->wait_ms) {
        const double requests = (double)(now->requests - before->requests);
        gn_sensor_put(io, "disk_wait", requests > 0.0 ? (double)(now->wait_ms - before->wait_ms) / requests : 0.0);
    }
}

static bool disk_read(struct gn_sensor_io *io, void *opaque)
{
    struct disk_state *state = opaque;
    uint64_t busy_ms = 0;
    const struct disk_sums now = disk_parse(io, state, gn_sensor_text(io, "/proc/diskstats"), &busy_ms);
    if (now.disks == 0)
        return false;
    if (state->mono_us > 0 && now.disks == state->sums.disks)
        disk_put(io, &state->sums, &now, busy_ms, io->mono_us - state->mono_us);
    state->sums = now;
    state->mono_us = io->mono_us;
    return true;
}

const struct gn_sensor_source gn_sensor_disk = {
    .name = "disk",
    .from = "/proc/diskstats",
    .state_size = sizeof(struct disk_state),
    .read = disk_read,
};
