/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is taken must be written back to the same bytes: the parser takes nothing the writer would not say. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "guard/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gn_roster roster;
    static char *out;
    if (out == NULL) {
        out = gn_mem_take(GN_ROSTER_FILE_BYTES_MAX, "fuzz");
        if (out == NULL || gn_roster_init(&roster) != GN_OK)
            abort();
    }
    roster.count = 0;
    struct gn_diag diag = { 0 };
    if (gn_roster_parse(&roster, (gn_str){ (const char *)data, size }, &diag) != GN_OK) {
        assert(diag.line > 0 && diag.text[0] != '\0');
        return 0;
    }
    struct gn_buf buf = gn_buf_over(out, GN_ROSTER_FILE_BYTES_MAX);
    gn_roster_write(&roster, &buf);
    assert(!buf.full && buf.size == size && (size == 0 || memcmp(out, data, size) == 0));
    return 0;
}
