/* SPDX-License-Identifier: Apache-2.0 */
/* SQL without a running node: the directory is opened as a start would open it, asked, and closed. */
#include "node/core.h"
#include "node/node.h"
#include "store/sql_json.h"

static gn_err sql_offline_ask(struct gn_core *core, gn_str text, struct gn_buf *out, struct gn_diag *diag)
{
    struct gn_store_reader *reader = NULL;
    struct gn_sql *sql = NULL;
    gn_err err = gn_store_reader_open(core->store, &reader);
    if (!err)
        err = gn_sql_open(reader, &core->clock, &sql);
    if (err)
        gn_diag_set(diag, 0, 0, "%s", gn_err_text(err));
    else
        err = gn_sql_ask_json(sql, text, out, diag);
    gn_sql_close(sql);
    gn_store_reader_close(reader);
    return err;
}

gn_err gn_node_sql_offline(const char *data_dir, gn_str sql, struct gn_buf *out, struct gn_diag *diag)
{
    static struct gn_core core; /* too large for the stack; the command line has one thread */
    char path[GN_CORE_PATH_BYTES];
    struct gn_file *file = NULL;
    const struct gn_disk disk = gn_disk_linux();
    if (gn_core_path(data_dir, "history.db", path) != GN_OK || disk.open(disk.self, path, false, &file) != GN_OK) {
        gn_diag_set(diag, 0, 0, "there is no history in '%s'", data_dir);
        return GN_ERR_NOT_FOUND;
    }
    disk.close(disk.self, file);
    gn_err err = gn_core_open(&core, data_dir, diag);
    if (err)
        return err;
    err = sql_offline_ask(&core, sql, out, diag);
    gn_core_close(&core);
    return err;
}
