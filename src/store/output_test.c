/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_fixture.h"

#include "base/mem.h"

static gn_err say(struct fixture *f, const char *kind, const char *id, const char *thing, const char *state,
                  int64_t time_ms, uint64_t seq, const char *json)
{
    const struct gn_output output = { .kind = kind,
                                      .id = gn_str_of(id),
                                      .thing = gn_str_of(thing),
                                      .state = gn_str_of(state),
                                      .time_ms = time_ms,
                                      .seq = seq,
                                      .json = gn_str_of(json) };
    return gn_store_put_output(f->store, &output);
}

struct heard {
    char text[4096];
    struct gn_buf buf;
    uint64_t last_change;
    size_t stop_after;
    size_t count;
};

static bool hear(void *ctx, const struct gn_output *output, uint64_t change)
{
    struct heard *heard = ctx;
    gn_buf_addf(&heard->buf, "%s %.*s %.*s %.*s %lld %llu %.*s;", output->kind, GN_STR_ARGS(output->id),
                GN_STR_ARGS(output->thing), GN_STR_ARGS(output->state), (long long)output->time_ms,
                (unsigned long long)output->seq, GN_STR_ARGS(output->json));
    heard->last_change = change;
    return ++heard->count != heard->stop_after;
}

/* What a query answers, as one text. */
static const char *ask(struct fixture *f, const struct gn_output_query *query, struct heard *heard)
{
    *heard = (struct heard){ .stop_after = heard->stop_after };
    heard->buf = gn_buf_over(heard->text, sizeof heard->text - 1);
    assert_int_equal(gn_store_outputs(f->reader, query, hear, heard), GN_OK);
    heard->text[heard->buf.size] = '\0';
    return heard->text;
}

static void outputs_appear_with_the_flush(void **state)
{
    struct fixture *f = *state;
    struct heard heard = { 0 };
    const struct gn_output_query all = { 0 };
    assert_int_equal(gn_store_last_change(f->reader), 0);
    assert_int_equal(say(f, "alarm", "a-5", "press", "open", 1000, 5, "{\"x\":1}"), GN_OK);
    assert_string_equal(ask(f, &all, &heard), "");
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_string_equal(ask(f, &all, &heard), "alarm a-5 press open 1000 5 {\"x\":1};");
    assert_int_equal(gn_store_last_change(f->reader), 1);
    assert_int_equal(heard.last_change, 1);
}

static void saying_it_again_replaces_it(void **state)
{
    struct fixture *f = *state;
    struct heard heard = { 0 };
    const struct gn_output_query all = { 0 };
    assert_int_equal(say(f, "decision", "d-1", "press", "pending", 1000, 5, "{1}"), GN_OK);
    assert_int_equal(say(f, "action", "d-1", "press", "queued", 1000, 5, "{a}"), GN_OK); /* of another kind */
    assert_int_equal(say(f, "decision", "d-1", "press", "approved", 2000, 7, "{2}"), GN_OK);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_string_equal(ask(f, &all, &heard),
                        "action d-1 press queued 1000 5 {a};decision d-1 press approved 2000 7 {2};");
    assert_int_equal(gn_store_last_change(f->reader), 3);
}

/* After a restart the engine says again what it said since its last state. */
static void catch_up_neither_repeats_nor_turns_back(void **state)
{
    struct fixture *f = *state;
    struct heard heard = { 0 };
    const struct gn_output_query one = { .kind = "decision", .id = GN_STR("d-1") };
    assert_int_equal(say(f, "decision", "d-1", "press", "pending", 1000, 5, "{1}"), GN_OK);
    assert_int_equal(say(f, "decision", "d-1", "press", "approved", 2000, 7, "{2}"), GN_OK);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    const uint64_t change = gn_store_last_change(f->reader);
    fixture_close(f);
    fixture_open(f);
    assert_int_equal(gn_store_last_change(f->reader), change);
    assert_string_equal(ask(f, &one, &heard), "decision d-1 press approved 2000 7 {2};"); /* kept over the crash */
    assert_int_equal(say(f, "decision", "d-1", "press", "pending", 1000, 5, "{1}"), GN_OK);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_string_equal(ask(f, &one, &heard), "decision d-1 press approved 2000 7 {2};");
    assert_int_equal(say(f, "decision", "d-1", "press", "approved", 2000, 7, "{2}"), GN_OK);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_int_equal(gn_store_last_change(f->reader), change); /* nobody is woken for nothing */
    assert_int_equal(say(f, "decision", "d-1", "press", "approved", 2000, 7, "{2b}"), GN_OK);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_string_equal(ask(f, &one, &heard), "decision d-1 press approved 2000 7 {2b};");
    assert_int_equal(gn_store_last_change(f->reader), change + 1); /* never a number twice */
}

static void lists_are_filtered_and_ordered(void **state)
{
    struct fixture *f = *state;
    struct heard heard = { 0 };
    assert_int_equal(say(f, "alarm", "a-1", "press", "open", 100, 1, "1"), GN_OK);
    assert_int_equal(say(f, "alarm", "a-2", "mixer", "open", 300, 2, "2"), GN_OK);
    assert_int_equal(say(f, "alarm", "a-3", "press", "cleared", 200, 3, "3"), GN_OK);
    assert_int_equal(say(f, "finding", "f-1", "press", "open", 150, 4, "4"), GN_OK);
    assert_int_equal(gn_store_flush(f->store), GN_OK);

    const struct {
        struct gn_output_query query;
        const char *ids;
    } rows[] = {
        { { .kind = "alarm" }, "132" },
        { { .kind = "alarm", .newest_first = true }, "231" },
        { { .kind = "alarm", .newest_first = true, .limit = 2 }, "23" },
        { { .kind = "alarm", .thing = GN_STR("press") }, "13" },
        { { .kind = "alarm", .state = GN_STR("open") }, "12" },
        { { .kind = "alarm", .state = GN_STR("open"), .thing = GN_STR("mixer") }, "2" },
        { { .kind = "alarm", .from_ms = 200 }, "32" },
        { { .kind = "alarm", .to_ms = 300 }, "13" },
        { { .kind = "alarm", .from_ms = 200, .to_ms = 201 }, "3" },
        { { .kind = "alarm", .to_ms = INT64_MAX }, "132" },
        { { .kind = "alarm", .id = GN_STR("a-2") }, "2" },
        { { .kind = "finding", .id = GN_STR("a-2") }, "" },
        { { .kind = "receipt" }, "" },
        { { .kind = NULL }, "1432" },
        { { .after_change = 2 }, "34" }, /* in the order of change */
        { { .after_change = 1, .kind = "alarm" }, "23" },
        { { .after_change = 4 }, "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char ids[16] = "";
        size_t count = 0;
        (void)ask(f, &rows[i].query, &heard);
        for (const char *at = heard.text; *at != '\0'; at = strchr(at, ';') + 1)
            ids[count++] = strchr(at, ';')[-1];
        assert_string_equal(ids, rows[i].ids);
    }
    heard.stop_after = 2;
    (void)ask(f, &(struct gn_output_query){ .kind = "alarm" }, &heard);
    assert_int_equal(heard.count, 2);
}

static void quotes_and_injections_are_only_text(void **state)
{
    struct fixture *f = *state;
    struct heard heard = { 0 };
    const char *evil = "x' OR 1=1; DROP TABLE output; --";
    assert_int_equal(say(f, "alarm", evil, "", "open", 1, 1, "{\"a\":\"\xc3\xa4'\"}"), GN_OK);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    const struct gn_output_query query = { .kind = "alarm", .id = gn_str_of(evil) };
    assert_non_null(strstr(ask(f, &query, &heard), evil));
    const struct gn_output_query other = { .kind = "alarm", .thing = GN_STR("' OR '1'='1") };
    assert_string_equal(ask(f, &other, &heard), "");
}

static void sizes_have_limits(void **state)
{
    struct fixture *f = *state;
    static char text[GN_OUTPUT_BYTES_MAX + 2];
    memset(text, 'j', sizeof text - 1);
    for (int more = -1; more <= 1; more++) {
        text[GN_OUTPUT_BYTES_MAX + more] = '\0';
        assert_int_equal(say(f, "alarm", "a", "", "", 1, 1, text), more <= 0 ? GN_OK : GN_ERR_INVAL);
        text[GN_OUTPUT_BYTES_MAX + more] = 'j';
    }
    text[65] = '\0';
    assert_int_equal(say(f, "alarm", "a", text, "", 1, 1, ""), GN_ERR_INVAL);
    assert_int_equal(say(f, "alarm", "a", "", text, 1, 1, ""), GN_ERR_INVAL);
    assert_int_equal(say(f, text, "a", "", "", 1, 1, ""), GN_ERR_INVAL);
    assert_int_equal(say(f, "", "a", "", "", 1, 1, ""), GN_ERR_INVAL);
    assert_int_equal(say(f, "alarm", "", "", "", 1, 1, ""), GN_ERR_INVAL);
}

static void what_waits_is_bounded_and_nothing_is_lost(void **state)
{
    struct fixture *f = *state;
    static char json[GN_OUTPUT_BYTES_MAX];
    char id[32];
    uint64_t said = 0;
    gn_err err = GN_OK;
    memset(json, 'j', sizeof json - 1);
    while (!err) {
        (void)snprintf(id, sizeof id, "f-%llu", (unsigned long long)said + 1);
        err = say(f, "finding", id, "", "", 1, said + 1, json);
        said += err == GN_OK;
    }
    assert_int_equal(err, GN_ERR_FULL);
    assert_true(said * sizeof json > GN_OUTPUTS_WAITING_BYTES / 10 * 9);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_int_equal(gn_store_last_change(f->reader), said);
    assert_int_equal(say(f, "finding", id, "", "", 1, said + 1, json), GN_OK);
}

static bool ask_inside(void *ctx, const struct gn_output *output, uint64_t change)
{
    struct fixture *f = ctx;
    const struct gn_output_query all = { 0 };
    (void)output;
    (void)change;
    assert_int_equal(gn_store_outputs(f->reader, &all, ask_inside, f), GN_ERR_BUSY);
    return true;
}

static void a_query_inside_a_query_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct gn_output_query all = { 0 };
    assert_int_equal(say(f, "alarm", "a", "", "", 1, 1, "{}"), GN_OK);
    assert_int_equal(gn_store_flush(f->store), GN_OK);
    assert_int_equal(gn_store_outputs(f->reader, &all, ask_inside, f), GN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(outputs_appear_with_the_flush, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(saying_it_again_replaces_it, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(catch_up_neither_repeats_nor_turns_back, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(lists_are_filtered_and_ordered, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(quotes_and_injections_are_only_text, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(sizes_have_limits, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_waits_is_bounded_and_nothing_is_lost, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_query_inside_a_query_is_refused, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
