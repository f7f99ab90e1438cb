/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agent/proc_text.h"

#include <assert.h>

bool gn_proc_line(gn_str *rest, gn_str *out)
{
    assert(rest != NULL && out != NULL);
    if (rest->size == 0)
        return false;
    *out = gn_str_split(*rest, '\n', rest);
    return true;
}

static bool proc_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool gn_proc_field(gn_str *line, gn_str *out)
{
    size_t begin = 0;
    while (begin < line->size && proc_is_blank(line->at[begin]))
        begin++;
    size_t end = begin;
    while (end < line->size && !proc_is_blank(line->at[end]))
        end++;
    if (begin == end)
        return false;
    *out = (gn_str){ line->at + begin, end - begin };
    *line = (gn_str){ line->at + end, line->size - end };
    return true;
}

bool gn_proc_u64(gn_str *line, uint64_t *out)
{
    gn_str field = { NULL, 0 };
    return gn_proc_field(line, &field) && gn_parse_u64(field, out) == GN_OK;
}

bool gn_proc_f64(gn_str *line, double *out)
{
    gn_str field = { NULL, 0 };
    return gn_proc_field(line, &field) && gn_parse_f64(field, out) == GN_OK;
}

bool gn_proc_u64s(gn_str *line, uint64_t *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!gn_proc_u64(line, &out[i]))
            return false;
    return true;
}

bool gn_proc_named(gn_str text, gn_str name, uint64_t *out)
{
    gn_str line = { NULL, 0 };
    while (gn_proc_line(&text, &line)) {
        gn_str field = { NULL, 0 };
        if (gn_proc_field(&line, &field) && gn_str_equal(field, name))
            return gn_proc_u64(&line, out);
    }
    return false;
}

bool gn_proc_skip(gn_str *line, size_t count)
{
    gn_str field = { NULL, 0 };
    for (size_t i = 0; i < count; i++)
        if (!gn_proc_field(line, &field))
            return false;
    return true;
}
