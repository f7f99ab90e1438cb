/* SPDX-License-Identifier: Apache-2.0 */
/* store/codec/codec.h -- the columns' codec as built for this processor.
 *
 *      gn_codec_best() ─▶ AVX2, BMI2 there? ─▶ codec_avx2.c: the same sources, compiled for it: about a quarter faster
 *                                       └ no ─▶ int_codec.c, double_codec.c as they are
 *
 * Both give the same bytes and the same doubles: whole numbers, and one division and one rounding as IEEE 754 says. */
#ifndef GN_STORE_CODEC_H
#define GN_STORE_CODEC_H

#include "store/codec/double_codec.h"

struct gn_codec {
    const char *name;
    size_t (*ints_encode)(const int64_t *numbers, uint32_t count, uint8_t *out);
    gn_err (*ints_decode)(struct gn_reader *r, uint32_t count, int64_t *out);
    size_t (*doubles_encode)(const double *values, uint32_t count, uint8_t *out);
    gn_err (*doubles_decode)(struct gn_reader *r, uint32_t count, double *out);
};

extern const struct gn_codec gn_codec_portable;
extern const struct gn_codec gn_codec_avx2; /* to be called only if gn_codec_best says so */

const struct gn_codec *gn_codec_best(void);

#endif
