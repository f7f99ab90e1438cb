/* SPDX-License-Identifier: Apache-2.0 */
/* portal/thing_actions.h -- which actions the solution in force declares for one Thing.
 *
 * The host gives all of them as a JSON array, each with its "thing": an id, or "*" for any. A Thing has those
 * with its own id, and those for any Thing whose name is not among them. */
#ifndef GN_PORTAL_THING_ACTIONS_H
#define GN_PORTAL_THING_ACTIONS_H

#include "base/json_write.h"

enum { GN_THING_ACTIONS_BYTES = 1 << 20 };

/* Writes a JSON array of the objects as they are in `actions`; "[]" when that is no array of such objects. */
void gn_thing_actions_write(gn_str actions, gn_str thing, struct gn_jw *w);

#endif
