/* SPDX-License-Identifier: Apache-2.0 */
/* connect/discover/device.h -- what a device says of itself, in one form whatever the format it said it in.
 *
 *   Home Assistant ─┐                          ┌─▶ a TD fragment (JSON) ─▶ journal, proposal
 *   Zigbee2MQTT ────┼─▶ struct gn_device ──────┤
 *   Tasmota ────────┤   key, name, traits      └─▶ bindings: topic, path ─▶ property
 *   Sparkplug ──────┘
 *
 * A trait is one property: what it is, where its values come (topic and path), and how it is set. Paths are the flat
 * names of connect/payload.h ("ENERGY.Power", "" = the whole payload). All text is copied into the device, which is
 * bounded: what does not fit is left out and counted in `left_out`, with the first reason in `why`.
 *
 * The fragment is a W3C WoT Thing Description's inner part. What WoT has no word for begins with "gn:". Reading a
 * fragment back gives the same device, also after a person has edited it; names of properties never change. */
#ifndef GN_CONNECT_DISCOVER_DEVICE_H
#define GN_CONNECT_DISCOVER_DEVICE_H

#include "base/json_tree.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "thing/registry.h"

enum { GN_DEVICE_TEXT_BYTES = 24576, GN_DEVICE_OPTIONS_MAX = 24, GN_DEVICE_WHY_BYTES = 120 };

typedef enum gn_trait_kind {
    GN_TRAIT_UNKNOWN = 0, /* nobody said; its values will show */
    GN_TRAIT_NUMBER,
    GN_TRAIT_COUNTER, /* a number that only grows, and begins anew now and then */
    GN_TRAIT_BOOLEAN,
    GN_TRAIT_STATE, /* one of a few words */
    GN_TRAIT_TEXT,
    GN_TRAIT_KIND_COUNT
} gn_trait_kind;

struct gn_trait {
    gn_str name; /* of the property */
    gn_str title;
    gn_str unit;
    gn_str unit_reason; /* "said by the device" */
    uint8_t kind;       /* gn_trait_kind */
    bool writable;
    bool has_range;
    double low, high;
    uint32_t option_count; /* STATE: its words */
    gn_str options[GN_DEVICE_OPTIONS_MAX];
    gn_str topic; /* "" = it is never reported */
    gn_str path;
    gn_str on, off; /* BOOLEAN: the words or numbers it sends, "" = true and false */
    gn_str write_topic;
    gn_str write_path; /* {"path": value} is sent; "" = the bare value */
    gn_str write_on, write_off;
};

struct gn_device {
    gn_thing_source source;
    gn_str key; /* what the gateway calls it, for ever */
    gn_str name;
    gn_str model; /* "IKEA TRADFRI bulb" */
    struct gn_trait traits[GN_DEVICE_TRAITS_MAX];
    uint32_t trait_count;
    uint32_t left_out;
    char why[GN_DEVICE_WHY_BYTES];
    size_t text_size;
    char text[GN_DEVICE_TEXT_BYTES];
};

void gn_device_begin(struct gn_device *device, gn_thing_source source);
/* A copy of the text in the device; empty when there is no room, which counts as left out. */
gn_str gn_device_keep(struct gn_device *device, gn_str text);
gn_str gn_device_keepf(struct gn_device *device, const char *fmt, ...) GN_PRINTF(2, 3);
/* The trait of that name, emptied, or a new one; blanks and what no property may have become '_'. NULL: no room. */
struct gn_trait *gn_device_trait(struct gn_device *device, gn_str name);
const struct gn_trait *gn_device_find(const struct gn_device *device, gn_str name);
/* A name that a property may have: cut, and without what means something in a topic. Its size; what cannot be helped
 * (gn_property_valid) is the caller's to see. */
size_t gn_device_property_name(gn_str name, char to[static GN_PROPERTY_BYTES_MAX]);
void gn_device_option(struct gn_device *device, struct gn_trait *trait, gn_str word);
void gn_device_leave_out(struct gn_device *device, const char *fmt, ...) GN_PRINTF(2, 3);

/* What `from` says is added to `into`, and replaces its traits of the same names. */
void gn_device_merge(struct gn_device *into, const struct gn_device *from);

/* As a TD fragment, and back. INVAL: not a fragment. The source and the key do not stand in it. */
void gn_device_write(const struct gn_device *device, struct gn_buf *out);
/* Parts of that: a property as a member; the members that say where it comes from and how it is set. */
void gn_device_write_trait(struct gn_jw *w, const struct gn_trait *trait);
void gn_device_write_ways(struct gn_jw *w, const struct gn_trait *trait);
GN_MUST_USE gn_err gn_device_read(struct gn_device *device, struct gn_json_tree *tree, gn_str fragment,
                                  struct gn_diag *diag);
/* "number", "counter", "state", "boolean", "text", "unknown". */
const char *gn_trait_kind_name(uint8_t kind);

/* One device of an announcement; the node keeps what it wants of it. Not GN_OK ends the reading with that answer. */
typedef gn_err gn_device_each(void *ctx, const struct gn_device *device);

#endif
