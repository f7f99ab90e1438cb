/* SPDX-License-Identifier: Apache-2.0 */
/* act/delivery.h -- an approved action on its way (private to the room).
 *
 *      queued ─▶ sent ─▶ acknowledged ─┬▶ done ■
 *         │        │          │        ├▶ failed ■         said by the device
 *         └────────┴──────────┴────────┴▶ expired ■        said by the journal's clock
 *
 * Steps may be left out (a status can overtake an acknowledgement), never taken back. One function changes the
 * state; it knows the table of what may follow what. */
#ifndef GN_ACT_DELIVERY_H
#define GN_ACT_DELIVERY_H

#include "act/act_int.h"

/* Puts the decision's action on its way: queued, said, handed to host.send. */
void gn_delivery_start(struct gn_act *act, struct gn_open_decision *decision, uint64_t seq, int64_t now_ms,
                       int64_t expires_ms);
void gn_delivery_on_step(struct gn_act *act, uint64_t seq, int64_t time_ms, gn_str action_id, int state);
void gn_delivery_on_status(struct gn_act *act, uint64_t seq, int64_t time_ms, uint32_t thing, gn_str action,
                           gn_str payload);
void gn_delivery_on_tick(struct gn_act *act, uint64_t seq);
void gn_delivery_resend(struct gn_act *act);
/* The Thing is connected again: what was sent and never acknowledged is sent once more, under its id. */
void gn_delivery_on_link(struct gn_act *act, uint32_t thing);

const char *gn_action_state_name(gn_action_state state);
bool gn_action_may_follow(gn_action_state from, gn_action_state to);

#endif
