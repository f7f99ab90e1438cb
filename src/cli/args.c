/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/args.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "act/near_miss.h"
#include "base/timestamp.h"

/* The row's number of an option, or -1. */
static int args_find(const struct gn_command *command, gn_str name)
{
    for (int i = 0; i < GN_CLI_OPTIONS_MAX && command->options[i].name != NULL; i++)
        if (gn_str_equal(gn_str_of(command->options[i].name), name))
            return i;
    return -1;
}

const char *gn_cli_value(const struct gn_cli *cli, const char *option)
{
    const int i = args_find(cli->command, gn_str_of(option));
    assert(i >= 0); /* a command asks only for what its row lists */
    return cli->values[i];
}

bool gn_cli_has(const struct gn_cli *cli, const char *option)
{
    return gn_cli_value(cli, option) != NULL;
}

static void args_unknown(const struct gn_cli *cli, gn_str name)
{
    struct gn_near_miss near = gn_near_miss_of(name);
    for (int i = 0; i < GN_CLI_OPTIONS_MAX && cli->command->options[i].name != NULL; i++)
        gn_near_miss_offer(&near, gn_str_of(cli->command->options[i].name));
    gn_near_miss_offer(&near, GN_STR("--help"));
    char hint[160];
    if (near.best.size > 0)
        (void)snprintf(hint, sizeof hint, "Did you mean %.*s?", GN_STR_ARGS(near.best));
    else
        (void)snprintf(hint, sizeof hint, "See: ganglion %s --help", cli->command->name);
    (void)gn_cli_say(cli, GN_EXIT_USAGE, hint, "unknown option %.*s", GN_STR_ARGS(name));
}

/* One argument that begins with "--" (or is "-x"). Returns how many arguments it took, 0 = refused. */
static int args_option(struct gn_cli *cli, const char *arg, const char *next)
{
    gn_str value = { NULL, 0 };
    const gn_str whole = gn_str_of(arg);
    const gn_str name = gn_str_split(whole, '=', &value);
    const bool has_value = name.size < whole.size;
    if (gn_str_equal(whole, GN_STR("--help")) || gn_str_equal(whole, GN_STR("-h"))) {
        cli->asks_help = true;
        return 1;
    }
    const int i = args_find(cli->command, name);
    if (i < 0) {
        args_unknown(cli, name);
        return 0;
    }
    const struct gn_option *option = &cli->command->options[i];
    if (cli->values[i] != NULL) {
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s is given twice", option->name);
        return 0;
    }
    if (option->value == NULL) {
        if (has_value) {
            (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s takes no value", option->name);
            return 0;
        }
        cli->values[i] = "";
        return 1;
    }
    if (!has_value && (next == NULL || next[0] == '\0' || strncmp(next, "--", 2) == 0)) {
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s needs a value: %s %s (%s)", option->name, option->name,
                         option->value, option->help);
        return 0;
    }
    cli->values[i] = has_value ? arg + name.size + 1 : next;
    return has_value ? 1 : 2;
}

static bool args_word(struct gn_cli *cli, const char *arg)
{
    const struct gn_command *command = cli->command;
    assert(command->words_max <= GN_CLI_WORDS_MAX);
    if (cli->word_count == command->words_max) {
        char hint[200];
        (void)snprintf(hint, sizeof hint, "Usage: ganglion %s%s%s [OPTIONS]", command->name,
                       command->words[0] != '\0' ? " " : "", command->words);
        (void)gn_cli_say(cli, GN_EXIT_USAGE, hint, "'%s' is one word too many", arg);
        return false;
    }
    cli->words[cli->word_count++] = arg;
    return true;
}

/* The n-th name in "THING [PROPERTY]". */
static gn_str args_word_name(const struct gn_command *command, size_t n)
{
    gn_str rest = gn_str_of(command->words);
    gn_str name = gn_str_split(rest, ' ', &rest);
    while (n-- > 0)
        name = gn_str_split(rest, ' ', &rest);
    return name;
}

bool gn_args_parse(struct gn_cli *cli, int argc, char **argv)
{
    bool options_over = false;
    for (int i = 0; i < argc;) {
        if (!options_over && strcmp(argv[i], "--") == 0) {
            options_over = true;
            i++;
        } else if (!options_over && argv[i][0] == '-' && argv[i][1] != '\0') {
            const int took = args_option(cli, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            if (took == 0)
                return false;
            i += took;
        } else {
            if (!args_word(cli, argv[i]))
                return false;
            i++;
        }
    }
    const int json = args_find(cli->command, GN_STR("--json"));
    cli->json = json >= 0 && cli->values[json] != NULL;
    if (!cli->asks_help && cli->word_count < cli->command->words_min) {
        char hint[200];
        (void)snprintf(hint, sizeof hint, "Usage: ganglion %s %s [OPTIONS]", cli->command->name, cli->command->words);
        (void)gn_cli_say(cli, GN_EXIT_USAGE, hint, "%.*s is missing",
                         GN_STR_ARGS(args_word_name(cli->command, cli->word_count)));
        return false;
    }
    return true;
}

bool gn_args_u64(const struct gn_cli *cli, const char *option, uint64_t min, uint64_t max, uint64_t *out)
{
    const char *text = gn_cli_value(cli, option);
    if (text == NULL)
        return true;
    uint64_t value = 0;
    if (gn_parse_u64(gn_str_of(text), &value) != GN_OK || value < min || value > max) {
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL,
                         "%s '%s': a whole number from %" PRIu64 " to %" PRIu64 " is expected", option, text, min, max);
        return false;
    }
    *out = value;
    return true;
}

bool gn_args_f64(const struct gn_cli *cli, const char *option, double min, double max, double *out)
{
    const char *text = gn_cli_value(cli, option);
    if (text == NULL)
        return true;
    double value = 0.0;
    if (gn_parse_f64(gn_str_of(text), &value) != GN_OK || !(value >= min && value <= max)) {
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s '%s': a number from %g to %g is expected", option, text, min,
                         max);
        return false;
    }
    *out = value;
    return true;
}

bool gn_args_duration(const struct gn_cli *cli, const char *option, int64_t *out_ms)
{
    const char *text = gn_cli_value(cli, option);
    if (text == NULL)
        return true;
    int64_t value = 0;
    if (gn_duration_parse(gn_str_of(text), &value) != GN_OK || value <= 0) {
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s '%s': a duration is expected, such as 250ms, 90s, 5m, 2h or 1d",
                         option, text);
        return false;
    }
    *out_ms = value;
    return true;
}

bool gn_args_time(const struct gn_cli *cli, const char *option, int64_t *out_ms)
{
    const char *text = gn_cli_value(cli, option);
    if (text == NULL)
        return true;
    int64_t value = 0;
    if (gn_time_parse(gn_str_of(text), &value) == GN_OK) {
        *out_ms = value;
        return true;
    }
    if (gn_duration_parse(gn_str_of(text), &value) == GN_OK) {
        const int64_t now = gn_wall_ms(&cli->clock);
        *out_ms = now > value ? now - value : 0;
        return true;
    }
    (void)gn_cli_say(cli, GN_EXIT_USAGE,
                     "Times are RFC 3339 (2026-11-22T03:24:00Z), epoch milliseconds (1795317840000), or how long "
                     "ago (10m).",
                     "%s '%s' is not a time", option, text);
    return false;
}

static bool args_address_say(const struct gn_cli *cli, const char *option, const char *value)
{
    (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s '%s': HOST:PORT is expected, such as 127.0.0.1:1883 or [::1]:1883",
                     option, value);
    return false;
}

bool gn_args_address(const struct gn_cli *cli, const char *option, const char *value, bool zero_port, char *out_host,
                     size_t host_capacity, uint16_t *out_port)
{
    assert(value != NULL && out_host != NULL && out_port != NULL);
    const char *colon = strrchr(value, ':');
    if (colon == NULL || colon == value)
        return args_address_say(cli, option, value);
    gn_str host = { value, (size_t)(colon - value) };
    if (host.size >= 2 && host.at[0] == '[' && host.at[host.size - 1] == ']')
        host = (gn_str){ host.at + 1, host.size - 2 };
    else if (memchr(host.at, ':', host.size) != NULL)
        return args_address_say(cli, option, value);
    uint64_t port = 0;
    if (gn_parse_u64(gn_str_of(colon + 1), &port) != GN_OK || port > UINT16_MAX || (port == 0 && !zero_port))
        return args_address_say(cli, option, value);
    if (host.size == 0 || gn_str_copy(out_host, host_capacity, host) != GN_OK)
        return args_address_say(cli, option, value);
    *out_port = (uint16_t)port;
    return true;
}
