/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/exchange.h"

#include <sodium.h>

#include "base/limits.h"
#include "base/mem.h"

struct gn_exchange *gn_exchange_new(void)
{
    struct gn_exchange *exchange = gn_mem_take(sizeof *exchange, "portal: requests under way");
    if (exchange != NULL)
        gn_response_init(&exchange->response);
    return exchange;
}

void gn_exchange_free(struct gn_exchange *exchange)
{
    if (exchange == NULL)
        return;
    gn_response_fini(&exchange->response);
    if (exchange->body != NULL)
        sodium_memzero(exchange->body, exchange->body_expected);
    gn_mem_give(exchange->body);
    sodium_memzero(exchange->text, exchange->text_used); /* the session's cookie is in it */
    gn_mem_give(exchange);
}

bool gn_exchange_keep(struct gn_exchange *exchange, gn_str text, gn_str *out)
{
    if (text.size > sizeof exchange->text - exchange->text_used)
        return false;
    char *to = exchange->text + exchange->text_used;
    if (text.size > 0)
        memcpy(to, text.at, text.size);
    exchange->text_used += text.size;
    *out = (gn_str){ to, text.size };
    return true;
}

bool gn_exchange_keep_query(struct gn_exchange *exchange, gn_str item)
{
    struct gn_request *request = &exchange->request;
    gn_str kept;
    if (item.size == 0)
        return true;
    if (request->query_count == GN_QUERY_ITEMS_MAX || memchr(item.at, 0, item.size) != NULL || !gn_utf8_valid(item) ||
        !gn_exchange_keep(exchange, item, &kept))
        return false;
    struct gn_query_item *row = &request->query[request->query_count++];
    row->name = gn_str_split(kept, '=', &row->value);
    return true;
}

bool gn_exchange_keep_path(struct gn_exchange *exchange, gn_str path)
{
    if (path.size == 0 || path.size > GN_REQUEST_PATH_BYTES_MAX || path.at[0] != '/' || !gn_utf8_valid(path))
        return false;
    for (size_t i = 0; i < path.size; i++)
        if ((uint8_t)path.at[i] < 0x20 || path.at[i] == 0x7f || path.at[i] == '\\')
            return false;
    return gn_exchange_keep(exchange, path, &exchange->request.path);
}

bool gn_exchange_expect(struct gn_exchange *exchange, size_t size)
{
    exchange->body_expected = size;
    if (size == 0)
        return true;
    if (size > GN_HTTP_BODY_BYTES_MAX)
        return false;
    exchange->body = gn_mem_take(size, "portal: requests under way");
    return exchange->body != NULL;
}

void gn_exchange_body_add(struct gn_exchange *exchange, gn_bytes part)
{
    if (exchange->body == NULL)
        return;
    const size_t room = exchange->body_expected - exchange->body_size;
    const size_t size = part.size < room ? part.size : room;
    if (size > 0)
        memcpy(exchange->body + exchange->body_size, part.at, size);
    exchange->body_size += size;
    exchange->request.body = (gn_str){ exchange->body, exchange->body_size };
}

void gn_exchange_admit(struct gn_exchange *exchange, struct gn_api *api, gn_str bound)
{
    exchange->route = gn_admit(api, bound, &exchange->request, &exchange->response);
    if (exchange->route == NULL)
        gn_response_finish(&exchange->response);
}

bool gn_exchange_stops(struct gn_exchange *exchange, struct gn_api *api)
{
    if (exchange->route->stops == NULL || !exchange->route->stops(api, &exchange->request, &exchange->response))
        return false;
    gn_response_finish(&exchange->response);
    return true;
}

void gn_exchange_handle(struct gn_exchange *exchange, struct gn_api *api)
{
    exchange->route->handle(api, &exchange->request, &exchange->response);
    gn_response_finish(&exchange->response);
}
