/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/credentials.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_write.h"
#include "cli/api_client.h"
#include "cli/json_pick.h"
#include "os/file.h"
#include "thing/registry.h"

static gn_err credentials_check(int fd, const char *path, struct gn_diag *diag)
{
    struct stat file;
    if (fstat(fd, &file) != 0) {
        gn_diag_set(diag, 0, 0, "%s: %s", path, strerror(errno));
        return GN_ERR_IO;
    }
    if (!S_ISREG(file.st_mode)) {
        gn_diag_set(diag, 0, 0, "%s is not a plain file", path);
        return GN_ERR_DENIED;
    }
    if ((file.st_mode & 077) != 0) {
        gn_diag_set(diag, 0, 0, "%s can be used by others (mode %04o): chmod 600 %s", path,
                    (unsigned)(file.st_mode & 07777), path);
        return GN_ERR_DENIED;
    }
    if (file.st_uid != geteuid() && file.st_uid != 0) {
        gn_diag_set(diag, 0, 0, "%s belongs to another user", path);
        return GN_ERR_DENIED;
    }
    return GN_OK;
}

/* A whole small file that only its owner can read. */
static gn_err credentials_load(const char *path, char text[static GN_CREDENTIALS_FILE_BYTES], gn_str *out,
                               struct gn_diag *diag)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        gn_diag_set(diag, 0, 0, "%s: %s", path, strerror(errno));
        return errno == ENOENT || errno == ENOTDIR ? GN_ERR_NOT_FOUND : GN_ERR_IO;
    }
    gn_err err = credentials_check(fd, path, diag);
    const ssize_t size = err ? -1 : read(fd, text, GN_CREDENTIALS_FILE_BYTES);
    if (!err && size < 0) {
        gn_diag_set(diag, 0, 0, "%s: %s", path, strerror(errno));
        err = GN_ERR_IO;
    } else if (!err && size == GN_CREDENTIALS_FILE_BYTES) {
        gn_diag_set(diag, 0, 0, "%s is longer than credentials can be", path);
        err = GN_ERR_INVAL;
    }
    (void)close(fd);
    if (!err)
        *out = (gn_str){ text, (size_t)size };
    return err;
}

/* One word of printable characters. */
static bool credentials_token_valid(gn_str token)
{
    for (size_t i = 0; i < token.size; i++)
        if (token.at[i] <= ' ' || token.at[i] > '~')
            return false;
    return token.size > 0 && token.size < GN_CREDENTIALS_TOKEN_BYTES;
}

gn_err gn_credentials_token_file(const char *path, struct gn_credentials *out, struct gn_diag *diag)
{
    assert(path != NULL && out != NULL);
    char text[GN_CREDENTIALS_FILE_BYTES];
    gn_str content = { NULL, 0 };
    gn_err err = credentials_load(path, text, &content, diag);
    if (err)
        return err;
    const gn_str token = gn_str_trim(content);
    if (!credentials_token_valid(token)) {
        gn_diag_set(diag, 1, 1, "%s does not hold a token on one line", path);
        err = GN_ERR_INVAL;
    } else {
        err = gn_str_copy(out->token, sizeof out->token, token);
    }
    explicit_bzero(text, sizeof text);
    return err;
}

static gn_err credentials_path(const char *agent_dir, char *out, size_t capacity, struct gn_diag *diag)
{
    const int size = snprintf(out, capacity, "%s/credentials", agent_dir);
    if (size > 0 && (size_t)size < capacity)
        return GN_OK;
    gn_diag_set(diag, 0, 0, "the path of the agent's folder is too long");
    return GN_ERR_FULL;
}

static bool credentials_parse(gn_str json, struct gn_credentials *out)
{
    struct gn_credentials found;
    gn_pick_text(json, "id", found.id, sizeof found.id);
    gn_pick_text(json, "token", found.token, sizeof found.token);
    const bool valid = gn_thing_id_valid(gn_str_of(found.id)) && credentials_token_valid(gn_str_of(found.token));
    if (valid)
        *out = found;
    gn_credentials_wipe(&found);
    return valid;
}

gn_err gn_credentials_read(const char *agent_dir, struct gn_credentials *out, struct gn_diag *diag)
{
    assert(agent_dir != NULL && out != NULL);
    char path[4096];
    char text[GN_CREDENTIALS_FILE_BYTES];
    gn_str content = { NULL, 0 };
    gn_err err = credentials_path(agent_dir, path, sizeof path, diag);
    if (!err)
        err = credentials_load(path, text, &content, diag);
    if (err)
        return err;
    if (!credentials_parse(content, out)) {
        gn_diag_set(diag, 0, 0, "%s is broken; remove it, and the agent asks for new ones", path);
        err = GN_ERR_INVAL;
    }
    explicit_bzero(text, sizeof text);
    return err;
}

gn_err gn_credentials_write(const char *agent_dir, const struct gn_credentials *credentials, struct gn_diag *diag)
{
    char path[4096];
    char text[GN_CREDENTIALS_FILE_BYTES];
    gn_err err = credentials_path(agent_dir, path, sizeof path, diag);
    if (err)
        return err;
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    struct gn_jw writer = gn_jw_over(&buf);
    gn_jw_open(&writer, '{');
    gn_jw_key(&writer, "id");
    gn_jw_text(&writer, credentials->id);
    gn_jw_key(&writer, "token");
    gn_jw_text(&writer, credentials->token);
    gn_jw_close(&writer, '}');
    gn_buf_add_text(&buf, "\n");
    assert(!buf.full);
    err = gn_file_replace(path, gn_buf_bytes(&buf));
    if (err)
        gn_diag_set(diag, 0, 0, "%s cannot be written: %s", path, gn_err_text(err));
    explicit_bzero(text, sizeof text);
    return err;
}

/* Is there a Thing of that id that nobody uses? */
static gn_err credentials_is_orphan(const char *data_dir, const char *path, bool *out, struct gn_diag *diag)
{
    struct gn_api_reply reply = { 0 };
    const gn_err err = gn_api_call(data_dir, "GET", path, GN_STR(""), &reply, diag);
    if (err)
        return err;
    *out = reply.status == 200 && !gn_pick_true(reply.body, "online");
    gn_api_reply_give(&reply);
    return GN_OK;
}

gn_err gn_credentials_ask(const char *data_dir, gn_str name, struct gn_credentials *out, struct gn_diag *diag)
{
    assert(data_dir != NULL && out != NULL);
    char path[256];
    char request[1024];
    struct gn_api_reply reply = { 0 };
    bool orphan = false;
    gn_err err = GN_OK;
    if (gn_thing_id_valid(name)) {
        (void)snprintf(path, sizeof path, "/api/v1/things/%.*s", GN_STR_ARGS(name));
        err = credentials_is_orphan(data_dir, path, &orphan, diag);
    }
    if (err)
        return err;
    (void)snprintf(path, sizeof path, "/api/v1/things%s%.*s%s", orphan ? "/" : "", orphan ? (int)name.size : 0,
                   orphan ? name.at : "", orphan ? "/token" : "");
    struct gn_buf body = gn_buf_over(request, sizeof request);
    struct gn_jw writer = gn_jw_over(&body);
    gn_jw_open(&writer, '{');
    if (!orphan) {
        gn_jw_key(&writer, "name");
        gn_jw_str(&writer, name);
    }
    gn_jw_close(&writer, '}');
    err = body.full ? GN_ERR_FULL : gn_api_call(data_dir, "POST", path, gn_buf_str(&body), &reply, diag);
    if (err)
        return err;
    if (reply.status / 100 != 2 || !credentials_parse(reply.body, out)) {
        char message[200];
        gn_pick_text(reply.body, "error.message", message, sizeof message);
        gn_diag_set(diag, 0, 0, "the node gives no credentials (HTTP status %d): %s", reply.status, message);
        err = GN_ERR_DENIED;
    }
    gn_api_reply_give(&reply);
    return err;
}

void gn_credentials_wipe(struct gn_credentials *credentials)
{
    explicit_bzero(credentials, sizeof *credentials);
}
