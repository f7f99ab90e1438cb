/* SPDX-License-Identifier: Apache-2.0 */
/* A topic's line, then a payload: whatever announces itself stays within every limit, has names that properties may
 * have, and its fragment reads back to the same fragment. */
#include <assert.h>

#include "connect/discover/home_assistant.h"
#include "connect/discover/tasmota.h"
#include "connect/discover/zigbee2mqtt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gn_json_tree fuzz_tree, fuzz_again_tree;
static struct gn_device fuzz_scratch, fuzz_again, fuzz_sum;
static char fuzz_text[131072], fuzz_again_text[131072];

static gn_err fuzz_each(void *ctx, const struct gn_device *device)
{
    struct gn_diag diag = { 0 };
    struct gn_buf out = gn_buf_over(fuzz_text, sizeof fuzz_text);
    struct gn_buf again = gn_buf_over(fuzz_again_text, sizeof fuzz_again_text);
    (void)ctx;
    assert(device->key.size > 0 && device->key.size <= GN_DEVICE_KEY_BYTES_MAX);
    assert(device->trait_count <= GN_DEVICE_TRAITS_MAX && device->text_size <= GN_DEVICE_TEXT_BYTES);
    for (uint32_t i = 0; i < device->trait_count; i++)
        assert(gn_property_valid(device->traits[i].name) && device->traits[i].unit.size <= GN_UNIT_BYTES_MAX);
    gn_device_merge(&fuzz_sum, device);
    gn_tasmota_settle(&fuzz_sum);
    gn_device_write(device, &out);
    if (out.full)
        return GN_OK;
    gn_device_begin(&fuzz_again, device->source);
    if (gn_device_read(&fuzz_again, &fuzz_again_tree, gn_buf_str(&out), &diag) != GN_OK || fuzz_again.left_out > 1)
        return GN_OK; /* larger than is read */
    gn_device_write(&fuzz_again, &again);
    assert(gn_str_equal(gn_buf_str(&out), gn_buf_str(&again)));
    return GN_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_diag diag = { 0 };
    gn_str payload;
    const gn_str topic = gn_str_split((gn_str){ (const char *)data, size }, '\n', &payload);
    gn_device_begin(&fuzz_sum, GN_SOURCE_TASMOTA);
    gn_err err = GN_OK;
    if (gn_home_assistant_claims(topic))
        err = gn_home_assistant_read(&fuzz_tree, &fuzz_scratch, topic, payload, fuzz_each, NULL, &diag);
    else if (gn_zigbee2mqtt_claims(topic))
        err = gn_zigbee2mqtt_read(&fuzz_tree, &fuzz_scratch, topic, payload, fuzz_each, NULL, &diag);
    else if (gn_tasmota_claims(topic))
        err = gn_tasmota_read(&fuzz_tree, &fuzz_scratch, topic, payload, fuzz_each, NULL, &diag);
    assert(err == GN_OK || (err == GN_ERR_INVAL && diag.text[0] != '\0'));
    return 0;
}
