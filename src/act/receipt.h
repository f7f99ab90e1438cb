/* SPDX-License-Identifier: Apache-2.0 */
/* act/receipt.h -- the entry of a decision that ended: who decided what, on which readings, with which result
 * (private to the room).
 *
 * It names the record that led to it, the readings and the model state that "usual" rests on, the rule by its
 * digest, the person, the action with its input, the result, and the time of each step. With the journal it can be
 * checked: replaying gives the same receipt, byte for byte. */
#ifndef GN_ACT_RECEIPT_H
#define GN_ACT_RECEIPT_H

#include "act/act_int.h"

void gn_receipt_say(struct gn_act *act, const struct gn_open_decision *decision, uint64_t seq, int64_t now_ms);

#endif
