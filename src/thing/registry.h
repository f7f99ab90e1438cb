/* SPDX-License-Identifier: Apache-2.0 */
/* thing/registry.h -- which Things there are, and which series they have.
 *
 *      id "press-7" ─▶ thing 3 ─▶ property "temperature" ─▶ series 41
 *
 * A view of the journal: THING and SERIES records build it, in live running, at restart and in replay
 * alike, so the same numbers always mean the same series. The net thread owns the writing one; the
 * engine and the history keep copies of their own, built from the same records. Indices count from 0 and
 * are never reused. Fixed tables taken at init; lookups O(1). A registry belongs to one thread. */
#ifndef GN_THING_REGISTRY_H
#define GN_THING_REGISTRY_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/map.h"
#include "thing/record.h"

typedef enum gn_series_kind {
    GN_SERIES_NUMBER = 0,
    GN_SERIES_BOOL = 1, /* values 0 and 1 */
    GN_SERIES_TEXT = 2,
} gn_series_kind;

#define GN_NONE UINT32_MAX

/* A Thing that a person has not adopted is kept and shown, and that is all. */
typedef enum gn_thing_state {
    GN_THING_ADOPTED = 0,    /* scored, watched by rules, may be sent actions */
    GN_THING_DISCOVERED = 1, /* its readings are kept; nothing looks at them, nothing is sent to it */
    GN_THING_IGNORED = 2,    /* nothing more is taken from it */
    GN_THING_STATE_COUNT
} gn_thing_state;

/* How the node came to know of it. */
typedef enum gn_thing_source {
    GN_SOURCE_NATIVE = 0, /* a person added it; it speaks for itself */
    GN_SOURCE_HOME_ASSISTANT = 1,
    GN_SOURCE_ZIGBEE2MQTT = 2,
    GN_SOURCE_TASMOTA = 3,
    GN_SOURCE_SPARKPLUG = 4,
    GN_SOURCE_MAPPING = 5,
    GN_SOURCE_COUNT
} gn_thing_source;

struct gn_thing {
    char id[GN_THING_ID_BYTES_MAX + 1];
    char name[GN_THING_NAME_BYTES_MAX + 1]; /* any UTF-8 text; never HTML */
    char key[GN_DEVICE_KEY_BYTES_MAX + 1];  /* what the gateway calls it; "" when it speaks for itself */
    uint8_t state;                          /* gn_thing_state */
    uint8_t source;                         /* gn_thing_source */
    uint32_t via;                           /* the gateway that speaks for it, or GN_NONE */
    int64_t since_ms;                       /* when it was discovered; 0 when it was added by a person */
    uint32_t series_count;
    uint32_t series_first; /* head of the list through gn_series.next, or GN_NONE */
};

struct gn_series {
    uint32_t thing;
    uint32_t next; /* of the same Thing, or GN_NONE */
    uint8_t kind;  /* gn_series_kind */
    char property[GN_PROPERTY_BYTES_MAX + 1];
};

struct gn_registry {
    struct gn_thing *things;
    struct gn_series *series;
    uint32_t thing_count;
    uint32_t series_count;
    struct gn_map thing_by_id;
    uint32_t discovered_count;    /* Things in that state */
    struct gn_map series_by_name; /* key: thing index (4 bytes) + property */
    char *series_keys;            /* private: where those keys live */
};

/* Takes its tables (GN_THINGS_MAX, GN_SERIES_MAX). FULL when memory is not to be had. */
GN_MUST_USE gn_err gn_registry_init(struct gn_registry *registry, const uint8_t seed[static 16]);
void gn_registry_fini(struct gn_registry *registry);

/* Applies a THING or SERIES record; other types change nothing. CORRUPT when it does not follow from
 * what is there (index not the next one, id taken, bad name): the journal is then not ours. */
GN_MUST_USE gn_err gn_registry_apply(struct gn_registry *registry, const struct gn_record_head *record);

bool gn_registry_thing(const struct gn_registry *registry, gn_str id, uint32_t *out_thing);
bool gn_registry_series(const struct gn_registry *registry, uint32_t thing, gn_str property, uint32_t *out_series);
/* The same, faster for who asks for a Thing's series one after the other: a device says them in the order in which it
 * first said them, so the one behind the last (`guess`; GN_NONE: the first) is looked at before the table is. */
bool gn_registry_series_next(const struct gn_registry *registry, uint32_t thing, uint32_t guess, gn_str property,
                             uint32_t *out_series);

/* An id for a new Thing of that name: the name in lower case with [a-z0-9.-] kept, "thing" if nothing is
 * left, "-2", "-3" ... if taken. FULL at GN_THINGS_MAX; INVAL when the name is empty, too long or not UTF-8. */
GN_MUST_USE gn_err gn_registry_new_id(const struct gn_registry *registry, gn_str name,
                                      char out_id[static GN_THING_ID_BYTES_MAX + 1], struct gn_diag *diag);

/* The JSON of a THING record that says all of `thing`: about 1 KiB when everything is long and escaped. */
void gn_registry_thing_json(const struct gn_registry *registry, const struct gn_thing *thing, struct gn_buf *out);
enum { GN_THING_JSON_BYTES = 2048 };

/* "adopted", "discovered", "ignored"; "native", "home_assistant" ... */
const char *gn_thing_state_name(uint8_t state);
const char *gn_thing_source_name(uint8_t source);

/* [A-Za-z0-9_.-]{1,64}. */
bool gn_thing_id_valid(gn_str id);
/* 1 to GN_PROPERTY_BYTES_MAX bytes of UTF-8 without '/', '+', '#', control characters. */
bool gn_property_valid(gn_str name);

#endif
