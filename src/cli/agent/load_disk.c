/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/agent/loads.h"

enum { DISK_BLOCK_BYTES = 1024 * 1024, DISK_FREE_SHARE = 10 };

/* A file without a name, so that nothing is left whatever happens; where the file system has none, one that is
 * unlinked at once. */
static int disk_open(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    char path[4096];
    const int size = snprintf(path, sizeof path, "%s/disturbance.data", dir);
    if (size < 0 || (size_t)size >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

/* At most a tenth of what is free: a disturbance must not fill the disk the journal lives on. */
static gn_err disk_plan(struct gn_load_run *run, struct gn_diag *diag)
{
    struct statvfs room;
    if (statvfs(run->dir, &room) != 0) {
        gn_diag_set(diag, 0, 0, "%s: %s", run->dir, strerror(errno));
        return GN_ERR_IO;
    }
    const uint64_t allowed = (uint64_t)room.f_bavail * room.f_frsize / DISK_FREE_SHARE;
    run->bytes = allowed < GN_DISTURB_DISK_BYTES_MAX ? (int64_t)allowed : GN_DISTURB_DISK_BYTES_MAX;
    run->bytes -= run->bytes % DISK_BLOCK_BYTES;
    run->threads = 1;
    if (run->bytes < DISK_BLOCK_BYTES) {
        gn_diag_set(diag, 0, 0, "the disk of %s is almost full: nothing is written to it", run->dir);
        return GN_ERR_NO_SPACE;
    }
    run->fd = disk_open(run->dir);
    if (run->fd < 0) {
        gn_diag_set(diag, 0, 0, "no file can be made in %s: %s", run->dir, strerror(errno));
        return GN_ERR_IO;
    }
    return GN_OK;
}

static void *disk_work(void *opaque)
{
    struct gn_load_run *run = opaque;
    uint8_t *block = gn_mem_take(DISK_BLOCK_BYTES, "a disturbance");
    uint64_t counter = 0;
    int64_t offset = 0;
    if (block == NULL)
        atomic_store(&run->error, ENOMEM);
    while (block != NULL && !atomic_load_explicit(&run->stop, memory_order_relaxed)) {
        memcpy(block, &counter, sizeof counter); /* so that no layer below sees the same block twice */
        counter++;
        if (pwrite(run->fd, block, DISK_BLOCK_BYTES, offset) != DISK_BLOCK_BYTES || fdatasync(run->fd) != 0) {
            atomic_store(&run->error, errno != 0 ? errno : ENOSPC);
            break;
        }
        offset = (offset + DISK_BLOCK_BYTES) % run->bytes;
    }
    gn_mem_give(block);
    return NULL;
}

const struct gn_load gn_load_disk = {
    .kind = "disk",
    .doing = "1 MiB is written and synced again and again",
    .plan = disk_plan,
    .work = disk_work,
};
