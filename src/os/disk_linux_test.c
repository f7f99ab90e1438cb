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
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* A kernel that writes a few bytes and is interrupted a lot, has no fallocate, and whose disk fails: what a healthy
 * machine never shows. The functions stand in for the real ones inside the file under test. */
static size_t kernel_bytes_a_write; /* 0 = as many as asked for */
static int kernel_calls;
static int kernel_fallocate_errno;
static int kernel_sync_errno;

static ssize_t test_pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    if (kernel_bytes_a_write == 0)
        return pwritev(fd, parts, count, offset);
    if (kernel_calls++ % 3 == 1) {
        errno = EINTR;
        return -1;
    }
    struct iovec few[3];
    size_t left = kernel_bytes_a_write;
    int used = 0;
    for (; used < count && used < 3 && left > 0; used++) {
        few[used] = parts[used];
        few[used].iov_len = parts[used].iov_len < left ? parts[used].iov_len : left;
        left -= few[used].iov_len;
    }
    return pwritev(fd, few, used, offset);
}

static int test_fallocate(int fd, int mode, off_t offset, off_t size)
{
    if (kernel_fallocate_errno == 0)
        return fallocate(fd, mode, offset, size);
    errno = kernel_fallocate_errno;
    return -1;
}

static int test_fdatasync(int fd)
{
    if (kernel_sync_errno == 0)
        return fdatasync(fd);
    errno = kernel_sync_errno;
    return -1;
}

#define pwritev   test_pwritev
#define fallocate test_fallocate
#define fdatasync test_fdatasync
#include "os/disk_linux.c"

static char dir[32];
static char path_text[256];
static struct gn_disk disk;
static struct gn_file *file;

static const char *in_dir(const char *name)
{
    (void)snprintf(path_text, sizeof path_text, "%s/%s", dir, name);
    return path_text;
}

static int begin(void **state)
{
    (void)state;
    kernel_bytes_a_write = 0;
    kernel_fallocate_errno = 0;
    kernel_sync_errno = 0;
    disk = gn_disk_linux();
    file = NULL;
    (void)snprintf(dir, sizeof dir, "/tmp/gn_disk_XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    return disk.open(disk.self, in_dir("f"), true, &file) ? -1 : 0;
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
    disk.close(disk.self, file);
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static gn_err write_text(uint64_t offset, const char *text)
{
    const struct gn_iov part = { text, strlen(text) };
    return disk.write(disk.self, file, offset, &part, 1);
}

static uint64_t size_now(void)
{
    uint64_t size = UINT64_MAX;
    assert_int_equal(disk.size(disk.self, file, &size), GN_OK);
    return size;
}

static void parts_are_written_one_behind_the_other(void **state)
{
    (void)state;
    const struct gn_iov parts[] = { { "", 0 }, { "abc", 3 }, { NULL, 0 }, { "de", 2 }, { "", 0 } };
    char text[16] = "................";
    size_t got = 0;
    assert_int_equal(disk.write(disk.self, file, 2, parts, 5), GN_OK);
    assert_int_equal(disk.write(disk.self, file, 2, parts, 0), GN_OK);
    assert_int_equal(disk.sync(disk.self, file), GN_OK);
    assert_int_equal(disk.read(disk.self, file, 0, text, sizeof text, &got), GN_OK);
    assert_int_equal(got, 7);
    assert_memory_equal(text, "\0\0abcde", 7);
    assert_int_equal(disk.read(disk.self, file, 5, text, 1, &got), GN_OK);
    assert_int_equal(got, 1);
    assert_int_equal(text[0], 'd');
    assert_int_equal(disk.read(disk.self, file, 7, text, 4, &got), GN_OK);
    assert_int_equal(got, 0);
}

/* More parts than one call of the kernel takes. */
static void many_parts_are_one_write(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static uint16_t numbers[COUNT];
    static uint16_t back[COUNT];
    static struct gn_iov parts[COUNT];
    size_t got = 0;
    for (size_t i = 0; i < COUNT; i++) {
        numbers[i] = (uint16_t)i;
        parts[i] = (struct gn_iov){ &numbers[i], i % 7 == 3 ? 0 : sizeof numbers[i] };
    }
    assert_int_equal(disk.write(disk.self, file, 0, parts, COUNT), GN_OK);
    assert_int_equal(disk.read(disk.self, file, 0, back, sizeof back, &got), GN_OK);
    size_t next = 0;
    for (size_t i = 0; i < COUNT; i++)
        if (i % 7 != 3)
            assert_int_equal(back[next++], i);
    assert_int_equal(got, next * sizeof back[0]);
}

static void a_write_done_in_small_steps_is_whole(void **state)
{
    (void)state;
    static const char text[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (size_t step = 1; step <= 11; step++) {
        const struct gn_iov parts[] = { { text, 5 }, { "", 0 }, { text + 5, 1 }, { text + 6, 20 }, { text + 26, 10 } };
        char back[64];
        size_t got = 0;
        kernel_bytes_a_write = step;
        assert_int_equal(disk.truncate(disk.self, file, 0), GN_OK);
        assert_int_equal(disk.write(disk.self, file, 3, parts, 5), GN_OK);
        assert_int_equal(disk.read(disk.self, file, 3, back, sizeof back, &got), GN_OK);
        assert_int_equal(got, sizeof text - 1);
        assert_memory_equal(back, text, got);
    }
}

static void without_fallocate_zeroes_are_written(void **state)
{
    (void)state;
    static const int errors[] = { EOPNOTSUPP, ENOSYS };
    static uint8_t bytes[200000];
    for (size_t i = 0; i < 2; i++) {
        size_t got = 0;
        kernel_fallocate_errno = errors[i];
        assert_int_equal(disk.truncate(disk.self, file, 0), GN_OK);
        assert_int_equal(write_text(0, "head"), GN_OK);
        assert_int_equal(disk.allocate(disk.self, file, 2, 150000), GN_OK); /* from within what is there */
        assert_int_equal(disk.read(disk.self, file, 0, bytes, sizeof bytes, &got), GN_OK);
        assert_int_equal(got, 150002);
        assert_memory_equal(bytes, "head", 4);
        for (size_t at = 4; at < got; at++)
            assert_int_equal(bytes[at], 0);
        assert_int_equal(disk.allocate(disk.self, file, 0, 10), GN_OK);
        assert_int_equal(size_now(), 150002); /* never shrinks */
    }
}

static void a_disk_that_fails_says_how(void **state)
{
    (void)state;
    kernel_fallocate_errno = ENOSPC;
    assert_int_equal(disk.allocate(disk.self, file, 0, 10), GN_ERR_NO_SPACE);
    kernel_fallocate_errno = EDQUOT;
    assert_int_equal(disk.allocate(disk.self, file, 0, 10), GN_ERR_NO_SPACE);
    kernel_fallocate_errno = EIO;
    assert_int_equal(disk.allocate(disk.self, file, 0, 10), GN_ERR_IO);
    kernel_sync_errno = EIO;
    assert_int_equal(disk.sync(disk.self, file), GN_ERR_IO);
    kernel_sync_errno = ENOSPC;
    assert_int_equal(disk.sync(disk.self, file), GN_ERR_NO_SPACE);
}

/* Root is forbidden nothing, so for root the file is opened for reading by hand. */
static void what_may_only_be_read_can_be_read(void **state)
{
    (void)state;
    char text[64];
    size_t got = 0;
    struct gn_file *other = NULL;
    const struct gn_iov part = { "x", 1 };
    if (geteuid() == 0) {
        other = gn_mem_take(sizeof *other, "open files");
        assert_non_null(other);
        other->fd = open(in_dir("f"), O_RDONLY | O_CLOEXEC);
    } else {
        assert_int_equal(disk.open(disk.self, "/proc/version", false, &other), GN_OK);
    }
    assert_int_equal(disk.read(disk.self, other, 0, text, sizeof text, &got), GN_OK);
    assert_int_equal(disk.write(disk.self, other, 0, &part, 1), GN_ERR_DENIED);
    disk.close(disk.self, other);
}

static void create_is_for_new_files_only(void **state)
{
    (void)state;
    struct gn_file *other = NULL;
    assert_int_equal(disk.open(disk.self, in_dir("f"), true, &other), GN_ERR_EXISTS);
    assert_int_equal(disk.open(disk.self, in_dir("g"), false, &other), GN_ERR_NOT_FOUND);
    assert_int_equal(disk.open(disk.self, in_dir("no/g"), true, &other), GN_ERR_NOT_FOUND);
    assert_null(other);
    struct stat status;
    assert_int_equal(stat(in_dir("f"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    disk.close(disk.self, NULL);
}

static void a_symbolic_link_is_not_followed(void **state)
{
    (void)state;
    struct gn_file *other = NULL;
    assert_int_equal(symlink("f", in_dir("link")), 0);
    assert_int_equal(disk.open(disk.self, in_dir("link"), false, &other), GN_ERR_DENIED);
    assert_null(other);
}

static void room_is_allocated_as_zeroes(void **state)
{
    (void)state;
    static char bytes[100000];
    size_t got = 0;
    assert_int_equal(write_text(0, "head"), GN_OK);
    assert_int_equal(disk.allocate(disk.self, file, 4, 99996), GN_OK);
    assert_int_equal(size_now(), 100000);
    assert_int_equal(disk.read(disk.self, file, 0, bytes, sizeof bytes, &got), GN_OK);
    assert_int_equal(got, 100000);
    assert_memory_equal(bytes, "head", 4);
    for (size_t at = 4; at < got; at++)
        assert_int_equal(bytes[at], 0);
    struct stat status;
    assert_int_equal(stat(in_dir("f"), &status), 0);
    assert_true(status.st_blocks * 512 >= 100000); /* really reserved, not a hole */
}

static void truncate_cuts_and_what_comes_back_is_zero(void **state)
{
    (void)state;
    char text[8];
    size_t got = 0;
    assert_int_equal(write_text(0, "abcdef"), GN_OK);
    assert_int_equal(disk.truncate(disk.self, file, 2), GN_OK);
    assert_int_equal(size_now(), 2);
    assert_int_equal(disk.truncate(disk.self, file, 4), GN_OK);
    assert_int_equal(disk.read(disk.self, file, 0, text, sizeof text, &got), GN_OK);
    assert_int_equal(got, 4);
    assert_memory_equal(text, "ab\0\0", 4);
}

struct names {
    size_t count;
    size_t known;
};

static void count_name(void *ctx, const char *name)
{
    struct names *names = ctx;
    names->count++;
    names->known += strcmp(name, "f") == 0 || strcmp(name, "g") == 0;
}

static void list_shows_files_and_no_directories(void **state)
{
    (void)state;
    struct gn_file *other = NULL;
    struct names names = { 0 };
    assert_int_equal(disk.make_dir(disk.self, in_dir("d")), GN_OK);
    assert_int_equal(disk.open(disk.self, in_dir("g"), true, &other), GN_OK);
    disk.close(disk.self, other);
    assert_int_equal(disk.sync_dir(disk.self, dir), GN_OK);
    assert_int_equal(disk.list(disk.self, dir, count_name, &names), GN_OK);
    assert_int_equal(names.count, 2);
    assert_int_equal(names.known, 2);
    assert_int_equal(disk.remove(disk.self, in_dir("g")), GN_OK);
    assert_int_equal(disk.remove(disk.self, in_dir("g")), GN_ERR_NOT_FOUND);
    names = (struct names){ 0 };
    assert_int_equal(disk.list(disk.self, dir, count_name, &names), GN_OK);
    assert_int_equal(names.count, 1);
    assert_int_equal(disk.list(disk.self, in_dir("none"), count_name, &names), GN_ERR_NOT_FOUND);
}

static void a_directory_may_be_there_already_but_not_a_file(void **state)
{
    (void)state;
    assert_int_equal(disk.make_dir(disk.self, in_dir("d")), GN_OK);
    assert_int_equal(disk.make_dir(disk.self, in_dir("d")), GN_OK);
    assert_int_equal(disk.make_dir(disk.self, in_dir("f")), GN_ERR_EXISTS);
    assert_int_equal(disk.make_dir(disk.self, in_dir("no/d")), GN_ERR_NOT_FOUND);
    assert_int_equal(disk.sync_dir(disk.self, in_dir("none")), GN_ERR_NOT_FOUND);
}

/* The size limit of a process stands in for a full disk: EFBIG for ENOSPC. Exit codes tell the parent. */
static int write_beyond_limit(void)
{
    static char bytes[3000];
    const struct rlimit limit = { 2000, 2000 };
    const struct gn_iov parts[] = { { bytes, 1500 }, { bytes, 1500 } };
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 100;
    if (disk.write(disk.self, file, 0, parts, 2) != GN_ERR_NO_SPACE)
        return 1;
    if (disk.allocate(disk.self, file, 0, 3000) != GN_ERR_NO_SPACE)
        return 2;
    if (disk.truncate(disk.self, file, 3000) != GN_ERR_NO_SPACE)
        return 3;
    return disk.write(disk.self, file, 0, parts, 1) == GN_OK ? 0 : 4;
}

static void without_space_a_write_says_so(void **state)
{
    (void)state;
    int status = 0;
    const pid_t child = fork();
    if (child == 0)
        _exit(write_beyond_limit());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* A program started by this one must not inherit the journal. */
static void files_are_closed_on_exec(void **state)
{
    (void)state;
    char link[300];
    char target[300];
    size_t found = 0;
    for (int fd = 3; fd < 64; fd++) {
        (void)snprintf(link, sizeof link, "/proc/self/fdinfo/%d", fd);
        FILE *info = fopen(link, "r");
        if (info == NULL)
            continue;
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        const ssize_t size = readlink(link, target, sizeof target - 1);
        target[size < 0 ? 0 : size] = '\0';
        while (strcmp(target, in_dir("f")) == 0 && fgets(link, sizeof link, info) != NULL) {
            unsigned flags = 0;
            if (sscanf(link, "flags: %o", &flags) == 1) {
                assert_int_not_equal(flags & 02000000u, 0); /* O_CLOEXEC as the kernel prints it */
                found++;
            }
        }
        (void)fclose(info);
    }
    assert_int_equal(found, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts_are_written_one_behind_the_other, begin, end),
        cmocka_unit_test_setup_teardown(many_parts_are_one_write, begin, end),
        cmocka_unit_test_setup_teardown(a_write_done_in_small_steps_is_whole, begin, end),
        cmocka_unit_test_setup_teardown(without_fallocate_zeroes_are_written, begin, end),
        cmocka_unit_test_setup_teardown(a_disk_that_fails_says_how, begin, end),
        cmocka_unit_test_setup_teardown(what_may_only_be_read_can_be_read, begin, end),
        cmocka_unit_test_setup_teardown(create_is_for_new_files_only, begin, end),
        cmocka_unit_test_setup_teardown(a_symbolic_link_is_not_followed, begin, end),
        cmocka_unit_test_setup_teardown(room_is_allocated_as_zeroes, begin, end),
        cmocka_unit_test_setup_teardown(truncate_cuts_and_what_comes_back_is_zero, begin, end),
        cmocka_unit_test_setup_teardown(list_shows_files_and_no_directories, begin, end),
        cmocka_unit_test_setup_teardown(a_directory_may_be_there_already_but_not_a_file, begin, end),
        cmocka_unit_test_setup_teardown(without_space_a_write_says_so, begin, end),
        cmocka_unit_test_setup_teardown(files_are_closed_on_exec, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
