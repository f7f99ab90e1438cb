/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/push_name.h -- what a tagged metric is here: a Thing, and a property of it.
 *
 *   cpu,host=web-1,core=0 idle=97       Thing web-1      property cpu.idle{core=0}
 *   temperature,device=oven value=181   Thing oven       property temperature
 *   load1 value=0.5                     the sender       property load1
 *
 *   Thing      the first of the tags thing, device, host, instance; without one, the Thing whose credential was shown
 *   property   measurement "." field, without ".value"; then the other tags by name, in braces
 *
 * A sender that may not speak for other Things (policy: publish on "line/NAME") keeps the tag in the property's name
 * instead, so nothing is lost. Two metrics never get one name: "%", what a property's name may not have ("/" "+" "#",
 * control characters), and the marks "{" "}" "," "=" inside a part are written as %XX. Pure. */
#ifndef GN_CONNECT_PUSH_NAME_H
#define GN_CONNECT_PUSH_NAME_H

#include "base/buf.h"
#include "base/limits.h"

struct gn_push_tag {
    gn_str name;
    gn_str value;
};

struct gn_push_metric {
    gn_str name;  /* the measurement */
    gn_str field; /* "value", or empty: the measurement is all there is to say */
    size_t tag_count;
    struct gn_push_tag tags[GN_PUSH_TAGS_MAX];
};

/* The tag that names the Thing, or NULL. */
const struct gn_push_tag *gn_push_thing_tag(const struct gn_push_metric *metric);

/* The property's name, without the tag of the name `left_out`, which may be empty. Sorts the tags. INVAL with a diag:
 * too long, or a tag twice. */
GN_MUST_USE gn_err gn_push_property(struct gn_push_metric *metric, gn_str left_out, struct gn_buf *out,
                                    struct gn_diag *diag);

#endif
