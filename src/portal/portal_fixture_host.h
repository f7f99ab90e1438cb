/* SPDX-License-Identifier: Apache-2.0 */
/* portal/portal_fixture_host.h -- for tests: a host that only remembers what it was asked (see portal_fixture.h). */
#ifndef GN_PORTAL_PORTAL_FIXTURE_HOST_H
#define GN_PORTAL_PORTAL_FIXTURE_HOST_H

#include <stdio.h>

#include "portal/portal.h"

struct fixture_host {
    gn_err next_err;  /* what the next change answers */
    char added[256];  /* name of the last Thing that was to be added */
    char renewed[96]; /* id of the last Thing that got a new token */
    int64_t overlap_ms;
    char evicted[96]; /* id of the last Thing whose connections were to end */
    char revoked[96]; /* id of the last Thing that was revoked */
    const char *mqtt_at, *mqtts_at;
    char decision[96], person[96], reason[600];
    bool approve;
    char described[96], description[512];
    char ordered[512];  /* "thing action input person key" of the last order */
    char wished[1024];  /* the JSON of the last wish */
    char decided[1024]; /* id, state, name, description of the last Thing that was adopted or ignored */
    unsigned change_count;
    uint32_t online; /* this Thing is */
    _Atomic unsigned catch_up_count;
};

static inline gn_err fixture_thing_add(void *self, gn_str name, char out_id[static GN_THING_ID_BYTES_MAX + 1],
                                       char out_token[static GN_TOKEN_BYTES], struct gn_diag *diag)
{
    struct fixture_host *host = self;
    host->change_count++;
    if (host->next_err == GN_ERR_INVAL)
        gn_diag_set(diag, 0, 0, "the name is empty");
    if (host->next_err)
        return host->next_err;
    (void)snprintf(host->added, sizeof host->added, "%.*s", GN_STR_ARGS(name));
    (void)snprintf(out_id, GN_THING_ID_BYTES_MAX + 1, "new-thing");
    (void)snprintf(out_token, GN_TOKEN_BYTES, "00112233445566778899aabbccddeeff");
    return GN_OK;
}

static inline gn_err fixture_thing_token(void *self, gn_str id, int64_t overlap_ms,
                                         char out_token[static GN_TOKEN_BYTES])
{
    struct fixture_host *host = self;
    host->change_count++;
    if (host->next_err)
        return host->next_err;
    (void)snprintf(host->renewed, sizeof host->renewed, "%.*s", GN_STR_ARGS(id));
    host->overlap_ms = overlap_ms;
    (void)snprintf(out_token, GN_TOKEN_BYTES, "ffeeddccbbaa99887766554433221100");
    return GN_OK;
}

static inline gn_err fixture_thing_revoke(void *self, gn_str id)
{
    struct fixture_host *host = self;
    host->change_count++;
    if (host->next_err)
        return host->next_err;
    (void)snprintf(host->revoked, sizeof host->revoked, "%.*s", GN_STR_ARGS(id));
    return GN_OK;
}

static inline void fixture_thing_evict(void *self, gn_str id)
{
    struct fixture_host *host = self;
    (void)snprintf(host->evicted, sizeof host->evicted, "%.*s", GN_STR_ARGS(id));
}

static inline void fixture_mqtt_door(void *self, bool secure, struct gn_buf *out)
{
    const struct fixture_host *host = self;
    const char *at = secure ? host->mqtts_at : host->mqtt_at;
    gn_buf_add_text(out, at != NULL ? at : "");
}

static inline gn_err fixture_answer(void *self, gn_str decision, bool approve, gn_str person, gn_str reason)
{
    struct fixture_host *host = self;
    host->change_count++;
    if (host->next_err)
        return host->next_err;
    (void)snprintf(host->decision, sizeof host->decision, "%.*s", GN_STR_ARGS(decision));
    (void)snprintf(host->person, sizeof host->person, "%.*s", GN_STR_ARGS(person));
    (void)snprintf(host->reason, sizeof host->reason, "%.*s", GN_STR_ARGS(reason));
    host->approve = approve;
    return GN_OK;
}

static inline gn_err fixture_describe(void *self, gn_str id, gn_str json)
{
    struct fixture_host *host = self;
    host->change_count++;
    if (host->next_err)
        return host->next_err;
    (void)snprintf(host->described, sizeof host->described, "%.*s", GN_STR_ARGS(id));
    (void)snprintf(host->description, sizeof host->description, "%.*s", GN_STR_ARGS(json));
    return GN_OK;
}

static inline gn_err fixture_order(void *self, const struct gn_portal_order *order)
{
    struct fixture_host *host = self;
    host->change_count++;
    if (host->next_err)
        return host->next_err;
    (void)snprintf(host->ordered, sizeof host->ordered, "%.*s %.*s %.*s %.*s %.*s", GN_STR_ARGS(order->thing),
                   GN_STR_ARGS(order->action), GN_STR_ARGS(order->input), GN_STR_ARGS(order->person),
                   GN_STR_ARGS(order->key));
    return GN_OK;
}

static inline gn_err fixture_desire(void *self, gn_str id, gn_str json, gn_str key)
{
    struct fixture_host *host = self;
    (void)id;
    (void)key;
    host->change_count++;
    if (host->next_err)
        return host->next_err;
    (void)snprintf(host->wished, sizeof host->wished, "%.*s", GN_STR_ARGS(json));
    return GN_OK;
}

static inline uint16_t fixture_mqtt_port(void *self)
{
    (void)self;
    return 1883;
}

static inline void fixture_status(void *self, struct gn_buf *out)
{
    (void)self;
    gn_buf_add_text(out, "{\"version\":\"1.2.3\",\"uptime_s\":7,\"now\":5,\"solution\":true,\"things_online\":9,"
                         "\"readings_per_second\":12.5,\"journal\":{\"state\":\"ok\",\"durable_seq\":3},"
                         "\"memory\":{\"resident_bytes\":1,\"planned\":[]}}");
}

static inline void fixture_catch_up(void *self)
{
    ((struct fixture_host *)self)->catch_up_count++;
}

static inline bool fixture_online(void *self, uint32_t thing)
{
    return thing == ((struct fixture_host *)self)->online;
}

static inline void fixture_refusal(void *self, uint32_t thing, uint64_t *out_count, struct gn_buf *out_why)
{
    (void)self;
    *out_count = thing == 0 ? 3 : 0;
    if (thing == 0)
        gn_buf_add_text(out_why, "topic outside of its own tree");
}

static inline void fixture_solution(void *self, const char *kind, struct gn_buf *out)
{
    (void)self;
    if (strcmp(kind, "rules") == 0)
        gn_buf_add_text(out, "[{\"name\":\"stop-it\",\"autonomy\":\"ask\",\"words\":\"when hot\",\"digest\":\"00\"}]");
    else if (strcmp(kind, "actions") == 0)
        gn_buf_add_text(out, "[{\"thing\":\"*\",\"name\":\"stop\",\"arguments\":[]},"
                             "{\"thing\":\"press\",\"name\":\"stop\",\"arguments\":[{\"name\":\"target\"}]},"
                             "{\"thing\":\"*\",\"name\":\"blink\",\"arguments\":[]},"
                             "{\"thing\":\"mill\",\"name\":\"grind\",\"arguments\":[]}]");
}

static inline void fixture_unit(void *self, gn_str thing_id, gn_str property, char out[static GN_UNIT_BYTES_MAX + 1])
{
    (void)self;
    (void)thing_id;
    (void)snprintf(out, GN_UNIT_BYTES_MAX + 1, "%s", gn_str_equal(property, GN_STR("oil")) ? "degC" : "");
}

static inline gn_err fixture_decide(void *self, gn_str id, gn_thing_state state, gn_str name, gn_str description,
                                    struct gn_diag *diag)
{
    struct fixture_host *host = self;
    host->change_count++;
    gn_diag_set(diag, 0, 0, "the name has control characters");
    (void)snprintf(host->decided, sizeof host->decided, "%.*s %s %.*s %.*s", GN_STR_ARGS(id),
                   gn_thing_state_name((uint8_t)state), GN_STR_ARGS(name), GN_STR_ARGS(description));
    return host->next_err;
}

static inline struct gn_portal_host fixture_host(struct fixture_host *host)
{
    host->online = GN_NONE;
    return (struct gn_portal_host){
        .self = host,
        .thing_add = fixture_thing_add,
        .thing_token = fixture_thing_token,
        .thing_revoke = fixture_thing_revoke,
        .thing_evict = fixture_thing_evict,
        .mqtt_door = fixture_mqtt_door,
        .answer = fixture_answer,
        .describe = fixture_describe,
        .order = fixture_order,
        .desire = fixture_desire,
        .decide = fixture_decide,
        .mqtt_port = fixture_mqtt_port,
        .status = fixture_status,
        .catch_up = fixture_catch_up,
        .online = fixture_online,
        .refusal = fixture_refusal,
        .solution = fixture_solution,
        .unit = fixture_unit,
    };
}

#endif
