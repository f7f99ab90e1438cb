/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_things.h -- reads the section `things` of one file (private to the room).
 *
 * A Thing may have sections in several files; the same property or action of it may be declared once only. An
 * argument without an envelope is refused: numbers need a range or choices, text needs choices. */
#ifndef GN_ACT_SOLUTION_THINGS_H
#define GN_ACT_SOLUTION_THINGS_H

#include "act/solution_fields.h"

GN_MUST_USE gn_err gn_solution_read_things(const struct gn_fields *fields, const struct gn_yaml_node *list);

#endif
