/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/api_fake.h"
#include "cli/chain.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"

#define F  "{\"id\":\"f-1-1\",\"alarm\":\"a-1\",\"why\":\"far above\"}"
#define A  "{\"id\":\"a-1\",\"state\":\"open\",\"why\":\"two series\"}"
#define D1 "{\"id\":\"d-1-1\",\"finding\":\"f-1-1\",\"alarm\":\"a-1\",\"action_id\":\"x-1\"}"
#define D2 "{\"id\":\"d-2-1\",\"finding\":\"f-2-1\",\"alarm\":\"a-2\",\"action_id\":null}"
#define D3 "{\"id\":\"d-3-1\",\"finding\":null,\"alarm\":\"a-1\",\"action_id\":null}"
#define X  "{\"id\":\"x-1\",\"decision\":\"d-1-1\",\"state\":\"done\"}"
#define R  "{\"id\":\"r-1\",\"decision\":\"d-1-1\",\"result\":\"done\"}"

static const struct api_fake_row rows[] = {
    { "GET /api/v1/findings/f-1-1", 200, NULL, F },
    { "GET /api/v1/alarms/a-1", 200, NULL, A },
    { "GET /api/v1/decisions/d-1-1", 200, NULL, D1 },
    { "GET /api/v1/decisions/d-2-1", 200, NULL, D2 }, /* its finding and alarm are gone */
    { "GET /api/v1/actions/x-1", 200, NULL, X },
    { "GET /api/v1/receipts/r-1", 200, NULL, R },
    { "GET /api/v1/decisions", 200, NULL, "{\"decisions\":[" D3 "," D2 "," D1 "]}" },
    { "GET /api/v1/actions", 200, NULL, "{\"actions\":[" X "]}" },
    { "GET /api/v1/receipts", 200, NULL, "{\"receipts\":[" R "]}" },
    { NULL, 0, NULL, NULL },
};

/* Prints the chain as "finding alarm [decision action receipt]...", each as its id. */
static int demo_run(struct gn_cli *cli)
{
    struct gn_chain chain;
    const int code = gn_chain_find(cli, cli->words[0], &chain);
    if (code == GN_EXIT_OK) {
        (void)fprintf(cli->out, "%.5s|%.5s", chain.finding.size > 0 ? chain.finding.at + 7 : "-",
                      chain.alarm.size > 0 ? chain.alarm.at + 7 : "-");
        for (size_t i = 0; i < chain.decision_count; i++)
            (void)fprintf(cli->out, "|%.5s%s%s", chain.decisions[i].at + 7, chain.actions[i].size > 0 ? "+x" : "",
                          chain.receipts[i].size > 0 ? "+r" : "");
    }
    gn_chain_give(&chain);
    gn_chain_give(NULL);
    return code;
}

static const struct gn_command demo = {
    .name = "demo", .words = "ID", .options = { GN_OPTION_DATA }, .words_min = 1, .words_max = 1, .run = demo_run
};

static struct cli_fake ran;

static void every_id_leads_to_the_same_chain(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *chain;
    } cases[] = {
        { "d-1-1 --data @", "f-1-1|a-1\",|d-1-1+x+r" }, { "x-1 --data @", "f-1-1|a-1\",|d-1-1+x+r" },
        { "r-1 --data @", "f-1-1|a-1\",|d-1-1+x+r" },   { "f-1-1 --data @", "f-1-1|a-1\",|d-3-1|d-1-1+x+r" },
        { "a-1 --data @", "-|a-1\",|d-3-1|d-1-1+x+r" }, { "d-2-1 --data @", "-|-|d-2-1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct api_fake fake;
        api_fake_start(&fake, rows);
        cli_fake_run(&ran, &demo, cases[i].line, fake.dir);
        assert_int_equal(ran.code, GN_EXIT_OK);
        assert_string_equal(ran.out, cases[i].chain);
        api_fake_stop(&fake);
    }
}

static void an_id_that_is_none_is_refused_and_an_unknown_one_is_not_found(void **state)
{
    (void)state;
    struct api_fake fake;
    api_fake_start(&fake, rows);
    static const char *const wrong[] = { "press-7 --data @", "f --data @", "-- --data", "z-1 --data @" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cli_fake_run(&ran, &demo, wrong[i], fake.dir);
        assert_int_equal(ran.code, GN_EXIT_USAGE);
    }
    assert_string_equal(api_fake_asked(&fake), "");
    cli_fake_run(&ran, &demo, "a-7 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    api_fake_stop(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_id_leads_to_the_same_chain),
        cmocka_unit_test(an_id_that_is_none_is_refused_and_an_unknown_one_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
