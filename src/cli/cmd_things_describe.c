/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "cli/rows.h"
#include "cli/thing_path.h"
#include "os/file.h"

enum { DESCRIBE_FILE_BYTES = 2 * GN_DESCRIPTION_BYTES_MAX }; /* with blanks and line ends */

static int describe_show(struct gn_cli *cli, const char *path)
{
    struct gn_api_reply reply = { 0 };
    const int code = gn_ask(cli, "GET", path, GN_STR(""), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json)
        (void)fprintf(cli->out, "%.*s", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        gn_cli_print_safe(cli->out, gn_str_trim(reply.body));
    (void)fputc('\n', cli->out);
    gn_api_reply_give(&reply);
    return GN_EXIT_OK;
}

static int describe_run(struct gn_cli *cli)
{
    static char text[DESCRIBE_FILE_BYTES]; /* the command line has one thread */
    char path[GN_ASK_PATH_BYTES];
    size_t size = 0;
    if (!gn_thing_path(cli, cli->words[0], "description", path))
        return GN_EXIT_NOT_FOUND;
    if (cli->word_count == 1)
        return describe_show(cli, path);
    const gn_err err = gn_file_read_all(cli->words[1], text, sizeof text, &size);
    if (err == GN_ERR_FULL)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s is longer than %d bytes", cli->words[1], DESCRIBE_FILE_BYTES);
    if (err)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s cannot be read: %s", cli->words[1], gn_err_text(err));
    struct gn_api_reply reply = { 0 };
    const int code = gn_ask(cli, "PUT", path, (gn_str){ text, size }, &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        (void)fputs("Described. Its Thing Description is at /things/ID of the portal.\n", cli->out);
    gn_api_reply_give(&reply);
    return GN_EXIT_OK;
}

const struct gn_command gn_command_things_describe = {
    .name = "things describe",
    .words = "ID [FILE]",
    .summary = "say what a Thing is, as a WoT fragment; or show it",
    .about = "FILE is JSON, as docs/wot.md shows; what is wrong in it is named by line and column.",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "things describe press-7 press.json", "Titles, units, ranges, what may be written." },
                  { "things describe press-7", "What was described of it." } },
    .words_min = 1,
    .words_max = 2,
    .run = describe_run,
};
