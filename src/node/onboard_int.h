/* SPDX-License-Identifier: Apache-2.0 */
/* node/onboard_int.h -- what onboard and onboard_sparkplug share (private to them). */
#ifndef GN_NODE_ONBOARD_INT_H
#define GN_NODE_ONBOARD_INT_H

#include "connect/discover/bindings.h"
#include "node/onboard.h"

enum { GN_ONBOARD_KEY_BYTES = 4 + GN_DEVICE_KEY_BYTES_MAX };

struct gn_onboard {
    const struct gn_solution *solution;
    struct gn_intake_core *intake;
    struct gn_intake table;
    struct gn_bindings *bindings;
    struct gn_onboard_spark *spark;   /* node/onboard_sparkplug.h */
    const struct gn_adapter *adapter; /* to speak through; NULL: not yet */
    void *adapter_self;
    struct gn_map by_key; /* gateway (4 bytes) + key ─▶ Thing */
    struct gn_map_slot *key_slots;
    char (*keys)[GN_ONBOARD_KEY_BYTES]; /* [GN_THINGS_MAX], where those keys live */
    bool announces[GN_THINGS_MAX];      /* it announced a device in one of the formats */
    char *fragments[GN_THINGS_MAX];     /* as journaled */
    size_t fragment_size[GN_THINGS_MAX];
    struct gn_payload payload;
    struct gn_json_tree tree, known_tree; /* the message's, and that of what is known */
    struct gn_device said, known;
    struct gn_json json; /* of a description that is read along */
    struct gn_item items[GN_READINGS_PER_PACKET_MAX];
    char fragment[GN_DESCRIPTION_BYTES_MAX];
};

/* The Thing that the gateway calls so. */
bool gn_onboard_find(const struct gn_onboard *onboard, uint32_t gateway, gn_str key, uint32_t *out_thing);
/* What a device says of itself: a new Thing, discovered, or a description of one that is known. */
gn_err gn_onboard_device(struct gn_onboard *onboard, uint32_t gateway, const struct gn_device *device,
                         uint64_t *out_token, struct gn_diag *diag);
/* Readings of a Thing; the message is what brought them. */
gn_err gn_onboard_packet(struct gn_onboard *onboard, const struct gn_foreign *message, uint32_t thing,
                         const struct gn_item *items, size_t count, uint64_t *out_token, struct gn_diag *diag);

#endif
