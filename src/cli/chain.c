/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/chain.h"

#include <assert.h>

#include "cli/json_pick.h"

static const char *const chain_plurals[] = { "findings", "alarms", "decisions", "actions", "receipts" };

/* "f-..." -> "findings"; NULL for other letters. */
static const char *chain_plural(const char *id)
{
    static const char letters[] = "fadxr";
    const char *at = id[0] != '\0' && id[1] == '-' ? strchr(letters, id[0]) : NULL;
    return at != NULL ? chain_plurals[at - letters] : NULL;
}

static int chain_ask(const struct gn_cli *cli, struct gn_chain *chain, const char *path, gn_str *out)
{
    assert(chain->reply_count < GN_CHAIN_REPLIES_MAX);
    struct gn_api_reply *reply = &chain->replies[chain->reply_count];
    const int code = gn_ask(cli, "GET", path, GN_STR(""), reply);
    if (code != GN_EXIT_OK)
        return code;
    chain->reply_count++;
    *out = reply->body;
    return GN_EXIT_OK;
}

/* False: this is no id at all. */
static bool chain_path(const char *id, struct gn_buf *path)
{
    const char *plural = chain_plural(id);
    if (plural == NULL || strlen(id) >= GN_CHAIN_ID_BYTES)
        return false;
    gn_buf_addf(path, "/api/v1/%s/", plural);
    gn_api_escape(path, gn_str_of(id));
    gn_buf_add_u8(path, 0);
    assert(!path->full);
    return true;
}

/* A neighbour in the chain. It may be gone: then its place stays empty, and nothing is said. */
static gn_str chain_neighbour(const struct gn_cli *cli, struct gn_chain *chain, const char *id)
{
    char dir[GN_ASK_DIR_BYTES];
    char bytes[GN_ASK_PATH_BYTES];
    struct gn_buf path = gn_buf_over(bytes, sizeof bytes);
    struct gn_diag diag = { 0 };
    assert(chain->reply_count < GN_CHAIN_REPLIES_MAX);
    struct gn_api_reply *reply = &chain->replies[chain->reply_count];
    if (!chain_path(id, &path) || !gn_ask_data_dir(cli, dir, sizeof dir) ||
        gn_api_call(dir, "GET", bytes, GN_STR(""), reply, &diag) != GN_OK)
        return (gn_str){ NULL, 0 };
    chain->reply_count++;
    return reply->status == 200 ? reply->body : (gn_str){ NULL, 0 };
}

static int chain_start(const struct gn_cli *cli, struct gn_chain *chain, const char *id, gn_str *out)
{
    char bytes[GN_ASK_PATH_BYTES];
    struct gn_buf path = gn_buf_over(bytes, sizeof bytes);
    if (!chain_path(id, &path))
        return gn_cli_say(cli, GN_EXIT_USAGE,
                          "Ids begin with f- (finding), a- (alarm), d- (decision), x- (action) or r- (receipt).",
                          "'%s' is not an id", id);
    return chain_ask(cli, chain, bytes, out);
}

static int chain_recent(const struct gn_cli *cli, struct gn_chain *chain, const char *plural, gn_str *out)
{
    char bytes[GN_ASK_PATH_BYTES];
    gn_str body = { NULL, 0 };
    (void)snprintf(bytes, sizeof bytes, "/api/v1/%s?limit=%d", plural, GN_CHAIN_LOOK_BACK);
    const int code = chain_ask(cli, chain, bytes, &body);
    *out = gn_pick(body, plural);
    return code;
}

/* The newest object of an array whose member is this text. */
static gn_str chain_look(gn_str array, const char *member, const char *text)
{
    struct gn_pick_walk walk;
    char found[GN_CHAIN_ID_BYTES];
    if (text[0] != '\0' && gn_pick_walk(&walk, array)) {
        while (gn_pick_next(&walk)) {
            gn_pick_text(walk.value, member, found, sizeof found);
            if (strcmp(found, text) == 0)
                return walk.value;
        }
    }
    return (gn_str){ NULL, 0 };
}

/* Which finding, alarm or decision the id is about: from the object itself. */
struct chain_keys {
    char finding[GN_CHAIN_ID_BYTES];
    char alarm[GN_CHAIN_ID_BYTES];
    char decision[GN_CHAIN_ID_BYTES];
};

static struct chain_keys chain_keys_of(const char *id, gn_str object)
{
    struct chain_keys keys;
    gn_pick_text(object, id[0] == 'f' ? "id" : "finding", keys.finding, sizeof keys.finding);
    gn_pick_text(object, id[0] == 'a' ? "id" : "alarm", keys.alarm, sizeof keys.alarm);
    gn_pick_text(object, id[0] == 'd' ? "id" : "decision", keys.decision, sizeof keys.decision);
    return keys;
}

static bool chain_is(gn_str object, const char *member, const char *text)
{
    char found[GN_CHAIN_ID_BYTES];
    gn_pick_text(object, member, found, sizeof found);
    return text[0] != '\0' && strcmp(found, text) == 0;
}

/* All decisions about the finding or alarm. */
static void chain_decisions(struct gn_chain *chain, gn_str decisions, const struct chain_keys *keys)
{
    struct gn_pick_walk walk;
    if (!gn_pick_walk(&walk, decisions))
        return;
    while (chain->decision_count < GN_CHAIN_EACH_MAX && gn_pick_next(&walk))
        if (chain_is(walk.value, "alarm", keys->alarm) || chain_is(walk.value, "finding", keys->finding))
            chain->decisions[chain->decision_count++] = walk.value;
}

static int chain_outcomes(const struct gn_cli *cli, struct gn_chain *chain)
{
    gn_str actions = { NULL, 0 };
    gn_str receipts = { NULL, 0 };
    int code = chain_recent(cli, chain, "actions", &actions);
    if (code == GN_EXIT_OK)
        code = chain_recent(cli, chain, "receipts", &receipts);
    for (size_t i = 0; code == GN_EXIT_OK && i < chain->decision_count; i++) {
        char id[GN_CHAIN_ID_BYTES];
        gn_pick_text(chain->decisions[i], "id", id, sizeof id);
        chain->actions[i] = chain_look(actions, "decision", id);
        chain->receipts[i] = chain_look(receipts, "decision", id);
    }
    return code;
}

/* The id names one decision, by itself, its action or its receipt; its neighbours say the rest. */
static void chain_of_decision(const struct gn_cli *cli, struct gn_chain *chain, const char *id, gn_str object,
                              struct chain_keys *keys)
{
    const gn_str decision = id[0] == 'd' ? object : chain_neighbour(cli, chain, keys->decision);
    if (decision.size == 0)
        return;
    chain->decisions[chain->decision_count++] = decision;
    gn_pick_text(decision, "alarm", keys->alarm, sizeof keys->alarm);
    gn_pick_text(decision, "finding", keys->finding, sizeof keys->finding);
}

int gn_chain_find(const struct gn_cli *cli, const char *id, struct gn_chain *out)
{
    gn_str object = { NULL, 0 };
    gn_str decisions = { NULL, 0 };
    *out = (struct gn_chain){ 0 };
    int code = chain_start(cli, out, id, &object);
    if (code != GN_EXIT_OK)
        return code;
    struct chain_keys keys = chain_keys_of(id, object);
    if (keys.decision[0] != '\0') {
        chain_of_decision(cli, out, id, object, &keys);
    } else {
        code = chain_recent(cli, out, "decisions", &decisions);
        if (code != GN_EXIT_OK)
            return code;
        chain_decisions(out, decisions, &keys);
    }
    out->finding = id[0] == 'f' ? object : chain_neighbour(cli, out, keys.finding);
    out->alarm = id[0] == 'a' ? object : chain_neighbour(cli, out, keys.alarm);
    code = chain_outcomes(cli, out);
    if (id[0] == 'x' && out->decision_count == 1)
        out->actions[0] = object;
    if (id[0] == 'r' && out->decision_count == 1)
        out->receipts[0] = object;
    return code;
}

void gn_chain_give(struct gn_chain *chain)
{
    if (chain == NULL)
        return;
    for (size_t i = 0; i < chain->reply_count; i++)
        gn_api_reply_give(&chain->replies[i]);
    *chain = (struct gn_chain){ 0 };
}
