/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/agent/load_fake.h"
#include "cli/agent/proc_text.h"

/* Resident pages of this process. */
static uint64_t resident_pages(void)
{
    uint64_t pages = 0;
    char text[128] = "";
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        gn_str line = { text, fread(text, 1, sizeof text, file) };
        if (!gn_proc_skip(&line, 1) || !gn_proc_u64(&line, &pages))
            pages = 0;
        (void)fclose(file);
    }
    return pages;
}

static uint64_t pages_before;

static bool has_taken(struct gn_load_run *run)
{
    return resident_pages() >= pages_before + (uint64_t)run->bytes / 4096;
}

static void it_takes_at_most_a_quarter_and_gives_it_back(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct gn_load_run run = { .dir = "/tmp", .fd = -1 };
    assert_int_equal(gn_load_memory.plan(&run, &diag), GN_OK);
    assert_true(run.bytes >= 1024 * 1024 && run.bytes <= GN_LOAD_MEMORY_BYTES_MAX);
    assert_int_equal(run.threads, 1);
    run.bytes = 16 * 1024 * 1024;
    pages_before = resident_pages();
    assert_true(load_fake_run(&gn_load_memory, &run, has_taken));
    assert_true(resident_pages() < pages_before + (uint64_t)run.bytes / 4096 / 2);
    assert_int_equal(atomic_load(&run.error), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(it_takes_at_most_a_quarter_and_gives_it_back) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
