/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/api_fake.h"
#include "cli/cli_fake.h"
#include "cli/listing.h"
#include "cli/node_fake.h"

static void demo_row(struct gn_table *table, gn_str object)
{
    gn_listing_text(table, object, "id");
    gn_listing_time(table, object, "time");
    gn_listing_state(table, object, "state");
    gn_listing_number(table, object, "value");
}

static const struct gn_listing listing = {
    .kind = "alarm",
    .plural = "alarms",
    .headings = { "ID", "TIME", "STATE", "VALUE", NULL },
    .states = { "open", "cleared", NULL },
    .row = demo_row,
};

static int demo_run(struct gn_cli *cli)
{
    return gn_listing_run(cli, &listing);
}

static const struct gn_command demo = {
    .name = "demo", .words = "", .options = { GN_LISTING_OPTIONS }, .run = demo_run
};

#define A2 "{\"id\":\"a-2\",\"time\":1795317840000,\"state\":\"open\",\"value\":12.34567}"
#define A1 "{\"id\":\"a-1\",\"time\":1795317839000,\"state\":\"cleared\",\"value\":null}"
#define A3 "{\"id\":\"a-3\",\"time\":1795317841000,\"state\":\"open\",\"value\":1}"

static const struct api_fake_row rows[] = {
    { "GET /api/v1/alarms", 200, NULL, "{\"alarms\":[" A2 "," A1 "]}" },
    { "GET /api/v1/live", 200, "text/event-stream",
      "event: status\ndata: {\"things_online\":1}\n\n"
      "event: output\ndata: {\"change\":1,\"kind\":\"alarm\",\"data\":" A2 "}\n\n" /* is in the list as well */
      "event: output\ndata: {\"change\":2,\"kind\":\"finding\",\"data\":{\"id\":\"f-1\",\"state\":\"open\"}}\n\n"
      "event: output\ndata: {\"change\":3,\"kind\":\"alarm\",\"data\":" A3 "}\n\n" },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void a_list_is_a_table_newest_first(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &demo, "--data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "ID   TIME                      STATE    VALUE\n"
                                 "a-2  2026-11-22T03:24:00.000Z  open     12.35\n"
                                 "a-1  2026-11-22T03:23:59.000Z  cleared  -\n");
    api_fake_stop(&fake);
}

static void json_is_one_object_a_line_as_the_node_wrote_it(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &demo, "--data @ --json", fake.dir);
    assert_string_equal(ran.out, A2 "\n" A1 "\n");
    api_fake_stop(&fake);
}

static void options_become_the_query(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &demo,
                 "--data @ --thing a/b --state open --from 1700000000000 --to 2026-11-22T03:24:00Z --limit 5",
                 fake.dir);
    assert_string_equal(api_fake_asked(&fake),
                        "GET /api/v1/alarms?thing=a%2Fb&state=open&from=1700000000000&to=1795317840000&limit=5 "
                        "HTTP/1.1\n");
    api_fake_stop(&fake);
}

static void following_shows_each_once_oldest_first_and_ends_with_the_node(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &demo, "--data @ --json --follow --thing t", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NO_NODE);
    assert_string_equal(ran.out, A1 "\n" A2 "\n" A3 "\n");
    assert_string_equal(api_fake_asked(&fake),
                        "GET /api/v1/live?kinds=alarm&things=t HTTP/1.1\nGET /api/v1/alarms?thing=t HTTP/1.1\n");
    assert_memory_equal(ran.err, "ganglion demo: the node ended the live stream\n", 46);
    api_fake_stop(&fake);
}

static void following_keeps_to_the_state_that_was_asked_for(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &demo, "--data @ --json --follow --state cleared", fake.dir);
    assert_null(strstr(ran.out, "a-3"));
    api_fake_stop(&fake);
}

static void a_wrong_option_asks_nobody(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &demo, "--data @ --limit 0", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    cli_fake_run(&ran, &demo, "--data @ --from soon", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    cli_fake_run(&ran, &demo, "--data @ --state opne", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(ran.err, "ganglion demo: --state 'opne': one of these is expected: open, cleared\n");
    assert_string_equal(api_fake_asked(&fake), "");
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_a_table_newest_first),
        cmocka_unit_test(json_is_one_object_a_line_as_the_node_wrote_it),
        cmocka_unit_test(options_become_the_query),
        cmocka_unit_test(following_shows_each_once_oldest_first_and_ends_with_the_node),
        cmocka_unit_test(following_keeps_to_the_state_that_was_asked_for),
        cmocka_unit_test(a_wrong_option_asks_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
