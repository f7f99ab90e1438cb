/* SPDX-License-Identifier: Apache-2.0 */
#include "store/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/file.h"

enum { RESTORE_PATH_BYTES = 4096, RESTORE_TELL_PARTS = 64 };

typedef char restore_name[GN_ARCHIVE_NAME_BYTES];

struct restore {
    const struct gn_restore_options *options;
    struct gn_diag *diag;
    char stage[RESTORE_PATH_BYTES - GN_ARCHIVE_NAME_BYTES];
    restore_name *names; /* GN_BACKUP_FILES_MAX: what is staged, in order */
    size_t name_count;
    restore_name *fresh; /* the same of the archive that is being read */
    size_t fresh_count;
    int fd; /* of the file that is being written; -1: none */
    uint64_t size;
    struct gn_restore_summary sum;
    uint8_t block[GN_ARCHIVE_BLOCK_BYTES];
};

static void restore_path(const struct restore *restore, const char *name, char out[static RESTORE_PATH_BYTES])
{
    (void)snprintf(out, RESTORE_PATH_BYTES, "%s/%s", restore->stage, name);
}

/* --- the target ------------------------------------------------------------------------------------ */

static bool restore_is_empty(const char *path)
{
    DIR *dir = opendir(path);
    bool empty = dir != NULL;
    const struct dirent *entry;
    while (empty && (entry = readdir(dir)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (dir != NULL)
        (void)closedir(dir);
    return empty;
}

static gn_err restore_check_target(struct restore *restore)
{
    struct stat about;
    const char *dir = restore->options->dir;
    gn_diag_file(restore->diag, dir);
    if (lstat(dir, &about) != 0)
        return errno == ENOENT ? GN_OK : gn_err_of_errno(errno);
    if (!S_ISDIR(about.st_mode)) {
        gn_diag_set(restore->diag, 0, 0, "this is %s: name a folder that is empty, or not there",
                    S_ISLNK(about.st_mode) ? "a link" : "not a folder");
        return GN_ERR_INVAL;
    }
    if (restore_is_empty(dir))
        return GN_OK;
    gn_diag_set(restore->diag, 0, 0, "this folder is not empty: nothing is ever restored over something else");
    return GN_ERR_EXISTS;
}

static gn_err restore_make_stage(struct restore *restore)
{
    static const char *const folders[] = { "", "guard", "journal" };
    char path[RESTORE_PATH_BYTES];
    gn_str dir = gn_str_of(restore->options->dir);
    while (dir.size > 1 && dir.at[dir.size - 1] == '/')
        dir.size--;
    const int size = snprintf(restore->stage, sizeof restore->stage, "%.*s.restoring", GN_STR_ARGS(dir));
    if (size < 0 || (size_t)size >= sizeof restore->stage)
        return GN_ERR_FULL;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        restore_path(restore, folders[i], path);
        if (mkdir(path, 0700) == 0)
            continue;
        const int error = errno;
        gn_diag_set(restore->diag, 0, 0, "%s",
                    error == EEXIST ? "left by a restore that was broken off, or one is under way: remove it first"
                                    : strerror(error));
        gn_diag_file(restore->diag, restore->stage);
        restore->stage[0] = '\0'; /* not ours to remove */
        return gn_err_of_errno(error);
    }
    return GN_OK;
}

static void restore_remove_stage(struct restore *restore)
{
    static const char *const folders[] = { "guard", "journal", "" };
    char path[RESTORE_PATH_BYTES];
    if (restore->stage[0] == '\0')
        return;
    for (size_t i = 0; i < restore->name_count + restore->fresh_count; i++) {
        restore_path(restore, i < restore->name_count ? restore->names[i] : restore->fresh[i - restore->name_count],
                     path);
        (void)unlink(path);
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        restore_path(restore, folders[i], path);
        (void)rmdir(path);
    }
}

/* Everything is in the stage, and synced but for the names. */
static gn_err restore_put_in_place(struct restore *restore)
{
    static const char *const names[] = { "guard/x", "journal/x", "x" };
    char path[RESTORE_PATH_BYTES];
    gn_err err = GN_OK;
    for (size_t i = 0; !err && i < sizeof names / sizeof names[0]; i++) {
        restore_path(restore, names[i], path);
        err = gn_file_sync_name(path);
    }
    if (!err && rename(restore->stage, restore->options->dir) != 0) { /* over an empty folder, if there is one */
        const int error = errno;
        gn_diag_set(restore->diag, 0, 0, "%s",
                    error == EBUSY ? "a disk is mounted here: name a folder in it" : strerror(error));
        gn_diag_file(restore->diag, restore->options->dir);
        return gn_err_of_errno(error);
    }
    if (err)
        return err;
    err = gn_file_sync_name(restore->stage);
    restore->stage[0] = '\0';
    return err;
}

/* --- files ----------------------------------------------------------------------------------------- */

static gn_err restore_finish_file(struct restore *restore)
{
    gn_err err = GN_OK;
    if (restore->fd < 0)
        return GN_OK;
    if (ftruncate(restore->fd, (off_t)restore->size) != 0 || fdatasync(restore->fd) != 0)
        err = gn_err_of_errno(errno);
    if (close(restore->fd) != 0 && !err)
        err = gn_err_of_errno(errno);
    restore->fd = -1;
    return err;
}

static gn_err restore_begin_file(struct restore *restore, const struct gn_archive_part *part)
{
    char path[RESTORE_PATH_BYTES];
    gn_err err = restore_finish_file(restore);
    if (err)
        return err;
    memcpy(restore->fresh[restore->fresh_count++], part->name, sizeof(restore_name)); /* the reader bounds them */
    restore_path(restore, part->name, path);
    restore->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    restore->size = part->size;
    restore->sum.file_count++;
    restore->sum.byte_count += part->size;
    restore->sum.has_secrets |= gn_archive_name_secret(gn_str_of(part->name));
    return restore->fd >= 0 ? GN_OK : gn_err_of_errno(errno);
}

static gn_err restore_write(struct restore *restore, gn_bytes block, uint64_t offset)
{
    while (block.size > 0) {
        const ssize_t step = pwrite(restore->fd, block.at, block.size, (off_t)offset);
        if (step < 0 && errno == EINTR)
            continue;
        if (step < 0)
            return gn_err_of_errno(errno);
        block.at += step;
        block.size -= (size_t)step;
        offset += (uint64_t)step;
    }
    return GN_OK;
}

/* Is what should be there already there? */
static gn_err restore_compare(struct restore *restore, const struct gn_archive_part *part)
{
    for (uint32_t i = 0; i < part->count; i++) {
        const uint64_t index = part->index + i;
        const size_t size = gn_archive_block_bytes(part->size, index);
        const ssize_t got = pread(restore->fd, restore->block, size, (off_t)(index * GN_ARCHIVE_BLOCK_BYTES));
        if (got < 0)
            return gn_err_of_errno(errno);
        const struct gn_archive_digest digest = gn_archive_digest_of((gn_bytes){ restore->block, (size_t)got });
        if ((size_t)got == size && memcmp(&digest, &part->digests[i], sizeof digest) == 0)
            continue;
        gn_diag_set(restore->diag, 0, 0, "block %llu of %s is not what its base has: the chain does not fit",
                    (unsigned long long)index, part->name);
        return GN_ERR_CORRUPT;
    }
    return GN_OK;
}

static gn_err restore_take(struct restore *restore, const struct gn_archive_part *part)
{
    switch (part->kind) {
    case GN_ARCHIVE_FILE:
        return restore_begin_file(restore, part);
    case GN_ARCHIVE_BLOCK:
        return restore_write(restore, part->block, part->index * GN_ARCHIVE_BLOCK_BYTES);
    case GN_ARCHIVE_SAME:
        return restore_compare(restore, part);
    case GN_ARCHIVE_END:
        restore->sum.span = part->span;
        return restore_finish_file(restore);
    }
    return GN_ERR_INVAL;
}

/* What the archive before had and this one has no more. Both lists are in order. */
static void restore_drop_gone(struct restore *restore)
{
    char path[RESTORE_PATH_BYTES];
    size_t at = 0;
    for (size_t i = 0; i < restore->name_count; i++) {
        while (at < restore->fresh_count && strcmp(restore->fresh[at], restore->names[i]) < 0)
            at++;
        if (at < restore->fresh_count && strcmp(restore->fresh[at], restore->names[i]) == 0)
            continue;
        restore_path(restore, restore->names[i], path);
        (void)unlink(path);
    }
    restore_name *names = restore->names;
    restore->names = restore->fresh;
    restore->name_count = restore->fresh_count;
    restore->fresh = names;
    restore->fresh_count = 0;
}

/* --- archives -------------------------------------------------------------------------------------- */

static gn_err restore_check_chain(struct restore *restore, const struct gn_archive_about *about, size_t number)
{
    if (number == 0 && about->is_increment) {
        gn_diag_set(restore->diag, 0, 0, "this is an increment: name the whole backup it builds on first");
        return GN_ERR_INVAL;
    }
    if (number > 0 && !about->is_increment) {
        gn_diag_set(restore->diag, 0, 0, "this is a whole backup: only the first may be one");
        return GN_ERR_INVAL;
    }
    if (number > 0 && memcmp(about->base, restore->sum.about.id, sizeof about->base) != 0) {
        gn_diag_set(restore->diag, 0, 0, "it builds on another backup than %s", restore->options->files[number - 1]);
        return GN_ERR_INVAL;
    }
    return GN_OK;
}

static gn_err restore_read(struct restore *restore, size_t number, FILE *file)
{
    struct gn_archive_reader *reader = NULL;
    struct gn_archive_part part = { 0 };
    struct stat about;
    const uint64_t total = fstat(fileno(file), &about) == 0 ? (uint64_t)about.st_size : 0;
    uint64_t parts = 0;
    restore->sum.file_count = 0;
    restore->sum.byte_count = 0;
    restore->sum.has_secrets = false;
    gn_err err = gn_archive_open(file, restore->options->passphrase, &reader, restore->diag);
    if (!err)
        err = restore_check_chain(restore, gn_archive_about(reader), number);
    while (!err && part.kind != GN_ARCHIVE_END) {
        err = gn_archive_next(reader, &part, restore->diag);
        if (!err)
            err = restore_take(restore, &part);
        if (restore->options->tell != NULL && (++parts % RESTORE_TELL_PARTS == 0 || part.kind == GN_ARCHIVE_END))
            restore->options->tell(restore->options->ctx, "restoring", (uint64_t)ftello(file), total);
    }
    if (!err) {
        restore->sum.about = *gn_archive_about(reader);
        restore_drop_gone(restore);
    }
    gn_archive_reader_close(reader);
    return err;
}

static gn_err restore_read_all(struct restore *restore)
{
    for (size_t i = 0; i < restore->options->file_count; i++) {
        gn_diag_file(restore->diag, restore->options->files[i]);
        FILE *file = fopen(restore->options->files[i], "rbe");
        if (file == NULL)
            return gn_err_of_errno(errno);
        const gn_err err = restore_read(restore, i, file);
        (void)fclose(file);
        if (err)
            return err;
    }
    return GN_OK;
}

gn_err gn_restore(const struct gn_restore_options *options, struct gn_restore_summary *out, struct gn_diag *diag)
{
    *diag = (struct gn_diag){ 0 };
    if (options->file_count < 1 || options->file_count > GN_BACKUP_CHAIN_MAX + 1) {
        gn_diag_set(diag, 0, 0, "one whole backup, and %d increments at most", GN_BACKUP_CHAIN_MAX);
        return GN_ERR_INVAL;
    }
    struct restore *restore = gn_mem_take(sizeof *restore, "restore");
    if (restore == NULL)
        return GN_ERR_FULL;
    restore->options = options;
    restore->diag = diag;
    restore->fd = -1;
    restore->names = gn_mem_take(GN_BACKUP_FILES_MAX * sizeof *restore->names, "restore: names");
    restore->fresh = gn_mem_take(GN_BACKUP_FILES_MAX * sizeof *restore->fresh, "restore: names");
    gn_err err = restore->names != NULL && restore->fresh != NULL ? restore_check_target(restore) : GN_ERR_FULL;
    if (!err)
        err = restore_make_stage(restore);
    if (!err)
        err = restore_read_all(restore);
    if (!err)
        err = restore_put_in_place(restore);
    if (restore->fd >= 0)
        (void)close(restore->fd);
    if (!err)
        *out = restore->sum;
    else
        restore_remove_stage(restore);
    if (err && diag->text[0] == '\0')
        gn_diag_set(diag, 0, 0, "%s", gn_err_text(err));
    gn_mem_give(restore->names);
    gn_mem_give(restore->fresh);
    gn_mem_give(restore);
    return err;
}
