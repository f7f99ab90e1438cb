/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/agent/disturbance.h"

static char dir[40];
static char path[64];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/ganglion-dist-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/disturbance", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(dir);
}

static void it_runs_until_it_is_told_to_stop_and_is_over_when_it_ends(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct gn_disturbance one;
    struct gn_disturbance_stop stop;
    assert_int_equal(gn_disturbance_stop_begin(&stop, dir, &diag), GN_ERR_NOT_FOUND);
    assert_string_equal(diag.text, "no disturbance is running here");
    assert_int_equal(gn_disturbance_begin(&one, dir, "cpu", 60, 1795317840000, &diag), GN_OK);
    assert_false(gn_disturbance_is_asked_to_stop(&one));
    assert_int_equal(gn_disturbance_stop_begin(&stop, dir, &diag), GN_OK);
    assert_string_equal(stop.kind, "cpu");
    assert_int_equal(stop.started_ms, 1795317840000);
    assert_true(gn_disturbance_is_asked_to_stop(&one));
    assert_false(gn_disturbance_stop_is_over(&stop));
    gn_disturbance_end(&one);
    assert_true(gn_disturbance_stop_is_over(&stop));
    assert_false(gn_disturbance_stop_is_over(&stop)); /* said once */
    gn_disturbance_end(&one);
    gn_disturbance_stop_forget(&stop);
}

static void there_is_one_at_a_time(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct gn_disturbance one;
    struct gn_disturbance two;
    assert_int_equal(gn_disturbance_begin(&one, dir, "cpu", 60, 1, &diag), GN_OK);
    assert_int_equal(gn_disturbance_begin(&two, dir, "disk", 60, 1, &diag), GN_ERR_BUSY);
    assert_memory_equal(diag.text, "a disturbance runs already (", 28);
    gn_disturbance_end(&two); /* never began */
    gn_disturbance_end(&one);
    assert_int_equal(access(path, F_OK), -1); /* nothing is left */
    assert_int_equal(gn_disturbance_begin(&two, dir, "disk", 60, 1, &diag), GN_OK);
    gn_disturbance_end(&two);
}

static void a_new_one_may_begin_while_the_old_one_is_ending(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct gn_disturbance one;
    struct gn_disturbance two;
    struct gn_disturbance_stop stop;
    assert_int_equal(gn_disturbance_begin(&one, dir, "cpu", 60, 1, &diag), GN_OK);
    assert_int_equal(gn_disturbance_stop_begin(&stop, dir, &diag), GN_OK);
    assert_int_equal(gn_disturbance_begin(&two, dir, "disk", 60, 1, &diag), GN_OK);
    gn_disturbance_end(&one); /* must not take the other's file away */
    assert_true(gn_disturbance_stop_is_over(&stop));
    assert_false(gn_disturbance_is_asked_to_stop(&two));
    assert_int_equal(access(path, F_OK), 0);
    gn_disturbance_end(&two);
}

static void what_a_killed_process_left_is_known_by_its_free_lock(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    int told[2];
    assert_int_equal(pipe(told), 0);
    const pid_t child = fork();
    if (child == 0) {
        struct gn_disturbance one;
        struct gn_diag ignored = { 0 };
        const char ready = gn_disturbance_begin(&one, dir, "memory", 60, 1, &ignored) == GN_OK ? 'y' : 'n';
        if (write(told[1], &ready, 1) != 1)
            _exit(1);
        for (;;)
            (void)pause();
    }
    char ready = 'n';
    assert_int_equal(read(told[0], &ready, 1), 1);
    assert_int_equal(ready, 'y');
    struct gn_disturbance two;
    assert_int_equal(gn_disturbance_begin(&two, dir, "cpu", 1, 1, &diag), GN_ERR_BUSY);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(access(path, F_OK), 0); /* stale */
    struct gn_disturbance_stop stop;
    assert_int_equal(gn_disturbance_stop_begin(&stop, dir, &diag), GN_ERR_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1); /* cleared away */
    FILE *file = fopen(path, "w");            /* and a stale one does not hinder a new one */
    assert_non_null(file);
    (void)fclose(file);
    assert_int_equal(gn_disturbance_begin(&two, dir, "cpu", 1, 1, &diag), GN_OK);
    gn_disturbance_end(&two);
    (void)close(told[0]);
    (void)close(told[1]);
}

static void a_file_of_nonsense_is_stopped_all_the_same(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct gn_disturbance one;
    struct gn_disturbance_stop stop;
    assert_int_equal(gn_disturbance_begin(&one, dir, "cpu", 60, 1, &diag), GN_OK);
    assert_int_equal(ftruncate(one.fd, 0), 0);
    assert_int_equal(pwrite(one.fd, "a-kind-that-is-far-too-long x y", 31, 0), 31);
    assert_int_equal(gn_disturbance_stop_begin(&stop, dir, &diag), GN_OK);
    assert_string_equal(stop.kind, "unknown");
    assert_int_equal(stop.started_ms, 0);
    gn_disturbance_end(&one);
    assert_true(gn_disturbance_stop_is_over(&stop));
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct gn_disturbance one;
    assert_int_equal(gn_disturbance_begin(&one, "/tmp/there-is-no-such-folder", "cpu", 1, 1, &diag), GN_ERR_IO);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(gn_disturbance_begin(&one, dir, "cpu", 1, 1, &diag), GN_ERR_IO); /* a link is not followed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_runs_until_it_is_told_to_stop_and_is_over_when_it_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(there_is_one_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_one_may_begin_while_the_old_one_is_ending, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_killed_process_left_is_known_by_its_free_lock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_nonsense_is_stopped_all_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_an_error, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
