/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"

static char dir[32];
static char path_text[256];

static const char *in_dir(const char *name)
{
    (void)snprintf(path_text, sizeof path_text, "%s/%s", dir, name);
    return path_text;
}

static int begin(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/gn_file_XXXXXX");
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int end(void **state)
{
    (void)state;
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static gn_bytes bytes_of(const char *text)
{
    return (gn_bytes){ (const uint8_t *)text, strlen(text) };
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void what_was_put_is_read_back(void **state)
{
    (void)state;
    char text[16];
    size_t size = 0;
    assert_int_equal(gn_file_replace(in_dir("a"), bytes_of("first, longer")), GN_OK);
    assert_int_equal(gn_file_replace(in_dir("a"), bytes_of("second")), GN_OK);
    assert_int_equal(gn_file_read_all(in_dir("a"), text, sizeof text, &size), GN_OK);
    assert_int_equal(size, 6);
    assert_memory_equal(text, "second", 6);
    assert_int_equal(mode_of(in_dir("a")), 0600);
    assert_int_equal(access(in_dir("a.new"), F_OK), -1); /* nothing is left beside it */
    assert_int_equal(gn_file_replace(in_dir("a"), (gn_bytes){ 0 }), GN_OK);
    assert_int_equal(gn_file_read_all(in_dir("a"), text, sizeof text, &size), GN_OK);
    assert_int_equal(size, 0);
}

static void a_file_must_fit_the_buffer(void **state)
{
    (void)state;
    char text[8];
    size_t size = 99;
    assert_int_equal(gn_file_replace(in_dir("a"), bytes_of("12345678")), GN_OK);
    assert_int_equal(gn_file_read_all(in_dir("a"), text, 7, &size), GN_ERR_FULL);
    assert_int_equal(size, 99);
    assert_int_equal(gn_file_read_all(in_dir("a"), text, 8, &size), GN_OK);
    assert_int_equal(size, 8);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    char text[8];
    size_t size;
    assert_int_equal(gn_file_read_all(in_dir("none"), text, sizeof text, &size), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_file_read_all(in_dir("none/none"), text, sizeof text, &size), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_file_replace(in_dir("none/a"), bytes_of("x")), GN_ERR_NOT_FOUND);
}

static void a_symbolic_link_is_not_followed(void **state)
{
    (void)state;
    char target[256];
    char text[8];
    size_t size;
    (void)snprintf(target, sizeof target, "%s/target", dir);
    assert_int_equal(gn_file_replace(target, bytes_of("secret")), GN_OK);
    assert_int_equal(symlink(target, in_dir("link")), 0);
    assert_int_equal(gn_file_read_all(in_dir("link"), text, sizeof text, &size), GN_ERR_DENIED);
    assert_int_equal(symlink(target, in_dir("b.new")), 0);
    assert_int_equal(gn_file_replace(in_dir("b"), bytes_of("x")), GN_ERR_DENIED);
    assert_int_equal(gn_file_read_all(target, text, sizeof text, &size), GN_OK);
    assert_int_equal(size, 6);
}

static void what_a_power_cut_left_behind_is_written_over(void **state)
{
    (void)state;
    char text[16];
    size_t size = 0;
    assert_int_equal(gn_file_replace(in_dir("a.new"), bytes_of("a longer, half written one")), GN_OK);
    assert_int_equal(gn_file_replace(in_dir("a"), bytes_of("whole")), GN_OK);
    assert_int_equal(gn_file_read_all(in_dir("a"), text, sizeof text, &size), GN_OK);
    assert_int_equal(size, 5);
}

/* A file may not grow beyond 1000 bytes: the closest a test comes to a full disk without one. */
static void without_space_the_old_content_stands(void **state)
{
    (void)state;
    static uint8_t large[4096];
    char text[8];
    size_t size = 0;
    assert_int_equal(gn_file_replace(in_dir("a"), bytes_of("old")), GN_OK);
    const pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = { 1000, 1000 };
        (void)signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(100);
        _exit((int)gn_file_replace(in_dir("a"), (gn_bytes){ large, sizeof large }));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), GN_ERR_NO_SPACE);
    assert_int_equal(gn_file_read_all(in_dir("a"), text, sizeof text, &size), GN_OK);
    assert_int_equal(size, 3);
    assert_int_equal(access(in_dir("a.new"), F_OK), -1);
}

static void directories_are_made_all_the_way(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    assert_int_equal(gn_dir_make(in_dir("x/y//z/"), &diag), GN_OK);
    assert_int_equal(gn_dir_make(in_dir("x/y/z"), &diag), GN_OK);
    assert_int_equal(mode_of(in_dir("x/y/z")), 0700);
    assert_int_equal(mode_of(in_dir("x")), 0700);
    assert_int_equal(gn_dir_make("/", &diag), GN_OK);
    assert_int_equal(gn_dir_make(dir, NULL), GN_OK);
}

static void a_file_in_the_way_is_named(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    char wanted[300];
    assert_int_equal(gn_file_replace(in_dir("file"), bytes_of("x")), GN_OK);
    (void)snprintf(wanted, sizeof wanted, "%s/file: is not a directory", dir);
    assert_int_equal(gn_dir_make(in_dir("file/below"), &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, wanted);
    assert_string_equal(diag.file, in_dir("file/below"));
    assert_int_equal(gn_dir_make(in_dir("file"), &diag), GN_ERR_INVAL);
}

static void a_place_that_cannot_be_is_named(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    static char endless[9000];
    assert_int_equal(gn_dir_make("", &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "the path of a directory is empty or too long");
    memset(endless, 'a', sizeof endless - 1);
    assert_int_equal(gn_dir_make(endless, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "the path of a directory is empty or too long");
    assert_int_not_equal(gn_dir_make("/proc/none", &diag), GN_OK);
    assert_non_null(strstr(diag.text, "/proc/none: cannot be made: "));
}

static void a_lock_is_held_by_one(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    char wanted[300];
    int fd = -1;
    int second = -7;
    assert_int_equal(gn_lock_take(in_dir("lock"), &fd, &diag), GN_OK);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(gn_lock_take(in_dir("lock"), &second, &diag), GN_ERR_BUSY);
    (void)snprintf(wanted, sizeof wanted, "%s/lock: process %ld holds it", dir, (long)getpid());
    assert_string_equal(diag.text, wanted);
    assert_int_equal(second, -7);
    assert_int_equal(gn_lock_take(in_dir("lock"), &second, NULL), GN_ERR_BUSY);
    (void)close(fd);
    assert_int_equal(gn_lock_take(in_dir("lock"), &fd, &diag), GN_OK);
    (void)close(fd);
}

static void a_lock_ends_with_its_process(void **state)
{
    (void)state;
    int ready[2];
    int fd = -1;
    char byte;
    assert_int_equal(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        int held;
        const gn_err err = gn_lock_take(in_dir("lock"), &held, NULL);
        if (err || write(ready[1], "x", 1) != 1)
            _exit(1);
        (void)pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(gn_lock_take(in_dir("lock"), &fd, NULL), GN_ERR_BUSY);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(gn_lock_take(in_dir("lock"), &fd, NULL), GN_OK);
    (void)close(fd);
    (void)close(ready[0]);
    (void)close(ready[1]);
}

static void a_lock_without_its_directory_says_so(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    int fd;
    assert_int_equal(gn_lock_take(in_dir("none/lock"), &fd, &diag), GN_ERR_NOT_FOUND);
    assert_non_null(strstr(diag.text, "none/lock: cannot be opened: No such file or directory"));
}

static void errno_becomes_what_the_caller_can_do(void **state)
{
    (void)state;
    assert_int_equal(gn_err_of_errno(0), GN_OK);
    assert_int_equal(gn_err_of_errno(ENOSPC), GN_ERR_NO_SPACE);
    assert_int_equal(gn_err_of_errno(EDQUOT), GN_ERR_NO_SPACE);
    assert_int_equal(gn_err_of_errno(EFBIG), GN_ERR_NO_SPACE);
    assert_int_equal(gn_err_of_errno(EROFS), GN_ERR_DENIED);
    assert_int_equal(gn_err_of_errno(EACCES), GN_ERR_DENIED);
    assert_int_equal(gn_err_of_errno(ENOENT), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_err_of_errno(EEXIST), GN_ERR_EXISTS);
    assert_int_equal(gn_err_of_errno(EIO), GN_ERR_IO);
    assert_int_equal(gn_err_of_errno(EMFILE), GN_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_put_is_read_back, begin, end),
        cmocka_unit_test_setup_teardown(a_file_must_fit_the_buffer, begin, end),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_found, begin, end),
        cmocka_unit_test_setup_teardown(a_symbolic_link_is_not_followed, begin, end),
        cmocka_unit_test_setup_teardown(what_a_power_cut_left_behind_is_written_over, begin, end),
        cmocka_unit_test_setup_teardown(without_space_the_old_content_stands, begin, end),
        cmocka_unit_test_setup_teardown(directories_are_made_all_the_way, begin, end),
        cmocka_unit_test_setup_teardown(a_file_in_the_way_is_named, begin, end),
        cmocka_unit_test_setup_teardown(a_place_that_cannot_be_is_named, begin, end),
        cmocka_unit_test_setup_teardown(a_lock_is_held_by_one, begin, end),
        cmocka_unit_test_setup_teardown(a_lock_ends_with_its_process, begin, end),
        cmocka_unit_test_setup_teardown(a_lock_without_its_directory_says_so, begin, end),
        cmocka_unit_test(errno_becomes_what_the_caller_can_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
