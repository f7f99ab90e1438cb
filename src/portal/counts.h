/* SPDX-License-Identifier: Apache-2.0 */
/* portal/counts.h -- the few numbers that status and the live stream both tell. Asked from the store each time:
 * a walk over the Things and two small index scans. */
#ifndef GN_PORTAL_COUNTS_H
#define GN_PORTAL_COUNTS_H

#include "portal/api/resource.h"

struct gn_counts {
    uint64_t things;
    uint64_t things_online;
    uint64_t series;
    uint64_t readings;
    uint64_t alarms_open;
    uint64_t decisions_pending;
};

GN_MUST_USE gn_err gn_counts_read(struct gn_api *api, struct gn_counts *out);

#endif
