/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "act/near_miss.h"
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/help.h"

static int cli_unknown_command(const struct gn_cli *cli, int argc, char **argv)
{
    if (argv[0][0] == '-')
        return gn_cli_say(cli, GN_EXIT_USAGE, "The command comes first: ganglion COMMAND [OPTIONS]",
                          "unknown option %s", argv[0]);
    char two_words[96];
    (void)snprintf(two_words, sizeof two_words, "%s %s", argv[0], argc > 1 ? argv[1] : "");
    struct gn_near_miss both = gn_near_miss_of(gn_str_trim(gn_str_of(two_words)));
    struct gn_near_miss first = gn_near_miss_of(gn_str_of(argv[0]));
    size_t count = 0;
    const struct gn_command *const *commands = gn_commands(&count);
    for (size_t i = 0; i < count; i++) {
        gn_near_miss_offer(&both, gn_str_of(commands[i]->name));
        gn_near_miss_offer(&first, gn_str_of(commands[i]->name));
    }
    const gn_str best = both.best.size > 0 ? both.best : first.best;
    char hint[160];
    (void)snprintf(hint, sizeof hint, "Did you mean 'ganglion %.*s'?", GN_STR_ARGS(best));
    return gn_cli_say(cli, GN_EXIT_USAGE, best.size > 0 ? hint : "`ganglion help` lists the commands.",
                      "unknown command '%s'", argv[0]);
}

/* What has been printed must have arrived. */
static int cli_finish(const struct gn_cli *cli, int code)
{
    errno = 0;
    if (fflush(cli->out) != 0 || ferror(cli->out) != 0)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "the output cannot be written: %s",
                          errno != 0 ? strerror(errno) : "an earlier write failed");
    return code;
}

static int cli_run(struct gn_cli *cli, int argc, char **argv)
{
    if (!gn_args_parse(cli, argc, argv))
        return GN_EXIT_USAGE;
    if (cli->asks_help) {
        gn_help_command(cli->out, cli->command);
        return GN_EXIT_OK;
    }
    return cli->command->run(cli);
}

int gn_cli_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct gn_cli cli = { .out = out, .err = err, .clock = gn_clock_system() };
    const char *no_colour = getenv("NO_COLOR");
    cli.colour = fileno(out) >= 0 && isatty(fileno(out)) == 1 && (no_colour == NULL || no_colour[0] == '\0');
    if (argc < 2) {
        gn_help_program(err);
        return GN_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        gn_help_program(out);
        return cli_finish(&cli, GN_EXIT_OK);
    }
    static char version_word[] = "version";
    if (strcmp(argv[1], "--version") == 0)
        argv[1] = version_word;
    int took = 0;
    cli.command = gn_commands_find(argc - 1, (const char *const *)(argv + 1), &took);
    if (cli.command == NULL)
        return cli_unknown_command(&cli, argc - 1, argv + 1);
    return cli_finish(&cli, cli_run(&cli, argc - 1 - took, argv + 1 + took));
}
