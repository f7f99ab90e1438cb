/* SPDX-License-Identifier: Apache-2.0 */
/* connect/discover/tasmota.h -- how Tasmota devices announce themselves.
 *
 *   tasmota/discovery/AABBCCDDEEFF/config
 *    {"dn":"Plug","t":"plug1","ft":"%prefix%/%topic%/","tp":["cmnd","stat","tele"],
 *     "rl":[1,0,..],"state":["OFF","ON",..],"ofln":"Offline","onln":"Online",..}
 *
 *   stat/plug1/POWER   "ON"       tele/plug1/STATE   {"POWER":"ON",..}      relays and lights ("rl" 1 and 2)
 *   tele/plug1/SENSOR  {"ENERGY":{"Power":12}}                              sensors: one property a number inside
 *   tele/plug1/LWT     "Online"                                             available
 *   cmnd/plug1/POWER   "ON"                                                 how a relay is set
 *
 * The two messages come in any order and are merged by the MAC address. The sensors' topic follows from the config's,
 * so gn_tasmota_settle puts it in once both are there. Source: Tasmota's documentation of MQTT topics and its discovery
 * messages. */
#ifndef GN_CONNECT_DISCOVER_TASMOTA_H
#define GN_CONNECT_DISCOVER_TASMOTA_H

#include "connect/discover/device.h"

bool gn_tasmota_claims(gn_str topic);
GN_MUST_USE gn_err gn_tasmota_read(struct gn_json_tree *tree, struct gn_device *scratch, gn_str topic, gn_str payload,
                                   gn_device_each *each, void *ctx, struct gn_diag *diag);
/* Gives sensors their topic, when what is known of the device says it. */
void gn_tasmota_settle(struct gn_device *device);

#endif
