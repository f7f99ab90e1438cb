/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>

#include "base/timestamp.h"
#include "cli/chain.h"
#include "cli/json_pick.h"
#include "cli/listing.h"
#include "cli/rows.h"

enum { WHY_TEXT_BYTES = 1024 };

/* The text of a member, or "?": every place in a sentence is filled. */
struct why_text {
    char at[WHY_TEXT_BYTES];
};

static struct why_text why_text(gn_str object, const char *path)
{
    struct why_text text;
    gn_pick_text(object, path, text.at, sizeof text.at);
    if (text.at[0] == '\0')
        text.at[0] = '?', text.at[1] = '\0';
    return text;
}

static struct why_text why_time(gn_str object, const char *path)
{
    struct why_text text = { "?" };
    int64_t time_ms = 0;
    if (gn_pick_i64(object, path, &time_ms))
        gn_time_format(time_ms, text.at);
    return text;
}

/* A line of the story: what it is, and a sentence with text from outside in it. */
static void why_line(const struct gn_cli *cli, const char *label, const char *fmt, ...) GN_PRINTF(3, 4);
static void why_line(const struct gn_cli *cli, const char *label, const char *fmt, ...)
{
    char line[4 * WHY_TEXT_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    (void)fprintf(cli->out, "%-10s", label);
    gn_cli_print_safe(cli->out, gn_str_of(line));
    (void)fputc('\n', cli->out);
}

static void why_finding(const struct gn_cli *cli, gn_str finding)
{
    double value = 0.0;
    double usual = 0.0;
    double low = 0.0;
    double high = 0.0;
    double p = 0.0;
    why_line(cli, "finding", "%s: %s", why_text(finding, "id").at, why_text(finding, "why").at);
    const struct why_text unit = why_text(finding, "unit");
    const char *unit_text = strcmp(unit.at, "?") == 0 ? "" : unit.at;
    if (gn_pick_f64(finding, "value", &value) && gn_pick_f64(finding, "usual", &usual) &&
        gn_pick_f64(finding, "usual_low", &low) && gn_pick_f64(finding, "usual_high", &high))
        why_line(cli, "", "%s of %s was %.4g %s at %s; usual is %.4g, from %.4g to %.4g",
                 why_text(finding, "property").at, why_text(finding, "thing").at, value, unit_text,
                 why_time(finding, "time").at, usual, low, high);
    if (gn_pick_f64(finding, "p_value", &p))
        why_line(cli, "", "p-value %.2g against %s readings from %s to %s", p, why_text(finding, "reference.count").at,
                 why_time(finding, "reference.from").at, why_time(finding, "reference.to").at);
    why_line(cli, "", "model %s version %s, state %.16s", why_text(finding, "model.kind").at,
             why_text(finding, "model.version").at, why_text(finding, "model.state").at);
}

static void why_alarm(const struct gn_cli *cli, gn_str alarm)
{
    why_line(cli, "alarm", "%s, %s since %s: %s", why_text(alarm, "id").at, why_text(alarm, "state").at,
             why_time(alarm, "since").at, why_text(alarm, "why").at);
    struct gn_pick_walk walk;
    if (!gn_pick_walk(&walk, gn_pick(alarm, "contributions")))
        return;
    while (gn_pick_next(&walk)) {
        double share = 0.0;
        double value = 0.0;
        double usual = 0.0;
        (void)gn_pick_f64(walk.value, "share", &share);
        if (gn_pick_f64(walk.value, "value", &value) && gn_pick_f64(walk.value, "usual", &usual))
            why_line(cli, "", "%3.0f %%  %s: %.4g, usual %.4g", share * 100.0, why_text(walk.value, "property").at,
                     value, usual);
    }
}

static void why_decision(const struct gn_cli *cli, gn_str decision)
{
    why_line(cli, "rule", "%s (autonomy %s) fired at %s: %s", why_text(decision, "rule").at,
             why_text(decision, "autonomy").at, why_time(decision, "time").at, why_text(decision, "why").at);
    why_line(cli, "decision", "%s, %s: %s on %s with %s", why_text(decision, "id").at, why_text(decision, "state").at,
             why_text(decision, "action.name").at, why_text(decision, "action.thing").at,
             why_text(decision, "action.input").at);
    const struct why_text reason = why_text(decision, "reason");
    if (gn_pick_has(decision, "person"))
        why_line(cli, "person", "%s answered at %s%s%s", why_text(decision, "person").at,
                 why_time(decision, "answered").at, strcmp(reason.at, "?") == 0 ? "" : ": ",
                 strcmp(reason.at, "?") == 0 ? "" : reason.at);
    if (gn_pick_has(decision, "refusal"))
        why_line(cli, "envelope", "refused: %s", why_text(decision, "refusal").at);
}

static void why_outcome(const struct gn_cli *cli, gn_str action, gn_str receipt)
{
    static const char *const steps[] = { "queued", "sent", "acknowledged", "ended" };
    if (action.size > 0)
        why_line(cli, "action", "%s, %s: %s", why_text(action, "id").at, why_text(action, "state").at,
                 why_text(action, "message").at);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (gn_pick_has(action, steps[i]))
            why_line(cli, "", "%-12s %s", steps[i], why_time(action, steps[i]).at);
    if (receipt.size > 0)
        why_line(cli, "receipt", "%s: %s", why_text(receipt, "id").at, why_text(receipt, "result").at);
}

/* The objects of the chain as they are, one a line, each with its kind. */
static void why_json(const struct gn_cli *cli, const char *kind, gn_str object)
{
    if (object.size > 0)
        (void)fprintf(cli->out, "{\"kind\":\"%s\",\"data\":%.*s}\n", kind, GN_STR_ARGS(gn_str_trim(object)));
}

static void why_print(const struct gn_cli *cli, const struct gn_chain *chain)
{
    if (chain->finding.size > 0)
        why_finding(cli, chain->finding);
    if (chain->alarm.size > 0)
        why_alarm(cli, chain->alarm);
    for (size_t i = 0; i < chain->decision_count; i++) {
        why_decision(cli, chain->decisions[i]);
        why_outcome(cli, chain->actions[i], chain->receipts[i]);
    }
    if (chain->decision_count == 0)
        why_line(cli, "decision", "none: no rule fired on it");
}

static int why_run(struct gn_cli *cli)
{
    struct gn_chain chain;
    const int code = gn_chain_find(cli, cli->words[0], &chain);
    if (code == GN_EXIT_OK && cli->json) {
        why_json(cli, "finding", chain.finding);
        why_json(cli, "alarm", chain.alarm);
        for (size_t i = 0; i < chain.decision_count; i++) {
            why_json(cli, "decision", chain.decisions[i]);
            why_json(cli, "action", chain.actions[i]);
            why_json(cli, "receipt", chain.receipts[i]);
        }
    } else if (code == GN_EXIT_OK) {
        why_print(cli, &chain);
    }
    gn_chain_give(&chain);
    return code;
}

const struct gn_command gn_command_why = {
    .name = "why",
    .words = "ID",
    .summary = "the whole story of a finding, alarm, decision, action or receipt",
    .about = "Says which series was how far from usual and how sure that is, which rule fired, who agreed, what\n"
             "was sent and what came of it. Looks through the newest 1000 decisions, actions and receipts.",
    .options = { GN_OPTION_DATA, GN_OPTION_JSON },
    .examples = { { "why a-4711", "Why is this an alarm, and what was done?" } },
    .words_min = 1,
    .words_max = 1,
    .run = why_run,
};
