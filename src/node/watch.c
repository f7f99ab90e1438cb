/* SPDX-License-Identifier: Apache-2.0 */
#include "node/watch.h"

#include "base/mem.h"

gn_err gn_watch_init(struct gn_watch *watch)
{
    *watch = (struct gn_watch){ .listened_ms = 1 };
    watch->series = gn_mem_take(GN_SERIES_MAX * sizeof *watch->series, "who speaks how often");
    watch->things = gn_mem_take(GN_THINGS_MAX * sizeof *watch->things, "who speaks how often");
    if (watch->series != NULL && watch->things != NULL)
        return GN_OK;
    gn_watch_fini(watch);
    return GN_ERR_FULL;
}

void gn_watch_fini(struct gn_watch *watch)
{
    gn_mem_give(watch->series);
    gn_mem_give(watch->things);
    *watch = (struct gn_watch){ 0 };
}

void gn_watch_tick(struct gn_watch *watch, int64_t now_ms)
{
    const int64_t step_ms = watch->now_ms == 0 ? 0 : now_ms - watch->now_ms;
    if (step_ms < 0)
        return;
    watch->listened_ms += step_ms < GN_WATCH_STEP_MS ? step_ms : GN_WATCH_STEP_MS;
    watch->now_ms = now_ms;
}

void gn_watch_link_is(struct gn_watch *watch, uint32_t thing, bool up)
{
    if (thing < GN_THINGS_MAX)
        watch->things[thing].link = up ? GN_WATCH_LINK_UP : GN_WATCH_LINK_DOWN;
}

/* --- words --- */

static void watch_tell(struct gn_watch *watch, uint32_t series, gn_watch_phase phase, bool whole, bool offline,
                       gn_watch_say *say, void *ctx)
{
    struct gn_silence *const silence = &watch->series[series];
    const struct gn_watch_word word = {
        .series = series,
        .phase = phase,
        .whole = whole,
        .offline = offline,
        .heard_ms = silence->heard_ms,
        .silent_ms = watch->listened_ms - silence->heard_at,
        .period_ms = silence->mean_ms < 1 ? 1 : (int64_t)(silence->mean_ms + 0.5),
    };
    silence->told_at = phase == GN_WATCH_END ? 0 : watch->listened_ms;
    say(ctx, &word);
}

/* --- the Thing as a whole --- */

static void watch_begin_whole(struct gn_watch *watch, const struct gn_registry *registry, uint32_t series,
                              gn_watch_say *say, void *ctx)
{
    const uint32_t thing = registry->series[series].thing;
    struct gn_watch_thing *const row = &watch->things[thing];
    for (uint32_t i = registry->things[thing].series_first; i != GN_NONE; i = registry->series[i].next)
        if (watch->series[i].told_at != 0) /* what was said of one of them is part of this now */
            watch_tell(watch, i, GN_WATCH_END, false, false, say, ctx);
    row->carrier = series + 1;
    row->offline = row->link == GN_WATCH_LINK_DOWN;
    watch_tell(watch, series, GN_WATCH_START, true, row->offline != 0, say, ctx);
}

static void watch_end_whole(struct gn_watch *watch, const struct gn_registry *registry, uint32_t thing,
                            gn_watch_say *say, void *ctx)
{
    struct gn_watch_thing *const row = &watch->things[thing];
    const uint32_t carrier = row->carrier - 1;
    row->carrier = 0;
    watch_tell(watch, carrier, GN_WATCH_END, true, row->offline != 0, say, ctx);
    for (uint32_t i = registry->things[thing].series_first; i != GN_NONE; i = registry->series[i].next)
        watch->series[i].heard_at = watch->listened_ms;
    watch->series[carrier].missed = 1;
}

static bool watch_is_whole(const struct gn_watch *watch, uint32_t thing, const struct gn_silence *silence)
{
    const struct gn_watch_thing *const row = &watch->things[thing];
    if (row->link == GN_WATCH_LINK_DOWN)
        return true;
    return silence->missed == 0 && (double)(row->heard_at - silence->heard_at) <= silence->mean_ms;
}

/* --- what happens --- */

void gn_watch_hear(struct gn_watch *watch, const struct gn_registry *registry, uint32_t series, gn_watch_say *say,
                   void *ctx)
{
    struct gn_silence *const silence = &watch->series[series];
    const uint32_t thing = registry->series[series].thing;
    struct gn_watch_thing *const row = &watch->things[thing];
    const bool alive = !watch_is_whole(watch, thing, silence);
    const int64_t told_at = silence->told_at;
    if (row->carrier != 0) {
        const struct gn_silence before = *silence; /* its own pause is learnt, the others' is not */
        watch_end_whole(watch, registry, thing, say, ctx);
        silence->heard_at = before.heard_at;
        silence->told_at = watch->listened_ms;
    } else if (told_at != 0) {
        watch_tell(watch, series, GN_WATCH_END, false, false, say, ctx);
        silence->told_at = told_at;
    }
    gn_silence_hear(silence, watch->now_ms, watch->listened_ms, alive);
    row->heard_at = watch->listened_ms;
}

/* What is going on is said again when it has lasted twice as long. */
static bool watch_is_worth_a_word(const struct gn_watch *watch, const struct gn_silence *silence)
{
    return watch->listened_ms - silence->heard_at >= 2 * (silence->told_at - silence->heard_at);
}

static void watch_go_on(struct gn_watch *watch, uint32_t thing, gn_watch_say *say, void *ctx)
{
    struct gn_watch_thing *const row = &watch->things[thing];
    const uint32_t carrier = row->carrier - 1;
    const bool offline = row->link == GN_WATCH_LINK_DOWN;
    if (offline && row->offline == 0) {
        row->offline = 1; /* now it is known why */
        watch_tell(watch, carrier, GN_WATCH_START, true, true, say, ctx);
    } else if (watch_is_worth_a_word(watch, &watch->series[carrier])) {
        watch_tell(watch, carrier, GN_WATCH_GOES_ON, true, row->offline != 0, say, ctx);
    }
}

void gn_watch_look(struct gn_watch *watch, const struct gn_registry *registry, gn_watch_say *say, void *ctx)
{
    for (uint32_t series = 0; series < registry->series_count; series++) {
        struct gn_silence *const silence = &watch->series[series];
        const uint32_t thing = registry->series[series].thing;
        const uint32_t carrier = watch->things[thing].carrier;
        if (carrier != 0) {
            if (carrier == series + 1)
                watch_go_on(watch, thing, say, ctx);
            continue;
        }
        if (!gn_silence_is_overdue(silence, watch->listened_ms))
            continue;
        if (watch_is_whole(watch, thing, silence))
            watch_begin_whole(watch, registry, series, say, ctx);
        else if (silence->told_at == 0)
            watch_tell(watch, series, GN_WATCH_START, false, false, say, ctx);
        else if (watch_is_worth_a_word(watch, silence))
            watch_tell(watch, series, GN_WATCH_GOES_ON, false, false, say, ctx);
    }
}

bool gn_watch_valid(const struct gn_watch *watch, uint32_t thing_count, uint32_t series_count)
{
    bool valid = watch->listened_ms > 0 && watch->listened_ms <= INT64_C(1) << 60;
    for (uint32_t i = 0; i < thing_count; i++)
        valid = valid && watch->things[i].carrier <= series_count && watch->things[i].link <= GN_WATCH_LINK_DOWN &&
                watch->things[i].offline <= 1 && watch->things[i].heard_at >= 0;
    for (uint32_t i = 0; i < series_count; i++)
        valid = valid && gn_silence_valid(&watch->series[i]);
    return valid;
}
