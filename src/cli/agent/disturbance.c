/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/disturbance.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/agent/proc_text.h"

enum { DISTURBANCE_TRIES = 20, DISTURBANCE_TEXT_BYTES = 128 };

static gn_err disturbance_path(const char *dir, char *out, size_t capacity, struct gn_diag *diag)
{
    const int size = snprintf(out, capacity, "%s/disturbance", dir);
    if (size > 0 && (size_t)size < capacity)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "the path of the agent's folder is too long");
    return GN_ERR_FULL;
}

/* Is what the name shows the very file that is open? */
static bool disturbance_same_file(int fd, const char *path)
{
    struct stat open_file;
    struct stat named;
    return fstat(fd, &open_file) == 0 && lstat(path, &named) == 0 && open_file.st_ino == named.st_ino &&
           open_file.st_dev == named.st_dev;
}

/* "cpu 60 1795317840000" */
static void disturbance_read(int fd, char kind[static GN_DISTURBANCE_KIND_BYTES], int64_t *started_ms)
{
    char text[DISTURBANCE_TEXT_BYTES];
    const ssize_t size = pread(fd, text, sizeof text, 0);
    gn_str line = gn_str_trim((gn_str){ text, size > 0 ? (size_t)size : 0 });
    gn_str word = { NULL, 0 };
    uint64_t numbers[2] = { 0 };
    if (!gn_proc_field(&line, &word) || gn_str_copy(kind, GN_DISTURBANCE_KIND_BYTES, word) != GN_OK)
        (void)snprintf(kind, GN_DISTURBANCE_KIND_BYTES, "unknown");
    *started_ms = gn_proc_u64s(&line, numbers, 2) && numbers[1] < INT64_MAX ? (int64_t)numbers[1] : 0;
}

/* One try: OK and *out_fd, AGAIN when somebody changed the name meanwhile or holds the lock. */
static gn_err disturbance_try(const char *path, int *out_fd, struct gn_diag *diag)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        gn_diag_set(diag, 0, 0, "%s: %s", path, strerror(errno));
        return GN_ERR_IO;
    }
    /* A locked file without its name is a stale one that somebody has just cleared away: take the new one. */
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || !disturbance_same_file(fd, path)) {
        (void)close(fd);
        return GN_ERR_AGAIN;
    }
    *out_fd = fd;
    return GN_OK;
}

static gn_err disturbance_write(int fd, const char *path, const char *kind, int64_t seconds, int64_t now_ms,
                                struct gn_diag *diag)
{
    char text[DISTURBANCE_TEXT_BYTES];
    const int size = snprintf(text, sizeof text, "%s %" PRId64 " %" PRId64 "\n", kind, seconds, now_ms);
    assert(size > 0 && (size_t)size < sizeof text);
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)size, 0) == size)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "%s: %s", path, strerror(errno));
    return GN_ERR_IO;
}

gn_err gn_disturbance_begin(struct gn_disturbance *disturbance, const char *dir, const char *kind, int64_t seconds,
                            int64_t now_ms, struct gn_diag *diag)
{
    assert(disturbance != NULL && dir != NULL && kind != NULL);
    char path[GN_DISTURBANCE_PATH_BYTES];
    int fd = -1;
    disturbance->fd = -1;
    gn_err err = disturbance_path(dir, path, sizeof path, diag);
    if (err)
        return err;
    /* An agent that looks whether one runs holds the lock for an instant: try for a while. */
    err = GN_ERR_AGAIN;
    for (int i = 0; i < DISTURBANCE_TRIES && err == GN_ERR_AGAIN; i++)
        err = disturbance_try(path, &fd, diag);
    if (err == GN_ERR_AGAIN) {
        gn_diag_set(diag, 0, 0, "a disturbance runs already (%s)", path);
        return GN_ERR_BUSY;
    }
    if (!err)
        err = disturbance_write(fd, path, kind, seconds, now_ms, diag);
    if (err) {
        if (fd >= 0)
            (void)close(fd);
        return err;
    }
    disturbance->fd = fd;
    memcpy(disturbance->path, path, sizeof path);
    return GN_OK;
}

bool gn_disturbance_is_asked_to_stop(const struct gn_disturbance *disturbance)
{
    struct stat file;
    assert(disturbance->fd >= 0);
    return fstat(disturbance->fd, &file) != 0 || file.st_nlink == 0;
}

void gn_disturbance_end(struct gn_disturbance *disturbance)
{
    if (disturbance->fd < 0)
        return;
    if (disturbance_same_file(disturbance->fd, disturbance->path))
        (void)unlink(disturbance->path);
    (void)close(disturbance->fd); /* frees the lock: from here on it is over */
    disturbance->fd = -1;
}

gn_err gn_disturbance_stop_begin(struct gn_disturbance_stop *stop, const char *dir, struct gn_diag *diag)
{
    assert(stop != NULL && dir != NULL);
    char path[GN_DISTURBANCE_PATH_BYTES];
    stop->fd = -1;
    const gn_err err = disturbance_path(dir, path, sizeof path, diag);
    if (err)
        return err;
    const int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno != ENOENT) {
        gn_diag_set(diag, 0, 0, "%s: %s", path, strerror(errno));
        return GN_ERR_IO;
    }
    const bool is_free = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) == 0;
    if (fd < 0 || is_free) {
        if (is_free && disturbance_same_file(fd, path))
            (void)unlink(path); /* left behind by one that was killed */
        if (fd >= 0)
            (void)close(fd);
        gn_diag_set(diag, 0, 0, "no disturbance is running here");
        return GN_ERR_NOT_FOUND;
    }
    disturbance_read(fd, stop->kind, &stop->started_ms);
    if (disturbance_same_file(fd, path) && unlink(path) != 0) {
        gn_diag_set(diag, 0, 0, "%s cannot be removed: %s", path, strerror(errno));
        (void)close(fd);
        return GN_ERR_IO;
    }
    stop->fd = fd;
    return GN_OK;
}

bool gn_disturbance_stop_is_over(struct gn_disturbance_stop *stop)
{
    if (stop->fd < 0 || flock(stop->fd, LOCK_SH | LOCK_NB) != 0)
        return false;
    gn_disturbance_stop_forget(stop);
    return true;
}

void gn_disturbance_stop_forget(struct gn_disturbance_stop *stop)
{
    if (stop->fd >= 0)
        (void)close(stop->fd);
    stop->fd = -1;
}
