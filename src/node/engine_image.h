/* SPDX-License-Identifier: Apache-2.0 */
/* node/engine_image.h -- the engine's insides, and how they become bytes (private to the engine's two files).
 *
 *   image   offset  content
 *     0             struct gn_engine_image: magic, versions, sizes, sha256 of all that follows it
 *     then          struct gn_engine_core (clock, chain, marks)
 *     then          solution text, padded to 8
 *     then          act state, padded to 8
 *     then          per series: struct gn_series_slot, struct gn_silence, model state (kind->state_size), padded to 8
 *     then          per Thing: struct gn_watch_thing
 *     then          per Thing: its state as of the image, one byte (the registry may know a later one); padded to 8
 *
 * It is read only by the build that wrote it, or one with the same versions: otherwise the engine starts as
 * new and replays the journal it still has. */
#ifndef GN_NODE_ENGINE_IMAGE_H
#define GN_NODE_ENGINE_IMAGE_H

#include "learn/model.h"
#include "node/engine.h"
#include "node/watch.h"

enum { GN_ENGINE_IMAGE_VERSION = 3 };

struct gn_series_slot {
    int64_t last_ms;     /* newest reading's time; INT64_MIN = none yet */
    uint32_t parameters; /* fingerprint of what the model was made with; 0 = not made */
    bool has_model;
    bool watched; /* a rule looks at its readings */
    uint8_t zero[2];
};

struct gn_engine_mark {
    uint64_t upto;
    struct gn_sha256 chain;
};

struct gn_engine_core { /* no pointers, no padding: part of the image as it is */
    uint64_t seq;
    int64_t now_ms;
    int64_t silence_ms;
    int64_t listened_ms;
    int64_t marked_ms;
    uint64_t output_count;
    uint64_t mark_count;
    uint64_t marks_compared;
    struct gn_sha256 chain;
    struct gn_engine_mark marks[GN_ENGINE_MARKS_KEPT];
};

struct gn_engine {
    struct gn_engine_host host;
    const struct gn_model_kind *kind;
    size_t stride; /* of model states in memory */
    struct gn_registry registry;
    struct gn_series_slot *slots; /* [GN_SERIES_MAX] */
    uint8_t *states;              /* [GN_MODELS_MAX * stride] */
    char *bundle;                 /* [GN_SOLUTION_BYTES_MAX] */
    size_t bundle_size;
    struct gn_solution *solution;
    bool rules_overridden;
    struct gn_act *act;
    struct gn_watch watch;
    struct gn_engine_core core;
};

struct gn_engine_image {
    char magic[8]; /* "GNENGINE" */
    uint32_t version;
    uint32_t model_version;
    uint32_t model_bytes;
    uint32_t series_count;
    uint32_t bundle_bytes;
    uint32_t act_bytes;
    uint32_t thing_count;
    uint32_t zero;
    uint8_t digest[GN_SHA256_BYTES];
};

_Static_assert(sizeof(struct gn_series_slot) == 16, "no padding");
_Static_assert(sizeof(struct gn_engine_core) == 64 + 32 + GN_ENGINE_MARKS_KEPT * 40, "no padding");
_Static_assert(sizeof(struct gn_engine_image) == 72, "as in the table");

#endif
