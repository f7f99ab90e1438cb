/* SPDX-License-Identifier: Apache-2.0 */
/* cli/thing_path.h -- the API's path of something that belongs to a Thing: "/api/v1/things/press-7/desired",
 * or to one that appeared by itself: "/api/v1/discovered/hall/adopt". */
#ifndef GN_CLI_THING_PATH_H
#define GN_CLI_THING_PATH_H

#include "cli/ask.h"

/* NUL-terminated in caller's buffer; `rest` is escaped part by part: "actions/stop". False: said. */
bool gn_thing_path(const struct gn_cli *cli, const char *id, const char *rest, char out[static GN_ASK_PATH_BYTES]);
/* The same of a discovered Thing; an empty `rest` is the Thing itself. */
bool gn_discovered_path(const struct gn_cli *cli, const char *id, const char *rest, char out[static GN_ASK_PATH_BYTES]);

#endif
