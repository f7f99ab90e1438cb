/* SPDX-License-Identifier: Apache-2.0 */
/* portal/setup_page.h -- the first page of a new node: a form that works without a script.
 *
 * Whoever holds the code that the node printed makes the first account, as admin. The page carries one inline
 * style, allowed by its hash; what a person typed comes back escaped. */
#ifndef GN_PORTAL_SETUP_PAGE_H
#define GN_PORTAL_SETUP_PAGE_H

#include "portal/response.h"

/* The form; `message` empty or what went wrong, `user` what was typed. */
void gn_setup_page(struct gn_response *response, int status, gn_str message, gn_str user);

/* For a browser that asks for anything else before setup: 403, and on to the form. */
void gn_setup_page_first(struct gn_response *response);

/* "sha256-..." of the page's style. The same on every call. */
const char *gn_setup_page_style(void);

#endif
