/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/latency_probe.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/thread.h"

enum { PROBE_BYTES = 4096, PROBE_EVERY_MS = 1000 };

struct gn_latency_probe {
    int fd;
    struct gn_clock clock;
    pthread_t thread;
    struct gn_wake wake;
    _Atomic bool stop;
    _Atomic int64_t began_us; /* of the probe under way; 0 = none */
    _Atomic int64_t last_us;  /* how long the last one took; -1 = not known */
    uint8_t block[PROBE_BYTES];
};

static int64_t probe_once(struct gn_latency_probe *probe)
{
    const int64_t begin = gn_mono_us(&probe->clock);
    atomic_store(&probe->began_us, begin > 0 ? begin : 1);
    probe->block[0]++;
    const bool written = pwrite(probe->fd, probe->block, sizeof probe->block, 0) == (ssize_t)sizeof probe->block &&
                         fdatasync(probe->fd) == 0;
    const int64_t took = gn_mono_us(&probe->clock) - begin;
    return written ? took : -1;
}

static void *probe_work(void *opaque)
{
    struct gn_latency_probe *probe = opaque;
    while (!atomic_load(&probe->stop)) {
        const uint32_t noted = gn_wake_note(&probe->wake);
        atomic_store(&probe->last_us, probe_once(probe));
        atomic_store(&probe->began_us, 0);
        if (!atomic_load(&probe->stop))
            gn_wake_wait(&probe->wake, noted, PROBE_EVERY_MS);
    }
    return NULL;
}

static int probe_open(const char *dir)
{
    const int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    char path[4096];
    const int size = snprintf(path, sizeof path, "%s/probe", dir);
    if (size < 0 || (size_t)size >= sizeof path)
        return -1;
    (void)unlink(path); /* one that a killed agent left */
    const int named = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (named >= 0)
        (void)unlink(path);
    return named;
}

gn_err gn_latency_probe_start(const char *dir, struct gn_clock clock, struct gn_latency_probe **out,
                              struct gn_diag *diag)
{
    assert(dir != NULL && out != NULL);
    struct gn_latency_probe *probe = gn_mem_take(sizeof *probe, "the disk probe");
    if (probe == NULL) {
        gn_diag_set(diag, 0, 0, "no memory for the disk probe");
        return GN_ERR_FULL;
    }
    probe->clock = clock;
    atomic_store(&probe->last_us, -1);
    probe->fd = probe_open(dir);
    gn_err err = probe->fd >= 0 ? GN_OK : GN_ERR_IO;
    if (err)
        gn_diag_set(diag, 0, 0, "no file can be made in %s: %s", dir, strerror(errno));
    if (!err)
        err = gn_thread_start(&probe->thread, "disk-probe", probe_work, probe);
    if (err) {
        if (probe->fd >= 0)
            (void)close(probe->fd);
        gn_mem_give(probe);
        return err;
    }
    *out = probe;
    return GN_OK;
}

double gn_latency_probe_ms(const struct gn_latency_probe *probe)
{
    const int64_t last = atomic_load(&probe->last_us);
    const int64_t began = atomic_load(&probe->began_us);
    const int64_t age = began != 0 ? gn_mono_us(&probe->clock) - began : 0;
    if (began != 0 && last >= 0 && age > last)
        return (double)age / 1000.0;
    return last >= 0 ? (double)last / 1000.0 : (double)NAN;
}

void gn_latency_probe_stop(struct gn_latency_probe *probe)
{
    if (probe == NULL)
        return;
    atomic_store(&probe->stop, true);
    gn_wake_signal(&probe->wake);
    gn_thread_join(probe->thread);
    (void)close(probe->fd);
    gn_mem_give(probe);
}
