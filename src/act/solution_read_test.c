/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "act/solution.h"
#include "act/solution_read.h"
#include "base/mem.h"
#include "os/disk.h"

static char folder[64];
static uint8_t bytes[GN_SOLUTION_BYTES_MAX + 1024];
static struct gn_buf bundle;
static struct gn_diag diag;

static const char *path_of(const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const void *content, size_t size)
{
    assert_int_equal(gn_file_replace(path_of(name), (gn_bytes){ content, size }), GN_OK);
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/gn-solution-XXXXXX");
    bundle = gn_buf_over(bytes, sizeof bytes);
    diag = (struct gn_diag){ .line = 0 };
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static void remove_one(void *ctx, const char *name)
{
    (void)ctx;
    GN_IGNORE(unlink(path_of(name)), "a folder that is not empty fails the test");
}

static int tear_down(void **state)
{
    (void)state;
    const struct gn_disk disk = gn_disk_linux();
    GN_IGNORE(disk.list(disk.self, folder, remove_one, NULL), "the next line fails the test then");
    return rmdir(folder);
}

static void files_are_read_in_the_order_of_their_names(void **state)
{
    (void)state;
    put("b.yaml", "two", 3);
    put("a.yml", "one\n", 4);
    put("c.yaml", "", 0);
    put("d.txt", "no", 2);
    put(".e.yaml", "no", 2);
    put("f.yaml~", "no", 2);
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_OK);
    assert_true(gn_str_equal(gn_buf_str(&bundle), GN_STR("@file a.yml 4\none\n@file b.yaml 3\ntwo@file c.yaml 0\n")));
}

static void which_names_belong_to_a_solution(void **state)
{
    (void)state;
    static const char *const yes[] = { "a.yaml", "b.yml", "two words.yaml" };
    static const char *const no[] = { ".yaml", ".a.yaml", "a.yaml.bak", "a.YAML", "ayaml", ".yml", "yaml" };
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_true(gn_solution_is_file(gn_str_of(yes[i])));
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_false(gn_solution_is_file(gn_str_of(no[i])));
}

static void what_was_read_parses_and_errors_name_the_file(void **state)
{
    (void)state;
    struct gn_solution *solution = NULL;
    static const char rules[] = "rules:\n"
                                "  - name: r\n"
                                "    when: { thing: t, finding: anomaly }\n"
                                "    do: { action: stop }\n";
    static const char things[] = "things: [ { thing: t, actions: [ { name: stpo } ] } ]\n";
    put("rules.yaml", rules, sizeof rules - 1);
    put("things.yaml", things, sizeof things - 1);
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_OK);
    assert_int_equal(gn_solution_parse(gn_buf_str(&bundle), &solution, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.file, "rules.yaml");
    assert_int_equal(diag.line, 4);
    assert_int_equal(diag.column, 19);
    assert_string_equal(diag.text, "unknown action 'stop' of 't'; did you mean 'stpo'?");
}

static void a_folder_that_is_not_there_or_empty_is_not_found(void **state)
{
    (void)state;
    assert_int_equal(gn_solution_read_folder(path_of("none"), &bundle, &diag), GN_ERR_NOT_FOUND);
    assert_string_equal(diag.text, "there is no such folder");
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_ERR_NOT_FOUND);
    assert_string_equal(diag.file, folder);
    assert_string_equal(diag.text, "the folder has no file that ends with .yaml or .yml");
    assert_int_equal(bundle.size, 0);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    assert_int_equal(symlink("nowhere", path_of("x.yaml")), 0);
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_ERR_DENIED);
    assert_string_equal(diag.file, path_of("x.yaml"));
    assert_string_equal(diag.text, "the file cannot be read: look at its owner and mode, and that it is no link");
}

static void too_many_files_are_refused(void **state)
{
    (void)state;
    char name[16];
    for (int i = 0; i < GN_SOLUTION_FILES_MAX; i++) {
        (void)snprintf(name, sizeof name, "%02d.yaml", i);
        put(name, "", 0);
    }
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_OK);
    put("one-more.yaml", "", 0);
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_ERR_FULL);
    assert_string_equal(diag.text, "the folder has more than 32 YAML files");
}

static void too_many_bytes_are_refused(void **state)
{
    (void)state;
    static char text[GN_SOLUTION_BYTES_MAX + 1];
    static const char head[] = "@file a.yaml 262124\n";
    memset(text, '#', sizeof text);
    put("a.yaml", text, GN_SOLUTION_BYTES_MAX - (sizeof head - 1));
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_OK);
    assert_int_equal(bundle.size, GN_SOLUTION_BYTES_MAX);
    static const size_t sizes[] = { GN_SOLUTION_BYTES_MAX - sizeof head + 2, GN_SOLUTION_BYTES_MAX + 1 };
    for (size_t i = 0; i < 2; i++) {
        put("a.yaml", text, sizes[i]);
        bundle = gn_buf_over(bytes, sizeof bytes);
        assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_ERR_FULL);
        assert_string_equal(diag.text, "with this file the solution has more than 262144 bytes");
    }
    put("a.yaml", "1", 1);
    bundle = gn_buf_over(bytes, 8);
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_ERR_FULL);
}

static void names_that_would_break_the_bundle_are_refused(void **state)
{
    (void)state;
    put("a\nb.yaml", "", 0);
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "a file's name has a control character");
    assert_int_equal(unlink(path_of("a\nb.yaml")), 0);
    put("a\377b.yaml", "", 0);
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_ERR_INVAL);
    assert_string_equal(diag.text, "a file's name is not UTF-8");
}

static const char *source_of(const char *name)
{
    static char path[1024];
    const char *const root = getenv("GN_SOURCE");
    (void)snprintf(path, sizeof path, "%s/%s", root != NULL ? root : ".", name);
    return path;
}

static void the_solutions_of_the_tree_parse(void **state)
{
    (void)state;
    struct gn_solution *solution = NULL;
    assert_int_equal(gn_solution_read_folder(source_of("solutions/this-machine"), &bundle, &diag), GN_OK);
    if (gn_solution_parse(gn_buf_str(&bundle), &solution, &diag) != GN_OK)
        fail_msg("%s:%zu:%zu: %s", diag.file, diag.line, diag.column, diag.text);
    gn_solution_free(solution);
}

/* The lines from here to the closing fence. */
static gn_str fenced(gn_str *rest)
{
    const char *const begin = rest->at;
    while (rest->size > 0 && !gn_str_starts(*rest, GN_STR("```")))
        (void)gn_str_split(*rest, '\n', rest);
    const gn_str block = { begin, (size_t)(rest->at - begin) };
    (void)gn_str_split(*rest, '\n', rest);
    return block;
}

static void check_example(gn_str yaml, bool wrong, gn_str *rest)
{
    struct gn_solution *solution = NULL;
    char words[GN_DIAG_FILE_BYTES + GN_DIAG_TEXT_BYTES + 32];
    bundle = gn_buf_over(bytes, sizeof bytes);
    gn_solution_bundle_add(&bundle, GN_STR("rules.yaml"), yaml);
    const gn_err err = gn_solution_parse(gn_buf_str(&bundle), &solution, &diag);
    gn_solution_free(solution);
    (void)snprintf(words, sizeof words, "%s:%zu:%zu: %s\n", diag.file, diag.line, diag.column, diag.text);
    if (!wrong && err)
        fail_msg("%.*s%s", GN_STR_ARGS(yaml), words);
    if (!wrong)
        return;
    while (rest->size > 0 && !gn_str_starts(*rest, GN_STR("```text\n")))
        (void)gn_str_split(*rest, '\n', rest);
    (void)gn_str_split(*rest, '\n', rest);
    const gn_str expected = fenced(rest);
    if (!gn_str_equal(expected, gn_str_of(words)))
        fail_msg("%.*ssays   %sshould %.*s", GN_STR_ARGS(yaml), words, GN_STR_ARGS(expected));
}

static void the_examples_of_the_manual_do_what_it_says(void **state)
{
    (void)state;
    static char text[65536];
    size_t size = 0, right = 0, wrong = 0;
    assert_int_equal(gn_file_read_all(source_of("docs/rules.md"), text, sizeof text, &size), GN_OK);
    gn_str rest = { text, size };
    while (rest.size > 0) {
        const gn_str line = gn_str_split(rest, '\n', &rest);
        const bool is_wrong = gn_str_equal(line, GN_STR("```yaml wrong"));
        if (!is_wrong && !gn_str_equal(line, GN_STR("```yaml")))
            continue;
        const gn_str yaml = fenced(&rest);
        check_example(yaml, is_wrong, &rest);
        right += !is_wrong;
        wrong += is_wrong;
    }
    assert_int_equal(right, 6);
    assert_int_equal(wrong, 4);
}

static void without_memory_nothing_is_read(void **state)
{
    (void)state;
    put("a.yaml", "x", 1);
    gn_mem_fail_after(1);
    assert_int_equal(gn_solution_read_folder(folder, &bundle, &diag), GN_ERR_FULL);
    gn_mem_fail_after(0);
    assert_string_equal(diag.text, "no memory to read the solution");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(files_are_read_in_the_order_of_their_names),
        CASE(which_names_belong_to_a_solution),
        CASE(what_was_read_parses_and_errors_name_the_file),
        CASE(a_folder_that_is_not_there_or_empty_is_not_found),
        CASE(a_file_that_cannot_be_read_is_named),
        CASE(too_many_files_are_refused),
        CASE(too_many_bytes_are_refused),
        CASE(names_that_would_break_the_bundle_are_refused),
        CASE(without_memory_nothing_is_read),
        CASE(the_solutions_of_the_tree_parse),
        CASE(the_examples_of_the_manual_do_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
