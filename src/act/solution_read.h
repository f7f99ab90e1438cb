/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_read.h -- a folder of YAML files as one text (gn_solution_read_folder in act/solution.h).
 *
 *      rules.yaml, things.yaml  ─▶  "@file rules.yaml 311\n...@file things.yaml 95\n..."
 *
 * The only file of the room that touches the disk, and only when a solution is loaded. */
#ifndef GN_ACT_SOLUTION_READ_H
#define GN_ACT_SOLUTION_READ_H

#include "base/bytes.h"

/* Does a file of that name belong to a solution? *.yaml and *.yml, but no hidden ones (editors leave some). */
bool gn_solution_is_file(gn_str name);

#endif
