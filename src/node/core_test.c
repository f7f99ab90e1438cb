/* SPDX-License-Identifier: Apache-2.0 */
#include "node/core.h"

#include <fcntl.h>

#include "node/node.h"
#include "node/test_records.h"
#include "store/journal_int.h"

static int setup(void **state)
{
    char *dir = gn_mem_take(64, "a test's folder");
    story_folder(dir);
    *state = dir;
    return 0;
}

static int teardown(void **state)
{
    story_folder_remove(*state);
    gn_mem_give(*state);
    return 0;
}

static struct gn_core core; /* too large for the stack */

static void a_new_folder_opens_empty_and_private(void **state)
{
    struct gn_diag diag = { 0 };
    char path[128];
    (void)snprintf(path, sizeof path, "%s/deep/down", (char *)*state);
    assert_int_equal(gn_core_open(&core, path, &diag), GN_OK);
    assert_int_equal(core.intake.next_seq, 1);
    assert_int_equal(core.intake.registry.thing_count, 0);
    gn_core_close(&core);
    (void)snprintf(path, sizeof path, "test \"$(stat -c %%a '%s/deep/down')\" = 700", (char *)*state);
    assert_int_equal(system(path), 0); /* tidy:allow banned asks for the mode */
}

static void a_folder_that_cannot_be_made_says_which(void **state)
{
    struct gn_diag diag = { 0 };
    char path[128];
    (void)snprintf(path, sizeof path, "%s/file", (char *)*state);
    const int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
    (void)snprintf(path, sizeof path, "%s/file/below", (char *)*state);
    assert_int_not_equal(gn_core_open(&core, path, &diag), GN_OK);
    assert_true(strstr(diag.text, "file") != NULL || strstr(diag.file, "file") != NULL);
    char long_path[GN_CORE_PATH_BYTES + 8];
    memset(long_path, 'x', sizeof long_path);
    long_path[sizeof long_path - 1] = '\0';
    assert_int_not_equal(gn_core_open(&core, long_path, &diag), GN_OK);
}

static void a_history_ahead_of_its_journal_is_refused(void **state)
{
    struct gn_diag diag = { 0 };
    char id[GN_THING_ID_BYTES_MAX + 1], token[GN_TOKEN_BYTES], command[128];
    assert_int_equal(gn_node_thing_add_offline(*state, GN_STR("one"), id, token, &diag), GN_OK);
    assert_int_equal(gn_core_open(&core, *state, &diag), GN_OK);
    assert_int_equal(gn_core_settle(&core), GN_OK);
    gn_core_close(&core);
    (void)snprintf(command, sizeof command, "rm -r '%s/journal'", (char *)*state);
    assert_int_equal(system(command), 0); /* tidy:allow banned removes the journal, as an accident would */
    assert_int_equal(gn_core_open(&core, *state, &diag), GN_ERR_CORRUPT);
    assert_non_null(strstr(diag.text, "part of the journal is gone"));
}

/* A journal of many small segments: one Thing with one series, and readings. */
static void write_segments(const char *dir, int reading_count)
{
    const struct gn_disk disk = gn_disk_linux();
    const struct gn_journal_sizes sizes = { 16384, 4096, 16384 };
    struct gn_journal *journal = NULL;
    struct gn_diag diag = { 0 };
    struct story story = story_begin();
    const uint32_t series = story_series(&story, story_thing(&story, "press"), "load");
    for (int i = 0; i < reading_count; i++)
        story_reading(&story, series, i);
    assert_int_equal(gn_journal_open_sized(&disk, dir, STORY_BEGIN_MS, sizes, &journal, &diag), GN_OK);
    STORY_EACH(&story, record)
    {
        const struct gn_iov part = { record, record->size };
        assert_int_equal(gn_journal_append(journal, &part, 1, record->seq, 1, STORY_BEGIN_MS), GN_OK);
    }
    assert_int_equal(gn_journal_sync(journal), GN_OK);
    gn_journal_close(journal);
    story_end(&story);
}

static void spoil(const char *path)
{
    uint8_t byte;
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, 8000), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, 8000), 1);
    (void)close(fd);
}

static void damage_where_nothing_is_needed_any_more_does_not_keep_it_shut(void **state)
{
    struct gn_diag diag = { 0 };
    char path[128];
    write_segments(*state, 1000);
    assert_int_equal(gn_core_open(&core, *state, &diag), GN_OK);
    assert_int_equal(core.caught_up_count, 1002);
    assert_int_equal(gn_core_settle(&core), GN_OK);
    gn_core_close(&core);
    (void)snprintf(path, sizeof path, "%s/journal/00000000000000000001.gnj", (char *)*state);
    spoil(path);
    assert_int_equal(gn_core_open(&core, *state, &diag), GN_OK); /* it would only have been looked at for packets */
    assert_int_equal(core.caught_up_count, 0);
    assert_int_equal(core.intake.next_seq, 1003);
    gn_core_close(&core);
    (void)snprintf(path, sizeof path, "%s/history.db", (char *)*state);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(gn_core_open(&core, *state, &diag), GN_ERR_CORRUPT); /* now it is needed */
    assert_non_null(strstr(diag.file, "00000000000000000001.gnj"));
}

static void a_failed_open_holds_nothing(void **state)
{
    struct gn_diag diag = { 0 };
    for (size_t takes = 1; takes < 400; takes++) { /* every allocation of the boot fails once */
        gn_mem_fail_after(takes);
        const gn_err err = gn_core_open(&core, *state, &diag);
        gn_mem_fail_after(0);
        if (err == GN_OK) {
            gn_core_close(&core);
            assert_true(takes > 8);
            return;
        }
        assert_true(err == GN_ERR_FULL || err == GN_ERR_IO); /* a file that cannot be opened for want of memory */
        assert_int_equal(gn_core_open(&core, *state, &diag), GN_OK); /* the lock is free again */
        gn_core_close(&core);
    }
    fail_msg("the boot takes more memory blocks than this test tries");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_new_folder_opens_empty_and_private),
        CASE(a_folder_that_cannot_be_made_says_which),
        CASE(a_history_ahead_of_its_journal_is_refused),
        CASE(damage_where_nothing_is_needed_any_more_does_not_keep_it_shut),
        CASE(a_failed_open_holds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
