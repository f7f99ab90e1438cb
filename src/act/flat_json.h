/* SPDX-License-Identifier: Apache-2.0 */
/* act/flat_json.h -- the strings of a flat JSON object, as people's answers and devices' statuses are.
 *
 *      {"id":"x-9-1","state":"done","took_ms":12}   ->   each("id", "x-9-1"), each("state", "done")
 *
 * Members that are not strings are stepped over, nested ones whole. Nothing is allocated. */
#ifndef GN_ACT_FLAT_JSON_H
#define GN_ACT_FLAT_JSON_H

#include "base/bytes.h"

enum { GN_FLAT_KEY_BYTES = 16 }; /* longer keys are cut: none that is asked for is so long */

typedef void gn_flat_each(void *ctx, gn_str key, gn_str value);

/* False when the text is not one JSON object; members before the fault have been told then. */
bool gn_flat_json_strings(gn_str text, gn_flat_each *each, void *ctx);

#endif
