/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/static_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>

static unsigned char packed[512];
static struct gn_asset files[] = {
    { "/assets/app-1.js", "text/javascript; charset=utf-8", true, packed, 0 },
    { "/icon.png", "image/png", false, (const unsigned char *)"PNG", 3 },
    { "/index.html", "text/html; charset=utf-8", false, (const unsigned char *)"<html>", 6 },
};
static struct gn_response response;

static int begin(void **state)
{
    (void)state;
    z_stream stream = { .next_in = (unsigned char *)(uintptr_t) "let x = 1;",
                        .avail_in = 10,
                        .next_out = packed,
                        .avail_out = sizeof packed };
    if (deflateInit2(&stream, 9, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
        deflate(&stream, Z_FINISH) != Z_STREAM_END)
        return -1;
    files[0].size = stream.total_out;
    (void)deflateEnd(&stream);
    gn_response_init(&response);
    return 0;
}

static int end(void **state)
{
    (void)state;
    gn_response_fini(&response);
    return 0;
}

static int get(const char *path, bool gzip)
{
    const struct gn_request request = { .path = gn_str_of(path), .accepts_gzip = gzip };
    gn_response_fini(&response);
    gn_response_init(&response);
    gn_static_answer_from(files, 3, &request, &response);
    gn_response_finish(&response);
    return response.status;
}

static bool body_is(const char *text)
{
    const gn_bytes body = gn_response_body(&response);
    return body.size == strlen(text) && memcmp(body.at, text, body.size) == 0;
}

static void packed_files_go_out_packed_to_who_takes_it(void **state)
{
    (void)state;
    assert_int_equal(get("/assets/app-1.js", true), 200);
    assert_true(response.gzip);
    assert_int_equal(gn_response_body(&response).size, files[0].size);
    assert_int_equal(response.caching, GN_CACHE_LONG);
    assert_int_equal(response.policy, GN_POLICY_APP);
}

static void others_get_them_inflated(void **state)
{
    (void)state;
    assert_int_equal(get("/assets/app-1.js", false), 200);
    assert_false(response.gzip);
    assert_true(body_is("let x = 1;"));
    assert_string_equal(response.type, "text/javascript; charset=utf-8");
}

static void places_of_the_pages_own_router_get_the_page(void **state)
{
    (void)state;
    static const char *const places[] = { "/", "/things", "/things/press-7", "/sign-in" };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        assert_int_equal(get(places[i], true), 200);
        assert_true(body_is("<html>"));
        assert_int_equal(response.caching, GN_CACHE_CHECK);
    }
}

static void a_file_that_is_not_there_is_not_the_page(void **state)
{
    (void)state;
    static const char *const files_not_there[] = { "/favicon.ico", "/assets/app-2.js", "/.env", "/a/b.map",
                                                   "/index.html.bak" };
    for (size_t i = 0; i < sizeof files_not_there / sizeof files_not_there[0]; i++)
        assert_int_equal(get(files_not_there[i], true), 404);
    assert_int_equal(get("/icon.png", true), 200);
    assert_true(body_is("PNG"));
}

static void a_damaged_file_is_an_error_not_half_a_script(void **state)
{
    (void)state;
    packed[files[0].size / 2] ^= 0x55;
    assert_int_equal(get("/assets/app-1.js", false), 400);
}

static void the_binary_has_a_page(void **state)
{
    (void)state;
    const struct gn_request request = { .path = GN_STR("/"), .accepts_gzip = false };
    gn_static_answer(&request, &response);
    gn_response_finish(&response);
    assert_int_equal(response.status, 200);
    const gn_bytes body = gn_response_body(&response);
    assert_true(body.size > 15);
    assert_memory_equal(body.at, "<!doctype html>", 15);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(packed_files_go_out_packed_to_who_takes_it),   CASE(others_get_them_inflated),
        CASE(places_of_the_pages_own_router_get_the_page),  CASE(a_file_that_is_not_there_is_not_the_page),
        CASE(a_damaged_file_is_an_error_not_half_a_script), CASE(the_binary_has_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
