/* SPDX-License-Identifier: Apache-2.0 */
/* portal/api/api_table.h -- the resources, one a file. A new one is a file, a line here and a line in api_table.c. */
#ifndef GN_PORTAL_API_TABLE_H
#define GN_PORTAL_API_TABLE_H

#include "portal/api/resource.h"

extern const struct gn_resource gn_resource_setup;
extern const struct gn_resource gn_resource_session;
extern const struct gn_resource gn_resource_status;
extern const struct gn_resource gn_resource_limits;
extern const struct gn_resource gn_resource_things;
extern const struct gn_resource gn_resource_tokens;
extern const struct gn_resource gn_resource_certificates;
extern const struct gn_resource gn_resource_properties;
extern const struct gn_resource gn_resource_outputs;
extern const struct gn_resource gn_resource_answer;
extern const struct gn_resource gn_resource_rules;
extern const struct gn_resource gn_resource_live;
extern const struct gn_resource gn_resource_description;
extern const struct gn_resource gn_resource_wot;
extern const struct gn_resource gn_resource_discovered;
extern const struct gn_resource gn_resource_orders;
extern const struct gn_resource gn_resource_aligned;
extern const struct gn_resource gn_resource_sql;
extern const struct gn_resource gn_resource_prometheus;
extern const struct gn_resource gn_resource_metrics;
extern const struct gn_resource gn_resource_openapi;

#endif
