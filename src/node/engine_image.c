/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test engine_test.c takes, damages and restores images */
#include "node/engine_image.h"

#include "base/limits.h"

static const char image_magic[8] = { 'G', 'N', 'E', 'N', 'G', 'I', 'N', 'E' };

enum { IMAGE_ACT_BYTES_MAX = 16 << 20 };

size_t gn_engine_image_bytes_max(void)
{
    return sizeof(struct gn_engine_image) + sizeof(struct gn_engine_core) + GN_SOLUTION_BYTES_MAX +
           IMAGE_ACT_BYTES_MAX +
           (size_t)GN_SERIES_MAX *
               (sizeof(struct gn_series_slot) + sizeof(struct gn_silence) + GN_MODEL_STATE_BYTES_MAX) +
           GN_THINGS_MAX * (sizeof(struct gn_watch_thing) + 1) + 8;
}

static void image_add_padded(struct gn_buf *out, const void *bytes, size_t size)
{
    static const uint8_t zero[8] = { 0 };
    gn_buf_add(out, bytes, size);
    gn_buf_add(out, zero, gn_record_round(size) - size);
}

static void image_add_states(const struct gn_engine *engine, uint32_t thing_count, struct gn_buf *out)
{
    uint8_t states[GN_THINGS_MAX];
    for (uint32_t thing = 0; thing < thing_count; thing++)
        states[thing] = engine->registry.things[thing].state;
    image_add_padded(out, states, thing_count);
}

gn_err gn_engine_snapshot(const struct gn_engine *engine, struct gn_buf *out)
{
    const gn_bytes act = gn_act_state(engine->act);
    struct gn_engine_image head = {
        .version = GN_ENGINE_IMAGE_VERSION,
        .model_version = engine->kind->state_version,
        .model_bytes = (uint32_t)engine->kind->state_size,
        .series_count = engine->registry.series_count,
        .bundle_bytes = (uint32_t)engine->bundle_size,
        .act_bytes = (uint32_t)act.size,
        .thing_count = engine->registry.thing_count,
    };
    memcpy(head.magic, image_magic, sizeof head.magic);
    const size_t begin = out->size;
    gn_buf_add(out, &head, sizeof head);
    gn_buf_add(out, &engine->core, sizeof engine->core);
    image_add_padded(out, engine->bundle, engine->bundle_size);
    image_add_padded(out, act.at, act.size);
    for (uint32_t series = 0; series < head.series_count; series++) {
        gn_buf_add(out, &engine->slots[series], sizeof engine->slots[series]);
        gn_buf_add(out, &engine->watch.series[series], sizeof engine->watch.series[series]);
        if (engine->slots[series].has_model)
            image_add_padded(out, engine->states + (size_t)series * engine->stride, engine->kind->state_size);
    }
    gn_buf_add(out, engine->watch.things, head.thing_count * sizeof *engine->watch.things);
    image_add_states(engine, head.thing_count, out);
    if (out->full)
        return GN_ERR_FULL;
    uint8_t *image = out->at + begin;
    const struct gn_sha256 digest = gn_sha256_of((gn_bytes){ image + sizeof head, out->size - begin - sizeof head });
    memcpy(image + offsetof(struct gn_engine_image, digest), digest.bytes, sizeof digest.bytes);
    return GN_OK;
}

static bool image_take_padded(struct gn_reader *reader, size_t size, gn_bytes *out)
{
    gn_bytes padding;
    return gn_take_bytes(reader, size, out) && gn_take_bytes(reader, gn_record_round(size) - size, &padding);
}

static bool image_head_fits(const struct gn_engine *engine, const struct gn_engine_image *head, gn_bytes rest)
{
    const struct gn_sha256 digest = gn_sha256_of(rest);
    return memcmp(head->magic, image_magic, sizeof image_magic) == 0 && head->version == GN_ENGINE_IMAGE_VERSION &&
           head->model_version == engine->kind->state_version && head->model_bytes == engine->kind->state_size &&
           head->series_count <= engine->registry.series_count && head->thing_count <= engine->registry.thing_count &&
           head->bundle_bytes <= GN_SOLUTION_BYTES_MAX && memcmp(head->digest, digest.bytes, sizeof digest.bytes) == 0;
}

static bool image_take_series(struct gn_engine *engine, struct gn_reader *reader, uint32_t series)
{
    gn_bytes slot_bytes, silence, state;
    struct gn_series_slot slot;
    if (!gn_take_bytes(reader, sizeof slot, &slot_bytes) ||
        !gn_take_bytes(reader, sizeof engine->watch.series[series], &silence))
        return false;
    memcpy(&slot, slot_bytes.at, sizeof slot);
    memcpy(&engine->watch.series[series], silence.at, silence.size);
    engine->slots[series] = slot;
    if (!slot.has_model)
        return true;
    if (series >= GN_MODELS_MAX || !image_take_padded(reader, engine->kind->state_size, &state))
        return false;
    memcpy(engine->states + (size_t)series * engine->stride, state.at, engine->kind->state_size);
    return engine->kind->valid(engine->states + (size_t)series * engine->stride);
}

static bool image_take_watch(struct gn_engine *engine, struct gn_reader *reader, const struct gn_engine_image *head)
{
    gn_bytes things;
    if (!gn_take_bytes(reader, head->thing_count * sizeof *engine->watch.things, &things))
        return false;
    if (things.size > 0)
        memcpy(engine->watch.things, things.at, things.size);
    engine->watch.now_ms = engine->core.now_ms;
    engine->watch.listened_ms = engine->core.listened_ms;
    return gn_watch_valid(&engine->watch, head->thing_count, head->series_count);
}

/* The registry was built from what is known now; the engine goes on from where the image was taken. */
static bool image_take_states(struct gn_engine *engine, struct gn_reader *reader, uint32_t thing_count)
{
    gn_bytes states;
    if (!image_take_padded(reader, thing_count, &states))
        return false;
    for (uint32_t thing = 0; thing < thing_count; thing++) {
        if (states.at[thing] >= GN_THING_STATE_COUNT)
            return false;
        engine->registry.things[thing].state = states.at[thing];
    }
    return true;
}

/* The registry must already hold the image's series (gn_engine_preload); act and rules come first,
 * so that preparing a series does not make models anew. */
gn_err gn_engine_restore(struct gn_engine *engine, gn_bytes image)
{
    struct gn_reader reader = gn_reader_of(image);
    struct gn_engine_image head;
    gn_bytes bytes, core, bundle, act;
    if (!gn_take_bytes(&reader, sizeof head, &bytes))
        return GN_ERR_CORRUPT;
    memcpy(&head, bytes.at, sizeof head);
    if (!image_head_fits(engine, &head, (gn_bytes){ reader.at, gn_reader_left(&reader) }))
        return GN_ERR_CORRUPT;
    if (!gn_take_bytes(&reader, sizeof engine->core, &core) ||
        !image_take_padded(&reader, head.bundle_bytes, &bundle) || !image_take_padded(&reader, head.act_bytes, &act))
        return GN_ERR_CORRUPT;
    gn_err err = gn_engine_override_rules(engine, (gn_str){ (const char *)bundle.at, bundle.size }, NULL);
    engine->rules_overridden = false;
    if (err != GN_OK)
        return err;
    err = gn_act_restore(engine->act, act);
    if (err != GN_OK)
        return err;
    memcpy(&engine->core, core.at, sizeof engine->core);
    for (uint32_t series = 0; series < head.series_count; series++)
        if (!image_take_series(engine, &reader, series))
            return GN_ERR_CORRUPT;
    return image_take_watch(engine, &reader, &head) && image_take_states(engine, &reader, head.thing_count)
               ? GN_OK
               : GN_ERR_CORRUPT;
}
