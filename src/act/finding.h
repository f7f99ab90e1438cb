/* SPDX-License-Identifier: Apache-2.0 */
/* act/finding.h -- what a model says of a series, from its start to its end (private to the room).
 *
 *      START ─▶ open ─ GOING_ON (figures grow, said once a second at most) ─▶ END ─▶ over
 *
 * A finding keeps the figures of its worst moment, for at its end the readings are usual again. The process and
 * the sensor of a series may each have one open. */
#ifndef GN_ACT_FINDING_H
#define GN_ACT_FINDING_H

#include "act/act_int.h"

/* The open finding of a series, or NULL. */
struct gn_open_finding *gn_finding_of(struct gn_act *act, uint32_t series, bool sensor);

/* A new row, not yet said; NULL (and counted) when none is free. */
struct gn_open_finding *gn_finding_start(struct gn_act *act, const struct gn_act_finding *in);
/* Takes figures in; true when they were said more than a second ago. */
bool gn_finding_update(struct gn_act *act, struct gn_open_finding *finding, const struct gn_act_finding *in);
/* Says it: open while until_ms is 0. */
void gn_finding_say(struct gn_act *act, struct gn_open_finding *finding, int64_t until_ms, uint64_t seq);
void gn_finding_free(struct gn_act *act, struct gn_open_finding *finding);

/* The why, at most 60 words: what, how far from usual, how sure, compared with what. */
void gn_finding_why(const struct gn_act *act, const struct gn_open_finding *finding, int64_t until_ms,
                    struct gn_buf *out);
/* Its first sentence, of figures: "cpu_use is 97.2 %, usually 3 to 14 % (4.1 spreads above)". */
void gn_finding_sentence(const struct gn_act_figures *worst, gn_str property, gn_str unit, bool over,
                         struct gn_buf *out);
/* The why of the faults "silent" and "offline": "temperature: no data for 31 s, usually every 5 s." and whether it is
 * the series, the Thing or its connection. The series is one that the registry knows. */
void gn_finding_silence(const struct gn_act *act, const struct gn_alarm_member *member, int64_t lasted_ms,
                        struct gn_buf *out);

/* Makes act->finding_of again from the state. */
void gn_finding_index(struct gn_act *act);

#endif
