/* SPDX-License-Identifier: Apache-2.0 */
/* connect/discover/graft.h -- a person's description of a device, with the ways its gateway announced kept in it.
 *
 *   known      {"t":{"type":"number","gn:topic":"z/hall","gn:path":"t"},"lid":{...}}      what was announced
 *   fragment   {"title":"Hall","properties":{"t":{"unit":"K"}}}                          what the person says
 *   out        {"title":"Hall","properties":{"t":{"unit":"K","gn:topic":"z/hall","gn:path":"t"},"lid":{...}}}
 *
 * What a person says of a property counts; where it comes from and how it is set, the person need not know. A property
 * that names `gn:topic` keeps its own ways, all of them. What is not spoken of stays as it was announced. Pure. */
#ifndef GN_CONNECT_DISCOVER_GRAFT_H
#define GN_CONNECT_DISCOVER_GRAFT_H

#include "base/json_read.h"
#include "connect/discover/device.h"

/* `json` is scratch. INVAL: the fragment is not an object with properties; FULL: `out` is too small. */
GN_MUST_USE gn_err gn_device_graft(const struct gn_device *known, struct gn_json *json, gn_str fragment,
                                   struct gn_buf *out);

#endif
