/* SPDX-License-Identifier: Apache-2.0 */
/* base/log.h -- one line an event, `time level room event key=value ...`, on standard error.
 *
 * Library rooms (base, thing, learn, act) do not log, they return; whoever decides what to do about a
 * failure logs it, once. Control characters are escaped, so nobody forges lines. A call site that floods
 * is cut to 10 lines a second, and says how many it held back. Safe from any thread. */
#ifndef GN_BASE_LOG_H
#define GN_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

typedef enum gn_log_level { GN_LOG_DEBUG, GN_LOG_INFO, GN_LOG_WARN, GN_LOG_ERROR } gn_log_level;

void gn_log_set_level(gn_log_level level); /* default INFO */
/* Called before each line with true and after it with false: the status line hides itself. */
void gn_log_set_frame(void (*frame)(bool begin));
/* Milliseconds since 1970 for the lines and the flood limit, for tests; NULL = the machine's clock. */
void gn_log_set_clock(int64_t (*now_ms)(void));
void gn_log(gn_log_level level, const char *room, const char *event, const char *fmt, ...) GN_PRINTF(4, 5);

#endif
