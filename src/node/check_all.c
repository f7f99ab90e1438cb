/* SPDX-License-Identifier: Apache-2.0 */
/* ganglion check: every segment of the journal, every chunk of the history. */
#include <stdio.h>

#include "node/node.h"
#include "store/check.h"
#include "store/journal.h"

/* A reader says what is damaged and goes on with the next segment. */
static gn_err check_journal(const char *data_dir, struct gn_check *check, uint64_t *out_records)
{
    const struct gn_disk disk = gn_disk_linux();
    struct gn_journal_reader *reader = NULL;
    const struct gn_record_head *record = NULL;
    struct gn_diag diag = { 0 };
    char where[64];
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
            ++*out_records;
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

gn_err gn_node_check(const char *data_dir,
                     void (*problem)(void *ctx, const char *file, const char *where, const char *what), void *ctx,
                     struct gn_check_summary *out)
{
    struct gn_check check = { .problem = problem, .ctx = ctx };
    *out = (struct gn_check_summary){ 0 };
    const gn_err journal = check_journal(data_dir, &check, &out->record_count);
    const gn_err history = gn_store_check(data_dir, &check);
    out->chunk_count = check.chunk_count;
    out->problem_count = check.problem_count;
    if (journal && journal != GN_ERR_NOT_FOUND)
        return journal;
    if (history && history != GN_ERR_NOT_FOUND)
        return history;
    return journal && history ? GN_ERR_NOT_FOUND : GN_OK;
}
