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

static const struct api_fake_row rows[] = {
    { "GET /api/v1/findings/f-1-1", 200, NULL,
      "{\"id\":\"f-1-1\",\"thing\":\"press-7\",\"property\":\"temperature\",\"unit\":\"C\",\"time\":1795317840000,"
      "\"value\":91.25,"
      "\"usual\":60,\"usual_low\":55,\"usual_high\":65,\"p_value\":0.0001,\"reference\":{\"from\":1795310000000,"
      "\"to\":1795317000000,\"count\":500},\"model\":{\"kind\":\"baseline\",\"version\":1,\"state\":"
      "\"00112233445566778899\"},"
      "\"why\":\"far above usual\"}" },
    { "GET /api/v1/alarms/a-1", 200, NULL,
      "{\"id\":\"a-1\",\"state\":\"open\",\"since\":1795317840000,\"why\":\"one series\",\"contributions\":["
      "{\"property\":\"temperature\",\"share\":0.75,\"value\":91.25,\"usual\":60}]}" },
    { "GET /api/v1/decisions/d-1-1", 200, NULL,
      "{\"id\":\"d-1-1\",\"state\":\"approved\",\"rule\":\"slow-down\",\"autonomy\":\"ask\",\"finding\":\"f-1-1\","
      "\"alarm\":\"a-1\","
      "\"time\":1795317841000,\"action\":{\"thing\":\"press-7\",\"name\":\"slow\",\"input\":{\"by\":1}},\"person\":"
      "\"ada\","
      "\"answered\":1795317850000,\"reason\":\"yes\",\"refusal\":null,\"why\":\"hot\"}" },
    { "GET /api/v1/actions", 200, NULL,
      "{\"actions\":[{\"id\":\"x-1\",\"decision\":\"d-1-1\",\"state\":\"done\",\"queued\":1795317850000,\"sent\":"
      "1795317850001,"
      "\"acknowledged\":null,\"ended\":1795317851000,\"message\":\"slowed\"}]}" },
    { "GET /api/v1/receipts", 200, NULL,
      "{\"receipts\":[{\"id\":\"r-1\",\"decision\":\"d-1-1\",\"result\":\"done\"}]}" },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;

static void the_story_is_told_in_words(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_why, "d-1-1 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(
        ran.out,
        "finding   f-1-1: far above usual\n"
        "          temperature of press-7 was 91.25 C at 2026-11-22T03:24:00.000Z; usual is 60, from 55 to 65\n"
        "          p-value 0.0001 against 500 readings from 2026-11-22T01:13:20.000Z to 2026-11-22T03:10:00.000Z\n"
        "          model baseline version 1, state 0011223344556677\n"
        "alarm     a-1, open since 2026-11-22T03:24:00.000Z: one series\n"
        "           75 %  temperature: 91.25, usual 60\n"
        "rule      slow-down (autonomy ask) fired at 2026-11-22T03:24:01.000Z: hot\n"
        "decision  d-1-1, approved: slow on press-7 with {\"by\":1}\n"
        "person    ada answered at 2026-11-22T03:24:10.000Z: yes\n"
        "action    x-1, done: slowed\n"
        "          queued       2026-11-22T03:24:10.000Z\n"
        "          sent         2026-11-22T03:24:10.001Z\n"
        "          ended        2026-11-22T03:24:11.000Z\n"
        "receipt   r-1: done\n");
    api_fake_stop(&fake);
}

static void json_gives_each_link_of_the_chain_a_line(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    cli_fake_run(&ran, &gn_command_why, "d-1-1 --json --data @", fake.dir);
    const char *at = ran.out;
    static const char *const kinds[] = { "finding", "alarm", "decision", "action", "receipt" };
    for (size_t i = 0; i < 5; i++) {
        char begin[64];
        (void)snprintf(begin, sizeof begin, "{\"kind\":\"%s\",\"data\":{", kinds[i]);
        assert_memory_equal(at, begin, strlen(begin));
        at = strchr(at, '\n') + 1;
    }
    assert_int_equal(at[0], '\0');
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_story_is_told_in_words),
        cmocka_unit_test(json_gives_each_link_of_the_chain_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
