/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/discover/ha_template.h"

struct template_reader {
    const char *at;
    const char *end;
};

static void template_blanks(struct template_reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

static bool template_take(struct template_reader *r, const char *word)
{
    const size_t size = strlen(word);
    if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0)
        return false;
    r->at += size;
    return true;
}

static bool template_is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static gn_str template_name(struct template_reader *r)
{
    const char *begin = r->at;
    while (r->at < r->end && template_is_name(*r->at))
        r->at++;
    return (gn_str){ begin, (size_t)(r->at - begin) };
}

static void template_segment(struct gn_buf *out, size_t begin, gn_str part)
{
    if (out->size > begin)
        gn_buf_add_u8(out, '.');
    gn_buf_add_str(out, part);
}

/* ['name'], ["name"] or [0], behind the '['. */
static bool template_subscript(struct template_reader *r, gn_str *out)
{
    if (r->at == r->end)
        return false;
    const char quote = *r->at;
    if (quote != '\'' && quote != '"') {
        *out = template_name(r);
        for (size_t i = 0; i < out->size; i++)
            if (out->at[i] < '0' || out->at[i] > '9')
                return false;
        return out->size > 0 && template_take(r, "]");
    }
    const char *begin = ++r->at;
    while (r->at < r->end && *r->at != quote && *r->at != '\\')
        r->at++;
    *out = (gn_str){ begin, (size_t)(r->at - begin) };
    return r->at < r->end && *r->at++ == quote && out->size > 0 && template_take(r, "]");
}

static bool template_members(struct template_reader *r, struct gn_buf *out)
{
    const size_t begin = out->size;
    for (;;) {
        gn_str part;
        if (template_take(r, "[")) {
            if (!template_subscript(r, &part))
                return false;
        } else if (template_take(r, ".")) {
            part = template_name(r);
            if (part.size == 0)
                return false;
        } else {
            return out->size > begin;
        }
        template_segment(out, begin, part);
    }
}

/* A filter that leaves a number the number it is. Its argument is a number, a word in quotes, or nothing. */
static bool template_filter(struct template_reader *r)
{
    static const char *const harmless[] = { "float", "round", "int", "is_defined", "default", "string", "trim" };
    const gn_str name = template_name(r);
    bool known = false;
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        known = known || gn_str_equal(name, gn_str_of(harmless[i]));
    if (!known)
        return false;
    if (!template_take(r, "("))
        return true;
    while (r->at < r->end && *r->at != ')') {
        const char c = *r->at++;
        if (!template_is_name(c) && c != '.' && c != '-' && c != '\'' && c != '"' && c != ' ')
            return false;
    }
    return template_take(r, ")");
}

gn_err gn_ha_template_path(gn_str text, struct gn_buf *out)
{
    const gn_str inside = gn_str_trim(text);
    struct template_reader r = { inside.at, inside.at + inside.size };
    const size_t begin = out->size;
    bool fine = inside.size > 0 && template_take(&r, "{{");
    (void)template_take(&r, "-"); /* {{- -}} only trims */
    template_blanks(&r);
    if (fine && template_take(&r, "value_json"))
        fine = template_members(&r, out);
    else
        fine = fine && template_take(&r, "value");
    template_blanks(&r);
    while (fine && template_take(&r, "|")) {
        template_blanks(&r);
        fine = template_filter(&r);
        template_blanks(&r);
    }
    if (fine)
        (void)template_take(&r, "-");
    if (fine && template_take(&r, "}}") && r.at == r.end && !out->full)
        return GN_OK;
    out->size = begin;
    return GN_ERR_NOT_FOUND;
}
