/* SPDX-License-Identifier: Apache-2.0 */
#include "store/archive_index.h"

#include <errno.h>

#include "base/mem.h"
#include "os/file.h"

enum { INDEX_DIGESTS_FIRST = 4096, INDEX_TELL_PARTS = 256 };

static gn_err index_add(struct gn_archive_index *index, const struct gn_archive_digest *digest)
{
    if (index->digest_count == index->digest_capacity) {
        const size_t capacity = index->digest_capacity > 0 ? 2 * index->digest_capacity : INDEX_DIGESTS_FIRST;
        struct gn_archive_digest *more = gn_mem_take(capacity * sizeof *more, "backup: digests of the base");
        if (more == NULL)
            return GN_ERR_FULL;
        if (index->digest_count > 0)
            memcpy(more, index->digests, index->digest_count * sizeof *more);
        gn_mem_give(index->digests);
        index->digests = more;
        index->digest_capacity = capacity;
    }
    index->digests[index->digest_count++] = *digest;
    return GN_OK;
}

static gn_err index_take(struct gn_archive_index *index, const struct gn_archive_part *part)
{
    gn_err err = GN_OK;
    if (part->kind == GN_ARCHIVE_FILE) {
        struct gn_archive_index_file *file = &index->files[index->file_count++]; /* the reader bounds them */
        memcpy(file->name, part->name, sizeof file->name);
        file->size = part->size;
        file->first = index->digest_count;
    } else if (part->kind == GN_ARCHIVE_BLOCK) {
        const struct gn_archive_digest digest = gn_archive_digest_of(part->block);
        err = index_add(index, &digest);
    } else if (part->kind == GN_ARCHIVE_SAME) {
        for (uint32_t i = 0; !err && i < part->count; i++)
            err = index_add(index, &part->digests[i]);
    }
    return err;
}

static gn_err index_read_parts(struct gn_archive_index *index, FILE *file, gn_str passphrase, gn_tell *tell, void *ctx,
                               struct gn_diag *diag)
{
    struct gn_archive_reader *reader = NULL;
    struct gn_archive_part part = { 0 };
    uint64_t parts = 0;
    gn_err err = gn_archive_open(file, passphrase, &reader, diag);
    if (!err)
        index->about = *gn_archive_about(reader);
    while (!err && part.kind != GN_ARCHIVE_END) {
        err = gn_archive_next(reader, &part, diag);
        if (!err)
            err = index_take(index, &part);
        if (tell != NULL && ++parts % INDEX_TELL_PARTS == 0)
            tell(ctx, "reading the base", (uint64_t)ftello(file), 0);
    }
    gn_archive_reader_close(reader);
    return err;
}

gn_err gn_archive_index_read(struct gn_archive_index *index, const char *path, gn_str passphrase, gn_tell *tell,
                             void *ctx, struct gn_diag *diag)
{
    *index = (struct gn_archive_index){ 0 };
    FILE *file = fopen(path, "rbe");
    gn_err err = file != NULL ? GN_OK : gn_err_of_errno(errno);
    if (!err)
        index->files = gn_mem_take(GN_BACKUP_FILES_MAX * sizeof index->files[0], "backup: files of the base");
    if (!err && index->files == NULL)
        err = GN_ERR_FULL;
    if (!err)
        err = index_read_parts(index, file, passphrase, tell, ctx, diag);
    if (file != NULL)
        (void)fclose(file);
    if (!err)
        return GN_OK;
    gn_archive_index_fini(index);
    if (diag->text[0] == '\0')
        gn_diag_set(diag, 0, 0, "%s", gn_err_text(err));
    gn_diag_file(diag, path);
    return err;
}

void gn_archive_index_fini(struct gn_archive_index *index)
{
    gn_mem_give(index->files);
    gn_mem_give(index->digests);
    *index = (struct gn_archive_index){ 0 };
}

const struct gn_archive_digest *gn_archive_index_find(const struct gn_archive_index *index, const char *name,
                                                      uint64_t block, size_t bytes)
{
    size_t low = 0;
    size_t high = index->file_count;
    while (low < high) { /* the reader lets files through in the order of their names only */
        const size_t middle = low + (high - low) / 2;
        const struct gn_archive_index_file *file = &index->files[middle];
        const int order = strcmp(name, file->name);
        if (order == 0)
            return block < gn_archive_block_count(file->size) && gn_archive_block_bytes(file->size, block) == bytes
                       ? &index->digests[file->first + block]
                       : NULL;
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
