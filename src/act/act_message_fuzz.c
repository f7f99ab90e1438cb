/* SPDX-License-Identifier: Apache-2.0 */
/* act/act_message_fuzz.c -- any bytes as a person's answer, as a device's status, as an action's input. Nothing of them
 * may crash, be accepted for an action that does not exist, or pass an envelope it is not inside of. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "act/act_int.h"
#include "act/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gn_registry registry;
static struct gn_act *act;
static struct gn_solution *solution;

static void on_emit(void *self, const struct gn_emitted *emitted)
{
    (void)self;
    (void)emitted;
    assert(false); /* there is no decision, so there is nothing to say */
}

static void prepare(void)
{
    static const uint8_t seed[16] = { 1 };
    static const char yaml[] =
        "things: [ { thing: m, actions: [ { name: set, arguments: [ { name: level, range: [0, 50] }, "
        "{ name: how, one_of: [a, b], optional: true } ] } ] } ]";
    char bundle[512];
    struct gn_buf buf = gn_buf_over(bundle, sizeof bundle);
    gn_solution_bundle_add(&buf, GN_STR("a"), gn_str_of(yaml));
    assert(gn_solution_parse(gn_buf_str(&buf), &solution, NULL) == GN_OK);
    assert(gn_registry_init(&registry, seed) == GN_OK);
    const struct gn_act_host host = { .emit = on_emit };
    assert(gn_act_new(&registry, host, &act) == GN_OK);
    gn_act_use(act, solution);
    gn_act_on_tick(act, 1, 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (act == NULL)
        prepare();
    const gn_str text = { (const char *)data, size };
    struct gn_envelope_words words = { { 0 } };
    gn_act_on_answer(act, 5, 2000, text);
    gn_act_on_status(act, 6, 2000, 0, GN_STR("set"), text);
    gn_act_on_delivery(act, 7, 2000, text, 1);
    const gn_err err = gn_envelope_check(solution, &solution->actions[0], text, &words);
    assert(err == GN_OK || (err == GN_ERR_DENIED && words.text[0] != '\0'));
    assert(act->state->counters.answers_ignored == act->state->counters.statuses_ignored);
    return 0;
}
