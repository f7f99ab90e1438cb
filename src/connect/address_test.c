/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <uv.h>

#include "connect/address.h"

static struct sockaddr_storage address;
static struct gn_diag diag;

static void shown_as(const char *text, const char *expected)
{
    char shown[300];
    struct gn_buf out = gn_buf_over(shown, sizeof shown - 1);
    assert_int_equal(gn_address_parse(text, &address, &diag), GN_OK);
    gn_address_put(&out, &address);
    shown[out.size] = '\0';
    assert_string_equal(shown, expected);
}

static void both_families_are_read_and_written(void **state)
{
    (void)state;
    shown_as("127.0.0.1:1883", "127.0.0.1:1883");
    shown_as("0.0.0.0:0", "0.0.0.0:0");
    shown_as("10.1.2.3:65535", "10.1.2.3:65535");
    shown_as("[::1]:1883", "[::1]:1883");
    shown_as("[::]:1", "[::]:1");
    shown_as("[2001:db8::7]:8883", "[2001:db8::7]:8883");
}

static void what_is_no_address_is_said_so(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        { "", "'' is no address; give HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883" },
        { "1883", "'1883' is no address; give HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883" },
        { ":1883", "':1883' is no address; give HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883" },
        { "127.0.0.1:", "'127.0.0.1:' is no address; give HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883" },
        { "::1:1883", "'::1:1883' is no address; give HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883" },
        { "127.0.0.1:65536",
          "'127.0.0.1:65536' has no port between 0 and 65535; give HOST:PORT, such as 127.0.0.1:1883 "
          "or [::1]:1883" },
        { "127.0.0.1:-1", "'127.0.0.1:-1' has no port between 0 and 65535; give HOST:PORT, such as 127.0.0.1:1883 or "
                          "[::1]:1883" },
        { "127.0.0.1:mqtt",
          "'127.0.0.1:mqtt' has no port between 0 and 65535; give HOST:PORT, such as 127.0.0.1:1883 or "
          "[::1]:1883" },
        { "no such host:1", "'no such host:1' names a host that is not known here; give HOST:PORT, such as "
                            "127.0.0.1:1883 or [::1]:1883" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(gn_address_parse(rows[i].text, &address, &diag), GN_ERR_INVAL);
        assert_string_equal(diag.text, rows[i].words);
    }
}

static void each_fault_says_what_to_do(void **state)
{
    (void)state;
    assert_int_equal(gn_address_fault(UV_EACCES, "--mqtt", "0.0.0.0:80", &diag), GN_ERR_DENIED);
    assert_string_equal(diag.text,
                        "0.0.0.0:80 is not allowed to this user; choose a port above 1023 with --mqtt HOST:PORT");
    assert_int_equal(gn_address_fault(UV_EADDRINUSE, "--mqtt", "127.0.0.1:1883", &diag), GN_ERR_BUSY);
    assert_string_equal(
        diag.text,
        "127.0.0.1:1883 is in use by another program; choose another with --mqtt HOST:PORT, or port 0 for any");
    assert_int_equal(gn_address_fault(UV_EADDRNOTAVAIL, "--mqtt", "192.0.2.1:1", &diag), GN_ERR_INVAL);
    assert_int_equal(gn_address_fault(UV_EMFILE, "--mqtt", "127.0.0.1:1", &diag), GN_ERR_IO);
    assert_string_equal(diag.text, "127.0.0.1:1 cannot be listened on: too many open files");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_families_are_read_and_written),
        cmocka_unit_test(what_is_no_address_is_said_so),
        cmocka_unit_test(each_fault_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
