/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_home_assistant.h -- the section `home_assistant`: alarms are announced by its MQTT discovery.
 *
 *   home_assistant:
 *     node: cellar             # what this node is called there, [a-z0-9-]; ganglion without
 *     prefix: homeassistant    # of its discovery; this without
 *     announce: true           # false: whatever was announced is taken away again
 *
 *   PREFIX/binary_sensor/NODE_THING_alarm/config    what there is             node/announce.h says all of it
 *   ganglion/NODE/THING/alarm                       its state and its why
 *
 * Without the section nothing is announced. Topics that begin so are the node's alone, whatever `access` grants. Who
 * may hear them, `access` says. One section a solution. */
#ifndef GN_ACT_SOLUTION_HOME_ASSISTANT_H
#define GN_ACT_SOLUTION_HOME_ASSISTANT_H

#include "act/solution_fields.h"

GN_MUST_USE gn_err gn_solution_read_home_assistant(const struct gn_fields *fields, const struct gn_yaml_node *map);

#endif
