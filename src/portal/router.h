/* SPDX-License-Identifier: Apache-2.0 */
/* portal/router.h -- from a path to the row of the table that answers it.
 *
 *      /api/v1/things/press-7/properties/oil   matches   /api/v1/things/{id}/properties/{property}
 *
 * The path was decoded once and has no empty or dotted parts, so there is one way to write each resource. A
 * linear walk: some thirty rows, a few hundred nanoseconds. */
#ifndef GN_PORTAL_ROUTER_H
#define GN_PORTAL_ROUTER_H

#include "portal/api/resource.h"

struct gn_match {
    const struct gn_route *route;        /* NULL: no route of this method */
    bool path_known;                     /* another method has one */
    char allow[GN_RESPONSE_ALLOW_BYTES]; /* "GET, HEAD, POST" */
};

/* Fills the request's parts when there is a route. HEAD finds the routes of GET. */
struct gn_match gn_router_find(const struct gn_resource *const *resources, struct gn_request *request);

/* Whether a path fits a pattern; fills `parts`. */
bool gn_router_fits(const char *pattern, gn_str path, gn_str parts[static GN_PATH_PARTS_MAX]);

#endif
