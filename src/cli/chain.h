/* SPDX-License-Identifier: Apache-2.0 */
/* cli/chain.h -- finds, from any id, all that belongs together: finding, alarm, decisions, actions, receipts.
 *
 *      f-12-1 ◀─finding─ d-12-1 ─action_id─▶ x-3-… ◀─action─ r-…
 *         └─alarm─▶ a-12 ◀─alarm─┘   └────────decision───────┘
 *
 * Objects point backwards, so what points at a thing is found by looking through the newest
 * GN_CHAIN_LOOK_BACK objects of its kind. All JSON is kept as the API wrote it. */
#ifndef GN_CLI_CHAIN_H
#define GN_CLI_CHAIN_H

#include "cli/ask.h"

enum { GN_CHAIN_LOOK_BACK = 1000, GN_CHAIN_EACH_MAX = 16, GN_CHAIN_ID_BYTES = 96, GN_CHAIN_REPLIES_MAX = 7 };

struct gn_chain {
    gn_str finding; /* the one decisions name, or the alarm's first; empty when there is none */
    gn_str alarm;
    gn_str decisions[GN_CHAIN_EACH_MAX]; /* newest first */
    gn_str actions[GN_CHAIN_EACH_MAX];   /* beside decisions; empty when nothing was sent */
    gn_str receipts[GN_CHAIN_EACH_MAX];  /* beside decisions */
    size_t decision_count;
    struct gn_api_reply replies[GN_CHAIN_REPLIES_MAX]; /* private: what the slices point into */
    size_t reply_count;
};

/* `id` begins with f-, a-, d-, x- or r-. Every failure is said. Give it back in any case. */
GN_MUST_USE int gn_chain_find(const struct gn_cli *cli, const char *id, struct gn_chain *out);
void gn_chain_give(struct gn_chain *chain);

#endif
