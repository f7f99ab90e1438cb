/* SPDX-License-Identifier: Apache-2.0 */
/* cli/ask.h -- what commands use of the API: where the node is, one call, and its failures in words.
 *
 *      if ((code = gn_ask(cli, "GET", "/api/v1/things", GN_STR(""), &reply)) != GN_EXIT_OK)
 *          return code;                                    (it has been said on cli->err)
 *
 * Needs --data in the command's row. */
#ifndef GN_CLI_ASK_H
#define GN_CLI_ASK_H

#include "cli/api_client.h"
#include "cli/command.h"

enum { GN_ASK_DIR_BYTES = 4096, GN_ASK_PATH_BYTES = 2048 };

/* The value of --data, or the default directory, NUL-terminated in caller's buffer. False: said. */
bool gn_ask_data_dir(const struct gn_cli *cli, char *out, size_t capacity);

/* Calls, and turns every failure into words and an exit code. GN_EXIT_OK: a 2xx status, and *out is the
 * caller's to give back; otherwise *out is untouched. */
GN_MUST_USE int gn_ask(const struct gn_cli *cli, const char *method, const char *path, gn_str body,
                       struct gn_api_reply *out);

/* Says why a call or a stream failed with `err` and `diag`; returns the exit code. */
int gn_ask_say(const struct gn_cli *cli, gn_err err, const struct gn_diag *diag);
/* Says why the node refused `path`, from its answer; returns the exit code (404: GN_EXIT_NOT_FOUND). */
int gn_ask_say_status(const struct gn_cli *cli, const char *path, const struct gn_api_reply *reply);

#endif
