/* SPDX-License-Identifier: Apache-2.0 */
/* act/solution_fuzz.c -- any bytes as a solution: a bundle as it is, or one file of it. Whatever is accepted must be
 * usable, and whatever is refused must come with words. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "act/solution_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use_it(struct gn_solution *solution)
{
    static uint8_t json[1 << 21];
    struct gn_buf buf = gn_buf_over(json, sizeof json);
    struct gn_property_meaning meaning;
    gn_solution_rules_json(solution, &buf);
    gn_solution_actions_json(solution, &buf);
    gn_solution_properties_json(solution, &buf);
    gn_solution_meaning(solution, GN_STR("press-7"), GN_STR("temperature"), &meaning);
    assert(meaning.unit != NULL && strlen(meaning.unit) <= GN_UNIT_BYTES_MAX);
    assert(gn_solution_budget(solution) > 0.0);
    for (uint32_t i = 0; i < solution->rule_count; i++) {
        const struct gn_rule *const rule = &solution->rules[i];
        assert(rule->for_ms >= 0 && rule->expires_ms > 0);
        assert(rule->at_most.count <= GN_RATE_COUNT_MAX);
        (void)gn_rule_watches(solution, rule, GN_STR("press-7"), GN_STR("temperature"));
    }
    gn_solution_free(solution);
}

static void parse(gn_str bundle)
{
    struct gn_solution *solution = NULL;
    struct gn_diag diag = { .line = 0 };
    const gn_err err = gn_solution_parse(bundle, &solution, &diag);
    assert((err == GN_OK) == (solution != NULL));
    if (err == GN_OK)
        use_it(solution);
    else
        assert(diag.text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[GN_SOLUTION_BYTES_MAX];
    struct gn_buf bundle = gn_buf_over(bytes, sizeof bytes);
    const gn_str text = { (const char *)data, size };
    parse(text);
    gn_solution_bundle_add(&bundle, GN_STR("a.yaml"), text);
    if (!bundle.full)
        parse(gn_buf_str(&bundle));
    return 0;
}
