/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/request.h"

#include <strings.h>

static const char *const request_methods[] = { "GET", "HEAD", "POST", "PUT", "DELETE" };

bool gn_request_query(const struct gn_request *request, const char *name, gn_str *out)
{
    for (size_t i = 0; i < request->query_count; i++)
        if (gn_str_equal(request->query[i].name, gn_str_of(name))) {
            *out = request->query[i].value;
            return true;
        }
    return false;
}

gn_str gn_request_cookie(gn_str header, const char *name)
{
    while (header.size > 0) {
        gn_str value;
        const gn_str pair = gn_str_trim(gn_str_split(header, ';', &header));
        const gn_str key = gn_str_split(pair, '=', &value);
        if (gn_str_equal(key, gn_str_of(name)))
            return value;
    }
    return (gn_str){ 0 };
}

gn_method gn_method_named(gn_str name)
{
    for (int i = 0; i < GN_METHOD_OTHER; i++)
        if (gn_str_equal(name, gn_str_of(request_methods[i])))
            return (gn_method)i;
    return GN_METHOD_OTHER;
}

const char *gn_method_name(gn_method method)
{
    return method < GN_METHOD_OTHER ? request_methods[method] : "other";
}

static bool request_same_word(gn_str text, const char *word)
{
    return text.size == strlen(word) && strncasecmp(text.at, word, text.size) == 0;
}

gn_body_type gn_body_type_named(gn_str content_type)
{
    gn_str rest;
    const gn_str type = gn_str_trim(gn_str_split(content_type, ';', &rest));
    if (type.size == 0)
        return GN_BODY_NONE;
    if (request_same_word(type, "application/json"))
        return GN_BODY_JSON;
    return request_same_word(type, "application/x-www-form-urlencoded") ? GN_BODY_FORM : GN_BODY_OTHER;
}

bool gn_request_accepts(gn_str list, const char *item)
{
    while (list.size > 0) {
        gn_str weight;
        const gn_str one = gn_str_split(list, ',', &list);
        if (!request_same_word(gn_str_trim(gn_str_split(one, ';', &weight)), item))
            continue;
        weight = gn_str_trim(weight);
        double q = 1;
        if (gn_str_starts(weight, GN_STR("q=")) &&
            gn_parse_f64((gn_str){ weight.at + 2, weight.size - 2 }, &q) != GN_OK)
            return false;
        return q > 0;
    }
    return false;
}
