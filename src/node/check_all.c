/* SPDX-License-Identifier: Apache-2.0 */
/* ganglion check: every segment of the journal, every chunk of the history, the image and the lists beside them. */
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "guard/guard.h"
#include "guard/roster.h"
#include "node/core.h"
#include "node/node.h"
#include "node/sessions.h"
#include "os/file.h"
#include "store/check.h"
#include "store/journal.h"

enum { CHECK_TELL_RECORDS = 65536 };

/* A reader says what is damaged and goes on with the next segment. */
static gn_err check_journal(const char *data_dir, struct gn_check *check, uint64_t *out_records)
{
    const struct gn_disk disk = gn_disk_linux();
    struct gn_journal_reader *reader = NULL;
    const struct gn_record_head *record = NULL;
    struct gn_diag diag = { 0 };
    char where[64];
    uint64_t bytes = 0;
    *out_records = 0;
    gn_err err = gn_journal_reader_open(&disk, data_dir, 0, &reader, &diag);
    if (err == GN_ERR_CORRUPT || err == GN_ERR_IO) {
        gn_check_problem(check, diag.file, "", diag.text);
        return GN_OK;
    }
    if (err)
        return err;
    while ((err = gn_journal_reader_next(reader, &record, &diag)) == GN_OK || err == GN_ERR_CORRUPT) {
        if (err == GN_OK) {
            bytes += record->size;
            if (++*out_records % CHECK_TELL_RECORDS == 0 && check->tell != NULL)
                check->tell(check->ctx, "reading the journal", bytes, 0);
            continue;
        }
        (void)snprintf(where, sizeof where, "behind %llu readable records", (unsigned long long)*out_records);
        gn_check_problem(check, diag.file, where, diag.text);
        diag = (struct gn_diag){ 0 };
    }
    if (err != GN_ERR_NOT_FOUND)
        gn_check_problem(check, diag.file, "", diag.text[0] != '\0' ? diag.text : gn_err_text(err));
    gn_journal_reader_close(reader);
    return GN_OK;
}

static void check_sessions(const char *data_dir, struct gn_check *check)
{
    char path[GN_CORE_PATH_BYTES];
    if (gn_core_path(data_dir, "sessions.image", path) == GN_OK && gn_kept_check(path) == GN_ERR_CORRUPT)
        gn_check_problem(check, path, "",
                         "its bytes fail their checksum: sessions and messages that only it knows are forgotten");
}

/* As a start reads them, which makes what is missing: so only what is there. */
static void check_credentials(const char *data_dir, struct gn_check *check)
{
    char path[GN_CORE_PATH_BYTES];
    struct gn_guard *guard = NULL;
    struct gn_diag diag = { 0 };
    if (gn_core_path(data_dir, "guard/credentials", path) != GN_OK || access(path, F_OK) != 0)
        return;
    if (gn_guard_open(data_dir, gn_clock_system(), &guard, &diag) != GN_OK)
        gn_check_problem(check, path, "", diag.text);
    gn_guard_close(guard);
}

static void check_certificates(const char *data_dir, struct gn_check *check)
{
    char path[GN_CORE_PATH_BYTES];
    struct gn_roster roster = { 0 };
    struct gn_diag diag = { 0 };
    size_t size = 0;
    if (gn_core_path(data_dir, "guard/certificates", path) != GN_OK || access(path, F_OK) != 0)
        return;
    char *text = gn_mem_take(GN_ROSTER_FILE_BYTES_MAX, "reading certificates");
    if (text == NULL || gn_roster_init(&roster) != GN_OK)
        gn_diag_set(&diag, 0, 0, "no memory to read it");
    else if (gn_file_read_all(path, text, GN_ROSTER_FILE_BYTES_MAX, &size) != GN_OK)
        gn_diag_set(&diag, 0, 0, "it cannot be read");
    else if (gn_roster_parse(&roster, (gn_str){ text, size }, &diag) == GN_OK)
        diag.text[0] = '\0';
    if (diag.text[0] != '\0')
        gn_check_problem(check, path, "", diag.text);
    gn_roster_fini(&roster);
    gn_mem_give(text);
}

gn_err gn_node_check(const char *data_dir,
                     void (*problem)(void *ctx, const char *file, const char *where, const char *what),
                     void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t total), void *ctx,
                     struct gn_check_summary *out)
{
    struct gn_check check = { .problem = problem, .tell = tell, .ctx = ctx };
    *out = (struct gn_check_summary){ 0 };
    const gn_err journal = check_journal(data_dir, &check, &out->record_count);
    const gn_err history = gn_store_check(data_dir, &check);
    check_sessions(data_dir, &check);
    check_credentials(data_dir, &check);
    check_certificates(data_dir, &check);
    out->chunk_count = check.chunk_count;
    out->problem_count = check.problem_count;
    if (journal && journal != GN_ERR_NOT_FOUND)
        return journal;
    if (history && history != GN_ERR_NOT_FOUND)
        return history;
    return journal && history ? GN_ERR_NOT_FOUND : GN_OK;
}
