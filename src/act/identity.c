/* SPDX-License-Identifier: Apache-2.0 */
#include "act/identity.h"

#include <math.h>

#include "act/flat_json.h"

/* A record as it was read. */
struct identity_said {
    char state[16];
    char places[2][GN_ACT_PLACE_BYTES];
};

static void identity_on_member(void *ctx, gn_str key, gn_str value)
{
    struct identity_said *said = ctx;
    if (gn_str_equal(key, GN_STR("state")))
        gn_act_copy(said->state, sizeof said->state, value);
    else if (gn_str_equal(key, GN_STR("first")))
        gn_act_copy(said->places[0], sizeof said->places[0], value);
    else if (gn_str_equal(key, GN_STR("second")))
        gn_act_copy(said->places[1], sizeof said->places[1], value);
}

static bool identity_is(const char *state, const char *word)
{
    return strcmp(state, word) == 0;
}

/* --- words --- */

static void identity_why(const struct gn_act *act, const struct gn_identity_row *row, const char *end,
                         struct gn_buf *out)
{
    const gn_str thing = gn_act_thing_name(act, row->thing);
    gn_buf_addf(out, "%.*s: two devices %s its token, from %s and %s%s. ", GN_STR_ARGS(thing),
                end == NULL ? "use" : "used", row->places[0], row->places[1],
                row->both != 0 ? ", both connected at once" : " in turns");
    if (end == NULL)
        gn_buf_addf(
            out,
            "One of them may be a copy. Renew the token (ganglion things token %.*s) and give the new one to the "
            "right device only.",
            GN_STR_ARGS(thing));
    else if (identity_is(end, "quiet"))
        gn_buf_addf(out, "It was not seen again for %d minutes.", GN_IDENTITY_QUIET_MS / 60000);
    else
        gn_buf_addf(out, "The token was %s.", end);
}

static void identity_put_head(const struct gn_act *act, struct gn_jw *w, const struct gn_identity_row *row,
                              const char *end)
{
    gn_put_text(w, "kind", "identity");
    gn_put_str(w, "thing", gn_act_thing_name(act, row->thing));
    gn_put_i64(w, "time", row->since_ms);
    gn_put_i64(w, "since", row->since_ms);
    gn_put_time_or_null(w, "until", end != NULL ? gn_act_now(act, row->last_ms) : 0);
    gn_put_f64(w, "p_value", NAN);
    gn_jw_key(w, "places");
    gn_jw_open(w, '[');
    gn_jw_text(w, row->places[0]);
    gn_jw_text(w, row->places[1]);
    gn_jw_close(w, ']');
}

static void identity_say_finding(struct gn_act *act, const struct gn_identity_row *row, gn_str why, const char *end)
{
    static const char *const figures[] = { "value",          "usual", "usual_low", "usual_high",
                                           "interval_alpha", "score", "evidence",  "threshold" };
    const struct gn_id_text id = gn_act_id_text('f', row->finding);
    struct gn_buf buf = gn_act_buf(act);
    struct gn_jw w = gn_jw_over(&buf);
    gn_jw_open(&w, '{');
    gn_put_id(&w, "id", 'f', row->finding);
    gn_put_text(&w, "fault", row->both != 0 ? "both_connected" : "two_places");
    gn_put_text(&w, "state", end != NULL ? "over" : "open");
    identity_put_head(act, &w, row, end);
    gn_put_text(&w, "property", "");
    gn_put_text(&w, "unit", "");
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        gn_put_f64(&w, figures[i], NAN);
    gn_put_text_or_null(&w, "reference", "");
    gn_put_text_or_null(&w, "model", "");
    gn_put_u64(&w, "seq", row->finding.seq);
    gn_put_id(&w, "alarm", 'a', row->alarm);
    gn_put_str(&w, "why", why);
    gn_jw_close(&w, '}');
    gn_act_say(act, "finding", &id, row->thing, end != NULL ? "over" : "open", gn_act_now(act, row->last_ms), &buf);
}

static void identity_say_alarm(struct gn_act *act, const struct gn_identity_row *row, gn_str why, const char *end)
{
    const struct gn_id_text id = gn_act_id_text('a', row->alarm);
    const struct gn_id_text finding = gn_act_id_text('f', row->finding);
    const char *const state = end != NULL ? "cleared" : "open";
    struct gn_buf buf = gn_act_buf(act);
    struct gn_jw w = gn_jw_over(&buf);
    gn_jw_open(&w, '{');
    gn_put_id(&w, "id", 'a', row->alarm);
    gn_put_text(&w, "state", state);
    identity_put_head(act, &w, row, end);
    gn_jw_key(&w, "sensor");
    gn_jw_bool(&w, false);
    gn_put_u64(&w, "finding_count", row->both != 0 ? 2 : 1); /* what is said of it changed */
    gn_jw_key(&w, "findings");
    gn_jw_open(&w, '[');
    gn_jw_text(&w, finding.text);
    gn_jw_close(&w, ']');
    gn_jw_key(&w, "contributions");
    gn_jw_open(&w, '[');
    gn_jw_close(&w, ']');
    gn_put_f64(&w, "other_share", 0.0);
    gn_put_str(&w, "why", why);
    gn_jw_close(&w, '}');
    gn_act_say(act, "alarm", &id, row->thing, state, gn_act_now(act, row->last_ms), &buf);
}

/* `end` is why it is over, or NULL. */
static void identity_say(struct gn_act *act, const struct gn_identity_row *row, const char *end)
{
    uint8_t bytes[GN_ACT_WHY_BYTES];
    struct gn_buf why = gn_buf_over(bytes, sizeof bytes);
    identity_why(act, row, end, &why);
    identity_say_finding(act, row, gn_buf_str(&why), end);
    identity_say_alarm(act, row, gn_buf_str(&why), end);
}

/* --- life --- */

/* The Thing's row, else a free one, else NULL. */
static struct gn_identity_row *identity_row(struct gn_act *act, uint32_t thing)
{
    struct gn_identity_row *free_row = NULL;
    for (size_t i = 0; i < GN_IDENTITIES_OPEN_MAX; i++) {
        struct gn_identity_row *const row = &act->state->identities[i];
        if (row->alarm.seq != 0 && row->thing == thing)
            return row;
        if (row->alarm.seq == 0 && free_row == NULL)
            free_row = row;
    }
    return free_row;
}

static void identity_end(struct gn_act *act, struct gn_identity_row *row, const char *end)
{
    identity_say(act, row, end);
    *row = (struct gn_identity_row){ 0 };
}

static void identity_see(struct gn_act *act, uint64_t seq, struct gn_identity_row *row, uint32_t thing,
                         const struct identity_said *said)
{
    const bool both = identity_is(said->state, "both");
    const bool is_new = row->alarm.seq == 0;
    const bool is_more = both && row->both == 0;
    if (is_new) {
        *row = (struct gn_identity_row){ .thing = thing, .since_ms = act->state->now_ms };
        row->finding = gn_act_id_next(act, seq);
        row->alarm = gn_act_id_next(act, seq);
    }
    row->last_ms = act->state->now_ms;
    row->both |= both;
    if (is_new || is_more) {
        memcpy(row->places, said->places, sizeof row->places);
        identity_say(act, row, NULL);
    }
}

void gn_identity_on_record(struct gn_act *act, uint64_t seq, uint32_t thing, gn_str json)
{
    struct identity_said said = { .state = "" };
    if (seq == 0 || thing >= act->registry->thing_count || !gn_flat_json_strings(json, identity_on_member, &said))
        return;
    struct gn_identity_row *const row = identity_row(act, thing);
    if (row == NULL)
        act->state->counters.alarms_dropped++;
    else if (identity_is(said.state, "turns") || identity_is(said.state, "both"))
        identity_see(act, seq, row, thing, &said);
    else if (row->alarm.seq != 0 && (identity_is(said.state, "renewed") || identity_is(said.state, "revoked")))
        identity_end(act, row, said.state);
}

void gn_identity_on_tick(struct gn_act *act)
{
    for (size_t i = 0; i < GN_IDENTITIES_OPEN_MAX; i++) {
        struct gn_identity_row *const row = &act->state->identities[i];
        if (row->alarm.seq != 0 && act->state->now_ms - row->last_ms >= GN_IDENTITY_QUIET_MS)
            identity_end(act, row, "quiet");
    }
}
