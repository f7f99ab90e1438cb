/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "portal/api/api_table.h"
#include "portal/request_query.h"
#include "portal/values.h"

enum { PROPERTIES_LIMIT_DEFAULT = 1000 };

/* --- one property --- */

struct properties_writer {
    struct gn_jw *w;
    uint8_t kind;
    bool full;
};

static bool properties_write_reading(void *ctx, const struct gn_reading *reading)
{
    struct properties_writer *writer = ctx;
    gn_jw_open(writer->w, '{');
    gn_jw_key(writer->w, "time");
    gn_jw_i64(writer->w, reading->time_ms);
    gn_jw_key(writer->w, "value");
    gn_value_write(writer->w, writer->kind, reading);
    gn_jw_close(writer->w, '}');
    return !writer->w->buf->full;
}

static bool properties_write_bucket(void *ctx, const struct gn_bucket *bucket)
{
    struct gn_jw *w = ctx;
    gn_jw_open(w, '{');
    gn_jw_key(w, "time");
    gn_jw_i64(w, bucket->time_ms);
    gn_jw_key(w, "count");
    gn_jw_u64(w, bucket->count);
    gn_jw_key(w, "min");
    gn_jw_f64(w, bucket->min);
    gn_jw_key(w, "max");
    gn_jw_f64(w, bucket->max);
    gn_jw_key(w, "mean");
    gn_jw_f64(w, bucket->mean);
    gn_jw_key(w, "last");
    gn_jw_f64(w, bucket->last);
    gn_jw_key(w, "first");
    gn_jw_f64(w, bucket->first);
    gn_jw_key(w, "sum");
    gn_jw_f64(w, bucket->sum);
    if (bucket->unusual > 0) {
        gn_jw_key(w, "unusual");
        gn_jw_f64(w, bucket->unusual);
    }
    if (!isnan(bucket->percentile)) {
        gn_jw_key(w, "percentile");
        gn_jw_f64(w, bucket->percentile);
    }
    gn_jw_close(w, '}');
    return !w->buf->full;
}

/* What is asked of one property. */
struct properties_question {
    struct gn_query_span span;
    uint64_t count;      /* 1: only how many */
    uint64_t step_ms;    /* 0: no buckets */
    uint64_t percentile; /* above 100: none */
    uint64_t points;     /* 0: not thinned for a plot */
    int64_t at_ms;
    bool at; /* only what held then */
};

static void properties_begin(const struct gn_thing *thing, const struct gn_series *series, struct gn_jw *w)
{
    gn_jw_open(w, '{');
    gn_jw_key(w, "thing");
    gn_jw_text(w, thing->id);
    gn_jw_key(w, "property");
    gn_jw_text(w, series->property);
}

static void properties_count(struct gn_api *api, const uint32_t *series, size_t series_count,
                             const struct gn_query_span *span, struct gn_response *response)
{
    uint64_t total = 0;
    for (size_t i = 0; i < series_count; i++) {
        uint64_t count = 0;
        const gn_err err = gn_store_count(api->reader, series[i], span->from_ms, span->to_ms, &count);
        if (err) {
            gn_query_failed(err, response);
            return;
        }
        total += count;
    }
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "count");
    gn_jw_u64(&w, total);
    gn_jw_close(&w, '}');
}

static void properties_buckets(struct gn_api *api, const struct gn_thing *thing, const struct gn_series *series,
                               uint32_t index, const struct properties_question *question, struct gn_response *response)
{
    const struct gn_steps steps = { index, question->span.from_ms, question->span.to_ms, (int64_t)question->step_ms };
    if (series->kind == GN_SERIES_TEXT) {
        gn_response_error(response, 400, "bad_query", "ask without step", "a text property has no buckets");
        return;
    }
    struct gn_jw w = gn_response_json(response, 200);
    properties_begin(thing, series, &w);
    gn_jw_key(&w, "step");
    gn_jw_i64(&w, steps.step_ms);
    gn_jw_key(&w, "buckets");
    gn_jw_open(&w, '[');
    const gn_err err =
        question->percentile <= 100
            ? gn_store_percentiles(api->reader, &steps, (double)question->percentile, properties_write_bucket, &w)
            : gn_store_downsample(api->reader, index, steps.from_ms, steps.to_ms, steps.step_ms,
                                  properties_write_bucket, &w);
    gn_jw_close(&w, ']');
    gn_jw_close(&w, '}');
    if (err == GN_ERR_FULL)
        gn_response_error(response, 400, "too_many_buckets", "ask with a larger step, or from and to",
                          "the answer has more than %d buckets, or one of more than %d readings for a percentile",
                          GN_QUERY_BUCKETS_MAX, GN_QUERY_BUCKET_VALUES_MAX);
    else if (err)
        gn_query_failed(err, response);
}

static void properties_readings(struct gn_api *api, const struct gn_thing *thing, const struct gn_series *series,
                                uint32_t index, const struct properties_question *question,
                                struct gn_response *response)
{
    char unit[GN_UNIT_BYTES_MAX + 1];
    gn_value_unit(api, gn_str_of(thing->id), gn_str_of(series->property), unit);
    struct gn_jw w = gn_response_json(response, 200);
    struct properties_writer writer = { .w = &w, .kind = series->kind };
    struct gn_range range = { .series = index,
                              .from_ms = question->span.from_ms,
                              .to_ms = question->span.to_ms,
                              .limit = question->span.limit,
                              .newest_first = true };
    if (question->at) {
        range.to_ms = question->at_ms < INT64_MAX ? question->at_ms + 1 : INT64_MAX;
        range.limit = 1;
    }
    properties_begin(thing, series, &w);
    gn_jw_key(&w, "kind");
    gn_jw_text(&w, gn_series_kind_name(series->kind));
    gn_jw_key(&w, "unit");
    gn_jw_text(&w, unit);
    gn_jw_key(&w, "readings");
    gn_jw_open(&w, '[');
    gn_err err;
    if (question->points > 0) {
        range.limit = (uint32_t)question->points;
        err = gn_store_plot(api->reader, &range, properties_write_reading, &writer);
    } else {
        err = gn_store_range(api->reader, &range, properties_write_reading, &writer);
    }
    gn_jw_close(&w, ']');
    gn_jw_close(&w, '}');
    if (err == GN_ERR_INVAL)
        gn_response_error(response, 400, "bad_query", "ask without points", "a text property cannot be drawn");
    else if (err == GN_ERR_FULL)
        gn_response_error(response, 400, "too_many_readings", "ask for more points, or for less time",
                          "there are too many readings for so few points");
    else if (err)
        gn_query_failed(err, response);
}

static bool properties_read_question(const struct gn_request *request, struct properties_question *out,
                                     struct gn_response *response)
{
    gn_str text;
    *out = (struct properties_question){ .percentile = 101, .at = gn_request_query(request, "at", &text) };
    if (!gn_query_span_read(request, PROPERTIES_LIMIT_DEFAULT, GN_QUERY_READINGS_MAX, &out->span, response) ||
        !gn_query_u64(request, "count", 0, 1, &out->count, response) ||
        !gn_query_u64(request, "step", 1, INT64_C(366) * 86400000, &out->step_ms, response) ||
        !gn_query_u64(request, "percentile", 0, 100, &out->percentile, response) ||
        !gn_query_u64(request, "points", 3, GN_QUERY_PLOT_MAX, &out->points, response) ||
        !gn_query_time(request, "at", &out->at_ms, response))
        return false;
    if ((out->count > 0) + (out->step_ms > 0) + (out->points > 0) + out->at > 1 ||
        (out->percentile <= 100 && out->step_ms == 0)) {
        gn_response_error(response, 400, "bad_query", "percentile goes with step",
                          "only one of count, step, points and at can be meant");
        return false;
    }
    return true;
}

static void properties_get_one(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    static const char *const known[] = { "from", "to", "limit", "count", "step", "percentile", "points", "at", NULL };
    uint32_t thing_index;
    uint32_t index;
    struct gn_thing thing;
    struct gn_series series;
    struct properties_question question;
    if (!gn_query_known(request, known, response) || !properties_read_question(request, &question, response) ||
        !gn_query_thing(api, request->parts[0], &thing_index, &thing, response) ||
        !gn_query_series(api, thing_index, request->parts[1], &index, &series, response))
        return;
    if (question.count == 1)
        properties_count(api, &index, 1, &question.span, response);
    else if (question.step_ms > 0)
        properties_buckets(api, &thing, &series, index, &question, response);
    else
        properties_readings(api, &thing, &series, index, &question, response);
}

/* --- all properties of a Thing, in the order of time --- */

struct properties_row {
    int64_t time_ms;
    uint64_t seq;
    double value;
    uint32_t series; /* its place in the list */
    uint32_t text_at;
    uint32_t text_size;
};

/* The newest `limit` readings of all series: rows are taken until there are twice as many, then the older half
 * goes. Texts stay where they are; what they may take together is the answer's own bound. */
struct properties_merge {
    struct properties_row *rows; /* 2 * limit, but at least one series' worth */
    size_t count;
    size_t capacity;
    uint32_t limit;
    uint32_t series;
    struct gn_buf texts;
};

static int properties_order(const void *a, const void *b)
{
    const struct properties_row *x = a;
    const struct properties_row *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    if (x->seq != y->seq)
        return x->seq < y->seq ? -1 : 1;
    return (x->series > y->series) - (x->series < y->series);
}

static void properties_cut(struct properties_merge *merge)
{
    qsort(merge->rows, merge->count, sizeof merge->rows[0], properties_order);
    if (merge->count <= merge->limit)
        return;
    memmove(merge->rows, merge->rows + merge->count - merge->limit, merge->limit * sizeof merge->rows[0]);
    merge->count = merge->limit;
}

static bool properties_take(void *ctx, const struct gn_reading *reading)
{
    struct properties_merge *merge = ctx;
    if (merge->count == merge->capacity)
        properties_cut(merge);
    merge->rows[merge->count++] = (struct properties_row){
        .time_ms = reading->time_ms,
        .seq = reading->seq,
        .value = reading->value,
        .series = merge->series,
        .text_at = (uint32_t)merge->texts.size,
        .text_size = (uint32_t)reading->text.size,
    };
    gn_buf_add_str(&merge->texts, reading->text);
    return !merge->texts.full;
}

static gn_err properties_gather(struct gn_api *api, const struct gn_series_list *list, const struct gn_query_span *span,
                                struct properties_merge *merge)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct gn_range range = { .series = list->index[i],
                                        .from_ms = span->from_ms,
                                        .to_ms = span->to_ms,
                                        .limit = span->limit,
                                        .newest_first = true };
        merge->series = i;
        const gn_err err = gn_store_range(api->reader, &range, properties_take, merge);
        if (err)
            return err;
    }
    properties_cut(merge);
    return GN_OK;
}

static void properties_write_merged(const struct gn_thing *thing, const struct gn_series_list *list,
                                    const struct properties_merge *merge, struct gn_response *response)
{
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "thing");
    gn_jw_text(&w, thing->id);
    gn_jw_key(&w, "readings");
    gn_jw_open(&w, '[');
    for (size_t i = 0; i < merge->count; i++) {
        const struct properties_row *row = &merge->rows[i];
        const struct gn_series *series = &list->series[row->series];
        const struct gn_reading reading = {
            .value = row->value,
            .text = { (const char *)merge->texts.at + row->text_at, row->text_size },
        };
        gn_jw_open(&w, '{');
        gn_jw_key(&w, "property");
        gn_jw_text(&w, series->property);
        gn_jw_key(&w, "time");
        gn_jw_i64(&w, row->time_ms);
        gn_jw_key(&w, "value");
        gn_value_write(&w, series->kind, &reading);
        gn_jw_close(&w, '}');
    }
    gn_jw_close(&w, ']');
    gn_jw_close(&w, '}');
    response->body.full = response->body.full || merge->texts.full;
}

static void properties_merge_all(struct gn_api *api, const struct gn_thing *thing, const struct gn_series_list *list,
                                 const struct gn_query_span *span, struct gn_response *response)
{
    const size_t capacity = 2 * (size_t)span->limit;
    void *texts = gn_mem_take(GN_RESPONSE_BYTES_MAX, "portal: while answering");
    struct properties_merge merge = {
        .rows = gn_mem_take(capacity * sizeof(struct properties_row), "portal: while answering"),
        .capacity = capacity,
        .limit = span->limit,
        .texts = gn_buf_over(texts, GN_RESPONSE_BYTES_MAX),
    };
    gn_err err = merge.rows == NULL || texts == NULL ? GN_ERR_BUSY : GN_OK;
    if (!err)
        err = properties_gather(api, list, span, &merge);
    if (err)
        gn_query_failed(err, response);
    else
        properties_write_merged(thing, list, &merge, response);
    gn_mem_give(merge.rows);
    gn_mem_give(texts);
}

static void properties_get_all(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    static const char *const known[] = { "from", "to", "limit", "count", NULL };
    uint32_t index;
    struct gn_thing thing;
    struct gn_query_span span;
    uint64_t count = 0;
    if (!gn_query_known(request, known, response) ||
        !gn_query_span_read(request, PROPERTIES_LIMIT_DEFAULT, GN_QUERY_READINGS_MAX, &span, response) ||
        !gn_query_u64(request, "count", 0, 1, &count, response) ||
        !gn_query_thing(api, request->parts[0], &index, &thing, response))
        return;
    struct gn_series_list *list = gn_mem_take(sizeof *list, "portal: while answering");
    const gn_err err = list == NULL ? GN_ERR_BUSY : gn_series_list_read(api->reader, index, list);
    if (err)
        gn_query_failed(err, response);
    else if (count == 1)
        properties_count(api, list->index, list->count, &span, response);
    else
        properties_merge_all(api, &thing, list, &span, response);
    gn_mem_give(list);
}

static const struct gn_route properties_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/things/{id}/properties", GN_ACCESS_VIEWER, GN_PLACE_READINGS, properties_get_all),
      .help = "readings of all properties in the order of time; the newest `limit`; count=1 answers {\"count\":N}",
      .query = "from=time|to=time|limit=count|count=flag", .answer = "ThingReadings", .status = 200 },
    { GN_ROUTE(GN_GET, "/api/v1/things/{id}/properties/{property}", GN_ACCESS_VIEWER, GN_PLACE_READINGS,
               properties_get_one),
      .help = "readings of a property, the newest `limit`; count=1 answers {\"count\":N}; step=MS answers buckets; "
              "points=N those that look like all when drawn; at=TIME what held then",
      .query = "from=time|to=time|limit=count|count=flag|step=milliseconds|percentile=0 to 100, of each step|"
               "points=count|at=time",
      .answer = "PropertyAnswer", .status = 200 },
};

/* clang-format off */
static const struct gn_schema properties_schemas[] = {
    { "Count", GN_SCHEMA({
        "type": "object", "required": ["count"], "properties": { "count": { "type": "integer" } } }) },
    { "Readings", GN_SCHEMA({
        "type": "object", "required": ["thing", "property", "kind", "unit", "readings"],
        "properties": { "thing": { "type": "string" }, "property": { "type": "string" },
            "kind": { "enum": ["number", "bool", "text"] }, "unit": { "type": "string" },
            "readings": { "type": "array", "items": {
                "type": "object", "required": ["time", "value"],
                "properties": { "time": { "type": "integer" },
                                "value": { "type": ["number", "boolean", "string"] } } } } } }) },
    { "Buckets", GN_SCHEMA({
        "type": "object", "required": ["thing", "property", "step", "buckets"],
        "properties": { "thing": { "type": "string" }, "property": { "type": "string" },
            "step": { "type": "integer" },
            "buckets": { "type": "array", "items": {
                "type": "object", "required": ["time", "count", "min", "max", "mean", "last"],
                "properties": { "time": { "type": "integer" }, "count": { "type": "integer" },
                    "min": { "type": "number" }, "max": { "type": "number" }, "mean": { "type": "number" },
                    "last": { "type": "number" }, "first": { "type": "number" }, "sum": { "type": "number" },
                    "unusual": { "type": "number" }, "percentile": { "type": "number" } } } } } }) },
    { "PropertyAnswer", GN_SCHEMA({
        "oneOf": [{ "$ref": "#/components/schemas/Readings" }, { "$ref": "#/components/schemas/Buckets" },
                  { "$ref": "#/components/schemas/Count" }] }) },
    { "AllReadings", GN_SCHEMA({
        "type": "object", "required": ["thing", "readings"],
        "properties": { "thing": { "type": "string" },
            "readings": { "type": "array", "items": {
                "type": "object", "required": ["property", "time", "value"],
                "properties": { "property": { "type": "string" }, "time": { "type": "integer" },
                                "value": { "type": ["number", "boolean", "string"] } } } } } }) },
    { "ThingReadings", GN_SCHEMA({
        "oneOf": [{ "$ref": "#/components/schemas/AllReadings" }, { "$ref": "#/components/schemas/Count" }] }) },
};
/* clang-format on */

const struct gn_resource gn_resource_properties = GN_RESOURCE("properties", properties_routes, properties_schemas);
