/* SPDX-License-Identifier: Apache-2.0 */
/* os/disk_sim.h -- a disk in memory that forgets, tears, reorders, fills up and fails on demand.
 *
 *      struct gn_disk_sim *sim = gn_disk_sim_new(seed);
 *      struct gn_disk disk = gn_disk_simulated(sim);
 *      for (uint64_t n = 1; !done; n++) {
 *          gn_disk_sim_cut_at(sim, n);      the n-th write-like operation from now meets the power cut
 *          ... run the code until it fails or is done, close its files ...
 *          gn_disk_sim_reboot(sim, n);      what was not synced is decided now, by this seed
 *          ... open again, check what was promised ...
 *      }
 *
 * Each file has two images: what reads see, and what is on the platter. A write goes to the first and waits
 * in a list; sync moves the list to the second. At a reboot every waiting operation is, by the seed and one
 * by one, kept, dropped, or torn: any set of its 512-byte sectors may have reached the platter, also when an
 * earlier write did not (reordering). Truncate and allocate wait in the same list. Names are apart from
 * bytes: a file made, or removed, is so for good only after sync_dir of its directory; else it may vanish, or
 * be back. A directory likewise: sync_dir of its parent. That is what POSIX promises, not what ext4 is kind
 * enough to do.
 *
 * Write-like operations, the ones that are counted: open with create, write, allocate, sync, truncate,
 * remove, make_dir, sync_dir. The one that meets the cut answers IO and may have happened or not, in part or
 * whole, like any other that was not synced. From then on all but close answer IO, until the reboot.
 *
 * A sync made to fail loses: what waited is by the seed on the platter or gone for good, though reads still
 * show it (as Linux does with dirty pages). A later sync that succeeds does not bring it back.
 *
 * Paths are compared as text ("a/b" is not "./a/b"); the parent is what stands before the last '/', and
 * must have been made, except "", "." and "/". Files open across a reboot answer IO; they still must be
 * closed. Cost: memory of both images; allocated zeroes cost nothing. One lock: safe from any thread. */
#ifndef GN_OS_DISK_SIM_H
#define GN_OS_DISK_SIM_H

#include "os/disk.h"

struct gn_disk_sim; /* opaque */

#define GN_DISK_SIM_ENDLESS UINT64_MAX

struct gn_disk_sim *gn_disk_sim_new(uint64_t seed); /* NULL: no memory */
void gn_disk_sim_free(struct gn_disk_sim *sim);     /* all files must be closed; NULL is fine */

/* The table; valid as long as `sim`. */
struct gn_disk gn_disk_simulated(struct gn_disk_sim *sim);

/* The power is cut in the n-th write-like operation from now (1 = the next); 0 = never. */
void gn_disk_sim_cut_at(struct gn_disk_sim *sim, uint64_t n);
/* The power is cut right now, between two operations. */
void gn_disk_sim_cut(struct gn_disk_sim *sim);
bool gn_disk_sim_is_cut(struct gn_disk_sim *sim);
/* Decides, by `seed`, what was not synced, and turns the power on (cut or not). Faults are taken back, the
 * space limit and read-only stay. Seeds GN_DISK_SIM_KEEP and GN_DISK_SIM_DROP keep, or drop, everything. */
void gn_disk_sim_reboot(struct gn_disk_sim *sim, uint64_t seed);

#define GN_DISK_SIM_KEEP UINT64_MAX       /* a process was killed, the machine was not */
#define GN_DISK_SIM_DROP (UINT64_MAX - 1) /* the worst honest disk */

/* Write-like operations so far, over all reboots: run once uncut to learn how many there are to cut. */
uint64_t gn_disk_sim_operations(struct gn_disk_sim *sim);

/* Bytes that all files together may hold; GN_DISK_SIM_ENDLESS at first. A write that crosses the limit
 * writes the part that fits, then answers NO_SPACE; allocate reserves all or nothing. */
void gn_disk_sim_set_space(struct gn_disk_sim *sim, uint64_t bytes);
uint64_t gn_disk_sim_used(struct gn_disk_sim *sim);

/* The n-th sync, read or write from now answers IO (1 = the next); 0 = never. sync_dir counts as a sync. */
void gn_disk_sim_fail_sync(struct gn_disk_sim *sim, uint64_t n);
void gn_disk_sim_fail_read(struct gn_disk_sim *sim, uint64_t n);
void gn_disk_sim_fail_write(struct gn_disk_sim *sim, uint64_t n);

/* Every write-like operation answers DENIED, and none is counted. */
void gn_disk_sim_set_read_only(struct gn_disk_sim *sim, bool read_only);

/* Bit rot: flips the bits of `mask` in one byte, durably, unseen by any counter. NOT_FOUND: no such byte. */
GN_MUST_USE gn_err gn_disk_sim_rot(struct gn_disk_sim *sim, const char *path, uint64_t offset, uint8_t mask);

#endif
