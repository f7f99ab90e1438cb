/* SPDX-License-Identifier: Apache-2.0 */
/* base/utf8.h -- UTF-8 (RFC 3629), one character at a time; gn_utf8_valid in base/bytes.h for whole texts.
 *
 * Well-formed means: no overlong form, no surrogate, nothing above U+10FFFF. Pure functions. */
#ifndef GN_BASE_UTF8_H
#define GN_BASE_UTF8_H

#include "base/bytes.h"

enum { GN_UTF8_BYTES_MAX = 4 };

/* How many bytes the first character of `s` has, and which it is. 0 when it is malformed or `s` is empty;
 * *out is then untouched, and one byte is what to step over. */
size_t gn_utf8_next(gn_str s, uint32_t *out);

/* Writes a character that is not a surrogate, and says how many bytes it took. */
size_t gn_utf8_put(uint32_t character, char out[static GN_UTF8_BYTES_MAX]);

#endif
