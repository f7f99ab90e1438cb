/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/file.h"
#include "store/archive_index.h"
#include "store/history_copy.h"
#include "store/journal_scan.h"

enum { BACKUP_PATH_BYTES = 4096, BACKUP_FILES_SPARE = 64, BACKUP_TELL_BLOCKS = 64 };

/* A file that is held, and goes in up to `size`. */
struct backup_source {
    char name[GN_ARCHIVE_NAME_BYTES];
    int fd;
    uint64_t size;
};

struct backup {
    const struct gn_backup_options *options;
    struct gn_backup_summary *summary;
    struct gn_diag *diag;
    struct backup_source *sources; /* GN_BACKUP_FILES_MAX */
    size_t source_count;
    struct gn_history_copy history;
    struct gn_archive_index index; /* of the base */
    uint64_t done_bytes;
    uint64_t blocks;
    uint8_t block[GN_ARCHIVE_BLOCK_BYTES];
};

static void backup_tell(struct backup *backup, const char *what, uint64_t done, uint64_t total)
{
    if (backup->options->tell != NULL)
        backup->options->tell(backup->options->ctx, what, done, total);
}

/* --- holding what is to go in ---------------------------------------------------------------------- */

/* A segment each, and SQLite's. What cannot be had shows when a file does not open. */
static void backup_allow_files(void)
{
    struct rlimit limit;
    const rlim_t wanted = GN_BACKUP_FILES_MAX + BACKUP_FILES_SPARE;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    GN_IGNORE(setrlimit(RLIMIT_NOFILE, &limit), "then a journal of many segments is refused with a reason");
}

static void backup_add(struct backup *backup, const char *name, int fd, uint64_t size)
{
    struct backup_source *source = &backup->sources[backup->source_count++];
    (void)snprintf(source->name, sizeof source->name, "%s", name);
    source->fd = fd;
    source->size = size;
    backup->summary->source_bytes += size;
}

/* NOT_FOUND: it is not there. A link is refused: what it points to is not this node's. */
static gn_err backup_hold(struct backup *backup, const char *name)
{
    char path[BACKUP_PATH_BYTES];
    struct stat about;
    const int size = snprintf(path, sizeof path, "%s/%s", backup->options->dir, name);
    if (size < 0 || (size_t)size >= sizeof path || backup->source_count == GN_BACKUP_FILES_MAX)
        return GN_ERR_FULL;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return GN_ERR_NOT_FOUND;
    if (fd < 0 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        gn_diag_set(backup->diag, 0, 0, "%s",
                    fd >= 0           ? "this is not a plain file"
                    : errno == ELOOP  ? "this is a link: a data directory has none"
                    : errno == EMFILE ? "too many open files: raise `ulimit -n`"
                                      : strerror(errno));
        gn_diag_file(backup->diag, path);
        if (fd >= 0)
            (void)close(fd);
        return GN_ERR_IO;
    }
    backup_add(backup, name, fd, (uint64_t)about.st_size);
    return GN_OK;
}

static gn_err backup_hold_secrets(struct backup *backup)
{
    static const char *const names[] = { "guard/ca.pem", "guard/certificates", "guard/credentials",
                                         "guard/server.pem" };
    const bool is_encrypted = backup->options->passphrase.size > 0;
    char path[BACKUP_PATH_BYTES];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", backup->options->dir, names[i]);
        if (!is_encrypted) {
            backup->summary->left_out_secrets |= access(path, F_OK) == 0;
            continue;
        }
        const gn_err err = backup_hold(backup, names[i]);
        if (err && err != GN_ERR_NOT_FOUND)
            return err;
    }
    return GN_OK;
}

static gn_err backup_hold_history(struct backup *backup)
{
    const gn_err err = gn_history_copy_make(backup->options->dir, backup->options->tell, backup->options->ctx,
                                            &backup->history, backup->diag);
    if (err || backup->history.fd < 0)
        return err;
    backup->summary->span.history_seq = backup->history.checkpoint_seq;
    backup_add(backup, "history.db", backup->history.fd, backup->history.size);
    backup->history.fd = -1; /* the list closes it */
    return GN_OK;
}

/* --- the journal ----------------------------------------------------------------------------------- */

/* Where the last segment really ends: behind its last whole group. A segment that is damaged in the middle goes in as
 * it is; one that is being made has nothing yet. */
static gn_err backup_measure(struct gn_scan *scan, struct gn_file *file, uint64_t *size, uint64_t *out_last_seq)
{
    const struct gn_group_head *group;
    bool proven = false;
    uint64_t after = 0;
    gn_err err = gn_scan_start(scan, file);
    if (err == GN_ERR_CORRUPT) {
        bool blank = false;
        err = gn_scan_is_blank(scan, 0, &blank, &after);
        if (!err && blank)
            *size = 0;
        return err;
    }
    while (!err && (err = gn_scan_next(scan, &group)) == GN_OK)
        ;
    if (err == GN_ERR_NOT_FOUND)
        err = gn_scan_find_proof(scan, &proven, &after);
    if (err)
        return err;
    scan->window_size = 0; /* beside a writer: what proves damage may have come just now, and the place with it */
    while (proven && (err = gn_scan_next(scan, &group)) == GN_OK)
        proven = group->first_seq < after;
    if (err && err != GN_ERR_NOT_FOUND)
        return err;
    if (!proven)
        *size = scan->offset;
    *out_last_seq = scan->next_seq - 1;
    return GN_OK;
}

static gn_err backup_measure_last(struct backup *backup)
{
    struct backup_source *last = &backup->sources[backup->source_count - 1];
    const struct gn_disk disk = gn_disk_linux();
    struct gn_scan scan = { 0 };
    struct gn_file *file = NULL;
    char path[BACKUP_PATH_BYTES];
    const uint64_t was = last->size;
    (void)snprintf(path, sizeof path, "%s/%s", backup->options->dir, last->name);
    gn_err err = disk.open(disk.self, path, false, &file);
    if (err)
        return err;
    err = gn_scan_init(&scan, &disk);
    if (!err)
        err = backup_measure(&scan, file, &last->size, &backup->summary->span.last_seq);
    gn_scan_fini(&scan);
    disk.close(disk.self, file);
    backup->summary->source_bytes -= was - last->size;
    if (!err && last->size == 0) {
        (void)close(last->fd);
        backup->source_count--;
    }
    return err;
}

static gn_err backup_hold_journal(struct backup *backup)
{
    char dir[BACKUP_PATH_BYTES];
    char path[GN_JOURNAL_PATH_BYTES];
    uint64_t *seqs = NULL;
    size_t count = 0;
    const size_t before = backup->source_count;
    const struct gn_disk disk = gn_disk_linux();
    (void)snprintf(dir, sizeof dir, "%s/journal", backup->options->dir);
    gn_err err = gn_segment_list(&disk, dir, &seqs, &count);
    if (err == GN_ERR_NOT_FOUND)
        return GN_OK;
    for (size_t i = 0; !err && i < count; i++) {
        err = gn_segment_path("journal", seqs[i], path);
        if (!err)
            err = backup_hold(backup, path);
        if (err == GN_ERR_NOT_FOUND) { /* trimmed since it was listed, and with it all before */
            while (backup->source_count > before) {
                struct backup_source *source = &backup->sources[--backup->source_count];
                backup->summary->source_bytes -= source->size;
                (void)close(source->fd);
            }
            err = GN_OK;
        } else if (!err) {
            if (backup->source_count == before + 1)
                backup->summary->span.first_seq = seqs[i];
            backup->summary->span.last_seq = seqs[i] - 1;
        }
    }
    gn_mem_give(seqs);
    return err || backup->source_count == before ? err : backup_measure_last(backup);
}

static int backup_compare(const void *a, const void *b)
{
    return strcmp(((const struct backup_source *)a)->name, ((const struct backup_source *)b)->name);
}

/* The order here is what makes it fit together; see backup.h. */
static gn_err backup_hold_all(struct backup *backup)
{
    gn_err err = backup_hold_history(backup);
    if (!err)
        err = backup_hold(backup, "sessions.image");
    if (!err || err == GN_ERR_NOT_FOUND)
        err = backup_hold_secrets(backup);
    if (!err)
        err = backup_hold_journal(backup);
    if (!err && backup->source_count == 0) {
        gn_diag_set(backup->diag, 0, 0, "no node has ever run there");
        gn_diag_file(backup->diag, backup->options->dir);
        return GN_ERR_NOT_FOUND;
    }
    qsort(backup->sources, backup->source_count, sizeof backup->sources[0], backup_compare);
    return err;
}

/* --- writing --------------------------------------------------------------------------------------- */

static gn_err backup_read(struct backup *backup, const struct backup_source *source, uint64_t offset, size_t size)
{
    for (size_t got = 0; got < size;) {
        const ssize_t step = pread(source->fd, backup->block + got, size - got, (off_t)(offset + got));
        if (step < 0 && errno == EINTR)
            continue;
        if (step <= 0) {
            gn_diag_set(backup->diag, 0, 0, "it cannot be read at byte %llu: %s", (unsigned long long)(offset + got),
                        step < 0 ? strerror(errno) : "it became shorter");
            gn_diag_file(backup->diag, source->name);
            return GN_ERR_IO;
        }
        got += (size_t)step;
    }
    return GN_OK;
}

static gn_err backup_put_file(struct backup *backup, struct gn_archive_writer *writer,
                              const struct backup_source *source)
{
    const uint64_t count = gn_archive_block_count(source->size);
    gn_err err = gn_archive_put_file(writer, gn_str_of(source->name), source->size);
    for (uint64_t i = 0; !err && i < count; i++) {
        const gn_bytes block = { backup->block, gn_archive_block_bytes(source->size, i) };
        err = backup_read(backup, source, i * GN_ARCHIVE_BLOCK_BYTES, block.size);
        if (err)
            return err;
        const struct gn_archive_digest *had = gn_archive_index_find(&backup->index, source->name, i, block.size);
        const struct gn_archive_digest digest =
            had != NULL ? gn_archive_digest_of(block) : (struct gn_archive_digest){ 0 };
        if (had != NULL && memcmp(had, &digest, sizeof digest) == 0)
            err = gn_archive_put_same(writer, &digest);
        else
            err = gn_archive_put_block(writer, block);
        backup->done_bytes += block.size;
        if (++backup->blocks % BACKUP_TELL_BLOCKS == 0)
            backup_tell(backup, "writing", backup->done_bytes, backup->summary->source_bytes);
    }
    return err;
}

static gn_err backup_put_all(struct backup *backup, FILE *to)
{
    const struct gn_backup_options *options = backup->options;
    struct gn_backup_summary *summary = backup->summary;
    struct gn_archive_writer *writer = NULL;
    gn_err err = gn_archive_create(to, options->base != NULL ? backup->index.about.id : NULL, options->now_ms,
                                   options->passphrase, &writer);
    for (size_t i = 0; !err && i < backup->source_count; i++)
        err = backup_put_file(backup, writer, &backup->sources[i]);
    if (!err)
        err = gn_archive_put_end(writer, &summary->span);
    gn_archive_writer_close(writer);
    if (!err && (fflush(to) != 0 || fsync(fileno(to)) != 0))
        err = gn_err_of_errno(errno);
    if (err)
        return err;
    summary->file_count = (uint32_t)backup->source_count;
    summary->archive_bytes = (uint64_t)ftello(to);
    summary->about = (struct gn_archive_about){ .created_ms = options->now_ms,
                                                .is_encrypted = options->passphrase.size > 0,
                                                .is_increment = options->base != NULL };
    backup_tell(backup, "writing", backup->done_bytes, summary->source_bytes);
    return GN_OK;
}

/* FILE.part, whole and durable, then its name. */
static gn_err backup_write(struct backup *backup)
{
    char part[BACKUP_PATH_BYTES];
    const char *path = backup->options->file;
    const int size = snprintf(part, sizeof part, "%s.part", path);
    if (size < 0 || (size_t)size >= sizeof part)
        return GN_ERR_FULL;
    const int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *to = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (to == NULL) {
        const int error = errno;
        if (fd >= 0)
            (void)close(fd);
        return gn_err_of_errno(error);
    }
    gn_err err = backup_put_all(backup, to);
    if (fclose(to) != 0 && !err)
        err = gn_err_of_errno(errno);
    if (!err && rename(part, path) != 0)
        err = gn_err_of_errno(errno);
    if (err)
        (void)unlink(part);
    return err ? err : gn_file_sync_name(path);
}

static gn_err backup_read_base(struct backup *backup)
{
    const struct gn_backup_options *options = backup->options;
    if (options->base == NULL)
        return GN_OK;
    gn_err err = gn_archive_index_read(&backup->index, options->base, options->passphrase, options->tell, options->ctx,
                                       backup->diag);
    if (!err && backup->index.about.is_encrypted != (options->passphrase.size > 0)) {
        gn_diag_set(backup->diag, 0, 0, "the base is in clear: an increment of it has no passphrase either");
        gn_diag_file(backup->diag, options->base);
        err = GN_ERR_INVAL;
    }
    return err;
}

gn_err gn_backup_make(const struct gn_backup_options *options, struct gn_backup_summary *out, struct gn_diag *diag)
{
    struct gn_backup_summary summary = { 0 };
    *diag = (struct gn_diag){ 0 };
    if (access(options->file, F_OK) == 0) {
        gn_diag_set(diag, 0, 0, "it is there already: a backup is never written over");
        gn_diag_file(diag, options->file);
        return GN_ERR_EXISTS;
    }
    struct backup *backup = gn_mem_take(sizeof *backup, "backup");
    if (backup == NULL)
        return GN_ERR_FULL;
    backup->options = options;
    backup->summary = &summary;
    backup->diag = diag;
    backup->history.fd = -1;
    backup->sources = gn_mem_take(GN_BACKUP_FILES_MAX * sizeof backup->sources[0], "backup: files");
    backup_allow_files();
    gn_err err = backup->sources != NULL ? backup_read_base(backup) : GN_ERR_FULL;
    if (!err)
        err = backup_hold_all(backup);
    if (!err)
        err = backup_write(backup);
    for (size_t i = 0; i < backup->source_count; i++)
        (void)close(backup->sources[i].fd);
    gn_archive_index_fini(&backup->index);
    gn_mem_give(backup->sources);
    gn_mem_give(backup);
    if (err && diag->text[0] == '\0') {
        gn_diag_set(diag, 0, 0, "%s", gn_err_text(err));
        gn_diag_file(diag, options->file);
    }
    if (!err)
        *out = summary;
    return err;
}
