/* SPDX-License-Identifier: Apache-2.0 */
/* What Grafana and promtool ask of a Prometheus: docs/prometheus.md. Answers and errors have Prometheus' form, not
 * ours. */
#include <math.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "portal/api/api_table.h"
#include "portal/prom/prom_query.h"
#include "portal/request_query.h"

static void prometheus_fail(int status, const char *type, const char *words, struct gn_response *response)
{
    struct gn_jw w = gn_response_json(response, status);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "status");
    gn_jw_text(&w, "error");
    gn_jw_key(&w, "errorType");
    gn_jw_text(&w, type);
    gn_jw_key(&w, "error");
    gn_jw_text(&w, words);
    gn_jw_close(&w, '}');
}

static void prometheus_failed(gn_err err, const struct gn_diag *diag, struct gn_response *response)
{
    const char *words = diag->text[0] != '\0' ? diag->text : gn_err_text(err);
    if (err == GN_ERR_INVAL)
        prometheus_fail(400, "bad_data", words, response);
    else if (err == GN_ERR_FULL)
        prometheus_fail(422, "execution", words, response);
    else
        gn_query_failed(err, response);
}

/* --- what was asked --- */

/* Seconds since 1970, or RFC 3339. */
static bool prometheus_time(const struct gn_request *request, const char *name, int64_t *inout,
                            struct gn_response *response)
{
    gn_str text;
    double seconds = 0;
    size_t size = 0;
    if (!gn_request_query(request, name, &text))
        return true;
    if (gn_number_scan(text, GN_NUMBER_DECIMAL, &seconds, &size) == GN_OK && size == text.size &&
        fabs(seconds) < 1e12) {
        *inout = (int64_t)floor(seconds * 1000 + 0.5);
        return true;
    }
    if (gn_time_parse(text, inout) == GN_OK)
        return true;
    prometheus_fail(400, "bad_data", "a time is seconds since 1970, or RFC 3339", response);
    return false;
}

static bool prometheus_step(const struct gn_request *request, int64_t *out, struct gn_response *response)
{
    gn_str text;
    double seconds = 0;
    size_t size = 0;
    const bool given = gn_request_query(request, "step", &text);
    if (given && gn_number_scan(text, GN_NUMBER_DECIMAL, &seconds, &size) == GN_OK && size == text.size &&
        seconds >= 0.001 && seconds < 1e9)
        *out = (int64_t)floor(seconds * 1000 + 0.5);
    else if (!given || gn_duration_parse(text, out) != GN_OK || *out <= 0) {
        prometheus_fail(400, "bad_data", "step is seconds, or a duration as 1m", response);
        return false;
    }
    return true;
}

static bool prometheus_grid(struct gn_api *api, const struct gn_request *request, bool is_range,
                            struct gn_prom_grid *out, struct gn_response *response)
{
    int64_t start_ms = gn_wall_ms(&api->clock), step_ms = 1;
    int64_t end_ms = start_ms;
    if (!is_range) {
        if (!prometheus_time(request, "time", &start_ms, response))
            return false;
        *out = (struct gn_prom_grid){ .start_ms = start_ms, .step_ms = 1, .steps = 1 };
        return true;
    }
    if (!prometheus_time(request, "start", &start_ms, response) ||
        !prometheus_time(request, "end", &end_ms, response) || !prometheus_step(request, &step_ms, response))
        return false;
    if (end_ms < start_ms || (end_ms - start_ms) / step_ms >= GN_PROM_STEPS_MAX) {
        prometheus_fail(400, "bad_data", "end is before start, or there are more steps than PROM_STEPS_MAX", response);
        return false;
    }
    *out = (struct gn_prom_grid){ .start_ms = start_ms,
                                  .step_ms = step_ms,
                                  .steps = (uint32_t)((end_ms - start_ms) / step_ms) + 1 };
    return true;
}

/* --- answers --- */

static struct gn_jw prometheus_begin(struct gn_response *response)
{
    struct gn_jw w = gn_response_json(response, 200);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "status");
    gn_jw_text(&w, "success");
    gn_jw_key(&w, "data");
    return w;
}

static void prometheus_metric(struct gn_jw *w, const struct gn_prom_labels *labels)
{
    gn_jw_open(w, '{');
    for (size_t i = 0; i < labels->count; i++) {
        gn_jw_key_str(w, labels->at[i].name);
        gn_jw_str(w, labels->at[i].value);
    }
    gn_jw_close(w, '}');
}

/* [seconds, "value"] */
static void prometheus_point(struct gn_jw *w, int64_t time_ms, double value)
{
    char text[40];
    struct gn_buf number = gn_buf_over(text, sizeof text);
    struct gn_jw inner = gn_jw_over(&number);
    if (isfinite(value))
        gn_jw_f64(&inner, value);
    else
        gn_buf_add_text(&number, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
    gn_jw_open(w, '[');
    gn_jw_f64(w, (double)time_ms / 1000);
    gn_jw_str(w, gn_buf_str(&number));
    gn_jw_close(w, ']');
}

static void prometheus_row(struct gn_jw *w, const struct gn_prom_grid *grid, const struct gn_prom_row *row,
                           bool is_range)
{
    bool any = false;
    for (uint32_t step = 0; step < grid->steps && !any; step++)
        any = !isnan(row->points[step]);
    if (!any)
        return;
    gn_jw_open(w, '{');
    gn_jw_key(w, "metric");
    prometheus_metric(w, &row->labels);
    gn_jw_key(w, is_range ? "values" : "value");
    if (is_range)
        gn_jw_open(w, '[');
    for (uint32_t step = 0; step < grid->steps; step++)
        if (!isnan(row->points[step]))
            prometheus_point(w, grid->start_ms + (int64_t)step * grid->step_ms, row->points[step]);
    if (is_range)
        gn_jw_close(w, ']');
    gn_jw_close(w, '}');
}

static void prometheus_scalar(struct gn_jw *w, const struct gn_prom_grid *grid, double value, bool is_range)
{
    if (!is_range) {
        prometheus_point(w, grid->start_ms, value);
        return;
    }
    gn_jw_open(w, '[');
    gn_jw_open(w, '{');
    gn_jw_key(w, "metric");
    gn_jw_open(w, '{');
    gn_jw_close(w, '}');
    gn_jw_key(w, "values");
    gn_jw_open(w, '[');
    for (uint32_t step = 0; step < grid->steps; step++)
        prometheus_point(w, grid->start_ms + (int64_t)step * grid->step_ms, value);
    gn_jw_close(w, ']');
    gn_jw_close(w, '}');
    gn_jw_close(w, ']');
}

static void prometheus_write(const struct gn_prom_grid *grid, const struct gn_prom_value *value, bool is_range,
                             struct gn_response *response)
{
    struct gn_jw w = prometheus_begin(response);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "resultType");
    gn_jw_text(&w, is_range ? "matrix" : value->is_scalar ? "scalar" : "vector");
    gn_jw_key(&w, "result");
    if (value->is_scalar) {
        prometheus_scalar(&w, grid, value->scalar, is_range);
    } else {
        gn_jw_open(&w, '[');
        for (size_t i = 0; i < value->count; i++)
            prometheus_row(&w, grid, &value->rows[i], is_range);
        gn_jw_close(&w, ']');
    }
    gn_jw_close(&w, '}');
    gn_jw_close(&w, '}');
}

static void prometheus_ask(struct gn_api *api, const struct gn_request *request, bool is_range,
                           struct gn_response *response)
{
    struct gn_diag diag = { 0 };
    struct gn_prom_query query = { .reader = api->reader, .diag = &diag };
    struct gn_prom_value value;
    gn_str text;
    if (!gn_request_query(request, "query", &text)) {
        prometheus_fail(400, "bad_data", "the query item 'query' is missing", response);
        return;
    }
    if (!prometheus_grid(api, request, is_range, &query.grid, response))
        return;
    const gn_err err = gn_prom_query_run(&query, text, &value);
    if (err == GN_OK)
        prometheus_write(&query.grid, &value, is_range, response);
    else
        prometheus_failed(err, &diag, response);
    gn_prom_query_end(&query);
}

static void prometheus_instant(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    prometheus_ask(api, request, false, response);
}

static void prometheus_range(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    prometheus_ask(api, request, true, response);
}

/* --- series and labels --- */

/* All series that any match[] names; all there are without one. */
static gn_err prometheus_select(struct gn_prom_query *query, const struct gn_request *request, size_t *inout_item,
                                struct gn_prom_value *out)
{
    for (size_t i = *inout_item; i < request->query_count; i++)
        if (gn_str_equal(request->query[i].name, GN_STR("match[]"))) {
            *inout_item = i + 1;
            return gn_prom_query_select(query, request->query[i].value, out);
        }
    if (*inout_item > 0)
        return GN_ERR_NOT_FOUND;
    *inout_item = request->query_count + 1;
    return gn_prom_query_select(query, GN_STR("{__name__=~\".+\"}"), out);
}

static void prometheus_series(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    struct gn_diag diag = { 0 };
    struct gn_prom_query query = { .reader = api->reader, .diag = &diag, .grid = { .steps = 1, .step_ms = 1 } };
    struct gn_prom_value value;
    size_t item = 0;
    gn_err err;
    struct gn_jw w = prometheus_begin(response);
    gn_jw_open(&w, '[');
    while ((err = prometheus_select(&query, request, &item, &value)) == GN_OK)
        for (size_t i = 0; i < value.count; i++)
            prometheus_metric(&w, &value.rows[i].labels);
    gn_jw_close(&w, ']');
    gn_jw_close(&w, '}');
    gn_prom_query_end(&query);
    if (err != GN_ERR_NOT_FOUND)
        prometheus_failed(err, &diag, response);
}

/* Texts, each once, in order. */
struct prometheus_set {
    gn_str texts[GN_PROM_SERIES_MAX];
    size_t count;
};

static void prometheus_set_add(struct prometheus_set *set, gn_str text)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const gn_str at = set->texts[middle];
        const size_t size = at.size < text.size ? at.size : text.size;
        int order = memcmp(at.at, text.at, size);
        if (order == 0)
            order = (at.size > text.size) - (at.size < text.size);
        if (order == 0)
            return;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (set->count == GN_PROM_SERIES_MAX)
        return; /* no label has more values than there are series */
    memmove(&set->texts[low + 1], &set->texts[low], (set->count - low) * sizeof set->texts[0]);
    set->texts[low] = text;
    set->count++;
}

/* Names of labels (`name` empty) or the values of one, over the series that match[] names. One match[] is looked at. */
static void prometheus_list(struct gn_api *api, const struct gn_request *request, gn_str name,
                            struct gn_response *response)
{
    struct prometheus_set *set = gn_mem_take(sizeof *set, "portal: while answering");
    struct gn_diag diag = { 0 };
    struct gn_prom_query query = { .reader = api->reader, .diag = &diag, .grid = { .steps = 1, .step_ms = 1 } };
    struct gn_prom_value value = { 0 };
    size_t item = 0;
    const gn_err err = set != NULL ? prometheus_select(&query, request, &item, &value) : GN_ERR_BUSY;
    for (size_t i = 0; err == GN_OK && i < value.count; i++)
        for (size_t k = 0; k < value.rows[i].labels.count; k++) {
            const struct gn_prom_label *label = &value.rows[i].labels.at[k];
            if (name.size == 0)
                prometheus_set_add(set, label->name);
            else if (gn_str_equal(name, label->name))
                prometheus_set_add(set, label->value);
        }
    if (err == GN_OK) {
        struct gn_jw w = prometheus_begin(response);
        gn_jw_open(&w, '[');
        for (size_t i = 0; i < set->count; i++)
            gn_jw_str(&w, set->texts[i]);
        gn_jw_close(&w, ']');
        gn_jw_close(&w, '}');
    } else {
        prometheus_failed(err, &diag, response);
    }
    gn_prom_query_end(&query);
    gn_mem_give(set);
}

static void prometheus_labels(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    prometheus_list(api, request, (gn_str){ 0 }, response);
}

static void prometheus_values(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    prometheus_list(api, request, request->parts[0], response);
}

static const struct gn_route prometheus_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/query", GN_ACCESS_VIEWER, GN_PLACE_READINGS, prometheus_instant),
      .help = "a PromQL expression at one time, as Prometheus answers it", .query = "query=text|time=time",
      .answer = "Prometheus", .status = 200 },
    { GN_ROUTE(GN_GET, "/api/v1/query_range", GN_ACCESS_VIEWER, GN_PLACE_READINGS, prometheus_range),
      .help = "a PromQL expression at each step of a time", .query = "query=text|start=time|end=time|step=text",
      .answer = "Prometheus", .status = 200 },
    { GN_ROUTE(GN_GET, "/api/v1/series", GN_ACCESS_VIEWER, GN_PLACE_READINGS, prometheus_series),
      .help = "series with their labels, as Prometheus lists them", .query = "match[]=text|start=time|end=time",
      .answer = "Prometheus", .status = 200 },
    { GN_ROUTE(GN_GET, "/api/v1/labels", GN_ACCESS_VIEWER, GN_PLACE_READINGS, prometheus_labels),
      .help = "names of labels, as Prometheus lists them", .query = "match[]=text|start=time|end=time",
      .answer = "Prometheus", .status = 200 },
    { GN_ROUTE(GN_GET, "/api/v1/label/{name}/values", GN_ACCESS_VIEWER, GN_PLACE_READINGS, prometheus_values),
      .help = "the values of a label, as Prometheus lists them", .query = "match[]=text|start=time|end=time",
      .answer = "Prometheus", .status = 200 },
};

/* clang-format off */
static const struct gn_schema prometheus_schemas[] = {
    { "Prometheus", GN_SCHEMA({
        "type": "object", "required": ["status", "data"],
        "properties": { "status": { "type": "string", "enum": ["success"] },
                        "data": { "type": ["object", "array"] } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_prometheus = GN_RESOURCE("prometheus", prometheus_routes, prometheus_schemas);
