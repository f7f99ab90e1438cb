/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"

static int64_t now_ms;
static int real_stderr = -1;
static int captured = -1;

static int64_t test_clock(void)
{
    return now_ms;
}

/* Standard error goes to a file in memory while a case runs. Each case begins a minute after the last. */
static int begin(void **state)
{
    (void)state;
    now_ms = now_ms == 0 ? INT64_C(1795317840125) : now_ms + 60000;
    gn_log_set_clock(test_clock);
    gn_log_set_level(GN_LOG_INFO);
    gn_log_set_frame(NULL);
    captured = memfd_create("log", MFD_CLOEXEC);
    real_stderr = dup(STDERR_FILENO);
    if (captured < 0 || real_stderr < 0 || dup2(captured, STDERR_FILENO) < 0)
        return -1;
    gn_log(GN_LOG_INFO, "test", "begin", "what the last case held back is told here");
    return ftruncate(captured, 0) != 0 || lseek(captured, 0, SEEK_SET) != 0 ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    const int result = dup2(real_stderr, STDERR_FILENO) < 0 ? -1 : 0;
    (void)close(real_stderr);
    (void)close(captured);
    return result;
}

static const char *printed(void)
{
    static char text[65536];
    const ssize_t got = pread(captured, text, sizeof text - 1, 0);
    text[got < 0 ? 0 : got] = '\0';
    return text;
}

static size_t line_count(void)
{
    size_t count = 0;
    for (const char *at = printed(); *at != '\0'; at++)
        count += *at == '\n';
    return count;
}

static void a_line_has_time_level_room_event_and_words(void **state)
{
    (void)state;
    now_ms = INT64_C(1795317840125);
    gn_log(GN_LOG_WARN, "store", "journal.full", "free_bytes=%d", 17);
    gn_log(GN_LOG_ERROR, "node", "ended", "%s", "");
    assert_string_equal(printed(), "2026-11-22T03:24:00.125Z WARN store journal.full free_bytes=17\n"
                                   "2026-11-22T03:24:00.125Z ERROR node ended\n");
}

static void what_is_below_the_level_is_not_printed(void **state)
{
    (void)state;
    gn_log(GN_LOG_DEBUG, "test", "below", "x");
    gn_log_set_level(GN_LOG_ERROR);
    gn_log(GN_LOG_WARN, "test", "below", "x");
    assert_string_equal(printed(), "");
    gn_log_set_level(GN_LOG_DEBUG);
    gn_log(GN_LOG_DEBUG, "test", "above", "x");
    assert_int_equal(line_count(), 1);
}

static void nobody_forges_a_line(void **state)
{
    (void)state;
    gn_log(GN_LOG_INFO, "test", "forged", "name=%s", "x\n2026-11-22T03:24:00.125Z ERROR node \x1b[2Jstolen");
    assert_int_equal(line_count(), 1);
    assert_non_null(strstr(printed(), "name=x\\x0a2026"));
    assert_non_null(strstr(printed(), "\\x1b[2J"));
}

static void a_long_line_is_cut_and_still_a_line(void **state)
{
    (void)state;
    static char words[5000];
    memset(words, '\x01', sizeof words - 1); /* each becomes four */
    gn_log(GN_LOG_INFO, "test", "long", "%s", words);
    assert_int_equal(line_count(), 1);
    assert_true(strlen(printed()) > 4000);
    assert_int_equal(printed()[strlen(printed()) - 1], '\n');
}

static void a_flood_is_cut_to_ten_lines_a_second(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++)
        gn_log(GN_LOG_INFO, "test", "flood", "i=%d", i);
    assert_int_equal(line_count(), 10);
    for (int i = 0; i < 90; i++)
        gn_log(GN_LOG_INFO, "test", "flood", "i=%d", i);
    assert_int_equal(line_count(), 10);
    now_ms += 999;
    gn_log(GN_LOG_INFO, "test", "flood", "late");
    assert_int_equal(line_count(), 10);
    now_ms += 1;
    gn_log(GN_LOG_INFO, "test", "flood", "next second");
    assert_int_equal(line_count(), 12);
    assert_non_null(strstr(printed(), "WARN test flood held_back=91\n"));
    assert_non_null(strstr(printed(), "INFO test flood next second\n"));
}

static void one_site_does_not_silence_another(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++)
        gn_log(GN_LOG_INFO, "test", "loud", "i=%d", i);
    gn_log(GN_LOG_INFO, "test", "quiet", "heard");
    gn_log(GN_LOG_INFO, "other", "loud", "heard too");
    assert_int_equal(line_count(), 12);
}

static void another_site_tells_what_was_held_back(void **state)
{
    (void)state;
    for (int i = 0; i < 15; i++)
        gn_log(GN_LOG_INFO, "test", "burst", "i=%d", i);
    now_ms += 5000;
    gn_log(GN_LOG_INFO, "test", "later", "x");
    assert_non_null(strstr(printed(), "WARN test burst held_back=5\n"));
    assert_int_equal(line_count(), 12);
}

static void a_clock_that_steps_back_does_not_hold_lines_for_good(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        gn_log(GN_LOG_INFO, "test", "step", "i=%d", i);
    now_ms -= 30000;
    gn_log(GN_LOG_INFO, "test", "step", "after the step");
    assert_non_null(strstr(printed(), "after the step"));
    now_ms += 30000;
}

static void more_sites_than_the_table_has_are_all_heard(void **state)
{
    (void)state;
    char event[16];
    for (int i = 0; i < 12; i++)
        gn_log(GN_LOG_INFO, "test", "evicted", "i=%d", i);
    for (int i = 0; i < 200; i++) {
        now_ms++;
        (void)snprintf(event, sizeof event, "site-%d", i);
        gn_log(GN_LOG_INFO, "test", event, "heard");
    }
    assert_non_null(strstr(printed(), "site-199 heard"));
    assert_non_null(strstr(printed(), "test evicted held_back=2\n")); /* told when it made room */
    assert_int_equal(line_count(), 10 + 200 + 1);
}

static char frames[64];

static void frame(bool is_begin)
{
    const size_t size = strlen(frames);
    if (size < sizeof frames - 1)
        frames[size] = is_begin ? '(' : ')';
}

static void the_frame_is_told_before_and_after(void **state)
{
    (void)state;
    gn_log_set_frame(frame);
    gn_log(GN_LOG_INFO, "test", "framed", "x");
    gn_log(GN_LOG_DEBUG, "test", "framed", "not printed");
    gn_log(GN_LOG_INFO, "test", "framed", "y");
    gn_log_set_frame(NULL);
    assert_string_equal(frames, "()()");
}

static void *log_a_lot(void *arg)
{
    for (int i = 0; i < 10; i++)
        gn_log(GN_LOG_INFO, arg, "thread", "words that must not be mixed with those of others");
    return NULL;
}

static void lines_of_threads_stay_whole(void **state)
{
    (void)state;
    static char rooms[4][8] = { "a", "b", "c", "d" };
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_a_lot, rooms[i]), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(line_count(), 40);
    const char *at = printed();
    const size_t line_size = (size_t)(strchr(at, '\n') - at) + 1;
    assert_int_equal(strlen(at), 40 * line_size);
}

static void the_machines_clock_is_the_default(void **state)
{
    (void)state;
    gn_log_set_clock(NULL);
    gn_log(GN_LOG_INFO, "test", "now", "x");
    assert_true(strncmp(printed(), "20", 2) == 0); /* this century */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_has_time_level_room_event_and_words, begin, end),
        cmocka_unit_test_setup_teardown(what_is_below_the_level_is_not_printed, begin, end),
        cmocka_unit_test_setup_teardown(nobody_forges_a_line, begin, end),
        cmocka_unit_test_setup_teardown(a_long_line_is_cut_and_still_a_line, begin, end),
        cmocka_unit_test_setup_teardown(a_flood_is_cut_to_ten_lines_a_second, begin, end),
        cmocka_unit_test_setup_teardown(one_site_does_not_silence_another, begin, end),
        cmocka_unit_test_setup_teardown(another_site_tells_what_was_held_back, begin, end),
        cmocka_unit_test_setup_teardown(a_clock_that_steps_back_does_not_hold_lines_for_good, begin, end),
        cmocka_unit_test_setup_teardown(more_sites_than_the_table_has_are_all_heard, begin, end),
        cmocka_unit_test_setup_teardown(the_frame_is_told_before_and_after, begin, end),
        cmocka_unit_test_setup_teardown(lines_of_threads_stay_whole, begin, end),
        cmocka_unit_test_setup_teardown(the_machines_clock_is_the_default, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
