/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/push.h -- HTTP for programs that push readings: InfluxDB's writes. The row of its adapter. */
#ifndef GN_CONNECT_PUSH_H
#define GN_CONNECT_PUSH_H

#include "connect/adapter.h"

extern const struct gn_adapter gn_push_adapter;

#endif
