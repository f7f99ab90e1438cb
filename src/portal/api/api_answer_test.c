/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal_fixture.h"

static struct fixture f;

static int begin(void **state)
{
    (void)state;
    fixture_begin(&f);
    fixture_fill(&f);
    fixture_set_up(&f);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static int answer(const char *id, const char *verdict, const char *body)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/api/v1/decisions/%s/%s", id, verdict);
    return fixture_ask(&f, "POST", path, AS_OPERATOR, body);
}

static void an_answer_is_recorded_with_who_and_why(void **state)
{
    (void)state;
    fixture_output(&f, "decision", "d-1", "press", "pending", 0);
    assert_int_equal(answer("d-1", "approve", "{\"reason\":\"looks right\"}"), 202);
    assert_string_equal(fixture_body(&f), "{\"decision\":\"d-1\",\"verdict\":\"approve\",\"recorded\":true}");
    assert_string_equal(f.host.decision, "d-1");
    assert_string_equal(f.host.person, "operator");
    assert_string_equal(f.host.reason, "looks right");
    assert_true(f.host.approve);
    assert_int_equal(answer("d-1", "reject", "{}"), 202);
    assert_false(f.host.approve);
    assert_string_equal(f.host.reason, "");
    assert_int_equal(answer("d-1", "reject", ""), 202);
}

static void only_what_is_pending_can_be_answered(void **state)
{
    (void)state;
    static const char *const over[] = { "observed", "advised", "approved", "rejected", "expired", "refused" };
    assert_int_equal(answer("d-9", "approve", "{}"), 404);
    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++) {
        fixture_output(&f, "decision", "d-2", "press", over[i], (int64_t)i);
        assert_int_equal(answer("d-2", "approve", "{}"), 409);
        assert_true(fixture_says(&f, over[i]));
    }
    fixture_output(&f, "finding", "d-3", "press", "pending", 0);
    assert_int_equal(answer("d-3", "approve", "{}"), 404);
    assert_int_equal(f.host.change_count, 0);
}

static void odd_bodies_are_refused(void **state)
{
    (void)state;
    char body[640];
    char text[600];
    memset(text, 'a', sizeof text);
    fixture_output(&f, "decision", "d-1", "press", "pending", 0);
    assert_int_equal(answer("d-1", "approve", "{\"reason\":1}"), 400);
    assert_int_equal(answer("d-1", "approve", "{\"person\":\"the boss\"}"), 400);
    assert_int_equal(answer("d-1", "approve", "{\"reason\":\"a\""), 400);
    (void)snprintf(body, sizeof body, "{\"reason\":\"%.501s\"}", text);
    assert_int_equal(answer("d-1", "approve", body), 400);
    assert_int_equal(f.host.change_count, 0);
    (void)snprintf(body, sizeof body, "{\"reason\":\"%.500s\"}", text);
    assert_int_equal(answer("d-1", "approve", body), 202);
    assert_int_equal(answer("d-1", "perhaps", "{}"), 404);
}

static void a_journal_that_takes_nothing_is_told(void **state)
{
    (void)state;
    fixture_output(&f, "decision", "d-1", "press", "pending", 0);
    f.host.next_err = GN_ERR_AGAIN;
    assert_int_equal(answer("d-1", "approve", "{}"), 503);
    assert_true(fixture_says(&f, "disk full"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_answer_is_recorded_with_who_and_why),
        CASE(only_what_is_pending_can_be_answered),
        CASE(odd_bodies_are_refused),
        CASE(a_journal_that_takes_nothing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
