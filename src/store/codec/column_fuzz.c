/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a column: first byte 0 doubles, 1 whole numbers, 2 a block; then the count in two bytes; then the
 * column. Whatever decodes comes back when it is encoded again. */
#include <stdlib.h>

#include "store/codec/double_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static uint8_t input[65536 + GN_CODEC_SLACK];
static uint8_t again[GN_DOUBLES_BYTES_MAX + GN_CODEC_SLACK];
static uint64_t first[GN_COLUMN_NUMBERS_MAX], second[GN_COLUMN_NUMBERS_MAX];

static void fuzz_doubles(struct gn_reader *r, uint32_t count)
{
    if (gn_doubles_decode(r, count, (double *)first) != GN_OK)
        return;
    struct gn_reader back = { again, again + gn_doubles_encode((double *)first, count, again) };
    must(gn_doubles_decode(&back, count, (double *)second) == GN_OK && back.at == back.end);
    must(memcmp(first, second, count * sizeof *first) == 0);
}

static void fuzz_ints(struct gn_reader *r, uint32_t count)
{
    if (gn_ints_decode(r, count, (int64_t *)first) != GN_OK)
        return;
    struct gn_reader back = { again, again + gn_ints_encode((int64_t *)first, count, again) };
    must(gn_ints_decode(&back, count, (int64_t *)second) == GN_OK && back.at == back.end);
    must(memcmp(first, second, count * sizeof *first) == 0);
}

static void fuzz_block(struct gn_reader *r, uint32_t count)
{
    if (gn_block_decode(r, count, first) != GN_OK)
        return;
    struct gn_reader back = { again, again + gn_block_encode(first, count, again) };
    must(gn_block_decode(&back, count, second) == GN_OK && back.at == back.end);
    must(memcmp(first, second, count * sizeof *first) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || size > sizeof input - GN_CODEC_SLACK)
        return 0;
    memcpy(input, data, size);
    memset(input + size, 0, GN_CODEC_SLACK);
    const uint32_t count = (data[1] | (uint32_t)data[2] << 8) % GN_COLUMN_NUMBERS_MAX + 1;
    struct gn_reader r = { input + 3, input + size };
    switch (data[0] % 3) {
    case 0:
        fuzz_doubles(&r, count);
        break;
    case 1:
        fuzz_ints(&r, count);
        break;
    default:
        fuzz_block(&r, (count - 1) % GN_BLOCK_NUMBERS + 1);
        break;
    }
    must(r.at <= r.end);
    return 0;
}
