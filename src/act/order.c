/* SPDX-License-Identifier: Apache-2.0 */
#include "act/order.h"

#include "act/command_id.h"
#include "act/decision.h"
#include "act/flat_json.h"

struct order {
    char thing[GN_THING_ID_BYTES_MAX + 8];
    char action[GN_PROPERTY_BYTES_MAX + 8];
    char person[GN_ACT_PERSON_BYTES];
    char reason[GN_REASON_BYTES_MAX + 8];
    char key[GN_ORDER_KEY_BYTES_MAX + 8];
    char input[GN_ACTION_INPUT_BYTES_MAX + 8];
};

static void order_take(void *ctx, gn_str key, gn_str value)
{
    struct order *order = ctx;
    const struct {
        const char *key;
        char *to;
        size_t capacity;
    } rows[] = {
        { "do", order->action, sizeof order->action },     { "thing", order->thing, sizeof order->thing },
        { "person", order->person, sizeof order->person }, { "reason", order->reason, sizeof order->reason },
        { "key", order->key, sizeof order->key },          { "input", order->input, sizeof order->input },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (gn_str_equal(key, gn_str_of(rows[i].key)))
            gn_act_copy(rows[i].to, rows[i].capacity, value);
}

bool gn_order_key_is_new(struct gn_act *act, gn_str about, gn_str key, int64_t now_ms)
{
    struct gn_act_state *const state = act->state;
    size_t place = 0;
    if (key.size == 0)
        return true;
    struct gn_sha256 hash = gn_sha256_of((gn_bytes){ (const uint8_t *)about.at, about.size });
    hash = gn_sha256_chain(hash, (gn_bytes){ (const uint8_t *)key.at, key.size });
    struct gn_order_key row = { .until_ms = now_ms + GN_ORDER_KEY_MS };
    memcpy(row.key, hash.bytes, sizeof row.key);
    for (size_t i = 0; i < GN_ORDER_KEYS_MAX; i++) {
        if (state->keys[i].until_ms > now_ms && memcmp(state->keys[i].key, row.key, sizeof row.key) == 0)
            return false;
        if (state->keys[i].until_ms < state->keys[place].until_ms)
            place = i;
    }
    state->keys[place] = row;
    return true;
}

/* {"thing","do","decision","action","state","why","input"}: what a later asker with the same key is told. */
static void order_say(struct gn_act *act, const struct order *order, uint32_t thing,
                      const struct gn_decision_ordered *ordered, int64_t now_ms)
{
    struct gn_id_text id = { { 0 } };
    gn_command_id(gn_str_of(order->key), id.text);
    const bool refused = ordered->action.seq == 0;
    struct gn_buf buf = gn_act_buf(act);
    struct gn_jw w = gn_jw_over(&buf);
    gn_jw_open(&w, '{');
    gn_put_text(&w, "thing", order->thing);
    gn_put_text(&w, "do", order->action);
    gn_put_text(&w, "input", order->input);
    gn_put_id(&w, "decision", 'd', ordered->decision);
    gn_put_id(&w, "action", 'x', ordered->action);
    gn_put_text(&w, "why", ordered->refusal);
    gn_jw_close(&w, '}');
    gn_act_say(act, "command", &id, thing, refused ? "refused" : "queued", now_ms, &buf);
}

bool gn_order_on_answer(struct gn_act *act, uint64_t seq, int64_t now_ms, gn_str json)
{
    struct order order;
    struct gn_decision_ordered ordered = { .refusal = "too many actions are under way" };
    uint32_t thing;
    memset(&order, 0, sizeof order);
    if (!gn_flat_json_strings(json, order_take, &order) || order.action[0] == '\0')
        return false;
    const gn_str input = gn_str_of(order.input[0] != '\0' ? order.input : "{}");
    if (order.person[0] == '\0' || !gn_registry_thing(act->registry, gn_str_of(order.thing), &thing) ||
        !gn_order_key_is_new(act, GN_STR("do"), gn_str_of(order.key), now_ms)) {
        act->state->counters.answers_ignored++;
        return true;
    }
    const struct gn_decision_order wanted = { .thing = thing,
                                              .action = gn_str_of(order.action),
                                              .input = input,
                                              .person = gn_str_of(order.person),
                                              .reason = gn_str_of(order.reason) };
    (void)gn_decision_order(act, &wanted, seq, now_ms, &ordered);
    order_say(act, &order, thing, &ordered, now_ms);
    return true;
}
