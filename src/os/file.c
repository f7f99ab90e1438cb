/* SPDX-License-Identifier: Apache-2.0 */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

gn_err gn_err_of_errno(int error)
{
    switch (error) {
    case 0:
        return GN_OK;
    case ENOENT:
    case ENOTDIR:
        return GN_ERR_NOT_FOUND;
    case EEXIST:
        return GN_ERR_EXISTS;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return GN_ERR_NO_SPACE;
    case EACCES:
    case EPERM:
    case EROFS:
    case EBADF: /* a write to what was opened for reading only */
    case ELOOP: /* a symbolic link where none may be */
        return GN_ERR_DENIED;
    case ENAMETOOLONG:
    case EISDIR:
        return GN_ERR_INVAL;
    default:
        return GN_ERR_IO;
    }
}

/* Reads until `size` bytes are there or the file ends. */
static gn_err file_read_up_to(int fd, uint8_t *to, size_t size, size_t *out_got)
{
    size_t got = 0;
    while (got < size) {
        const ssize_t step = read(fd, to + got, size - got);
        if (step < 0 && errno == EINTR)
            continue;
        if (step < 0)
            return gn_err_of_errno(errno);
        if (step == 0)
            break;
        got += (size_t)step;
    }
    *out_got = got;
    return GN_OK;
}

gn_err gn_file_read_all(const char *path, void *to, size_t capacity, size_t *out_size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return gn_err_of_errno(errno);
    size_t got = 0;
    size_t beyond = 0;
    uint8_t extra;
    gn_err err = file_read_up_to(fd, to, capacity, &got);
    if (!err)
        err = file_read_up_to(fd, &extra, 1, &beyond);
    if (!err && beyond > 0)
        err = GN_ERR_FULL;
    if (!err)
        *out_size = got;
    (void)close(fd);
    return err;
}

static gn_err file_write_and_sync(int fd, gn_bytes content)
{
    size_t done = 0;
    while (done < content.size) {
        const ssize_t step = write(fd, content.at + done, content.size - done);
        if (step < 0 && errno == EINTR)
            continue;
        if (step < 0)
            return gn_err_of_errno(errno);
        done += (size_t)step;
    }
    return fdatasync(fd) == 0 ? GN_OK : gn_err_of_errno(errno);
}

gn_err gn_file_sync_name(const char *path)
{
    char parent[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash != NULL) {
        const size_t size = slash == path ? 1 : (size_t)(slash - path);
        const gn_err err = gn_str_copy(parent, sizeof parent, (gn_str){ path, size });
        if (err)
            return err;
    }
    const int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gn_err_of_errno(errno);
    const gn_err err = fsync(fd) == 0 ? GN_OK : gn_err_of_errno(errno);
    (void)close(fd);
    return err;
}

gn_err gn_file_replace(const char *path, gn_bytes content)
{
    char fresh[PATH_MAX];
    const int printed = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (printed < 0 || (size_t)printed >= sizeof fresh)
        return GN_ERR_INVAL;
    /* One left behind by a power cut is simply written over. */
    const int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return gn_err_of_errno(errno);
    gn_err err = file_write_and_sync(fd, content);
    if (close(fd) != 0 && !err)
        err = gn_err_of_errno(errno);
    if (!err && rename(fresh, path) != 0)
        err = gn_err_of_errno(errno);
    if (err) {
        (void)unlink(fresh);
        return err;
    }
    return gn_file_sync_name(path);
}

/* One directory, whose parent is there. */
static gn_err file_make_one(const char *path, struct gn_diag *diag)
{
    struct stat status;
    if (mkdir(path, 0700) == 0)
        return GN_OK;
    const int error = errno;
    if (stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return GN_OK;
        gn_diag_set(diag, 0, 0, "%s: is not a directory", path);
        return GN_ERR_INVAL;
    }
    gn_diag_set(diag, 0, 0, "%s: cannot be made: %s", path, strerrordesc_np(error));
    return gn_err_of_errno(error);
}

gn_err gn_dir_make(const char *path, struct gn_diag *diag)
{
    char part[PATH_MAX];
    gn_diag_file(diag, path);
    if (path[0] == '\0' || gn_str_copy(part, sizeof part, gn_str_of(path))) {
        gn_diag_set(diag, 0, 0, "the path of a directory is empty or too long");
        return GN_ERR_INVAL;
    }
    for (char *at = part + 1; *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        const gn_err err = file_make_one(part, diag);
        *at = '/';
        if (err)
            return err;
    }
    return file_make_one(part, diag);
}

/* The pid that the holder of a lock wrote there, as far as it has. */
static void file_tell_owner(int fd, const char *path, struct gn_diag *diag)
{
    char text[24];
    const ssize_t got = pread(fd, text, sizeof text, 0);
    const gn_str pid = gn_str_trim((gn_str){ text, got > 0 ? (size_t)got : 0 });
    uint64_t number;
    if (gn_parse_u64(pid, &number))
        gn_diag_set(diag, 0, 0, "%s: another process holds it", path);
    else
        gn_diag_set(diag, 0, 0, "%s: process %llu holds it", path, (unsigned long long)number);
}

gn_err gn_lock_take(const char *path, int *out_fd, struct gn_diag *diag)
{
    gn_diag_file(diag, path);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        const int error = errno;
        gn_diag_set(diag, 0, 0, "%s: cannot be opened: %s", path, strerrordesc_np(error));
        return gn_err_of_errno(error);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        if (error == EWOULDBLOCK)
            file_tell_owner(fd, path, diag);
        else
            gn_diag_set(diag, 0, 0, "%s: cannot be locked: %s", path, strerrordesc_np(error));
        (void)close(fd);
        return error == EWOULDBLOCK ? GN_ERR_BUSY : gn_err_of_errno(error);
    }
    char text[24];
    const int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)size, 0) != size) {
        /* The lock holds all the same; only who asks in vain will not learn the pid. */
        gn_diag_set(diag, 0, 0, "%s: the owner's pid could not be written", path);
    }
    *out_fd = fd;
    return GN_OK;
}
