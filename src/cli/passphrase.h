/* SPDX-License-Identifier: Apache-2.0 */
/* cli/passphrase.h -- where a command gets a passphrase from: the first line of a file, or the terminal, unseen.
 *
 * Never an argument or the environment: other users see those. Needs --passphrase and --passphrase-file in the row. */
#ifndef GN_CLI_PASSPHRASE_H
#define GN_CLI_PASSPHRASE_H

#include "base/limits.h"
#include "cli/command.h"

#define GN_OPTION_PASSPHRASE                                                                                           \
    {                                                                                                                  \
        "--passphrase", NULL, "ask on the terminal for the passphrase of the backup"                                   \
    }
#define GN_OPTION_PASSPHRASE_FILE                                                                                      \
    {                                                                                                                  \
        "--passphrase-file", "FILE", "the first line of FILE is the passphrase (mode 600)"                             \
    }

struct gn_passphrase {
    char text[GN_BACKUP_PASSPHRASE_BYTES_MAX + 1];
    size_t size; /* 0: none was asked for */
};

/* GN_EXIT_OK, or it has been said why not. `is_new`: typed twice, and of a length that holds. */
GN_MUST_USE int gn_passphrase_get(const struct gn_cli *cli, bool is_new, struct gn_passphrase *out);
void gn_passphrase_wipe(struct gn_passphrase *passphrase);

#endif
