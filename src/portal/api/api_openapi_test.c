/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_read.h"
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

static void every_route_is_described(void **state)
{
    (void)state;
    static const char *const methods[] = { "get", "", "post", "put", "delete" };
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/openapi.json", AS_VIEWER, ""), 200);
    for (size_t r = 0; gn_resources[r] != NULL; r++)
        for (size_t i = 0; i < gn_resources[r]->route_count; i++) {
            const struct gn_route *route = &gn_resources[r]->routes[i];
            char path[128];
            char operation[256];
            (void)snprintf(path, sizeof path, "\"%s\":{", route->path);
            (void)snprintf(operation, sizeof operation, "\"%s\":{\"summary\":", methods[route->method]);
            const char *at = strstr(fixture_body(&f), path);
            assert_non_null(at);
            assert_non_null(strstr(at, operation));
            assert_null(strstr(at + 1, path)); /* each path once */
        }
}

/* The text is JSON, and every $ref leads to a schema. */
static void the_document_is_whole(void **state)
{
    (void)state;
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/openapi.json", AS_VIEWER, ""), 200);
    struct gn_json json;
    gn_json_init(&json, gn_str_of(fixture_body(&f)));
    assert_true(gn_json_skip(&json, gn_json_next(&json)));
    assert_int_equal(gn_json_next(&json).kind, GN_JSON_END);
    const char *body = fixture_body(&f);
    const char *schemas = strstr(body, "\"schemas\":{");
    assert_non_null(schemas);
    size_t count = 0;
    for (const char *at = body; (at = strstr(at, "#/components/schemas/")) != NULL; count++) {
        char key[96];
        at += strlen("#/components/schemas/");
        (void)snprintf(key, sizeof key, "\"%.*s\":", (int)strcspn(at, "\""), at);
        assert_non_null(strstr(schemas, key));
    }
    assert_in_range(count, 40, 400);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_route_is_described),
        CASE(the_document_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
