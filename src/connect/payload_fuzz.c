/* SPDX-License-Identifier: Apache-2.0 */
/* Arbitrary bytes as one value, as an object or SenML, and as whatever they are: what is accepted is within every limit
 * the header promises, and what is refused says why. */
#include <assert.h>
#include <math.h>

#include "connect/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gn_payload fuzz_payload;
static struct gn_clock_sim fuzz_sim = { .wall_ms = INT64_C(1780000000000) };

static void fuzz_check(gn_err err, const struct gn_diag *diag)
{
    assert(err == GN_OK || (err == GN_ERR_INVAL && diag->text[0] != '\0'));
    if (err != GN_OK)
        return;
    assert(fuzz_payload.item_count > 0 && fuzz_payload.item_count <= GN_READINGS_PER_PACKET_MAX);
    for (size_t i = 0; i < fuzz_payload.item_count; i++) {
        const struct gn_item *item = &fuzz_payload.items[i];
        assert(gn_utf8_valid(item->property));
        if (item->kind == GN_SERIES_TEXT)
            assert(item->text.size <= GN_TEXT_VALUE_BYTES_MAX && gn_utf8_valid(item->text));
        else if (item->kind == GN_SERIES_BOOL)
            assert(item->value == 0 || item->value == 1);
        else
            assert(item->kind == GN_SERIES_NUMBER && isfinite(item->value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct gn_clock clock = gn_clock_simulated(&fuzz_sim);
    struct gn_diag diag = { 0 };
    fuzz_check(gn_payload_value(&fuzz_payload, GN_STR("p"), (gn_bytes){ data, size }, &diag), &diag);
    diag = (struct gn_diag){ 0 };
    fuzz_check(gn_payload_object(&fuzz_payload, (gn_bytes){ data, size }, &clock, &diag), &diag);
    diag = (struct gn_diag){ 0 };
    fuzz_check(gn_payload_any(&fuzz_payload, GN_STR("p"), (gn_bytes){ data, size }, &clock, &diag), &diag);
    return 0;
}
