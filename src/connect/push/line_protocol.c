/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/push/line_protocol.h"

#include <endian.h>
#include <limits.h>

#include "base/number.h"

#define LINE_ONES  UINT64_C(0x0101010101010101)
#define LINE_HIGHS UINT64_C(0x8080808080808080)

/* A bit in each byte of `word` that is `c`; above the lowest it may err, and only the lowest is looked at. */
static inline uint64_t line_where(uint64_t word, char c)
{
    const uint64_t x = word ^ (LINE_ONES * (uint8_t)c);
    return (x - LINE_ONES) & ~x & LINE_HIGHS;
}

/* The first blank, backslash or line feed. One is there: the line feed at the end. */
static inline char *line_series_stop(char *at)
{
    for (;; at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        word = le64toh(word);
        const uint64_t found = line_where(word, ' ') | line_where(word, '\\') | line_where(word, '\n');
        if (found != 0)
            return at + (size_t)__builtin_ctzll(found) / CHAR_BIT;
    }
}

/* What a line is while it is read. */
struct line_scan {
    char *at;
    char *begin;
    char *end; /* of the buffer: a line feed stands there that is not of the body */
    const char *why;
};

static bool line_bad(struct line_scan *scan, const char *why)
{
    scan->why = why;
    return false;
}

/* A backslash and what it takes along; a line feed it does not. */
static inline void line_skip_escape(struct line_scan *scan)
{
    scan->at += scan->at[1] == '\n' ? 1 : 2;
}

static bool line_series(struct line_scan *scan, struct gn_line *line)
{
    for (;;) {
        scan->at = line_series_stop(scan->at);
        if (*scan->at != '\\')
            break;
        line_skip_escape(scan);
    }
    line->series = (gn_str){ scan->begin, (size_t)(scan->at - scan->begin) };
    if (*scan->at == '\n')
        return line_bad(scan, "there are no fields: a line is SERIES FIELD=VALUE TIME");
    if (line->series.size == 0 || *scan->begin == ',') {
        scan->at = scan->begin;
        return line_bad(scan, "the measurement is missing");
    }
    while (*scan->at == ' ')
        scan->at++;
    return true;
}

static bool line_field_key(struct line_scan *scan, struct gn_line_field *field)
{
    const char *first = scan->at;
    for (;; scan->at++) {
        const char c = *scan->at;
        if (c == '=')
            break;
        if (c == '\n' || c == ' ' || c == ',')
            return line_bad(scan, "a field is KEY=VALUE");
        if (c == '\\' && scan->at[1] != '\n')
            scan->at++;
    }
    field->key = (gn_str){ first, (size_t)(scan->at - first) };
    if (field->key.size == 0)
        return line_bad(scan, "a field has no key");
    scan->at++;
    return true;
}

static bool line_text(struct line_scan *scan, struct gn_line_field *field)
{
    const char *first = ++scan->at;
    for (; *scan->at != '"'; scan->at++) {
        if (*scan->at == '\\' && (scan->at[1] == '"' || scan->at[1] == '\\'))
            scan->at++;
        if (scan->at >= scan->end)
            return line_bad(scan, "a text has no closing quote");
    }
    field->kind = GN_LINE_TEXT;
    field->text = (gn_str){ first, (size_t)(scan->at - first) };
    scan->at++;
    return true;
}

static bool line_is_end(char c)
{
    return c == ',' || c == ' ' || c == '\n' || c == '\r';
}

static bool line_bool(struct line_scan *scan, struct gn_line_field *field)
{
    static const char *const words[] = { "t", "T", "true", "True", "TRUE", "f", "F", "false", "False", "FALSE" };
    const char *first = scan->at;
    while (!line_is_end(*scan->at))
        scan->at++;
    const gn_str text = { first, (size_t)(scan->at - first) };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (gn_str_equal(text, gn_str_of(words[i]))) {
            field->kind = GN_LINE_BOOL;
            field->value = i < 5;
            return true;
        }
    scan->at = scan->begin + (first - scan->begin);
    return line_bad(scan, "a value is a number, 1i, 1u, true, false or \"text\"");
}

/* Digits with an 'i' or 'u' behind them. */
static bool line_whole(struct line_scan *scan, gn_str digits)
{
    int64_t i;
    uint64_t u;
    const char suffix = digits.at[digits.size];
    const gn_err err = suffix == 'i' ? gn_parse_i64(digits, &i) : gn_parse_u64(digits, &u);
    if (err != GN_OK)
        return line_bad(scan, "a whole number does not fit into 64 bits");
    scan->at++;
    return true;
}

static bool line_number(struct line_scan *scan, struct gn_line_field *field)
{
    size_t size = 0;
    const gn_str rest = { scan->at, (size_t)(scan->end - scan->at) };
    field->kind = GN_LINE_NUMBER;
    if (gn_number_scan(rest, GN_NUMBER_DECIMAL, &field->value, &size) != GN_OK)
        return line_bad(scan, "a value is a number, 1i, 1u, true, false or \"text\"");
    scan->at += size;
    if (*scan->at == 'i' || *scan->at == 'u')
        return line_whole(scan, (gn_str){ rest.at, size });
    return true;
}

static bool line_value(struct line_scan *scan, struct gn_line_field *field)
{
    const char c = *scan->at;
    bool fine;
    if (c == '"')
        fine = line_text(scan, field);
    else if ((c >= '0' && c <= '9') || c == '-' || c == '+')
        fine = line_number(scan, field);
    else
        fine = line_bool(scan, field);
    if (fine && !line_is_end(*scan->at))
        return line_bad(scan, "a value goes on where it should end");
    return fine;
}

static bool line_fields(struct line_scan *scan, struct gn_line *line)
{
    size_t count = 0;
    for (;; scan->at++) {
        if (count == GN_READINGS_PER_PACKET_MAX)
            return line_bad(scan, "there are more fields than READINGS_PER_PACKET_MAX");
        struct gn_line_field *field = &line->fields[count++];
        if (!line_field_key(scan, field) || !line_value(scan, field))
            return false;
        if (*scan->at != ',')
            break;
    }
    line->field_count = count;
    return true;
}

static bool line_time(struct line_scan *scan, struct gn_line *line)
{
    while (*scan->at == ' ')
        scan->at++;
    const char *first = scan->at;
    const bool negative = *scan->at == '-';
    uint64_t sum = 0;
    scan->at += negative;
    const char *digits = scan->at;
    for (unsigned digit; (digit = (unsigned char)*scan->at - (unsigned)'0') <= 9; scan->at++)
        sum = sum * 10 + digit;
    line->has_time = scan->at > first;
    if (!line->has_time)
        return true;
    if (scan->at == digits || scan->at - digits > 19 || sum > INT64_MAX)
        return line_bad(scan, "the time does not fit into 64 bits");
    line->time = negative ? -(int64_t)sum : (int64_t)sum;
    return true;
}

static bool line_end(struct line_scan *scan)
{
    while (*scan->at == ' ' || *scan->at == '\r')
        scan->at++;
    return *scan->at == '\n' || line_bad(scan, "the time is whole digits, and the last thing in a line");
}

/* Passes over what is no line: blanks, blank lines, comments. False: nothing is left but what may go on. */
static bool line_begin(struct gn_line_reader *reader)
{
    for (;;) {
        char *at = reader->at;
        while (*at == ' ' || *at == '\r')
            at++;
        if (at >= reader->end)
            return false;
        if (*at == '\n') {
            reader->number++;
            reader->at = at + 1;
        } else if (*at == '#') {
            char *line_feed = memchr(at, '\n', (size_t)(reader->end - at) + 1);
            if (line_feed == reader->end)
                return false;
            reader->number++;
            reader->at = line_feed + 1;
        } else {
            reader->at = at;
            return true;
        }
    }
}

/* Line feeds within texts count as lines, so that a number is that of an editor. */
static uint32_t line_count_feeds(const struct gn_line *line)
{
    uint32_t count = 0;
    for (size_t i = 0; i < line->field_count; i++)
        for (size_t k = 0; line->fields[i].kind == GN_LINE_TEXT && k < line->fields[i].text.size; k++)
            count += line->fields[i].text.at[k] == '\n';
    return count;
}

static gn_err line_fail(struct gn_line_reader *reader, struct line_scan *scan, struct gn_diag *diag)
{
    char *bad = scan->at < scan->end ? scan->at : scan->end;
    char *line_feed = memchr(bad, '\n', (size_t)(scan->end - bad) + 1);
    if (line_feed == scan->end && !reader->is_last)
        return GN_ERR_AGAIN;
    reader->number++;
    reader->at = line_feed == scan->end ? scan->end : line_feed + 1;
    gn_diag_set(diag, reader->number, (size_t)(bad - scan->begin) + 1, "%s", scan->why);
    return GN_ERR_INVAL;
}

gn_err gn_line_next(struct gn_line_reader *reader, struct gn_line *out, struct gn_diag *diag)
{
    *reader->end = '\n';
    if (!line_begin(reader)) {
        const bool over = reader->is_last || reader->at == reader->end;
        if (over)
            reader->at = reader->end;
        return over ? GN_ERR_CLOSED : GN_ERR_AGAIN;
    }
    struct line_scan scan = { .at = reader->at, .begin = reader->at, .end = reader->end };
    out->field_count = 0;
    if (!line_series(&scan, out) || !line_fields(&scan, out) || !line_time(&scan, out) || !line_end(&scan))
        return line_fail(reader, &scan, diag);
    if (scan.at == scan.end && !reader->is_last)
        return GN_ERR_AGAIN;
    out->number = ++reader->number;
    reader->number += line_count_feeds(out);
    reader->at = scan.at == scan.end ? scan.end : scan.at + 1;
    return GN_OK;
}

void gn_line_unescape(gn_str text, const char *escapable, char *to, size_t *out_size)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] == '\\' && i + 1 < text.size && text.at[i + 1] != '\0' && strchr(escapable, text.at[i + 1]))
            i++;
        to[size++] = text.at[i];
    }
    *out_size = size;
}

bool gn_line_series_part(gn_str *series, gn_str *out_part)
{
    size_t size = 0;
    if (series->size == 0)
        return false;
    while (size < series->size && series->at[size] != ',')
        size += series->at[size] == '\\' && size + 1 < series->size ? 2 : 1;
    *out_part = (gn_str){ series->at, size };
    const size_t step = size < series->size ? size + 1 : size;
    *series = (gn_str){ series->at + step, series->size - step };
    return true;
}
