/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/assign.h"

#include "base/json_read.h"

static bool assign_is_scalar(gn_str text)
{
    struct gn_json json;
    gn_json_init(&json, text);
    const gn_json_kind kind = gn_json_next(&json).kind;
    const bool scalar =
        kind == GN_JSON_NUMBER || kind == GN_JSON_BOOL || kind == GN_JSON_STRING || kind == GN_JSON_NULL;
    return scalar && gn_json_next(&json).kind == GN_JSON_END;
}

bool gn_assign_write(const struct gn_cli *cli, size_t first_word, struct gn_jw *w)
{
    gn_jw_open(w, '{');
    for (size_t i = first_word; i < cli->word_count; i++) {
        gn_str value;
        const gn_str word = gn_str_of(cli->words[i]);
        const gn_str name = gn_str_split(word, '=', &value);
        if (name.size == word.size || name.size == 0 || !gn_utf8_valid(word)) {
            (void)gn_cli_say(cli, GN_EXIT_USAGE, NULL, "'%s' is not NAME=VALUE", cli->words[i]);
            return false;
        }
        gn_jw_key_str(w, name);
        if (assign_is_scalar(value))
            gn_jw_raw(w, value);
        else
            gn_jw_str(w, value);
    }
    gn_jw_close(w, '}');
    return true;
}
