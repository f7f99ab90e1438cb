/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>

#include "cli/agent/agent.h"
#include "cli/agent/state_dir.h"
#include "cli/args.h"
#include "cli/ask.h"
#include "cli/rows.h"
#include "thing/registry.h"

enum { AGENT_HOST_BYTES = 256, AGENT_DIR_BYTES = 4096, AGENT_NODE_WAIT_MS = 30000, AGENT_NODE_LOOK_MS = 500 };

static const char agent_mqtt_default[] = "127.0.0.1:1883";
static const char agent_name_default[] = "this-machine";

/* The node may be starting beside us: ask for a while before giving up. */
static gn_err agent_ask(const struct gn_cli *cli, const char *data_dir, const char *name, struct gn_credentials *out,
                        struct gn_diag *diag)
{
    gn_err err = GN_ERR_CLOSED;
    for (int waited = 0; err == GN_ERR_CLOSED && waited <= AGENT_NODE_WAIT_MS; waited += AGENT_NODE_LOOK_MS) {
        if (waited == AGENT_NODE_LOOK_MS)
            (void)fprintf(cli->err, "waiting for the node on %s\n", data_dir);
        if (waited > 0)
            (void)poll(NULL, 0, AGENT_NODE_LOOK_MS);
        err = gn_credentials_ask(data_dir, gn_str_of(name), out, diag);
    }
    return err;
}

/* DIR/agent/credentials, or new ones from the node, which are then kept there. */
static int agent_own_credentials(const struct gn_cli *cli, const char *agent_dir, struct gn_credentials *out)
{
    char data_dir[AGENT_DIR_BYTES];
    struct gn_diag diag = { 0 };
    const char *name = gn_cli_has(cli, "--name") ? gn_cli_value(cli, "--name") : agent_name_default;
    gn_err err = gn_credentials_read(agent_dir, out, &diag);
    if (err && err != GN_ERR_NOT_FOUND)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s", diag.text);
    if (!err)
        return GN_EXIT_OK;
    if (!gn_ask_data_dir(cli, data_dir, sizeof data_dir))
        return GN_EXIT_USAGE;
    err = agent_ask(cli, data_dir, name, out, &diag);
    if (err)
        return gn_ask_say(cli, err, &diag);
    err = gn_credentials_write(agent_dir, out, &diag);
    return err ? gn_cli_say(cli, GN_EXIT_FAILED, NULL, "%s", diag.text) : GN_EXIT_OK;
}

static int agent_given_credentials(const struct gn_cli *cli, struct gn_credentials *out)
{
    struct gn_diag diag = { 0 };
    const char *thing = gn_cli_value(cli, "--thing");
    const char *file = gn_cli_value(cli, "--token-file");
    if (thing == NULL || file == NULL)
        return gn_cli_say(cli, GN_EXIT_USAGE,
                          "Without both of them the agent asks the node on --data DIR for credentials of its own.",
                          "--thing and --token-file go together");
    if (!gn_thing_id_valid(gn_str_of(thing)))
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "--thing '%s': an id has 1 to %d of A-Z a-z 0-9 _ . -", thing,
                          GN_THING_ID_BYTES_MAX);
    if (gn_credentials_token_file(file, out, &diag) != GN_OK)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s", diag.text);
    (void)snprintf(out->id, sizeof out->id, "%s", thing);
    return GN_EXIT_OK;
}

static int agent_credentials(const struct gn_cli *cli, const char *agent_dir, struct gn_credentials *out)
{
    if (gn_cli_has(cli, "--print"))
        return GN_EXIT_OK; /* nobody is told */
    if (gn_cli_has(cli, "--thing") || gn_cli_has(cli, "--token-file"))
        return agent_given_credentials(cli, out);
    return agent_own_credentials(cli, agent_dir, out);
}

static int agent_run(struct gn_cli *cli)
{
    char dir[AGENT_DIR_BYTES];
    char host[AGENT_HOST_BYTES];
    uint16_t port = 0;
    struct gn_diag diag = { 0 };
    struct gn_agent_options options = { .dir = dir, .host = host, .hz = 5.0, .sensor_root = "", .clock = cli->clock };
    const char *mqtt = gn_cli_has(cli, "--mqtt") ? gn_cli_value(cli, "--mqtt") : agent_mqtt_default;
    if (cli->word_count > 0)
        return gn_cli_say(cli, GN_EXIT_USAGE, "There are: agent, and agent disturb cpu|disk|memory.",
                          "'%s' is not known", cli->words[0]);
    if (!gn_args_f64(cli, "--hz", 0.1, 50.0, &options.hz) ||
        !gn_args_u64(cli, "--samples", 1, UINT32_MAX, &options.stop_after) ||
        !gn_args_address(cli, "--mqtt", mqtt, false, host, sizeof host, &port) ||
        !gn_state_dir_agent(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    options.port = port;
    options.print = gn_cli_has(cli, "--print") ? cli->out : NULL;
    options.token_file = gn_cli_value(cli, "--token-file");
    const int code = agent_credentials(cli, dir, &options.credentials);
    if (code != GN_EXIT_OK)
        return code;
    const gn_err err = gn_agent_run(&options, &diag);
    gn_credentials_wipe(&options.credentials);
    return err ? gn_cli_say(cli, GN_EXIT_FAILED, NULL, "%s", diag.text) : GN_EXIT_OK;
}

const struct gn_command gn_command_agent = {
    .name = "agent",
    .words = "",
    .summary = "make this machine a Thing: publish its own sensors over MQTT",
    .about = "Reads CPU, load, pressure, memory, disk, network and temperatures of this machine and publishes\n"
             "them as a device does: MQTT, QoS 1, its own credentials. While the node is away it keeps two\n"
             "minutes of samples at 5 Hz. It carries out one action, `stop`, which ends a running `ganglion\n"
             "agent disturb`. Without --thing it takes its credentials from DIR/agent, or asks the node that\n"
             "runs on DIR for them, once.",
    .options = { { "--mqtt", "HOST:PORT", "the node's MQTT endpoint (default: 127.0.0.1:1883)" },
                 { "--thing", "ID", "publish as this Thing; needs --token-file" },
                 { "--token-file", "FILE", "holds the token on one line; only its owner may read it (mode 600)" },
                 { "--name", "NAME", "of the Thing to add when there are no credentials (default: this-machine)" },
                 { "--hz", "N", "samples a second, 0.1 to 50 (default: 5)" },
                 { "--samples", "N", "end after so many samples" },
                 { "--print", NULL, "print the samples as JSON instead of publishing them" },
                 GN_OPTION_DATA },
    .examples = { { "agent", "The first Thing of the node on this machine." },
                  { "agent --mqtt node.lan:1883 --thing lab-pc --token-file /etc/ganglion/lab-pc.token",
                    "A machine that reports to a node elsewhere." },
                  { "agent --print --samples 3", "What does this machine measure?" } },
    .words_max = 2,
    .run = agent_run,
};
