/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"
#include "base/mem.h"
#include "cli/json_pick.h"
#include "cli/rows.h"
#include "cli/thing_path.h"

enum { ADOPT_BODY_BYTES = 65536 };

/* One of "hall.unit=K,hall.title=Hall": what stands before the last '.', and behind it, of the left side. */
struct adopt_edit {
    gn_str property;
    gn_str member;
    gn_str value;
};

static bool adopt_next(gn_str *edits, struct adopt_edit *out)
{
    gn_str value;
    const gn_str one = gn_str_split(*edits, ',', edits);
    const gn_str place = gn_str_split(one, '=', &value);
    size_t dot = place.size;
    while (dot > 0 && place.at[dot - 1] != '.')
        dot--;
    *out = (struct adopt_edit){ { place.at, dot > 0 ? dot - 1 : 0 }, { place.at + dot, place.size - dot }, value };
    return dot > 1 && out->member.size > 0 && place.size < one.size;
}

static bool adopt_is_switch(gn_str member)
{
    return gn_str_equal(member, GN_STR("readOnly"));
}

static bool adopt_may_set(const struct adopt_edit *edit)
{
    if (adopt_is_switch(edit->member))
        return gn_str_equal(edit->value, GN_STR("true")) || gn_str_equal(edit->value, GN_STR("false"));
    return gn_str_equal(edit->member, GN_STR("unit")) || gn_str_equal(edit->member, GN_STR("title")) ||
           gn_str_equal(edit->member, GN_STR("type"));
}

/* False: an edit is malformed, or names what is not there; said. */
static bool adopt_check(const struct gn_cli *cli, gn_str edits, gn_str properties)
{
    while (edits.size > 0) {
        struct adopt_edit edit;
        struct gn_pick_walk walk;
        bool found = false;
        if (!adopt_next(&edits, &edit) || !adopt_may_set(&edit)) {
            (void)gn_cli_say(
                cli, GN_EXIT_USAGE, "As in --set temperature.unit=K,temperature.title=Hall",
                "--set takes PROPERTY.unit=, .title=, .type= or .readOnly=true|false, with commas between");
            return false;
        }
        for (bool is = gn_pick_walk(&walk, properties); is && gn_pick_next(&walk);)
            found = found || gn_str_equal(walk.key, edit.property);
        if (found)
            continue;
        (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "it has no property '%.*s'", GN_STR_ARGS(edit.property));
        return false;
    }
    return true;
}

/* The value that an edit gives this member, or empty. */
static gn_str adopt_edited(gn_str edits, gn_str property, gn_str member)
{
    struct adopt_edit edit;
    gn_str value = { 0 };
    while (edits.size > 0 && adopt_next(&edits, &edit))
        if (gn_str_equal(edit.property, property) && gn_str_equal(edit.member, member))
            value = edit.value;
    return value;
}

/* What was seen of it is no part of what it is. */
static bool adopt_was_seen(gn_str member)
{
    return gn_str_equal(member, GN_STR("gn:last")) || gn_str_equal(member, GN_STR("gn:usual")) ||
           gn_str_equal(member, GN_STR("gn:period_ms"));
}

static void adopt_property(struct gn_jw *w, gn_str edits, gn_str name, gn_str property)
{
    static const gn_str members[] = { { "unit", 4 }, { "title", 5 }, { "type", 4 }, { "readOnly", 8 } };
    struct gn_pick_walk walk;
    gn_jw_key_str(w, name);
    gn_jw_open(w, '{');
    for (bool is = gn_pick_walk(&walk, property); is && gn_pick_next(&walk);) {
        const bool typed = adopt_edited(edits, name, members[2]).size > 0;
        if (adopt_was_seen(walk.key))
            continue;
        if (adopt_edited(edits, name, walk.key).size > 0 || (typed && gn_str_equal(walk.key, GN_STR("gn:kind"))))
            continue; /* said anew below; a new type makes the old kind void */
        gn_jw_key_str(w, walk.key);
        gn_jw_raw(w, walk.value);
    }
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const gn_str value = adopt_edited(edits, name, members[i]);
        if (value.size == 0)
            continue;
        gn_jw_key_str(w, members[i]);
        if (adopt_is_switch(members[i]))
            gn_jw_raw(w, value);
        else
            gn_jw_str(w, value);
    }
    gn_jw_close(w, '}');
}

/* The proposal with the edits in it, as the body's "description". */
static int adopt_describe(struct gn_cli *cli, const char *path, gn_str edits, struct gn_jw *w)
{
    struct gn_api_reply reply = { 0 };
    struct gn_pick_walk walk;
    const int code = gn_ask(cli, "GET", path, GN_STR(""), &reply);
    if (code != GN_EXIT_OK)
        return code;
    const gn_str properties = gn_pick(reply.body, "proposal.properties");
    const bool fine = adopt_check(cli, edits, properties);
    if (fine) {
        gn_jw_key(w, "description");
        gn_jw_open(w, '{');
        gn_jw_key(w, "title");
        gn_jw_raw(w, gn_pick(reply.body, "proposal.title"));
        gn_jw_key(w, "properties");
        gn_jw_open(w, '{');
        for (bool is = gn_pick_walk(&walk, properties); is && gn_pick_next(&walk);)
            adopt_property(w, edits, walk.key, walk.value);
        gn_jw_close(w, '}');
        gn_jw_close(w, '}');
    }
    gn_api_reply_give(&reply);
    return fine ? GN_EXIT_OK : GN_EXIT_USAGE;
}

static int adopt_post(struct gn_cli *cli, const char *path, gn_str body)
{
    struct gn_api_reply reply = { 0 };
    const int code = gn_ask(cli, "POST", path, body, &reply);
    if (code != GN_EXIT_OK)
        return code;
    if (cli->json)
        (void)fprintf(cli->out, "%.*s\n", GN_STR_ARGS(gn_str_trim(reply.body)));
    else
        (void)fputs("It is adopted: its readings are scored from now on, and rules may name it.\n", cli->out);
    gn_api_reply_give(&reply);
    return GN_EXIT_OK;
}

static int adopt_run(struct gn_cli *cli)
{
    char one[GN_ASK_PATH_BYTES], adopt[GN_ASK_PATH_BYTES];
    const char *name = gn_cli_value(cli, "--name");
    const char *edits = gn_cli_value(cli, "--set");
    if (!gn_discovered_path(cli, cli->words[0], "adopt", adopt) || !gn_discovered_path(cli, cli->words[0], "", one))
        return GN_EXIT_NOT_FOUND;
    char *memory = gn_mem_take(ADOPT_BODY_BYTES, "an adoption");
    if (memory == NULL)
        return gn_cli_say(cli, GN_EXIT_FAILED, NULL, "no memory for the description");
    struct gn_buf body = gn_buf_over(memory, ADOPT_BODY_BYTES);
    struct gn_jw w = gn_jw_over(&body);
    int code = GN_EXIT_OK;
    gn_jw_open(&w, '{');
    if (name != NULL) {
        gn_jw_key(&w, "name");
        gn_jw_text(&w, name);
    }
    if (edits != NULL)
        code = adopt_describe(cli, one, gn_str_of(edits), &w);
    gn_jw_close(&w, '}');
    if (code == GN_EXIT_OK)
        code = body.full ? gn_cli_say(cli, GN_EXIT_FAILED, NULL, "the description is too long")
                         : adopt_post(cli, adopt, gn_buf_str(&body));
    gn_mem_give(memory);
    return code;
}

const struct gn_command gn_command_things_adopt = {
    .name = "things adopt",
    .words = "ID",
    .summary = "adopt a Thing that appeared: from now on it is scored, and rules may name it",
    .about = "What it said of itself and what its readings show becomes its description; see it with\n"
             "`ganglion things discovered` and in the portal. Ignored Things can be adopted too.",
    .options = { { "--name", "NAME", "another name for it" },
                 { "--set", "EDITS",
                   "PROPERTY.unit=U,PROPERTY.title=T, and .type=number|boolean|string, .readOnly=true|false" },
                 GN_OPTION_DATA,
                 GN_OPTION_JSON },
    .examples = { { "things adopt hall --name \"Hall sensor\"", "As proposed, under another name." },
                  { "things adopt hall --set temperature.unit=K", "With another unit." } },
    .words_min = 1,
    .words_max = 1,
    .run = adopt_run,
};
