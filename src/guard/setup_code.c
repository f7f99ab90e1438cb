/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/setup_code.h"

#include <sodium.h>

#include "base/limits.h"
#include "os/entropy.h"

enum { SETUP_DIGITS = 12, SETUP_GROUP = 4 };

void gn_setup_code_init(struct gn_setup_code *code)
{
    *code = (struct gn_setup_code){ 0 };
    size_t at = 0;
    for (size_t digit = 0; digit < SETUP_DIGITS; digit++) {
        if (digit > 0 && digit % SETUP_GROUP == 0)
            code->text[at++] = '-';
        uint8_t byte = 255;
        while (byte >= 250) /* 250 is a multiple of ten: every digit equally likely */
            gn_entropy(&byte, 1);
        code->text[at++] = (char)('0' + byte % 10);
    }
    code->text[at] = '\0';
}

/* The digits alone, padded with NUL. Too many digits leave a mark no code has. */
static void setup_code_digits(gn_str text, char out[static SETUP_DIGITS + 1])
{
    memset(out, 0, SETUP_DIGITS + 1);
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.at[i];
        if (c == '-' || c == ' ')
            continue;
        if (count == SETUP_DIGITS || c < '0' || c > '9') {
            out[0] = 'x';
            return;
        }
        out[count++] = c;
    }
}

gn_err gn_setup_code_check(struct gn_setup_code *code, gn_str given, int64_t now_ms)
{
    if (now_ms < code->locked_until_ms)
        return GN_ERR_BUSY;
    char expected[SETUP_DIGITS + 1];
    char got[SETUP_DIGITS + 1];
    setup_code_digits(gn_str_of(code->text), expected);
    setup_code_digits(given, got);
    const bool right = sodium_memcmp(expected, got, SETUP_DIGITS) == 0 && code->text[0] != '\0';
    sodium_memzero(expected, sizeof expected);
    if (right) {
        code->wrong_count = 0;
        return GN_OK;
    }
    if (++code->wrong_count >= GN_SETUP_TRIES_MAX) {
        code->wrong_count = 0;
        code->locked_until_ms = now_ms + GN_SETUP_LOCK_MS;
    }
    return GN_ERR_DENIED;
}

void gn_setup_code_wipe(struct gn_setup_code *code)
{
    sodium_memzero(code, sizeof *code);
}
