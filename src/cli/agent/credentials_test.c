/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/agent/credentials.h"
#include "cli/api_fake.h"

static char dir[40];
static char path[64];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/ganglion-cred-XXXXXX");
    (void)snprintf(path, sizeof path, "%s", dir);
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/credentials", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(dir);
}

static void write_file(const char *content, mode_t mode)
{
    (void)unlink(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void a_token_is_one_word_in_a_private_file(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct gn_credentials found = { .id = "kept" };
    write_file("  00ff\n", 0600);
    assert_int_equal(gn_credentials_token_file(path, &found, &diag), GN_OK);
    assert_string_equal(found.token, "00ff");
    assert_string_equal(found.id, "kept");
    write_file("00ff\n", 0400);
    assert_int_equal(gn_credentials_token_file(path, &found, &diag), GN_OK);
}

static void a_file_others_can_use_is_refused_with_what_to_do(void **state)
{
    (void)state;
    static const mode_t modes[] = { 0640, 0604, 0660, 0601, 0610 };
    struct gn_diag diag = { 0 };
    struct gn_credentials found = { .token = "untouched" };
    char expected[240];
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        write_file("00ff\n", modes[i]);
        assert_int_equal(gn_credentials_token_file(path, &found, &diag), GN_ERR_DENIED);
        (void)snprintf(expected, sizeof expected, "%s can be used by others (mode %04o): chmod 600 %s", path,
                       (unsigned)modes[i], path);
        assert_string_equal(diag.text, expected);
    }
    assert_string_equal(found.token, "untouched");
}

static void what_is_no_token_is_refused(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct gn_credentials found;
    char longer[GN_CREDENTIALS_TOKEN_BYTES + 1];
    memset(longer, 'a', sizeof longer);
    longer[GN_CREDENTIALS_TOKEN_BYTES - 1] = '\0';
    write_file(longer, 0600);
    assert_int_equal(gn_credentials_token_file(path, &found, &diag), GN_OK);
    longer[GN_CREDENTIALS_TOKEN_BYTES - 1] = 'a';
    longer[GN_CREDENTIALS_TOKEN_BYTES] = '\0';
    static const char *const bad[] = { "", "\n", "a b", "a\nb", "a\x01", "a\xc3\xa4" };
    for (size_t i = 0; i <= sizeof bad / sizeof bad[0]; i++) {
        write_file(i < sizeof bad / sizeof bad[0] ? bad[i] : longer, 0600);
        assert_int_equal(gn_credentials_token_file(path, &found, &diag), GN_ERR_INVAL);
    }
    assert_int_equal(gn_credentials_token_file("/tmp/there-is-no-such-file", &found, &diag), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_credentials_token_file(dir, &found, &diag), GN_ERR_DENIED);
}

static void credentials_that_are_written_can_be_read(void **state)
{
    (void)state;
    struct gn_diag diag = { 0 };
    struct stat file;
    const struct gn_credentials written = { .id = "this-machine", .token = "a\"b\\c" };
    struct gn_credentials found;
    assert_int_equal(gn_credentials_read(dir, &found, &diag), GN_ERR_NOT_FOUND);
    assert_int_equal(gn_credentials_write(dir, &written, &diag), GN_OK);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0600);
    assert_int_equal(gn_credentials_read(dir, &found, &diag), GN_OK);
    assert_string_equal(found.id, "this-machine");
    assert_string_equal(found.token, "a\"b\\c");
    gn_credentials_wipe(&found);
    assert_string_equal(found.token, "");
    static const char *const broken[] = { "", "{", "{\"id\":\"a\"}", "{\"id\":\"a b\",\"token\":\"x\"}",
                                          "{\"id\":\"a\",\"token\":\"\"}" };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        write_file(broken[i], 0600);
        assert_int_equal(gn_credentials_read(dir, &found, &diag), GN_ERR_INVAL);
    }
}

static struct api_fake_row rows[] = {
    { "GET /api/v1/things/this-machine", 404, NULL, "{}" },
    { "POST /api/v1/things", 201, NULL, "{\"id\":\"this-machine\",\"token\":\"new\"}" },
    { "POST /api/v1/things/this-machine/token", 200, NULL, "{\"id\":\"this-machine\",\"token\":\"again\"}" },
    { NULL, 0, NULL, NULL },
};

static void ask(const char *name, const char *expected_token, const char *expected_asked)
{
    struct api_fake fake;
    struct gn_diag diag = { 0 };
    struct gn_credentials found = { 0 };
    api_fake_start(&fake, rows);
    assert_int_equal(gn_credentials_ask(fake.dir, gn_str_of(name), &found, &diag), GN_OK);
    assert_string_equal(found.token, expected_token);
    assert_string_equal(api_fake_asked(&fake), expected_asked);
    api_fake_stop(&fake);
}

static void a_new_thing_is_added_and_one_that_nobody_uses_gets_a_new_token(void **state)
{
    (void)state;
    ask("this-machine", "new",
        "GET /api/v1/things/this-machine HTTP/1.1\n"
        "POST /api/v1/things HTTP/1.1 <- {\"name\":\"this-machine\"}\n");
    rows[0].status = 200;
    rows[0].body = "{\"id\":\"this-machine\",\"online\":false}";
    ask("this-machine", "again",
        "GET /api/v1/things/this-machine HTTP/1.1\n"
        "POST /api/v1/things/this-machine/token HTTP/1.1 <- {}\n");
    rows[0].body = "{\"id\":\"this-machine\",\"online\":true}"; /* somebody else is it */
    ask("this-machine", "new",
        "GET /api/v1/things/this-machine HTTP/1.1\n"
        "POST /api/v1/things HTTP/1.1 <- {\"name\":\"this-machine\"}\n");
    ask("My PC/1", "new", "POST /api/v1/things HTTP/1.1 <- {\"name\":\"My PC/1\"}\n");
}

static void a_node_that_refuses_is_quoted(void **state)
{
    (void)state;
    struct api_fake fake;
    struct gn_diag diag = { 0 };
    struct gn_credentials found = { 0 };
    rows[1].status = 409;
    rows[1].body = "{\"error\":{\"message\":\"there are 4096 Things\"}}";
    api_fake_start(&fake, rows);
    assert_int_equal(gn_credentials_ask(fake.dir, GN_STR("this-machine"), &found, &diag), GN_ERR_DENIED);
    assert_string_equal(diag.text, "the node gives no credentials (HTTP status 409): there are 4096 Things");
    api_fake_stop(&fake);
    assert_int_equal(gn_credentials_ask(fake.dir, GN_STR("x"), &found, &diag), GN_ERR_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_token_is_one_word_in_a_private_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_others_can_use_is_refused_with_what_to_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_token_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(credentials_that_are_written_can_be_read, set_up, tear_down),
        cmocka_unit_test(a_new_thing_is_added_and_one_that_nobody_uses_gets_a_new_token),
        cmocka_unit_test(a_node_that_refuses_is_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
