/* SPDX-License-Identifier: Apache-2.0 */
/* node/keep.h -- a data directory as one file, and back, as the command line sees it.
 *
 * No node is asked: a running one goes on and notices nothing, a stopped one need not be started. The store knows what
 * lies in a data directory and in which order it must be looked at (store/backup.h, store/restore.h). */
#ifndef GN_NODE_KEEP_H
#define GN_NODE_KEEP_H

#include "store/backup.h"
#include "store/restore.h"

/* As gn_backup_make, at the time it is now. */
GN_MUST_USE gn_err gn_node_backup(struct gn_backup_options options, struct gn_backup_summary *out,
                                  struct gn_diag *diag);
/* As gn_restore. */
GN_MUST_USE gn_err gn_node_restore(const struct gn_restore_options *options, struct gn_restore_summary *out,
                                   struct gn_diag *diag);

#endif
