/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/host_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void addresses_localhost_and_the_bound_name_are_us(void **state)
{
    (void)state;
    static const char *const ours[] = { "127.0.0.1",    "127.0.0.1:8080", "192.168.1.5:1",   "[::1]",
                                        "[::1]:8080",   "localhost",      "LOCALHOST:65535", "node.example:8080",
                                        "Node.Example", "[fe80::1]:8" };
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        assert_true(gn_host_allowed(gn_str_of(ours[i]), GN_STR("node.example")));
}

static void every_other_name_is_not(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "node.example.",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:80:80",
        "::1",
        "[::1",
        "[::1]x",
        "[::1]:",
        "[127.0.0.1",
        "127.1",
        "0x7f.0.0.1",
        "2130706433",
        "localhost.",
        "a@127.0.0.1",
        "127.0.0.1, evil",
        "127.0.0.1,  b",
        "xnode.example",
        " 127.0.0.1",
        "127.0.0.1 ",
        "localhost:80a",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(gn_host_allowed(gn_str_of(others[i]), GN_STR("node.example")));
    assert_false(gn_host_allowed(GN_STR("node.example"), GN_STR("")));
    assert_false(gn_host_allowed((gn_str){ "127.0.0.1\0", 10 }, GN_STR("")));
}

static void an_origin_is_ours_when_it_is_the_host(void **state)
{
    (void)state;
    const gn_str host = GN_STR("127.0.0.1:8080");
    assert_true(gn_origin_allowed(GN_STR(""), host));
    assert_true(gn_origin_allowed(GN_STR("http://127.0.0.1:8080"), host));
    assert_true(gn_origin_allowed(GN_STR("https://127.0.0.1:8080"), host));
    assert_true(gn_origin_allowed(GN_STR("HTTP://LocalHost"), GN_STR("localhost")));
    static const char *const foreign[] = { "null",
                                           "http://127.0.0.1",
                                           "http://127.0.0.1:8081",
                                           "http://evil",
                                           "?",
                                           "127.0.0.1:8080",
                                           "http://",
                                           "file://",
                                           "ftp://127.0.0.1:8080",
                                           "http://127.0.0.1:8080.evil",
                                           "http://evil/http://127.0.0.1:8080" };
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        assert_false(gn_origin_allowed(gn_str_of(foreign[i]), host));
}

static void a_browser_that_names_another_site_is_believed(void **state)
{
    (void)state;
    assert_true(gn_site_allowed(GN_STR("")));
    assert_true(gn_site_allowed(GN_STR("same-origin")));
    assert_true(gn_site_allowed(GN_STR("none")));
    assert_false(gn_site_allowed(GN_STR("cross-site")));
    assert_false(gn_site_allowed(GN_STR("same-site"))); /* another port of this machine */
    assert_false(gn_site_allowed(GN_STR("whatever")));
}

static void every_name_of_the_node_is_its_host(void **state)
{
    (void)state;
    const gn_str bound = GN_STR("0.0.0.0,node.local, other.example");
    assert_true(gn_host_allowed(GN_STR("node.local:8443"), bound));
    assert_true(gn_host_allowed(GN_STR("OTHER.example"), bound));
    assert_false(gn_host_allowed(GN_STR("node"), bound));
    assert_false(gn_host_allowed(GN_STR("node.local,other"), bound));
    assert_false(gn_host_allowed(GN_STR(""), GN_STR(",,")));
}

static void a_rule_is_kept_for_names_only(void **state)
{
    (void)state;
    assert_true(gn_host_is_name(GN_STR("node.local:8443")));
    assert_false(gn_host_is_name(GN_STR("192.0.2.1:8443")));
    assert_false(gn_host_is_name(GN_STR("[::1]:8443")));
    assert_false(gn_host_is_name(GN_STR("LOCALHOST")));
    assert_false(gn_host_is_name(GN_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_of_the_node_is_its_host),
        cmocka_unit_test(a_rule_is_kept_for_names_only),
        cmocka_unit_test(addresses_localhost_and_the_bound_name_are_us),
        cmocka_unit_test(every_other_name_is_not),
        cmocka_unit_test(an_origin_is_ours_when_it_is_the_host),
        cmocka_unit_test(a_browser_that_names_another_site_is_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
