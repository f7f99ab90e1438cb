/* SPDX-License-Identifier: Apache-2.0 */
/* connect/discover/home_assistant.h -- Home Assistant's MQTT discovery, which ESPHome, Zigbee2MQTT, Tasmota, Shelly,
 * WLED and many others publish.
 *
 *   homeassistant/sensor/[node/]object/config    {"name":..,"stat_t":"~/state","val_tpl":"{{ value_json.t
 * }}","dev":{..}} homeassistant/device/object/config           {"dev":{..},"o":{..},"cmps":{"t":{"p":"sensor",..},..}}
 *                                                      long names and abbreviations, "~" for the base topic
 *
 * Read: sensor, binary_sensor, switch, light (state, brightness), number, select, climate (temperatures, mode), and
 * where availability comes. A value template that is more than "take this member" (ha_template.h), a command
 * template and any other component are left out and counted, never guessed. An entity's device is named by its
 * first identifier; an empty payload (an entity is withdrawn) announces nothing.
 *
 * Source: the documentation of Home Assistant's MQTT integration (topics, keys, defaults). */
#ifndef GN_CONNECT_DISCOVER_HOME_ASSISTANT_H
#define GN_CONNECT_DISCOVER_HOME_ASSISTANT_H

#include "connect/discover/device.h"

bool gn_home_assistant_claims(gn_str topic);
/* One message. `scratch` is written; `each` gets the device it speaks of. INVAL: *diag says why. */
GN_MUST_USE gn_err gn_home_assistant_read(struct gn_json_tree *tree, struct gn_device *scratch, gn_str topic,
                                          gn_str payload, gn_device_each *each, void *ctx, struct gn_diag *diag);

#endif
