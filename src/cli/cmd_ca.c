/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"
#include "cli/ask.h"
#include "cli/rows.h"
#include "guard/ca.h"

static int ca_print(struct gn_cli *cli, const char *certificate, const char *fingerprint)
{
    if (cli->json) {
        char bytes[2 * GN_PEM_BYTES];
        struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
        struct gn_jw w = gn_jw_over(&buf);
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "certificate");
        gn_jw_text(&w, certificate);
        gn_jw_key(&w, "fingerprint");
        gn_jw_text(&w, fingerprint);
        gn_jw_close(&w, '}');
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_buf_str(&buf)));
        return GN_EXIT_OK;
    }
    (void)fputs(certificate, cli->out);
    (void)fprintf(cli->err, "SHA-256 fingerprint: %s\n", fingerprint); /* so that > ca.pem is the certificate alone */
    return GN_EXIT_OK;
}

/* The CA is a file: no node need run. */
static int ca_run(struct gn_cli *cli)
{
    char dir[GN_ASK_DIR_BYTES];
    char bytes[GN_PEM_BYTES];
    char fingerprint[GN_FINGERPRINT_TEXT_BYTES];
    struct gn_buf pem = gn_buf_over(bytes, sizeof bytes - 1);
    struct gn_diag diag = { 0 };
    if (!gn_ask_data_dir(cli, dir, sizeof dir))
        return GN_EXIT_USAGE;
    const gn_err err = gn_ca_show(dir, &pem, fingerprint, &diag);
    if (err == GN_ERR_NOT_FOUND)
        return gn_cli_say(cli, GN_EXIT_NOT_FOUND, "It is made when a node is first started there: ganglion run",
                          "there is no CA in %s", dir);
    if (err)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "%s: %s", diag.file,
                          diag.text[0] != '\0' ? diag.text : gn_err_text(err));
    bytes[pem.size] = '\0';
    return ca_print(cli, bytes, fingerprint);
}

const struct gn_command gn_command_ca = {
    .name = "ca",
    .words = "",
    .summary = "print the certificate of the node's own CA",
    .about = "Devices and browsers check with it that they talk to this node. Compare the fingerprint, which goes to\n"
             "standard error, when the certificate came to you over a network.",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "ca > ca.pem", "Then: mosquitto_pub --cafile ca.pem -p 8883 ..." } },
    .run = ca_run,
};
