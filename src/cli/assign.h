/* SPDX-License-Identifier: Apache-2.0 */
/* cli/assign.h -- words like speed=30 as members of a JSON object: what reads as JSON is that, else it is text.
 *
 *      speed=30  ->  "speed":30      on=true  ->  "on":true      mode=fast  ->  "mode":"fast"      id="7"  ->  "id":"7"
 */
#ifndef GN_CLI_ASSIGN_H
#define GN_CLI_ASSIGN_H

#include "base/json_write.h"
#include "cli/command.h"

/* False, and said, when a word has no '=' or no name. */
bool gn_assign_write(const struct gn_cli *cli, size_t first_word, struct gn_jw *w);

#endif
