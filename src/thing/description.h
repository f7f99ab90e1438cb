/* SPDX-License-Identifier: Apache-2.0 */
/* thing/description.h -- what a Thing is, in its own words: a fragment of a W3C WoT Thing Description 1.1.
 *
 *      {"title":"Press 7","properties":{
 *          "temperature":{"type":"number","unit":"°C","readOnly":true,"minimum":-40,"maximum":200},
 *          "speed":{"type":"number","gn:write_topic":"plant/press7/speed/set"}},
 *       "actions":{"stop":{"title":"Stop"}},"events":{}}
 *
 * Everything that the node can work out itself is left out of it (forms, security, the id); what it learns by
 * itself is marked with the prefix "gn:". A description is journaled as it leaves gn_description_read: canonical
 * JSON, in the order of its writer. Strict: a key that is not known, of the wrong type, or there twice is refused, with
 * line and column. One pass over at most GN_DESCRIPTION_BYTES_MAX bytes; nothing is allocated. Pure functions. */
#ifndef GN_THING_DESCRIPTION_H
#define GN_THING_DESCRIPTION_H

#include "base/buf.h"
#include "base/json_read.h"

/* Checks a description from outside and adds it, rewritten, to `out`. INVAL with line, column and words; FULL: longer
 * than GN_DESCRIPTION_BYTES_MAX. */
GN_MUST_USE gn_err gn_description_read(gn_str text, struct gn_buf *out, struct gn_diag *diag);

/* Walks the members of "properties", "actions" or "events" of a description that was read, in their order. */
struct gn_description_walk {
    struct gn_json reader; /* private: stands inside the section */
    bool open;
    gn_str name; /* unescaped, in name_bytes */
    gn_str json; /* the member's object */
    char name_bytes[GN_PROPERTY_BYTES_MAX + 1];
};
void gn_description_walk(struct gn_description_walk *walk, gn_str description, const char *section);
bool gn_description_next(struct gn_description_walk *walk);

/* The object of one member; empty when there is none. */
gn_str gn_description_member(gn_str description, const char *section, gn_str name);

typedef enum gn_data_type {
    GN_DATA_UNKNOWN,
    GN_DATA_NUMBER,
    GN_DATA_INTEGER,
    GN_DATA_BOOLEAN,
    GN_DATA_STRING,
} gn_data_type;

/* What counts of a property; fields that it does not say are zero. */
struct gn_described {
    gn_data_type type;
    char unit[GN_UNIT_BYTES_MAX + 1];
    char title[GN_THING_NAME_BYTES_MAX + 1];
    bool has_read_only, read_only;
    bool has_minimum, has_maximum;
    double minimum, maximum;
    gn_str choices; /* the "enum" array, as written; empty = none */
    char write_topic[GN_MQTT_TOPIC_BYTES_MAX + 1];
};
void gn_described_read(gn_str property, struct gn_described *out);
/* May it be set from outside? Only what says so: "readOnly": false, or a topic to write to. */
bool gn_described_is_writable(const struct gn_described *described);
/* May the property have this value, one JSON scalar? False with words. */
bool gn_described_allows(const struct gn_described *described, gn_str value, struct gn_buf *why);

/* "number" ...; "" for UNKNOWN. */
const char *gn_data_type_name(gn_data_type type);

#endif
