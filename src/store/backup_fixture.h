/* SPDX-License-Identifier: Apache-2.0 */
/* store/backup_fixture.h -- for tests of backups: a data directory with all that one has, and its files compared. */
#ifndef GN_STORE_BACKUP_FIXTURE_H
#define GN_STORE_BACKUP_FIXTURE_H

#include <dirent.h>
#include <sys/stat.h>

#include "store/backup.h"
#include "store/journal.h"
#include "store/restore.h"
#include "store/store_fixture.h"

struct backup_fixture {
    char top[32]; /* everything is below */
    char dir[64]; /* the node's */
    struct gn_disk disk;
    struct gn_journal *journal;
    struct fixture store;
    uint64_t next_seq;
    struct gn_diag diag;
    struct gn_backup_summary made;
    struct gn_restore_summary restored;
};

static inline const char *backup_fixture_path(const struct backup_fixture *f, const char *name)
{
    static char paths[4][256];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", f->top, name);
    return path;
}

static inline void backup_fixture_file(const struct backup_fixture *f, const char *name, const char *content)
{
    FILE *file = fopen(backup_fixture_path(f, name), "wb");
    assert_non_null(file);
    assert_int_equal(fputs(content, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

/* `count` readings of series 0, in the journal and in the history. */
static inline void backup_fixture_put(struct backup_fixture *f, int count)
{
    for (int i = 0; i < count; i++) {
        const uint64_t seq = gn_journal_next_seq(f->journal);
        struct gn_record_head *head = fixture_reading(&f->store.record, seq, 0, FIXTURE_T0 + (int64_t)seq * 1000,
                                                      (double)fixture_random(&f->store));
        const struct gn_iov part = { head, head->size };
        assert_int_equal(gn_journal_append(f->journal, &part, 1, seq, 1, 1), GN_OK);
        assert_int_equal(fixture_put(&f->store, head), GN_OK);
    }
    assert_int_equal(gn_journal_sync(f->journal), GN_OK);
    assert_int_equal(gn_store_flush(f->store.store), GN_OK);
    assert_int_equal(gn_store_checkpoint(f->store.store), GN_OK);
}

static inline int backup_fixture_set_up(void **state)
{
    struct backup_fixture *f = gn_mem_take(sizeof *f, "a test");
    assert_non_null(f);
    f->disk = gn_disk_linux();
    (void)snprintf(f->top, sizeof f->top, "/tmp/gn_backup_XXXXXX");
    assert_non_null(mkdtemp(f->top));
    (void)snprintf(f->dir, sizeof f->dir, "%s/data", f->top);
    assert_int_equal(mkdir(f->dir, 0700), 0);
    assert_int_equal(mkdir(backup_fixture_path(f, "data/guard"), 0700), 0);
    backup_fixture_file(f, "data/guard/credentials", "thing press sha256 00 11\n");
    backup_fixture_file(f, "data/sessions.image", "an image\n");
    backup_fixture_file(f, "data/lock", "1\n");
    memcpy(f->store.dir, f->dir, sizeof f->store.dir);
    fixture_open(&f->store);
    assert_int_equal(gn_journal_open(&f->disk, f->dir, 1, &f->journal, &f->diag), GN_OK);
    const struct {
        uint32_t series;
        const char *name;
    } series[] = { { 0, "temperature" }, { 1, "load" } };
    struct gn_record_head *head = fixture_thing(&f->store.record, 1, 0, "press", "Press");
    for (size_t i = 0; i < 3; i++) {
        const struct gn_iov part = { head, head->size };
        assert_int_equal(gn_journal_append(f->journal, &part, 1, head->seq, 1, 1), GN_OK);
        assert_int_equal(fixture_put(&f->store, head), GN_OK);
        if (i < 2)
            head = fixture_series(&f->store.record, i + 2, series[i].series, 0, GN_SERIES_NUMBER, series[i].name);
    }
    backup_fixture_put(f, 5000);
    *state = f;
    return 0;
}

static inline void backup_fixture_close(struct backup_fixture *f)
{
    if (f->journal == NULL)
        return;
    gn_journal_close(f->journal);
    fixture_close(&f->store);
    f->journal = NULL;
}

/* Removes a folder of folders of files. */
static inline void backup_fixture_remove(const char *path, int depth)
{
    struct stat about;
    struct names {
        char name[64][64];
        size_t count;
    } names = { .count = 0 };
    if (lstat(path, &about) != 0)
        return;
    if (!S_ISDIR(about.st_mode)) {
        (void)unlink(path);
        return;
    }
    assert_true(depth < 5);
    DIR *dir = opendir(path);
    for (const struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && names.count < 64)
            (void)snprintf(names.name[names.count++], 64, "%.63s", entry->d_name);
    (void)closedir(dir);
    for (size_t i = 0; i < names.count; i++) {
        char below[512];
        (void)snprintf(below, sizeof below, "%s/%s", path, names.name[i]);
        backup_fixture_remove(below, depth + 1);
    }
    (void)rmdir(path);
}

static inline int backup_fixture_tear_down(void **state)
{
    struct backup_fixture *f = *state;
    backup_fixture_close(f);
    backup_fixture_remove(f->top, 0);
    gn_mem_give(f->store.rows);
    gn_mem_give(f);
    return 0;
}

static inline gn_err backup_fixture_make(struct backup_fixture *f, const char *name, const char *base,
                                         const char *passphrase)
{
    return gn_backup_make(&(struct gn_backup_options){ .dir = f->dir,
                                                       .file = backup_fixture_path(f, name),
                                                       .base = base != NULL ? backup_fixture_path(f, base) : NULL,
                                                       .passphrase = gn_str_of(passphrase),
                                                       .now_ms = FIXTURE_T0 },
                          &f->made, &f->diag);
}

/* `names` with blanks between, the whole one first. */
static inline gn_err backup_fixture_restore(struct backup_fixture *f, const char *names, const char *to,
                                            const char *passphrase)
{
    char paths[4][256];
    const char *files[4];
    size_t count = 0;
    gn_str rest = gn_str_of(names);
    while (rest.size > 0 && count < 4) {
        const gn_str name = gn_str_split(rest, ' ', &rest);
        (void)snprintf(paths[count], sizeof paths[0], "%s/%.*s", f->top, GN_STR_ARGS(name));
        files[count] = paths[count];
        count++;
    }
    return gn_restore(&(struct gn_restore_options){ .files = files,
                                                    .file_count = count,
                                                    .dir = backup_fixture_path(f, to),
                                                    .passphrase = gn_str_of(passphrase) },
                      &f->restored, &f->diag);
}

/* A restored directory opens, and says what was put: the journal without a gap, every reading in the history. */
static inline void backup_fixture_check(const struct backup_fixture *f, const char *name, uint64_t records)
{
    struct gn_journal *journal = NULL;
    struct gn_diag diag = { 0 };
    struct fixture store = { .random = 0 };
    uint64_t count = 0;
    (void)snprintf(store.dir, sizeof store.dir, "%.63s", backup_fixture_path(f, name));
    const gn_err err = gn_journal_open(&f->disk, store.dir, 1, &journal, &diag);
    if (err)
        print_error("%s: %s\n", diag.file, diag.text);
    assert_int_equal(err, GN_OK);
    assert_int_equal(gn_journal_next_seq(journal), records + 1);
    gn_journal_close(journal);
    fixture_open(&store);
    assert_int_equal(store.seq, records);
    assert_int_equal(gn_store_count(store.reader, 0, INT64_MIN, INT64_MAX, &count), GN_OK);
    assert_int_equal(count, records - 3);
    fixture_close(&store);
}

#endif
