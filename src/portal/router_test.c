/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/router.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void handle(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)api;
    (void)request;
    (void)response;
}

static const struct gn_route routes[] = {
    { GN_ROUTE(GN_GET, "/a", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, handle) },
    { GN_ROUTE(GN_POST, "/a", GN_ACCESS_ADMIN, GN_PLACE_PORTAL, handle) },
    { GN_ROUTE(GN_GET, "/a/{id}", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, handle) },
    { GN_ROUTE(GN_DELETE, "/a/{id}/b/{property}", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, handle) },
};
static const struct gn_resource resource = { .name = "a", .routes = routes, .route_count = 4 };
static const struct gn_resource *const resources[] = { &resource, NULL };

static struct gn_match find(gn_method method, const char *path, struct gn_request *request)
{
    *request = (struct gn_request){ .method = method, .path = gn_str_of(path) };
    return gn_router_find(resources, request);
}

static void a_path_finds_its_row_and_its_parts(void **state)
{
    (void)state;
    struct gn_request request;
    assert_ptr_equal(find(GN_GET, "/a", &request).route, &routes[0]);
    assert_ptr_equal(find(GN_POST, "/a", &request).route, &routes[1]);
    assert_ptr_equal(find(GN_GET, "/a/press-7", &request).route, &routes[2]);
    assert_true(gn_str_equal(request.parts[0], GN_STR("press-7")));
    assert_ptr_equal(find(GN_DELETE, "/a/1/b/cpu use", &request).route, &routes[3]);
    assert_true(gn_str_equal(request.parts[0], GN_STR("1")));
    assert_true(gn_str_equal(request.parts[1], GN_STR("cpu use")));
}

static void head_finds_what_get_finds(void **state)
{
    (void)state;
    struct gn_request request;
    assert_ptr_equal(find(GN_HEAD, "/a", &request).route, &routes[0]);
    assert_null(find(GN_HEAD, "/a/1/b/2", &request).route);
}

static void there_is_one_way_to_write_a_path(void **state)
{
    (void)state;
    static const char *const others[] = { "/a/", "a",   "/A",      "/a/1/", "/a/1/b",   "/a/1/b/2/", "/a/1/b/2/3", "/",
                                          "",    "//a", "/a//b/2", "/b",    "/a/1/c/2", "/a?x",      "/a;x" };
    struct gn_request request;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const struct gn_match match = find(GN_GET, others[i], &request);
        assert_null(match.route);
        assert_false(match.path_known);
    }
}

static void another_method_is_told_what_is_allowed(void **state)
{
    (void)state;
    struct gn_request request;
    const struct gn_match match = find(GN_DELETE, "/a", &request);
    assert_null(match.route);
    assert_true(match.path_known);
    assert_string_equal(match.allow, "GET, HEAD, POST");
    assert_string_equal(find(GN_METHOD_OTHER, "/a/1/b/2", &request).allow, "DELETE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_finds_its_row_and_its_parts),
        cmocka_unit_test(head_finds_what_get_finds),
        cmocka_unit_test(there_is_one_way_to_write_a_path),
        cmocka_unit_test(another_method_is_told_what_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
