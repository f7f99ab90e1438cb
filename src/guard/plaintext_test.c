/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard/plaintext.h"

static void only_loopback_is_local(void **state)
{
    static const struct {
        const char *address;
        bool local;
    } rows[] = {
        { "127.0.0.1:1883", true },
        { "127.255.255.254:0", true },
        { "[::1]:1883", true },
        { "[::ffff:127.0.0.1]:1883", true },
        { "off", true },
        { "0.0.0.0:1883", false },
        { "[::]:1883", false },
        { "128.0.0.1:1883", false },
        { "126.255.255.255:1883", false },
        { "10.0.0.7:1883", false },
        { "192.168.1.1:1883", false },
        { "[::2]:1883", false },
        { "[fe80::1]:1883", false },
        { "[::ffff:10.0.0.1]:1883", false },
        { "", false },
        { "127.0.0.1", false }, /* no port: nobody could listen there either */
        { ":1883", false },
        { "offf", false },
        { "no such host:1883", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (gn_plaintext_is_local(rows[i].address) != rows[i].local)
            fail_msg("'%s' is%s local", rows[i].address, rows[i].local ? " not" : "");
}

static void a_host_of_any_length_is_no_overflow(void **state)
{
    char address[600];
    (void)state;
    memset(address, 'a', sizeof address);
    memcpy(address + sizeof address - 6, ":1883", 6);
    assert_false(gn_plaintext_is_local(address));
}

static void the_network_needs_the_word_and_is_told_what_to_do(void **state)
{
    struct gn_diag diag = { 0 };
    (void)state;
    assert_int_equal(gn_plaintext_check("--mqtt", "--mqtts", "127.0.0.1:1883", false, &diag), GN_OK);
    assert_int_equal(gn_plaintext_check("--mqtt", "--mqtts", "0.0.0.0:1883", true, &diag), GN_OK);
    assert_string_equal(diag.text, "");
    assert_int_equal(gn_plaintext_check("--mqtt", "--mqtts", "0.0.0.0:1883", false, &diag), GN_ERR_DENIED);
    assert_string_equal(diag.text,
                        "--mqtt 0.0.0.0:1883 would send secrets and readings over the network in clear text: "
                        "use --mqtts HOST:PORT (TLS) there and keep --mqtt on 127.0.0.1, or accept it with "
                        "--allow-plaintext");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_loopback_is_local),
        cmocka_unit_test(a_host_of_any_length_is_no_overflow),
        cmocka_unit_test(the_network_needs_the_word_and_is_told_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
