/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/json_write.h"
#include "base/timestamp.h"
#include "cli/ask.h"
#include "cli/json_pick.h"
#include "cli/rows.h"
#include "cli/thing_path.h"
#include "guard/ca.h"
#include "os/file.h"

enum { CERTIFICATE_BODY_BYTES = 2 * GN_CERTIFICATE_REQUEST_BYTES_MAX + 64, CERTIFICATE_FILE_BYTES = 4096 };

/* {} or {"csr":"..."}. False: the file cannot be read; it was said. */
static bool certificate_body(const struct gn_cli *cli, struct gn_buf *out)
{
    char text[GN_CERTIFICATE_REQUEST_BYTES_MAX];
    size_t size = 0;
    const char *path = gn_cli_value(cli, "--csr");
    struct gn_jw w = gn_jw_over(out);
    gn_jw_open(&w, '{');
    if (path != NULL) {
        const gn_err err = gn_file_read_all(path, text, sizeof text, &size);
        if (err || !gn_utf8_valid((gn_str){ text, size })) {
            (void)gn_cli_say(cli, GN_EXIT_USAGE, "A request as PEM is expected (openssl req -new ...).",
                             "--csr %s cannot be used: %s", path, err ? gn_err_text(err) : "it is not text");
            return false;
        }
        gn_jw_key(&w, "csr");
        gn_jw_str(&w, (gn_str){ text, size });
    }
    gn_jw_close(&w, '}');
    return true;
}

/* DIR/NAME, mode 0600, replaced atomically. */
static bool certificate_save(const struct gn_cli *cli, const char *dir, const char *name, const char *text)
{
    char path[CERTIFICATE_FILE_BYTES];
    if (text[0] == '\0')
        return true;
    const int size = snprintf(path, sizeof path, "%s/%s", dir, name);
    const gn_err err = size < 0 || (size_t)size >= sizeof path
                           ? GN_ERR_FULL
                           : gn_file_replace(path, (gn_bytes){ (const uint8_t *)text, strlen(text) });
    if (err)
        (void)gn_cli_say(cli, GN_EXIT_FAILED, "The certificate is made; revoke it if its key is lost.",
                         "%s/%s cannot be written: %s", dir, name, gn_err_text(err));
    else
        (void)fprintf(cli->out, "%s\n", path);
    return err == GN_OK;
}

struct certificate_parts {
    char key[GN_PEM_BYTES];
    char certificate[GN_PEM_BYTES];
    char ca[GN_PEM_BYTES];
    char fingerprint[GN_FINGERPRINT_TEXT_BYTES];
};

static int certificate_print(struct gn_cli *cli, const struct certificate_parts *parts)
{
    const char *dir = gn_cli_value(cli, "--out");
    struct gn_diag diag = { 0 };
    if (dir == NULL) {
        (void)fprintf(cli->out, "%s%s", parts->key, parts->certificate);
        (void)fprintf(cli->err, "fingerprint %s%s\n", parts->fingerprint,
                      parts->key[0] != '\0' ? "; the key is shown this once" : "");
        return GN_EXIT_OK;
    }
    if (gn_dir_make(dir, &diag) != GN_OK)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "%s", diag.text);
    const bool saved = certificate_save(cli, dir, "device.key", parts->key) &&
                       certificate_save(cli, dir, "device.pem", parts->certificate) &&
                       certificate_save(cli, dir, "ca.pem", parts->ca);
    return saved ? GN_EXIT_OK : GN_EXIT_FAILED;
}

static int certificate_show(struct gn_cli *cli, const struct gn_api_reply *reply)
{
    struct certificate_parts parts;
    if (cli->json) {
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply->body)));
        return GN_EXIT_OK;
    }
    gn_pick_text(reply->body, "key", parts.key, sizeof parts.key);
    gn_pick_text(reply->body, "certificate", parts.certificate, sizeof parts.certificate);
    gn_pick_text(reply->body, "ca", parts.ca, sizeof parts.ca);
    gn_pick_text(reply->body, "fingerprint", parts.fingerprint, sizeof parts.fingerprint);
    const int code = certificate_print(cli, &parts);
    explicit_bzero(&parts, sizeof parts);
    return code;
}

static int certificate_list(struct gn_cli *cli, const struct gn_api_reply *reply)
{
    struct gn_pick_walk walk;
    char fingerprint[GN_FINGERPRINT_TEXT_BYTES];
    char when[GN_TIME_TEXT_BYTES] = "";
    int64_t until_ms = 0;
    if (cli->json || !gn_pick_walk(&walk, gn_pick(reply->body, "certificates"))) {
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply->body)));
        return GN_EXIT_OK;
    }
    while (gn_pick_next(&walk)) {
        gn_pick_text(walk.value, "fingerprint", fingerprint, sizeof fingerprint);
        if (gn_pick_i64(walk.value, "until", &until_ms))
            gn_time_format(until_ms, when);
        (void)fprintf(cli->out, "%s  until %s\n", fingerprint, when);
    }
    return GN_EXIT_OK;
}

static int certificate_run(struct gn_cli *cli)
{
    char path_bytes[GN_ASK_PATH_BYTES];
    char body_bytes[CERTIFICATE_BODY_BYTES];
    struct gn_buf body = gn_buf_over(body_bytes, sizeof body_bytes);
    const bool lists = gn_cli_has(cli, "--list");
    const bool revokes = gn_cli_has(cli, "--revoke");
    if (!gn_thing_path(cli, cli->words[0], "certificate", path_bytes))
        return GN_EXIT_NOT_FOUND;
    if (lists && revokes)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "--list and --revoke are two different things");
    if (!lists && !revokes && !certificate_body(cli, &body))
        return GN_EXIT_USAGE;
    struct gn_api_reply reply = { 0 };
    int code = gn_ask(cli, lists ? "GET" : revokes ? "DELETE" : "POST", path_bytes, gn_buf_str(&body), &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (lists)
        code = certificate_list(cli, &reply);
    else if (revokes)
        (void)fputs(cli->json ? "{\"revoked\":true}\n"
                              : "Its certificates no longer count, its connections have ended.\n",
                    cli->out);
    else
        code = certificate_show(cli, &reply);
    gn_api_reply_give(&reply);
    return code;
}

const struct gn_command gn_command_things_certificate = {
    .name = "things certificate",
    .words = "ID",
    .summary = "make a certificate for a Thing, which then needs no token",
    .about = "It counts for a year. With --csr the key stays where the request was made; otherwise a new key is made\n"
             "and shown this once. A Thing has at most 4 that count; a further one ends the oldest. It can renew its\n"
             "own: POST /api/v1/things/ID/certificate at --https, with the one it has or with its token.",
    .options = { { "--csr", "FILE", "for the key of this certificate request (PEM)" },
                 { "--out", "DIR", "write device.key, device.pem and ca.pem there, instead of printing" },
                 { "--list", NULL, "show those that count" },
                 { "--revoke", NULL, "revoke all of them, and end the Thing's connections" },
                 GN_OPTION_DATA,
                 GN_OPTION_JSON },
    .examples = { { "things certificate press-7 --out press-7", "For: mosquitto_pub --cert press-7/device.pem ..." },
                  { "things certificate press-7 --csr press-7.csr", "The device made its key itself." } },
    .words_min = 1,
    .words_max = 1,
    .run = certificate_run,
};
