/* SPDX-License-Identifier: Apache-2.0 */
/* connect/discover/zigbee2mqtt.h -- the list of devices that Zigbee2MQTT publishes.
 *
 *   zigbee2mqtt/bridge/devices   [{"ieee_address":"0x..","friendly_name":"hall","definition":{"exposes":[..]}}, ..]
 *   zigbee2mqtt/hall             {"temperature":21.3,"battery":97}        values
 *   zigbee2mqtt/hall/set         {"state":"ON"}                           commands
 *   zigbee2mqtt/hall/availability  {"state":"online"}
 *
 * The first level is whatever the bridge was told to use. An expose is numeric, binary, enum or text, or has features
 * of its own (light, switch, climate, lock, cover, fan, composite); `access` has bit 1 for "it is published", 2 for "it
 * can be set". The coordinator is passed over, and so are devices that are not interviewed yet or disabled.
 *
 * The list may have hundreds of devices: it is read one device at a time. Source: Zigbee2MQTT's documentation
 * of exposes and of MQTT topics. */
#ifndef GN_CONNECT_DISCOVER_ZIGBEE2MQTT_H
#define GN_CONNECT_DISCOVER_ZIGBEE2MQTT_H

#include "connect/discover/device.h"

bool gn_zigbee2mqtt_claims(gn_str topic);
GN_MUST_USE gn_err gn_zigbee2mqtt_read(struct gn_json_tree *tree, struct gn_device *scratch, gn_str topic,
                                       gn_str payload, gn_device_each *each, void *ctx, struct gn_diag *diag);

#endif
