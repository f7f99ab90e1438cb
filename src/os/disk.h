/* SPDX-License-Identifier: Apache-2.0 */
/* os/disk.h -- files as the journal needs them, behind a table, with a simulated twin.
 *
 * The real one is Linux; the twin (os/disk_sim.h) keeps files in memory, forgets, tears or reorders what was
 * not synced when the power is "cut", and can fill up or fail on demand. A failed sync is final: the
 * caller must not retry it as if it had worked. Paths are NUL-terminated. */
#ifndef GN_OS_DISK_H
#define GN_OS_DISK_H

#include "base/bytes.h"
#include "os/file.h" /* whole small files: most who keep one need the other */

struct gn_file; /* opaque; one owner */

struct gn_iov {
    const void *at;
    size_t size;
};

struct gn_disk {
    void *self;
    /* Opens for reading and writing; `create` makes it new (EXISTS when it is there). Mode 0600. */
    gn_err (*open)(void *self, const char *path, bool create, struct gn_file **out);
    void (*close)(void *self, struct gn_file *file);
    gn_err (*size)(void *self, struct gn_file *file, uint64_t *out);
    /* Reads up to `size` bytes; *out_got is less only at the end of the file. */
    gn_err (*read)(void *self, struct gn_file *file, uint64_t offset, void *to, size_t size, size_t *out_got);
    /* All or an error; after an error the bytes there are unknown. NO_SPACE, IO. */
    gn_err (*write)(void *self, struct gn_file *file, uint64_t offset, const struct gn_iov *parts, size_t part_count);
    /* Reserves zeroed room behind the end so that later writes cannot run out of space. */
    gn_err (*allocate)(void *self, struct gn_file *file, uint64_t offset, uint64_t size);
    gn_err (*sync)(void *self, struct gn_file *file); /* fdatasync */
    gn_err (*truncate)(void *self, struct gn_file *file, uint64_t size);
    gn_err (*remove)(void *self, const char *path);
    gn_err (*make_dir)(void *self, const char *path); /* mode 0700; fine when it is there */
    gn_err (*sync_dir)(void *self, const char *path); /* makes names durable */
    /* Calls `each` with every file name in a directory, in no order. */
    gn_err (*list)(void *self, const char *path, void (*each)(void *ctx, const char *name), void *ctx);
};

/* The machine's disk. */
struct gn_disk gn_disk_linux(void);

#endif
