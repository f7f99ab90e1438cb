/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"

static gn_err check(const char *user, const char *password)
{
    struct gn_diag diag = { 0 };
    const gn_err err = gn_password_check(gn_str_of(user), gn_str_of(password), &diag);
    assert_int_equal(err != GN_OK, diag.text[0] != '\0'); /* a refusal says why, and only a refusal */
    return err;
}

static void length_is_checked_at_the_limits(void **state)
{
    (void)state;
    char text[GN_PASSWORD_BYTES_MAX + 2];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i * 7 % 26);
    const struct {
        size_t size;
        gn_err err;
    } rows[] = { { 0, GN_ERR_INVAL },
                 { GN_PASSWORD_BYTES_MIN - 1, GN_ERR_INVAL },
                 { GN_PASSWORD_BYTES_MIN, GN_OK },
                 { GN_PASSWORD_BYTES_MAX, GN_OK },
                 { GN_PASSWORD_BYTES_MAX + 1, GN_ERR_INVAL } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(gn_password_check(GN_STR("anna"), (gn_str){ text, rows[i].size }, NULL), rows[i].err);
    assert_int_equal(check("anna", "twelve chars"), GN_OK);
}

static void a_password_that_tells_the_user_is_refused(void **state)
{
    (void)state;
    assert_int_equal(check("anna", "xx-anna-is-here"), GN_ERR_INVAL);
    assert_int_equal(check("anna", "xx-ANNA-is-here"), GN_ERR_INVAL);
    assert_int_equal(check("anna.long.name", "Anna.Long.Name"), GN_ERR_INVAL);
    assert_int_equal(check("bert", "xx-anna-is-here"), GN_OK);
}

static void passwords_that_everybody_tries_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "passwordpassword", "Password1234",  "ADMINISTRATOR",
                                       "123456789012",     "qwertyuiop123", "letmeinletmein" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(check("zoe", bad[i]), GN_ERR_INVAL);
}

static void too_few_different_characters_are_refused(void **state)
{
    (void)state;
    assert_int_equal(check("zoe", "aaaaaaaaaaaaaaaa"), GN_ERR_INVAL);
    assert_int_equal(check("zoe", "abcdabcdabcd"), GN_ERR_INVAL);
    assert_int_equal(check("zoe", "abcdeabcdeabcde"), GN_OK);
}

static void what_is_not_text_is_refused(void **state)
{
    (void)state;
    assert_int_equal(check("zoe", "abcdefgh\xff\xfeijkl"), GN_ERR_INVAL);
    assert_int_equal(gn_password_check(GN_STR("zoe"), (gn_str){ "abcdef\0ghijklm", 14 }, NULL), GN_ERR_INVAL);
    assert_int_equal(check("zoe", "sch\xc3\xb6ne gr\xc3\xbc\xc3\x9f"
                                  "e"),
                     GN_OK);
}

static void a_hash_knows_its_password_and_no_other(void **state)
{
    (void)state;
    struct gn_password_gate gate;
    char first[GN_PASSWORD_HASH_BYTES];
    char second[GN_PASSWORD_HASH_BYTES];
    gn_password_gate_init(&gate);
    assert_int_equal(gn_password_hash(&gate, GN_STR("four words do well"), first), GN_OK);
    assert_int_equal(gn_password_hash(&gate, GN_STR("four words do well"), second), GN_OK);
    assert_string_not_equal(first, second); /* salted */
    assert_true(gn_password_hash_valid(first));
    assert_memory_equal(first, "$argon2id$v=19$m=65536,t=3,p=1$", 31);
    assert_true(gn_password_verify(&gate, first, GN_STR("four words do well")));
    assert_false(gn_password_verify(&gate, first, GN_STR("four words do wel")));
    assert_false(gn_password_verify(&gate, NULL, GN_STR("four words do well")));
    gn_password_gate_fini(&gate);
}

static void only_hashes_of_this_strength_are_valid(void **state)
{
    (void)state;
    assert_false(gn_password_hash_valid(""));
    assert_false(gn_password_hash_valid("$argon2id$v=19$m=65536,t=3,p=1$"));
    assert_false(gn_password_hash_valid("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$aGFzaA"));
    assert_false(gn_password_hash_valid("$argon2id$v=19$m=4194304,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                        "bm9ib2R5IGtub3dzIHRoZSBwYXNzd29yZCBvZiB0aGk"));
}

struct crowd {
    struct gn_password_gate *gate;
};

static void *guess(void *arg)
{
    struct crowd *crowd = arg;
    (void)gn_password_verify(crowd->gate, NULL, GN_STR("whatever it takes"));
    return NULL;
}

static void a_crowd_waits_at_the_gate(void **state)
{
    (void)state;
    struct gn_password_gate gate;
    struct crowd crowd = { .gate = &gate };
    pthread_t threads[5];
    gn_password_gate_init(&gate);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, guess, &crowd), 0);
    for (size_t i = 0; i < 5; i++) {
        pthread_mutex_lock(&gate.mutex);
        assert_true(gate.busy <= GN_HASHES_AT_ONCE);
        pthread_mutex_unlock(&gate.mutex);
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(gate.busy, 0);
    gn_password_gate_fini(&gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(length_is_checked_at_the_limits),
        cmocka_unit_test(a_password_that_tells_the_user_is_refused),
        cmocka_unit_test(passwords_that_everybody_tries_are_refused),
        cmocka_unit_test(too_few_different_characters_are_refused),
        cmocka_unit_test(what_is_not_text_is_refused),
        cmocka_unit_test(a_hash_knows_its_password_and_no_other),
        cmocka_unit_test(only_hashes_of_this_strength_are_valid),
        cmocka_unit_test(a_crowd_waits_at_the_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
