/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/proposal.h"

#include "portal/portal_fixture.h"

static struct fixture f;
static uint32_t thing;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    thing = fixture_thing(&f, "meter", "meter");
    fixture_set_up(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static void asks(void)
{
    assert_int_equal(gn_store_flush(f.store), GN_OK);
    assert_int_equal(fixture_ask(&f, "GET", "/api/v1/discovered/meter", AS_VIEWER, ""), 200);
}

static void what_grows_and_begins_anew_is_a_counter(void **state)
{
    (void)state;
    const uint32_t total = fixture_series(&f, thing, "total", GN_SERIES_NUMBER);
    const uint32_t level = fixture_series(&f, thing, "level", GN_SERIES_NUMBER);
    for (int i = 0; i < 40; i++) {
        fixture_reading(&f, total, i * 60000, i < 30 ? 1000 + i : i - 30); /* a new meter */
        fixture_reading(&f, level, i * 60000, 1000 + i - (i % 8) * 2);     /* it grows, and falls a little */
    }
    asks();
    assert_true(fixture_says(&f, "\"total\":{\"readOnly\":true,\"type\":\"number\",\"gn:kind\":\"counter\""));
    assert_true(fixture_says(&f, "\"level\":{\"readOnly\":true,\"type\":\"number\",\"gn:kind\":\"number\""));
    assert_true(fixture_says(&f, "\"gn:period_ms\":60000"));
    assert_true(fixture_says(&f, "\"gn:last\":9"));
}

static void few_words_are_a_state_and_many_are_text(void **state)
{
    (void)state;
    const uint32_t mode = fixture_series(&f, thing, "mode", GN_SERIES_TEXT);
    const uint32_t note = fixture_series(&f, thing, "note", GN_SERIES_TEXT);
    for (int i = 0; i < GN_PROPOSAL_ENOUGH + 5; i++) {
        char word[16];
        (void)snprintf(word, sizeof word, "note %d", i);
        fixture_text(&f, mode, i * 1000, i % 2 ? "eco" : "boost");
        fixture_text(&f, note, i * 1000, word);
    }
    asks();
    assert_true(fixture_says(&f, "\"gn:kind\":\"state\",\"enum\":[\"boost\",\"eco\"]") ||
                fixture_says(&f, "\"gn:kind\":\"state\",\"enum\":[\"eco\",\"boost\"]"));
    assert_true(fixture_says(&f, "\"note\":{\"readOnly\":true,\"type\":\"string\",\"gn:kind\":\"text\""));
}

static void a_proposal_is_ready_when_there_was_enough_to_see(void **state)
{
    (void)state;
    assert_null(gn_proposal_not_ready(0, true, 0)); /* it said itself what it is */
    assert_non_null(gn_proposal_not_ready(GN_PROPOSAL_ENOUGH - 1, false, GN_PROPOSAL_MS));
    assert_non_null(gn_proposal_not_ready(GN_PROPOSAL_ENOUGH, false, GN_PROPOSAL_MS - 1));
    assert_null(gn_proposal_not_ready(GN_PROPOSAL_ENOUGH, false, GN_PROPOSAL_MS));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_grows_and_begins_anew_is_a_counter),
        CASE(few_words_are_a_state_and_many_are_text),
        CASE(a_proposal_is_ready_when_there_was_enough_to_see),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
