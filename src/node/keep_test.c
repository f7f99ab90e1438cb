/* SPDX-License-Identifier: Apache-2.0 */
#include "node/keep.h"

#include <dirent.h>

#include "node/core.h"
#include "node/node.h"
#include "node/test_records.h"

static void remove_in(const char *top, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", top, name);
    DIR *dir = opendir(path);
    for (const struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        char below[512];
        (void)snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        (void)unlink(below);
    }
    if (dir != NULL)
        (void)closedir(dir);
    (void)rmdir(path);
}

/* The store's tests look into the archive; here, that a node's own directory comes back as one that opens. */
static void a_node_comes_back_with_its_things(void **state)
{
    (void)state;
    static const char *const folders[] = { "a/guard", "a/journal", "a", "b/guard", "b/journal", "b", "" };
    static struct gn_core core;
    char top[] = "/tmp/gn_keep_XXXXXX";
    char from[64], to[64], file[64];
    char id[GN_THING_ID_BYTES_MAX + 1];
    char token[GN_TOKEN_BYTES];
    struct gn_backup_summary made;
    struct gn_restore_summary restored;
    struct gn_diag diag = { 0 };
    int64_t delay_ms = 0;
    assert_non_null(mkdtemp(top));
    (void)snprintf(from, sizeof from, "%s/a", top);
    (void)snprintf(to, sizeof to, "%s/b", top);
    (void)snprintf(file, sizeof file, "%s/file", top);
    assert_int_equal(gn_node_thing_add_offline(from, GN_STR("press"), id, token, &diag), GN_OK);
    const struct gn_backup_options options = { .dir = from, .file = file, .passphrase = GN_STR("correct horse") };
    assert_int_equal(gn_node_backup(options, &made, &diag), GN_OK);
    assert_true(made.about.created_ms > STORY_BEGIN_MS);
    const char *const files[] = { file };
    const struct gn_restore_options back = {
        .files = files, .file_count = 1, .dir = to, .passphrase = options.passphrase
    };
    assert_int_equal(gn_node_restore(&back, &restored, &diag), GN_OK);
    assert_int_equal(gn_core_open(&core, to, &diag), GN_OK);
    assert_int_equal(core.intake.registry.thing_count, 1);
    assert_int_equal(gn_guard_thing_check(core.guard, gn_str_of(id), gn_str_of(token), GN_STR("x"), &delay_ms), GN_OK);
    gn_core_close(&core);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        remove_in(top, folders[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_node_comes_back_with_its_things) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
