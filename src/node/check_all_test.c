/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/core.h"
#include "node/node.h"

static char dir[64];

struct told {
    uint64_t count;
    char file[600];
    char what[600];
};

static int make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/gn_check_XXXXXX");
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int drop_dir(void **state)
{
    char command[128];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

static void tell(void *ctx, const char *file, const char *where, const char *what)
{
    struct told *told = ctx;
    (void)where;
    told->count++;
    (void)snprintf(told->file, sizeof told->file, "%s", file);
    (void)snprintf(told->what, sizeof told->what, "%s", what);
}

/* Two groups of ticks, so that damage in the first has the second to vouch for it. */
static void fill_journal(void)
{
    struct gn_core core;
    struct gn_diag diag = { 0 };
    assert_int_equal(gn_core_open(&core, dir, &diag), GN_OK);
    for (int group = 0; group < 2; group++) {
        const uint64_t seq = gn_journal_next_seq(core.journal);
        const struct gn_record_tick tick = { .head = { sizeof tick, GN_RECORD_TICK, 0, 0, seq },
                                             .time_ms = 1767225600000 };
        const struct gn_iov part = { &tick, sizeof tick };
        assert_int_equal(gn_journal_append(core.journal, &part, 1, seq, 1, 0), GN_OK);
        assert_int_equal(gn_journal_sync(core.journal), GN_OK);
    }
    gn_core_close(&core);
}

static void flip_in_first_segment(long offset)
{
    char path[200];
    (void)snprintf(path, sizeof path, "ls %s/journal/*.gnj", dir);
    FILE *names = popen(path, "r");
    assert_non_null(names);
    assert_non_null(fgets(path, sizeof path, names));
    (void)pclose(names);
    path[strcspn(path, "\n")] = '\0';
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    const int byte = fgetc(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fputc(byte ^ 1, file), byte ^ 1);
    assert_int_equal(fclose(file), 0);
}

static void all_of_a_directory_is_read(void **state)
{
    (void)state;
    struct told told = { 0 };
    struct gn_check_summary sum;
    fill_journal();
    assert_int_equal(gn_node_check(dir, tell, NULL, &told, &sum), GN_OK);
    assert_int_equal(sum.problem_count, 0);
    assert_true(sum.record_count >= 2);
}

static void damage_of_the_journal_is_told_with_its_file(void **state)
{
    (void)state;
    struct told told = { 0 };
    struct gn_check_summary sum;
    fill_journal();
    flip_in_first_segment(100);
    assert_int_equal(gn_node_check(dir, tell, NULL, &told, &sum), GN_OK);
    assert_true(sum.problem_count >= 1);
    assert_int_equal(sum.problem_count, told.count);
    assert_non_null(strstr(told.file, ".gnj"));
    assert_true(told.what[0] != '\0');
}

static void put_file(const char *name, const char *content)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static void what_lies_beside_them_is_read_too(void **state)
{
    (void)state;
    static const char *const names[] = { "sessions.image", "guard/credentials", "guard/certificates" };
    struct gn_check_summary sum;
    fill_journal();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct told told = { 0 };
        put_file(names[i], "a letter to my aunt, long enough to be taken for something else\n");
        assert_int_equal(gn_node_check(dir, tell, NULL, &told, &sum), GN_OK);
        assert_int_equal(sum.problem_count, i + 1);
        assert_non_null(strstr(told.file, i == 0 ? names[0] : names[i]));
        assert_true(told.what[0] != '\0');
    }
}

static void where_nothing_is_that_is_told(void **state)
{
    (void)state;
    struct told told = { 0 };
    struct gn_check_summary sum;
    assert_int_equal(gn_node_check(dir, tell, NULL, &told, &sum), GN_ERR_NOT_FOUND);
    assert_int_equal(told.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_of_a_directory_is_read, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(damage_of_the_journal_is_told_with_its_file, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(what_lies_beside_them_is_read_too, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(where_nothing_is_that_is_told, make_dir, drop_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
