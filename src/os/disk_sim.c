/* SPDX-License-Identifier: Apache-2.0 */
#include "os/disk_sim.h"

#include <assert.h>
#include <pthread.h>

#include "base/mem.h"
#include "os/sim_image.h"

enum { SIM_PATH_BYTES = 512 };

/* A file or a directory. Up to two may have one path: one that was removed, not for good, and a new one. */
struct sim_node {
    struct sim_node *next; /* oldest first */
    char path[SIM_PATH_BYTES];
    bool is_dir;
    bool seen;    /* the name is there now */
    bool durable; /* the name is there after a power cut */
    size_t open_count;
    struct gn_sim_image image;
};

struct gn_file {
    struct sim_node *node;
    uint64_t boot; /* a file opened before the last reboot is dead */
};

struct gn_disk_sim {
    pthread_mutex_t lock; /* guards everything below */
    struct sim_node *nodes;
    struct gn_sim_fate fate;
    uint64_t boot;
    uint64_t operations;
    uint64_t cut_at; /* value of `operations` that meets the cut; 0 = none */
    bool is_cut;
    bool read_only;
    uint64_t space;
    uint64_t syncs_left; /* until one fails; 0 = none will */
    uint64_t reads_left;
    uint64_t writes_left;
};

static bool sim_counts_down(uint64_t *left)
{
    return *left > 0 && --*left == 0;
}

/* Every write-like operation begins here. *out_met says that this very one meets the cut: it then does
 * what it does, not durably, and answers IO. */
static gn_err sim_begin(struct gn_disk_sim *sim, bool *out_met)
{
    if (sim->is_cut)
        return GN_ERR_IO;
    if (sim->read_only)
        return GN_ERR_DENIED;
    sim->operations++;
    *out_met = sim->cut_at == sim->operations;
    sim->is_cut = *out_met;
    return GN_OK;
}

static struct sim_node *sim_find(struct gn_disk_sim *sim, const char *path)
{
    for (struct sim_node *node = sim->nodes; node != NULL; node = node->next)
        if (node->seen && strcmp(node->path, path) == 0)
            return node;
    return NULL;
}

/* What stands before the last '/': "" for a bare name, "/" for one in the root. */
static gn_str sim_parent(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return GN_STR("");
    return (gn_str){ path, slash == path ? 1 : (size_t)(slash - path) };
}

static bool sim_dir_is_there(struct gn_disk_sim *sim, gn_str path)
{
    if (path.size == 0 || gn_str_equal(path, GN_STR(".")) || gn_str_equal(path, GN_STR("/")))
        return true;
    for (struct sim_node *node = sim->nodes; node != NULL; node = node->next)
        if (node->seen && node->is_dir && gn_str_equal(gn_str_of(node->path), path))
            return true;
    return false;
}

static gn_err sim_node_new(struct gn_disk_sim *sim, const char *path, bool is_dir, struct sim_node **out)
{
    struct sim_node *node = gn_mem_take(sizeof *node, "simulated disk");
    if (node == NULL || gn_str_copy(node->path, sizeof node->path, gn_str_of(path))) {
        gn_mem_give(node);
        return GN_ERR_INVAL;
    }
    node->is_dir = is_dir;
    node->seen = true;
    struct sim_node **link = &sim->nodes;
    while (*link != NULL)
        link = &(*link)->next;
    *link = node;
    *out = node;
    return GN_OK;
}

/* Nobody can see or open what has neither name any more. */
static void sim_sweep(struct gn_disk_sim *sim)
{
    for (struct sim_node **link = &sim->nodes; *link != NULL;) {
        struct sim_node *node = *link;
        if (node->seen || node->durable || node->open_count > 0) {
            link = &node->next;
            continue;
        }
        *link = node->next;
        gn_sim_image_fini(&node->image);
        gn_mem_give(node);
    }
}

static uint64_t sim_used(const struct gn_disk_sim *sim)
{
    uint64_t used = 0;
    for (const struct sim_node *node = sim->nodes; node != NULL; node = node->next)
        if (node->seen || node->open_count > 0)
            used += node->image.seen.size;
    return used;
}

static gn_err sim_open_locked(struct gn_disk_sim *sim, const char *path, bool create, struct gn_file **out)
{
    struct sim_node *node = sim_find(sim, path);
    bool met = false;
    if (sim->is_cut)
        return GN_ERR_IO;
    if (create) {
        if (node != NULL)
            return GN_ERR_EXISTS;
        if (!sim_dir_is_there(sim, sim_parent(path)))
            return GN_ERR_NOT_FOUND;
        gn_err err = sim_begin(sim, &met);
        if (!err)
            err = sim_node_new(sim, path, false, &node);
        if (err || met)
            return err ? err : GN_ERR_IO;
    }
    if (node == NULL)
        return GN_ERR_NOT_FOUND;
    if (node->is_dir)
        return GN_ERR_INVAL;
    struct gn_file *file = gn_mem_take(sizeof *file, "simulated disk");
    if (file == NULL)
        return GN_ERR_IO;
    file->node = node;
    file->boot = sim->boot;
    node->open_count++;
    *out = file;
    return GN_OK;
}

static gn_err sim_open(void *self, const char *path, bool create, struct gn_file **out)
{
    struct gn_disk_sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    const gn_err err = sim_open_locked(sim, path, create, out);
    pthread_mutex_unlock(&sim->lock);
    return err;
}

static void sim_close(void *self, struct gn_file *file)
{
    struct gn_disk_sim *sim = self;
    if (file == NULL)
        return;
    pthread_mutex_lock(&sim->lock);
    assert(file->node->open_count > 0);
    file->node->open_count--;
    gn_mem_give(file);
    sim_sweep(sim);
    pthread_mutex_unlock(&sim->lock);
}

static bool sim_is_dead(const struct gn_disk_sim *sim, const struct gn_file *file)
{
    return sim->is_cut || file->boot != sim->boot;
}

static gn_err sim_size(void *self, struct gn_file *file, uint64_t *out)
{
    struct gn_disk_sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    const gn_err err = sim_is_dead(sim, file) ? GN_ERR_IO : GN_OK;
    if (!err)
        *out = file->node->image.seen.size;
    pthread_mutex_unlock(&sim->lock);
    return err;
}

static gn_err sim_read(void *self, struct gn_file *file, uint64_t offset, void *to, size_t size, size_t *out_got)
{
    struct gn_disk_sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    const bool fails = sim_is_dead(sim, file) || sim_counts_down(&sim->reads_left);
    if (!fails)
        *out_got = gn_sim_image_read(&file->node->image, offset, to, size);
    pthread_mutex_unlock(&sim->lock);
    return fails ? GN_ERR_IO : GN_OK;
}

/* One part of a write. What crosses the space limit is cut off, as a disk that fills up does. */
static gn_err sim_write_part(struct gn_disk_sim *sim, struct sim_node *node, uint64_t offset, struct gn_iov part)
{
    const uint64_t used = sim_used(sim);
    const uint64_t room = sim->space > used ? sim->space - used : 0;
    const uint64_t size = node->image.seen.size;
    const uint64_t grows = offset + part.size > size ? offset + part.size - size : 0;
    const bool full = grows > room;
    size_t fits = part.size;
    if (full)
        fits = size + room > offset ? (size_t)(size + room - offset) : 0;
    if (gn_sim_image_write(&node->image, offset, (gn_bytes){ part.at, fits }))
        return GN_ERR_IO;
    return full ? GN_ERR_NO_SPACE : GN_OK;
}

static gn_err sim_write_locked(struct gn_disk_sim *sim, struct gn_file *file, uint64_t offset,
                               const struct gn_iov *parts, size_t part_count)
{
    bool met = false;
    gn_err err = sim_is_dead(sim, file) ? GN_ERR_IO : sim_begin(sim, &met);
    if (!err && sim_counts_down(&sim->writes_left))
        err = GN_ERR_IO;
    for (size_t i = 0; i < part_count && !err; i++) {
        err = sim_write_part(sim, file->node, offset, parts[i]);
        offset += parts[i].size;
    }
    return met ? GN_ERR_IO : err;
}

static gn_err sim_write(void *self, struct gn_file *file, uint64_t offset, const struct gn_iov *parts,
                        size_t part_count)
{
    struct gn_disk_sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    const gn_err err = sim_write_locked(sim, file, offset, parts, part_count);
    pthread_mutex_unlock(&sim->lock);
    return err;
}

static gn_err sim_resize_locked(struct gn_disk_sim *sim, struct gn_file *file, uint64_t size, bool shrinks)
{
    bool met = false;
    const gn_err err = sim_is_dead(sim, file) ? GN_ERR_IO : sim_begin(sim, &met);
    if (err)
        return err;
    const uint64_t now = file->node->image.seen.size;
    if (size <= now && !shrinks)
        return met ? GN_ERR_IO : GN_OK;
    const uint64_t used = sim_used(sim);
    if (size > now && !shrinks && (sim->space < used || size - now > sim->space - used))
        return met ? GN_ERR_IO : GN_ERR_NO_SPACE;
    if (gn_sim_image_resize(&file->node->image, size))
        return GN_ERR_IO;
    return met ? GN_ERR_IO : GN_OK;
}

static gn_err sim_allocate(void *self, struct gn_file *file, uint64_t offset, uint64_t size)
{
    struct gn_disk_sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    const gn_err err = sim_resize_locked(sim, file, offset + size, false);
    pthread_mutex_unlock(&sim->lock);
    return err;
}

static gn_err sim_truncate(void *self, struct gn_file *file, uint64_t size)
{
    struct gn_disk_sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    const gn_err err = sim_resize_locked(sim, file, size, true);
    pthread_mutex_unlock(&sim->lock);
    return err;
}

static gn_err sim_sync(void *self, struct gn_file *file)
{
    struct gn_disk_sim *sim = self;
    bool met = false;
    pthread_mutex_lock(&sim->lock);
    gn_err err = sim_is_dead(sim, file) ? GN_ERR_IO : sim_begin(sim, &met);
    if (!err && met) {
        err = GN_ERR_IO; /* what waits is decided at the reboot */
    } else if (!err && sim_counts_down(&sim->syncs_left)) {
        gn_sim_image_settle(&file->node->image, &sim->fate);
        err = GN_ERR_IO;
    } else if (!err) {
        gn_sim_image_sync(&file->node->image);
    }
    pthread_mutex_unlock(&sim->lock);
    return err;
}

static gn_err sim_remove_locked(struct gn_disk_sim *sim, const char *path)
{
    struct sim_node *node = sim_find(sim, path);
    bool met = false;
    if (sim->is_cut)
        return GN_ERR_IO;
    if (node == NULL)
        return GN_ERR_NOT_FOUND;
    if (node->is_dir)
        return GN_ERR_INVAL;
    const gn_err err = sim_begin(sim, &met);
    if (err)
        return err;
    node->seen = false;
    sim_sweep(sim);
    return met ? GN_ERR_IO : GN_OK;
}

static gn_err sim_remove(void *self, const char *path)
{
    struct gn_disk_sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    const gn_err err = sim_remove_locked(sim, path);
    pthread_mutex_unlock(&sim->lock);
    return err;
}

static gn_err sim_make_dir_locked(struct gn_disk_sim *sim, const char *path)
{
    struct sim_node *node = sim_find(sim, path);
    bool met = false;
    if (sim->is_cut)
        return GN_ERR_IO;
    if (node != NULL)
        return node->is_dir ? GN_OK : GN_ERR_EXISTS;
    if (sim_dir_is_there(sim, gn_str_of(path)))
        return GN_OK;
    if (!sim_dir_is_there(sim, sim_parent(path)))
        return GN_ERR_NOT_FOUND;
    gn_err err = sim_begin(sim, &met);
    if (!err)
        err = sim_node_new(sim, path, true, &node);
    return met ? GN_ERR_IO : err;
}

static gn_err sim_make_dir(void *self, const char *path)
{
    struct gn_disk_sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    const gn_err err = sim_make_dir_locked(sim, path);
    pthread_mutex_unlock(&sim->lock);
    return err;
}

static gn_err sim_sync_dir_locked(struct gn_disk_sim *sim, const char *path)
{
    bool met = false;
    if (sim->is_cut)
        return GN_ERR_IO;
    if (!sim_dir_is_there(sim, gn_str_of(path)))
        return GN_ERR_NOT_FOUND;
    const gn_err err = sim_begin(sim, &met);
    if (err || met)
        return err ? err : GN_ERR_IO;
    if (sim_counts_down(&sim->syncs_left))
        return GN_ERR_IO;
    for (struct sim_node *node = sim->nodes; node != NULL; node = node->next)
        if (gn_str_equal(sim_parent(node->path), gn_str_of(path)))
            node->durable = node->seen;
    sim_sweep(sim);
    return GN_OK;
}

static gn_err sim_sync_dir(void *self, const char *path)
{
    struct gn_disk_sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    const gn_err err = sim_sync_dir_locked(sim, path);
    pthread_mutex_unlock(&sim->lock);
    return err;
}

/* The lock is not held while `each` runs, so that it may remove what it is shown. */
static gn_err sim_list(void *self, const char *path, void (*each)(void *ctx, const char *name), void *ctx)
{
    struct gn_disk_sim *sim = self;
    pthread_mutex_lock(&sim->lock);
    size_t count = 0;
    gn_err err = GN_OK;
    if (sim->is_cut)
        err = GN_ERR_IO;
    else if (!sim_dir_is_there(sim, gn_str_of(path)))
        err = GN_ERR_NOT_FOUND;
    for (struct sim_node *node = sim->nodes; node != NULL; node = node->next)
        count++;
    char(*names)[SIM_PATH_BYTES] = err ? NULL : gn_mem_take((count + 1) * sizeof *names, "simulated disk");
    if (!err && names == NULL)
        err = GN_ERR_IO;
    size_t shown = 0;
    for (struct sim_node *node = sim->nodes; node != NULL && !err; node = node->next) {
        const gn_str parent = sim_parent(node->path);
        if (!node->seen || node->is_dir || !gn_str_equal(parent, gn_str_of(path)))
            continue;
        const char *slash = strrchr(node->path, '/');
        const char *name = slash == NULL ? node->path : slash + 1;
        memcpy(names[shown++], name, strlen(name) + 1);
    }
    pthread_mutex_unlock(&sim->lock);
    for (size_t i = 0; i < shown; i++)
        each(ctx, names[i]);
    gn_mem_give(names);
    return err;
}

struct gn_disk gn_disk_simulated(struct gn_disk_sim *sim)
{
    return (struct gn_disk){
        .self = sim,
        .open = sim_open,
        .close = sim_close,
        .size = sim_size,
        .read = sim_read,
        .write = sim_write,
        .allocate = sim_allocate,
        .sync = sim_sync,
        .truncate = sim_truncate,
        .remove = sim_remove,
        .make_dir = sim_make_dir,
        .sync_dir = sim_sync_dir,
        .list = sim_list,
    };
}

struct gn_disk_sim *gn_disk_sim_new(uint64_t seed)
{
    struct gn_disk_sim *sim = gn_mem_take(sizeof *sim, "simulated disk");
    if (sim == NULL)
        return NULL;
    pthread_mutex_init(&sim->lock, NULL);
    sim->fate.state = seed;
    sim->space = GN_DISK_SIM_ENDLESS;
    return sim;
}

void gn_disk_sim_free(struct gn_disk_sim *sim)
{
    if (sim == NULL)
        return;
    for (struct sim_node *node = sim->nodes; node != NULL; node = node->next) {
        assert(node->open_count == 0);
        node->seen = false;
        node->durable = false;
    }
    sim_sweep(sim);
    pthread_mutex_destroy(&sim->lock);
    gn_mem_give(sim);
}

void gn_disk_sim_cut_at(struct gn_disk_sim *sim, uint64_t n)
{
    pthread_mutex_lock(&sim->lock);
    sim->cut_at = n == 0 ? 0 : sim->operations + n;
    pthread_mutex_unlock(&sim->lock);
}

void gn_disk_sim_cut(struct gn_disk_sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    sim->is_cut = true;
    pthread_mutex_unlock(&sim->lock);
}

bool gn_disk_sim_is_cut(struct gn_disk_sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    const bool is_cut = sim->is_cut;
    pthread_mutex_unlock(&sim->lock);
    return is_cut;
}

/* Which names are there: what the directory had on the platter, plus by chance what it had not. */
static void sim_reboot_names(struct gn_disk_sim *sim)
{
    for (struct sim_node *node = sim->nodes; node != NULL; node = node->next) {
        if (node->seen != node->durable && !gn_sim_coin(&sim->fate))
            node->seen = node->durable;
        for (struct sim_node *old = sim->nodes; old != node && node->seen; old = old->next)
            if (old->seen && strcmp(old->path, node->path) == 0)
                old->seen = false; /* one name, one file: the newer one took its place */
    }
    /* A directory stands before what is in it, so one pass takes whole trees with a lost directory. */
    for (struct sim_node *node = sim->nodes; node != NULL; node = node->next) {
        if (!sim_dir_is_there(sim, sim_parent(node->path)))
            node->seen = false;
        node->durable = node->seen;
    }
}

void gn_disk_sim_reboot(struct gn_disk_sim *sim, uint64_t seed)
{
    pthread_mutex_lock(&sim->lock);
    sim->fate = (struct gn_sim_fate){
        .state = seed,
        .keep_all = seed == GN_DISK_SIM_KEEP,
        .drop_all = seed == GN_DISK_SIM_DROP,
    };
    sim_reboot_names(sim);
    for (struct sim_node *node = sim->nodes; node != NULL; node = node->next)
        gn_sim_image_reboot(&node->image, &sim->fate);
    sim->fate.keep_all = false;
    sim->fate.drop_all = false;
    sim->boot++;
    sim->cut_at = 0;
    sim->is_cut = false;
    sim->syncs_left = 0;
    sim->reads_left = 0;
    sim->writes_left = 0;
    sim_sweep(sim);
    pthread_mutex_unlock(&sim->lock);
}

uint64_t gn_disk_sim_operations(struct gn_disk_sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    const uint64_t operations = sim->operations;
    pthread_mutex_unlock(&sim->lock);
    return operations;
}

uint64_t gn_disk_sim_used(struct gn_disk_sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    const uint64_t used = sim_used(sim);
    pthread_mutex_unlock(&sim->lock);
    return used;
}

/* All knobs are one store under the lock. */
static void sim_set(struct gn_disk_sim *sim, uint64_t *knob, uint64_t value)
{
    pthread_mutex_lock(&sim->lock);
    *knob = value;
    pthread_mutex_unlock(&sim->lock);
}

void gn_disk_sim_set_space(struct gn_disk_sim *sim, uint64_t bytes)
{
    sim_set(sim, &sim->space, bytes);
}

void gn_disk_sim_fail_sync(struct gn_disk_sim *sim, uint64_t n)
{
    sim_set(sim, &sim->syncs_left, n);
}

void gn_disk_sim_fail_read(struct gn_disk_sim *sim, uint64_t n)
{
    sim_set(sim, &sim->reads_left, n);
}

void gn_disk_sim_fail_write(struct gn_disk_sim *sim, uint64_t n)
{
    sim_set(sim, &sim->writes_left, n);
}

void gn_disk_sim_set_read_only(struct gn_disk_sim *sim, bool read_only)
{
    pthread_mutex_lock(&sim->lock);
    sim->read_only = read_only;
    pthread_mutex_unlock(&sim->lock);
}

gn_err gn_disk_sim_rot(struct gn_disk_sim *sim, const char *path, uint64_t offset, uint8_t mask)
{
    pthread_mutex_lock(&sim->lock);
    struct sim_node *node = sim_find(sim, path);
    const bool done = node != NULL && !node->is_dir && gn_sim_image_rot(&node->image, offset, mask);
    pthread_mutex_unlock(&sim->lock);
    return done ? GN_OK : GN_ERR_NOT_FOUND;
}
