/* SPDX-License-Identifier: Apache-2.0 */
/* What can be done to a data directory while no node runs there, and where it is by default. */
#include <stdlib.h>

#include "node/core.h"
#include "node/node.h"

/* Writes what stands in the ring as one group: the node's journal thread, once, without the thread. */
static gn_err offline_write(struct gn_core *core)
{
    const gn_bytes waiting = gn_ring_peek(&core->ring, GN_FOLLOWER_JOURNAL);
    const struct gn_record_head *first = (const void *)waiting.at;
    const struct gn_iov part = { waiting.at, waiting.size };
    const uint32_t count = (uint32_t)(core->intake.next_seq - first->seq);
    const gn_err err = gn_journal_append(core->journal, &part, 1, first->seq, count, gn_wall_ms(&core->clock));
    return err != GN_OK ? err : gn_journal_sync(core->journal);
}

gn_err gn_node_thing_add_offline(const char *data_dir, gn_str name, char out_id[static GN_THING_ID_BYTES_MAX + 1],
                                 char out_token[static GN_TOKEN_BYTES], struct gn_diag *diag)
{
    static struct gn_core core; /* too large for the stack; the command line has one thread */
    char id[GN_THING_ID_BYTES_MAX + 1];
    uint64_t token;
    gn_err err = gn_core_open(&core, data_dir, diag);
    if (err != GN_OK)
        return err;
    err = gn_intake_thing_add(&core.intake, name, id, &token, diag);
    if (err == GN_OK)
        err = offline_write(&core);
    if (err == GN_OK)
        err = gn_guard_thing_token(core.guard, gn_str_of(id), 0, out_token);
    if (err == GN_OK)
        memcpy(out_id, id, sizeof id);
    gn_core_close(&core);
    return err;
}

gn_err gn_node_default_dir(struct gn_buf *out)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    if (state != NULL && state[0] == '/') /* the XDG specification: relative paths are to be ignored */
        gn_buf_addf(out, "%s/ganglion", state);
    else if (home != NULL && home[0] == '/')
        gn_buf_addf(out, "%s/.local/state/ganglion", home);
    else
        gn_buf_add_text(out, "/var/lib/ganglion");
    gn_buf_add_u8(out, 0);
    return out->full ? GN_ERR_FULL : GN_OK;
}
