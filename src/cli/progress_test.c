/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"

static void it_says_how_far_and_goes_away(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    struct gn_progress progress = { .to = to, .clock = gn_clock_system() };
    gn_progress_tell(&progress, "writing", 1 << 20, 4 << 20);
    gn_progress_tell(&progress, "writing", 2 << 20, 4 << 20); /* at once: not shown */
    progress.shown_us = 0;
    gn_progress_tell(&progress, "reading", 3 << 20, 0);
    gn_progress_end(&progress);
    (void)fclose(to);
    assert_string_equal(text, "\r\033[Kwriting   25 %  1.0 of 4.0 MiB\r\033[Kreading  3.0 MiB\r\033[K");
    free(text); /* tidy:allow banned open_memstream's */
}

static void without_a_terminal_there_is_nothing(void **state)
{
    (void)state;
    FILE *err = tmpfile();
    struct gn_cli cli = { .err = err, .clock = gn_clock_system() };
    struct gn_progress progress;
    gn_progress_begin(&progress, &cli);
    gn_progress_tell(&progress, "writing", 1, 2);
    gn_progress_end(&progress);
    assert_int_equal(ftello(err), 0);
    (void)fclose(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_how_far_and_goes_away),
        cmocka_unit_test(without_a_terminal_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
