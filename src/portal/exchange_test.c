/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/exchange.h"

#include "portal/portal_fixture.h"

static struct gn_exchange *exchange;

static int begin(void **state)
{
    (void)state;
    exchange = gn_exchange_new();
    return exchange != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    gn_exchange_free(exchange);
    gn_exchange_free(NULL);
    return 0;
}

static void texts_are_kept_until_there_is_no_room(void **state)
{
    (void)state;
    static char text[GN_EXCHANGE_TEXT_BYTES];
    gn_str kept;
    memset(text, 'x', sizeof text);
    assert_true(gn_exchange_keep(exchange, (gn_str){ text, sizeof text - 1 }, &kept));
    assert_int_equal(kept.size, sizeof text - 1);
    assert_ptr_not_equal(kept.at, text);
    assert_true(gn_exchange_keep(exchange, (gn_str){ text, 1 }, &kept));
    assert_false(gn_exchange_keep(exchange, (gn_str){ text, 1 }, &kept));
    assert_true(gn_exchange_keep(exchange, (gn_str){ NULL, 0 }, &kept));
}

static void a_path_has_a_form_and_a_length(void **state)
{
    (void)state;
    static char path[GN_REQUEST_PATH_BYTES_MAX + 2] = "/";
    memset(path + 1, 'a', sizeof path - 2);
    assert_true(gn_exchange_keep_path(exchange, (gn_str){ path, GN_REQUEST_PATH_BYTES_MAX }));
    assert_false(gn_exchange_keep_path(exchange, (gn_str){ path, GN_REQUEST_PATH_BYTES_MAX + 1 }));
    const gn_str bad[] = { GN_STR(""),      GN_STR("a"),     GN_STR("/a\nb"), GN_STR("/\xff"),
                           GN_STR("/a\\b"), GN_STR("/\x7f"), { "/a\0b", 4 },  GN_STR("http://x/") };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gn_exchange_keep_path(exchange, bad[i]));
    assert_true(gn_exchange_keep_path(exchange, GN_STR("/api/v1/things/caf\xc3\xa9")));
}

static void query_items_are_names_and_values(void **state)
{
    (void)state;
    assert_true(gn_exchange_keep_query(exchange, GN_STR("a=1=2")));
    assert_true(gn_exchange_keep_query(exchange, GN_STR("b")));
    assert_true(gn_exchange_keep_query(exchange, GN_STR("")));
    assert_int_equal(exchange->request.query_count, 2);
    assert_true(gn_str_equal(exchange->request.query[0].value, GN_STR("1=2")));
    assert_int_equal(exchange->request.query[1].value.size, 0);
    assert_false(gn_exchange_keep_query(exchange, (gn_str){ "a=\0", 3 }));
    assert_false(gn_exchange_keep_query(exchange, GN_STR("a=\xff")));
    for (size_t i = 2; i < GN_QUERY_ITEMS_MAX; i++)
        assert_true(gn_exchange_keep_query(exchange, GN_STR("c=3")));
    assert_false(gn_exchange_keep_query(exchange, GN_STR("c=3")));
}

static void a_body_comes_in_parts_up_to_its_announced_size(void **state)
{
    (void)state;
    assert_true(gn_exchange_expect(exchange, 5));
    gn_exchange_body_add(exchange, (gn_bytes){ (const uint8_t *)"ab", 2 });
    gn_exchange_body_add(exchange, (gn_bytes){ NULL, 0 });
    gn_exchange_body_add(exchange, (gn_bytes){ (const uint8_t *)"cdefgh", 6 });
    assert_true(gn_str_equal(exchange->request.body, GN_STR("abcde")));
}

static void a_body_beyond_the_limit_is_not_taken(void **state)
{
    (void)state;
    assert_false(gn_exchange_expect(exchange, GN_HTTP_BODY_BYTES_MAX + 1));
    gn_exchange_body_add(exchange, (gn_bytes){ (const uint8_t *)"ab", 2 });
    assert_int_equal(exchange->request.body.size, 0);
    assert_true(gn_exchange_expect(exchange, GN_HTTP_BODY_BYTES_MAX));
}

static void without_memory_nothing_is_begun(void **state)
{
    (void)state;
    gn_mem_fail_after(1);
    assert_null(gn_exchange_new());
    gn_mem_fail_after(1);
    assert_false(gn_exchange_expect(exchange, 10));
    gn_mem_fail_after(0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(texts_are_kept_until_there_is_no_room), CASE(a_path_has_a_form_and_a_length),
        CASE(query_items_are_names_and_values),      CASE(a_body_comes_in_parts_up_to_its_announced_size),
        CASE(a_body_beyond_the_limit_is_not_taken),  CASE(without_memory_nothing_is_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
