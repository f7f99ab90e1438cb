/* SPDX-License-Identifier: Apache-2.0 */
/* store/codec/double_codec.h -- a column of up to 1024 doubles, exact to the bit, as columns of whole numbers.
 *
 *      21.5, 21.53, 21.49  ──digits 2──▶  2150, 2153, 2149  ──int_codec──▶  a few bits each
 *
 * Sensors send few digits. Their text, read as a double, is the double next to whole / 10^digits, and a division gives
 * it back, rounding as IEEE 754 says. Means of such numbers are some units in the last place off: corrections. What is
 * float32 by birth is the float next to whole / 10^digits. All else is kept as its bits, in the order of the numbers.
 *
 *   size
 *     1   0 decimal, 1 decimal of floats, 2 bits, 3 table; with 0 and 1: + 4 corrections follow, + 8 exceptions follow,
 *         + 16 whole numbers below 0 are one less, and -1 is -0.0
 *     1   decimal: digits behind the point, 0 to 15; bits: how many zero bits at the low end of each are left out, 0 to
 * 63
 *   ...   column (int_codec.h) of whole numbers; of bits, those of negative numbers but the sign inverted
 *   ...   corrections: column, added to the bits of whole / 10^digits
 *   ...   exceptions (NaN, infinite, more digits than the others): how many (varint), places (column, ascending), bits
 *         (column)
 *
 *   table, behind its first byte: how many distinct doubles (varint), those as above but not as a table, ranks (column)
 *
 * A. Afroozeh, L. Kuffo, P. Boncz, "ALP: adaptive lossless floating-point compression" (SIGMOD 2024) for decimals and
 * exceptions; it multiplies, here is a division, which has no exceptions for what was written with 15 digits. */
#ifndef GN_STORE_DOUBLE_CODEC_H
#define GN_STORE_DOUBLE_CODEC_H

#include "store/codec/int_codec.h"

enum { GN_DOUBLES_BYTES_MAX = 2 + 4 * GN_COLUMN_BYTES_MAX + GN_VARINT_BYTES_MAX };

/* Returns the size; out has GN_DOUBLES_BYTES_MAX bytes. count is 1 to GN_COLUMN_NUMBERS_MAX. */
size_t gn_doubles_encode(const double *values, uint32_t count, uint8_t *out);
/* Takes a column of `count` doubles from the front. CORRUPT: no such column can have been written. */
GN_MUST_USE gn_err gn_doubles_decode(struct gn_reader *r, uint32_t count, double *out);

#endif
