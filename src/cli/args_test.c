/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "cli/args.h"

static const struct gn_command row = {
    .name = "demo",
    .words = "THING [PROPERTY]",
    .options = { { "--limit", "N", "at most so many" },
                 { "--follow", NULL, "go on" },
                 { "--from", "TIME", "not before" },
                 { "--every", "D", "how often" },
                 { "--hz", "N", "rate" },
                 { "--json", NULL, "JSON" } },
    .words_min = 1,
    .words_max = 2,
};

static struct gn_clock_sim sim = { .wall_ms = 1800000000000 };
static char said[4096];

/* Parses a line and keeps what was said. */
static bool parse(struct gn_cli *cli, const char *line)
{
    static char words[512];
    static char *argv[16];
    int argc = 0;
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *at = words, *word; (word = strsep(&at, " ")) != NULL && argc < 16;)
        if (word[0] != '\0')
            argv[argc++] = word;
    FILE *err = tmpfile();
    *cli = (struct gn_cli){ .command = &row, .out = stdout, .err = err, .clock = gn_clock_simulated(&sim) };
    const bool taken = gn_args_parse(cli, argc, argv);
    rewind(err);
    said[fread(said, 1, sizeof said - 1, err)] = '\0';
    (void)fclose(err);
    cli->err = stderr;
    return taken;
}

static void words_and_options_are_told_apart(void **state)
{
    (void)state;
    struct gn_cli cli;
    assert_true(parse(&cli, "--limit 5 press --follow --from=10m temperature --json"));
    assert_int_equal(cli.word_count, 2);
    assert_string_equal(cli.words[0], "press");
    assert_string_equal(cli.words[1], "temperature");
    assert_string_equal(gn_cli_value(&cli, "--limit"), "5");
    assert_string_equal(gn_cli_value(&cli, "--from"), "10m");
    assert_true(gn_cli_has(&cli, "--follow") && cli.json);
    assert_null(gn_cli_value(&cli, "--every"));
    assert_true(parse(&cli, "-- --follow"));
    assert_string_equal(cli.words[0], "--follow");
    assert_false(gn_cli_has(&cli, "--follow"));
    assert_true(parse(&cli, "-"));
    assert_true(parse(&cli, "--from= x"));
    assert_string_equal(gn_cli_value(&cli, "--from"), "");
}

static void help_needs_no_words(void **state)
{
    (void)state;
    struct gn_cli cli;
    assert_true(parse(&cli, "--help") && cli.asks_help);
    assert_true(parse(&cli, "x -h") && cli.asks_help);
}

static void what_is_wrong_is_said_with_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *said;
    } rows[] = {
        { "x --limmit 5", "ganglion demo: unknown option --limmit\n  Did you mean --limit?\n" },
        { "x --elephant", "ganglion demo: unknown option --elephant\n  See: ganglion demo --help\n" },
        { "x -l", "ganglion demo: unknown option -l\n" },
        { "x --limit", "ganglion demo: --limit needs a value: --limit N (at most so many)\n" },
        { "x --limit --follow", "ganglion demo: --limit needs a value" },
        { "x --follow=yes", "ganglion demo: --follow takes no value\n" },
        { "x --limit 1 --limit 2", "ganglion demo: --limit is given twice\n" },
        { "", "ganglion demo: THING is missing\n  Usage: ganglion demo THING [PROPERTY] [OPTIONS]\n" },
        { "a b c", "ganglion demo: 'c' is one word too many\n  Usage: ganglion demo THING [PROPERTY] [OPTIONS]\n" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_cli cli;
        assert_false(parse(&cli, rows[i].line));
        assert_memory_equal(said, rows[i].said, strlen(rows[i].said));
    }
}

/* Reads one option of a line with a typed reader, silently. */
static bool read_u64(const char *line, uint64_t *out)
{
    struct gn_cli cli;
    assert_true(parse(&cli, line));
    cli.err = tmpfile();
    const bool taken = gn_args_u64(&cli, "--limit", 1, 100, out);
    (void)fclose(cli.err);
    return taken;
}

static void whole_numbers_keep_their_range(void **state)
{
    (void)state;
    uint64_t value = 7;
    assert_true(read_u64("x", &value) && value == 7);
    assert_true(read_u64("x --limit 1", &value) && value == 1);
    assert_true(read_u64("x --limit 100", &value) && value == 100);
    static const char *const bad[] = { "x --limit 0",
                                       "x --limit 101",
                                       "x --limit 1.5",
                                       "x --limit -1",
                                       "x --limit 5k",
                                       "x --limit=",
                                       "x --limit 99999999999999999999" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(read_u64(bad[i], &value));
    assert_int_equal(value, 100);
}

static void numbers_keep_their_range_and_are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool taken;
    } rows[] = { { "x --hz 0.1", true },  { "x --hz 50", true },   { "x --hz 50.1", false },
                 { "x --hz nan", false }, { "x --hz inf", false }, { "x --hz -1", false } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_cli cli;
        double value = 5.0;
        assert_true(parse(&cli, rows[i].line));
        cli.err = tmpfile();
        assert_int_equal(gn_args_f64(&cli, "--hz", 0.1, 50.0, &value), rows[i].taken);
        (void)fclose(cli.err);
    }
}

static void times_are_instants_or_how_long_ago(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t time_ms; /* 0: refused */
    } rows[] = {
        { "1700000000000", 1700000000000 },
        { "2026-11-22T03:24:00Z", 1795317840000 },
        { "2026-11-22T04:24:00.5+01:00", 1795317840500 },
        { "10m", 1800000000000 - 600000 },
        { "250ms", 1800000000000 - 250 },
        { "yesterday", 0 },
        { "2026-13-01T00:00:00Z", 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_cli cli;
        char line[64];
        int64_t time_ms = 0;
        (void)snprintf(line, sizeof line, "x --from %s", rows[i].text);
        assert_true(parse(&cli, line));
        cli.err = tmpfile();
        assert_int_equal(gn_args_time(&cli, "--from", &time_ms), rows[i].time_ms != 0);
        (void)fclose(cli.err);
        assert_int_equal(time_ms, rows[i].time_ms);
    }
}

static void durations_are_more_than_nothing(void **state)
{
    (void)state;
    struct gn_cli cli;
    int64_t value = 0;
    assert_true(parse(&cli, "x --every 90s"));
    assert_true(gn_args_duration(&cli, "--every", &value) && value == 90000);
    assert_true(parse(&cli, "x --every 0s"));
    cli.err = tmpfile();
    assert_false(gn_args_duration(&cli, "--every", &value));
    (void)fclose(cli.err);
}

static void addresses_have_a_host_and_a_port(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *host; /* NULL: refused */
        uint16_t port;
    } rows[] = {
        { "127.0.0.1:1883", "127.0.0.1", 1883 },
        { "[::1]:65535", "::1", 65535 },
        { "node.lan:1", "node.lan", 1 },
        { "127.0.0.1:0", "127.0.0.1", 0 },
        { "127.0.0.1", NULL, 0 },
        { ":1883", NULL, 0 },
        { "::1:1883", NULL, 0 },
        { "host:65536", NULL, 0 },
        { "host:", NULL, 0 },
        { "host:-1", NULL, 0 },
        { "[]:1", NULL, 0 },
        { "", NULL, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_cli cli;
        char host[32] = "untouched";
        uint16_t port = 7;
        assert_true(parse(&cli, "x"));
        cli.err = tmpfile();
        const bool taken = gn_args_address(&cli, "--mqtt", rows[i].text, true, host, sizeof host, &port);
        (void)fclose(cli.err);
        assert_int_equal(taken, rows[i].host != NULL);
        if (taken)
            assert_string_equal(host, rows[i].host);
        assert_int_equal(port, taken ? rows[i].port : 7);
    }
    struct gn_cli cli;
    char host[32];
    uint16_t port = 0;
    assert_true(parse(&cli, "x"));
    cli.err = tmpfile();
    assert_false(gn_args_address(&cli, "--mqtt", "127.0.0.1:0", false, host, sizeof host, &port));
    assert_false(gn_args_address(&cli, "--mqtt", "a-host-of-a-name-longer-than-there-is-room:1", true, host,
                                 sizeof host, &port));
    (void)fclose(cli.err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_options_are_told_apart),
        cmocka_unit_test(help_needs_no_words),
        cmocka_unit_test(what_is_wrong_is_said_with_what_to_do),
        cmocka_unit_test(whole_numbers_keep_their_range),
        cmocka_unit_test(numbers_keep_their_range_and_are_numbers),
        cmocka_unit_test(times_are_instants_or_how_long_ago),
        cmocka_unit_test(durations_are_more_than_nothing),
        cmocka_unit_test(addresses_have_a_host_and_a_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
