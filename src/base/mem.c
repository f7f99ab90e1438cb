/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MEM_ALIGN = 64, MEM_MAP_BYTES_MIN = 65536, MEM_ROWS_MAX = 128 };

#define MEM_MAGIC UINT64_C(0x4B4C42204D454D47) /* "GMEM BLK" */

/* Stands before each block, and keeps it aligned. */
struct mem_head {
    _Alignas(MEM_ALIGN) uint64_t magic;
    size_t size;   /* as asked for */
    size_t mapped; /* bytes to unmap; 0 = from the heap */
    size_t row;
};

_Static_assert(sizeof(struct mem_head) == MEM_ALIGN, "the block behind it stays aligned");

static struct {
    pthread_mutex_t lock; /* guards all of it */
    struct gn_mem_row rows[MEM_ROWS_MAX];
    size_t row_count;
    size_t fail_after;
} mem_plan = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Purposes beyond the table share its last row. */
static size_t mem_row_of(const char *purpose)
{
    for (size_t i = 0; i < mem_plan.row_count; i++)
        if (strcmp(mem_plan.rows[i].purpose, purpose) == 0)
            return i;
    if (mem_plan.row_count < MEM_ROWS_MAX) {
        mem_plan.rows[mem_plan.row_count].purpose = purpose;
        mem_plan.row_count++;
    } else {
        mem_plan.rows[MEM_ROWS_MAX - 1].purpose = "others";
    }
    return mem_plan.row_count - 1;
}

static struct mem_head *mem_raw(size_t size, size_t *out_mapped)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    const size_t whole = (size + sizeof(struct mem_head) + MEM_ALIGN - 1) & ~(size_t)(MEM_ALIGN - 1);
    if (size < MEM_MAP_BYTES_MIN) {
        *out_mapped = 0;
        struct mem_head *head = aligned_alloc(MEM_ALIGN, whole);
        if (head != NULL)
            memset(head, 0, whole);
        return head;
    }
    *out_mapped = whole;
    void *at = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

void *gn_mem_take(size_t size, const char *purpose)
{
    pthread_mutex_lock(&mem_plan.lock);
    const bool fails = mem_plan.fail_after > 0 && --mem_plan.fail_after == 0;
    size_t mapped = 0;
    struct mem_head *head = fails ? NULL : mem_raw(size, &mapped);
    if (head != NULL) {
        const size_t row = mem_row_of(purpose);
        *head = (struct mem_head){ .magic = MEM_MAGIC, .size = size, .mapped = mapped, .row = row };
        mem_plan.rows[row].bytes += size;
        mem_plan.rows[row].blocks++;
    }
    pthread_mutex_unlock(&mem_plan.lock);
    return head == NULL ? NULL : head + 1;
}

void gn_mem_give(void *memory)
{
    if (memory == NULL)
        return;
    struct mem_head *head = (struct mem_head *)memory - 1;
    assert(head->magic == MEM_MAGIC); /* given twice, or not ours */
    head->magic = 0;
    pthread_mutex_lock(&mem_plan.lock);
    mem_plan.rows[head->row].bytes -= head->size;
    mem_plan.rows[head->row].blocks--;
    pthread_mutex_unlock(&mem_plan.lock);
    if (head->mapped > 0)
        (void)munmap(head, head->mapped);
    else
        free(head);
}

size_t gn_mem_plan(struct gn_mem_row *out, size_t capacity)
{
    size_t count = 0;
    pthread_mutex_lock(&mem_plan.lock);
    for (size_t i = 0; i < mem_plan.row_count; i++) {
        if (mem_plan.rows[i].blocks == 0)
            continue;
        if (count < capacity)
            out[count] = mem_plan.rows[i];
        count++;
    }
    pthread_mutex_unlock(&mem_plan.lock);
    return count;
}

void gn_mem_fail_after(size_t takes)
{
    pthread_mutex_lock(&mem_plan.lock);
    mem_plan.fail_after = takes;
    pthread_mutex_unlock(&mem_plan.lock);
}
