/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/prom/prom_labels.h"

#include "base/percent.h"

/* --- names --- */

static bool prom_is_name_byte(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

/* What has been added to `bytes` since `from`. */
static gn_str prom_added(const struct gn_buf *bytes, size_t from)
{
    return bytes->full ? (gn_str){ 0 } : (gn_str){ (const char *)bytes->at + from, bytes->size - from };
}

static gn_str prom_put_name(struct gn_buf *bytes, gn_str from, bool is_label)
{
    const size_t begin = bytes->size;
    if (is_label && (gn_str_equal(from, GN_STR("thing")) || gn_str_equal(from, GN_STR("property")) ||
                     gn_str_starts(from, GN_STR("__"))))
        gn_buf_add_text(bytes, "tag_");
    else if (from.size > 0 && from.at[0] >= '0' && from.at[0] <= '9')
        gn_buf_add_u8(bytes, '_');
    for (size_t i = 0; i < from.size; i++)
        gn_buf_add_u8(bytes, prom_is_name_byte(from.at[i], false) ? (uint8_t)from.at[i] : '_');
    if (from.size == 0)
        gn_buf_add_u8(bytes, '_');
    return prom_added(bytes, begin);
}

static gn_str prom_put_plain(struct gn_buf *bytes, gn_str from)
{
    char plain[GN_PROPERTY_BYTES_MAX];
    size_t size = 0;
    const size_t begin = bytes->size;
    if (gn_percent_decode(from, false, plain, sizeof plain, &size) == GN_OK && gn_utf8_valid((gn_str){ plain, size }))
        gn_buf_add(bytes, plain, size);
    else
        gn_buf_add_str(bytes, from);
    return prom_added(bytes, begin);
}

static int prom_compare(gn_str a, gn_str b)
{
    const size_t size = a.size < b.size ? a.size : b.size;
    const int order = size > 0 ? memcmp(a.at, b.at, size) : 0;
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* In the order of names behind the metric's; one that is there already stays as it is. */
static void prom_insert(struct gn_prom_labels *labels, gn_str name, gn_str value)
{
    size_t at = labels->count;
    if (at == GN_PROM_LABELS_MAX || gn_prom_label(labels, name).size > 0)
        return;
    for (; at > 1 && prom_compare(labels->at[at - 1].name, name) > 0; at--)
        labels->at[at] = labels->at[at - 1];
    labels->at[at] = (struct gn_prom_label){ name, value };
    labels->count++;
}

void gn_prom_labels_of(gn_str thing, gn_str property, struct gn_buf *bytes, struct gn_prom_labels *out)
{
    gn_str tags;
    const gn_str base = gn_str_split(property, '{', &tags);
    const bool has_tags = tags.size > 0 && tags.at[tags.size - 1] == '}';
    out->count = 0;
    prom_insert(out, GN_STR("__name__"), prom_put_name(bytes, has_tags ? base : property, false));
    prom_insert(out, GN_STR("thing"), thing);
    prom_insert(out, GN_STR("property"), property);
    tags.size -= has_tags;
    while (has_tags && tags.size > 0) {
        gn_str value;
        const gn_str name = gn_str_split(gn_str_split(tags, ',', &tags), '=', &value);
        const gn_str label = prom_put_name(bytes, name, true);
        prom_insert(out, label, prom_put_plain(bytes, value));
    }
}

gn_str gn_prom_label(const struct gn_prom_labels *labels, gn_str name)
{
    for (size_t i = 0; i < labels->count; i++)
        if (gn_str_equal(labels->at[i].name, name))
            return labels->at[i].value;
    return (gn_str){ 0 };
}

/* --- patterns --- */

/* One atom of a pattern: a byte, any byte, or any number of bytes. */
struct prom_atom {
    size_t size; /* in the pattern */
    char byte;
    bool is_any;
    bool repeats; /* '*' or '+' behind '.' */
    bool at_least_one;
};

static bool prom_atom_read(gn_str rest, struct prom_atom *out)
{
    *out = (struct prom_atom){ .size = 1, .byte = rest.at[0] };
    if (rest.at[0] == '\\') {
        if (rest.size < 2 || prom_is_name_byte(rest.at[1], false))
            return false;
        out->size = 2;
        out->byte = rest.at[1];
    } else if (rest.at[0] == '.') {
        out->is_any = true;
        if (rest.size > 1 && (rest.at[1] == '*' || rest.at[1] == '+')) {
            out->size = 2;
            out->repeats = true;
            out->at_least_one = rest.at[1] == '+';
        }
    } else if (strchr("()[]{}*+?^$", rest.at[0]) != NULL) {
        return false;
    }
    return true;
}

/* The alternative in front, of a pattern that may stand in one pair of parentheses; a '|' behind a backslash is none.
 */
static gn_str prom_alternative(gn_str *rest)
{
    size_t size = 0;
    while (size < rest->size && rest->at[size] != '|')
        size += rest->at[size] == '\\' && size + 1 < rest->size ? 2 : 1;
    const gn_str out = { rest->at, size };
    const size_t step = size < rest->size ? size + 1 : size;
    *rest = (gn_str){ rest->at + step, rest->size - step };
    return out;
}

static gn_str prom_bare(gn_str pattern)
{
    if (pattern.size >= 2 && pattern.at[0] == '^')
        pattern = (gn_str){ pattern.at + 1, pattern.size - 1 };
    if (pattern.size >= 1 && pattern.at[pattern.size - 1] == '$')
        pattern.size--;
    if (pattern.size >= 2 && pattern.at[0] == '(' && pattern.at[pattern.size - 1] == ')')
        pattern = (gn_str){ pattern.at + 1, pattern.size - 2 };
    return pattern;
}

bool gn_prom_pattern_valid(gn_str pattern)
{
    struct prom_atom atom;
    for (gn_str rest = prom_bare(pattern); rest.size > 0; rest = (gn_str){ rest.at + atom.size, rest.size - atom.size })
        if (!prom_atom_read(rest, &atom))
            return false;
    return true;
}

/* As file names are matched: on a mismatch back to the last star, one byte further. */
static bool prom_one_matches(gn_str pattern, gn_str text)
{
    gn_str star = { 0 };
    size_t at = 0, star_at = 0;
    bool has_star = false;
    for (;;) {
        struct prom_atom atom = { 0 };
        const bool has_atom = pattern.size > 0 && prom_atom_read(pattern, &atom);
        const bool fits = has_atom && at < text.size && (atom.is_any || text.at[at] == atom.byte);
        if (has_atom && atom.repeats && (!atom.at_least_one || at < text.size)) {
            pattern = (gn_str){ pattern.at + atom.size, pattern.size - atom.size };
            at += atom.at_least_one;
            star = pattern;
            star_at = at;
            has_star = true;
        } else if (fits && !atom.repeats) {
            pattern = (gn_str){ pattern.at + atom.size, pattern.size - atom.size };
            at++;
        } else if (!has_atom && at == text.size) {
            return true;
        } else if (has_star && star_at < text.size) {
            pattern = star;
            at = ++star_at;
        } else {
            return false;
        }
    }
}

bool gn_prom_pattern_matches(gn_str pattern, gn_str text)
{
    gn_str rest = prom_bare(pattern);
    if (rest.size == 0)
        return text.size == 0;
    while (rest.size > 0) {
        const bool more = prom_one_matches(prom_alternative(&rest), text);
        if (more)
            return true;
    }
    return false;
}

bool gn_prom_matches(const struct gn_prom_matchers *matchers, const struct gn_prom_labels *labels)
{
    for (size_t i = 0; i < matchers->count; i++) {
        const struct gn_prom_matcher *matcher = &matchers->at[i];
        const gn_str value = gn_prom_label(labels, matcher->name);
        const bool is_pattern = matcher->match == GN_PROM_LIKE || matcher->match == GN_PROM_NOT_LIKE;
        const bool fits =
            is_pattern ? gn_prom_pattern_matches(matcher->value, value) : gn_str_equal(matcher->value, value);
        const bool wanted = matcher->match == GN_PROM_EQUAL || matcher->match == GN_PROM_LIKE;
        if (fits != wanted)
            return false;
    }
    return true;
}

/* --- as text --- */

static void prom_put_quoted(gn_str value, struct gn_buf *out)
{
    gn_buf_add_u8(out, '"');
    for (size_t i = 0; i < value.size; i++) {
        const char c = value.at[i];
        if (c == '"' || c == '\\')
            gn_buf_add_u8(out, '\\');
        if (c == '\n')
            gn_buf_add_text(out, "\\n");
        else
            gn_buf_add_u8(out, (uint8_t)c);
    }
    gn_buf_add_u8(out, '"');
}

void gn_prom_put_text(const struct gn_prom_labels *labels, struct gn_buf *out)
{
    gn_buf_add_str(out, gn_prom_label(labels, GN_STR("__name__")));
    bool any = false;
    for (size_t i = 0; i < labels->count; i++) {
        if (gn_str_equal(labels->at[i].name, GN_STR("__name__")))
            continue;
        gn_buf_add_u8(out, any ? ',' : '{');
        any = true;
        gn_buf_add_str(out, labels->at[i].name);
        gn_buf_add_u8(out, '=');
        prom_put_quoted(labels->at[i].value, out);
    }
    if (any)
        gn_buf_add_u8(out, '}');
}
