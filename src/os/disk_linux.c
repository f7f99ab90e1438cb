/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/disk.h"

enum { DISK_PARTS_A_CALL = 64, DISK_ZERO_BYTES = 65536 };

struct gn_file {
    int fd;
};

static gn_err disk_open(void *self, const char *path, bool create, struct gn_file **out)
{
    (void)self;
    const int flags = O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT | O_EXCL : 0);
    int fd = open(path, O_RDWR | flags, 0600);
    if (fd < 0 && !create && (errno == EACCES || errno == EROFS))
        fd = open(path, O_RDONLY | flags); /* an archive can be read; a write to it is DENIED later */
    if (fd < 0)
        return gn_err_of_errno(errno);
    struct gn_file *file = gn_mem_take(sizeof *file, "open files");
    if (file == NULL) {
        (void)close(fd);
        return GN_ERR_IO;
    }
    file->fd = fd;
    *out = file;
    return GN_OK;
}

static void disk_close(void *self, struct gn_file *file)
{
    (void)self;
    if (file == NULL)
        return;
    (void)close(file->fd); /* what must be durable was synced before */
    gn_mem_give(file);
}

static gn_err disk_size(void *self, struct gn_file *file, uint64_t *out)
{
    (void)self;
    struct stat status;
    if (fstat(file->fd, &status) != 0)
        return gn_err_of_errno(errno);
    *out = (uint64_t)status.st_size;
    return GN_OK;
}

static gn_err disk_read(void *self, struct gn_file *file, uint64_t offset, void *to, size_t size, size_t *out_got)
{
    (void)self;
    size_t got = 0;
    while (got < size) {
        const ssize_t step = pread(file->fd, (uint8_t *)to + got, size - got, (off_t)(offset + got));
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

/* Takes `done` bytes from the front of the list. */
static void disk_step(struct iovec **parts, int *count, size_t done)
{
    while (*count > 0 && done >= (*parts)->iov_len) {
        done -= (*parts)->iov_len;
        (*parts)++;
        (*count)--;
    }
    if (done > 0) {
        assert(*count > 0);
        (*parts)->iov_base = (uint8_t *)(*parts)->iov_base + done;
        (*parts)->iov_len -= done;
    }
}

static gn_err disk_write_all(int fd, uint64_t *offset, struct iovec *parts, int count)
{
    disk_step(&parts, &count, 0); /* empty parts at the front would look like no progress */
    while (count > 0) {
        const ssize_t step = pwritev(fd, parts, count, (off_t)*offset);
        if (step < 0 && errno == EINTR)
            continue;
        if (step <= 0)
            return step < 0 ? gn_err_of_errno(errno) : GN_ERR_IO;
        *offset += (uint64_t)step;
        disk_step(&parts, &count, (size_t)step);
    }
    return GN_OK;
}

static gn_err disk_write(void *self, struct gn_file *file, uint64_t offset, const struct gn_iov *parts,
                         size_t part_count)
{
    (void)self;
    for (size_t done = 0; done < part_count;) {
        struct iovec batch[DISK_PARTS_A_CALL];
        int count = 0;
        for (; count < DISK_PARTS_A_CALL && done < part_count; count++, done++) {
            /* iovec serves reading too, so its pointer is not const; pwritev only reads. */
            union {
                const void *borrowed;
                void *plain;
            } at = { .borrowed = parts[done].at };
            batch[count] = (struct iovec){ .iov_base = at.plain, .iov_len = parts[done].size };
        }
        const gn_err err = disk_write_all(file->fd, &offset, batch, count);
        if (err)
            return err;
    }
    return GN_OK;
}

/* For file systems without fallocate: zeroes from the end of the file on. */
static gn_err disk_allocate_by_writing(struct gn_file *file, uint64_t end)
{
    static const uint8_t zeroes[DISK_ZERO_BYTES];
    uint64_t at;
    gn_err err = disk_size(NULL, file, &at);
    while (!err && at < end) {
        const uint64_t left = end - at;
        const struct gn_iov part = { zeroes, left < sizeof zeroes ? (size_t)left : sizeof zeroes };
        err = disk_write(NULL, file, at, &part, 1);
        at += part.size;
    }
    return err;
}

static gn_err disk_allocate(void *self, struct gn_file *file, uint64_t offset, uint64_t size)
{
    (void)self;
    int result;
    do {
        result = fallocate(file->fd, 0, (off_t)offset, (off_t)size);
    } while (result != 0 && errno == EINTR);
    if (result == 0)
        return GN_OK;
    if (errno == EOPNOTSUPP || errno == ENOSYS)
        return disk_allocate_by_writing(file, offset + size);
    return gn_err_of_errno(errno);
}

static gn_err disk_sync(void *self, struct gn_file *file)
{
    (void)self;
    return fdatasync(file->fd) == 0 ? GN_OK : gn_err_of_errno(errno);
}

static gn_err disk_truncate(void *self, struct gn_file *file, uint64_t size)
{
    (void)self;
    int result;
    do {
        result = ftruncate(file->fd, (off_t)size);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? GN_OK : gn_err_of_errno(errno);
}

static gn_err disk_remove(void *self, const char *path)
{
    (void)self;
    return unlink(path) == 0 ? GN_OK : gn_err_of_errno(errno);
}

static gn_err disk_make_dir(void *self, const char *path)
{
    (void)self;
    if (mkdir(path, 0700) == 0)
        return GN_OK;
    struct stat status;
    const int error = errno;
    if (error == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return GN_OK;
    return gn_err_of_errno(error);
}

static gn_err disk_sync_dir(void *self, const char *path)
{
    (void)self;
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gn_err_of_errno(errno);
    const gn_err err = fsync(fd) == 0 ? GN_OK : gn_err_of_errno(errno);
    (void)close(fd);
    return err;
}

static bool disk_is_dir(DIR *folder, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

static gn_err disk_list(void *self, const char *path, void (*each)(void *ctx, const char *name), void *ctx)
{
    (void)self;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return gn_err_of_errno(errno);
    errno = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL; errno = 0)
        if (!disk_is_dir(folder, entry))
            each(ctx, entry->d_name);
    const gn_err err = errno == 0 ? GN_OK : gn_err_of_errno(errno);
    (void)closedir(folder);
    return err;
}

struct gn_disk gn_disk_linux(void)
{
    return (struct gn_disk){
        .open = disk_open,
        .close = disk_close,
        .size = disk_size,
        .read = disk_read,
        .write = disk_write,
        .allocate = disk_allocate,
        .sync = disk_sync,
        .truncate = disk_truncate,
        .remove = disk_remove,
        .make_dir = disk_make_dir,
        .sync_dir = disk_sync_dir,
        .list = disk_list,
    };
}
