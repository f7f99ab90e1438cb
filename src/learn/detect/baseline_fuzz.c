/* SPDX-License-Identifier: Apache-2.0 */
/* learn/detect/baseline_fuzz.c -- a state from disk is outside input.
 *
 *      2 bytes     readings to learn from first
 *      2 + 2 bytes where, and how many, bytes of the state are overwritten
 *      ...         those bytes
 *      10 each     readings: 2 bytes of milliseconds (the top bit: leap), 8 bytes of a double
 *
 * What valid() lets through must take any readings: no overrun, no division gone wrong, verdicts that are
 * numbers, and a state that is valid still. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "learn/detect/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_demand(bool holds)
{
    if (!holds)
        abort();
}

static void fuzz_check(const struct gn_baseline *b, const struct gn_verdict *v)
{
    fuzz_demand(isfinite(v->usual) && isfinite(v->usual_low) && isfinite(v->usual_high));
    fuzz_demand(v->usual_low <= v->usual_high);
    fuzz_demand(isfinite(v->score) && v->score >= 0 && v->p_value > 0 && v->p_value <= 1);
    fuzz_demand(isfinite(v->evidence) && v->evidence >= 0 && v->threshold > 0 && isfinite(v->threshold));
    fuzz_demand(v->phase <= GN_PHASE_END && v->fault < GN_SENSOR_FAULT_COUNT);
    fuzz_demand(gn_baseline_kind.valid(b));
}

static void fuzz_overwrite(struct gn_baseline *b, struct gn_reader *reader)
{
    uint16_t at = 0;
    uint16_t count = 0;
    if (!gn_take_u16be(reader, &at) || !gn_take_u16be(reader, &count) || at >= sizeof *b)
        return;
    gn_bytes bytes = { 0 };
    if (count > sizeof *b - at || !gn_take_bytes(reader, count, &bytes))
        return;
    memcpy((uint8_t *)b + at, bytes.at, bytes.size);
}

static void fuzz_feed(struct gn_baseline *b, struct gn_reader *reader)
{
    int64_t time_ms = 1700000100000;
    uint16_t step = 0;
    gn_bytes bytes;
    while (gn_take_u16be(reader, &step) && gn_take_bytes(reader, sizeof(double), &bytes)) {
        struct gn_verdict verdict;
        struct gn_model_reading reading;
        memcpy(&reading.value, bytes.at, sizeof reading.value);
        time_ms += (step & 0x8000) != 0 ? (int64_t)(step & 0x7fff) * 3600000 : step;
        reading.time_ms = time_ms;
        if (!isfinite(reading.value))
            continue;
        gn_baseline_kind.update(b, &reading, &verdict);
        fuzz_check(b, &verdict);
        gn_baseline_kind.check_silence(b, time_ms + step, &verdict);
        fuzz_check(b, &verdict);
        if (step == 7)
            gn_baseline_kind.accept(b, time_ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_reader reader = gn_reader_of((gn_bytes){ data, size });
    struct gn_baseline b;
    double values[GN_MODEL_PARAMETERS_MAX];
    fuzz_demand(gn_model_parameters(&gn_baseline_kind, values) == GN_OK);
    gn_baseline_kind.init(&b, values);
    uint16_t learnt = 0;
    (void)gn_take_u16be(&reader, &learnt);
    for (int64_t i = 0; i < learnt % 1024; i++) {
        struct gn_verdict verdict;
        gn_baseline_kind.update(&b, &(struct gn_model_reading){ 1700000000000 + i * 200, (double)(i * i % 17) },
                                &verdict);
    }
    fuzz_overwrite(&b, &reader);
    if (gn_baseline_kind.valid(&b))
        fuzz_feed(&b, &reader);
    return 0;
}
