/* SPDX-License-Identifier: Apache-2.0 */
/* base/term.h -- text from outside, made safe for a terminal or a log line. */
#ifndef GN_BASE_TERM_H
#define GN_BASE_TERM_H

#include "base/buf.h"

/* Adds `text` with control characters (C0, DEL, C1, bidi overrides) as \xNN or \u{NNNN}, and bytes
 * that are not UTF-8 as \xNN. */
void gn_term_add(struct gn_buf *buf, gn_str text);

#endif
