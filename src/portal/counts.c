/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/counts.h"

#include "base/limits.h"

struct counts_walk {
    struct gn_api *api;
    struct gn_counts *counts;
};

static bool counts_thing(void *ctx, uint32_t index, const struct gn_thing *thing)
{
    struct counts_walk *walk = ctx;
    walk->counts->things++;
    walk->counts->series += thing->series_count;
    walk->counts->things_online += walk->api->host.online(walk->api->host.self, index);
    return true;
}

static bool counts_output(void *ctx, const struct gn_output *output, uint64_t change)
{
    (void)output;
    (void)change;
    ++*(uint64_t *)ctx;
    return true;
}

static gn_err counts_outputs(struct gn_api *api, const char *kind, gn_str state, uint32_t limit, uint64_t *out)
{
    const struct gn_output_query query = {
        .kind = kind, .state = state, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = limit, .newest_first = true
    };
    return gn_store_outputs(api->reader, &query, counts_output, out);
}

gn_err gn_counts_read(struct gn_api *api, struct gn_counts *out)
{
    struct gn_counts counts = { 0 };
    struct counts_walk walk = { .api = api, .counts = &counts };
    struct gn_store_stats stats;
    gn_err err = gn_store_things(api->reader, counts_thing, &walk);
    if (!err)
        err = counts_outputs(api, "alarm", GN_STR("open"), GN_ALARMS_OPEN_MAX, &counts.alarms_open);
    if (!err)
        err = counts_outputs(api, "decision", GN_STR("pending"), GN_DECISIONS_OPEN_MAX, &counts.decisions_pending);
    if (err)
        return err;
    gn_store_stats(api->reader, &stats);
    counts.readings = stats.reading_count;
    *out = counts;
    return GN_OK;
}
