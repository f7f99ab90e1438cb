/* SPDX-License-Identifier: Apache-2.0 */
/* store/codec/int_codec.h -- a column of up to 1024 whole numbers: predicted, and what was wrong in few bits.
 *
 *      column ─▶ all the same? few runs? few distinct? ─▶ the best predictor on a sample ─▶ residuals ─▶ blocks of 128
 *
 *   kind            parameters                         residual of number i
 *    0  SAME        varint: the number                 none: this is all
 *    1  OFFSET      varint: the least                  v[i] - least, unsigned
 *    2  CENTRE      varint: a middle                   v[i] - middle
 *    3  STEP        varint: v[0], usual step           v[i] - v[i-1] - usual step, from i = 1
 *    4  STEP2       varint: v[0], v[1] - v[0]          change of the step, from i = 2
 *    5  LINE        varint: base, slope                v[i] - base - (slope * i >> 16)
 *    6  SEASON      varint: v[0], lag                  step, from i = 1; from i = lag + 1 minus the step `lag` before
 *    7  SMOOTH      varint: v[0]                       v[i] - mean of the 4 before, from i = 1
 *    8  RUNS        varint: runs                       no residuals, two columns: numbers, lengths - 1
 *    9  RANKS       varint: distinct, the least        no residuals, two columns: gaps - 1, ranks
 *
 * One byte says the kind, then come the parameters, then the blocks (block_codec.h). Signed numbers and residuals are
 * zigzag coded; all arithmetic is modulo 2^64, so any column is possible, and exact. Columns within RUNS and RANKS are
 * of kinds 0 to 7. Times with jitter are LINE, regular ones STEP2, counters STEP, noise OFFSET or CENTRE, days SEASON,
 * what an ADC or a table lookup made RANKS, switches RUNS. No I/O, no allocation, no state. */
#ifndef GN_STORE_INT_CODEC_H
#define GN_STORE_INT_CODEC_H

#include "store/codec/block_codec.h"

enum {
    GN_COLUMN_NUMBERS_MAX = 1024,
    GN_COLUMN_BYTES_MAX = 1 + 3 * GN_VARINT_BYTES_MAX + GN_COLUMN_NUMBERS_MAX / GN_BLOCK_NUMBERS * GN_BLOCK_BYTES_MAX,
};

/* Returns the size; out has GN_COLUMN_BYTES_MAX bytes. count is 1 to GN_COLUMN_NUMBERS_MAX. */
size_t gn_ints_encode(const int64_t *numbers, uint32_t count, uint8_t *out);
/* Takes a column of `count` numbers from the front. CORRUPT: no such column can have been written. */
GN_MUST_USE gn_err gn_ints_decode(struct gn_reader *r, uint32_t count, int64_t *out);

struct gn_ranks {
    uint64_t gaps[GN_COLUMN_NUMBERS_MAX]; /* between distinct numbers, ascending; minus one */
    uint64_t ranks[GN_COLUMN_NUMBERS_MAX];
    uint32_t distinct;
};
/* Numbers as places in the list of distinct ones. False: too many, or too far apart, for a table. */
bool gn_ranks_find(const int64_t *numbers, uint32_t count, struct gn_ranks *out);

#endif
