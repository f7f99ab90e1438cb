/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <sodium.h>

#include "guard/scram.h"

/* The example of RFC 7677, chapter 3. */
static const gn_str first = { "n,,n=user,r=rOprNGfwEbeRWgbNEkqO", 32 };
static const gn_str own_nonce = { "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", 30 };
static const char challenge[] =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
static const char last[] = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                           "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

static struct gn_scram scram;
static struct gn_scram_keys keys;
static uint8_t salt[GN_SCRAM_SALT_BYTES];
static uint8_t bytes[GN_SCRAM_TEXT_BYTES];

static int setup(void **state)
{
    size_t size;
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    (void)state;
    assert_int_equal(sodium_base642bin(salt, sizeof salt, "W22ZaJ0SNY7soEsUEjb6gQ==", 24, NULL, &size, NULL,
                                       sodium_base64_VARIANT_ORIGINAL),
                     0);
    gn_scram_make(GN_STR("pencil"), salt, 4096, &keys);
    assert_int_equal(gn_scram_first(&scram, first), GN_OK);
    gn_scram_challenge(&scram, salt, 4096, own_nonce, &out);
    return 0;
}

static void the_example_of_the_rfc_holds(void **state)
{
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    (void)state;
    assert_string_equal(scram.id, "user");
    assert_memory_equal(bytes, challenge, sizeof challenge - 1);
    assert_int_equal(gn_scram_finish(&scram, gn_str_of(last), &keys, &out), GN_OK);
    assert_true(gn_str_equal(gn_buf_str(&out), GN_STR("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")));
}

static void whatever_differs_is_denied(void **state)
{
    char text[sizeof last];
    (void)state;
    for (size_t i = 0; i < sizeof last - 1; i++) {
        struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
        memcpy(text, last, sizeof last);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        if (i == sizeof last - 3)
            continue; /* the last digit's two spare bits: base64 itself refuses them */
        assert_int_not_equal(gn_scram_finish(&scram, gn_str_of(text), &keys, &out), GN_OK);
        assert_int_equal(out.size, 0);
    }
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    keys.iterations = 0; /* a token from before: nothing to compare with */
    assert_int_equal(gn_scram_finish(&scram, gn_str_of(last), &keys, &out), GN_ERR_DENIED);
    gn_scram_make(GN_STR("pencil2"), salt, 4096, &keys);
    assert_int_equal(gn_scram_finish(&scram, gn_str_of(last), &keys, &out), GN_ERR_DENIED);
}

static void messages_that_are_none_are_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "n",
        "n,,",
        "p=tls-unique,,n=user,r=x",
        "n,a=other,n=user,r=x",
        "n,,m=ext,n=user,r=x",
        "n,,n=,r=x",
        "n,,n=user",
        "n,,n=user,r=",
        "n,,r=x,n=user",
        "n,,n=user,r=\x01",
        "n,,n=an-id-that-is-longer-than-any-thing-has-one-because-it-goes-on-and-on,r=x"
    };
    char text[GN_SCRAM_NONCE_BYTES_MAX + 32] = "n,,n=user,r=";
    struct gn_buf out = gn_buf_over(bytes, sizeof bytes);
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(gn_scram_first(&scram, gn_str_of(wrong[i])), GN_ERR_INVAL);
    memset(text + 12, 'n', GN_SCRAM_NONCE_BYTES_MAX + 1);
    assert_int_equal(gn_scram_first(&scram, (gn_str){ text, 12 + GN_SCRAM_NONCE_BYTES_MAX }), GN_OK);
    assert_int_equal(gn_scram_first(&scram, (gn_str){ text, 13 + GN_SCRAM_NONCE_BYTES_MAX }), GN_ERR_INVAL);
    assert_int_equal(gn_scram_first(&scram, GN_STR("y,,n=user,r=x")), GN_OK);
    gn_scram_challenge(&scram, salt, 4096, own_nonce, &out);
    assert_int_equal(gn_scram_finish(&scram, gn_str_of(last), &keys, &out), GN_ERR_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_example_of_the_rfc_holds, setup),
        cmocka_unit_test_setup(whatever_differs_is_denied, setup),
        cmocka_unit_test_setup(messages_that_are_none_are_refused, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
