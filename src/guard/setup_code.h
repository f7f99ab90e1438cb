/* SPDX-License-Identifier: Apache-2.0 */
/* guard/setup_code.h -- the one-time code that proves who started the node.
 *
 *      4821-9930-1177        12 digits, 10^12 codes, printed on the node's own terminal
 *
 * Made anew at every start until an account exists. GN_SETUP_TRIES_MAX wrong ones close the door for 15
 * minutes: 4 800 tries a day against 10^12 codes. Not thread-safe: the guard's mutex is around it. */
#ifndef GN_GUARD_SETUP_CODE_H
#define GN_GUARD_SETUP_CODE_H

#include "base/bytes.h"
#include "guard/guard.h"

enum { GN_SETUP_LOCK_MS = 15 * 60 * 1000 };

struct gn_setup_code {
    char text[GN_SETUP_CODE_BYTES]; /* with its dashes */
    unsigned wrong_count;
    int64_t locked_until_ms;
};

void gn_setup_code_init(struct gn_setup_code *code);

/* DENIED: wrong; BUSY: too many wrong ones, wait. Dashes and blanks in `given` do not matter. */
GN_MUST_USE gn_err gn_setup_code_check(struct gn_setup_code *code, gn_str given, int64_t now_ms);

void gn_setup_code_wipe(struct gn_setup_code *code);

#endif
