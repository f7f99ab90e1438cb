/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_access.h -- reads the section `access` of one file into a policy (private to the room).
 *
 *   access:
 *     - thing: "press*"                       # an id, a prefix with '*', or "*": any Thing
 *       publish: ["plant/{thing}/#"]          # besides its own tree, which each Thing always has
 *       subscribe: ["plant/+/heat", "things/press-8/properties/#"]
 *
 * Rows of all files add up; nothing takes a grant away. A section that is there and grants nothing is refused: who
 * wrote it meant something, and the node does not guess what. guard/policy.h judges by the result. */
#ifndef GN_ACT_SOLUTION_ACCESS_H
#define GN_ACT_SOLUTION_ACCESS_H

#include "act/solution_fields.h"

GN_MUST_USE gn_err gn_solution_read_access(const struct gn_fields *fields, const struct gn_yaml_node *list);

#endif
