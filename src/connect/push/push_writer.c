/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/push_writer.h"

#include <stdio.h>

#include "base/json_write.h"

void gn_push_writer_begin(struct gn_push_writer *writer, uint32_t sender, gn_push_unit unit)
{
    writer->sender = sender;
    writer->unit = unit;
    writer->token = 0;
    writer->kept_count = 0;
    writer->line_count = writer->refused = writer->refused_at = 0;
    writer->first_why[0] = '\0';
    writer->errors = gn_buf_over(writer->errors_bytes, sizeof writer->errors_bytes);
    writer->filled = 0;
    writer->reader = (struct gn_line_reader){ .at = writer->text, .end = writer->text };
    writer->sample_at = writer->sample_count = writer->texts_used = 0;
}

bool gn_push_unit_named(gn_str name, gn_push_unit *out)
{
    static const struct {
        const char *name;
        gn_push_unit unit;
    } rows[] = { { "", GN_PUSH_NS },   { "ns", GN_PUSH_NS }, { "n", GN_PUSH_NS },
                 { "us", GN_PUSH_US }, { "u", GN_PUSH_US },  { "ms", GN_PUSH_MS },
                 { "s", GN_PUSH_S },   { "m", GN_PUSH_M },   { "h", GN_PUSH_H } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (gn_str_equal(name, gn_str_of(rows[i].name))) {
            *out = rows[i].unit;
            return true;
        }
    return false;
}

/* Down to the millisecond before; what does not fit is far beyond what the intake takes, and stays so. */
static int64_t push_writer_ms(gn_push_unit unit, int64_t time)
{
    static const int64_t divisors[] = { 1000000, 1000, 1, 1, 1, 1 };
    static const int64_t factors[] = { 1, 1, 1, 1000, 60000, 3600000 };
    int64_t ms = time / divisors[unit];
    if (time % divisors[unit] < 0)
        ms--;
    if (__builtin_mul_overflow(ms, factors[unit], &ms) || ms == GN_TIME_NONE)
        return time < 0 ? INT64_MIN + 1 : INT64_MAX;
    return ms;
}

/* --- refusals --- */

static void push_writer_forget_diag(struct gn_push_writer *writer)
{
    writer->diag.column = 0;
    writer->diag.text[0] = '\0';
}

static void push_writer_refuse(struct gn_push_writer *writer, uint32_t number, gn_err err)
{
    const struct gn_diag *diag = &writer->diag;
    const char *why = diag->text[0] != '\0' ? diag->text : gn_err_text(err);
    if (number == writer->refused_at)
        return;
    writer->refused_at = number;
    if (writer->refused++ == 0)
        (void)snprintf(writer->first_why, sizeof writer->first_why, "line %u: %s", number, why);
    if (writer->refused > GN_PUSH_ERRORS_MAX)
        return;
    if (writer->errors.size > 0)
        gn_buf_add_u8(&writer->errors, ',');
    struct gn_jw w = gn_jw_over(&writer->errors);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "line");
    gn_jw_u64(&w, number);
    if (diag->column > 0) {
        gn_jw_key(&w, "column");
        gn_jw_u64(&w, diag->column);
    }
    gn_jw_key(&w, "message");
    gn_jw_str(&w, gn_str_of(why));
    gn_jw_close(&w, '}');
}

/* --- samples --- */

static gn_err push_writer_flush(struct gn_push_writer *writer)
{
    const struct gn_intake *intake = writer->intake;
    while (writer->sample_at < writer->sample_count) {
        size_t taken = 0;
        push_writer_forget_diag(writer);
        const struct gn_samples samples = { &writer->samples[writer->sample_at],
                                            writer->sample_count - writer->sample_at, writer->texts };
        const gn_err err = intake->samples(intake->self, &samples, &taken, &writer->token, &writer->diag);
        if (err == GN_ERR_AGAIN)
            return err;
        writer->sample_at += (uint32_t)taken;
        writer->kept_count += taken;
        if (err != GN_OK) {
            push_writer_refuse(writer, writer->samples[writer->sample_at].mark, err);
            writer->sample_at++;
        }
    }
    writer->sample_at = writer->sample_count = writer->texts_used = 0;
    return GN_OK;
}

/* --- lines --- */

static gn_series_kind push_writer_kind(gn_line_kind kind)
{
    return kind == GN_LINE_TEXT ? GN_SERIES_TEXT : kind == GN_LINE_BOOL ? GN_SERIES_BOOL : GN_SERIES_NUMBER;
}

static gn_err push_writer_field(struct gn_push_writer *writer, const struct gn_line_field *field, uint32_t hash,
                                struct gn_sample *sample)
{
    size_t size;
    const gn_err err = gn_push_series_find(writer->series, writer->sender, writer->line->series, hash, field->key,
                                           push_writer_kind(field->kind), &sample->series, &writer->diag);
    if (err != GN_OK)
        return err;
    if (field->kind != GN_LINE_TEXT) {
        sample->value = field->value;
        return GN_OK;
    }
    gn_line_unescape(field->text, GN_LINE_ESCAPED_TEXT, writer->texts + writer->texts_used, &size);
    sample->text.at = writer->texts_used;
    sample->text.size = (uint32_t)size;
    writer->texts_used += (uint32_t)size;
    return GN_OK;
}

/* All fields of the line at hand, or none. */
static gn_err push_writer_line(struct gn_push_writer *writer)
{
    const struct gn_line *line = writer->line;
    const uint32_t hash = gn_push_series_hash(line->series);
    const uint32_t before = writer->sample_count, texts_before = writer->texts_used;
    struct gn_sample sample = { .mark = line->number,
                                .time_ms = line->has_time ? push_writer_ms(writer->unit, line->time) : GN_TIME_NONE };
    for (size_t i = 0; i < line->field_count; i++) {
        const gn_err err = push_writer_field(writer, &line->fields[i], hash, &sample);
        if (err != GN_OK) {
            writer->sample_count = before;
            writer->texts_used = texts_before;
            return err;
        }
        writer->samples[writer->sample_count++] = sample;
    }
    return GN_OK;
}

/* Room for all a line may bring; a line is no longer than the buffer it stands in. */
static bool push_writer_has_room(const struct gn_push_writer *writer)
{
    const size_t line_bytes = (size_t)(writer->reader.at - writer->line->series.at);
    return writer->sample_count + writer->line->field_count <= GN_SAMPLES_MAX &&
           writer->texts_used + line_bytes <= sizeof writer->texts;
}

static gn_err push_writer_take(struct gn_push_writer *writer)
{
    if (!push_writer_has_room(writer)) {
        const gn_err err = push_writer_flush(writer);
        if (err != GN_OK)
            return err;
    }
    const gn_err err = push_writer_line(writer);
    if (err == GN_ERR_AGAIN)
        return err;
    writer->line_count++;
    if (err != GN_OK)
        push_writer_refuse(writer, writer->line->number, err);
    return GN_OK;
}

gn_err gn_push_writer_run(struct gn_push_writer *writer, bool is_last)
{
    gn_err err = push_writer_flush(writer);
    writer->reader.end = writer->text + writer->filled;
    writer->reader.is_last = is_last;
    while (err == GN_OK) {
        push_writer_forget_diag(writer);
        const struct gn_line_reader before = writer->reader;
        const gn_err read = gn_line_next(&writer->reader, writer->line, &writer->diag);
        if (read == GN_ERR_AGAIN || read == GN_ERR_CLOSED)
            return push_writer_flush(writer);
        if (read == GN_OK) {
            err = push_writer_take(writer);
            if (err != GN_OK)
                writer->reader = before;
        } else {
            writer->line_count++;
            push_writer_refuse(writer, (uint32_t)writer->diag.line, read);
        }
    }
    return err;
}

char *gn_push_writer_room(struct gn_push_writer *writer, size_t *out_room)
{
    const size_t left = (size_t)(writer->text + writer->filled - writer->reader.at);
    if (left > 0 && writer->reader.at > writer->text)
        memmove(writer->text, writer->reader.at, left);
    writer->reader.at = writer->text;
    writer->filled = left;
    *out_room = GN_PUSH_LINE_BYTES_MAX - left;
    return writer->text + left;
}

void gn_push_writer_add(struct gn_push_writer *writer, size_t size)
{
    writer->filled += size;
}
