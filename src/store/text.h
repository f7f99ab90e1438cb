/* SPDX-License-Identifier: Apache-2.0 */
/* store/text.h -- text readings that wait for a flush, and their queries.
 *
 * They wait in one block, one behind the other; the writer adds behind `size` and then moves it, so that a
 * reader with the store's lock may walk up to `size` while more is added. Emptied with the lock only. */
#ifndef GN_STORE_TEXT_H
#define GN_STORE_TEXT_H

#include <stdatomic.h>

#include "base/bytes.h"

struct gn_waiting_text {
    uint32_t size; /* of this entry, a multiple of 8 */
    uint32_t series;
    int64_t time_ms;
    uint64_t seq;
    uint32_t text_size;
    uint8_t quality;
    uint8_t zero[3];
    /* text_size bytes, padded to 8 */
};
_Static_assert(sizeof(struct gn_waiting_text) == 32, "entries stay aligned");

struct gn_texts {
    uint8_t *bytes; /* GN_TEXTS_WAITING_BYTES */
    _Atomic size_t size;
};

GN_MUST_USE gn_err gn_texts_init(struct gn_texts *texts);
void gn_texts_fini(struct gn_texts *texts);
/* FULL: flush first. */
GN_MUST_USE gn_err gn_texts_put(struct gn_texts *texts, const struct gn_waiting_text *head, gn_str text);
/* The entry at *at, which moves on; NULL at the end. */
const struct gn_waiting_text *gn_texts_next(const struct gn_texts *texts, size_t *at);
static inline gn_str gn_waiting_text_value(const struct gn_waiting_text *entry)
{
    return (gn_str){ (const char *)(entry + 1), entry->text_size };
}
void gn_texts_clear_lkd(struct gn_texts *texts);

#endif
