/* SPDX-License-Identifier: Apache-2.0 */
#include "act/solution_read.h"

#include <stdio.h>
#include <stdlib.h>

#include "act/solution.h"
#include "base/mem.h"
#include "os/disk.h"

enum { READ_NAME_BYTES = 120, READ_PATH_BYTES = 4096 };

/* The YAML files of a folder, in the order of their names. */
struct read_names {
    char names[GN_SOLUTION_FILES_MAX][READ_NAME_BYTES];
    size_t count;
    bool too_many;
    const char *bad; /* why a name was refused, or NULL */
};

static bool read_ends_with(gn_str name, gn_str end)
{
    return name.size > end.size && memcmp(name.at + name.size - end.size, end.at, end.size) == 0;
}

bool gn_solution_is_file(gn_str name)
{
    return name.at[0] != '.' && (read_ends_with(name, GN_STR(".yaml")) || read_ends_with(name, GN_STR(".yml")));
}

static void read_on_name(void *ctx, const char *name)
{
    struct read_names *const names = ctx;
    const gn_str text = gn_str_of(name);
    if (text.size == 0 || !gn_solution_is_file(text))
        return;
    for (size_t i = 0; i < text.size; i++) {
        if ((uint8_t)text.at[i] < 0x20 || text.at[i] == 0x7F)
            names->bad = "a file's name has a control character";
    }
    if (!gn_utf8_valid(text))
        names->bad = "a file's name is not UTF-8";
    if (names->count == GN_SOLUTION_FILES_MAX) {
        names->too_many = true;
        return;
    }
    if (gn_str_copy(names->names[names->count], READ_NAME_BYTES, text) != GN_OK) {
        names->bad = "a file's name is too long";
        return;
    }
    names->count++;
}

static int read_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

void gn_solution_bundle_add(struct gn_buf *bundle, gn_str file, gn_str content)
{
    gn_buf_addf(bundle, "@file %.*s %zu\n", GN_STR_ARGS(file), content.size);
    gn_buf_add_str(bundle, content);
}

static gn_err read_list(const char *dir, struct read_names *names, struct gn_diag *diag)
{
    const struct gn_disk disk = gn_disk_linux();
    const gn_err err = disk.list(disk.self, dir, read_on_name, names);
    gn_diag_file(diag, dir);
    if (err == GN_ERR_NOT_FOUND)
        gn_diag_set(diag, 0, 0, "there is no such folder");
    else if (err)
        gn_diag_set(diag, 0, 0, "the folder cannot be read: %s", gn_err_text(err));
    if (err)
        return err;
    if (names->bad != NULL) {
        gn_diag_set(diag, 0, 0, "%s", names->bad);
        return GN_ERR_INVAL;
    }
    if (names->too_many) {
        gn_diag_set(diag, 0, 0, "the folder has more than %d YAML files", GN_SOLUTION_FILES_MAX);
        return GN_ERR_FULL;
    }
    if (names->count == 0) {
        gn_diag_set(diag, 0, 0, "the folder has no file that ends with .yaml or .yml");
        return GN_ERR_NOT_FOUND;
    }
    qsort(names->names, names->count, READ_NAME_BYTES, read_compare);
    return GN_OK;
}

static gn_err read_one(const char *dir, const char *name, char *scratch, struct gn_buf *bundle, struct gn_diag *diag)
{
    char path[READ_PATH_BYTES];
    size_t size = 0;
    const int length = snprintf(path, sizeof path, "%s/%s", dir, name);
    gn_diag_file(diag, path);
    if (length < 0 || (size_t)length >= sizeof path) {
        gn_diag_set(diag, 0, 0, "the path is too long");
        return GN_ERR_FULL;
    }
    const gn_err err = gn_file_read_all(path, scratch, GN_SOLUTION_BYTES_MAX, &size);
    if (!err)
        gn_solution_bundle_add(bundle, gn_str_of(name), (gn_str){ scratch, size });
    if (err == GN_ERR_FULL || bundle->full || bundle->size > GN_SOLUTION_BYTES_MAX) {
        gn_diag_set(diag, 0, 0, "with this file the solution has more than %d bytes", GN_SOLUTION_BYTES_MAX);
        return GN_ERR_FULL;
    }
    if (err == GN_ERR_DENIED)
        gn_diag_set(diag, 0, 0, "the file cannot be read: look at its owner and mode, and that it is no link");
    else if (err)
        gn_diag_set(diag, 0, 0, "the file cannot be read: %s", gn_err_text(err));
    return err;
}

gn_err gn_solution_read_folder(const char *dir, struct gn_buf *bundle, struct gn_diag *diag)
{
    struct read_names names = { .count = 0 };
    gn_err err = read_list(dir, &names, diag);
    if (err)
        return err;
    char *scratch = gn_mem_take(GN_SOLUTION_BYTES_MAX, "solution, while it is read");
    if (scratch == NULL) {
        gn_diag_set(diag, 0, 0, "no memory to read the solution");
        return GN_ERR_FULL;
    }
    for (size_t i = 0; !err && i < names.count; i++)
        err = read_one(dir, names.names[i], scratch, bundle, diag);
    gn_mem_give(scratch);
    return err;
}
