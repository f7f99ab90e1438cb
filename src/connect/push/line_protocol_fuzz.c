/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte says where the rest is cut in two: lines come out the same from the parts as from the whole, and all
 * slices lie inside. */
#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "connect/push/line_protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_sum {
    uint32_t lines, bad, hash;
};

static void fuzz_inside(const struct gn_line_reader *reader, const char *first, gn_str part)
{
    assert(part.size == 0 || (part.at >= first && part.at + part.size <= reader->end));
}

static uint32_t fuzz_line(const struct gn_line_reader *reader, const char *first, const struct gn_line *line)
{
    uint32_t hash = gn_crc32(0, (gn_bytes){ (const uint8_t *)line->series.at, line->series.size });
    assert(line->series.size > 0 && line->field_count > 0 && line->field_count <= GN_READINGS_PER_PACKET_MAX);
    fuzz_inside(reader, first, line->series);
    for (size_t i = 0; i < line->field_count; i++) {
        const struct gn_line_field *field = &line->fields[i];
        fuzz_inside(reader, first, field->key);
        assert(field->key.size > 0);
        if (field->kind == GN_LINE_TEXT) {
            char *copy = malloc(field->text.size + 1);
            size_t copied;
            fuzz_inside(reader, first, field->text);
            gn_line_unescape(field->text, GN_LINE_ESCAPED_TEXT, copy, &copied);
            assert(copied <= field->text.size);
            free(copy);
        } else {
            hash = gn_crc32(hash, (gn_bytes){ (const uint8_t *)&field->value, sizeof field->value });
        }
    }
    gn_str rest = line->series, part;
    while (gn_line_series_part(&rest, &part))
        fuzz_inside(reader, first, part);
    return gn_crc32(hash, (gn_bytes){ (const uint8_t *)&line->time, line->has_time ? sizeof line->time : 0 });
}

/* Reads what it can of `bytes` (which is ours, with the pad); returns how many it took. */
static size_t fuzz_read(char *bytes, size_t size, bool is_last, struct fuzz_sum *sum, uint32_t *number)
{
    static struct gn_line line;
    struct gn_line_reader reader = { .at = bytes, .end = bytes + size, .is_last = is_last, .number = *number };
    for (;;) {
        struct gn_diag diag = { 0 };
        const char *before = reader.at;
        const gn_err err = gn_line_next(&reader, &line, &diag);
        assert(reader.at >= before && reader.at <= reader.end);
        if (err == GN_ERR_AGAIN || err == GN_ERR_CLOSED) {
            assert(err == GN_ERR_CLOSED ? reader.at == reader.end : !is_last);
            *number = reader.number;
            return (size_t)(reader.at - bytes);
        }
        assert(reader.at > before);
        if (err == GN_OK) {
            sum->lines++;
            sum->hash = sum->hash * 31 + fuzz_line(&reader, bytes, &line);
        } else {
            assert(err == GN_ERR_INVAL && diag.text[0] != '\0' && diag.line == reader.number);
            sum->bad++;
        }
    }
}

static char *fuzz_copy(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + GN_LINE_PAD);
    memcpy(copy, data, size);
    memset(copy + size, 0xa5, GN_LINE_PAD);
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_sum whole = { 0 }, parts = { 0 };
    uint32_t whole_number = 0, parts_number = 0;
    if (size == 0)
        return 0;
    const size_t cut = (size - 1) * data[0] / 255;
    data++;
    size--;
    char *copy = fuzz_copy(data, size);
    (void)fuzz_read(copy, size, true, &whole, &whole_number);
    free(copy);
    copy = fuzz_copy(data, cut);
    const size_t taken = fuzz_read(copy, cut, false, &parts, &parts_number);
    free(copy);
    copy = fuzz_copy(data + taken, size - taken);
    (void)fuzz_read(copy, size - taken, true, &parts, &parts_number);
    free(copy);
    assert(whole.lines == parts.lines && whole.bad == parts.bad && whole.hash == parts.hash &&
           whole_number == parts_number);
    return 0;
}
