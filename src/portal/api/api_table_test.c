/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal_fixture.h"

static struct fixture f;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    fixture_set_up(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static void every_route_says_who_may_and_what_it_is_for(void **state)
{
    (void)state;
    for (size_t r = 0; gn_resources[r] != NULL; r++)
        for (size_t i = 0; i < gn_resources[r]->route_count; i++) {
            const struct gn_route *route = &gn_resources[r]->routes[i];
            assert_int_not_equal(route->access, GN_ACCESS_MISSING);
            assert_non_null(route->handle);
            assert_true(route->help != NULL && route->help[0] != '\0');
            assert_true(route->status >= 200 && route->status < 300);
            assert_true(route->path[0] == '/');
            assert_true(route->method != GN_HEAD && route->method != GN_METHOD_OTHER);
            /* Whoever changes something is somebody; only the doors themselves are open. */
            const bool is_door = strcmp(route->path, "/setup") == 0 || strcmp(route->path, "/api/v1/session") == 0;
            assert_true(route->access != GN_ACCESS_ANYONE || is_door);
            /* A question in SQL is too long for an address, and cannot change anything. */
            const bool is_question = strcmp(route->path, "/api/v1/sql") == 0;
            assert_true(route->access != GN_ACCESS_VIEWER || route->method == GN_GET || is_door || is_question);
        }
}

static void no_route_stands_twice(void **state)
{
    (void)state;
    for (size_t r = 0; gn_resources[r] != NULL; r++)
        for (size_t i = 0; i < gn_resources[r]->route_count; i++)
            for (size_t s = 0; gn_resources[s] != NULL; s++)
                for (size_t k = 0; k < gn_resources[s]->route_count; k++) {
                    const struct gn_route *a = &gn_resources[r]->routes[i];
                    const struct gn_route *b = &gn_resources[s]->routes[k];
                    assert_true(a == b || a->method != b->method || strcmp(a->path, b->path) != 0);
                }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_route_says_who_may_and_what_it_is_for),
        CASE(no_route_stands_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
