/* SPDX-License-Identifier: Apache-2.0 */
/* What is read once is read again to the same bytes, and walking it stays inside it. */
#include <stdlib.h>

#include "thing/description.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char first[2 * GN_DESCRIPTION_BYTES_MAX], second[2 * GN_DESCRIPTION_BYTES_MAX];
    static const char *const sections[] = { "properties", "actions", "events" };
    struct gn_buf once = gn_buf_over(first, sizeof first), twice = gn_buf_over(second, sizeof second);
    struct gn_diag diag = { 0 };
    if (gn_description_read((gn_str){ (const char *)data, size }, &once, &diag) != GN_OK)
        return 0;
    if (gn_description_read(gn_buf_str(&once), &twice, &diag) != GN_OK || once.size != twice.size ||
        memcmp(first, second, once.size) != 0)
        abort();
    for (size_t i = 0; i < 3; i++) {
        struct gn_description_walk walk;
        gn_description_walk(&walk, gn_buf_str(&once), sections[i]);
        while (gn_description_next(&walk)) {
            struct gn_described described;
            char bytes[128];
            struct gn_buf why = gn_buf_over(bytes, sizeof bytes);
            gn_described_read(walk.json, &described);
            (void)gn_described_allows(&described, GN_STR("7"), &why);
            if (walk.json.at < first || walk.json.at + walk.json.size > first + once.size)
                abort();
        }
    }
    return 0;
}
