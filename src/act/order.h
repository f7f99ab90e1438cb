/* SPDX-License-Identifier: Apache-2.0 */
/* act/order.h -- what a person asks for directly, once for each key (private to the room).
 *
 *      {"do":"stop","thing":"press-7","input":"{...}","person":"anna","reason":"...","key":"..."}
 *           │ key known: nothing happens, the first one's "command" stands
 *           └ else ─▶ decision without a rule ─ envelope, rate ─▶ action ... receipt      "command" says which
 *
 * The key is the asker's (Idempotency-Key), or a random one of the portal's. What is said under kind "command" has the
 * key's hash as its id, so that whoever asks again finds the same answer, also after a restart. */
#ifndef GN_ACT_ORDER_H
#define GN_ACT_ORDER_H

#include "act/act_int.h"

enum { GN_ORDER_KEY_MS = 86400000 };

/* True when it is an order (it has "do"); then all is done. */
bool gn_order_on_answer(struct gn_act *act, uint64_t seq, int64_t now_ms, gn_str json);

/* Is the key new? Then it is remembered from now on. An empty one is always new. `about` keeps keys of different
 * things apart. */
bool gn_order_key_is_new(struct gn_act *act, gn_str about, gn_str key, int64_t now_ms);

#endif
