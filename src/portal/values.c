/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/values.h"

const char *gn_series_kind_name(uint8_t kind)
{
    static const char *const names[] = {
        [GN_SERIES_NUMBER] = "number",
        [GN_SERIES_BOOL] = "bool",
        [GN_SERIES_TEXT] = "text",
    };
    return kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}

void gn_value_write(struct gn_jw *w, uint8_t kind, const struct gn_reading *reading)
{
    if (kind == GN_SERIES_TEXT)
        gn_jw_str(w, reading->text);
    else if (kind == GN_SERIES_BOOL)
        gn_jw_bool(w, reading->value != 0);
    else
        gn_jw_f64(w, reading->value);
}

void gn_value_unit(struct gn_api *api, gn_str thing_id, gn_str property, char out[static GN_UNIT_BYTES_MAX + 1])
{
    out[0] = '\0';
    if (api->host.unit != NULL)
        api->host.unit(api->host.self, thing_id, property, out);
}

static bool values_take_series(void *ctx, uint32_t index, const struct gn_series *series)
{
    struct gn_series_list *list = ctx;
    if (list->count == GN_SERIES_PER_THING_MAX)
        return false;
    list->index[list->count] = index;
    list->series[list->count++] = *series;
    return true;
}

gn_err gn_series_list_read(struct gn_store_reader *reader, uint32_t thing, struct gn_series_list *out)
{
    out->count = 0;
    return gn_store_series(reader, thing, values_take_series, out);
}

bool gn_value_last(struct gn_store_reader *reader, uint32_t series, struct gn_reading *out,
                   char text[static GN_TEXT_VALUE_BYTES_MAX])
{
    struct gn_buf buf = gn_buf_over(text, GN_TEXT_VALUE_BYTES_MAX);
    if (gn_store_last(reader, series, out, &buf) != GN_OK)
        return false;
    out->text = gn_buf_str(&buf);
    return true;
}
