/* SPDX-License-Identifier: Apache-2.0 */
/* cli/node_fake.h -- for tests only: stands in for node/, and notes how it was called. Include it in one file. */
#ifndef GN_CLI_NODE_FAKE_H
#define GN_CLI_NODE_FAKE_H

#include <stdio.h>
#include <string.h>

#include "node/keep.h"
#include "node/node.h"

static struct {
    struct gn_node_options run; /* as gn_node_run got them; texts are copied below */
    char data_dir[256];
    char solution_dir[256];
    char mqtt[64];
    char portal[64];
    char mqtts[64];
    char https[64];
    char push[64];
    char names[64];
    char sparkplug_host[64];
    int run_code;
    gn_err add_err;
    char added_name[256];
    gn_err replay_err;
    struct gn_replay_options replay;
    struct gn_replay_summary summary;
    char default_dir[256];
    gn_err sql_err;
    gn_err check_err;
    uint64_t check_problems;
    gn_err keep_err;
    char keep_files[256];
    char keep_base[256];
    char keep_passphrase[64];
} node_fake;

static inline gn_err node_fake_keep(const char *dir, const char *file, gn_str passphrase, struct gn_diag *diag)
{
    (void)snprintf(node_fake.data_dir, sizeof node_fake.data_dir, "%s", dir);
    (void)snprintf(node_fake.keep_passphrase, sizeof node_fake.keep_passphrase, "%.*s", GN_STR_ARGS(passphrase));
    gn_diag_file(diag, file);
    gn_diag_set(diag, 0, 0, "the fake refuses");
    return node_fake.keep_err;
}

gn_err gn_node_backup(struct gn_backup_options options, struct gn_backup_summary *out, struct gn_diag *diag)
{
    (void)snprintf(node_fake.keep_files, sizeof node_fake.keep_files, "%s", options.file);
    (void)snprintf(node_fake.keep_base, sizeof node_fake.keep_base, "%s", options.base != NULL ? options.base : "");
    *out = (struct gn_backup_summary){ .span = { 3, 90, 80 },
                                       .file_count = 4,
                                       .source_bytes = 3 << 20,
                                       .archive_bytes = 1 << 20,
                                       .left_out_secrets = options.passphrase.size == 0 };
    out->about.is_encrypted = options.passphrase.size > 0;
    options.tell(options.ctx, "writing", 1, 2);
    return node_fake_keep(options.dir, options.file, options.passphrase, diag);
}

gn_err gn_node_restore(const struct gn_restore_options *options, struct gn_restore_summary *out, struct gn_diag *diag)
{
    struct gn_buf files = gn_buf_over(node_fake.keep_files, sizeof node_fake.keep_files);
    for (size_t i = 0; i < options->file_count; i++)
        gn_buf_addf(&files, "%s;", options->files[i]);
    *out = (struct gn_restore_summary){ .span = { 3, 90, 80 }, .file_count = 4, .byte_count = 3 << 20 };
    return node_fake_keep(options->dir, options->files[0], options->passphrase, diag);
}

gn_err gn_node_check(const char *data_dir,
                     void (*problem)(void *ctx, const char *file, const char *where, const char *what),
                     void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t total), void *ctx,
                     struct gn_check_summary *out)
{
    (void)snprintf(node_fake.data_dir, sizeof node_fake.data_dir, "%s", data_dir);
    tell(ctx, "reading the journal", 1, 2);
    for (uint64_t i = 0; i < node_fake.check_problems; i++)
        problem(ctx, "history.db", "chunk 5", "it is torn");
    *out = (struct gn_check_summary){ 12, 3, node_fake.check_problems };
    return node_fake.check_err;
}

gn_err gn_node_sql_offline(const char *data_dir, gn_str sql, struct gn_buf *out, struct gn_diag *diag)
{
    (void)sql;
    (void)snprintf(node_fake.data_dir, sizeof node_fake.data_dir, "%s", data_dir);
    if (node_fake.sql_err != GN_OK) {
        gn_diag_set(diag, 0, 0, "the fake refuses");
        return node_fake.sql_err;
    }
    gn_buf_add_text(out, "{\"columns\":[\"n\"],\"rows\":[[5]],\"cut\":false}");
    return GN_OK;
}

int gn_node_run(const struct gn_node_options *options)
{
    node_fake.run = *options;
    (void)snprintf(node_fake.mqtts, sizeof node_fake.mqtts, "%s",
                   options->mqtts_listen != NULL ? options->mqtts_listen : "(none)");
    (void)snprintf(node_fake.https, sizeof node_fake.https, "%s",
                   options->https_listen != NULL ? options->https_listen : "(none)");
    (void)snprintf(node_fake.sparkplug_host, sizeof node_fake.sparkplug_host, "%s",
                   options->sparkplug_host != NULL ? options->sparkplug_host : "(none)");
    (void)snprintf(node_fake.push, sizeof node_fake.push, "%s",
                   options->push_listen != NULL ? options->push_listen : "(none)");
    (void)snprintf(node_fake.names, sizeof node_fake.names, "%s", options->names != NULL ? options->names : "(none)");
    (void)snprintf(node_fake.data_dir, sizeof node_fake.data_dir, "%s", options->data_dir);
    (void)snprintf(node_fake.solution_dir, sizeof node_fake.solution_dir, "%s",
                   options->solution_dir != NULL ? options->solution_dir : "(none)");
    (void)snprintf(node_fake.mqtt, sizeof node_fake.mqtt, "%s", options->mqtt_listen);
    (void)snprintf(node_fake.portal, sizeof node_fake.portal, "%s", options->portal_listen);
    return node_fake.run_code;
}

gn_err gn_node_thing_add_offline(const char *data_dir, gn_str name, char out_id[static GN_THING_ID_BYTES_MAX + 1],
                                 char out_token[static GN_TOKEN_BYTES], struct gn_diag *diag)
{
    (void)snprintf(node_fake.data_dir, sizeof node_fake.data_dir, "%s", data_dir);
    (void)snprintf(node_fake.added_name, sizeof node_fake.added_name, "%.*s", GN_STR_ARGS(name));
    if (node_fake.add_err != GN_OK) {
        gn_diag_set(diag, 0, 0, "the fake refuses");
        return node_fake.add_err;
    }
    (void)snprintf(out_id, GN_THING_ID_BYTES_MAX + 1, "press-7");
    (void)snprintf(out_token, GN_TOKEN_BYTES, "00112233445566778899aabbccddeeff");
    return GN_OK;
}

gn_err gn_node_replay(const struct gn_replay_options *options, void (*each)(void *ctx, const char *kind, gn_str json),
                      void *ctx, struct gn_replay_summary *out, struct gn_diag *diag)
{
    node_fake.replay = *options;
    if (node_fake.replay_err != GN_OK) {
        gn_diag_file(diag, "rules.yaml");
        gn_diag_set(diag, 7, 3, "unknown key 'autonmy'; did you mean 'autonomy'?");
        return node_fake.replay_err;
    }
    if (each != NULL)
        each(ctx, "finding", GN_STR("{\"id\":\"f-9-1\",\"state\":\"open\",\"why\":\"far above\"}"));
    *out = node_fake.summary;
    return GN_OK;
}

gn_err gn_node_default_dir(struct gn_buf *out)
{
    gn_buf_add_text(out, node_fake.default_dir);
    return node_fake.default_dir[0] != '\0' ? GN_OK : GN_ERR_FULL;
}

#endif
