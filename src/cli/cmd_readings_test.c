/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/api_fake.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"

#define ONE                                                                                                            \
    "{\"thing\":\"p\",\"property\":\"t\",\"kind\":\"number\",\"unit\":\"C\",\"count\":2,\"readings\":["                \
    "{\"time\":1795317840000,\"value\":61.5},{\"time\":1795317841000,\"value\":62}],"                                  \
    "\"buckets\":[{\"time\":1795317840000,\"count\":2,\"min\":1,\"max\":3,\"mean\":2,\"last\":3}]}"
static const struct api_fake_row rows[] = {
    { "GET /api/v1/things/p/properties/t", 200, NULL, ONE },
    { "GET /api/v1/things/p/properties", 200, NULL,
      "{\"thing\":\"p\",\"count\":3,\"readings\":[{\"property\":\"on\",\"time\":1795317840000,\"value\":true},"
      "{\"property\":\"s\",\"time\":1795317840000,\"value\":\"a\\\"b\"}]}" },
    { "GET /api/v1/live", 200, "text/event-stream",
      "event: readings\ndata: {\"thing\":\"p\",\"time\":1795317842000,\"values\":{\"t\":63.25,\"u\":1}}\n\n"
      "event: readings\ndata: {\"thing\":\"q\",\"time\":1795317842000,\"values\":{\"t\":7}}\n\n" },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void run_line(const char *line)
{
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_readings, line, fake.dir);
    api_fake_stop(&fake);
}

static void one_property_is_a_table_with_its_unit(void **state)
{
    (void)state;
    run_line("p t --data @");
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "TIME                      PROPERTY  VALUE\n"
                                 "2026-11-22T03:24:00.000Z  t         61.5 C\n"
                                 "2026-11-22T03:24:01.000Z  t         62 C\n");
}

static void json_lines_look_the_same_for_one_property_and_for_all(void **state)
{
    (void)state;
    run_line("p t --data @ --json");
    assert_string_equal(ran.out, "{\"property\":\"t\",\"time\":1795317840000,\"value\":61.5}\n"
                                 "{\"property\":\"t\",\"time\":1795317841000,\"value\":62}\n");
    run_line("p --data @ --json");
    assert_string_equal(ran.out, "{\"property\":\"on\",\"time\":1795317840000,\"value\":true}\n"
                                 "{\"property\":\"s\",\"time\":1795317840000,\"value\":\"a\\\"b\"}\n");
}

static void a_count_is_a_number_or_an_object(void **state)
{
    (void)state;
    run_line("p --count --data @");
    assert_string_equal(ran.out, "3\n");
    run_line("p t --count --data @ --json");
    assert_string_equal(ran.out, "{\"count\":2}\n");
}

static void a_step_gives_buckets(void **state)
{
    (void)state;
    run_line("p t --step 1m --data @ --json");
    assert_string_equal(ran.out, "{\"time\":1795317840000,\"count\":2,\"min\":1,\"max\":3,\"mean\":2,\"last\":3}\n");
    run_line("p t --step 1m --data @");
    assert_non_null(strstr(ran.out, "2026-11-22T03:24:00.000Z  2      1    3    2     3\n"));
}

static void following_prints_what_arrives_of_this_thing(void **state)
{
    (void)state;
    run_line("p t --follow --data @ --json");
    assert_int_equal(ran.code, GN_EXIT_NO_NODE);
    assert_string_equal(ran.out, "{\"property\":\"t\",\"time\":1795317842000,\"value\":63.25}\n");
    run_line("p --follow --data @");
    assert_string_equal(ran.out, "2026-11-22T03:24:02.000Z  t  63.25\n2026-11-22T03:24:02.000Z  u  1\n");
}

static void options_become_the_query(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_readings, "p a/b --from 1700000000000 --to 1700000000001 --limit 9 --count --data @",
                 fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    assert_string_equal(api_fake_asked(&fake),
                        "GET /api/v1/things/p/properties/a%2Fb?from=1700000000000&to=1700000000001"
                        "&limit=9&count=1 HTTP/1.1\n");
    api_fake_stop(&fake);
}

static void options_that_contradict_are_refused(void **state)
{
    (void)state;
    run_line("p --step 1m --data @");
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    run_line("p t --step 1m --count --data @");
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    run_line("p t --limit 100001 --data @");
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_string_equal(ran.err, "ganglion readings: --limit '100001': a whole number from 1 to 100000 is expected\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_property_is_a_table_with_its_unit),
        cmocka_unit_test(json_lines_look_the_same_for_one_property_and_for_all),
        cmocka_unit_test(a_count_is_a_number_or_an_object),
        cmocka_unit_test(a_step_gives_buckets),
        cmocka_unit_test(following_prints_what_arrives_of_this_thing),
        cmocka_unit_test(options_become_the_query),
        cmocka_unit_test(options_that_contradict_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
