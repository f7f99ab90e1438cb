/* SPDX-License-Identifier: Apache-2.0 */
/* base/timestamp.h -- times as the node keeps them: int64 milliseconds since 1970-01-01T00:00:00Z.
 *
 * RFC 3339 in and out, always UTC ("Z") out, no locale, no time zone database. Pure functions. */
#ifndef GN_BASE_TIMESTAMP_H
#define GN_BASE_TIMESTAMP_H

#include "base/bytes.h"

enum { GN_TIME_TEXT_BYTES = 32 };

/* Readings before this instant are refused: a clock that was never set says 1970. */
#define GN_TIME_FLOOR_MS INT64_C(946684800000) /* 2000-01-01T00:00:00Z */

/* "2026-11-22T03:24:00.125Z", NUL-terminated; years 0000 to 9999, others are clamped. */
void gn_time_format(int64_t time_ms, char out[static GN_TIME_TEXT_BYTES]);

/* RFC 3339 (offsets allowed, fraction cut at milliseconds), or epoch milliseconds as digits.
 * INVAL on anything else. */
GN_MUST_USE gn_err gn_time_parse(gn_str text, int64_t *out_ms);

struct gn_date {
    int64_t year;  /* 0 to 9999 */
    int64_t month; /* 1 to 12 */
    int64_t day;   /* 1 to 31 */
};

/* Days since 1970-01-01 and back, by the Gregorian calendar. */
struct gn_date gn_date_of_days(int64_t days);
int64_t gn_days_of_date(struct gn_date date);

/* "90s", "5m", "2h", "1d", "250ms" -> milliseconds. INVAL on anything else. */
GN_MUST_USE gn_err gn_duration_parse(gn_str text, int64_t *out_ms);

#endif
