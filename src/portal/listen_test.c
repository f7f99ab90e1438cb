/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/listen.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void addresses_are_taken_apart(void **state)
{
    (void)state;
    struct gn_listen door;
    assert_int_equal(gn_listen_parse("--portal", GN_STR("127.0.0.1:8080"), &door, NULL), GN_OK);
    assert_string_equal(door.host, "127.0.0.1");
    assert_string_equal(door.address, "127.0.0.1");
    assert_int_equal(door.port, 8080);
    assert_false(door.is_six);
    assert_int_equal(gn_listen_parse("--portal", GN_STR("[::1]:0"), &door, NULL), GN_OK);
    assert_string_equal(door.host, "::1");
    assert_true(door.is_six);
    assert_int_equal(gn_listen_parse("--portal", GN_STR("localhost:65535"), &door, NULL), GN_OK);
    assert_string_equal(door.host, "localhost");
    assert_true(strcmp(door.address, "127.0.0.1") == 0 || strcmp(door.address, "::1") == 0);
    assert_int_equal(gn_listen_parse("--portal", GN_STR("0.0.0.0:1"), &door, NULL), GN_OK);
}

static void anything_else_is_refused_with_an_example(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         "8080",  ":8080", "127.0.0.1",    "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80a",
        "::1:8080", "[::1]", "[]:80", "127.0.0.1:8 0"
    };
    struct gn_listen door;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gn_diag diag = { 0 };
        assert_int_equal(gn_listen_parse("--portal", gn_str_of(bad[i]), &door, &diag), GN_ERR_INVAL);
        assert_non_null(strstr(diag.text, "--portal"));
    }
}

static void a_refusal_names_the_port_and_what_to_do(void **state)
{
    (void)state;
    struct gn_listen door;
    struct gn_diag diag = { 0 };
    assert_int_equal(gn_listen_parse("--portal", GN_STR("127.0.0.1:80"), &door, &diag), GN_OK);
    assert_int_equal(gn_listen_refused(&door, EADDRINUSE, &diag), GN_ERR_BUSY);
    assert_non_null(strstr(diag.text, "port 80 of 127.0.0.1 is in use"));
    assert_int_equal(gn_listen_refused(&door, EACCES, &diag), GN_ERR_DENIED);
    assert_non_null(strstr(diag.text, "above 1023"));
    assert_int_equal(gn_listen_refused(&door, EADDRNOTAVAIL, &diag), GN_ERR_IO);
    assert_non_null(strstr(diag.text, "127.0.0.1:80 cannot be listened on"));
}

static void a_socket_path_has_a_longest_length(void **state)
{
    (void)state;
    char path[109];
    struct gn_diag diag = { 0 };
    memset(path, 'a', sizeof path);
    path[107] = '\0';
    assert_int_equal(gn_listen_try_socket(path, &diag), GN_OK);
    path[107] = 'a';
    path[108] = '\0';
    assert_int_equal(gn_listen_try_socket(path, &diag), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "108 bytes, 107 at most"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_taken_apart),
        cmocka_unit_test(anything_else_is_refused_with_an_example),
        cmocka_unit_test(a_refusal_names_the_port_and_what_to_do),
        cmocka_unit_test(a_socket_path_has_a_longest_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
