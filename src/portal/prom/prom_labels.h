/* SPDX-License-Identifier: Apache-2.0 */
/* portal/prom/prom_labels.h -- a series as Prometheus names one, and what selects it.
 *
 *   Thing web-1, property cpu.idle{core=0}     cpu_idle{core="0", property="cpu.idle{core=0}", thing="web-1"}
 *
 * The metric's name is the property up to its tags, with '_' for what such a name may not have; tags in braces
 * (connect/push writes them) become labels, `%XX` undone. `thing` and `property` are always there and exact, so nothing
 * is ambiguous. A tag that is called so gets "tag_" in front. Sorted by name, the metric's name ("__name__") first.
 *
 * Matchers are = != =~ !~. A pattern is alternatives of plain text, '.', '.*' and '.+', as dashboards make them,
 * anchored at both ends; it is matched in steps that are at most text times pattern. Anything else in a pattern is
 * refused. */
#ifndef GN_PORTAL_PROM_LABELS_H
#define GN_PORTAL_PROM_LABELS_H

#include "base/buf.h"
#include "base/limits.h"

enum { GN_PROM_LABELS_MAX = 20, GN_PROM_LABEL_BYTES = 640 };

struct gn_prom_label {
    gn_str name;
    gn_str value;
};

struct gn_prom_labels {
    size_t count;
    struct gn_prom_label at[GN_PROM_LABELS_MAX];
};

/* Into caller's memory, of which *inout_bytes is the rest. Tags beyond GN_PROM_LABELS_MAX are left out. */
void gn_prom_labels_of(gn_str thing, gn_str property, struct gn_buf *bytes, struct gn_prom_labels *out);
/* Empty when there is none of that name. */
gn_str gn_prom_label(const struct gn_prom_labels *labels, gn_str name);

typedef enum gn_prom_match { GN_PROM_EQUAL, GN_PROM_NOT_EQUAL, GN_PROM_LIKE, GN_PROM_NOT_LIKE } gn_prom_match;

struct gn_prom_matcher {
    gn_str name;
    gn_str value;
    gn_prom_match match;
};

struct gn_prom_matchers {
    size_t count;
    struct gn_prom_matcher at[GN_PROM_MATCHERS_MAX];
};

bool gn_prom_matches(const struct gn_prom_matchers *matchers, const struct gn_prom_labels *labels);
bool gn_prom_pattern_matches(gn_str pattern, gn_str text);
bool gn_prom_pattern_valid(gn_str pattern);

/* name{a="b"} as exposition and JSON want it: {"__name__":"..."} or name{...}. */
void gn_prom_put_text(const struct gn_prom_labels *labels, struct gn_buf *out);

#endif
