/* SPDX-License-Identifier: Apache-2.0 */
/* connect/discover/ha_template.h -- the few templates of Home Assistant that say nothing but "take this member".
 *
 *   {{ value }}   {{ value | float }}                       ─▶ path ""            the whole payload
 *   {{ value_json.a.b }}   {{ value_json['a']["b"][0] }}     ─▶ path "a.b", "a.b.0"
 *   {{ value_json.a | float(0) | round(1) | int | is_defined | default(0) }}      filters that keep the meaning
 *
 * Anything else is a program in a language we do not run: NOT_FOUND, and it is reported as not understood. */
#ifndef GN_CONNECT_DISCOVER_HA_TEMPLATE_H
#define GN_CONNECT_DISCOVER_HA_TEMPLATE_H

#include "base/buf.h"
#include "base/bytes.h"

/* Writes the path into `out`. */
GN_MUST_USE gn_err gn_ha_template_path(gn_str text, struct gn_buf *out);

#endif
