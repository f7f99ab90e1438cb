/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/setup_page.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/limits.h"

/* clang-format off */
static const char setup_style[] =
    ":root{color-scheme:light dark;--ground:#f4f5f3;--card:#fff;--ink:#1d2320;--soft:#5c6660;--line:#d5dad6;"
    "--accent:#0b6e5a;--on:#fff;--bad:#a3271f}"
    "@media (prefers-color-scheme:dark){:root{--ground:#141816;--card:#1d2220;--ink:#e8ece9;--soft:#9aa59f;"
    "--line:#38413c;--accent:#4fc3a8;--on:#0d1512;--bad:#ff8a80}}"
    "*{box-sizing:border-box}"
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--ink);"
    "font:16px/1.5 system-ui,sans-serif;padding:24px}"
    "main{width:100%;max-width:420px;background:var(--card);border:1px solid var(--line);border-radius:12px;"
    "padding:32px}"
    "h1{font-size:22px;margin:0 0 8px}p{margin:0 0 20px;color:var(--soft)}"
    "label{display:block;font-weight:600;margin:16px 0 4px}"
    "input{width:100%;font:inherit;padding:10px 12px;border:1px solid var(--line);border-radius:8px;"
    "background:var(--ground);color:var(--ink)}"
    "input:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:1px}"
    "#code{font-family:ui-monospace,monospace;letter-spacing:.06em}"
    "small{color:var(--soft);display:block;margin-top:4px}"
    "button{margin-top:24px;width:100%;font:inherit;font-weight:600;padding:12px;border:0;border-radius:8px;"
    "background:var(--accent);color:var(--on);cursor:pointer}"
    ".bad{color:var(--bad);border-left:4px solid var(--bad);padding:4px 0 4px 12px;margin:0 0 8px}"
    "a{color:var(--accent)}";
/* clang-format on */

static char setup_style_source[80];
static pthread_once_t setup_style_once = PTHREAD_ONCE_INIT;

static void setup_style_hash(void)
{
    const struct gn_sha256 hash = gn_sha256_of((gn_bytes){ (const uint8_t *)setup_style, sizeof setup_style - 1 });
    char text[64];
    (void)sodium_bin2base64(text, sizeof text, hash.bytes, sizeof hash.bytes, sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(setup_style_source, sizeof setup_style_source, "sha256-%s", text);
}

const char *gn_setup_page_style(void)
{
    (void)pthread_once(&setup_style_once, setup_style_hash);
    return setup_style_source;
}

/* Text in HTML: in an element or a quoted attribute. */
static void setup_escape(struct gn_buf *out, gn_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.at[i];
        if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
            gn_buf_addf(out, "&#%d;", c);
        else if ((unsigned char)c >= 0x20)
            gn_buf_add_u8(out, (uint8_t)c);
    }
}

static struct gn_buf *setup_begin(struct gn_response *response, int status, const char *head)
{
    struct gn_buf *out = gn_response_text(response, status, "text/html; charset=utf-8");
    response->policy = GN_POLICY_SETUP;
    gn_buf_add_text(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    gn_buf_add_text(out, head);
    gn_buf_add_text(out, "<title>Set up Ganglion</title><style>");
    gn_buf_add_text(out, setup_style);
    gn_buf_add_text(out, "</style></head><body><main><h1>Set up this node</h1>\n");
    return out;
}

void gn_setup_page(struct gn_response *response, int status, gn_str message, gn_str user)
{
    struct gn_buf *out = setup_begin(response, status, "");
    gn_buf_add_text(out, "<p>The node printed a code when it started. With it you make the first account; that "
                         "account may do everything.</p>\n");
    if (message.size > 0) {
        gn_buf_add_text(out, "<p class=\"bad\" role=\"alert\">");
        setup_escape(out, message);
        gn_buf_add_text(out, "</p>\n");
    }
    gn_buf_add_text(out, "<form method=\"post\" action=\"/setup\">\n"
                         "<label for=\"code\">Setup code</label><input id=\"code\" name=\"code\" required "
                         "inputmode=\"numeric\" autocomplete=\"one-time-code\" placeholder=\"0000-0000-0000\">\n"
                         "<label for=\"user\">Your name</label><input id=\"user\" name=\"user\" required "
                         "maxlength=\"64\" pattern=\"[A-Za-z0-9_.@\\-]+\" autocomplete=\"username\" value=\"");
    setup_escape(out, user);
    gn_buf_addf(out,
                "\"><small>Letters, digits and _ . - @</small>\n"
                "<label for=\"password\">Password</label><input id=\"password\" name=\"password\" "
                "type=\"password\" required minlength=\"%d\" maxlength=\"%d\" autocomplete=\"new-password\">"
                "<small>At least %d characters; a few unrelated words do well.</small>\n"
                "<button>Make the account</button></form></main></body></html>\n",
                GN_PASSWORD_BYTES_MIN, GN_PASSWORD_BYTES_MAX, GN_PASSWORD_BYTES_MIN);
}

void gn_setup_page_first(struct gn_response *response)
{
    struct gn_buf *out = setup_begin(response, 403, "<meta http-equiv=\"refresh\" content=\"0; url=/setup\">");
    gn_buf_add_text(out, "<p>It has no account yet. <a href=\"/setup\">Make the first one.</a></p>"
                         "</main></body></html>\n");
}
