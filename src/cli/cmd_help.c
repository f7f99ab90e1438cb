/* SPDX-License-Identifier: Apache-2.0 */
#include "act/near_miss.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/rows.h"

static int help_run(struct gn_cli *cli)
{
    if (cli->word_count == 0) {
        gn_help_program(cli->out);
        return GN_EXIT_OK;
    }
    int took = 0;
    const struct gn_command *command = gn_commands_find((int)cli->word_count, cli->words, &took);
    if (command != NULL && (size_t)took == cli->word_count) {
        gn_help_command(cli->out, command);
        return GN_EXIT_OK;
    }
    char typed[96];
    (void)snprintf(typed, sizeof typed, "%s%s%s", cli->words[0], cli->word_count > 1 ? " " : "",
                   cli->word_count > 1 ? cli->words[1] : "");
    struct gn_near_miss near = gn_near_miss_of(gn_str_of(typed));
    size_t count = 0;
    const struct gn_command *const *commands = gn_commands(&count);
    for (size_t i = 0; i < count; i++)
        gn_near_miss_offer(&near, gn_str_of(commands[i]->name));
    char hint[160];
    (void)snprintf(hint, sizeof hint, "Did you mean 'ganglion help %.*s'?", GN_STR_ARGS(near.best));
    return gn_cli_say(cli, GN_EXIT_USAGE, near.best.size > 0 ? hint : "`ganglion help` lists the commands.",
                      "there is no command '%s'", typed);
}

const struct gn_command gn_command_help = {
    .name = "help",
    .words = "[COMMAND]",
    .summary = "this list, or the help of one command",
    .examples = { { "help readings", "The same as `ganglion readings --help`." } },
    .words_max = 2,
    .run = help_run,
};
