/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_int.h -- the compiled solution (private to the room).
 *
 *   properties[]   what a property of a Thing means            things: properties:
 *   actions[]      name, arguments, envelope                   things: actions:
 *   rules[]        condition, action, autonomy, limits         rules:
 *   policy         who may publish and subscribe what          access:
 *   choices[], names[], text                                   pools the rows above point into
 *
 * One block, taken once; every gn_str points into `text`, which belongs to it. Rows keep the order of the
 * files, so the same bundle always gives the same solution. Immutable once made: any thread may read it. */
#ifndef GN_ACT_SOLUTION_INT_H
#define GN_ACT_SOLUTION_INT_H

#include "act/solution.h"
#include "base/hash.h"

/* Durations of a solution end at 31 days: longer ones are mistakes, and sums of times stay far from overflow. */
#define GN_SOLUTION_DURATION_MS_MAX INT64_C(2678400000)

enum {
    GN_SOLUTION_CHOICES_MAX = 2048, /* one_of values of all arguments together */
    GN_SOLUTION_NAMES_MAX = 2048,   /* properties named by all rules together */
};

typedef enum gn_value_type { GN_VALUE_NUMBER, GN_VALUE_INTEGER, GN_VALUE_BOOL, GN_VALUE_TEXT } gn_value_type;

/* A scalar: of an argument, or one of its choices. */
struct gn_value {
    gn_value_type type; /* INTEGER is a NUMBER without a fraction */
    bool boolean;
    double number;
    gn_str text;
};

/* COUNT per `per_ms`; count 0 = no limit. */
struct gn_rate {
    uint32_t count;
    int64_t per_ms;
};

struct gn_declared_property {
    gn_str thing; /* id, or "*" */
    gn_str name;  /* name, or a pattern: "*", "cpu*" */
    gn_str unit;  /* NUL-terminated behind its end, for struct gn_property_meaning */
    bool has_range;
    double low, high; /* when has_range */
    int direction;    /* +1 high, -1 low, 0 both */
};

struct gn_declared_argument {
    gn_str name;
    gn_value_type type;
    gn_str unit;
    bool has_range;
    double low, high;
    uint32_t choice_first; /* into choices[] */
    uint32_t choice_count; /* 0 = any value in the range */
    bool optional;
};

struct gn_declared_action {
    gn_str thing; /* id, or "*" */
    gn_str name;
    struct gn_declared_argument arguments[GN_ACTION_ARGUMENTS_MAX];
    uint32_t argument_count;
    struct gn_rate at_most;
    int64_t expires_ms;
};

typedef enum gn_condition {
    GN_CONDITION_ANOMALY, /* a finding about the process */
    GN_CONDITION_SENSOR,  /* a finding about the sensor */
    GN_CONDITION_ABOVE,   /* readings */
    GN_CONDITION_BELOW,
} gn_condition;

typedef enum gn_autonomy {
    GN_AUTONOMY_OBSERVE,
    GN_AUTONOMY_ADVISE,
    GN_AUTONOMY_ASK,
    GN_AUTONOMY_ACT,
    GN_AUTONOMY_COUNT
} gn_autonomy;
const char *gn_autonomy_name(gn_autonomy autonomy);

struct gn_rule_argument {
    gn_str name;
    struct gn_value value;
};

struct gn_rule {
    gn_str name;
    gn_str file;
    uint32_t line;
    gn_str when_thing; /* id, or "*" */
    gn_condition condition;
    uint32_t name_first; /* into names[]: properties of findings (patterns), or the one of readings */
    uint32_t name_count; /* 0 = any property */
    double level;        /* ABOVE, BELOW: in the property's unit */
    gn_str unit;         /* of `level` */
    double p_below;      /* 0 = any */
    int64_t for_ms;
    gn_str do_thing; /* empty = the Thing of the finding */
    gn_str action;
    struct gn_rule_argument arguments[GN_ACTION_ARGUMENTS_MAX];
    uint32_t argument_count;
    gn_autonomy autonomy;
    int64_t expires_ms;
    struct gn_rate at_most;
    struct gn_sha256 digest; /* of its canonical text, see gn_rule_canonical */
};

struct gn_topic_row { /* section `topics` */
    gn_str topic, thing, property, pick, unit;
    bool takes_thing, takes_property;
    double scale, offset;
};

struct gn_keep_row { /* section `keep` */
    gn_str thing;    /* id, or "*" */
    gn_str property; /* name, or a pattern */
    struct gn_keep_ages ages;
};

struct gn_solution {
    struct gn_declared_property properties[GN_PROPERTIES_DECLARED_MAX];
    struct gn_declared_action actions[GN_ACTIONS_DECLARED_MAX];
    struct gn_rule rules[GN_RULES_MAX];
    struct gn_value choices[GN_SOLUTION_CHOICES_MAX];
    gn_str names[GN_SOLUTION_NAMES_MAX];
    struct gn_topic_row topics[GN_TOPIC_ROWS_MAX];
    uint32_t topic_count;
    struct gn_keep_row keep_rows[GN_KEEP_ROWS_MAX];
    uint32_t keep_count;
    bool has_keep;
    uint64_t keep_bytes;
    struct gn_policy policy; /* section `access` */
    struct gn_home_assistant home_assistant;
    bool has_home_assistant; /* the section is there ... */
    bool announces;          /* ... and does not say `announce: false` */
    char home_topics[2][GN_HOME_ASSISTANT_PREFIX_BYTES_MAX + GN_HOME_ASSISTANT_NODE_BYTES_MAX + 32];
    gn_str things[GN_THINGS_MAX]; /* ids that have a section, "*" among them */
    uint32_t property_count;
    uint32_t action_count;
    uint32_t rule_count;
    uint32_t choice_count;
    uint32_t name_count;
    uint32_t thing_count;
    bool has_budget;
    double budget;
    char *text; /* behind the struct, in the same block */
    size_t text_size;
    size_t text_capacity;
};

static inline bool gn_is_any(gn_str pattern)
{
    return pattern.size == 1 && pattern.at[0] == '*';
}

/* "*", "cpu*" or an exact name. */
bool gn_pattern_matches(gn_str pattern, gn_str name);

/* The row that counts for a Thing's property, or NULL: the Thing's own section before "*"; in it the exact
 * name before the longer prefix; then the first. */
const struct gn_declared_property *gn_solution_property(const struct gn_solution *solution, gn_str thing,
                                                        gn_str property);
/* The envelope of a Thing's action, or NULL: its own section before "*". */
const struct gn_declared_action *gn_solution_action(const struct gn_solution *solution, gn_str thing, gn_str action);
bool gn_solution_has_thing(const struct gn_solution *solution, gn_str thing);

/* Does the rule look at this property of this Thing? */
bool gn_rule_watches(const struct gn_solution *solution, const struct gn_rule *rule, gn_str thing, gn_str property);
static inline bool gn_rule_is_on_readings(const struct gn_rule *rule)
{
    return rule->condition == GN_CONDITION_ABOVE || rule->condition == GN_CONDITION_BELOW;
}

/* The rule as JSON that does not depend on how or where it is written; its SHA-256 is the rule's digest. */
void gn_rule_canonical(const struct gn_solution *solution, const struct gn_rule *rule, struct gn_buf *out);
/* The condition in words: "an anomaly of cpu_use of this-machine for 2 s". */
void gn_rule_words(const struct gn_solution *solution, const struct gn_rule *rule, struct gn_buf *out);
/* The action's input as a JSON object, arguments in the order of the rule. */
void gn_rule_input(const struct gn_rule *rule, struct gn_buf *out);

#endif
