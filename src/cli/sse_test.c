/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "cli/sse.h"

static struct gn_sse sse;

struct seen {
    char text[1024]; /* name|data|id; each */
    gn_err answer;
};

static gn_err keep(void *ctx, const struct gn_sse_event *event)
{
    struct seen *seen = ctx;
    const size_t used = strlen(seen->text);
    (void)snprintf(seen->text + used, sizeof seen->text - used, "%.*s|%.*s|%.*s;", GN_STR_ARGS(event->name),
                   GN_STR_ARGS(event->data), GN_STR_ARGS(event->id));
    return seen->answer;
}

static gn_err feed(struct seen *seen, const char *text)
{
    return gn_sse_feed(&sse, (gn_bytes){ (const uint8_t *)text, strlen(text) }, keep, seen);
}

static void events_come_out_however_the_bytes_are_cut(void **state)
{
    (void)state;
    static const char text[] =
        ": hello\n\nid: 7\nevent: output\ndata: {\"a\":1}\n\ndata:x\r\ndata: y\r\n\r\nretry: 5\revent: z\r\r"
        "data\n\n";
    static const char expected[] = "output|{\"a\":1}|7;message|x\ny|7;message||7;";
    for (size_t piece = 1; piece < sizeof text; piece++) {
        struct seen seen = { 0 };
        gn_sse_init(&sse);
        for (size_t at = 0; at < sizeof text - 1; at += piece) {
            const size_t size = at + piece < sizeof text - 1 ? piece : sizeof text - 1 - at;
            assert_int_equal(gn_sse_feed(&sse, (gn_bytes){ (const uint8_t *)text + at, size }, keep, &seen), GN_OK);
        }
        assert_string_equal(seen.text, expected);
    }
}

static void an_event_that_is_not_closed_is_none(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    gn_sse_init(&sse);
    assert_int_equal(feed(&seen, "data: 1\n"), GN_OK);
    assert_string_equal(seen.text, "");
    assert_int_equal(feed(&seen, "\n"), GN_OK);
    assert_string_equal(seen.text, "message|1|;");
}

static void data_has_a_bound(void **state)
{
    (void)state;
    static char line[GN_CLI_EVENT_BYTES_MAX + 32];
    for (size_t more = 0; more < 2; more++) {
        struct seen seen = { 0 };
        gn_sse_init(&sse);
        memset(line, 'x', sizeof line);
        memcpy(line, "data: ", 6);
        line[6 + GN_CLI_EVENT_BYTES_MAX + more] = '\n';
        line[6 + GN_CLI_EVENT_BYTES_MAX + more + 1] = '\0';
        assert_int_equal(feed(&seen, line), more == 0 ? GN_OK : GN_ERR_FULL);
    }
    struct seen seen = { 0 };
    gn_sse_init(&sse);
    memset(line, 'x', sizeof line - 1); /* a line without an end */
    line[sizeof line - 1] = '\0';
    assert_int_equal(feed(&seen, line), GN_ERR_FULL);
}

static void names_have_a_bound(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    char line[128];
    gn_sse_init(&sse);
    (void)snprintf(line, sizeof line, "event: %063d\n", 1);
    assert_int_equal(feed(&seen, line), GN_OK);
    (void)snprintf(line, sizeof line, "event: %064d\n", 1);
    assert_int_equal(feed(&seen, line), GN_ERR_FULL);
}

static void who_takes_events_can_stop(void **state)
{
    (void)state;
    struct seen seen = { .answer = GN_ERR_IO };
    gn_sse_init(&sse);
    assert_int_equal(feed(&seen, "data: 1\n\ndata: 2\n\n"), GN_ERR_IO);
    assert_string_equal(seen.text, "message|1|;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_out_however_the_bytes_are_cut),
        cmocka_unit_test(an_event_that_is_not_closed_is_none),
        cmocka_unit_test(data_has_a_bound),
        cmocka_unit_test(names_have_a_bound),
        cmocka_unit_test(who_takes_events_can_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
