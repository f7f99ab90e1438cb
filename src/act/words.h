/* SPDX-License-Identifier: Apache-2.0 */
/* act/words.h -- numbers, durations and chances as a person reads them.
 *
 *      97.2417 "%" -> 97.2 %      0.000312 -> 1 in 3 200      254000 ms -> 4 minutes
 *
 * Three significant digits are enough to understand; the exact figures stand beside in the JSON. No locale: the
 * same input gives the same bytes. */
#ifndef GN_ACT_WORDS_H
#define GN_ACT_WORDS_H

#include "base/buf.h"

void gn_words_number(struct gn_buf *out, double value);             /* "97.2", "1 200", "-3e-07" */
void gn_words_value(struct gn_buf *out, double value, gn_str unit); /* "97.2 %"; "97.2" without a unit */
/* As above with six digits, for what stands beside a limit: "80.01 °C" is above 80 °C, "80 °C" is not. */
void gn_words_exact(struct gn_buf *out, double value, gn_str unit);
void gn_words_duration(struct gn_buf *out, int64_t duration_ms); /* "2 s", "250 ms", "4 minutes", "3 days" */
/* How rare that is among what is usual: p = 0.000312 -> " About 1 usual stretch in 3 200 looks like this." Below one in
 * a million it says only that: a smaller figure would claim more than any model knows. */
void gn_words_chance(struct gn_buf *out, double p);

/* How many words a text has, counted at blanks. */
size_t gn_words_count(gn_str text);

#endif
