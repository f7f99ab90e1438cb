/* SPDX-License-Identifier: Apache-2.0 */
/* act/act_int.h -- what the files of the room share: the object, ids, and the way out (private to the room).
 *
 * Only struct gn_act_state is memory in the sense of the journal; everything else in struct gn_act is made again
 * from the registry and the solution. */
#ifndef GN_ACT_ACT_INT_H
#define GN_ACT_ACT_INT_H

#include "act/act.h"
#include "act/act_state.h"
#include "base/json_write.h"

/* Which rules look at a series: asked of names once, then a bit a rule. */
struct gn_series_rules {
    uint8_t bits[GN_RULES_MAX / 8];
    bool known;
    bool on_readings; /* at least one of them looks at readings */
};

struct gn_act {
    const struct gn_registry *registry;
    struct gn_act_host host;
    const struct gn_solution *solution; /* or NULL */
    struct gn_act_state *state;
    uint16_t twin_of[GN_SERIES_MAX];       /* row + 1 of what its property is to become, 0 = nothing */
    uint16_t finding_of[2][GN_SERIES_MAX]; /* row + 1 of a series' open finding, 0 = none; [1]: of its sensor */
    struct gn_series_rules series_rules[GN_SERIES_MAX];
    uint64_t rule_keys[GN_RULES_MAX];
    uint8_t json[GN_OUTPUT_BYTES_MAX];
};

_Static_assert(GN_FINDINGS_OPEN_MAX < UINT16_MAX, "finding_of holds a row");
_Static_assert(GN_RULES_MAX % 8 == 0, "a bit a rule");

/* --- ids --- */

struct gn_id_text {
    char text[48];
};
/* A new id of record `seq`. */
struct gn_act_id gn_act_id_next(struct gn_act *act, uint64_t seq);
struct gn_id_text gn_act_id_text(char letter, struct gn_act_id id); /* "d-17-1"; "" for none */
/* False unless `text` is exactly what gn_act_id_text writes. */
bool gn_act_id_parse(char letter, gn_str text, struct gn_act_id *out);
static inline bool gn_act_id_is(struct gn_act_id a, struct gn_act_id b)
{
    return a.seq == b.seq && a.n == b.n;
}

/* --- names; empty for what the registry does not know --- */

gn_str gn_act_thing_name(const struct gn_act *act, uint32_t thing);
gn_str gn_act_property(const struct gn_act *act, uint32_t series);
gn_str gn_act_unit(const struct gn_act *act, uint32_t series);

/* --- time --- */

/* The journal's clock; before the first tick, the time that came with the record. */
static inline int64_t gn_act_now(const struct gn_act *act, int64_t time_ms)
{
    return act->state->now_ms != 0 ? act->state->now_ms : time_ms;
}
/* Times from outside, bounded as in a state. */
static inline int64_t gn_act_time(int64_t time_ms)
{
    return time_ms > GN_ACT_TIME_MAX ? GN_ACT_TIME_MAX : time_ms < -GN_ACT_TIME_MAX ? -GN_ACT_TIME_MAX : time_ms;
}

/* --- the way out --- */

/* A buffer over act->json; then gn_act_say with it. */
struct gn_buf gn_act_buf(struct gn_act *act);
void gn_act_say(struct gn_act *act, const char *kind, const struct gn_id_text *id, uint32_t thing, const char *state,
                int64_t time_ms, const struct gn_buf *json);

/* Members of an object, many of them alike. */
void gn_put_str(struct gn_jw *w, const char *key, gn_str value);
void gn_put_text(struct gn_jw *w, const char *key, const char *value);              /* "" is written as "" */
void gn_put_text_or_null(struct gn_jw *w, const char *key, const char *value);      /* "" is written as null */
void gn_put_id(struct gn_jw *w, const char *key, char letter, struct gn_act_id id); /* none as null */
void gn_put_f64(struct gn_jw *w, const char *key, double value);
void gn_put_i64(struct gn_jw *w, const char *key, int64_t value);
void gn_put_u64(struct gn_jw *w, const char *key, uint64_t value);
void gn_put_time_or_null(struct gn_jw *w, const char *key, int64_t time_ms);  /* 0 is written as null */
void gn_put_model(struct gn_jw *w, const struct gn_act_reference *reference); /* "model": {...} or null */

/* Copies what fits, whole characters only, always NUL-terminated, the rest of `to` zeroed. */
void gn_act_copy(char *to, size_t capacity, gn_str from);

#endif
