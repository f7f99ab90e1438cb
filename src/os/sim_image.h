/* SPDX-License-Identifier: Apache-2.0 */
/* os/sim_image.h -- the bytes of one simulated file: as read, as on the platter, and what lies between.
 *
 *      write ──▶ seen ──▶ pending list ──sync──▶ platter
 *                  ▲                                │
 *                  └────────────── reboot ──────────┘   (each pending one: kept, dropped or torn)
 *
 * Private to os/disk_sim.c, which has the lock. */
#ifndef GN_OS_SIM_IMAGE_H
#define GN_OS_SIM_IMAGE_H

#include "os/disk.h"

enum { GN_SIM_SECTOR_BYTES = 512 };

struct gn_sim_bytes {
    uint8_t *at;
    uint64_t size;
    uint64_t capacity; /* everything from `touched` to here is zero */
    uint64_t touched;
};

struct gn_sim_pending; /* one operation that is not durable yet */

struct gn_sim_image {
    struct gn_sim_bytes seen;
    struct gn_sim_bytes platter;
    struct gn_sim_pending *first;
    struct gn_sim_pending *last;
};

/* What becomes of pending operations. */
struct gn_sim_fate {
    uint64_t state; /* of the generator; any value */
    bool keep_all;
    bool drop_all;
};

uint64_t gn_sim_random(struct gn_sim_fate *fate);
bool gn_sim_coin(struct gn_sim_fate *fate); /* keep? honours keep_all and drop_all */

void gn_sim_image_fini(struct gn_sim_image *image);
/* Writes at `offset`, seen at once, durable after sync. FULL: no memory, nothing changed. */
GN_MUST_USE gn_err gn_sim_image_write(struct gn_sim_image *image, uint64_t offset, gn_bytes bytes);
/* Cuts, or extends with zeroes. */
GN_MUST_USE gn_err gn_sim_image_resize(struct gn_sim_image *image, uint64_t size);
size_t gn_sim_image_read(const struct gn_sim_image *image, uint64_t offset, void *to, size_t size);
/* The platter becomes what is seen. */
void gn_sim_image_sync(struct gn_sim_image *image);
/* Each pending operation reaches the platter, or part of it does, or it never will. `seen` stays. */
void gn_sim_image_settle(struct gn_sim_image *image, struct gn_sim_fate *fate);
/* Settles, then `seen` becomes the platter. */
void gn_sim_image_reboot(struct gn_sim_image *image, struct gn_sim_fate *fate);
bool gn_sim_image_rot(struct gn_sim_image *image, uint64_t offset, uint8_t mask);

#endif
