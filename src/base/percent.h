/* SPDX-License-Identifier: Apache-2.0 */
/* base/percent.h -- %XX and '+', decoded once and only once (RFC 3986, 2.1; forms: WHATWG URL, 5). */
#ifndef GN_BASE_PERCENT_H
#define GN_BASE_PERCENT_H

#include "base/bytes.h"

/* Into caller's memory. INVAL: a '%' without two hex digits, or a zero byte; FULL: no room. *out_size is set on
 * success. */
GN_MUST_USE gn_err gn_percent_decode(gn_str text, bool plus_is_blank, char *to, size_t capacity, size_t *out_size);

#endif
