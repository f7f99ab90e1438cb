/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt.h -- the MQTT endpoint's row: all another room sees of it. */
#ifndef GN_CONNECT_MQTT_H
#define GN_CONNECT_MQTT_H

#include "connect/adapter.h"

extern const struct gn_adapter gn_mqtt_adapter;

#endif
