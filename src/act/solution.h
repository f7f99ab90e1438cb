/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution.h -- a solution: declarative YAML that says what Things mean and what to do.
 *
 *   things:                              # what the properties mean; a Thing is named by its id
 *     - thing: this-machine              # or "*": any Thing
 *       properties:
 *         - name: cpu_use                # "*" and prefixes as "cpu*" are allowed
 *           unit: "%"
 *           range: [0, 100]              # physically possible; outside is a sensor fault
 *           direction: high              # high | low | both: which side of usual is unusual
 *         - { name: cpu_pressure, unit: "%" }
 *       actions:
 *         - name: stop
 *           arguments:                   # each has a type and an envelope nothing may exceed
 *             - name: target
 *               one_of: [disturbance]
 *           at_most: 6 per 1m            # rate limit
 *           expires: 30s                 # the device must have done it by then
 *   budget: 0.1                          # false alarms a series and day
 *   rules:
 *     - name: stop-the-disturbance
 *       when:
 *         thing: this-machine
 *         finding: anomaly               # anomaly | sensor; of any of these properties, or all without
 *         properties: [cpu_use, cpu_pressure]
 *         p_below: 0.01                  # optional
 *         for: 2s                        # lasts at least
 *       # or, on readings:   property: cpu_use / above: 90 % / below: 5 % / for: 10s
 *       do: { thing: this-machine, action: stop, arguments: { target: disturbance } }
 *       autonomy: ask                    # observe | advise | ask | act; ask is the default
 *       expires: 10m                     # of the approval
 *       at_most: 1 per 1m                # optional: how often the rule fires
 *   home_assistant: { node: cellar }     # alarms are announced there (act/solution_home_assistant.h)
 *   keep:                                # how long the history keeps what (act/solution_keep.h)
 *     series: [ { thing: "*", raw: 365d, hours: forever } ]
 *   access:                              # what Things may use besides their own trees (act/solution_access.h)
 *     - { thing: press-7, publish: ["plant/press/#"], subscribe: ["things/press-8/properties/#"] }
 *
 * Everything unknown, misspelt, of the wrong type or unit is refused with file, line, column and what was
 * expected; near misses are named ("unknown key 'autonmy'; did you mean 'autonomy'?"). The compiled form has no
 * pointers into the text. libyaml reads the YAML (its nodes know their line and column); aliases are refused. */
#ifndef GN_ACT_SOLUTION_H
#define GN_ACT_SOLUTION_H

#include "base/buf.h"
#include "base/limits.h"
#include "guard/policy.h"
#include "thing/registry.h"

/* Many files as one text, so that it can stand in the journal: before each file a line "@file NAME SIZE\n". */
void gn_solution_bundle_add(struct gn_buf *bundle, gn_str file, gn_str content);
/* Reads all *.yaml and *.yml of a folder in the order of their names. NOT_FOUND / FULL / IO with a diag. */
GN_MUST_USE gn_err gn_solution_read_folder(const char *dir, struct gn_buf *bundle, struct gn_diag *diag);

struct gn_solution; /* opaque; immutable once made */

/* Compiles a bundle (an empty one is a solution without rules). INVAL with file, line, column. */
GN_MUST_USE gn_err gn_solution_parse(gn_str bundle, struct gn_solution **out, struct gn_diag *diag);
void gn_solution_free(struct gn_solution *solution); /* NULL is fine */

/* What the solution says of a property; the most exact match wins, then the first. */
struct gn_property_meaning {
    const char *unit; /* "" = unknown */
    bool has_range;
    double range_low, range_high;
    int direction; /* +1 high, -1 low, 0 both */
};
void gn_solution_meaning(const struct gn_solution *solution, gn_str thing_id, gn_str property,
                         struct gn_property_meaning *out);
/* What `access` grants; lives as long as the solution. */
const struct gn_policy *gn_solution_policy(const struct gn_solution *solution);
/* What a foreign topic speaks of, by the section `topics` (act/solution_topics.h). */
struct gn_topic_match {
    gn_str thing;    /* an id, as far as the topic's word is one */
    gn_str property; /* empty: the payload's members are the properties */
    gn_str pick;     /* only this member of the payload; empty = all */
    gn_str unit;
    double scale, offset;
    bool declared; /* the solution names the Thing in `things` */
};
bool gn_solution_topic(const struct gn_solution *solution, gn_str topic, struct gn_topic_match *out);
/* How alarms are announced to Home Assistant; NULL: they are not. */
struct gn_home_assistant {
    gn_str prefix; /* of its discovery: "homeassistant" */
    gn_str node;   /* what this node is called there: [a-z0-9-] */
    gn_str config; /* "PREFIX/binary_sensor/NODE_": what the node alone says begins with this */
    gn_str state;  /* "ganglion/NODE/", or with this */
};
const struct gn_home_assistant *gn_solution_home_assistant(const struct gn_solution *solution);
/* How long readings of a series are kept: as they came (0: no limit), and as rows a minute, an hour, a day (0: not;
 * INT64_MAX: for ever); by the section `keep` (act/solution_keep.h). */
struct gn_keep_ages {
    int64_t raw_ms, minutes_ms, hours_ms, days_ms;
};
void gn_solution_keep(const struct gn_solution *solution, gn_str thing, gn_str property, struct gn_keep_ages *out);
uint64_t gn_solution_keep_bytes(const struct gn_solution *solution); /* 0: no limit */
double gn_solution_budget(const struct gn_solution *solution);       /* false alarms a series and day */

/* As JSON arrays for the API: rules with their conditions in words; actions with their envelopes. */
void gn_solution_rules_json(const struct gn_solution *solution, struct gn_buf *out);
void gn_solution_actions_json(const struct gn_solution *solution, struct gn_buf *out);
void gn_solution_properties_json(const struct gn_solution *solution, struct gn_buf *out);

#endif
