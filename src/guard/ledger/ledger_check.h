/* SPDX-License-Identifier: Apache-2.0 */
/* guard/ledger/ledger_check.h -- reads every byte of a log and says whether it is what was signed.
 *
 * Computes all leaves, tiles and the root again from the entries, and compares them with every file: entries and their
 * seals, the zeroes behind them, tiles, places, settled, checkpoint, both keys. So one changed byte anywhere is found,
 * with the entry or the file it lies in. Memory as an open log; works beside its owner, up to the checkpoint. */
#ifndef GN_GUARD_LEDGER_LEDGER_CHECK_H
#define GN_GUARD_LEDGER_LEDGER_CHECK_H

#include "guard/ledger/ledger.h"

struct gn_ledger_report {
    uint64_t entries; /* good ones */
    uint64_t groups;
    uint64_t uncommitted; /* whole entries behind the checkpoint: the next start signs them */
    struct gn_checkpoint checkpoint;
};

/* CORRUPT, with file and place in the diag. `live`: its owner may be writing, so what lies behind the checkpoint, and
 * the files that follow from the entries, are not looked at further than that. */
GN_MUST_USE gn_err gn_ledger_check(const struct gn_disk *disk, const char *dir, bool live, struct gn_ledger_report *out,
                                   struct gn_diag *diag);

#endif
