/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codec/codec.h"

const struct gn_codec gn_codec_portable = {
    .name = "portable",
    .ints_encode = gn_ints_encode,
    .ints_decode = gn_ints_decode,
    .doubles_encode = gn_doubles_encode,
    .doubles_decode = gn_doubles_decode,
};

const struct gn_codec *gn_codec_best(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return &gn_codec_avx2;
#endif
    return &gn_codec_portable;
}
