/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/keyring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"

#define HEX32 "00112233445566778899aabbccddeeff"
#define HASH                                                                                                           \
    "$argon2id$v=19$m=65536,t=3,p=1$Z2FuZ2xpb24vbm9ib2R5IQ"                                                            \
    "$bm9ib2R5IGtub3dzIHRoZSBwYXNzd29yZCBvZiB0aGk"
#define SCRAM                 " scram 4096 " HEX32 HEX32 " " HEX32 HEX32
#define TOKEN                 " sha256 " HEX32 " " HEX32 HEX32
#define THING_LINE(id)        "thing " id TOKEN "\n"
#define USER_LINE(name, role) "user " name " " role " argon2id " HASH "\n"

static struct gn_keyring keyring;

static int begin(void **state)
{
    (void)state;
    return gn_keyring_init(&keyring) == GN_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    gn_keyring_fini(&keyring);
    return 0;
}

static void what_is_written_reads_back_to_the_same_bytes(void **state)
{
    (void)state;
    static const char text[] =
        THING_LINE("press-7") THING_LINE("press-8") USER_LINE("anna", "admin") USER_LINE("bert", "viewer");
    char out[4096];
    struct gn_buf buf = gn_buf_over(out, sizeof out);
    assert_int_equal(gn_keyring_parse(&keyring, gn_str_of(text), NULL), GN_OK);
    assert_int_equal(keyring.thing_count, 2);
    assert_int_equal(keyring.user_count, 2);
    gn_keyring_write(&keyring, NULL, NULL, &buf);
    assert_int_equal(buf.size, sizeof text - 1);
    assert_memory_equal(out, text, sizeof text - 1);
    const struct gn_thing_credential *thing = gn_keyring_thing(&keyring, GN_STR("press-8"));
    assert_non_null(thing);
    assert_int_equal(thing->token.salt[15], 0xff);
    assert_int_equal(thing->token.hash[1], 0x11);
    assert_int_equal(gn_keyring_user(&keyring, GN_STR("bert"))->role, GN_ROLE_VIEWER);
    assert_null(gn_keyring_user(&keyring, GN_STR("ber")));
    assert_null(gn_keyring_thing(&keyring, GN_STR("")));
}

static void renewed_and_revoked_rows_read_back_to_the_same_bytes(void **state)
{
    (void)state;
    static const char text[] = "thing a" TOKEN " until 1795317840000" TOKEN "\n"
                               "thing b none revoked 1\n"
                               "thing c" TOKEN " revoked 999999999999999\n"
                               "thing d" TOKEN " until 9" TOKEN " revoked 8\n"
                               "thing e" TOKEN SCRAM " until 9" TOKEN SCRAM "\n"
                               "thing f" TOKEN SCRAM "\n";
    char out[4096];
    struct gn_buf buf = gn_buf_over(out, sizeof out);
    assert_int_equal(gn_keyring_parse(&keyring, gn_str_of(text), NULL), GN_OK);
    gn_keyring_write(&keyring, NULL, NULL, &buf);
    assert_int_equal(buf.size, sizeof text - 1);
    assert_memory_equal(out, text, sizeof text - 1);
    const struct gn_thing_credential *thing = gn_keyring_thing(&keyring, GN_STR("a"));
    assert_true(thing->has_token);
    assert_int_equal(thing->old_until_ms, 1795317840000);
    assert_int_equal(thing->old.hash[31], 0xff);
    assert_int_equal(thing->revoked_ms, 0);
    assert_int_equal(thing->token.scram.iterations, 0);
    thing = gn_keyring_thing(&keyring, GN_STR("f"));
    assert_int_equal(thing->token.scram.iterations, 4096);
    assert_int_equal(thing->token.scram.server[31], 0xff);
    thing = gn_keyring_thing(&keyring, GN_STR("b"));
    assert_false(thing->has_token);
    assert_int_equal(thing->revoked_ms, 1);
}

static void anything_else_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t line;
    } rows[] = {
        { "\n", 1 },
        { "# comment\n", 1 },
        { THING_LINE("a") "\n", 2 },
        { THING_LINE("a") THING_LINE("a"), 2 },
        { THING_LINE("b") THING_LINE("a"), 2 },
        { USER_LINE("anna", "admin") THING_LINE("a"), 2 },
        { USER_LINE("bert", "admin") USER_LINE("anna", "admin"), 2 },
        { USER_LINE("anna", "admin") USER_LINE("anna", "viewer"), 2 },
        { USER_LINE("anna", "root"), 1 },
        { USER_LINE("an na", "admin"), 1 },
        { USER_LINE("", "admin"), 1 },
        { "user anna admin argon2id $argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$aGFzaA\n", 1 },
        { "user anna admin argon2id \n", 1 },
        { "user anna admin\n", 1 },
        { "user anna admin argon2id " HASH " \n", 1 },
        { "user anna admin argon2id " HASH "\r\n", 1 },
        { "thing a sha256 " HEX32 " " HEX32 "\n", 1 },
        { "thing a sha256 " HEX32 " " HEX32 HEX32 "0\n", 1 },
        { "thing a sha256 " HEX32 " " HEX32 HEX32 " \n", 1 },
        { "thing a sha256  " HEX32 " " HEX32 HEX32 "\n", 1 },
        { "thing a sha1 " HEX32 " " HEX32 HEX32 "\n", 1 },
        { "thing a" TOKEN " scram 4095 " HEX32 HEX32 " " HEX32 HEX32 "\n", 1 },
        { "thing a" TOKEN " scram 04096 " HEX32 HEX32 " " HEX32 HEX32 "\n", 1 },
        { "thing a" TOKEN " scram 4096 " HEX32 HEX32 "\n", 1 },
        { "thing a" TOKEN SCRAM SCRAM "\n", 1 },
        { "thing a/b sha256 " HEX32 " " HEX32 HEX32 "\n", 1 },
        { "thing a sha256 00112233445566778899AABBCCDDEEFF " HEX32 HEX32 "\n", 1 },
        { " thing a sha256 " HEX32 " " HEX32 HEX32 "\n", 1 },
        { "thing a sha256 " HEX32 " " HEX32 HEX32, 1 }, /* cut off */
        { THING_LINE("a") "thing b", 2 },
        { "things a\n", 1 },
        { "thing a\n", 1 },
        { "thing a none\n", 1 },
        { "thing a none revoked\n", 1 },
        { "thing a none revoked \n", 1 },
        { "thing a none revoked 0\n", 1 },
        { "thing a none revoked 007\n", 1 },
        { "thing a none revoked -7\n", 1 },
        { "thing a none revoked 7 \n", 1 },
        { "thing a none revoked 7 x\n", 1 },
        { "thing a none revoked 1000000000000000\n", 1 },
        { "thing a none until 7" TOKEN " revoked 7\n", 1 },
        { "thing a revoked 7\n", 1 },
        { "thing a" TOKEN " until 7\n", 1 },
        { "thing a" TOKEN " until" TOKEN "\n", 1 },
        { "thing a" TOKEN " until 7 " TOKEN "\n", 1 },
        { "thing a" TOKEN " until 7" TOKEN TOKEN "\n", 1 },
        { "thing a" TOKEN " revoked 7 until 7" TOKEN "\n", 1 },
        { "thing a" TOKEN " revoked 7 revoked 8\n", 1 },
        { "thing a" TOKEN TOKEN "\n", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_diag diag = { 0 };
        keyring.thing_count = keyring.user_count = 0;
        assert_int_equal(gn_keyring_parse(&keyring, gn_str_of(rows[i].text), &diag), GN_ERR_CORRUPT);
        assert_int_equal(diag.line, rows[i].line);
        assert_true(diag.text[0] != '\0');
    }
}

static void every_cut_of_a_file_is_refused_or_whole_lines(void **state)
{
    (void)state;
    static const char text[] = THING_LINE("press-7") USER_LINE("anna", "admin");
    for (size_t size = 0; size < sizeof text; size++) {
        keyring.thing_count = keyring.user_count = 0;
        const bool at_line = size == 0 || text[size - 1] == '\n';
        const gn_err err = gn_keyring_parse(&keyring, (gn_str){ text, size }, NULL);
        assert_int_equal(err, at_line ? GN_OK : GN_ERR_CORRUPT);
    }
}

static void a_row_that_is_put_in_is_written_in_its_place(void **state)
{
    (void)state;
    static const char before[] = THING_LINE("b") USER_LINE("bert", "admin");
    static const char *const ids[] = { "a", "b", "c" };
    char out[4096];
    char again[4096];
    for (size_t i = 0; i < 3; i++) {
        keyring.thing_count = keyring.user_count = 0;
        assert_int_equal(gn_keyring_parse(&keyring, gn_str_of(before), NULL), GN_OK);
        struct gn_thing_credential thing = { .has_token = true, .token.salt = { 7 } };
        struct gn_user_credential user = { .role = GN_ROLE_OPERATOR, .hash = HASH };
        (void)snprintf(thing.id, sizeof thing.id, "%s", ids[i]);
        (void)snprintf(user.name, sizeof user.name, "%s", ids[i]);
        struct gn_buf first = gn_buf_over(out, sizeof out);
        gn_keyring_write(&keyring, &thing, &user, &first);
        assert_int_equal(gn_keyring_put_thing(&keyring, &thing), GN_OK);
        assert_int_equal(gn_keyring_put_user(&keyring, &user), GN_OK);
        struct gn_buf second = gn_buf_over(again, sizeof again);
        gn_keyring_write(&keyring, NULL, NULL, &second);
        assert_int_equal(first.size, second.size); /* to disk as to memory */
        assert_memory_equal(out, again, first.size);
        assert_int_equal(keyring.thing_count, i == 1 ? 1 : 2);
        assert_int_equal(gn_keyring_thing(&keyring, gn_str_of(ids[i]))->token.salt[0], 7);
    }
}

static void the_largest_table_fits_its_file_and_one_more_is_refused(void **state)
{
    (void)state;
    char *file = gn_mem_take(GN_KEYRING_FILE_BYTES_MAX, "test");
    assert_non_null(file);
    for (int i = 0; i < GN_THINGS_MAX; i++) {
        struct gn_thing_credential thing = { .has_token = true,
                                             .old_until_ms = INT64_C(999999999999999),
                                             .revoked_ms = INT64_C(999999999999999) };
        (void)snprintf(thing.id, sizeof thing.id, "%064d", i);
        assert_int_equal(gn_keyring_put_thing(&keyring, &thing), GN_OK);
    }
    for (int i = 0; i < GN_USERS_MAX; i++) {
        struct gn_user_credential user = { .role = GN_ROLE_OPERATOR, .hash = HASH };
        (void)snprintf(user.name, sizeof user.name, "%064d", i);
        assert_int_equal(gn_keyring_put_user(&keyring, &user), GN_OK);
    }
    struct gn_thing_credential extra = { .id = "extra" };
    struct gn_user_credential more = { .name = "more", .hash = HASH };
    assert_int_equal(gn_keyring_put_thing(&keyring, &extra), GN_ERR_FULL);
    assert_int_equal(gn_keyring_put_user(&keyring, &more), GN_ERR_FULL);
    struct gn_buf buf = gn_buf_over(file, GN_KEYRING_FILE_BYTES_MAX);
    gn_keyring_write(&keyring, NULL, NULL, &buf);
    assert_false(buf.full);
    keyring.thing_count = keyring.user_count = 0;
    assert_int_equal(gn_keyring_parse(&keyring, gn_buf_str(&buf), NULL), GN_OK);
    assert_int_equal(keyring.thing_count, GN_THINGS_MAX);
    gn_mem_give(file);
}

static void names_have_a_form(void **state)
{
    (void)state;
    char name[GN_USER_NAME_BYTES + 2];
    memset(name, 'a', sizeof name);
    assert_true(gn_keyring_user_name_valid((gn_str){ name, GN_USER_NAME_BYTES }));
    assert_false(gn_keyring_user_name_valid((gn_str){ name, GN_USER_NAME_BYTES + 1 }));
    assert_true(gn_keyring_user_name_valid(GN_STR("anna.b-c_d@example.org")));
    assert_false(gn_keyring_user_name_valid(GN_STR("anna b")));
    assert_false(gn_keyring_user_name_valid(GN_STR("anna\n")));
    assert_true(gn_keyring_thing_id_valid(GN_STR("a.B-9_")));
    assert_false(gn_keyring_thing_id_valid(GN_STR("a@b")));
    assert_false(gn_keyring_thing_id_valid(GN_STR("a/b")));
    assert_false(gn_keyring_thing_id_valid(GN_STR("#")));
    assert_false(gn_keyring_thing_id_valid(GN_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_reads_back_to_the_same_bytes, begin, end),
        cmocka_unit_test_setup_teardown(renewed_and_revoked_rows_read_back_to_the_same_bytes, begin, end),
        cmocka_unit_test_setup_teardown(anything_else_is_refused_with_its_line, begin, end),
        cmocka_unit_test_setup_teardown(every_cut_of_a_file_is_refused_or_whole_lines, begin, end),
        cmocka_unit_test_setup_teardown(a_row_that_is_put_in_is_written_in_its_place, begin, end),
        cmocka_unit_test_setup_teardown(the_largest_table_fits_its_file_and_one_more_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(names_have_a_form, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
