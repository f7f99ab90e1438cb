/* SPDX-License-Identifier: Apache-2.0 */
/* store/chunk_fuzz.c -- any bytes as a chunk's blob: decoded within bounds, or refused. What decodes is encoded
 * again and must come back the same. A fuzzer cannot guess checksums: the crc is put right first when the
 * first byte is odd. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gn_point first[GN_CHUNK_READINGS], second[GN_CHUNK_READINGS];
    uint8_t again[GN_CHUNK_BLOB_BYTES_MAX];
    uint32_t count = 0, count_again = 0;
    uint64_t base = 0, base_again = 0;
    if (size < 1 || size > 65536)
        return 0;
    const size_t blob_size = size - 1;
    uint8_t *blob = malloc(blob_size > 0 ? blob_size : 1); /* of its own, so that an overrun is seen */
    must(blob != NULL);
    memcpy(blob, data + 1, blob_size);
    if ((data[0] & 1) && blob_size >= 8) {
        const uint32_t crc = gn_crc32(gn_crc32(0, (gn_bytes){ blob, 4 }), (gn_bytes){ blob + 8, blob_size - 8 });
        memcpy(blob + 4, &crc, sizeof crc);
    }
    if (gn_chunk_decode((gn_bytes){ blob, blob_size }, first, &count, &base) == GN_OK) {
        struct gn_chunk_summary sum;
        must(count >= 1 && count <= GN_CHUNK_READINGS);
        gn_chunk_summarize(first, count, base, &sum);
        const size_t encoded = gn_chunk_encode(first, count, base, again);
        must(gn_chunk_decode((gn_bytes){ again, encoded }, second, &count_again, &base_again) == GN_OK);
        must(count_again == count && base_again == base);
        must(memcmp(first, second, count * sizeof first[0]) == 0);
    }
    free(blob);
    return 0;
}
