/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/nab_data.h"

#include <stdio.h>

#include "base/json_tree.h"
#include "base/mem.h"
#include "eval/column_file.h"
#include "eval/csv.h"
#include "eval/dataset.h"

static const char nab_labels_path[] = "nab/labels/combined_windows.json";

/* "2014-04-01 00:04:00", fractions of a second passed over. */
static bool nab_time(gn_str text, int64_t *out_ms)
{
    enum { NAB_TIME_SIZE = 19 };
    return gn_column_time((gn_str){ text.at, text.size < NAB_TIME_SIZE ? text.size : NAB_TIME_SIZE }, out_ms);
}

static gn_err nab_read_rows(gn_str text, struct gn_nab_file *file, struct gn_diag *diag)
{
    struct gn_csv csv = gn_csv_of(text, diag);
    struct gn_csv_row row;
    if (!gn_csv_row(&csv, &row)) {
        gn_diag_set(diag, 1, 1, "the file is empty");
        return GN_ERR_INVAL;
    }
    while (gn_csv_row(&csv, &row)) {
        gn_str field;
        if (gn_csv_field(&row, &field))
            return GN_ERR_INVAL;
        if (!nab_time(field, &file->times[file->count]))
            return gn_csv_refuse(&row, field, "is no time such as 2014-04-01 00:04:00");
        if (gn_csv_number(&row, &file->values[file->count]))
            return GN_ERR_INVAL;
        file->count++;
    }
    if (file->count > 1)
        return GN_OK;
    gn_diag_set(diag, 1, 1, "has fewer than two readings");
    return GN_ERR_INVAL;
}

static gn_err nab_read_file(const char *data_dir, struct gn_nab_file *file, gn_str path, struct gn_diag *diag)
{
    char whole[GN_EVAL_NAB_NAME_BYTES * 2];
    gn_str text;
    (void)snprintf(whole, sizeof whole, "nab/data/%.*s", GN_STR_ARGS(path));
    gn_err err = gn_dataset_read(data_dir, whole, &text, diag);
    if (err)
        return err;
    const size_t most = text.size / 4 + 1; /* a row is longer than four bytes */
    file->times = gn_mem_take(most * sizeof *file->times, "eval nab");
    file->values = gn_mem_take(most * sizeof *file->values, "eval nab");
    file->scores = gn_mem_take(most * sizeof *file->scores, "eval nab");
    if (file->times != NULL && file->values != NULL && file->scores != NULL) {
        err = nab_read_rows(text, file, diag);
    } else {
        gn_diag_set(diag, 0, 0, "there is no memory for it");
        err = GN_ERR_FULL;
    }
    gn_dataset_free(text);
    return err;
}

static gn_err nab_window(const struct gn_json_node *pair, struct gn_nab_file *file, struct gn_diag *diag)
{
    int64_t from_ms = 0;
    int64_t to_ms = 0;
    const bool whole = pair->count == 2 && nab_time(pair->first->text, &from_ms) &&
                       nab_time(pair->first->next->text, &to_ms) && from_ms <= to_ms;
    size_t from = 0;
    while (from < file->count && file->times[from] < from_ms)
        from++;
    size_t to = from;
    while (to < file->count && file->times[to] <= to_ms)
        to++;
    const size_t i = file->window_count;
    if (!whole || to == from || (i > 0 && from <= file->windows[i - 1].to)) {
        gn_diag_set(diag, 0, 0, "a window of %s is no pair of times in ascending order with readings between",
                    file->name);
        return GN_ERR_INVAL;
    }
    if (i == GN_EVAL_NAB_WINDOWS_MAX) {
        gn_diag_set(diag, 0, 0, "%s has more than %d windows", file->name, GN_EVAL_NAB_WINDOWS_MAX);
        return GN_ERR_FULL;
    }
    file->windows[file->window_count++] = (struct gn_nab_window){ from, to - 1 };
    return GN_OK;
}

static gn_err nab_add(const char *data_dir, struct gn_nab_data *data, const struct gn_json_node *label,
                      struct gn_diag *diag)
{
    if (data->count == GN_EVAL_NAB_FILES_MAX || label->key.size >= GN_EVAL_NAB_NAME_BYTES) {
        gn_diag_set(diag, 0, 0, "more than %d series, or a name of more than %d bytes", GN_EVAL_NAB_FILES_MAX,
                    GN_EVAL_NAB_NAME_BYTES);
        return GN_ERR_FULL;
    }
    struct gn_nab_file *file = &data->files[data->count++];
    gn_str name = label->key;
    for (size_t i = 0; i < label->key.size; i++)
        if (label->key.at[i] == '/')
            name = (gn_str){ label->key.at + i + 1, label->key.size - i - 1 };
    const size_t ending = name.size > 4 && memcmp(name.at + name.size - 4, ".csv", 4) == 0 ? 4 : 0;
    memcpy(file->name, name.at, name.size - ending);
    gn_err err = nab_read_file(data_dir, file, label->key, diag);
    if (!err)
        gn_diag_file(diag, nab_labels_path);
    for (const struct gn_json_node *pair = label->first; !err && pair != NULL; pair = pair->next)
        err = nab_window(pair, file, diag);
    return err;
}

static gn_err nab_read_all(const char *data_dir, size_t step, gn_str labels, struct gn_nab_data *data,
                           struct gn_diag *diag)
{
    struct gn_json_tree *tree = gn_mem_take(sizeof *tree, "eval nab labels");
    const struct gn_json_node *root = NULL;
    if (tree == NULL) {
        gn_diag_set(diag, 0, 0, "there is no memory for it");
        return GN_ERR_FULL;
    }
    gn_err err = gn_json_tree_read(tree, labels, &root, diag);
    if (!err && (root->kind != GN_JSON_OBJECT || root->count == 0)) {
        gn_diag_set(diag, 1, 1, "must be an object: file name to windows");
        err = GN_ERR_INVAL;
    }
    size_t at = 0;
    for (const struct gn_json_node *label = err ? NULL : root->first; !err && label != NULL; label = label->next)
        err = at++ % step == 0 ? nab_add(data_dir, data, label, diag) : GN_OK;
    gn_mem_give(tree);
    return err;
}

gn_err gn_nab_data_read(const char *data_dir, size_t step, struct gn_nab_data **out, struct gn_diag *diag)
{
    gn_str labels;
    gn_err err = gn_dataset_read(data_dir, nab_labels_path, &labels, diag);
    if (err)
        return err;
    struct gn_nab_data *data = gn_mem_take(sizeof *data, "eval nab");
    if (data == NULL) {
        gn_diag_set(diag, 0, 0, "there is no memory for the suite");
        err = GN_ERR_FULL;
    } else {
        err = nab_read_all(data_dir, step, labels, data, diag);
    }
    gn_dataset_free(labels);
    if (err)
        gn_nab_data_free(data);
    else
        *out = data;
    return err;
}

void gn_nab_data_free(struct gn_nab_data *data)
{
    for (size_t i = 0; data != NULL && i < data->count; i++) {
        gn_mem_give(data->files[i].times);
        gn_mem_give(data->files[i].values);
        gn_mem_give(data->files[i].scores);
    }
    gn_mem_give(data);
}
