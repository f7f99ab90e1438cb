/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_keep.h -- the section `keep`: how long the history keeps what.
 *
 *   keep:
 *     bytes: 20 GiB                # of the history; beyond it the oldest readings become a tier, or go
 *     series:
 *       - { thing: press-7, property: "vib*", raw: 7d, minutes: 90d, hours: forever }
 *       - { thing: "*", raw: 365d, days: forever }
 *
 * raw: readings as they came. minutes, hours, days: rows of count, min, max, mean for what is older (store/tier.h);
 * a tier that is not named is not kept. A series without a row keeps everything. Of several rows that speak of a
 * series the most exact counts, as for `things`; then the first. One section a solution. */
#ifndef GN_ACT_SOLUTION_KEEP_H
#define GN_ACT_SOLUTION_KEEP_H

#include "act/solution_fields.h"

GN_MUST_USE gn_err gn_solution_read_keep(const struct gn_fields *fields, const struct gn_yaml_node *map);

#endif
