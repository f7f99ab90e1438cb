/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/agent/loads.h"
#include "cli/agent/proc_text.h"

enum { MEMORY_SHARE = 4, MEMORY_PAGE_BYTES = 4096, MEMORY_LOOK_PAGES = 1024, MEMORY_TEXT_BYTES = 8192 };
enum { MEMORY_BYTES_MIN = 1024 * 1024 };

static size_t memory_file(const char *path, char *text, size_t capacity)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    const ssize_t size = read(fd, text, capacity);
    (void)close(fd);
    return size > 0 ? (size_t)size : 0;
}

/* If the kernel runs out of memory all the same, this process goes first, and nobody else's. */
static void memory_volunteer(void)
{
    const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    const ssize_t written = write(fd, "1000", 4);
    (void)written; /* without it the bound of a quarter still holds */
    (void)close(fd);
}

/* A quarter of what is available, at most 2 GiB. */
static gn_err memory_plan(struct gn_load_run *run, struct gn_diag *diag)
{
    char text[MEMORY_TEXT_BYTES];
    uint64_t available_kib = 0;
    const size_t size = memory_file("/proc/meminfo", text, sizeof text);
    if (!gn_proc_named((gn_str){ text, size }, GN_STR("MemAvailable:"), &available_kib) ||
        available_kib > UINT64_MAX / 1024) {
        gn_diag_set(diag, 0, 0, "/proc/meminfo does not say how much memory is available");
        return GN_ERR_INVAL;
    }
    const uint64_t allowed = available_kib * 1024 / MEMORY_SHARE;
    run->bytes = allowed < (uint64_t)GN_LOAD_MEMORY_BYTES_MAX ? (int64_t)allowed : GN_LOAD_MEMORY_BYTES_MAX;
    run->bytes -= run->bytes % MEMORY_PAGE_BYTES;
    run->threads = 1;
    if (run->bytes < MEMORY_BYTES_MIN) {
        gn_diag_set(diag, 0, 0, "too little memory is available to take a quarter of it");
        return GN_ERR_INVAL;
    }
    return GN_OK;
}

static void *memory_work(void *opaque)
{
    struct gn_load_run *run = opaque;
    memory_volunteer();
    const size_t size = (size_t)run->bytes;
    volatile uint8_t *pages =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) {
        atomic_store(&run->error, errno);
        return NULL;
    }
    for (size_t at = 0; !atomic_load_explicit(&run->stop, memory_order_relaxed);) {
        for (size_t i = 0; i < MEMORY_LOOK_PAGES; i++) {
            pages[at]++;
            at = at + MEMORY_PAGE_BYTES < size ? at + MEMORY_PAGE_BYTES : 0;
        }
    }
    (void)munmap((void *)(uintptr_t)pages, size);
    return NULL;
}

const struct gn_load gn_load_memory = {
    .kind = "memory",
    .doing = "a quarter of the available memory is taken and touched",
    .plan = memory_plan,
    .work = memory_work,
};
