/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/sparkplug/sparkplug_birth.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { BIRTH_QUALITY_GOOD = 192 };
#define BIRTH_DATETIME_MAX UINT64_C(253402300799999) /* the end of the year 9999 */

static const gn_str birth_bd = { "bdSeq", 5 };

/* --- types --- */

static bool birth_is_text(uint32_t type)
{
    return type == GN_SPARKPLUG_STRING || type == GN_SPARKPLUG_TEXT || type == GN_SPARKPLUG_UUID ||
           type == GN_SPARKPLUG_DATETIME;
}

static bool birth_is_reading(uint32_t type)
{
    return type > GN_SPARKPLUG_UNKNOWN && type < GN_SPARKPLUG_DATASET;
}

static uint8_t birth_kind(uint32_t type)
{
    return type == GN_SPARKPLUG_BOOLEAN ? GN_TRAIT_BOOLEAN : birth_is_text(type) ? GN_TRAIT_TEXT : GN_TRAIT_NUMBER;
}

/* --- order --- */

static int birth_compare_text(gn_str a, gn_str b)
{
    const int order = memcmp(a.at, b.at, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int birth_by_name(const void *a, const void *b, void *ctx)
{
    const struct gn_sparkplug_birth *birth = ctx;
    return birth_compare_text(birth->metrics[*(const uint16_t *)a].name, birth->metrics[*(const uint16_t *)b].name);
}

static int birth_by_alias(const void *a, const void *b, void *ctx)
{
    const struct gn_sparkplug_birth *birth = ctx;
    const uint64_t left = birth->metrics[*(const uint16_t *)a].alias,
                   right = birth->metrics[*(const uint16_t *)b].alias;
    return (left > right) - (left < right);
}

static gn_err birth_sort(struct gn_sparkplug_birth *birth, struct gn_diag *diag)
{
    for (uint32_t i = 0; i < birth->count; i++) {
        birth->by_name[i] = (uint16_t)i;
        if (birth->metrics[i].has_alias)
            birth->by_alias[birth->alias_count++] = (uint16_t)i;
    }
    qsort_r(birth->by_name, birth->count, sizeof birth->by_name[0], birth_by_name, birth);
    qsort_r(birth->by_alias, birth->alias_count, sizeof birth->by_alias[0], birth_by_alias, birth);
    for (uint32_t i = 1; i < birth->count; i++)
        if (birth_by_name(&birth->by_name[i - 1], &birth->by_name[i], birth) == 0) {
            const gn_str name = birth->metrics[birth->by_name[i]].name;
            gn_diag_set(diag, 0, 0, "a birth that names the metric '%.*s' twice",
                        (int)(name.size < 64 ? name.size : 64), name.at);
            return GN_ERR_INVAL;
        }
    for (uint32_t i = 1; i < birth->alias_count; i++)
        if (birth_by_alias(&birth->by_alias[i - 1], &birth->by_alias[i], birth) == 0) {
            gn_diag_set(diag, 0, 0, "a birth that gives the alias %llu twice",
                        (unsigned long long)birth->metrics[birth->by_alias[i]].alias);
            return GN_ERR_INVAL;
        }
    return GN_OK;
}

/* --- what is proposed --- */

static gn_str birth_said(const struct gn_sparkplug_metric *metric, gn_str name)
{
    struct gn_sparkplug_value value;
    return gn_sparkplug_property(metric->properties, name, &value) && value.form == GN_SPARKPLUG_WORD &&
                   gn_utf8_valid(value.text)
               ? value.text
               : (gn_str){ 0 };
}

static bool birth_said_number(const struct gn_sparkplug_metric *metric, gn_str name, double *out)
{
    struct gn_sparkplug_value value;
    if (!gn_sparkplug_property(metric->properties, name, &value))
        return false;
    const bool is_wide = value.form == GN_SPARKPLUG_U64;
    if (value.form == GN_SPARKPLUG_U32 || is_wide)
        return gn_sparkplug_number(is_wide ? GN_SPARKPLUG_INT64 : GN_SPARKPLUG_INT32, &value, out);
    return gn_sparkplug_number(GN_SPARKPLUG_DOUBLE, &value, out);
}

/* Sparkplug lets any metric be commanded; that this one may be is what its birth says, or what its name means. */
static bool birth_is_writable(const struct gn_sparkplug_metric *metric)
{
    struct gn_sparkplug_value value;
    if (gn_sparkplug_property(metric->properties, GN_STR("readOnly"), &value))
        return value.form == GN_SPARKPLUG_BOOL && value.whole == 0;
    return gn_str_starts(metric->name, GN_STR("Node Control/")) ||
           gn_str_starts(metric->name, GN_STR("Device Control/"));
}

static void birth_propose(struct gn_device *device, const struct gn_sparkplug_topic *topic,
                          const struct gn_sparkplug_metric *metric, gn_str property)
{
    char bytes[GN_MQTT_TOPIC_BYTES_MAX + 1];
    struct gn_buf command = gn_buf_over(bytes, sizeof bytes);
    struct gn_trait *trait = gn_device_trait(device, property);
    if (trait == NULL)
        return;
    const gn_str unit = gn_str_trim(birth_said(metric, GN_STR("engUnit")));
    trait->kind = birth_kind(metric->type);
    if (!gn_str_equal(metric->name, property))
        trait->title = gn_device_keep(device, metric->name);
    if (unit.size > 0 && unit.size <= GN_UNIT_BYTES_MAX) {
        trait->unit = gn_device_keep(device, unit);
        trait->unit_reason = gn_device_keep(device, GN_STR("said by the device"));
    }
    trait->has_range = trait->kind == GN_TRAIT_NUMBER && birth_said_number(metric, GN_STR("engLow"), &trait->low) &&
                       birth_said_number(metric, GN_STR("engHigh"), &trait->high) && trait->low < trait->high;
    gn_sparkplug_topic_write(topic, topic->device.size > 0 ? GN_SPARKPLUG_DCMD : GN_SPARKPLUG_NCMD, &command);
    trait->writable = birth_is_writable(metric);
    trait->write_topic = gn_device_keep(device, gn_buf_str(&command));
    trait->write_path = trait->name;
}

/* --- reading one --- */

struct birth_work {
    struct gn_sparkplug_birth *birth;
    struct gn_device *device; /* or NULL */
    const struct gn_sparkplug_topic *topic;
    char *text;
    uint32_t property_count;
};

static gn_str birth_keep(struct birth_work *work, gn_str text)
{
    const gn_str kept = { work->text, text.size };
    memcpy(work->text, text.at, text.size);
    work->text += text.size;
    return kept;
}

static bool birth_has_property(const struct gn_sparkplug_birth *birth, gn_str property)
{
    for (uint32_t i = 0; i < birth->count; i++)
        if (gn_str_equal(birth->metrics[i].property, property))
            return true;
    return false;
}

static void birth_leave_out(const struct birth_work *work, const struct gn_sparkplug_metric *metric, const char *why)
{
    const gn_str name = gn_utf8_valid(metric->name) ? metric->name : GN_STR("?");
    if (work->device != NULL)
        gn_device_leave_out(work->device, "'%.*s' %s", (int)(name.size < 48 ? name.size : 48), name.at, why);
}

/* The property a metric becomes: "Motor/Speed" is Motor.Speed, as nested names are in JSON. Empty: it becomes none. */
static gn_str birth_property(struct birth_work *work, const struct gn_sparkplug_metric *metric)
{
    char dotted[GN_SPARKPLUG_NAME_BYTES_MAX], bytes[GN_PROPERTY_BYTES_MAX];
    for (size_t i = 0; i < metric->name.size; i++)
        dotted[i] = metric->name.at[i] == '/' ? '.' : metric->name.at[i];
    const gn_str property = { bytes, gn_device_property_name((gn_str){ dotted, metric->name.size }, bytes) };
    if (gn_str_equal(metric->name, birth_bd) || gn_str_equal(metric->name, GN_STR("Node Control/Rebirth")))
        return (gn_str){ 0 }; /* the protocol's own */
    if (!birth_is_reading(metric->type))
        birth_leave_out(work, metric, "has a data type that is no reading");
    else if (!gn_property_valid(property))
        birth_leave_out(work, metric, "is no name a property may have");
    else if (work->property_count == GN_SERIES_PER_THING_MAX)
        birth_leave_out(work, metric, "is one more than SERIES_PER_THING_MAX");
    else if (birth_has_property(work->birth, property))
        birth_leave_out(work, metric, "would be a property of the same name as another");
    else {
        work->property_count++;
        if (work->device != NULL)
            birth_propose(work->device, work->topic, metric, property);
        return birth_keep(work, property);
    }
    return (gn_str){ 0 };
}

static gn_err birth_take(struct birth_work *work, const struct gn_sparkplug_metric *metric, struct gn_diag *diag)
{
    struct gn_sparkplug_birth *birth = work->birth;
    if (metric->name.size == 0 || metric->name.size > GN_SPARKPLUG_NAME_BYTES_MAX) {
        gn_diag_set(diag, 0, 0, "a birth's metrics have names of 1 to SPARKPLUG_NAME_BYTES_MAX (%d) bytes",
                    GN_SPARKPLUG_NAME_BYTES_MAX);
        return GN_ERR_INVAL;
    }
    struct gn_sparkplug_known known = { .alias = metric->alias,
                                        .has_alias = metric->has_alias,
                                        .type = birth_is_reading(metric->type) ? (uint8_t)metric->type : 0 };
    known.property = birth_property(work, metric);
    known.name = birth_keep(work, metric->name);
    if (gn_str_equal(metric->name, birth_bd)) {
        birth->has_bd = true;
        birth->bd = metric->value.whole;
    }
    birth->metrics[birth->count++] = known;
    return GN_OK;
}

gn_err gn_sparkplug_birth_read(const struct gn_sparkplug_payload *payload, const struct gn_sparkplug_topic *topic,
                               struct gn_device *device, struct gn_sparkplug_birth **out, struct gn_diag *diag)
{
    struct gn_sparkplug_metric metric;
    size_t text_size = 0, at = 0;
    gn_err err = GN_OK;
    while (gn_sparkplug_payload_next(payload, &at, &metric))
        text_size += metric.name.size + GN_PROPERTY_BYTES_MAX;
    const size_t of_one = sizeof(struct gn_sparkplug_known) + 2 * sizeof(uint16_t);
    struct gn_sparkplug_birth *birth =
        gn_mem_take(sizeof *birth + payload->metric_count * of_one + text_size, "births of Sparkplug nodes");
    if (birth == NULL)
        return GN_ERR_FULL;
    birth->by_name = (uint16_t *)&birth->metrics[payload->metric_count];
    birth->by_alias = birth->by_name + payload->metric_count;
    struct birth_work work = {
        .birth = birth, .device = device, .topic = topic, .text = (char *)(birth->by_alias + payload->metric_count)
    };
    for (at = 0; err == GN_OK && gn_sparkplug_payload_next(payload, &at, &metric);)
        err = birth_take(&work, &metric, diag);
    if (err == GN_OK)
        err = birth_sort(birth, diag);
    if (err != GN_OK) {
        gn_sparkplug_birth_free(birth);
        return err;
    }
    *out = birth;
    return GN_OK;
}

void gn_sparkplug_birth_free(struct gn_sparkplug_birth *birth)
{
    gn_mem_give(birth);
}

/* --- finding a metric --- */

static const struct gn_sparkplug_known *birth_find_alias(const struct gn_sparkplug_birth *birth, uint64_t alias)
{
    uint32_t low = 0, high = birth->alias_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct gn_sparkplug_known *known = &birth->metrics[birth->by_alias[middle]];
        if (known->alias == alias)
            return known;
        if (known->alias < alias)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const struct gn_sparkplug_known *birth_find_name(const struct gn_sparkplug_birth *birth, gn_str name)
{
    uint32_t low = 0, high = birth->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct gn_sparkplug_known *known = &birth->metrics[birth->by_name[middle]];
        const int order = birth_compare_text(known->name, name);
        if (order == 0)
            return known;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct gn_sparkplug_known *gn_sparkplug_birth_find(const struct gn_sparkplug_birth *birth,
                                                         const struct gn_sparkplug_metric *metric)
{
    if (metric->name.size > 0)
        return birth_find_name(birth, metric->name);
    return metric->has_alias ? birth_find_alias(birth, metric->alias) : NULL;
}

/* --- readings --- */

/* A metric without the property is good; the specification knows 0 (bad), 192 (good) and 500 (stale). */
static bool birth_is_good(const struct gn_sparkplug_metric *metric)
{
    double quality;
    return metric->properties.size == 0 || !birth_said_number(metric, GN_STR("Quality"), &quality) ||
           quality == BIRTH_QUALITY_GOOD;
}

static bool birth_time(const struct gn_sparkplug_payload *payload, const struct gn_sparkplug_metric *metric,
                       int64_t latest_ms, int64_t *out_ms)
{
    const uint64_t time_ms = metric->has_time ? metric->time_ms : payload->time_ms;
    *out_ms = metric->has_time || payload->has_time ? (int64_t)time_ms : GN_TIME_NONE;
    return *out_ms == GN_TIME_NONE || (time_ms >= (uint64_t)GN_TIME_FLOOR_MS && time_ms <= (uint64_t)latest_ms);
}

static bool birth_text_value(const struct gn_sparkplug_known *known, const struct gn_sparkplug_value *value,
                             char room[static GN_TIME_TEXT_BYTES], struct gn_item *item)
{
    item->kind = GN_SERIES_TEXT;
    item->text = value->text;
    if (known->type != GN_SPARKPLUG_DATETIME)
        return value->form == GN_SPARKPLUG_WORD && value->text.size <= GN_TEXT_VALUE_BYTES_MAX &&
               gn_utf8_valid(value->text);
    if ((value->form != GN_SPARKPLUG_U64 && value->form != GN_SPARKPLUG_U32) || value->whole > BIRTH_DATETIME_MAX)
        return false;
    gn_time_format((int64_t)value->whole, room);
    item->text = gn_str_of(room);
    return true;
}

static bool birth_value(const struct gn_sparkplug_known *known, const struct gn_sparkplug_value *value,
                        char room[static GN_TIME_TEXT_BYTES], struct gn_item *item)
{
    if (birth_is_text(known->type))
        return birth_text_value(known, value, room, item);
    if (known->type == GN_SPARKPLUG_BOOLEAN) {
        item->kind = GN_SERIES_BOOL;
        item->value = value->whole != 0 ? 1 : 0;
        return value->form == GN_SPARKPLUG_BOOL;
    }
    item->kind = GN_SERIES_NUMBER;
    return gn_sparkplug_number(known->type, value, &item->value);
}

void gn_sparkplug_birth_items(const struct gn_sparkplug_birth *birth, const struct gn_sparkplug_payload *payload,
                              int64_t latest_ms, struct gn_sparkplug_items *out)
{
    struct gn_sparkplug_metric metric;
    out->count = out->unknown = out->left_out = 0;
    for (size_t at = 0; gn_sparkplug_payload_next(payload, &at, &metric);) {
        const struct gn_sparkplug_known *known = gn_sparkplug_birth_find(birth, &metric);
        struct gn_item *item = &out->items[out->count];
        if (known == NULL) {
            out->unknown++;
            continue;
        }
        if (known->property.size == 0 || metric.is_null)
            continue;
        *item = (struct gn_item){ .property = known->property };
        const bool fits = (metric.type == 0 || metric.type == known->type) && birth_is_good(&metric) &&
                          birth_time(payload, &metric, latest_ms, &item->time_ms) &&
                          birth_value(known, &metric.value, out->times[out->count], item);
        if (fits)
            out->count++;
        else
            out->left_out++;
    }
}

/* --- commands --- */

static bool birth_whole(gn_str text, int64_t low, uint64_t high, uint64_t *out)
{
    int64_t below;
    if (text.size > 0 && text.at[0] == '-') {
        const bool fine = gn_parse_i64(text, &below) == GN_OK && below >= low;
        *out = fine ? (uint64_t)below : 0;
        return fine;
    }
    return gn_parse_u64(text, out) == GN_OK && *out <= high;
}

static bool birth_command_whole(uint8_t type, const struct gn_json_node *value, struct gn_sparkplug_value *out)
{
    static const struct {
        int64_t low;
        uint64_t high;
    } ranges[] = {
        [GN_SPARKPLUG_INT8] = { INT8_MIN, INT8_MAX },    [GN_SPARKPLUG_INT16] = { INT16_MIN, INT16_MAX },
        [GN_SPARKPLUG_INT32] = { INT32_MIN, INT32_MAX }, [GN_SPARKPLUG_INT64] = { INT64_MIN, INT64_MAX },
        [GN_SPARKPLUG_UINT8] = { 0, UINT8_MAX },         [GN_SPARKPLUG_UINT16] = { 0, UINT16_MAX },
        [GN_SPARKPLUG_UINT32] = { 0, UINT32_MAX },       [GN_SPARKPLUG_UINT64] = { 0, UINT64_MAX },
    };
    const bool is_wide = type == GN_SPARKPLUG_INT64 || type == GN_SPARKPLUG_UINT32 || type == GN_SPARKPLUG_UINT64;
    out->form = is_wide ? GN_SPARKPLUG_U64 : GN_SPARKPLUG_U32;
    const bool fine =
        value->kind == GN_JSON_NUMBER && birth_whole(value->text, ranges[type].low, ranges[type].high, &out->whole);
    if (!is_wide)
        out->whole = (uint32_t)out->whole;
    return fine;
}

static bool birth_command_value(uint8_t type, const struct gn_json_node *value, struct gn_sparkplug_value *out)
{
    int64_t time_ms;
    switch (type) {
    case GN_SPARKPLUG_FLOAT:
    case GN_SPARKPLUG_DOUBLE:
        *out = (struct gn_sparkplug_value){ .form = type == GN_SPARKPLUG_FLOAT ? GN_SPARKPLUG_F32 : GN_SPARKPLUG_F64,
                                            .number = value->number };
        return value->kind == GN_JSON_NUMBER &&
               (type == GN_SPARKPLUG_DOUBLE || fabs(value->number) <= 3.4028234663852886e38);
    case GN_SPARKPLUG_BOOLEAN:
        *out = (struct gn_sparkplug_value){ .form = GN_SPARKPLUG_BOOL, .whole = value->boolean };
        return value->kind == GN_JSON_BOOL;
    case GN_SPARKPLUG_STRING:
    case GN_SPARKPLUG_TEXT:
    case GN_SPARKPLUG_UUID:
        *out = (struct gn_sparkplug_value){ .form = GN_SPARKPLUG_WORD, .text = value->text };
        return value->kind == GN_JSON_STRING;
    case GN_SPARKPLUG_DATETIME:
        if (value->kind != GN_JSON_STRING || gn_time_parse(value->text, &time_ms) != GN_OK || time_ms < 0)
            return false;
        *out = (struct gn_sparkplug_value){ .form = GN_SPARKPLUG_U64, .whole = (uint64_t)time_ms };
        return true;
    default:
        return birth_command_whole(type, value, out);
    }
}

static const char *birth_type_name(uint8_t type)
{
    static const char *const names[] = { "?",      "Int8",     "Int16",  "Int32", "Int64",  "UInt8",
                                         "UInt16", "UInt32",   "UInt64", "Float", "Double", "Boolean",
                                         "String", "DateTime", "Text",   "UUID" };
    return names[type < sizeof names / sizeof names[0] ? type : 0];
}

gn_err gn_sparkplug_birth_command(const struct gn_sparkplug_birth *birth, gn_str property,
                                  const struct gn_json_node *value, struct gn_sparkplug_metric *out,
                                  struct gn_diag *diag)
{
    for (uint32_t i = 0; i < birth->count; i++) {
        const struct gn_sparkplug_known *known = &birth->metrics[i];
        if (known->property.size == 0 || !gn_str_equal(known->property, property))
            continue;
        *out = (struct gn_sparkplug_metric){
            .name = known->name, .has_alias = known->has_alias, .alias = known->alias, .type = known->type
        };
        if (birth_command_value(known->type, value, &out->value))
            return GN_OK;
        gn_diag_set(diag, 0, 0, "'%.*s' is of the type %s; what is to be sent is not", GN_STR_ARGS(property),
                    birth_type_name(known->type));
        return GN_ERR_INVAL;
    }
    gn_diag_set(diag, 0, 0, "its birth names no metric that is '%.*s'",
                (int)(property.size < GN_PROPERTY_BYTES_MAX ? property.size : GN_PROPERTY_BYTES_MAX), property.at);
    return GN_ERR_NOT_FOUND;
}

/* --- the end of a session --- */

bool gn_sparkplug_death_counts(const struct gn_sparkplug_birth *birth, const struct gn_sparkplug_payload *death)
{
    struct gn_sparkplug_metric metric;
    for (size_t at = 0; gn_sparkplug_payload_next(death, &at, &metric);)
        if (gn_str_equal(metric.name, birth_bd))
            return birth == NULL || !birth->has_bd || metric.value.whole == birth->bd;
    return true;
}
