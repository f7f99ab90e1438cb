/* SPDX-License-Identifier: Apache-2.0 */
#include "node/keep.h"

#include "os/clock.h"

gn_err gn_node_backup(struct gn_backup_options options, struct gn_backup_summary *out, struct gn_diag *diag)
{
    const struct gn_clock clock = gn_clock_system();
    options.now_ms = gn_wall_ms(&clock);
    return gn_backup_make(&options, out, diag);
}

gn_err gn_node_restore(const struct gn_restore_options *options, struct gn_restore_summary *out, struct gn_diag *diag)
{
    return gn_restore(options, out, diag);
}
