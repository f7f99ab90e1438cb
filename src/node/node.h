/* SPDX-License-Identifier: Apache-2.0 */
/* node/node.h -- the running node, as the command line sees it. */
#ifndef GN_NODE_NODE_H
#define GN_NODE_NODE_H

#include "base/buf.h"
#include "guard/guard.h"
#include "thing/registry.h"

struct gn_node_options {
    const char *data_dir;
    const char *solution_dir; /* NULL: keep the one in force (none at first) */
    /* Each HOST:PORT, or "off", or NULL, which is the same. */
    const char *mqtt_listen;
    const char *mqtts_listen; /* with TLS */
    const char *portal_listen;
    const char *https_listen;   /* with TLS */
    const char *push_listen;    /* line protocol over HTTP */
    const char *names;          /* what else this node is called, for its certificate, with commas between; or NULL */
    const char *sparkplug_host; /* what this node calls itself as a Sparkplug host application; or NULL */
    uint32_t flushes;           /* of the journal a minute, at most; 0: as many as it takes */
    bool quiet;                 /* no status line */
    bool allow_plaintext;       /* also listen without TLS where the network reaches; said in red at every start */
};

/* `ganglion run`: boots, prints the ready line, runs until SIGTERM or SIGINT. Returns the exit code:
 * 0 stopped as asked, 1 failed while running, 2 could not start (the reason is on standard error). */
int gn_node_run(const struct gn_node_options *options);

/* Adds a Thing to a node that is not running. BUSY when one is. */
GN_MUST_USE gn_err gn_node_thing_add_offline(const char *data_dir, gn_str name,
                                             char out_id[static GN_THING_ID_BYTES_MAX + 1],
                                             char out_token[static GN_TOKEN_BYTES], struct gn_diag *diag);

struct gn_replay_options {
    const char *journal;   /* file or folder */
    const char *rules_dir; /* NULL: the solutions the journal itself carries */
    bool json;
    bool quiet; /* only the summary */
};
struct gn_replay_summary {
    uint64_t record_count;
    uint64_t output_count;
    uint64_t mark_count;   /* points at which the live run recorded its hash */
    uint64_t mark_differs; /* the first record whose mark differs, 0 = none does */
    uint8_t hash[32];
    uint64_t first_seq, last_seq;
};
/* `ganglion replay`: runs the engine over a journal, hands every output to `each` (may be NULL). */
GN_MUST_USE gn_err gn_node_replay(const struct gn_replay_options *options,
                                  void (*each)(void *ctx, const char *kind, gn_str json), void *ctx,
                                  struct gn_replay_summary *out, struct gn_diag *diag);

/* A question in SQL to the history of a node that is not running (store/sql.h), with all the journal has. Adds the
 * answer as JSON (store/sql_json.h). NOT_FOUND: there is no history; BUSY: a node runs; INVAL, FULL, AGAIN as
 * gn_sql_ask. The diag says what, and where in the question if it is known. */
GN_MUST_USE gn_err gn_node_sql_offline(const char *data_dir, gn_str sql, struct gn_buf *out, struct gn_diag *diag);

struct gn_check_summary {
    uint64_t record_count;  /* of the journal */
    uint64_t chunk_count;   /* of the history */
    uint64_t problem_count; /* each was told */
};
/* `ganglion check`: reads the whole journal and the whole history, and the image of sessions and the lists of
 * credentials and certificates beside them; beside a running node or without, and changes
 * nothing. NOT_FOUND: there is neither. Problems are told, and are no error; `tell` (or NULL) hears how far
 * it has come. */
GN_MUST_USE gn_err gn_node_check(const char *data_dir,
                                 void (*problem)(void *ctx, const char *file, const char *where, const char *what),
                                 void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t total), void *ctx,
                                 struct gn_check_summary *out);

/* $XDG_STATE_HOME/ganglion, or ~/.local/state/ganglion, with a NUL at its end. FULL when too long. */
GN_MUST_USE gn_err gn_node_default_dir(struct gn_buf *out);

#endif
