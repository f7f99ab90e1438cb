/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "learn/model.h"

static void every_kind_is_complete(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct gn_model_kind *const *kind = gn_model_kinds(); *kind != NULL; kind++, count++) {
        assert_true(strlen((*kind)->name) > 0);
        assert_true((*kind)->state_size > 0 && (*kind)->state_size <= GN_MODEL_STATE_BYTES_MAX);
        assert_true((*kind)->parameter_count <= GN_MODEL_PARAMETERS_MAX);
        assert_true((*kind)->state_version >= 1);
        assert_non_null((*kind)->init);
        assert_non_null((*kind)->update);
        assert_non_null((*kind)->check_silence);
        assert_non_null((*kind)->accept);
        assert_non_null((*kind)->valid);
        assert_true(strlen((*kind)->method) > 0);
        for (size_t i = 0; i < (*kind)->parameter_count; i++) {
            const struct gn_parameter *row = &(*kind)->parameters[i];
            assert_true(row->min < row->max && row->value >= row->min && row->value <= row->max);
            assert_true(strlen(row->key) > 0 && strlen(row->help) > 0);
            assert_non_null(row->unit);
        }
    }
    assert_true(count >= 1);
}

static void a_fresh_state_of_every_kind_is_valid(void **state)
{
    (void)state;
    _Alignas(16) static unsigned char bytes[GN_MODEL_STATE_BYTES_MAX];
    for (const struct gn_model_kind *const *kind = gn_model_kinds(); *kind != NULL; kind++) {
        double values[GN_MODEL_PARAMETERS_MAX];
        assert_int_equal(gn_model_parameters(*kind, values), GN_OK);
        memset(bytes, 0xa5, sizeof bytes);
        (*kind)->init(bytes, values);
        assert_true((*kind)->valid(bytes));
        for (size_t i = (*kind)->state_size; i < sizeof bytes; i++)
            assert_int_equal(bytes[i], 0xa5);
    }
}

static void kinds_are_found_by_name(void **state)
{
    (void)state;
    const struct gn_model_kind *kind = gn_model_kind_named(GN_STR("baseline"));
    assert_non_null(kind);
    assert_string_equal(kind->name, "baseline");
    assert_null(gn_model_kind_named(GN_STR("baselin")));
    assert_null(gn_model_kind_named(GN_STR("")));
}

static void a_parameter_takes_its_range_and_no_more(void **state)
{
    (void)state;
    const struct gn_model_kind *kind = gn_model_kind_named(GN_STR("baseline"));
    for (size_t i = 0; i < kind->parameter_count; i++) {
        const struct gn_parameter *row = &kind->parameters[i];
        double values[GN_MODEL_PARAMETERS_MAX];
        assert_int_equal(gn_model_parameters(kind, values), GN_OK);
        assert_true(fabs(values[i] - row->value) <= 0);
        const gn_str key = gn_str_of(row->key);
        assert_int_equal(gn_model_parameter_set(kind, values, key, row->min, NULL), GN_OK);
        assert_true(fabs(values[i] - row->min) <= 0);
        assert_int_equal(gn_model_parameter_set(kind, values, key, row->max, NULL), GN_OK);
        struct gn_diag diag = { 0 };
        assert_int_equal(gn_model_parameter_set(kind, values, key, nextafter(row->max, INFINITY), &diag), GN_ERR_INVAL);
        assert_non_null(strstr(diag.text, row->key));
        assert_int_equal(gn_model_parameter_set(kind, values, key, nextafter(row->min, -INFINITY), &diag),
                         GN_ERR_INVAL);
        assert_int_equal(gn_model_parameter_set(kind, values, key, NAN, &diag), GN_ERR_INVAL);
        assert_true(fabs(values[i] - row->max) <= 0); /* refused ones change nothing */
    }
}

static void an_unknown_parameter_is_named(void **state)
{
    (void)state;
    const struct gn_model_kind *kind = gn_model_kind_named(GN_STR("baseline"));
    double values[GN_MODEL_PARAMETERS_MAX] = { 0 };
    struct gn_diag diag = { 0 };
    assert_int_equal(gn_model_parameter_set(kind, values, GN_STR("sigma"), 3, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "the model 'baseline' has no parameter 'sigma'");
    assert_int_equal(gn_model_parameter_set(kind, values, GN_STR("budget_per_day"), 0, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "budget_per_day of the model 'baseline' must be from 0.001 to 1000, not 0");
}

static void faults_have_names(void **state)
{
    (void)state;
    assert_string_equal(gn_sensor_fault_name(GN_SENSOR_STUCK), "stuck");
    assert_string_equal(gn_sensor_fault_name(GN_SENSOR_GAP), "gap");
    assert_string_equal(gn_sensor_fault_name(GN_SENSOR_RANGE), "range");
    assert_string_equal(gn_sensor_fault_name(GN_SENSOR_OK), "ok");
    assert_string_equal(gn_sensor_fault_name(GN_SENSOR_FAULT_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_complete),        cmocka_unit_test(a_fresh_state_of_every_kind_is_valid),
        cmocka_unit_test(kinds_are_found_by_name),       cmocka_unit_test(a_parameter_takes_its_range_and_no_more),
        cmocka_unit_test(an_unknown_parameter_is_named), cmocka_unit_test(faults_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
