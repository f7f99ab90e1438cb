/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/live.h"

#include "portal/portal_fixture.h"

static struct fixture f;
static struct gn_live *live;
static char heard[1 << 20];
static size_t heard_size;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    heard_size = 0;
    return gn_live_new(&f.api, &live) == GN_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    gn_live_free(live);
    gn_live_free(NULL);
    fixture_end(&f);
    return 0;
}

static struct gn_live_stream *open_as(const char *query, enum fixture_who who, uint64_t last_event)
{
    char target[1200];
    (void)snprintf(target, sizeof target, "/api/v1/live%s", query);
    struct gn_request *request = fixture_request(&f, "GET", target, who);
    request->last_event = last_event;
    return gn_live_open(live, request, &f.exchange->response);
}

static struct gn_live_stream *open_stream(const char *query)
{
    return open_as(query, AS_OWNER, 0);
}

static void pass(int64_t ms)
{
    f.sim.mono_us += ms * 1000;
    f.sim.wall_ms += ms;
    gn_live_tick(live);
}

/* All that came since the last time. */
static const char *hear_all(struct gn_live_stream *stream)
{
    bool over;
    heard_size = gn_live_take(stream, heard, sizeof heard - 1, &over);
    heard[heard_size] = '\0';
    return heard;
}

/* The same without the counts, which come in any case. */
static const char *hear(struct gn_live_stream *stream)
{
    (void)hear_all(stream);
    for (char *at; (at = strstr(heard, "event: status")) != NULL;) {
        char *next = strstr(at, "\n\n") + 2;
        memmove(at, next, strlen(next) + 1);
    }
    return heard;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

static void outputs_come_in_the_order_of_their_changes(void **state)
{
    (void)state;
    fixture_output(&f, "finding", "f-0", "press", "open", 0);
    struct gn_live_stream *stream = open_stream("?kinds=finding,alarm");
    pass(1);
    assert_string_equal(hear(stream), "retry: 2000\n\n"); /* what was before is not news */
    fixture_output(&f, "alarm", "a-1", "press", "open", 5);
    fixture_output(&f, "finding", "f-1", "press", "open", 1);
    fixture_output(&f, "receipt", "r-1", "press", "done", 2);
    pass(GN_LIVE_TICK_MS);
    assert_string_equal(hear(stream),
                        "event: output\nid: 2\ndata: {\"change\":2,\"kind\":\"alarm\",\"data\":{\"id\":\"a-1\","
                        "\"state\":\"open\",\"thing\":\"press\"}}\n\n"
                        "event: output\nid: 3\ndata: {\"change\":3,\"kind\":\"finding\",\"data\":{\"id\":\"f-1\","
                        "\"state\":\"open\",\"thing\":\"press\"}}\n\n");
    pass(GN_LIVE_TICK_MS);
    assert_string_equal(hear(stream), "");
    fixture_output(&f, "alarm", "a-1", "press", "cleared", 9);
    pass(GN_LIVE_TICK_MS);
    assert_non_null(strstr(hear(stream), "id: 5\n"));
}

static void a_client_that_comes_back_goes_on_where_it_was(void **state)
{
    (void)state;
    for (int i = 1; i <= 4; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "a-%d", i);
        fixture_output(&f, "alarm", id, "press", "open", -i);
    }
    struct gn_live_stream *after = open_stream("?after=2");
    struct gn_live_stream *last = open_as("?after=1", AS_OWNER, 3); /* Last-Event-ID is newer than the address */
    struct gn_live_stream *all = open_stream("?after=0");
    struct gn_live_stream *future = open_stream("?after=999");
    pass(1);
    assert_int_equal(count_of(hear(after), "event: output"), 2);
    assert_non_null(strstr(hear(last), "id: 4\n"));
    assert_int_equal(count_of(heard, "event: output"), 1);
    assert_int_equal(count_of(hear(all), "event: output"), 4);
    assert_true(strstr(heard, "id: 1\n") < strstr(heard, "id: 2\n"));
    assert_int_equal(count_of(hear(future), "event: output"), 0);
    fixture_output(&f, "alarm", "a-9", "press", "open", 0);
    pass(GN_LIVE_TICK_MS);
    assert_int_equal(count_of(hear(future), "event: output"), 1);
}

static void readings_come_first_whole_and_then_when_one_is_new(void **state)
{
    (void)state;
    struct gn_live_stream *stream = open_stream("?kinds=readings&things=press");
    pass(1);
    assert_non_null(strstr(hear(stream), "event: readings\ndata: {\"thing\":\"press\",\"values\":{"));
    assert_non_null(strstr(heard, "\"oil\":49"));
    assert_non_null(strstr(heard, "\"open\":true"));
    assert_non_null(strstr(heard, "\"note\":\"\\u003cb\\u003ehello"));
    assert_non_null(strstr(heard, "\"time\":1767225609000}"));
    pass(GN_LIVE_TICK_MS);
    assert_string_equal(hear(stream), "");
    fixture_reading(&f, 0, 9500, 50.25);
    pass(GN_LIVE_TICK_MS);
    assert_int_equal(count_of(hear(stream), "event: readings"), 1);
    assert_non_null(strstr(heard, "\"oil\":50.25"));
    fixture_reading(&f, 3, 9500, 7); /* of the mill */
    pass(GN_LIVE_TICK_MS);
    assert_string_equal(hear(stream), "");
}

static void streams_share_what_they_watch(void **state)
{
    (void)state;
    struct gn_live_stream *first = open_stream("?kinds=readings&things=press,mill");
    struct gn_live_stream *second = open_stream("?kinds=readings&things=press");
    pass(1);
    assert_int_equal(count_of(hear(first), "event: readings"), 1); /* the mill has nothing yet */
    assert_int_equal(count_of(hear(second), "event: readings"), 1);
    gn_live_close(live, first);
    assert_int_equal(gn_live_count(live), 1);
    fixture_reading(&f, 0, 9500, 51);
    pass(GN_LIVE_TICK_MS);
    assert_int_equal(count_of(hear(second), "\"oil\":51"), 1);
    struct gn_live_stream *third = open_stream("?kinds=readings&things=mill");
    fixture_reading(&f, 3, 9600, 1200);
    pass(GN_LIVE_TICK_MS);
    assert_int_equal(count_of(hear(third), "\"rpm\":1200"), 1);
    assert_string_equal(hear(second), "");
}

static void outputs_of_one_thing_can_be_asked_for(void **state)
{
    (void)state;
    struct gn_live_stream *stream = open_stream("?thing=mill&kinds=alarm");
    fixture_output(&f, "alarm", "a-1", "press", "open", 0);
    fixture_output(&f, "alarm", "a-2", "mill", "open", 0);
    pass(1);
    assert_int_equal(count_of(hear(stream), "event: output"), 1);
    assert_non_null(strstr(heard, "a-2"));
}

static void counts_come_at_once_and_when_they_differ(void **state)
{
    (void)state;
    f.host.online = 0;
    struct gn_live_stream *stream = open_stream("?kinds=alarm");
    pass(1);
    assert_int_equal(count_of(hear_all(stream), "event: status\ndata: {\"now\":"), 1);
    assert_non_null(strstr(heard, "\"things\":2,\"things_online\":1,\"series\":4,\"readings\":12,\"alarms_open\":0,"));
    pass(GN_LIVE_STATUS_MS);
    assert_string_equal(hear_all(stream), "");
    f.host.online = GN_NONE;
    pass(GN_LIVE_STATUS_MS - 1);
    assert_string_equal(hear_all(stream), ""); /* not looked at yet */
    pass(1);
    assert_non_null(strstr(hear_all(stream), "\"things_online\":0"));
    struct gn_live_stream *late = open_stream("?kinds=status");
    pass(1);
    assert_int_equal(count_of(hear_all(late), "event: status"), 1);
    assert_string_equal(hear_all(stream), "");
}

static void a_quiet_stream_says_that_it_is_there(void **state)
{
    (void)state;
    struct gn_live_stream *stream = open_stream("?kinds=alarm");
    pass(1);
    (void)hear_all(stream);
    pass(GN_LIVE_HEARTBEAT_MS - 1);
    assert_string_equal(hear_all(stream), "");
    pass(1);
    assert_string_equal(hear_all(stream), ": still here\n\n");
    pass(GN_LIVE_STATUS_AT_LEAST_MS - GN_LIVE_HEARTBEAT_MS);
    assert_int_equal(count_of(hear_all(stream), "event: status"), 1);
}

static void who_takes_nothing_is_ended(void **state)
{
    (void)state;
    bool over = true;
    char byte;
    struct gn_live_stream *stream = open_stream("?kinds=alarm");
    pass(GN_LIVE_SLOW_MS - 1);
    assert_int_equal(gn_live_take(stream, &byte, 0, &over), 0);
    assert_false(over);
    pass(2);
    (void)gn_live_take(stream, &byte, 0, &over);
    assert_true(over);
    assert_true(gn_live_has_news(stream));
}

static void who_takes_slowly_goes_on(void **state)
{
    (void)state;
    bool over = true;
    char byte;
    struct gn_live_stream *stream = open_stream("?kinds=alarm");
    for (int i = 0; i < 5; i++) {
        pass(GN_LIVE_SLOW_MS - 1000);
        assert_int_equal(gn_live_take(stream, &byte, 1, &over), 1);
        assert_false(over);
    }
}

static void outputs_that_find_no_room_wait_in_the_store(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    struct gn_live_stream *stream = open_stream("?kinds=alarm");
    (void)hear(stream);
    for (int i = 0; i < MANY; i++) {
        static char json[400];
        char id[16];
        (void)snprintf(id, sizeof id, "a-%d", i);
        (void)snprintf(json, sizeof json, "{\"id\":\"%s\",\"pad\":\"%0300d\"}", id, i);
        const struct gn_output output = { .kind = "alarm",
                                          .id = gn_str_of(id),
                                          .state = GN_STR("open"),
                                          .time_ms = FIXTURE_BEGIN_MS,
                                          .seq = f.seq,
                                          .json = gn_str_of(json) };
        assert_int_equal(gn_store_put_output(f.store, &output), GN_OK);
    }
    assert_int_equal(gn_store_flush(f.store), GN_OK);
    size_t count = 0;
    for (int tick = 0; tick < 30; tick++)
        pass(GN_LIVE_TICK_MS); /* nobody takes: the buffer fills, nothing is lost */
    for (int tick = 0; tick < 60; tick++) {
        count += count_of(hear(stream), "event: output");
        pass(GN_LIVE_TICK_MS);
    }
    assert_int_equal(count, MANY);
    assert_null(strstr(heard, "event: output")); /* and nothing came twice */
}

static void a_stream_ends_with_its_session(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    char byte;
    bool over = true;
    int64_t delay_ms;
    fixture_set_up(&f);
    assert_int_equal(gn_guard_login(f.guard, GN_STR("anna"), GN_STR(FIXTURE_PASSWORD), GN_STR("x"), cookie, &delay_ms),
                     GN_OK);
    struct gn_request *request = fixture_request(&f, "GET", "/api/v1/live", AS_ADMIN);
    request->cookie = gn_str_of(cookie);
    struct gn_live_stream *stream = gn_live_open(live, request, &f.exchange->response);
    struct gn_live_stream *local = open_stream("");
    pass(GN_LIVE_SESSION_MS);
    (void)gn_live_take(stream, &byte, 0, &over);
    assert_false(over);
    gn_guard_logout(f.guard, gn_str_of(cookie));
    pass(GN_LIVE_SESSION_MS);
    (void)gn_live_take(stream, &byte, 0, &over);
    assert_true(over);
    (void)gn_live_take(local, &byte, 0, &over);
    assert_false(over);
}

static void watching_does_not_keep_a_session_alive(void **state)
{
    (void)state;
    char cookie[GN_COOKIE_BYTES];
    char byte;
    bool over = false;
    int64_t delay_ms;
    fixture_set_up(&f);
    assert_int_equal(gn_guard_login(f.guard, GN_STR("anna"), GN_STR(FIXTURE_PASSWORD), GN_STR("x"), cookie, &delay_ms),
                     GN_OK);
    struct gn_request *request = fixture_request(&f, "GET", "/api/v1/live", AS_ADMIN);
    request->cookie = gn_str_of(cookie);
    struct gn_live_stream *stream = gn_live_open(live, request, &f.exchange->response);
    int64_t seconds = 0;
    for (; seconds <= GN_SESSION_IDLE_S && !over; seconds++) {
        pass(1000);
        (void)hear(stream);
        (void)gn_live_take(stream, &byte, 0, &over);
    }
    assert_in_range(seconds, GN_SESSION_IDLE_S - 1, GN_SESSION_IDLE_S + 1);
}

static void odd_queries_are_refused_and_leave_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int status;
    } rows[] = { { "?kinds=alarms", 400 }, { "?things=nothing", 404 }, { "?things=press,nothing", 404 },
                 { "?after=-1", 400 },     { "?after=x", 400 },        { "?colour=red", 400 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_null(open_stream(rows[i].query));
        assert_int_equal(f.exchange->response.status, rows[i].status);
    }
    assert_int_equal(gn_live_count(live), 0);
    assert_non_null(open_stream("?things=,press,,&kinds=alarm"));
}

static void streams_and_watched_things_have_limits(void **state)
{
    (void)state;
    char query[1000] = "?kinds=readings&things=";
    for (int i = 0; i < GN_LIVE_THINGS_MAX; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "thing-%d", i);
        (void)fixture_thing(&f, id, id);
        (void)snprintf(query + strlen(query), sizeof query - strlen(query), "%s,%s,", id, id); /* one each */
    }
    for (int i = 0; i < GN_LIVE_STREAMS_MAX; i++)
        assert_non_null(open_stream(query));
    assert_null(open_stream(""));
    assert_int_equal(f.exchange->response.status, 503);
    pass(GN_LIVE_TICK_MS);
    gn_live_free(live);
    assert_int_equal(gn_live_new(&f.api, &live), GN_OK);
    (void)snprintf(query + strlen(query), sizeof query - strlen(query), "press");
    assert_null(open_stream(query));
    assert_int_equal(f.exchange->response.status, 400);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(outputs_come_in_the_order_of_their_changes),
        CASE(a_client_that_comes_back_goes_on_where_it_was),
        CASE(readings_come_first_whole_and_then_when_one_is_new),
        CASE(streams_share_what_they_watch),
        CASE(outputs_of_one_thing_can_be_asked_for),
        CASE(counts_come_at_once_and_when_they_differ),
        CASE(a_quiet_stream_says_that_it_is_there),
        CASE(who_takes_nothing_is_ended),
        CASE(who_takes_slowly_goes_on),
        CASE(outputs_that_find_no_room_wait_in_the_store),
        CASE(a_stream_ends_with_its_session),
        CASE(watching_does_not_keep_a_session_alive),
        CASE(odd_queries_are_refused_and_leave_nothing),
        CASE(streams_and_watched_things_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
