/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence of messages of one edge node and its device: [kind][size, two bytes][payload] ... Whatever comes, what is
 * read stays within every limit, readings are such as the intake takes, commands read back as what was to be sent, and
 * the order of seq and the bound on rebirths hold. */
#include <assert.h>
#include <math.h>

#include "connect/sparkplug/sparkplug_birth.h"
#include "connect/sparkplug/sparkplug_order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_BIRTH, FUZZ_DATA, FUZZ_DEATH, FUZZ_KINDS };
#define FUZZ_LATEST_MS INT64_C(1900000000000)

static struct gn_device fuzz_device;
static struct gn_item fuzz_items[GN_SPARKPLUG_METRICS_MAX];
static char fuzz_times[GN_SPARKPLUG_METRICS_MAX][GN_TIME_TEXT_BYTES];

struct fuzz_session {
    struct gn_sparkplug_birth *births[2]; /* of the edge node, of its device */
    struct gn_sparkplug_order order;
    struct gn_sparkplug_asks asks;
    int64_t now_ms;
    unsigned asked;
};

static void fuzz_ask(struct fuzz_session *session)
{
    if (gn_sparkplug_may_ask(&session->asks, 1, session->now_ms))
        session->asked++;
    assert(session->asked <= 1 + session->now_ms / (1000 * GN_SPARKPLUG_REBIRTH_S));
}

static void fuzz_check_items(const struct gn_sparkplug_items *got, const struct gn_sparkplug_payload *payload)
{
    assert(got->count + got->unknown + got->left_out <= payload->metric_count);
    for (size_t i = 0; i < got->count; i++) {
        const struct gn_item *item = &got->items[i];
        assert(gn_property_valid(item->property));
        assert(item->time_ms == GN_TIME_NONE || (item->time_ms >= GN_TIME_FLOOR_MS && item->time_ms <= FUZZ_LATEST_MS));
        if (item->kind == GN_SERIES_TEXT)
            assert(item->text.size <= GN_TEXT_VALUE_BYTES_MAX && gn_utf8_valid(item->text));
        else
            assert(isfinite(item->value) && (item->kind == GN_SERIES_NUMBER || item->value == 0 || item->value == 1));
    }
}

/* What can be commanded is written, and read back as the same. */
static void fuzz_command(const struct gn_sparkplug_birth *birth)
{
    static const struct gn_json_node values[] = { { .kind = GN_JSON_NUMBER, .text = { "-7", 2 }, .number = -7 },
                                                  { .kind = GN_JSON_NUMBER, .text = { "250", 3 }, .number = 250 },
                                                  { .kind = GN_JSON_BOOL, .boolean = true },
                                                  { .kind = GN_JSON_STRING, .text = { "2026-01-01T00:00:00Z", 20 } } };
    for (uint32_t i = 0; i < birth->count && i < 8; i++)
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
            uint8_t bytes[512];
            struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
            struct gn_sparkplug_metric metric, back;
            struct gn_sparkplug_payload payload;
            struct gn_diag diag = { 0 };
            size_t at = 0;
            if (birth->metrics[i].property.size == 0 ||
                gn_sparkplug_birth_command(birth, birth->metrics[i].property, &values[v], &metric, &diag) != GN_OK)
                continue;
            gn_sparkplug_metric_write(&metric, &out);
            assert(!out.full && gn_sparkplug_payload_read(gn_buf_bytes(&out), &payload, &diag) == GN_OK);
            assert(gn_sparkplug_payload_next(&payload, &at, &back));
            assert(gn_sparkplug_birth_find(birth, &back) == &birth->metrics[i]);
            assert(back.type == metric.type && back.value.form == metric.value.form);
            assert(back.value.whole == metric.value.whole || back.value.form == GN_SPARKPLUG_F32 ||
                   back.value.form == GN_SPARKPLUG_F64);
        }
}

static void fuzz_birth(struct fuzz_session *session, const struct gn_sparkplug_payload *payload, bool is_device)
{
    const struct gn_sparkplug_topic topic = { .kind = is_device ? GN_SPARKPLUG_DBIRTH : GN_SPARKPLUG_NBIRTH,
                                              .group = GN_STR("g"),
                                              .edge = GN_STR("e"),
                                              .device = is_device ? GN_STR("d") : (gn_str){ 0 } };
    struct gn_sparkplug_birth *birth = NULL;
    struct gn_diag diag = { 0 };
    gn_device_begin(&fuzz_device, GN_SOURCE_SPARKPLUG);
    const gn_err err = gn_sparkplug_birth_read(payload, &topic, &fuzz_device, &birth, &diag);
    assert(err == GN_OK || (err == GN_ERR_INVAL && diag.text[0] != '\0' && birth == NULL));
    assert(fuzz_device.trait_count <= GN_DEVICE_TRAITS_MAX && fuzz_device.text_size <= GN_DEVICE_TEXT_BYTES);
    if (err != GN_OK)
        return;
    assert(birth->count == payload->metric_count && birth->alias_count <= birth->count);
    for (uint32_t i = 0; i < birth->count; i++)
        assert(gn_sparkplug_birth_find(birth, &(struct gn_sparkplug_metric){ .name = birth->metrics[i].name }) ==
               &birth->metrics[i]);
    fuzz_command(birth);
    if (!is_device) { /* its devices are to be born anew */
        gn_sparkplug_birth_free(session->births[1]);
        session->births[1] = NULL;
    }
    gn_sparkplug_birth_free(session->births[is_device]);
    session->births[is_device] = birth;
}

static void fuzz_message(struct fuzz_session *session, uint8_t kind, gn_bytes bytes)
{
    struct gn_sparkplug_payload payload;
    struct gn_sparkplug_items got = { .items = fuzz_items, .times = fuzz_times };
    struct gn_diag diag = { 0 };
    const bool is_device = (kind & 4) != 0;
    const unsigned what = (kind & 3u) % FUZZ_KINDS;
    const gn_err err = gn_sparkplug_payload_read(bytes, &payload, &diag);
    session->now_ms += (int64_t)(kind >> 3) * 100;
    assert(err == GN_OK || (err == GN_ERR_INVAL && diag.text[0] != '\0'));
    if (err != GN_OK)
        return;
    assert(payload.metric_count <= GN_SPARKPLUG_METRICS_MAX);
    if (!gn_sparkplug_order_follows(&session->order, &payload, what == FUZZ_BIRTH && !is_device, false))
        fuzz_ask(session);
    if (what == FUZZ_BIRTH)
        fuzz_birth(session, &payload, is_device);
    if (what == FUZZ_DEATH && gn_sparkplug_death_counts(session->births[is_device], &payload)) {
        gn_sparkplug_birth_free(session->births[is_device]);
        session->births[is_device] = NULL;
    }
    if (session->births[is_device] == NULL) {
        fuzz_ask(session);
        return;
    }
    gn_sparkplug_birth_items(session->births[is_device], &payload, FUZZ_LATEST_MS, &got);
    fuzz_check_items(&got, &payload);
    if (got.unknown > 0)
        fuzz_ask(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_session session;
    session = (struct fuzz_session){ .now_ms = 1 };
    while (size >= 3) {
        const size_t wanted = (size_t)data[1] << 8 | data[2], left = size - 3;
        const size_t taken = wanted < left ? wanted : left;
        fuzz_message(&session, data[0], (gn_bytes){ data + 3, taken });
        data += 3 + taken;
        size = left - taken;
    }
    gn_sparkplug_birth_free(session.births[0]);
    gn_sparkplug_birth_free(session.births[1]);
    return 0;
}
