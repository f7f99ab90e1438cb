/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/dataset.h"

#include <limits.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "os/file.h"

static gn_err dataset_say(gn_err err, const char *path, struct gn_diag *diag)
{
    gn_diag_file(diag, path);
    if (err == GN_ERR_NOT_FOUND)
        gn_diag_set(diag, 0, 0, "there is no such file; docs/accuracy.md says which files the data folder holds");
    else if (err == GN_ERR_FULL)
        gn_diag_set(diag, 0, 0, "is larger than %d bytes, the most a data file may have", GN_EVAL_FILE_BYTES_MAX);
    else
        gn_diag_set(diag, 0, 0, "cannot be read: %s", gn_err_text(err));
    return err;
}

gn_err gn_dataset_read(const char *data_dir, const char *path, gn_str *out, struct gn_diag *diag)
{
    char whole[PATH_MAX];
    const int printed = snprintf(whole, sizeof whole, "%s/%s", data_dir, path);
    if (printed < 0 || (size_t)printed >= sizeof whole)
        return dataset_say(GN_ERR_INVAL, path, diag);
    void *bytes = gn_mem_take(GN_EVAL_FILE_BYTES_MAX, "eval data file"); /* what is not touched costs nothing */
    if (bytes == NULL)
        return dataset_say(GN_ERR_FULL, whole, diag);
    size_t size = 0;
    const gn_err err = gn_file_read_all(whole, bytes, GN_EVAL_FILE_BYTES_MAX, &size);
    if (err) {
        gn_mem_give(bytes);
        return dataset_say(err, whole, diag);
    }
    gn_diag_file(diag, whole);
    *out = (gn_str){ bytes, size };
    return GN_OK;
}

void gn_dataset_free(gn_str text)
{
    gn_mem_give((void *)(uintptr_t)text.at);
}
