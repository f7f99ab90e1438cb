/* SPDX-License-Identifier: Apache-2.0 */
/* portal/static_files.h -- the front end, out of the binary.
 *
 *   /assets/app-3f9c1a.js   named by its content: may be kept for a year
 *   /, /things/press-7      the page itself: asked for again each time
 *   /nothing.png            404
 *
 * A path without a dot in its last part belongs to the page's own router and gets index.html. Files are kept
 * gzip-compressed and sent so; a client that does not take gzip gets them inflated. */
#ifndef GN_PORTAL_STATIC_FILES_H
#define GN_PORTAL_STATIC_FILES_H

#include "portal/assets.h"
#include "portal/request.h"
#include "portal/response.h"

/* GET or HEAD of a path that is not the API's. */
void gn_static_answer(const struct gn_request *request, struct gn_response *response);

/* The same over a table of files, for tests. */
void gn_static_answer_from(const struct gn_asset *assets, size_t count, const struct gn_request *request,
                           struct gn_response *response);

#endif
