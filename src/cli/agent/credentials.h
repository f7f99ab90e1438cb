/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/credentials.h -- the agent's id and token, in files that only their owner can read.
 *
 *   --token-file FILE    the token on one line
 *   DIR/agent/credentials  {"id":"this-machine","token":"..."}, made once by asking the node
 *
 * A file that a group or others may read, that is no plain file, or that belongs to somebody else is refused. */
#ifndef GN_CLI_AGENT_CREDENTIALS_H
#define GN_CLI_AGENT_CREDENTIALS_H

#include "base/bytes.h"
#include "base/limits.h"

enum { GN_CREDENTIALS_TOKEN_BYTES = 257, GN_CREDENTIALS_FILE_BYTES = 4096 };

struct gn_credentials {
    char id[GN_THING_ID_BYTES_MAX + 1];
    char token[GN_CREDENTIALS_TOKEN_BYTES];
};

/* Fills only the token. NOT_FOUND, DENIED (mode or owner), INVAL (not one line), IO; the diag says it. */
GN_MUST_USE gn_err gn_credentials_token_file(const char *path, struct gn_credentials *out, struct gn_diag *diag);
/* Reads DIR/credentials; the same errors. */
GN_MUST_USE gn_err gn_credentials_read(const char *agent_dir, struct gn_credentials *out, struct gn_diag *diag);
GN_MUST_USE gn_err gn_credentials_write(const char *agent_dir, const struct gn_credentials *credentials,
                                        struct gn_diag *diag);
/* Asks the node on `data_dir` for credentials of a Thing of that name. The Thing that has the name as its id and is
 * not connected gets a new token (its file was lost); otherwise a new Thing is added. Errors of gn_api_call, and
 * DENIED when the node refuses. */
GN_MUST_USE gn_err gn_credentials_ask(const char *data_dir, gn_str name, struct gn_credentials *out,
                                      struct gn_diag *diag);
/* Overwrites the token. */
void gn_credentials_wipe(struct gn_credentials *credentials);

#endif
