/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/prom/prom_query.h"

#include <math.h>

#include "portal/portal_fixture.h"

static struct fixture f;
static struct gn_diag diag;
static struct gn_prom_query query;
static struct gn_prom_value value;

/* cpu.idle of cores 0 and 1 of two Things: the value is 10 * Thing + core + 1, said at 100 s. */
static int begin(void **state)
{
    static const char *const things[] = { "web-1", "web-2" };
    static const char *const cores[] = { "cpu.idle{core=0}", "cpu.idle{core=1}" };
    (void)state;
    fixture_begin(&f);
    for (size_t t = 0; t < 2; t++) {
        const uint32_t thing = fixture_thing(&f, things[t], things[t]);
        for (size_t c = 0; c < 2; c++) {
            const uint32_t series = fixture_series(&f, thing, cores[c], GN_SERIES_NUMBER);
            fixture_reading(&f, series, 100000, 10.0 * (double)t + (double)c + 1);
        }
        fixture_text(&f, fixture_series(&f, thing, "note", GN_SERIES_TEXT), 100000, "hello");
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    gn_prom_query_end(&query);
    fixture_end(&f);
    return 0;
}

static gn_err ask(const char *text)
{
    gn_prom_query_end(&query);
    diag = (struct gn_diag){ 0 };
    query = (struct gn_prom_query){ .reader = f.api.reader,
                                    .diag = &diag,
                                    .grid = { FIXTURE_BEGIN_MS + 120000, 60000, 2 } };
    return gn_prom_query_run(&query, gn_str_of(text), &value);
}

/* "label=value label=value: number; ..." of the first step. */
static const char *answer(const char *text)
{
    static char words[1024];
    struct gn_buf out = gn_buf_over(words, sizeof words - 1);
    assert_int_equal(ask(text), GN_OK);
    if (value.is_scalar)
        gn_buf_addf(&out, "%g", value.scalar);
    for (size_t i = 0; !value.is_scalar && i < value.count; i++) {
        gn_prom_put_text(&value.rows[i].labels, &out);
        gn_buf_addf(&out, ":%g;", value.rows[i].points[0]);
    }
    words[out.size] = '\0';
    return words;
}

static void selectors_take_what_their_matchers_say(void **state)
{
    (void)state;
    assert_string_equal(answer("cpu_idle{thing=\"web-1\",core='1'}"),
                        "cpu_idle{core=\"1\",property=\"cpu.idle{core=1}\",thing=\"web-1\"}:2;");
    assert_int_equal(ask("cpu_idle"), GN_OK);
    assert_int_equal(value.count, 4);
    assert_int_equal(ask("{__name__=~\"cpu.+\",thing!=\"web-1\"}"), GN_OK);
    assert_int_equal(value.count, 2);
    assert_int_equal(ask("cpu_idle{core!~\"0|2\"}"), GN_OK);
    assert_int_equal(value.count, 2);
    assert_int_equal(ask("note"), GN_OK); /* texts are no numbers */
    assert_int_equal(value.count, 0);
}

static void functions_aggregation_and_arithmetic_go_together(void **state)
{
    (void)state;
    assert_string_equal(answer("sum(cpu_idle)"), ":26;");
    assert_string_equal(answer("sum by (thing) (cpu_idle)"), "{thing=\"web-1\"}:3;{thing=\"web-2\"}:23;");
    assert_string_equal(answer("max(cpu_idle) by (core)"), "{core=\"0\"}:11;{core=\"1\"}:12;");
    assert_string_equal(answer("min(cpu_idle)"), ":1;");
    assert_string_equal(answer("count by (thing, nothing) (cpu_idle)"), "{thing=\"web-1\"}:2;{thing=\"web-2\"}:2;");
    assert_string_equal(answer("avg(avg_over_time(cpu_idle[1m])) * 2 + 1"), ":14;");
    assert_string_equal(answer("100 - sum(cpu_idle)"), ":74;");
    assert_string_equal(answer("-(2 + 3) * 4 / 2 - 1e1"), "-20");
    assert_string_equal(answer("count_over_time(cpu_idle{core=\"0\",thing=\"web-2\"}[5m]) / 2"),
                        "{core=\"0\",property=\"cpu.idle{core=0}\",thing=\"web-2\"}:0.5;");
}

static void what_is_too_old_is_not_there(void **state)
{
    (void)state;
    gn_prom_query_end(&query);
    query = (struct gn_prom_query){ .reader = f.api.reader,
                                    .diag = &diag,
                                    .grid = { FIXTURE_BEGIN_MS + 100000 + GN_PROM_LOOKBACK_MS, 1, 2 } };
    assert_int_equal(gn_prom_query_run(&query, GN_STR("cpu_idle"), &value), GN_OK);
    assert_true(value.rows[0].points[0] == 1);
    assert_true(isnan(value.rows[0].points[1]));
}

static void what_is_not_understood_is_said_with_its_column(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } rows[] = { { "", "metric, a number" },
                 { "cpu_idle[5m]", "needs a function" },
                 { "histogram_quantile(0.9, x)", "function is not known" },
                 { "sum without (core) (cpu_idle)", "not known" },
                 { "a + b", "two vectors" },
                 { "a > 1", "is not known here" },
                 { "rate(a)", "range is expected" },
                 { "rate(a[5q])", "duration" },
                 { "rate(a[0m])", "duration" },
                 { "a{b=~\"(c|d)e\"}", "patterns" },
                 { "a{b}", "one of =" },
                 { "a{b=\"c}", "closing quote" },
                 { "{}", "name or a matcher" },
                 { "sum(1)", "only a vector" },
                 { "(a", "')' is expected" },
                 { "a offset 5m", "is not known here" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(ask(rows[i].text), GN_ERR_INVAL);
        assert_non_null(strstr(diag.text, rows[i].words));
        assert_true(diag.column > 0);
    }
    assert_int_equal(ask("a > 1"), GN_ERR_INVAL);
    assert_string_equal(diag.text, "at column 3: this is not known here; docs/prometheus.md says what of PromQL is");
}

static void depth_and_length_have_their_limits(void **state)
{
    (void)state;
    char text[GN_PROM_QUERY_BYTES_MAX + 8];
    memset(text, '(', sizeof text);
    text[GN_PROM_DEPTH_MAX + 1] = '\0';
    assert_int_equal(ask(text), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "PROM_DEPTH_MAX"));
    memset(text, ' ', sizeof text - 1);
    text[0] = '1';
    text[GN_PROM_QUERY_BYTES_MAX] = '\0';
    assert_int_equal(ask(text), GN_OK);
    text[GN_PROM_QUERY_BYTES_MAX] = ' ';
    text[GN_PROM_QUERY_BYTES_MAX + 1] = '\0';
    assert_int_equal(ask(text), GN_ERR_INVAL);
    char many[512] = "1";
    for (int i = 0; i < 60; i++)
        (void)snprintf(many + strlen(many), sizeof many - strlen(many), "+1");
    assert_string_equal(answer(many), "61");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(selectors_take_what_their_matchers_say), CASE(functions_aggregation_and_arithmetic_go_together),
        CASE(what_is_too_old_is_not_there),           CASE(what_is_not_understood_is_said_with_its_column),
        CASE(depth_and_length_have_their_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
