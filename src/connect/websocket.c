/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/websocket.h"

#include <strings.h>

enum {
    WS_CONTINUATION = 0,
    WS_TEXT = 1,
    WS_BINARY = 2,
    WS_CLOSE = 8,
    WS_PING = 9,
    WS_PONG = 10,
    WS_KEY_BYTES = 24,   /* base64 of 16 bytes */
    WS_HEADERS_MAX = 64, /* lines of a head */
};

/* --- the upgrade --- */

bool gn_ws_head_whole(gn_str bytes, size_t *out_size)
{
    const char *end = bytes.size > 0 ? memmem(bytes.at, bytes.size, "\r\n\r\n", 4) : NULL;
    if (end == NULL)
        return false;
    *out_size = (size_t)(end - bytes.at) + 4;
    return true;
}

static bool ws_same(gn_str a, const char *b)
{
    return a.size == strlen(b) && strncasecmp(a.at, b, a.size) == 0;
}

/* Whether a list "a, b" has the item. */
static bool ws_lists(gn_str list, const char *item, bool any_case)
{
    while (list.size > 0) {
        gn_str rest;
        const gn_str part = gn_str_trim(gn_str_split(list, ',', &rest));
        if (any_case ? ws_same(part, item) : gn_str_equal(part, gn_str_of(item)))
            return true;
        list = rest;
    }
    return false;
}

struct ws_request {
    gn_str host, origin, key, version;
    bool upgrade, connection, mqtt;
    unsigned hosts, keys;
};

static void ws_take_header(struct ws_request *request, gn_str name, gn_str value)
{
    if (ws_same(name, "host")) {
        request->host = value;
        request->hosts++;
    } else if (ws_same(name, "origin")) {
        request->origin = value;
    } else if (ws_same(name, "upgrade")) {
        request->upgrade = request->upgrade || ws_lists(value, "websocket", true);
    } else if (ws_same(name, "connection")) {
        request->connection = request->connection || ws_lists(value, "upgrade", true);
    } else if (ws_same(name, "sec-websocket-key")) {
        request->key = value;
        request->keys++;
    } else if (ws_same(name, "sec-websocket-version")) {
        request->version = value;
    } else if (ws_same(name, "sec-websocket-protocol")) {
        request->mqtt = request->mqtt || ws_lists(value, "mqtt", false);
    }
}

/* False: no lines of a head. */
static bool ws_take_lines(struct ws_request *request, gn_str lines)
{
    for (unsigned count = 0; lines.size > 0; count++) {
        gn_str rest;
        gn_str value;
        gn_str line = gn_str_split(lines, '\n', &rest);
        if (line.size == 0 || line.at[line.size - 1] != '\r' || count == WS_HEADERS_MAX)
            return false;
        line.size--;
        if (line.size == 0)
            return rest.size == 0;
        const gn_str name = gn_str_split(line, ':', &value);
        const bool odd = name.size == 0 || name.size == line.size || memchr(name.at, ' ', name.size) != NULL ||
                         memchr(name.at, '\t', name.size) != NULL || memchr(line.at, '\0', line.size) != NULL;
        if (odd)
            return false;
        ws_take_header(request, name, gn_str_trim(value));
        lines = rest;
    }
    return false;
}

/* "HOST:PORT" or "[::1]:PORT" without its port. */
static gn_str ws_host_name(gn_str host)
{
    gn_str rest;
    if (host.size > 0 && host.at[0] == '[') {
        const gn_str name = gn_str_split(host, ']', &rest);
        return (gn_str){ name.at, name.size < host.size ? name.size + 1 : name.size };
    }
    return gn_str_split(host, ':', &rest);
}

/* A page may be served by another port of the same host: that is our own portal. */
static bool ws_origin_fits(gn_str origin, gn_str host)
{
    static const char *const schemes[] = { "http://", "https://" };
    if (origin.size == 0)
        return true;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        const size_t size = strlen(schemes[i]);
        if (origin.size <= size || strncasecmp(origin.at, schemes[i], size) != 0)
            continue;
        const gn_str page = ws_host_name((gn_str){ origin.at + size, origin.size - size });
        const gn_str ours = ws_host_name(host);
        return page.size > 0 && page.size == ours.size && strncasecmp(page.at, ours.at, page.size) == 0;
    }
    return false;
}

static bool ws_key_valid(gn_str key)
{
    if (key.size != WS_KEY_BYTES || key.at[22] != '=' || key.at[23] != '=')
        return false;
    for (size_t i = 0; i < 22; i++) {
        const char c = key.at[i];
        const bool fits =
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
        if (!fits)
            return false;
    }
    return true;
}

static void ws_base64(const uint8_t *bytes, size_t size, struct gn_buf *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const uint32_t three = (uint32_t)bytes[i] << 16 | (i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0) |
                               (i + 2 < size ? bytes[i + 2] : 0);
        gn_buf_add_u8(out, (uint8_t)digits[three >> 18]);
        gn_buf_add_u8(out, (uint8_t)digits[three >> 12 & 63]);
        gn_buf_add_u8(out, i + 1 < size ? (uint8_t)digits[three >> 6 & 63] : '=');
        gn_buf_add_u8(out, i + 2 < size ? (uint8_t)digits[three & 63] : '=');
    }
}

static bool ws_refuse(const char *status, const char *header, const char *words, struct gn_buf *out)
{
    gn_buf_addf(out, "HTTP/1.1 %s\r\n%scontent-type: text/plain\r\ncontent-length: %zu\r\nconnection: close\r\n\r\n%s",
                status, header, strlen(words), words);
    return false;
}

static bool ws_accept(gn_str key, struct gn_buf *out)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    uint8_t both[WS_KEY_BYTES + sizeof guid - 1];
    uint8_t hash[GN_WS_SHA1_BYTES];
    memcpy(both, key.at, WS_KEY_BYTES);
    memcpy(both + WS_KEY_BYTES, guid, sizeof guid - 1);
    gn_ws_sha1((gn_bytes){ both, sizeof both }, hash);
    gn_buf_add_text(out, "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                         "sec-websocket-protocol: mqtt\r\nsec-websocket-accept: ");
    ws_base64(hash, sizeof hash, out);
    gn_buf_add_text(out, "\r\n\r\n");
    return true;
}

bool gn_ws_upgrade(gn_str head, struct gn_buf *out)
{
    struct ws_request request = { 0 };
    gn_str lines;
    gn_str after;
    gn_str version;
    gn_str first = gn_str_split(head, '\n', &lines);
    if (first.size > 0 && first.at[first.size - 1] == '\r')
        first.size--;
    const gn_str method = gn_str_split(first, ' ', &after);
    const gn_str path = gn_str_split(after, ' ', &version);
    if (!ws_take_lines(&request, lines) || !gn_str_equal(version, GN_STR("HTTP/1.1")) || request.hosts != 1)
        return ws_refuse("400 Bad Request", "", "this is no request of HTTP/1.1\n", out);
    if (!gn_str_equal(method, GN_STR("GET")))
        return ws_refuse("405 Method Not Allowed", "allow: GET\r\n", "GET only\n", out);
    if (!gn_str_equal(path, GN_STR("/mqtt")))
        return ws_refuse("404 Not Found", "", "MQTT over WebSocket is at /mqtt\n", out);
    if (!request.upgrade || !request.connection || !gn_str_equal(request.version, GN_STR("13")))
        return ws_refuse("426 Upgrade Required", "upgrade: websocket\r\nsec-websocket-version: 13\r\n",
                         "this path speaks WebSocket, version 13\n", out);
    if (request.keys != 1 || !ws_key_valid(request.key))
        return ws_refuse("400 Bad Request", "", "sec-websocket-key is not 16 bytes in base64\n", out);
    if (!ws_origin_fits(request.origin, request.host))
        return ws_refuse("403 Forbidden", "", "a page of another host may not connect here\n", out);
    if (!request.mqtt)
        return ws_refuse("400 Bad Request", "", "the subprotocol must be mqtt\n", out);
    return ws_accept(request.key, out);
}

/* --- frames --- */

size_t gn_ws_header(size_t size, uint8_t out[static GN_WS_HEADER_BYTES_MAX])
{
    out[0] = 0x80 | WS_BINARY;
    if (size <= GN_WS_CONTROL_BYTES_MAX) {
        out[1] = (uint8_t)size;
        return 2;
    }
    out[1] = 126;
    out[2] = (uint8_t)(size >> 8);
    out[3] = (uint8_t)size;
    return 4;
}

static void ws_put_control(uint8_t opcode, const void *bytes, size_t size, struct gn_buf *out)
{
    gn_buf_add_u8(out, (uint8_t)(0x80 | opcode));
    gn_buf_add_u8(out, (uint8_t)size);
    gn_buf_add(out, bytes, size);
}

void gn_ws_put_close(gn_ws_close code, struct gn_buf *out)
{
    const uint8_t bytes[] = { (uint8_t)((unsigned)code >> 8), (uint8_t)code };
    ws_put_control(WS_CLOSE, bytes, sizeof bytes, out);
}

/* How long the header is, by what is there of it; 2 until the second byte is. */
static uint8_t ws_header_size(const struct gn_ws *ws)
{
    if (ws->header_size < 2)
        return 2;
    const uint8_t length = ws->header[1] & 127;
    return (uint8_t)(6 + (length == 126 ? 2 : length == 127 ? 8 : 0));
}

/* What is wrong with the first two bytes; 0: nothing. */
static unsigned ws_judge_start(const struct gn_ws *ws)
{
    const uint8_t opcode = ws->header[0] & 15;
    const bool is_final = (ws->header[0] & 0x80) != 0;
    if ((ws->header[0] & 0x70) != 0 || (ws->header[1] & 0x80) == 0)
        return GN_WS_PROTOCOL; /* an extension nobody agreed on, or no mask */
    switch (opcode) {
    case WS_TEXT:
        return GN_WS_UNSUPPORTED;
    case WS_BINARY:
        return ws->in_message ? GN_WS_PROTOCOL : 0;
    case WS_CONTINUATION:
        return ws->in_message ? 0 : GN_WS_PROTOCOL;
    case WS_CLOSE:
    case WS_PING:
    case WS_PONG:
        return is_final && (ws->header[1] & 127) <= GN_WS_CONTROL_BYTES_MAX ? 0 : GN_WS_PROTOCOL;
    default:
        return GN_WS_PROTOCOL;
    }
}

/* Reads the whole header. What is wrong with it; 0: nothing. */
static unsigned ws_begin(struct gn_ws *ws)
{
    const uint8_t length = ws->header[1] & 127;
    uint64_t size = length;
    if (length >= 126) {
        size = 0;
        for (unsigned i = 0; i < (length == 126 ? 2u : 8u); i++)
            size = size << 8 | ws->header[2 + i];
        if (size < (length == 126 ? 126u : 65536u) || size > INT64_MAX)
            return GN_WS_PROTOCOL; /* not the shortest way to say it */
    }
    ws->opcode = ws->header[0] & 15;
    ws->is_final = (ws->header[0] & 0x80) != 0;
    ws->left = size;
    ws->mask_at = 0;
    ws->control_size = 0;
    ws->in_payload = true;
    if (ws->opcode < WS_CLOSE)
        ws->in_message = !ws->is_final;
    return 0;
}

static bool ws_close_valid(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) || (code >= 3000 && code <= 4999);
}

/* A control frame is whole: answers it. */
static gn_err ws_control(struct gn_ws *ws, struct gn_buf *out)
{
    const unsigned code =
        ws->control_size >= 2 ? (unsigned)ws->control[0] << 8 | ws->control[1] : (unsigned)GN_WS_NORMAL;
    switch (ws->opcode) {
    case WS_PING:
        ws_put_control(WS_PONG, ws->control, ws->control_size, out);
        return GN_OK;
    case WS_PONG:
        return GN_OK;
    default:
        ws->is_over = true;
        if (ws->control_size == 1 || !ws_close_valid(code)) {
            gn_ws_put_close(GN_WS_PROTOCOL, out);
            return GN_ERR_INVAL;
        }
        gn_ws_put_close((gn_ws_close)code, out);
        return GN_ERR_CLOSED;
    }
}

static gn_err ws_fail(struct gn_ws *ws, unsigned code, struct gn_buf *out)
{
    ws->is_over = true;
    gn_ws_put_close((gn_ws_close)code, out);
    return GN_ERR_INVAL;
}

/* One byte more of the header. */
static gn_err ws_take_header_byte(struct gn_ws *ws, uint8_t byte, struct gn_buf *out)
{
    unsigned wrong = 0;
    ws->header[ws->header_size++] = byte;
    if (ws->header_size == 2)
        wrong = ws_judge_start(ws);
    if (wrong == 0 && ws->header_size >= 2 && ws->header_size == ws_header_size(ws))
        wrong = ws_begin(ws);
    return wrong == 0 ? GN_OK : ws_fail(ws, wrong, out);
}

/* Unmasks a part of the payload to `to`, which may lie before it. */
static void ws_unmask(struct gn_ws *ws, uint8_t *to, const uint8_t *from, size_t size)
{
    const uint8_t *mask = ws->header + ws->header_size - 4;
    for (size_t i = 0; i < size; i++)
        to[i] = from[i] ^ mask[(ws->mask_at + i) & 3];
    ws->mask_at = (uint8_t)((ws->mask_at + size) & 3);
    ws->left -= size;
}

gn_err gn_ws_decode(struct gn_ws *ws, uint8_t *bytes, size_t size, size_t *out_size, struct gn_buf *out)
{
    size_t made = 0;
    gn_err err = ws->is_over ? GN_ERR_CLOSED : GN_OK;
    for (size_t at = 0; err == GN_OK && (at < size || (ws->in_payload && ws->left == 0));) {
        if (!ws->in_payload) {
            err = ws_take_header_byte(ws, bytes[at++], out);
            continue;
        }
        const size_t part = ws->left < size - at ? (size_t)ws->left : size - at;
        if (ws->opcode < WS_CLOSE) {
            ws_unmask(ws, bytes + made, bytes + at, part);
            made += part;
        } else {
            ws_unmask(ws, ws->control + ws->control_size, bytes + at, part);
            ws->control_size = (uint8_t)(ws->control_size + part);
        }
        at += part;
        if (ws->left == 0) {
            ws->in_payload = false;
            ws->header_size = 0;
            if (ws->opcode >= WS_CLOSE)
                err = ws_control(ws, out);
        }
    }
    *out_size = made;
    return err;
}

/* --- SHA-1 (FIPS 180-4) --- */

static uint32_t ws_turn(uint32_t word, unsigned by)
{
    return word << by | word >> (32 - by);
}

static void ws_sha1_block(uint32_t state[static 5], const uint8_t block[static 64])
{
    static const uint32_t constants[] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
    uint32_t w[80];
    for (size_t i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
               block[4 * i + 3];
    for (size_t i = 16; i < 80; i++)
        w[i] = ws_turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (size_t i = 0; i < 80; i++) {
        const uint32_t mix = i < 20 ? (b & c) | (~b & d) : i >= 40 && i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
        const uint32_t next = ws_turn(a, 5) + mix + e + constants[i / 20] + w[i];
        e = d;
        d = c;
        c = ws_turn(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void gn_ws_sha1(gn_bytes bytes, uint8_t out[static GN_WS_SHA1_BYTES])
{
    uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
    uint8_t tail[128] = { 0 };
    size_t at = 0;
    for (; bytes.size - at >= 64; at += 64)
        ws_sha1_block(state, bytes.at + at);
    const size_t rest = bytes.size - at;
    const size_t tail_size = rest < 56 ? 64 : 128;
    if (rest > 0)
        memcpy(tail, bytes.at + at, rest);
    tail[rest] = 0x80;
    for (unsigned i = 0; i < 8; i++)
        tail[tail_size - 1 - i] = (uint8_t)((uint64_t)bytes.size * 8 >> (8 * i));
    ws_sha1_block(state, tail);
    if (tail_size == 128)
        ws_sha1_block(state, tail + 64);
    for (size_t i = 0; i < GN_WS_SHA1_BYTES; i++)
        out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}
