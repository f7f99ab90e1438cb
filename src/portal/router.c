/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/router.h"

#include "base/buf.h"

bool gn_router_fits(const char *pattern, gn_str path, gn_str parts[static GN_PATH_PARTS_MAX])
{
    size_t part = 0;
    gn_str want = gn_str_of(pattern);
    while (want.size > 0 && path.size > 0) {
        const gn_str a = gn_str_split(want, '/', &want);
        const gn_str b = gn_str_split(path, '/', &path);
        if (a.size > 0 && a.at[0] == '{') {
            if (b.size == 0 || part == GN_PATH_PARTS_MAX)
                return false;
            parts[part++] = b;
        } else if (!gn_str_equal(a, b)) {
            return false;
        }
    }
    return want.size == 0 && path.size == 0;
}

static void router_allow(struct gn_buf *allow, gn_method method)
{
    if (allow->size > 0)
        gn_buf_add_text(allow, ", ");
    gn_buf_add_text(allow, gn_method_name(method));
    if (method == GN_GET)
        gn_buf_add_text(allow, ", HEAD");
}

struct gn_match gn_router_find(const struct gn_resource *const *resources, struct gn_request *request)
{
    struct gn_match match = { 0 };
    struct gn_buf allow = gn_buf_over(match.allow, sizeof match.allow - 1);
    const gn_method method = request->method == GN_HEAD ? GN_GET : request->method;
    const bool slash_at_end = request->path.size > 1 && request->path.at[request->path.size - 1] == '/';
    for (; *resources != NULL && !slash_at_end; resources++)
        for (size_t i = 0; i < (*resources)->route_count; i++) {
            const struct gn_route *route = &(*resources)->routes[i];
            gn_str parts[GN_PATH_PARTS_MAX] = { 0 };
            if (!gn_router_fits(route->path, request->path, parts))
                continue;
            match.path_known = true;
            router_allow(&allow, route->method);
            if (route->method != method)
                continue;
            match.route = route;
            memcpy(request->parts, parts, sizeof parts);
        }
    return match;
}
