/* SPDX-License-Identifier: Apache-2.0 */
/* portal/request_query.h -- the query items that many resources share: from, to, limit, and ids in the path.
 *
 * Each function answers 400 with the item's name and returns false when what was given cannot be meant. Times are
 * RFC 3339 or epoch milliseconds; `from` is inclusive, `to` exclusive. */
#ifndef GN_PORTAL_REQUEST_QUERY_H
#define GN_PORTAL_REQUEST_QUERY_H

#include "portal/api/resource.h"

struct gn_query_span {
    int64_t from_ms; /* INT64_MIN: no beginning */
    int64_t to_ms;   /* INT64_MAX: no end */
    uint32_t limit;
};

/* Items that are not in the NULL-terminated list are refused: a misspelt filter must not mean "all". */
bool gn_query_known(const struct gn_request *request, const char *const *known, struct gn_response *response);

bool gn_query_span_read(const struct gn_request *request, uint32_t limit_default, uint32_t limit_max,
                        struct gn_query_span *out, struct gn_response *response);
/* A time; *inout stays when the item is not there. */
bool gn_query_time(const struct gn_request *request, const char *name, int64_t *inout, struct gn_response *response);
bool gn_query_u64(const struct gn_request *request, const char *name, uint64_t min, uint64_t max, uint64_t *inout,
                  struct gn_response *response);

/* 404 when there is no such Thing / no such property of it. */
bool gn_query_thing(struct gn_api *api, gn_str id, uint32_t *out_index, struct gn_thing *out,
                    struct gn_response *response);
bool gn_query_series(struct gn_api *api, uint32_t thing, gn_str property, uint32_t *out_index, struct gn_series *out,
                     struct gn_response *response);

/* The answer to a store or host that failed; logged by name. */
void gn_query_failed(gn_err err, struct gn_response *response);

#endif
