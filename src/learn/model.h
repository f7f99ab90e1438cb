/* SPDX-License-Identifier: Apache-2.0 */
/* learn/model.h -- the contract of every model kind: one const row, one file pair.
 *
 *      init ─▶ update(reading) ─▶ verdict ─▶ ... ─▶ explain
 *
 * A state is the caller's memory, holds no pointer, and is what is written to disk and what a receipt's
 * hash names: to snapshot is to copy the bytes. Pure computation: no I/O, no clock (time comes with the
 * reading), no allocation, no randomness but a stored seed; so the same readings give the same bytes.
 *
 * Verdicts are calibrated: `p_value` is the chance that a usual reading looks at least as unusual, from
 * split-conformal ranks against the state's own rolling window (V. Vovk et al., "Algorithmic Learning in a
 * Random World", 2005; false-alarm control: trust figures in src/learn/README.md). An anomaly is announced
 * when the evidence of a run of p-values would, on usual data, be reached less often than the person's
 * budget of false alarms a day. */
#ifndef GN_LEARN_MODEL_H
#define GN_LEARN_MODEL_H

#include "base/bytes.h"

enum { GN_MODEL_STATE_BYTES_MAX = 4096, GN_MODEL_PARAMETERS_MAX = 12 };

/* What the sensor, not the process, does: kept apart, never learnt as usual. */
typedef enum gn_sensor_fault {
    GN_SENSOR_OK = 0,
    GN_SENSOR_STUCK, /* the same value for far longer than this series ever stood still */
    GN_SENSOR_GAP,   /* no reading for far longer than its usual period (told by check_silence) */
    GN_SENSOR_RANGE, /* outside what is physically possible */
    GN_SENSOR_FAULT_COUNT
} gn_sensor_fault;
const char *gn_sensor_fault_name(gn_sensor_fault fault); /* "stuck" ... */

typedef enum gn_phase {
    GN_PHASE_QUIET = 0, /* nothing to say */
    GN_PHASE_START,     /* an anomaly or a sensor fault begins with this reading: a finding */
    GN_PHASE_GOING_ON,  /* it lasts; figures may have grown */
    GN_PHASE_END,       /* it is over: usual again */
} gn_phase;

/* A parameter: key, range and meaning; the portal's form and the checks are made from it. */
struct gn_parameter {
    const char *key;
    const char *unit;
    double value; /* default */
    double min;
    double max;
    const char *help;
};

struct gn_model_reading {
    int64_t time_ms; /* of the reading; ascending (late ones are not given to a model) */
    double value;
};

/* What a model says of one reading. Times in ms, values in the series' own unit. */
struct gn_verdict {
    gn_phase phase;
    gn_sensor_fault fault; /* != OK: the phase is about the sensor, not about the process */
    bool learning;         /* too little seen to judge: p_value is 1 */
    double value;
    double usual;     /* what was expected */
    double usual_low; /* interval that usual readings leave with chance `interval_alpha` */
    double usual_high;
    double interval_alpha;
    double score;    /* distance from usual in robust standard deviations, >= 0 */
    double p_value;  /* of this reading's window, (0, 1] */
    double evidence; /* accumulated, >= 0; announced when it reaches `threshold` */
    double threshold;
    int64_t since_ms;          /* start of the run of evidence, when phase != QUIET */
    int64_t reference_from_ms; /* the readings "usual" is based on */
    int64_t reference_to_ms;
    uint64_t reference_count;
};

struct gn_model_kind {
    const char *name;       /* "baseline" */
    uint32_t state_version; /* changes with the layout or the arithmetic */
    size_t state_size;      /* <= GN_MODEL_STATE_BYTES_MAX */
    const struct gn_parameter *parameters;
    size_t parameter_count;
    const char *method; /* one line, with the paper */
    /* `values` has parameter_count entries, already inside their ranges. */
    void (*init)(void *state, const double *values);
    /* One reading, finite. Cheap when nothing is unusual; fills `out` completely. */
    void (*update)(void *state, const struct gn_model_reading *reading, struct gn_verdict *out);
    /* Time passed without a reading (a tick): may START or END a GAP. */
    void (*check_silence)(void *state, int64_t now_ms, struct gn_verdict *out);
    /* A person said this was usual after all / the alarm is closed: learn again from here. */
    void (*accept)(void *state, int64_t now_ms);
    /* Holds for any bytes of state_size: false when a restored state could not have come from this kind. */
    bool (*valid)(const void *state);
};

/* All kinds, NULL-terminated; and by name (NULL when unknown). */
const struct gn_model_kind *const *gn_model_kinds(void);
const struct gn_model_kind *gn_model_kind_named(gn_str name);

/* Defaults, then overrides by key; INVAL with words when a key is unknown or a value out of range. */
GN_MUST_USE gn_err gn_model_parameters(const struct gn_model_kind *kind, double *out_values);
GN_MUST_USE gn_err gn_model_parameter_set(const struct gn_model_kind *kind, double *values, gn_str key, double value,
                                          struct gn_diag *diag);

#endif
