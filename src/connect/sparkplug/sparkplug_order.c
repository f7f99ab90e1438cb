/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/sparkplug/sparkplug_order.h"

bool gn_sparkplug_order_follows(struct gn_sparkplug_order *order, const struct gn_sparkplug_payload *payload,
                                bool is_birth, bool again)
{
    const uint8_t seq = (uint8_t)payload->seq, next = (uint8_t)(order->last + 1);
    if (!payload->has_seq)
        return true;
    const bool follows = is_birth || !order->is_known || seq == next || (again && seq == order->last);
    order->is_known = true;
    order->last = seq;
    return follows;
}

bool gn_sparkplug_may_ask(struct gn_sparkplug_asks *asks, uint32_t edge, int64_t now_ms)
{
    struct gn_sparkplug_asked *spare = NULL;
    for (size_t i = 0; i < GN_SPARKPLUG_REBIRTHS_MAX; i++) {
        struct gn_sparkplug_asked *row = &asks->rows[i];
        if (row->until_ms <= now_ms)
            spare = row;
        else if (row->edge == edge)
            return false;
    }
    if (spare == NULL)
        return false;
    *spare = (struct gn_sparkplug_asked){ .edge = edge, .until_ms = now_ms + INT64_C(1000) * GN_SPARKPLUG_REBIRTH_S };
    return true;
}
