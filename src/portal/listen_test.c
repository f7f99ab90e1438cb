/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/listen.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void addresses_are_taken_apart(void **state)
{
    (void)state;
    struct gn_listen door;
    assert_int_equal(gn_listen_parse(GN_STR("127.0.0.1:8080"), &door, NULL), GN_OK);
    assert_string_equal(door.host, "127.0.0.1");
    assert_string_equal(door.address, "127.0.0.1");
    assert_int_equal(door.port, 8080);
    assert_false(door.is_six);
    assert_int_equal(gn_listen_parse(GN_STR("[::1]:0"), &door, NULL), GN_OK);
    assert_string_equal(door.host, "::1");
    assert_true(door.is_six);
    assert_int_equal(gn_listen_parse(GN_STR("localhost:65535"), &door, NULL), GN_OK);
    assert_string_equal(door.host, "localhost");
    assert_true(strcmp(door.address, "127.0.0.1") == 0 || strcmp(door.address, "::1") == 0);
    assert_int_equal(gn_listen_parse(GN_STR("0.0.0.0:1"), &door, NULL), GN_OK);
}

static void anything_else_is_refused_with_an_example(void **state)
{
    (void)state;
    static const char *const bad[] = { "",           "8080",        ":8080",          "127.0.0.1",  "127.0.0.1:",
                                       "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80a", "::1:8080", "[::1]",
                                       "[]:80",      "127.0.0.1:8 0" };
    struct gn_listen door;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gn_diag diag = { 0 };
        assert_int_equal(gn_listen_parse(gn_str_of(bad[i]), &door, &diag), GN_ERR_INVAL);
        assert_non_null(strstr(diag.text, "--portal"));
    }
}

static void a_port_in_use_is_named(void **state)
{
    (void)state;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const void *)&address, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (void *)&address, &size), 0);
    char text[64];
    char words[64];
    struct gn_listen door;
    struct gn_diag diag = { 0 };
    (void)snprintf(text, sizeof text, "127.0.0.1:%u", ntohs(address.sin_port));
    (void)snprintf(words, sizeof words, "port %u of 127.0.0.1 is in use", ntohs(address.sin_port));
    assert_int_equal(gn_listen_parse(gn_str_of(text), &door, &diag), GN_OK);
    assert_int_equal(gn_listen_try(&door, &diag), GN_ERR_BUSY);
    assert_non_null(strstr(diag.text, words));
    (void)close(fd);
    assert_int_equal(gn_listen_try(&door, &diag), GN_OK);
}

static void an_address_of_another_machine_is_refused(void **state)
{
    (void)state;
    struct gn_listen door;
    struct gn_diag diag = { 0 };
    assert_int_equal(gn_listen_parse(GN_STR("192.0.2.1:0"), &door, NULL), GN_OK);
    assert_int_equal(gn_listen_try(&door, &diag), GN_ERR_IO);
    assert_non_null(strstr(diag.text, "192.0.2.1"));
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
        cmocka_unit_test(a_port_in_use_is_named),
        cmocka_unit_test(an_address_of_another_machine_is_refused),
        cmocka_unit_test(a_socket_path_has_a_longest_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
