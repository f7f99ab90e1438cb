/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/api/api_table.h"

const struct gn_resource *const gn_resources[] = {
    &gn_resource_setup,        &gn_resource_session,
    &gn_resource_status,       &gn_resource_limits,
    &gn_resource_things,       &gn_resource_tokens,
    &gn_resource_certificates, &gn_resource_properties,
    &gn_resource_outputs,      &gn_resource_answer,
    &gn_resource_rules,        &gn_resource_live,
    &gn_resource_description,  &gn_resource_wot,
    &gn_resource_discovered,   &gn_resource_orders,
    &gn_resource_aligned,      &gn_resource_sql,
    &gn_resource_prometheus,   &gn_resource_metrics,
    &gn_resource_openapi,      NULL,
};
