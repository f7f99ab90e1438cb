/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an answer of the node: every slice that is picked lies inside, and walks end. */
#include <assert.h>

#include "cli/json_pick.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(gn_str json, gn_str slice)
{
    assert(slice.size == 0 || (slice.at >= json.at && slice.at + slice.size <= json.at + json.size));
}

static void walk_all(gn_str json, int depth)
{
    struct gn_pick_walk walk;
    if (!gn_pick_walk(&walk, json))
        return;
    size_t count = 0;
    while (gn_pick_next(&walk)) {
        check_inside(json, walk.value);
        assert(walk.value.size > 0 && walk.key.size <= sizeof walk.key_bytes);
        assert(++count <= json.size);
        if (depth < 3)
            walk_all(walk.value, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const gn_str json = { (const char *)data, size };
    static const char *const paths[] = { "", "a", "id", "readings", "journal.state", "a.b.c" };
    if (size > 8192)
        return 0; /* each level is one pass over all below it */
    walk_all(json, 0);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char text[8];
        double number = 0.0;
        int64_t whole = 0;
        check_inside(json, gn_pick(json, paths[i]));
        gn_pick_text(json, paths[i], text, sizeof text);
        assert(memchr(text, '\0', sizeof text) != NULL);
        if (gn_pick_i64(json, paths[i], &whole))
            assert(gn_pick_f64(json, paths[i], &number));
        if (gn_pick_true(json, paths[i]))
            assert(gn_pick_has(json, paths[i]));
    }
    return 0;
}
