/* SPDX-License-Identifier: Apache-2.0 */
/* base/number.h -- decimal text to double, to the same bits as strtod, without its cost.
 *
 *      -12.340e5  ->  sign, digits 12340 (as one integer), power of ten 5 - 3
 *
 * Three ways, each exact (round to nearest, ties to even):
 *   digits < 2^53 and |power| <= 22    one multiplication or division of two exact doubles
 *   at most 19 digits, |power| <= 19   128-bit integers, rounded once
 *   anything else                      strtod on a copy, in the C locale
 * The first takes nearly all readings, the second what other programs print with 17 digits.
 * W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990. Pure functions. */
#ifndef GN_BASE_NUMBER_H
#define GN_BASE_NUMBER_H

#include "base/bytes.h"
#include "base/limits.h"

typedef enum gn_number_form {
    GN_NUMBER_JSON,    /* RFC 8259: no plus sign, no leading zero */
    GN_NUMBER_DECIMAL, /* also "+5" and "007.5", which some firmware prints */
} gn_number_form;

/* Reads the number `text` begins with; what follows it is the caller's to judge. Says in *out_size how many
 * bytes it has. INVAL: no number here, too large for a double, or longer than GN_JSON_NUMBER_BYTES_MAX. */
GN_MUST_USE gn_err gn_number_scan(gn_str text, gn_number_form form, double *out, size_t *out_size);

#endif
