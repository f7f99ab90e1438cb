/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_read.h"
#include "base/mem.h"
#include "portal/api/api_table.h"
#include "portal/counts.h"
#include "portal/request_query.h"

enum { STATUS_HOST_BYTES = 64 << 10 };

/* What the portal counts itself; the host's figures of these names are not passed on. */
static const char *const status_own[] = { "things",    "series",        "readings",           "alarms",
                                          "decisions", "things_online", "readings_per_second" };

static bool status_is_own(gn_str key)
{
    for (size_t i = 0; i < sizeof status_own / sizeof status_own[0]; i++)
        if (gn_str_equal(key, gn_str_of(status_own[i])))
            return true;
    return false;
}

/* Members of the host's object, one by one, behind the ones that are ours. */
static void status_pass_on(gn_str object, struct gn_jw *w, double *out_rate)
{
    struct gn_json json;
    gn_json_init(&json, object);
    if (gn_json_next(&json).kind != GN_JSON_OBJECT)
        return;
    for (;;) {
        const struct gn_json_token key = gn_json_next(&json);
        char name[64];
        if (key.kind != GN_JSON_KEY || gn_str_copy(name, sizeof name, key.text) != GN_OK)
            return;
        const char *begin = json.at;
        const struct gn_json_token value = gn_json_next(&json);
        if (value.kind == GN_JSON_ERROR || !gn_json_skip(&json, value))
            return;
        if (strcmp(name, "readings_per_second") == 0 && value.kind == GN_JSON_NUMBER)
            *out_rate = value.number;
        if (status_is_own(gn_str_of(name)))
            continue;
        gn_jw_key(w, name);
        gn_jw_raw(w, gn_str_trim((gn_str){ begin, (size_t)(json.at - begin) }));
    }
}

static void status_count(struct gn_jw *w, const char *name, const char *key, uint64_t value)
{
    gn_jw_key(w, name);
    gn_jw_open(w, '{');
    gn_jw_key(w, key);
    gn_jw_u64(w, value);
    gn_jw_close(w, '}');
}

static void status_write(const struct gn_counts *counts, gn_str host, struct gn_jw *w)
{
    double rate = 0;
    gn_jw_open(w, '{');
    status_pass_on(host, w, &rate);
    gn_jw_key(w, "things");
    gn_jw_open(w, '{');
    gn_jw_key(w, "count");
    gn_jw_u64(w, counts->things);
    gn_jw_key(w, "online");
    gn_jw_u64(w, counts->things_online);
    gn_jw_close(w, '}');
    status_count(w, "series", "count", counts->series);
    gn_jw_key(w, "readings");
    gn_jw_open(w, '{');
    gn_jw_key(w, "count");
    gn_jw_u64(w, counts->readings);
    gn_jw_key(w, "per_second");
    gn_jw_f64(w, rate);
    gn_jw_close(w, '}');
    status_count(w, "alarms", "open", counts->alarms_open);
    status_count(w, "decisions", "pending", counts->decisions_pending);
    gn_jw_close(w, '}');
}

static void status_get(struct gn_api *api, const struct gn_request *request, struct gn_response *response)
{
    (void)request;
    struct gn_counts counts;
    char *memory = gn_mem_take(STATUS_HOST_BYTES, "portal: while answering");
    const gn_err err = memory == NULL ? GN_ERR_BUSY : gn_counts_read(api, &counts);
    if (err) {
        gn_query_failed(err, response);
    } else {
        struct gn_buf host = gn_buf_over(memory, STATUS_HOST_BYTES);
        api->host.status(api->host.self, &host);
        struct gn_jw w = gn_response_json(response, 200);
        status_write(&counts, gn_buf_str(&host), &w);
    }
    gn_mem_give(memory);
}

static const struct gn_route status_routes[] = {
    { GN_ROUTE(GN_GET, "/api/v1/status", GN_ACCESS_VIEWER, GN_PLACE_PORTAL, status_get),
      .help = "how the node is: counts, journal, memory, version", .answer = "Status", .status = 200 },
};

/* clang-format off */
static const struct gn_schema status_schemas[] = {
    { "Status", GN_SCHEMA({
        "type": "object",
        "required": ["version", "uptime_s", "now", "solution", "things", "series", "readings", "alarms", "decisions",
                     "journal", "memory"],
        "properties": {
            "version": { "type": "string" }, "uptime_s": { "type": "integer" }, "now": { "type": "integer" },
            "solution": { "type": "boolean" },
            "things": { "type": "object", "required": ["count", "online"],
                "properties": { "count": { "type": "integer" }, "online": { "type": "integer" } } },
            "series": { "type": "object", "required": ["count"], "properties": { "count": { "type": "integer" } } },
            "readings": { "type": "object", "required": ["count", "per_second"],
                "properties": { "count": { "type": "integer" }, "per_second": { "type": "number" } } },
            "alarms": { "type": "object", "required": ["open"], "properties": { "open": { "type": "integer" } } },
            "decisions": { "type": "object", "required": ["pending"],
                "properties": { "pending": { "type": "integer" } } },
            "journal": { "type": "object", "required": ["state", "durable_seq"],
                "properties": { "state": { "enum": ["ok", "disk_full", "failed"] },
                    "durable_seq": { "type": "integer" }, "bytes": { "type": "integer" },
                    "sync_us_mean": { "type": "number" }, "sync_us_max": { "type": "number" } } },
            "disk": { "type": "object", "properties": { "written_bytes": { "type": "integer" },
                "reading_bytes": { "type": "integer" }, "write_amplification": { "type": "number" } } },
            "history": { "type": "object", "required": ["bytes", "bytes_per_day", "disk_free_bytes", "days_left"],
                "properties": { "bytes": { "type": "integer" }, "bytes_per_day": { "type": ["number", "null"] },
                    "disk_free_bytes": { "type": "integer" }, "days_left": { "type": ["number", "null"] } } },
            "memory": { "type": "object", "required": ["resident_bytes", "planned"],
                "properties": { "resident_bytes": { "type": "integer" },
                    "planned": { "type": "array", "items": { "type": "object", "required": ["purpose", "bytes"],
                        "properties": { "purpose": { "type": "string" }, "bytes": { "type": "integer" } } } } } },
            "listen": { "type": "object", "properties": { "mqtt": { "type": ["string", "null"] },
                "mqtts": { "type": ["string", "null"] } } },
            "mqtt": { "type": "object" }, "push": { "type": "object" } } }) },
};
/* clang-format on */

const struct gn_resource gn_resource_status = GN_RESOURCE("status", status_routes, status_schemas);
