/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/live.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>

#include "base/mem.h"
#include "portal/counts.h"
#include "portal/request_query.h"
#include "portal/values.h"

enum {
    LIVE_WATCHES_MAX = GN_LIVE_THINGS_MAX * GN_LIVE_STREAMS_MAX,
    LIVE_OUTPUT_ROOM = GN_OUTPUT_BYTES_MAX + 512, /* an output with its frame */
    LIVE_OUTPUTS_A_TICK = 256,
    LIVE_EVENT_BYTES = 128 << 10, /* readings of a Thing that has many and long ones */
    LIVE_FIRST_LOOK = 64,
    LIVE_KIND_COUNT = 5,
    LIVE_READINGS = 1 << LIVE_KIND_COUNT,
    LIVE_OUTPUTS = LIVE_READINGS - 1,
    LIVE_ALARMS = 1 << 1,
};

/* "status" comes in any case; it may be asked for when nothing else is wanted. */
static const char *const live_kinds[] = { "finding", "alarm",    "decision", "action",
                                          "receipt", "readings", "status",   NULL };

/* A Thing that somebody watches. */
struct live_watch {
    uint32_t thing;
    uint32_t stream_count; /* 0: the row is free */
    uint64_t mark;         /* sum over the seq of the newest readings: differs when one is new */
    char id[GN_THING_ID_BYTES_MAX + 1];
};

struct gn_live_stream {
    struct gn_live *live;
    uint32_t kinds; /* bits, in the order of live_kinds */
    uint64_t after; /* outputs up to this change were sent */
    uint32_t watch_count;
    uint32_t watches[GN_LIVE_THINGS_MAX];
    bool fresh[GN_LIVE_THINGS_MAX];        /* has not had this Thing's values yet */
    char thing[GN_THING_ID_BYTES_MAX + 1]; /* outputs of this Thing only; empty: all */
    bool local;
    char cookie[GN_COOKIE_BYTES];
    bool over;
    bool bare;         /* of one property, or of one Thing's alarms: values alone, without a frame of ours */
    bool polls;        /* ends behind the first of them */
    bool ends;         /* nothing more will be put in */
    uint32_t series;   /* the property, or GN_NONE */
    uint8_t kind;      /* of the property */
    uint64_t seen_seq; /* the newest reading that was sent */
    int64_t ends_ms;   /* who came with a token comes again with it; INT64_MAX: no end */
    bool status_due;   /* has not had the newest counts yet */
    int64_t taken_ms;  /* when something was taken, or began to wait */
    int64_t spoke_ms;  /* when something was put in */
    size_t begin, end;
    uint8_t bytes[GN_LIVE_BUFFER_BYTES];
};

struct gn_live {
    struct gn_api *api;
    struct gn_live_stream *streams[GN_LIVE_STREAMS_MAX];
    size_t stream_count;
    struct live_watch watches[LIVE_WATCHES_MAX];
    size_t watch_end;        /* rows in use are below */
    struct gn_counts counts; /* as they were told last */
    int64_t counted_ms;
    int64_t told_ms;
    int64_t session_ms;
    struct gn_series_list series;
    uint8_t event[LIVE_EVENT_BYTES];
};

gn_err gn_live_new(struct gn_api *api, struct gn_live **out)
{
    struct gn_live *live = gn_mem_take(sizeof *live, "portal: live streams");
    if (live == NULL)
        return GN_ERR_FULL;
    live->api = api;
    live->counted_ms = live->told_ms = -GN_LIVE_STATUS_AT_LEAST_MS; /* the first look counts */
    *out = live;
    return GN_OK;
}

void gn_live_free(struct gn_live *live)
{
    if (live == NULL)
        return;
    while (live->stream_count > 0)
        gn_live_close(live, live->streams[0]);
    gn_mem_give(live);
}

size_t gn_live_count(const struct gn_live *live)
{
    return live->stream_count;
}

static int64_t live_now_ms(const struct gn_live *live)
{
    return gn_mono_us(&live->api->clock) / 1000;
}

/* --- a stream's buffer --- */

static size_t live_room(const struct gn_live_stream *stream)
{
    return sizeof stream->bytes - (stream->end - stream->begin);
}

/* Puts one event as a whole, or leaves the stream as it was. */
static bool live_put(struct gn_live_stream *stream, gn_str event)
{
    if (event.size > live_room(stream))
        return false;
    if (event.size > sizeof stream->bytes - stream->end) {
        memmove(stream->bytes, stream->bytes + stream->begin, stream->end - stream->begin);
        stream->end -= stream->begin;
        stream->begin = 0;
    }
    stream->spoke_ms = live_now_ms(stream->live);
    if (stream->begin == stream->end)
        stream->taken_ms = stream->spoke_ms;
    memcpy(stream->bytes + stream->end, event.at, event.size);
    stream->end += event.size;
    return true;
}

size_t gn_live_take(struct gn_live_stream *stream, void *to, size_t capacity, bool *out_over)
{
    const size_t there = stream->end - stream->begin;
    const size_t size = there < capacity ? there : capacity;
    if (size > 0) {
        memcpy(to, stream->bytes + stream->begin, size);
        stream->begin += size;
        stream->taken_ms = live_now_ms(stream->live);
    }
    if (stream->begin == stream->end)
        stream->begin = stream->end = 0;
    *out_over = stream->over || (stream->ends && there == 0);
    return size;
}

bool gn_live_has_news(const struct gn_live_stream *stream)
{
    return stream->over || stream->ends || stream->end > stream->begin;
}

/* --- opening --- */

static bool live_read_kinds(gn_str list, uint32_t *out, struct gn_response *response)
{
    *out = 0;
    while (list.size > 0) {
        const gn_str name = gn_str_trim(gn_str_split(list, ',', &list));
        uint32_t bit = 0;
        for (uint32_t i = 0; live_kinds[i] != NULL; i++)
            if (gn_str_equal(name, gn_str_of(live_kinds[i])))
                bit = UINT32_C(1) << i;
        if (bit == 0) {
            gn_response_error(response, 400, "bad_query",
                              "kinds are finding, alarm, decision, action, receipt, readings, status",
                              "'%.*s' is no kind", GN_STR_ARGS(name));
            return false;
        }
        *out |= bit;
    }
    return true;
}

static uint32_t live_watch_row(struct gn_live *live, uint32_t thing, const char *id)
{
    uint32_t free_row = (uint32_t)live->watch_end;
    for (uint32_t i = 0; i < live->watch_end; i++) {
        if (live->watches[i].stream_count > 0 && live->watches[i].thing == thing) {
            live->watches[i].stream_count++;
            return i;
        }
        if (live->watches[i].stream_count == 0)
            free_row = i;
    }
    assert(free_row < LIVE_WATCHES_MAX); /* streams times Things, each at most */
    if (free_row == live->watch_end)
        live->watch_end++;
    struct live_watch *watch = &live->watches[free_row];
    *watch = (struct live_watch){ .thing = thing, .stream_count = 1 };
    GN_IGNORE(gn_str_copy(watch->id, sizeof watch->id, gn_str_of(id)), "both are ids of Things");
    return free_row;
}

static bool live_watches(const struct gn_live *live, const struct gn_live_stream *stream, gn_str id)
{
    for (uint32_t i = 0; i < stream->watch_count; i++)
        if (gn_str_equal(id, gn_str_of(live->watches[stream->watches[i]].id)))
            return true;
    return false;
}

static bool live_read_things(struct gn_live *live, struct gn_live_stream *stream, gn_str list,
                             struct gn_response *response)
{
    while (list.size > 0) {
        uint32_t index;
        struct gn_thing thing;
        const gn_str id = gn_str_split(list, ',', &list);
        if (id.size == 0 || live_watches(live, stream, id))
            continue;
        if (stream->watch_count == GN_LIVE_THINGS_MAX) {
            gn_response_error(response, 400, "bad_query", "open a second stream for the others",
                              "a stream watches at most %d Things", GN_LIVE_THINGS_MAX);
            return false;
        }
        if (!gn_query_thing(live->api, id, &index, &thing, response))
            return false;
        const uint32_t row = live_watch_row(live, index, thing.id);
        stream->fresh[stream->watch_count] = true;
        stream->watches[stream->watch_count++] = row;
    }
    return true;
}

static bool live_configure(struct gn_live *live, struct gn_live_stream *stream, const struct gn_request *request,
                           struct gn_response *response)
{
    static const char *const known[] = { "kinds", "things", "thing", "after", NULL };
    gn_str text;
    uint64_t after = request->last_event > 0 ? request->last_event : UINT64_MAX;
    stream->kinds = LIVE_OUTPUTS | LIVE_READINGS;
    if (!gn_query_known(request, known, response) ||
        (gn_request_query(request, "kinds", &text) && !live_read_kinds(text, &stream->kinds, response)))
        return false;
    if (request->last_event == 0 && !gn_query_u64(request, "after", 0, INT64_MAX, &after, response))
        return false;
    if (gn_request_query(request, "thing", &text) && gn_str_copy(stream->thing, sizeof stream->thing, text) != GN_OK) {
        gn_response_error(response, 400, "bad_query", "GET /api/v1/things lists the Things", "there is no such Thing");
        return false;
    }
    const uint64_t last = gn_store_last_change(live->api->reader);
    stream->after = after > last ? last : after; /* a number from before the data was set back is no use */
    return !gn_request_query(request, "things", &text) || live_read_things(live, stream, text, response);
}

/* Of one property (/things/{id}/properties/{property}/observe), or the alarms of one Thing. */
static bool live_configure_bare(struct gn_live *live, struct gn_live_stream *stream, const struct gn_request *request,
                                struct gn_response *response)
{
    static const char *const known[] = { "poll", NULL };
    gn_str poll = { 0 };
    uint32_t index;
    struct gn_thing thing;
    struct gn_series series;
    if (!gn_query_known(request, known, response) ||
        !gn_query_thing(live->api, request->parts[0], &index, &thing, response))
        return false;
    stream->bare = true;
    stream->polls = gn_request_query(request, "poll", &poll);
    stream->after = gn_store_last_change(live->api->reader);
    if (request->last_event > 0 && request->last_event < stream->after)
        stream->after = request->last_event;
    GN_IGNORE(gn_str_copy(stream->thing, sizeof stream->thing, gn_str_of(thing.id)), "both are ids of Things");
    if (stream->polls)
        stream->ends_ms = live_now_ms(live) + GN_LIVE_POLL_MS;
    if (!gn_str_starts(request->path, GN_STR("/things/")) || request->parts[1].size == 0) {
        stream->kinds = LIVE_ALARMS;
        return true;
    }
    if (!gn_query_series(live->api, index, request->parts[1], &stream->series, &series, response))
        return false;
    stream->kind = series.kind;
    char text[GN_TEXT_VALUE_BYTES_MAX];
    struct gn_reading reading;
    if (stream->polls && gn_value_last(live->api->reader, stream->series, &reading, text))
        stream->seen_seq = reading.seq; /* who polls has it */
    return true;
}

static void live_drop(struct gn_live *live, struct gn_live_stream *stream)
{
    for (uint32_t i = 0; i < stream->watch_count; i++)
        live->watches[stream->watches[i]].stream_count--;
    while (live->watch_end > 0 && live->watches[live->watch_end - 1].stream_count == 0)
        live->watch_end--;
    sodium_memzero(stream->cookie, sizeof stream->cookie);
    gn_mem_give(stream);
}

static void live_first_output(struct gn_live *live, struct gn_live_stream *stream);

struct gn_live_stream *gn_live_open(struct gn_live *live, const struct gn_request *request,
                                    struct gn_response *response)
{
    struct gn_live_stream *stream = NULL;
    if (live->stream_count < GN_LIVE_STREAMS_MAX)
        stream = gn_mem_take(sizeof *stream, "portal: live streams");
    if (stream == NULL) {
        gn_response_error(response, 503, "too_many_streams", "close another one first",
                          "the node serves at most %d live streams", GN_LIVE_STREAMS_MAX);
        return NULL;
    }
    stream->live = live;
    stream->status_due = true;
    stream->local = request->local;
    stream->series = GN_NONE;
    stream->ends_ms = request->basic.size > 0 ? live_now_ms(live) + GN_LIVE_TOKEN_MS : INT64_MAX;
    GN_IGNORE(gn_str_copy(stream->cookie, sizeof stream->cookie, request->cookie), "another cookie is nobody's");
    const bool bare = gn_str_starts(request->path, GN_STR("/things/"));
    if (!(bare ? live_configure_bare : live_configure)(live, stream, request, response)) {
        live_drop(live, stream);
        return NULL;
    }
    live->streams[live->stream_count++] = stream;
    response->status = 200;
    response->type = stream->polls ? "application/json" : "text/event-stream";
    response->stream = true;
    if (!stream->polls)
        (void)live_put(stream, GN_STR("retry: 2000\n\n"));
    if (stream->after == 0 && !stream->bare)
        live_first_output(live, stream);
    return stream;
}

void gn_live_close(struct gn_live *live, struct gn_live_stream *stream)
{
    for (size_t i = 0; i < live->stream_count; i++)
        if (live->streams[i] == stream) {
            live->streams[i] = live->streams[--live->stream_count];
            live_drop(live, stream);
            return;
        }
}

/* --- outputs --- */

struct live_outputs {
    struct gn_live *live;
    struct gn_live_stream *stream;
};

static bool live_wants(const struct gn_live_stream *stream, const struct gn_output *output)
{
    if (stream->thing[0] != '\0' && !gn_str_equal(output->thing, gn_str_of(stream->thing)))
        return false;
    for (uint32_t i = 0; i < LIVE_KIND_COUNT; i++)
        if (strcmp(live_kinds[i], output->kind) == 0)
            return (stream->kinds >> i & 1) != 0;
    return false;
}

/* A value by itself: as an event without a name, or as the whole answer to who polls. */
static void live_frame(struct gn_live_stream *stream, uint64_t id, gn_str value, struct gn_buf *event)
{
    if (!stream->polls)
        gn_buf_addf(event, "id: %" PRIu64 "\ndata: %.*s\n\n", id, GN_STR_ARGS(value));
    else
        gn_buf_add_str(event, value);
    stream->ends = stream->polls;
}

/* Stops, before this output, when it finds no room: the store keeps it for the next look. */
static bool live_output(void *ctx, const struct gn_output *output, uint64_t change)
{
    struct live_outputs *outputs = ctx;
    struct gn_live_stream *stream = outputs->stream;
    if (stream->ends)
        return false;
    if (live_wants(stream, output)) {
        struct gn_buf event = gn_buf_over(outputs->live->event, sizeof outputs->live->event);
        if (stream->bare)
            live_frame(stream, change, output->json, &event);
        else
            gn_buf_addf(&event,
                        "event: output\nid: %" PRIu64 "\ndata: {\"change\":%" PRIu64
                        ",\"kind\":\"%s\",\"data\":%.*s}\n\n",
                        change, change, output->kind, GN_STR_ARGS(output->json));
        if (event.full || !live_put(stream, gn_buf_str(&event)))
            return false;
    }
    stream->after = change;
    return live_room(stream) >= LIVE_OUTPUT_ROOM;
}

static void live_outputs_of(struct gn_live *live, struct gn_live_stream *stream)
{
    struct live_outputs outputs = { .live = live, .stream = stream };
    const uint64_t last = gn_store_last_change(live->api->reader);
    if ((stream->kinds & LIVE_OUTPUTS) == 0 || stream->after >= last || live_room(stream) < LIVE_OUTPUT_ROOM)
        return;
    const struct gn_output_query query = {
        .from_ms = INT64_MIN, .to_ms = INT64_MAX, .after_change = stream->after, .limit = LIVE_OUTPUTS_A_TICK
    };
    GN_IGNORE(gn_store_outputs(live->api->reader, &query, live_output, &outputs), "the next look asks again");
}

static bool live_output_one(void *ctx, const struct gn_output *output, uint64_t change)
{
    if (change != 1)
        return true;
    (void)live_output(ctx, output, change);
    return false;
}

/* "After 0" is everything; the store orders by change only behind a change, so the first one is looked for apart,
 * among the oldest. */
static void live_first_output(struct gn_live *live, struct gn_live_stream *stream)
{
    struct live_outputs outputs = { .live = live, .stream = stream };
    const struct gn_output_query query = { .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = LIVE_FIRST_LOOK };
    if (gn_store_last_change(live->api->reader) == 0)
        return;
    GN_IGNORE(gn_store_outputs(live->api->reader, &query, live_output_one, &outputs), "the rest comes all the same");
    stream->after = 1;
}

/* --- one property --- */

static void live_observe(struct gn_live *live, struct gn_live_stream *stream, bool in_any_case)
{
    char text[GN_TEXT_VALUE_BYTES_MAX];
    uint8_t bytes[6 * GN_TEXT_VALUE_BYTES_MAX + 16]; /* a text of escapes */
    struct gn_buf value = gn_buf_over(bytes, sizeof bytes), event = gn_buf_over(live->event, sizeof live->event);
    struct gn_jw w = gn_jw_over(&value);
    struct gn_reading reading;
    if (stream->ends || live_room(stream) < sizeof bytes ||
        !gn_value_last(live->api->reader, stream->series, &reading, text) ||
        (reading.seq == stream->seen_seq && !in_any_case))
        return;
    stream->seen_seq = reading.seq;
    gn_value_write(&w, stream->kind, &reading);
    live_frame(stream, reading.seq, gn_buf_str(&value), &event);
    (void)live_put(stream, gn_buf_str(&event));
}

/* A poll that nothing answered gets what there is; a stream opened with a token just ends. */
static void live_end(struct gn_live *live, struct gn_live_stream *stream)
{
    if (stream->polls && stream->series != GN_NONE)
        live_observe(live, stream, true);
    else if (stream->polls && !stream->ends)
        (void)live_put(stream, GN_STR("null"));
    stream->ends = true;
}

/* --- readings --- */

/* One event with the newest values of a Thing; *out_mark tells whether anything is new. */
static gn_str live_values(struct gn_live *live, const struct live_watch *watch, uint64_t *out_mark)
{
    char text[GN_TEXT_VALUE_BYTES_MAX];
    struct gn_buf event = gn_buf_over(live->event, sizeof live->event);
    struct gn_jw w = gn_jw_over(&event);
    int64_t newest_ms = INT64_MIN;
    uint64_t mark = 0;
    if (gn_series_list_read(live->api->reader, watch->thing, &live->series) != GN_OK)
        return (gn_str){ 0 };
    gn_buf_add_text(&event, "event: readings\ndata: ");
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "thing");
    gn_jw_text(&w, watch->id);
    gn_jw_key(&w, "values");
    gn_jw_open(&w, '{');
    for (uint32_t i = 0; i < live->series.count; i++) {
        struct gn_reading reading;
        if (!gn_value_last(live->api->reader, live->series.index[i], &reading, text))
            continue;
        mark += reading.seq;
        newest_ms = reading.time_ms > newest_ms ? reading.time_ms : newest_ms;
        gn_jw_key(&w, live->series.series[i].property);
        gn_value_write(&w, live->series.series[i].kind, &reading);
    }
    gn_jw_close(&w, '}');
    gn_jw_key(&w, "time");
    gn_jw_i64(&w, newest_ms);
    gn_jw_close(&w, '}');
    gn_buf_add_text(&event, "\n\n");
    *out_mark = mark;
    return event.full || mark == 0 ? (gn_str){ 0 } : gn_buf_str(&event);
}

static void live_watch_tick(struct gn_live *live, uint32_t row)
{
    struct live_watch *watch = &live->watches[row];
    uint64_t mark = watch->mark;
    const gn_str event = live_values(live, watch, &mark);
    const bool is_new = mark != watch->mark;
    watch->mark = mark;
    for (size_t s = 0; s < live->stream_count && event.size > 0; s++) {
        struct gn_live_stream *stream = live->streams[s];
        for (uint32_t i = 0; i < stream->watch_count; i++)
            if (stream->watches[i] == row && (is_new || stream->fresh[i]))
                stream->fresh[i] = !live_put(stream, event); /* no room: again at the next look */
    }
}

/* --- the rest --- */

/* Counts are looked at every two seconds, and told when they differ, or for long were not told. */
static void live_count(struct gn_live *live, int64_t now_ms)
{
    struct gn_counts counts;
    if (now_ms - live->counted_ms < GN_LIVE_STATUS_MS || gn_counts_read(live->api, &counts) != GN_OK)
        return;
    live->counted_ms = now_ms;
    if (memcmp(&counts, &live->counts, sizeof counts) == 0 && now_ms - live->told_ms < GN_LIVE_STATUS_AT_LEAST_MS)
        return;
    live->counts = counts;
    live->told_ms = now_ms;
    for (size_t s = 0; s < live->stream_count; s++)
        live->streams[s]->status_due = true;
}

static void live_tell_status(struct gn_live *live, struct gn_live_stream *stream)
{
    const struct gn_counts *counts = &live->counts;
    struct gn_buf event = gn_buf_over(live->event, sizeof live->event);
    gn_buf_addf(&event,
                "event: status\ndata: {\"now\":%" PRId64 ",\"things\":%" PRIu64 ",\"things_online\":%" PRIu64
                ",\"series\":%" PRIu64 ",\"readings\":%" PRIu64 ",\"alarms_open\":%" PRIu64
                ",\"decisions_pending\":%" PRIu64 "}\n\n",
                gn_wall_ms(&live->api->clock), counts->things, counts->things_online, counts->series, counts->readings,
                counts->alarms_open, counts->decisions_pending);
    stream->status_due = !live_put(stream, gn_buf_str(&event));
}

static void live_check_sessions(struct gn_live *live)
{
    for (size_t s = 0; s < live->stream_count; s++) {
        struct gn_live_stream *stream = live->streams[s];
        struct gn_principal who;
        const bool by_token = stream->ends_ms != INT64_MAX && stream->cookie[0] == '\0';
        if (!stream->local && !by_token &&
            gn_guard_session_peek(live->api->guard, gn_str_of(stream->cookie), &who) != GN_OK)
            stream->over = true;
    }
}

static void live_check_pace(struct gn_live_stream *stream, int64_t now_ms)
{
    if (stream->end > stream->begin && now_ms - stream->taken_ms >= GN_LIVE_SLOW_MS)
        stream->over = true;
    if (now_ms - stream->spoke_ms >= GN_LIVE_HEARTBEAT_MS && !stream->polls && !stream->ends)
        (void)live_put(stream, GN_STR(": still here\n\n"));
}

void gn_live_tick(struct gn_live *live)
{
    const int64_t now_ms = live_now_ms(live);
    if (live->stream_count == 0)
        return;
    if (now_ms - live->session_ms >= GN_LIVE_SESSION_MS) {
        live->session_ms = now_ms;
        live_check_sessions(live);
    }
    for (size_t s = 0; s < live->stream_count; s++)
        live_outputs_of(live, live->streams[s]);
    for (uint32_t row = 0; row < live->watch_end; row++)
        if (live->watches[row].stream_count > 0)
            live_watch_tick(live, row);
    live_count(live, now_ms);
    for (size_t s = 0; s < live->stream_count; s++) {
        if (live->streams[s]->series != GN_NONE)
            live_observe(live, live->streams[s], false);
        if (now_ms >= live->streams[s]->ends_ms)
            live_end(live, live->streams[s]);
        if (live->streams[s]->status_due && !live->streams[s]->bare)
            live_tell_status(live, live->streams[s]);
        live_check_pace(live->streams[s], now_ms);
    }
}
