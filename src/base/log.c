/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/term.h"
#include "base/timestamp.h"

enum { LOG_LINES_A_SECOND = 10, LOG_SITES_MAX = 64, LOG_TEXT_BYTES = 1024, LOG_LINE_BYTES = 4 * LOG_TEXT_BYTES };

/* A call site is known by its room and event. */
struct log_site {
    char name[64]; /* "room event" */
    int64_t since_ms;
    uint32_t line_count; /* in the second that began at since_ms */
    uint32_t held_count; /* lines not printed, not yet told */
};

/* A log line may read the clock by itself: nothing is decided by it, and no replay sees it. */
static int64_t log_system_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* tidy:allow banned what is printed steers nothing */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct {
    pthread_mutex_t lock; /* guards all of it, and keeps lines whole */
    gn_log_level level;
    void (*frame)(bool begin);
    int64_t (*now_ms)(void);
    struct log_site sites[LOG_SITES_MAX];
} log_state = { .lock = PTHREAD_MUTEX_INITIALIZER, .level = GN_LOG_INFO, .now_ms = log_system_ms };

void gn_log_set_level(gn_log_level level)
{
    pthread_mutex_lock(&log_state.lock);
    log_state.level = level;
    pthread_mutex_unlock(&log_state.lock);
}

void gn_log_set_frame(void (*frame)(bool begin))
{
    pthread_mutex_lock(&log_state.lock);
    log_state.frame = frame;
    pthread_mutex_unlock(&log_state.lock);
}

void gn_log_set_clock(int64_t (*now_ms)(void))
{
    pthread_mutex_lock(&log_state.lock);
    log_state.now_ms = now_ms != NULL ? now_ms : log_system_ms;
    pthread_mutex_unlock(&log_state.lock);
}

static void log_print(int64_t now_ms, gn_log_level level, const char *name, const char *text)
{
    static const char *const levels[] = { "DEBUG", "INFO", "WARN", "ERROR" };
    char line[LOG_LINE_BYTES + 256];
    char time_text[GN_TIME_TEXT_BYTES];
    gn_time_format(now_ms, time_text);
    struct gn_buf buf = gn_buf_over(line, sizeof line - 1);
    gn_buf_addf(&buf, "%s %s ", time_text, levels[level]);
    gn_term_add(&buf, gn_str_of(name));
    if (text[0] != '\0')
        gn_buf_add_u8(&buf, ' ');
    gn_term_add(&buf, gn_str_of(text));
    line[buf.size] = '\n';
    const char *at = line;
    size_t left = buf.size + 1;
    while (left > 0) {
        const ssize_t written = write(STDERR_FILENO, at, left);
        if (written <= 0)
            break; /* nobody is left to be told */
        at += written;
        left -= (size_t)written;
    }
}

static bool log_second_is_over(const struct log_site *site, int64_t now_ms)
{
    return now_ms - site->since_ms >= 1000 || now_ms < site->since_ms; /* the clock may step back */
}

/* Says what was held back at sites whose second is over. */
static void log_tell_held(struct log_site *site, int64_t now_ms)
{
    if (site->held_count == 0 || !log_second_is_over(site, now_ms))
        return;
    char text[64];
    (void)snprintf(text, sizeof text, "held_back=%u", (unsigned)site->held_count);
    site->held_count = 0;
    log_print(now_ms, GN_LOG_WARN, site->name, text);
}

/* The site of this name, or the one that has been quiet for longest. */
static struct log_site *log_site_of(const char *name, int64_t now_ms)
{
    struct log_site *oldest = &log_state.sites[0];
    for (size_t i = 0; i < LOG_SITES_MAX; i++) {
        struct log_site *site = &log_state.sites[i];
        if (strcmp(site->name, name) == 0)
            return site;
        if (site->since_ms < oldest->since_ms)
            oldest = site;
    }
    oldest->since_ms = INT64_MIN / 2; /* so that what it held back is told now */
    log_tell_held(oldest, now_ms);
    *oldest = (struct log_site){ .since_ms = now_ms };
    (void)snprintf(oldest->name, sizeof oldest->name, "%s", name);
    return oldest;
}

static bool log_may_print(const char *name, int64_t now_ms)
{
    struct log_site *site = log_site_of(name, now_ms);
    if (log_second_is_over(site, now_ms)) {
        site->since_ms = now_ms;
        site->line_count = 0;
    }
    if (site->line_count >= LOG_LINES_A_SECOND) {
        site->held_count++;
        return false;
    }
    site->line_count++;
    return true;
}

static void log_line(gn_log_level level, const char *name, const char *text)
{
    const int64_t now_ms = log_state.now_ms();
    if (log_state.frame != NULL)
        log_state.frame(true);
    for (size_t i = 0; i < LOG_SITES_MAX; i++)
        log_tell_held(&log_state.sites[i], now_ms);
    if (log_may_print(name, now_ms))
        log_print(now_ms, level, name, text);
    if (log_state.frame != NULL)
        log_state.frame(false);
}

void gn_log(gn_log_level level, const char *room, const char *event, const char *fmt, ...)
{
    char name[sizeof log_state.sites[0].name];
    char text[LOG_TEXT_BYTES];
    (void)snprintf(name, sizeof name, "%s %s", room, event);
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args); /* cut when longer: a line is not a dump */
    va_end(args);
    pthread_mutex_lock(&log_state.lock);
    if (level >= log_state.level)
        log_line(level, name, text);
    pthread_mutex_unlock(&log_state.lock);
}
