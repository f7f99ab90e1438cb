/* SPDX-License-Identifier: Apache-2.0 */
/* portal/portal_fixture.h -- a small node for this room's tests: a real store and guard, and a host that only
 * remembers what it was asked.
 *
 * Included by tests only (static functions). Requests go through admission and the table as over the network,
 * without one: fixture_ask(&f, "GET", "/api/v1/things?limit=1", AS_VIEWER, NULL). */
#ifndef GN_PORTAL_PORTAL_FIXTURE_H
#define GN_PORTAL_PORTAL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "portal/exchange.h"
#include "portal/portal_fixture_host.h"

#define FIXTURE_BEGIN_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define FIXTURE_PASSWORD "four words do well"
#define FIXTURE_NASTY    "<img src=x onerror=alert(1)>"

enum fixture_who { AS_NOBODY, AS_VIEWER, AS_OPERATOR, AS_ADMIN, AS_OWNER /* over the Unix socket */ };

struct fixture {
    char dir[64];
    struct gn_store *store;
    struct gn_guard *guard;
    struct gn_clock_sim sim;
    struct fixture_host host;
    struct gn_api api;
    uint64_t seq;
    uint32_t things, series;
    struct gn_exchange *exchange; /* of the last request */
};

/* --- life --- */

static inline void fixture_begin(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    gn_log_set_level(GN_LOG_ERROR);
    (void)snprintf(f->dir, sizeof f->dir, "/tmp/ganglion-portal-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->sim = (struct gn_clock_sim){ .wall_ms = FIXTURE_BEGIN_MS, .mono_us = 1000000 };
    const struct gn_clock clock = gn_clock_simulated(&f->sim);
    assert_int_equal(gn_store_open(f->dir, &f->store, NULL), GN_OK);
    assert_int_equal(gn_guard_open(f->dir, clock, &f->guard, NULL), GN_OK);
    f->api = (struct gn_api){
        .guard = f->guard, .clock = clock, .host = fixture_host(&f->host), .cookie_name = "ganglion_8080"
    };
    assert_int_equal(gn_store_reader_open(f->store, &f->api.reader), GN_OK);
    f->seq = gn_store_next_seq(f->store);
}

static inline void fixture_end(struct fixture *f)
{
    char command[128];
    gn_exchange_free(f->exchange);
    gn_store_reader_close(f->api.reader);
    gn_store_close(f->store);
    gn_guard_close(f->guard);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
    assert_int_equal(system(command), 0); /* tidy:allow banned a test cleans up its own folder */
}

/* Makes the first account, so that everything else may be asked. Costs one hash. */
static inline void fixture_set_up(struct fixture *f)
{
    char code[GN_SETUP_CODE_BYTES];
    gn_guard_setup_code(f->guard, code);
    assert_int_equal(
        gn_guard_setup(f->guard, gn_str_of(code), GN_STR("anna"), GN_STR(FIXTURE_PASSWORD), GN_STR("::1"), NULL),
        GN_OK);
}

/* --- what the store knows --- */

static inline void fixture_put(struct fixture *f, gn_record_type type, void *record, size_t fixed, const void *tail,
                               size_t tail_size)
{
    static _Alignas(8) uint8_t bytes[8192];
    const size_t size = gn_record_round(fixed + tail_size);
    assert_true(size <= sizeof bytes);
    memset(bytes, 0, size);
    memcpy(bytes, record, fixed);
    if (tail_size > 0)
        memcpy(bytes + fixed, tail, tail_size);
    struct gn_record_head *head = (void *)bytes;
    *head = (struct gn_record_head){ .size = (uint32_t)size, .type = (uint8_t)type, .seq = f->seq++ };
    assert_int_equal(gn_store_put_record(f->store, head), GN_OK);
}

static inline uint32_t fixture_thing(struct fixture *f, const char *id, const char *name)
{
    char json[512];
    struct gn_buf buf = gn_buf_over(json, sizeof json);
    struct gn_jw w = gn_jw_over(&buf);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "id");
    gn_jw_text(&w, id);
    gn_jw_key(&w, "name");
    gn_jw_text(&w, name);
    gn_jw_close(&w, '}');
    struct gn_record_thing r = { .thing = f->things++, .json_size = (uint32_t)buf.size };
    fixture_put(f, GN_RECORD_THING, &r, sizeof r, json, buf.size);
    return r.thing;
}

static inline uint32_t fixture_series(struct fixture *f, uint32_t thing, const char *property, gn_series_kind kind)
{
    struct gn_record_series r = {
        .series = f->series++, .thing = thing, .kind = kind, .name_size = (uint32_t)strlen(property)
    };
    fixture_put(f, GN_RECORD_SERIES, &r, sizeof r, property, strlen(property));
    return r.series;
}

static inline void fixture_reading(struct fixture *f, uint32_t series, int64_t after_ms, double value)
{
    struct gn_record_reading r = { .series = series, .time_ms = FIXTURE_BEGIN_MS + after_ms, .value = value };
    fixture_put(f, GN_RECORD_READING, &r, sizeof r, NULL, 0);
}

static inline void fixture_text(struct fixture *f, uint32_t series, int64_t after_ms, const char *text)
{
    struct gn_record_text r = { .series = series,
                                .time_ms = FIXTURE_BEGIN_MS + after_ms,
                                .text_size = (uint32_t)strlen(text) };
    fixture_put(f, GN_RECORD_TEXT, &r, sizeof r, text, strlen(text));
}

static inline void fixture_output(struct fixture *f, const char *kind, const char *id, const char *thing,
                                  const char *state, int64_t after_ms)
{
    char json[512];
    (void)snprintf(json, sizeof json, "{\"id\":\"%s\",\"state\":\"%s\",\"thing\":\"%s\"}", id, state, thing);
    const struct gn_output output = { .kind = kind,
                                      .id = gn_str_of(id),
                                      .thing = gn_str_of(thing),
                                      .state = gn_str_of(state),
                                      .time_ms = FIXTURE_BEGIN_MS + after_ms,
                                      .seq = f->seq,
                                      .json = gn_str_of(json) };
    assert_int_equal(gn_store_put_output(f->store, &output), GN_OK);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
}

/* press: oil (number), open (bool), note (text); mill: rpm. */
static inline void fixture_fill(struct fixture *f)
{
    const uint32_t press = fixture_thing(f, "press", FIXTURE_NASTY);
    const uint32_t mill = fixture_thing(f, "mill", "Mill");
    const uint32_t oil = fixture_series(f, press, "oil", GN_SERIES_NUMBER);
    const uint32_t lid = fixture_series(f, press, "open", GN_SERIES_BOOL);
    const uint32_t note = fixture_series(f, press, "note", GN_SERIES_TEXT);
    (void)fixture_series(f, mill, "rpm", GN_SERIES_NUMBER);
    for (int i = 0; i < 10; i++)
        fixture_reading(f, oil, i * 1000, 40 + i);
    fixture_reading(f, lid, 1500, 1);
    fixture_text(f, note, 2500, "<b>hello</b>");
    assert_int_equal(gn_store_flush(f->store), GN_OK);
}

/* --- asking --- */

static inline struct gn_request *fixture_request(struct fixture *f, const char *method, const char *target,
                                                 enum fixture_who who)
{
    gn_exchange_free(f->exchange);
    f->exchange = gn_exchange_new();
    assert_non_null(f->exchange);
    struct gn_request *request = &f->exchange->request;
    gn_str query;
    request->method = gn_method_named(gn_str_of(method));
    const gn_str path = gn_str_split(gn_str_of(target), '?', &query);
    assert_true(gn_exchange_keep_path(f->exchange, path));
    while (query.size > 0)
        assert_true(gn_exchange_keep_query(f->exchange, gn_str_split(query, '&', &query)));
    request->host = GN_STR("127.0.0.1:8080");
    request->source = GN_STR("192.0.2.1");
    request->body_type = GN_BODY_JSON;
    request->local = who == AS_OWNER;
    request->has_principal = who != AS_NOBODY;
    static const gn_role roles[] = { GN_ROLE_VIEWER, GN_ROLE_VIEWER, GN_ROLE_OPERATOR, GN_ROLE_ADMIN, GN_ROLE_ADMIN };
    request->principal.role = roles[who];
    (void)snprintf(request->principal.name, sizeof request->principal.name, "%s",
                   who == AS_NOBODY ? "" : gn_role_name(roles[who]));
    return request;
}

static inline int fixture_go(struct fixture *f)
{
    gn_exchange_admit(f->exchange, &f->api, GN_STR("node.example"));
    if (f->exchange->route != NULL && !gn_exchange_stops(f->exchange, &f->api))
        gn_exchange_handle(f->exchange, &f->api);
    return f->exchange->response.status;
}

/* The status; the body is then to be had from fixture_body. */
static inline int fixture_ask(struct fixture *f, const char *method, const char *target, enum fixture_who who,
                              const char *body)
{
    struct gn_request *request = fixture_request(f, method, target, who);
    request->body = gn_str_of(body);
    return fixture_go(f);
}

static inline const char *fixture_body(struct fixture *f)
{
    static char text[1 << 16];
    const gn_bytes body = gn_response_body(&f->exchange->response);
    assert_true(body.size < sizeof text);
    if (body.size > 0)
        memcpy(text, body.at, body.size);
    text[body.size] = '\0';
    return text;
}

static inline bool fixture_says(struct fixture *f, const char *text)
{
    return strstr(fixture_body(f), text) != NULL;
}

#endif
