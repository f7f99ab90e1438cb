/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/ledger_fixture.h"

#include "guard/ledger/checkpoint.h"

#define ROOT "sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n"

static gn_err parse(const char *text)
{
    struct gn_checkpoint checkpoint;
    return gn_checkpoint_parse(gn_str_of(text), &checkpoint);
}

static void only_the_one_form_is_taken(void **state)
{
    (void)state;
    assert_int_equal(parse("a/b\n20852\n" ROOT), GN_OK);
    assert_int_equal(parse("a/b\n0\n" ROOT), GN_OK);
    assert_int_equal(parse("a/b\n9223372036854775807\n" ROOT), GN_OK);
    assert_int_equal(parse("a/b\n9223372036854775808\n" ROOT), GN_ERR_INVAL); /* 2^63 */
    assert_int_equal(parse("a/b\n020852\n" ROOT), GN_ERR_INVAL);
    assert_int_equal(parse("a/b\n+1\n" ROOT), GN_ERR_INVAL);
    assert_int_equal(parse("a/b\n\n" ROOT), GN_ERR_INVAL);
    assert_int_equal(parse("\n1\n" ROOT), GN_ERR_INVAL);
    assert_int_equal(parse("a b\n1\n" ROOT), GN_ERR_INVAL);
    assert_int_equal(parse("a/b\n1\r\n" ROOT), GN_ERR_INVAL);
    assert_int_equal(parse("a/b\n1\n" ROOT "more\n"), GN_ERR_INVAL);
    assert_int_equal(parse("a/b\n1\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08="), GN_ERR_INVAL);   /* no end */
    assert_int_equal(parse("a/b\n1\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi09=\n"), GN_ERR_INVAL); /* spare bits */
}

static void a_signed_one_comes_back_and_must_have_its_keys_name(void **state)
{
    (void)state;
    const uint8_t seed[GN_NOTE_SEED_BYTES] = { 7 };
    struct gn_note_signer signer;
    struct gn_checkpoint back;
    struct gn_checkpoint checkpoint = { .origin = "a/b", .size = INT64_MAX, .root.bytes = { 9 } };
    char text[GN_CHECKPOINT_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    assert_int_equal(gn_note_signer_make(&signer, GN_STR("a/b"), seed), GN_OK);
    gn_checkpoint_sign(&checkpoint, &signer, &buf);
    assert_int_equal(gn_checkpoint_open(gn_buf_str(&buf), &signer.key, &back), GN_OK);
    assert_true(back.size == INT64_MAX && gn_sha256_equal(&back.root, &checkpoint.root));
    buf.size = 0;
    checkpoint.origin[0] = 'c';
    gn_checkpoint_sign(&checkpoint, &signer, &buf);
    assert_int_equal(gn_checkpoint_open(gn_buf_str(&buf), &signer.key, &back), GN_ERR_INVAL);
}

static void the_longest_name_fits_a_sector(void **state)
{
    (void)state;
    const uint8_t seed[GN_NOTE_SEED_BYTES] = { 7 };
    struct gn_note_signer signer;
    struct gn_checkpoint checkpoint = { .size = INT64_MAX };
    char text[GN_CHECKPOINT_BYTES_MAX];
    struct gn_buf buf = gn_buf_over(text, sizeof text);
    memset(checkpoint.origin, 'n', GN_NOTE_NAME_BYTES_MAX);
    assert_int_equal(gn_note_signer_make(&signer, gn_str_of(checkpoint.origin), seed), GN_OK);
    gn_checkpoint_sign(&checkpoint, &signer, &buf);
    assert_false(buf.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_one_form_is_taken),
        cmocka_unit_test(a_signed_one_comes_back_and_must_have_its_keys_name),
        cmocka_unit_test(the_longest_name_fits_a_sector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
