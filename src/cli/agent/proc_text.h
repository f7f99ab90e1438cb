/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/proc_text.h -- reads the tables of text that /proc and /sys are made of.
 *
 *      cpu0 331 0 210 ...   ->  lines, and fields separated by blanks
 *      MemTotal: 24 kB      ->  a value by its name
 *
 * Total functions: any bytes give an answer or "no", never a fault. Nothing is allocated. */
#ifndef GN_CLI_AGENT_PROC_TEXT_H
#define GN_CLI_AGENT_PROC_TEXT_H

#include "base/bytes.h"

/* Takes the next line, without its end; false when the text is over. */
bool gn_proc_line(gn_str *rest, gn_str *out);
/* Takes the next field; false at the end of the line. */
bool gn_proc_field(gn_str *line, gn_str *out);
/* Takes the next field as a number; false when there is none or it is not one. */
bool gn_proc_u64(gn_str *line, uint64_t *out);
bool gn_proc_f64(gn_str *line, double *out);
/* Takes the next `count` numbers; false, with some of `out` written, when there are fewer. */
bool gn_proc_u64s(gn_str *line, uint64_t *out, size_t count);
/* The number behind the first field that is exactly `name` at the start of a line. */
bool gn_proc_named(gn_str text, gn_str name, uint64_t *out);
/* Steps over `count` fields; false when there are fewer. */
bool gn_proc_skip(gn_str *line, size_t count);

#endif
