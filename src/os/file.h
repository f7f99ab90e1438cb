/* SPDX-License-Identifier: Apache-2.0 */
/* os/file.h -- small files a node keeps beside its journal: credentials, identities, its lock.
 *
 * Whole files in, whole files out. A replacement is seen as the old bytes or the new ones, after a power
 * cut too: temporary beside it (PATH.new), fdatasync, rename, fsync of the directory. One writer a path.
 * New files have mode 0600, new directories 0700; a symbolic link in the last place is refused. */
#ifndef GN_OS_FILE_H
#define GN_OS_FILE_H

#include "base/bytes.h"

/* What the caller can do about an errno value; IO for all that have no better answer. */
gn_err gn_err_of_errno(int error);

/* Reads a whole file into the caller's buffer. FULL (nothing told) when it is larger than `capacity`. */
GN_MUST_USE gn_err gn_file_read_all(const char *path, void *to, size_t capacity, size_t *out_size);
/* Replaces or makes a whole file, atomically and durably. On failure the old content still stands. */
GN_MUST_USE gn_err gn_file_replace(const char *path, gn_bytes content);
/* Makes durable that there is something of this name, or no longer: fsync of its folder. */
GN_MUST_USE gn_err gn_file_sync_name(const char *path);
/* mkdir -p, mode 0700. The diag says which part failed and why. */
GN_MUST_USE gn_err gn_dir_make(const char *path, struct gn_diag *diag);
/* Holds `path` for this process until the descriptor is closed. BUSY with the owner's pid in the diag. */
GN_MUST_USE gn_err gn_lock_take(const char *path, int *out_fd, struct gn_diag *diag);

#endif
