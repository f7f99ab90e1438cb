/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_topics.h -- the section `topics`: what a message on a topic that is none of ours speaks of.
 *
 *   topics:
 *     - topic: "plant/{area}/{thing}/{property}"   # whole levels: a word, '+', or a name in braces
 *       unit: "°C"
 *       scale: 0.1                                 # value * scale + offset
 *     - { topic: "meter/{thing}/json", pick: energy.total, property: energy, unit: kWh }
 *     - { topic: "weather", thing: station }        # an object: its members are the properties
 *
 * {thing} names the Thing and {property} the property; other names stand for any word. The first row that matches
 * wins; a row that an earlier one always forestalls is refused, and so is one that names no Thing. */
#ifndef GN_ACT_SOLUTION_TOPICS_H
#define GN_ACT_SOLUTION_TOPICS_H

#include "act/solution_fields.h"

GN_MUST_USE gn_err gn_solution_read_topics(const struct gn_fields *fields, const struct gn_yaml_node *list);

#endif
