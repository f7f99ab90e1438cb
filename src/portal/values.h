/* SPDX-License-Identifier: Apache-2.0 */
/* portal/values.h -- readings as JSON values, and the newest one of each series of a Thing. */
#ifndef GN_PORTAL_VALUES_H
#define GN_PORTAL_VALUES_H

#include "portal/api/resource.h"

const char *gn_series_kind_name(uint8_t kind); /* "number", "bool", "text" */

/* A number, true or false, or a string. */
void gn_value_write(struct gn_jw *w, uint8_t kind, const struct gn_reading *reading);

/* The unit that the solution in force gives a property, or "". */
void gn_value_unit(struct gn_api *api, gn_str thing_id, gn_str property, char out[static GN_UNIT_BYTES_MAX + 1]);

/* Series of one Thing, taken out of the store so that it may be asked about them. */
struct gn_series_list {
    uint32_t count;
    uint32_t index[GN_SERIES_PER_THING_MAX];
    struct gn_series series[GN_SERIES_PER_THING_MAX];
};
GN_MUST_USE gn_err gn_series_list_read(struct gn_store_reader *reader, uint32_t thing, struct gn_series_list *out);

/* The newest reading; false when there is none. `text` is where the string of a text series is kept. */
bool gn_value_last(struct gn_store_reader *reader, uint32_t series, struct gn_reading *out,
                   char text[static GN_TEXT_VALUE_BYTES_MAX]);

#endif
