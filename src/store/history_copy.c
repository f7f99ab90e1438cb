/* SPDX-License-Identifier: Apache-2.0 */
#include "store/history_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/file.h"
#include "store/store_int.h"

enum { COPY_STEP_PAGES = 512 };

static gn_err copy_check_room(const char *dir, const char *path, struct gn_diag *diag)
{
    struct statvfs disk;
    struct stat about;
    if (statvfs(dir, &disk) != 0 || stat(path, &about) != 0)
        return gn_err_of_errno(errno);
    const uint64_t room = (uint64_t)disk.f_bavail * disk.f_frsize;
    const uint64_t needed = (uint64_t)about.st_size + GN_BACKUP_SPARE_BYTES;
    if (room >= needed)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "a copy of the history needs %llu MiB free in %s for a while, and there are %llu",
                (unsigned long long)(needed >> 20), dir, (unsigned long long)(room >> 20));
    return GN_ERR_NO_SPACE;
}

/* A database at a path that is gone when this returns; *out_fd is the same file. */
static gn_err copy_open_target(const char *dir, sqlite3 **out_db, int *out_fd)
{
    char path[GN_STORE_PATH_BYTES];
    sqlite3 *db = NULL;
    const int size = snprintf(path, sizeof path, "%s/backup-%ld.part", dir, (long)getpid());
    if (size < 0 || (size_t)size >= sizeof path)
        return GN_ERR_FULL;
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return gn_err_of_errno(errno);
    const int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    /* SQLite opens a file when it is first needed; a journal would want a name beside it. */
    const int made = rc != SQLITE_OK ? rc
                                     : sqlite3_exec(db,
                                                    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                                                    "SELECT count(*) FROM sqlite_schema;",
                                                    NULL, NULL, NULL);
    (void)unlink(path);
    if (made != SQLITE_OK) {
        (void)sqlite3_close(db);
        (void)close(fd);
        return GN_ERR_IO;
    }
    *out_db = db;
    *out_fd = fd;
    return GN_OK;
}

/* `from` is in a read transaction: no page changes under the copy. */
static gn_err copy_pages(struct gn_history *from, sqlite3 *to, gn_tell *tell, void *ctx)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from->db, "main");
    if (backup == NULL)
        return gn_history_err(&(struct gn_history){ .db = to }, sqlite3_errcode(to));
    int rc = SQLITE_OK;
    while (rc == SQLITE_OK) {
        rc = sqlite3_backup_step(backup, COPY_STEP_PAGES);
        const uint64_t total = (uint64_t)sqlite3_backup_pagecount(backup);
        if (tell != NULL)
            tell(ctx, "copying the history",
                 (total - (uint64_t)sqlite3_backup_remaining(backup)) * GN_HISTORY_PAGE_BYTES,
                 total * GN_HISTORY_PAGE_BYTES);
    }
    (void)sqlite3_backup_finish(backup);
    return rc == SQLITE_DONE ? GN_OK : gn_history_err(&(struct gn_history){ 0 }, rc);
}

static gn_err copy_run(const char *dir, const char *path, gn_tell *tell, void *ctx, struct gn_history_copy *out)
{
    struct gn_history from = { 0 };
    struct stat about;
    sqlite3 *to = NULL;
    bool is_row = false;
    int fd = -1;
    gn_err err = gn_history_open_reader(&from, path);
    if (!err)
        err = gn_history_run(&from, GN_R_BEGIN);
    if (!err)
        err = gn_history_row(&from, GN_R_TOUCH, &is_row);
    const int64_t seq = !err && is_row ? sqlite3_column_int64(from.statements[GN_R_TOUCH], 0) : 0;
    if (!err)
        err = copy_open_target(dir, &to, &fd);
    if (!err)
        err = copy_pages(&from, to, tell, ctx);
    (void)sqlite3_close(to);
    gn_history_close(&from);
    if (!err && fstat(fd, &about) != 0)
        err = gn_err_of_errno(errno);
    if (err && fd >= 0)
        (void)close(fd);
    if (!err)
        *out = (struct gn_history_copy){ .fd = fd, .size = (uint64_t)about.st_size, .checkpoint_seq = (uint64_t)seq };
    return err;
}

gn_err gn_history_copy_make(const char *dir, gn_tell *tell, void *ctx, struct gn_history_copy *out,
                            struct gn_diag *diag)
{
    char path[GN_STORE_PATH_BYTES];
    const int size = snprintf(path, sizeof path, "%s/history.db", dir);
    if (size < 0 || (size_t)size >= sizeof path)
        return GN_ERR_FULL;
    if (access(path, F_OK) != 0) {
        *out = (struct gn_history_copy){ .fd = -1 };
        return errno == ENOENT ? GN_OK : gn_err_of_errno(errno);
    }
    gn_err err = copy_check_room(dir, path, diag);
    if (err)
        return err;
    err = copy_run(dir, path, tell, ctx, out);
    if (err) {
        gn_diag_set(diag, 0, 0, "%s; `ganglion check` says more", gn_err_text(err));
        gn_diag_file(diag, path);
    }
    return err;
}

void gn_history_copy_close(struct gn_history_copy *copy)
{
    if (copy->fd >= 0)
        (void)close(copy->fd);
    copy->fd = -1;
}
