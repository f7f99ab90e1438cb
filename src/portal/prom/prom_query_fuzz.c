/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as an expression, over an empty history: it is refused with words and a column inside it, or worked out; and
 * the same text as a pattern is matched in bounded time. */
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "portal/prom/prom_query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gn_store_reader *fuzz_reader(void)
{
    static struct gn_store_reader *reader;
    static char dir[] = "/tmp/prom-query-fuzz-XXXXXX";
    struct gn_store *store = NULL;
    struct gn_diag diag = { 0 };
    if (reader != NULL)
        return reader;
    if (mkdtemp(dir) == NULL || gn_store_open(dir, &store, &diag) != GN_OK ||
        gn_store_reader_open(store, &reader) != GN_OK)
        abort();
    return reader;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gn_diag diag = { 0 };
    struct gn_prom_query query = { .reader = fuzz_reader(),
                                   .diag = &diag,
                                   .grid = { INT64_C(1767225600000), 1000, 3 } };
    struct gn_prom_value value;
    const gn_str text = { (const char *)data, size };
    if (memchr(data, 0, size) != NULL)
        return 0;
    const gn_err err = gn_prom_query_run(&query, text, &value);
    assert(err == GN_OK || err == GN_ERR_INVAL || err == GN_ERR_FULL);
    assert(err == GN_OK || diag.text[0] != '\0');
    assert(err != GN_ERR_INVAL || diag.column <= size + 1);
    gn_prom_query_end(&query);
    if (gn_prom_pattern_valid(text))
        (void)gn_prom_pattern_matches(text, text);
    return 0;
}
