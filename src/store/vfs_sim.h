/* SPDX-License-Identifier: Apache-2.0 */
/* store/vfs_sim.h -- for tests: SQLite on the simulated disk (os/disk_sim.h), so that the power can be cut in the
 * middle of a commit, and writes and syncs can fail, below SQLite.
 *
 *      vfs_sim_use(&disk);  ... any sqlite3_open ...  vfs_sim_end();
 *
 * Files are the disk's; locks and the WAL's shared index are this process's, and are gone when nobody has the file
 * open, as after a power cut. As on Linux a new file's name is durable only when its folder was synced, which SQLite's
 * own Unix layer does with the file's first sync, and so does this one. One thread. */
#ifndef GN_STORE_VFS_SIM_H
#define GN_STORE_VFS_SIM_H

#include <sqlite3.h>
#include <stdio.h>

#include "base/mem.h"
#include "os/disk.h"

enum { VFS_SIM_NODES = 8, VFS_SIM_REGIONS = 16 };

struct vfs_sim_node { /* what all who have a file open share */
    char name[128];
    int open_count;
    int shared_count;
    struct vfs_sim_file *reserved;
    struct vfs_sim_file *exclusive;
    void *regions[VFS_SIM_REGIONS];
    int shm[SQLITE_SHM_NLOCK]; /* -1: exclusive, else how many share it */
};

struct vfs_sim_file {
    sqlite3_file base;
    struct gn_file *file;
    struct vfs_sim_node *node;
    int level;
    uint8_t shm_shared, shm_exclusive;
    bool is_new; /* its name is not synced yet */
};

static struct {
    struct gn_disk *disk;
    sqlite3_vfs vfs;
    sqlite3_vfs *before;
    struct vfs_sim_node nodes[VFS_SIM_NODES];
} vfs_sim;

static inline int vfs_sim_rc(gn_err err, int io)
{
    return err == GN_OK ? SQLITE_OK : err == GN_ERR_NO_SPACE ? SQLITE_FULL : io;
}

static inline int vfs_sim_close(sqlite3_file *base)
{
    struct vfs_sim_file *file = (struct vfs_sim_file *)base;
    vfs_sim.disk->close(vfs_sim.disk->self, file->file);
    if (--file->node->open_count == 0) {
        for (int i = 0; i < VFS_SIM_REGIONS; i++)
            gn_mem_give(file->node->regions[i]);
        *file->node = (struct vfs_sim_node){ 0 };
    }
    return SQLITE_OK;
}

static inline int vfs_sim_read(sqlite3_file *base, void *to, int size, sqlite3_int64 offset)
{
    size_t got = 0;
    const gn_err err = vfs_sim.disk->read(vfs_sim.disk->self, ((struct vfs_sim_file *)base)->file, (uint64_t)offset, to,
                                          (size_t)size, &got);
    if (err)
        return SQLITE_IOERR_READ;
    if (got == (size_t)size)
        return SQLITE_OK;
    memset((uint8_t *)to + got, 0, (size_t)size - got);
    return SQLITE_IOERR_SHORT_READ;
}

static inline int vfs_sim_write(sqlite3_file *base, const void *from, int size, sqlite3_int64 offset)
{
    const struct gn_iov part = { from, (size_t)size };
    return vfs_sim_rc(
        vfs_sim.disk->write(vfs_sim.disk->self, ((struct vfs_sim_file *)base)->file, (uint64_t)offset, &part, 1),
        SQLITE_IOERR_WRITE);
}

static inline int vfs_sim_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    return vfs_sim_rc(vfs_sim.disk->truncate(vfs_sim.disk->self, ((struct vfs_sim_file *)base)->file, (uint64_t)size),
                      SQLITE_IOERR_TRUNCATE);
}

static inline int vfs_sim_sync(sqlite3_file *base, int flags)
{
    struct vfs_sim_file *file = (struct vfs_sim_file *)base;
    (void)flags;
    if (vfs_sim.disk->sync(vfs_sim.disk->self, file->file) != GN_OK)
        return SQLITE_IOERR_FSYNC;
    if (file->is_new && vfs_sim.disk->sync_dir(vfs_sim.disk->self, "data") != GN_OK)
        return SQLITE_IOERR_DIR_FSYNC;
    file->is_new = false;
    return SQLITE_OK;
}

static inline int vfs_sim_size(sqlite3_file *base, sqlite3_int64 *out)
{
    uint64_t size = 0;
    if (vfs_sim.disk->size(vfs_sim.disk->self, ((struct vfs_sim_file *)base)->file, &size) != GN_OK)
        return SQLITE_IOERR_FSTAT;
    *out = (sqlite3_int64)size;
    return SQLITE_OK;
}

static inline int vfs_sim_lock(sqlite3_file *base, int level)
{
    struct vfs_sim_file *file = (struct vfs_sim_file *)base;
    struct vfs_sim_node *node = file->node;
    if (file->level >= level)
        return SQLITE_OK;
    if (node->exclusive != NULL && node->exclusive != file)
        return SQLITE_BUSY;
    if (level >= SQLITE_LOCK_RESERVED && node->reserved != NULL && node->reserved != file)
        return SQLITE_BUSY;
    if (level == SQLITE_LOCK_EXCLUSIVE && node->shared_count > 1)
        return SQLITE_BUSY;
    if (file->level == SQLITE_LOCK_NONE)
        node->shared_count++;
    if (level >= SQLITE_LOCK_RESERVED)
        node->reserved = file;
    if (level == SQLITE_LOCK_EXCLUSIVE)
        node->exclusive = file;
    file->level = level;
    return SQLITE_OK;
}

static inline int vfs_sim_unlock(sqlite3_file *base, int level)
{
    struct vfs_sim_file *file = (struct vfs_sim_file *)base;
    struct vfs_sim_node *node = file->node;
    if (file->level <= level)
        return SQLITE_OK;
    if (node->reserved == file)
        node->reserved = NULL;
    if (node->exclusive == file)
        node->exclusive = NULL;
    if (level == SQLITE_LOCK_NONE)
        node->shared_count--;
    file->level = level;
    return SQLITE_OK;
}

static inline int vfs_sim_reserved(sqlite3_file *base, int *out)
{
    *out = ((struct vfs_sim_file *)base)->node->reserved != NULL;
    return SQLITE_OK;
}

static inline int vfs_sim_control(sqlite3_file *base, int op, void *arg)
{
    (void)base;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static inline int vfs_sim_sector(sqlite3_file *base)
{
    (void)base;
    return 512;
}

static inline int vfs_sim_traits(sqlite3_file *base)
{
    (void)base;
    return 0; /* nothing is promised: not even that a write leaves its neighbours alone */
}

static inline int vfs_sim_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out)
{
    struct vfs_sim_node *node = ((struct vfs_sim_file *)base)->node;
    if (region >= VFS_SIM_REGIONS)
        return SQLITE_FULL;
    if (node->regions[region] == NULL && extend)
        node->regions[region] = gn_mem_take((size_t)size, "a test");
    *out = node->regions[region];
    return SQLITE_OK;
}

static inline int vfs_sim_shm_lock(sqlite3_file *base, int first, int count, int flags)
{
    struct vfs_sim_file *file = (struct vfs_sim_file *)base;
    int *const shm = file->node->shm;
    for (int i = first; i < first + count; i++) {
        const uint8_t bit = (uint8_t)(1u << i);
        if (flags & SQLITE_SHM_UNLOCK) {
            if (file->shm_exclusive & bit)
                shm[i] = 0;
            else if (file->shm_shared & bit)
                shm[i]--;
            file->shm_exclusive &= (uint8_t)~bit;
            file->shm_shared &= (uint8_t)~bit;
        } else if (flags & SQLITE_SHM_SHARED) {
            if (shm[i] < 0)
                return SQLITE_BUSY;
            shm[i] += (file->shm_shared & bit) == 0;
            file->shm_shared |= bit;
        } else {
            if (shm[i] != 0)
                return SQLITE_BUSY; /* exclusive locks are asked for one at a time, or all are free */
        }
    }
    if ((flags & SQLITE_SHM_LOCK) && (flags & SQLITE_SHM_EXCLUSIVE))
        for (int i = first; i < first + count; i++) {
            shm[i] = -1;
            file->shm_exclusive |= (uint8_t)(1u << i);
        }
    return SQLITE_OK;
}

static inline void vfs_sim_shm_barrier(sqlite3_file *base)
{
    (void)base;
}

static inline int vfs_sim_shm_unmap(sqlite3_file *base, int remove)
{
    (void)base;
    (void)remove;
    return SQLITE_OK;
}

static const sqlite3_io_methods vfs_sim_methods = {
    .iVersion = 2,
    .xClose = vfs_sim_close,
    .xRead = vfs_sim_read,
    .xWrite = vfs_sim_write,
    .xTruncate = vfs_sim_truncate,
    .xSync = vfs_sim_sync,
    .xFileSize = vfs_sim_size,
    .xLock = vfs_sim_lock,
    .xUnlock = vfs_sim_unlock,
    .xCheckReservedLock = vfs_sim_reserved,
    .xFileControl = vfs_sim_control,
    .xSectorSize = vfs_sim_sector,
    .xDeviceCharacteristics = vfs_sim_traits,
    .xShmMap = vfs_sim_shm_map,
    .xShmLock = vfs_sim_shm_lock,
    .xShmBarrier = vfs_sim_shm_barrier,
    .xShmUnmap = vfs_sim_shm_unmap,
};

static inline struct vfs_sim_node *vfs_sim_node_of(const char *name)
{
    struct vfs_sim_node *unused = NULL;
    for (int i = 0; i < VFS_SIM_NODES; i++) {
        struct vfs_sim_node *node = &vfs_sim.nodes[i];
        if (node->open_count > 0 && strcmp(node->name, name) == 0)
            return node;
        if (node->open_count == 0)
            unused = node;
    }
    if (unused != NULL)
        (void)snprintf(unused->name, sizeof unused->name, "%s", name);
    return unused;
}

static inline int vfs_sim_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *base, int flags, int *out_flags)
{
    struct vfs_sim_file *file = (struct vfs_sim_file *)base;
    (void)vfs;
    *file = (struct vfs_sim_file){ 0 };
    gn_err err = vfs_sim.disk->open(vfs_sim.disk->self, name, false, &file->file);
    if (err == GN_ERR_NOT_FOUND && (flags & SQLITE_OPEN_CREATE)) {
        err = vfs_sim.disk->open(vfs_sim.disk->self, name, true, &file->file);
        file->is_new = true;
    }
    if (err)
        return SQLITE_CANTOPEN;
    file->node = vfs_sim_node_of(name);
    if (file->node == NULL) {
        vfs_sim.disk->close(vfs_sim.disk->self, file->file);
        return SQLITE_CANTOPEN;
    }
    file->node->open_count++;
    file->base.pMethods = &vfs_sim_methods;
    if (out_flags != NULL)
        *out_flags = flags;
    return SQLITE_OK;
}

static inline int vfs_sim_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
    (void)vfs;
    const gn_err err = vfs_sim.disk->remove(vfs_sim.disk->self, name);
    if (err)
        return err == GN_ERR_NOT_FOUND ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
    return sync_dir && vfs_sim.disk->sync_dir(vfs_sim.disk->self, "data") != GN_OK ? SQLITE_IOERR_DIR_FSYNC : SQLITE_OK;
}

static inline int vfs_sim_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    struct gn_file *file = NULL;
    (void)vfs;
    (void)flags;
    const gn_err err = vfs_sim.disk->open(vfs_sim.disk->self, name, false, &file);
    *out = err == GN_OK;
    if (err == GN_OK)
        vfs_sim.disk->close(vfs_sim.disk->self, file);
    return err == GN_OK || err == GN_ERR_NOT_FOUND ? SQLITE_OK : SQLITE_IOERR_ACCESS;
}

static inline int vfs_sim_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    (void)snprintf(out, (size_t)size, "%s", name);
    return SQLITE_OK;
}

static inline int vfs_sim_random(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    memset(out, 7, (size_t)size); /* the same in every run */
    return size;
}

static inline int vfs_sim_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

static inline int vfs_sim_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = 2461000.5;
    return SQLITE_OK;
}

static inline void vfs_sim_use(struct gn_disk *disk)
{
    vfs_sim.disk = disk;
    vfs_sim.before = sqlite3_vfs_find(NULL);
    vfs_sim.vfs = (sqlite3_vfs){ .iVersion = 1,
                                 .szOsFile = sizeof(struct vfs_sim_file),
                                 .mxPathname = 512,
                                 .zName = "simulated",
                                 .xOpen = vfs_sim_open,
                                 .xDelete = vfs_sim_delete,
                                 .xAccess = vfs_sim_access,
                                 .xFullPathname = vfs_sim_full_path,
                                 .xRandomness = vfs_sim_random,
                                 .xSleep = vfs_sim_sleep,
                                 .xCurrentTime = vfs_sim_time };
    (void)sqlite3_vfs_register(&vfs_sim.vfs, 1);
}

static inline void vfs_sim_end(void)
{
    (void)sqlite3_vfs_register(vfs_sim.before, 1);
    (void)sqlite3_vfs_unregister(&vfs_sim.vfs);
}

#endif
