/* SPDX-License-Identifier: Apache-2.0 */
/* The node's own figures and the last value of every series, in Prometheus' text format 0.0.4. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "portal/api/api_table.h"
#include "portal/counts.h"
#include "portal/prom/prom_query.h"
#include "portal/request_query.h"

static void metrics_own(struct gn_buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
    gn_buf_addf(out, "# HELP ganglion_%s %s\n# TYPE ganglion_%s %s\nganglion_%s %" PRIu64 "\n", name, help, name, type,
                name, value);
}

static gn_err metrics_node(struct gn_api *api, struct gn_buf *out)
{
    struct gn_counts counts;
    struct gn_store_stats stats;
    const gn_err err = gn_counts_read(api, &counts);
    if (err != GN_OK)
        return err;
    gn_store_stats(api->reader, &stats);
    metrics_own(out, "things", "gauge", "Things of this node.", counts.things);
    metrics_own(out, "things_online", "gauge", "Things with a live connection.", counts.things_online);
    metrics_own(out, "series", "gauge", "Series of this node.", counts.series);
    metrics_own(out, "alarms_open", "gauge", "Alarms that are open.", counts.alarms_open);
    metrics_own(out, "decisions_pending", "gauge", "Decisions that wait for a person.", counts.decisions_pending);
    metrics_own(out, "readings_kept", "gauge", "Readings in the history.", counts.readings);
    metrics_own(out, "history_bytes", "gauge", "Bytes of the history on disk.", stats.database_bytes);
    metrics_own(out, "history_damaged_total", "counter", "Damaged chunks that queries left out.", stats.damaged_count);
    metrics_own(out, "records_total", "counter", "Records of the journal the history has followed.",
                stats.followed_seq);
    return GN_OK;
}

static int metrics_order(const void *a, const void *b)
{
    const struct gn_prom_row *x = *(const struct gn_prom_row *const *)a;
    const struct gn_prom_row *y = *(const struct gn_prom_row *const *)b;
    const gn_str left = gn_prom_label(&x->labels, GN_STR("__name__"));
    const gn_str right = gn_prom_label(&y->labels, GN_STR("__name__"));
    const size_t size = left.size < right.size ? left.size : right.size;
    const int order = memcmp(left.at, right.at, size);
    if (order != 0)
        return order;
    if (left.size != right.size)
        return left.size < right.size ? -1 : 1;
    return (x->series > y->series) - (x->series < y->series);
}

static void metrics_put(struct gn_buf *out, const struct gn_prom_row *row, const struct gn_reading *reading)
{
    struct gn_jw w = gn_jw_over(out);
    gn_prom_put_text(&row->labels, out);
    gn_buf_add_u8(out, ' ');
    if (isfinite(reading->value))
        gn_jw_f64(&w, reading->value);
    else
        gn_buf_add_text(out, isnan(reading->value) ? "NaN" : reading->value > 0 ? "+Inf" : "-Inf");
    gn_buf_addf(out, " %" PRId64 "\n", reading->time_ms);
}

/* By name, for each name may have one TYPE line in front of all its lines. */
static gn_err metrics_series(struct gn_api *api, struct gn_prom_query *query, struct gn_buf *out)
{
    struct gn_prom_value value;
    gn_str name = { 0 };
    gn_err err = gn_prom_query_select(query, GN_STR("{__name__=~\".+\"}"), &value);
    if (err != GN_OK)
        return err;
    const struct gn_prom_row **rows = gn_mem_take((value.count + 1) * sizeof *rows, "portal: while answering");
    if (rows == NULL)
        return GN_ERR_BUSY;
    for (size_t i = 0; i < value.count; i++)
        rows[i] = &value.rows[i];
    qsort(rows, value.count, sizeof *rows, metrics_order);
    for (size_t i = 0; i < value.count && err == GN_OK; i++) {
        struct gn_reading reading;
        err = gn_store_last(api->reader, rows[i]->series, &reading, NULL);
        if (err == GN_ERR_NOT_FOUND) {
            err = GN_OK;
            continue;
        }
        const gn_str own = gn_prom_label(&rows[i]->labels, GN_STR("__name__"));
        if (err == GN_OK && !gn_str_equal(own, name))
            gn_buf_addf(out, "# HELP %.*s The last reading of a property.\n# TYPE %.*s untyped\n", GN_STR_ARGS(own),
                        GN_STR_ARGS(own));
        name = own;
        if (err == GN_OK)
            metrics_put(out, rows[i], &reading);
    }
    gn_mem_give(rows);
    return err;
}

static void metrics_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    struct gn_diag diag = { 0 };
    struct gn_prom_query query = { .reader = api->reader, .diag = &diag, .grid = { .steps = 1, .step_ms = 1 } };
    (void)request;
    struct gn_buf *out = gn_response_text(response, 200, "text/plain; version=0.0.4; charset=utf-8");
    gn_err err = metrics_node(api, out);
    if (err == GN_OK)
        err = metrics_series(api, &query, out);
    gn_prom_query_end(&query);
    if (err == GN_ERR_FULL)
        gn_response_error(response, 422, "too_many_series", "ask for series one by one with /api/v1/query", "%s",
                          diag.text);
    else if (err != GN_OK)
        gn_query_failed(err, response);
}

static const struct gn_route metrics_routes[] = {
    { GN_ROUTE(GN_GET, "/metrics", GN_ACCESS_VIEWER, GN_PLACE_READINGS, metrics_get),
      .help = "figures of the node and last values of all series, as Prometheus scrapes them", .status = 200 },
};

const struct gn_resource gn_resource_metrics = {
    .name = "metrics",
    .routes = metrics_routes,
    .route_count = sizeof metrics_routes / sizeof metrics_routes[0],
};
