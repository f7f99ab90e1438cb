/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/args.h"
#include "cli/ask.h"
#include "cli/rows.h"
#include "node/node.h"

static const char run_mqtt_default[] = "127.0.0.1:1883";
static const char run_portal_default[] = "127.0.0.1:8080";

static bool run_address(const struct gn_cli *cli, const char *option, const char **inout)
{
    char host[256];
    uint16_t port = 0;
    const char *given = gn_cli_value(cli, option);
    if (given == NULL)
        return true;
    *inout = given;
    if (strcmp(given, "off") == 0)
        return true;
    return gn_args_address(cli, option, given, true, host, sizeof host, &port);
}

/* It becomes a level of a topic. */
static bool run_host(const struct gn_cli *cli, const char *name)
{
    if (name == NULL || gn_property_valid(gn_str_of(name)))
        return true;
    (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL,
                     "--sparkplug-host takes a name of 1 to %d bytes without '/', '+' and '#'", GN_PROPERTY_BYTES_MAX);
    return false;
}

static int run_run(struct gn_cli *cli)
{
    char dir[GN_ASK_DIR_BYTES];
    struct gn_node_options options = {
        .data_dir = dir,
        .solution_dir = gn_cli_value(cli, "--solution"),
        .mqtt_listen = run_mqtt_default,
        .mqtts_listen = NULL,
        .portal_listen = run_portal_default,
        .https_listen = NULL,
        .push_listen = NULL,
        .names = gn_cli_value(cli, "--name"),
        .sparkplug_host = gn_cli_value(cli, "--sparkplug-host"),
        .quiet = gn_cli_has(cli, "--quiet"),
        .allow_plaintext = gn_cli_has(cli, "--allow-plaintext"),
    };
    uint64_t flushes = 0;
    if (!gn_args_u64(cli, "--flushes", 1, GN_JOURNAL_FLUSHES_MAX, &flushes))
        return GN_EXIT_USAGE;
    options.flushes = (uint32_t)flushes;
    if (!run_address(cli, "--mqtt", &options.mqtt_listen) || !run_address(cli, "--mqtts", &options.mqtts_listen) ||
        !run_address(cli, "--portal", &options.portal_listen) || !run_address(cli, "--https", &options.https_listen) ||
        !run_address(cli, "--push", &options.push_listen) || !run_host(cli, options.sparkplug_host) ||
        !gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    return gn_node_run(&options);
}

const struct gn_command gn_command_run = {
    .name = "run",
    .words = "",
    .summary = "run the node, in the foreground",
    .about = "Starts the node and stays until Ctrl-C or SIGTERM. When it accepts connections it prints `ready\n"
             "mqtt=HOST:PORT portal=HOST:PORT`. Everything it keeps is under the data directory; one node runs\n"
             "on one data directory. On the first start it prints a one-time code for /setup of the portal.",
    .options = { GN_OPTION_DATA,
                 { "--solution", "DIR", "use the YAML files of this folder (default: keep those in force)" },
                 { "--mqtt", "HOST:PORT",
                   "where devices connect (default: 127.0.0.1:1883; port 0: any free one; off)" },
                 { "--mqtts", "HOST:PORT", "where devices connect with TLS (default: off; 8883 is usual)" },
                 { "--portal", "HOST:PORT",
                   "where people connect (default: 127.0.0.1:8080; port 0: any free one; off)" },
                 { "--https", "HOST:PORT", "where people connect with TLS (default: off; 8443 is usual)" },
                 { "--push", "HOST:PORT",
                   "where programs push readings as InfluxDB's clients do (default: off; 8086 is usual)" },
                 { "--name", "NAMES", "what else this node is called, for its certificate, with commas between" },
                 { "--sparkplug-host", "NAME",
                   "say on spBv1.0/STATE/NAME that this node is there (default: not said)" },
                 { "--flushes", "N", "flush the journal at most N times a minute, for SD cards; PUBACKs wait" },
                 { "--allow-plaintext", NULL, "let --mqtt, --portal and --push carry clear text over a network" },
                 { "--quiet", NULL, "no status line" } },
    .examples = { { "run", "A node for this machine alone." },
                  { "run --data /srv/plant --solution solutions/this-machine --mqtt 0.0.0.0:1883 --allow-plaintext",
                    "A node that devices of a network reach that nobody else is in, with a solution." } },
    .run = run_run,
};
