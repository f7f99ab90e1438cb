/* SPDX-License-Identifier: Apache-2.0 */
#include "os/sim_image.h"

#include <assert.h>

#include "base/mem.h"

enum { SIM_CAPACITY_MIN = 65536 };

struct gn_sim_pending {
    struct gn_sim_pending *next;
    bool is_resize;
    uint64_t offset; /* of a write; the new size of a resize */
    size_t size;
    uint8_t bytes[];
};

uint64_t gn_sim_random(struct gn_sim_fate *fate)
{
    fate->state += UINT64_C(0x9E3779B97F4A7C15); /* Steele, Lea, Flood: SplitMix64, 2014 */
    uint64_t z = fate->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

bool gn_sim_coin(struct gn_sim_fate *fate)
{
    const bool coin = (gn_sim_random(fate) & 1) != 0;
    return fate->keep_all || (coin && !fate->drop_all);
}

/* Room for `size` bytes. Both images of a file are grown before an operation is promised, so that a sync
 * cannot run out of memory half way. */
static gn_err sim_image_grow(struct gn_sim_bytes *bytes, uint64_t size)
{
    if (size <= bytes->capacity)
        return GN_OK;
    uint64_t capacity = bytes->capacity > 0 ? bytes->capacity : SIM_CAPACITY_MIN;
    while (capacity < size) {
        if (capacity > UINT64_MAX / 2)
            return GN_ERR_FULL;
        capacity *= 2;
    }
    uint8_t *at = gn_mem_take((size_t)capacity, "simulated disk");
    if (at == NULL)
        return GN_ERR_FULL;
    if (bytes->touched > 0)
        memcpy(at, bytes->at, (size_t)bytes->touched);
    gn_mem_give(bytes->at);
    bytes->at = at;
    bytes->capacity = capacity;
    return GN_OK;
}

static void sim_image_put(struct gn_sim_bytes *bytes, uint64_t offset, const uint8_t *from, size_t size)
{
    assert(offset + size <= bytes->capacity);
    memcpy(bytes->at + offset, from, size);
    if (offset + size > bytes->touched)
        bytes->touched = offset + size;
    if (offset + size > bytes->size)
        bytes->size = offset + size;
}

static void sim_image_cut(struct gn_sim_bytes *bytes, uint64_t size)
{
    assert(size <= bytes->capacity);
    if (size < bytes->touched) {
        memset(bytes->at + size, 0, (size_t)(bytes->touched - size));
        bytes->touched = size;
    }
    bytes->size = size;
}

static gn_err sim_image_promise(struct gn_sim_image *image, bool is_resize, uint64_t offset, gn_bytes bytes)
{
    const uint64_t end = offset + bytes.size;
    if (end < offset || sim_image_grow(&image->seen, end) || sim_image_grow(&image->platter, end))
        return GN_ERR_FULL;
    struct gn_sim_pending *pending = gn_mem_take(sizeof *pending + bytes.size, "simulated disk");
    if (pending == NULL)
        return GN_ERR_FULL;
    pending->is_resize = is_resize;
    pending->offset = offset;
    pending->size = bytes.size;
    if (bytes.size > 0)
        memcpy(pending->bytes, bytes.at, bytes.size);
    if (image->last != NULL)
        image->last->next = pending;
    else
        image->first = pending;
    image->last = pending;
    return GN_OK;
}

gn_err gn_sim_image_write(struct gn_sim_image *image, uint64_t offset, gn_bytes bytes)
{
    if (bytes.size == 0)
        return GN_OK;
    const gn_err err = sim_image_promise(image, false, offset, bytes);
    if (!err)
        sim_image_put(&image->seen, offset, bytes.at, bytes.size);
    return err;
}

gn_err gn_sim_image_resize(struct gn_sim_image *image, uint64_t size)
{
    const gn_err err = sim_image_promise(image, true, size, (gn_bytes){ 0 });
    if (!err)
        sim_image_cut(&image->seen, size);
    return err;
}

size_t gn_sim_image_read(const struct gn_sim_image *image, uint64_t offset, void *to, size_t size)
{
    if (offset >= image->seen.size)
        return 0;
    const uint64_t left = image->seen.size - offset;
    const size_t got = left < size ? (size_t)left : size;
    if (got > 0)
        memcpy(to, image->seen.at + offset, got);
    return got;
}

/* Sector by sector, as the platter knows them: each reached it or did not. */
static void sim_image_tear(struct gn_sim_bytes *platter, const struct gn_sim_pending *pending, struct gn_sim_fate *fate)
{
    for (size_t done = 0; done < pending->size;) {
        const uint64_t at = pending->offset + done;
        const size_t room = GN_SIM_SECTOR_BYTES - (size_t)(at % GN_SIM_SECTOR_BYTES);
        const size_t part = pending->size - done < room ? pending->size - done : room;
        if (gn_sim_coin(fate))
            sim_image_put(platter, at, pending->bytes + done, part);
        done += part;
    }
}

static void sim_image_apply(struct gn_sim_bytes *platter, const struct gn_sim_pending *pending,
                            struct gn_sim_fate *fate)
{
    /* Half of the writes are all or nothing, the other half is decided sector by sector. */
    const bool torn = (gn_sim_random(fate) & 1) != 0 && !fate->keep_all && !fate->drop_all;
    if (torn && !pending->is_resize) {
        sim_image_tear(platter, pending, fate);
    } else if (gn_sim_coin(fate)) {
        if (pending->is_resize)
            sim_image_cut(platter, pending->offset);
        else
            sim_image_put(platter, pending->offset, pending->bytes, pending->size);
    }
}

void gn_sim_image_settle(struct gn_sim_image *image, struct gn_sim_fate *fate)
{
    while (image->first != NULL) {
        struct gn_sim_pending *pending = image->first;
        image->first = pending->next;
        sim_image_apply(&image->platter, pending, fate);
        gn_mem_give(pending);
    }
    image->last = NULL;
}

void gn_sim_image_sync(struct gn_sim_image *image)
{
    struct gn_sim_fate all = { .keep_all = true };
    gn_sim_image_settle(image, &all);
}

void gn_sim_image_reboot(struct gn_sim_image *image, struct gn_sim_fate *fate)
{
    gn_sim_image_settle(image, fate);
    sim_image_cut(&image->seen, 0);
    if (image->platter.touched > 0)
        sim_image_put(&image->seen, 0, image->platter.at, (size_t)image->platter.touched);
    image->seen.size = image->platter.size;
}

bool gn_sim_image_rot(struct gn_sim_image *image, uint64_t offset, uint8_t mask)
{
    if (offset >= image->seen.size || offset >= image->platter.size)
        return false;
    struct gn_sim_bytes *const both[] = { &image->seen, &image->platter };
    for (size_t i = 0; i < 2; i++) {
        const uint8_t rotten = both[i]->at[offset] ^ mask;
        sim_image_put(both[i], offset, &rotten, 1);
    }
    return true;
}

void gn_sim_image_fini(struct gn_sim_image *image)
{
    struct gn_sim_fate none = { .drop_all = true };
    gn_sim_image_settle(image, &none);
    gn_mem_give(image->seen.at);
    gn_mem_give(image->platter.at);
    *image = (struct gn_sim_image){ 0 };
}
