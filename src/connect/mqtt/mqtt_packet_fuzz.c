/* SPDX-License-Identifier: Apache-2.0 */
/* Frames and decodes arbitrary bytes as every version, and writes back what could be read: the second reading has
 * to say the same as the first. The first byte chooses the version. */
#include <assert.h>
#include <stdlib.h>

#include "connect/mqtt/mqtt_packet_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_publish_again(const struct gn_mqtt_publish *publish, uint8_t version)
{
    const size_t size = gn_mqtt_publish_size(version, publish);
    uint8_t *bytes = malloc(size);
    struct gn_buf out = gn_buf_over(bytes, size);
    struct gn_mqtt_frame frame;
    static struct gn_mqtt_publish again;
    struct gn_mqtt_fault fault;
    size_t need;
    if (bytes == NULL)
        return;
    gn_mqtt_encode_publish(&out, version, publish);
    assert(!out.full && out.size == size);
    gn_err err = gn_mqtt_frame_next(gn_buf_bytes(&out), SIZE_MAX, &frame, &need);
    assert(err == GN_OK && frame.size == size);
    err = gn_mqtt_decode_publish(&frame, version, &again, &fault);
    assert(err == GN_OK && gn_str_equal(again.topic, publish->topic) && again.packet_id == publish->packet_id);
    assert(again.payload.size == publish->payload.size && again.props.has == publish->props.has);
    free(bytes);
}

static void fuzz_filters(const struct gn_mqtt_subscribe *subscribe, uint8_t type)
{
    gn_bytes rest = subscribe->filters;
    struct gn_mqtt_filter filter;
    size_t count = 0;
    while (gn_mqtt_filter_next(&rest, type, &filter))
        count++;
    assert(count == subscribe->filter_count && rest.size == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static union sample_packet packet;
    if (size < 1)
        return 0;
    const uint8_t version = data[0] & 1 ? GN_MQTT_V5 : GN_MQTT_V311;
    gn_bytes in = { data + 1, size - 1 };
    struct gn_mqtt_frame frame;
    size_t need;
    while (gn_mqtt_frame_next(in, 1 << 20, &frame, &need) == GN_OK) {
        struct gn_mqtt_fault fault = { 0 };
        const gn_err err = sample_decode(&frame, version, &packet, &fault);
        assert(err == GN_OK || (fault.reason >= 0x80 && fault.words != NULL));
        if (err == GN_OK && frame.type == GN_MQTT_PUBLISH)
            fuzz_publish_again(&packet.publish, version);
        if (err == GN_OK && (frame.type == GN_MQTT_SUBSCRIBE || frame.type == GN_MQTT_UNSUBSCRIBE))
            fuzz_filters(&packet.subscribe, frame.type);
        in = (gn_bytes){ in.at + frame.size, in.size - frame.size };
    }
    return 0;
}
