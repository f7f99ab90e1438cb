/* SPDX-License-Identifier: Apache-2.0 */
/* Several series on one grid of time: GET /api/v1/aligned?series=press/oil,mill/rpm&from=...&step=60000 */
#include <math.h>

#include "base/mem.h"
#include "portal/api/api_table.h"
#include "portal/request_query.h"
#include "store/grid.h"

struct aligned_series {
    char thing[GN_THING_ID_BYTES_MAX + 1];
    char property[GN_PROPERTY_BYTES_MAX + 1];
    uint32_t index;
    double values[GN_QUERY_BUCKETS_MAX];
};

struct aligned {
    struct gn_grid grid;
    int64_t first_ms;
    size_t step_count;
    bool sparse; /* steps in which no series has anything are left out */
    size_t series_count;
    struct aligned_series series[GN_QUERY_SERIES_MAX];
};

static bool aligned_refuse(struct gn_response *response, const char *hint, const char *what)
{
    gn_response_error(response, 400, "bad_query", hint, "%s", what);
    return false;
}

/* "press/oil,mill/rpm" */
static bool aligned_read_series(struct gn_api *api, const struct gn_request *request, struct aligned *aligned,
                                struct gn_response *response)
{
    gn_str rest;
    if (!gn_request_query(request, "series", &rest) || rest.size == 0)
        return aligned_refuse(response, "series=THING/PROPERTY,THING/PROPERTY", "which series is not said");
    while (rest.size > 0) {
        struct gn_thing thing;
        struct gn_series series;
        uint32_t thing_index;
        gn_str property;
        const gn_str id = gn_str_split(gn_str_split(rest, ',', &rest), '/', &property);
        if (aligned->series_count == GN_QUERY_SERIES_MAX)
            return aligned_refuse(response, "GET /api/v1/limits lists the limits", "these are too many series at once");
        struct aligned_series *to = &aligned->series[aligned->series_count++];
        if (!gn_query_thing(api, id, &thing_index, &thing, response) ||
            !gn_query_series(api, thing_index, property, &to->index, &series, response))
            return false;
        if (series.kind == GN_SERIES_TEXT)
            return aligned_refuse(response, "ask for its readings instead", "a text property has no buckets");
        memcpy(to->thing, thing.id, sizeof to->thing);
        memcpy(to->property, series.property, sizeof to->property);
    }
    return true;
}

static bool aligned_read_words(const struct gn_request *request, struct aligned *aligned, struct gn_response *response)
{
    gn_str text;
    uint64_t percent = 50;
    if (gn_request_query(request, "value", &text) && !gn_bucket_value_named(text, &aligned->grid.value))
        return aligned_refuse(response, "mean, min, max, sum, count, first, last or percentile",
                              "the query item 'value' is not understood");
    if (gn_request_query(request, "fill", &text)) {
        aligned->sparse = gn_str_equal(text, GN_STR("none"));
        if (!aligned->sparse && !gn_fill_named(text, &aligned->grid.fill))
            return aligned_refuse(response, "none, null, previous or linear",
                                  "the query item 'fill' is not understood");
    }
    if (!gn_query_u64(request, "percentile", 0, 100, &percent, response))
        return false;
    aligned->grid.percent = (double)percent;
    return true;
}

static bool aligned_read_grid(struct gn_api *api, const struct gn_request *request, struct aligned *aligned,
                              struct gn_response *response)
{
    struct gn_query_span span;
    uint64_t step_ms = 0;
    if (!gn_query_span_read(request, 1, 1, &span, response) ||
        !gn_query_u64(request, "step", 1, INT64_C(366) * 86400000, &step_ms, response))
        return false;
    if (step_ms == 0 || span.from_ms == INT64_MIN)
        return aligned_refuse(response, "from=TIME&step=MILLISECONDS", "from and step are needed");
    aligned->grid.step_ms = (int64_t)step_ms;
    aligned->grid.from_ms = span.from_ms;
    aligned->grid.to_ms = span.to_ms < INT64_MAX ? span.to_ms : gn_wall_ms(&api->clock) + 1;
    const gn_err err = gn_grid_steps(&aligned->grid, &aligned->first_ms, &aligned->step_count);
    if (err == GN_ERR_FULL)
        gn_response_error(response, 400, "too_many_buckets", "ask with a larger step, or a shorter range",
                          "the answer has more than %d steps", GN_QUERY_BUCKETS_MAX);
    else if (err)
        return aligned_refuse(response, "a time is RFC 3339 or milliseconds since 1970", "the range is too wide");
    return err == GN_OK;
}

static bool aligned_is_empty(const struct aligned *aligned, size_t step)
{
    for (size_t i = 0; i < aligned->series_count; i++)
        if (!isnan(aligned->series[i].values[step]))
            return false;
    return true;
}

static void aligned_write(const struct aligned *aligned, struct gn_response *response)
{
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "step");
    gn_jw_i64(&w, aligned->grid.step_ms);
    gn_jw_key(&w, "series");
    gn_jw_open(&w, '[');
    for (size_t i = 0; i < aligned->series_count; i++) {
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "thing");
        gn_jw_text(&w, aligned->series[i].thing);
        gn_jw_key(&w, "property");
        gn_jw_text(&w, aligned->series[i].property);
        gn_jw_close(&w, '}');
    }
    gn_jw_close(&w, ']');
    gn_jw_key(&w, "rows"); /* [time, value of the first series, of the second ...] */
    gn_jw_open(&w, '[');
    for (size_t step = 0; step < aligned->step_count && !w.buf->full; step++) {
        if (aligned->sparse && aligned_is_empty(aligned, step))
            continue;
        gn_jw_open(&w, '[');
        gn_jw_i64(&w, aligned->first_ms + (int64_t)step * aligned->grid.step_ms);
        for (size_t i = 0; i < aligned->series_count; i++)
            gn_jw_f64(&w, aligned->series[i].values[step]);
        gn_jw_close(&w, ']');
    }
    gn_jw_close(&w, ']');
    gn_jw_close(&w, '}');
}

static void aligned_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    static const char *const known[] = { "series", "from", "to", "step", "value", "percentile", "fill", NULL };
    if (!gn_query_known(request, known, response))
        return;
    struct aligned *aligned = gn_mem_take(sizeof *aligned, "portal: while answering");
    if (aligned == NULL) {
        gn_query_failed(GN_ERR_BUSY, response);
        return;
    }
    if (aligned_read_words(request, aligned, response) && aligned_read_grid(api, request, aligned, response) &&
        aligned_read_series(api, request, aligned, response)) {
        gn_err err = GN_OK;
        for (size_t i = 0; i < aligned->series_count && !err; i++)
            err = gn_store_grid(api->reader, aligned->series[i].index, &aligned->grid, aligned->series[i].values);
        if (err == GN_ERR_FULL)
            gn_response_error(response, 400, "too_many_readings", "ask with a smaller step",
                              "a step has more than %d readings, too many for a percentile",
                              GN_QUERY_BUCKET_VALUES_MAX);
        else if (err)
            gn_query_failed(err, response);
        else
            aligned_write(aligned, response);
    }
    gn_mem_give(aligned);
}

static const struct gn_route aligned_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/aligned", GN_ACCESS_VIEWER, GN_PLACE_READINGS, aligned_get),
      .help = "several series on one grid of time, with a rule for empty steps: fill=none|null|previous|linear",
      .query =
          "series=THING/PROPERTY with commas|from=time|to=time|step=milliseconds|value=mean, min, max, sum, count, "
          "first, last, percentile|percentile=0 to 100|fill=rule",
      .answer = "Aligned", .status = 200 },
};

/* clang-format off */
static const struct gn_schema aligned_schemas[] = {
    { "Aligned", GN_SCHEMA({
        "type": "object", "required": ["step", "series", "rows"],
        "properties": { "step": { "type": "integer" },
            "series": { "type": "array", "items": { "type": "object", "required": ["thing", "property"],
                "properties": { "thing": { "type": "string" }, "property": { "type": "string" } } } },
            "rows": { "type": "array", "items": { "type": "array",
                "items": { "type": ["number", "null"] } } } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_aligned = GN_RESOURCE("aligned", aligned_routes, aligned_schemas);
