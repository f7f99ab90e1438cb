/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_rules.h -- reads the section `rules` of one file (private to the room).
 *
 * All files' `things` have been read by then, so a rule is checked whole where it stands: its Thing, its
 * properties with their units, its action with the action's envelope. */
#ifndef GN_ACT_SOLUTION_RULES_H
#define GN_ACT_SOLUTION_RULES_H

#include "act/solution_fields.h"

GN_MUST_USE gn_err gn_solution_read_rules(const struct gn_fields *fields, const struct gn_yaml_node *list);

#endif
