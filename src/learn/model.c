/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kinds, and what is the same for all of them. */
#include "learn/model.h"

#include "learn/detect/baseline.h"

static const struct gn_model_kind *const model_kinds[] = { &gn_baseline_kind, NULL };

static const char *const model_fault_names[GN_SENSOR_FAULT_COUNT] = {
    [GN_SENSOR_OK] = "ok",
    [GN_SENSOR_STUCK] = "stuck",
    [GN_SENSOR_GAP] = "gap",
    [GN_SENSOR_RANGE] = "range",
};

const char *gn_sensor_fault_name(gn_sensor_fault fault)
{
    const size_t row = (size_t)fault;
    return row < GN_SENSOR_FAULT_COUNT ? model_fault_names[row] : "unknown";
}

const struct gn_model_kind *const *gn_model_kinds(void)
{
    return model_kinds;
}

const struct gn_model_kind *gn_model_kind_named(gn_str name)
{
    for (const struct gn_model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        if (gn_str_equal(gn_str_of((*kind)->name), name))
            return *kind;
    }
    return NULL;
}

gn_err gn_model_parameters(const struct gn_model_kind *kind, double *out_values)
{
    for (size_t i = 0; i < kind->parameter_count; i++)
        out_values[i] = kind->parameters[i].value;
    return GN_OK;
}

gn_err gn_model_parameter_set(const struct gn_model_kind *kind, double *values, gn_str key, double value,
                              struct gn_diag *diag)
{
    for (size_t i = 0; i < kind->parameter_count; i++) {
        const struct gn_parameter *row = &kind->parameters[i];
        if (!gn_str_equal(gn_str_of(row->key), key))
            continue;
        if (!(value >= row->min && value <= row->max)) { /* also when it is not a number */
            gn_diag_set(diag, 0, 0, "%s of the model '%s' must be from %g to %g, not %g", row->key, kind->name,
                        row->min, row->max, value);
            return GN_ERR_INVAL;
        }
        values[i] = value;
        return GN_OK;
    }
    gn_diag_set(diag, 0, 0, "the model '%s' has no parameter '%.*s'", kind->name, GN_STR_ARGS(key));
    return GN_ERR_INVAL;
}
