/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/ledger_fixture.h"
#include "guard/ledger/note.h"

/* Key and note of golang.org/x/mod/sumdb/note's documentation: made by another implementation. */
static const char other_secret[] = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char other_public[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char other_text[] = "If you think cryptography is the answer to your problem,\n"
                                 "then you don't know what your problem is.\n";
static const char other_line[] =
    "\n\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
    "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

static char note[4096];

static gn_str join(const char *a, const char *b, const char *c)
{
    return (gn_str){ note, (size_t)snprintf(note, sizeof note, "%s%s%s", a, b, c) };
}

static gn_err open_note(gn_str text)
{
    struct gn_note_key key;
    gn_str got;
    assert_int_equal(gn_note_key_parse(gn_str_of(other_public), &key), GN_OK);
    const gn_err err = gn_note_open(text, &key, &got);
    if (err == GN_OK)
        assert_true(text.at == got.at && got.at[got.size - 1] == '\n');
    return err;
}

static void a_note_of_another_implementation_is_read_and_made_byte_for_byte(void **state)
{
    (void)state;
    struct gn_note_signer signer;
    char out[1024];
    struct gn_buf buf = gn_buf_over(out, sizeof out);
    assert_int_equal(open_note(join(other_text, other_line, "")), GN_OK);
    assert_int_equal(gn_note_signer_parse(gn_str_of(other_secret), &signer), GN_OK);
    gn_note_sign(&signer, gn_str_of(other_text), &buf);
    assert_true(gn_str_equal(gn_buf_str(&buf), join(other_text, other_line, "")));
    buf.size = 0;
    gn_note_key_write(&signer.key, &buf);
    assert_true(gn_str_equal(gn_buf_str(&buf), gn_str_of(other_public)));
    buf.size = 0;
    gn_note_signer_write(&signer, &buf);
    assert_true(gn_str_equal(gn_buf_str(&buf), gn_str_of(other_secret)));
}

static void a_changed_note_is_never_taken(void **state)
{
    (void)state;
    const size_t size = join(other_text, other_line, "").size;
    for (size_t i = 0; i < size; i++) {
        note[i] ^= 1;
        assert_int_not_equal(open_note((gn_str){ note, size }), GN_OK);
        note[i] ^= 1;
        assert_int_not_equal(open_note((gn_str){ note, i }), GN_OK);
    }
    assert_int_equal(open_note((gn_str){ note, size }), GN_OK);
}

static void what_is_no_note_is_refused(void **state)
{
    (void)state;
    assert_int_equal(open_note(join(other_text, "\n", "")), GN_ERR_INVAL);                   /* no signature */
    assert_int_equal(open_note(join(other_text, other_line, other_line + 1)), GN_ERR_INVAL); /* twice */
    assert_int_equal(open_note(join("a\r\n", other_line, "")), GN_ERR_INVAL);
    assert_int_equal(open_note(join("\xff\n", other_line, "")), GN_ERR_INVAL);
    assert_int_equal(open_note(join("another text\n", other_line, "")), GN_ERR_DENIED);
    assert_int_equal(open_note(join(other_text, other_line, "- x AAAA\n")), GN_ERR_INVAL);
    assert_int_equal(open_note(join(other_text, other_line, "\xe2\x80\x94 x AAA\n")), GN_ERR_INVAL);
    assert_int_equal(open_note(join(other_text, other_line, "\xe2\x80\x94 x AAAAAAAA\n")), GN_OK); /* a stranger's */
    assert_int_equal(open_note(join(other_text, "\n\xe2\x80\x94 x AAAAAAAA\n", "")), GN_ERR_NOT_FOUND);
    assert_int_equal(open_note(join(other_text, "\n\xe2\x80\x94 PeterNeumann AAAAAAAA\n", "")), GN_ERR_NOT_FOUND);
    assert_int_equal(open_note((gn_str){ 0 }), GN_ERR_INVAL);
}

static void wrong_keys_and_names_are_refused(void **state)
{
    (void)state;
    struct gn_note_key key;
    struct gn_note_signer signer;
    const uint8_t seed[GN_NOTE_SEED_BYTES] = { 1 };
    assert_int_equal(
        gn_note_key_parse(GN_STR("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &key),
        GN_ERR_INVAL); /* another id */
    assert_int_equal(
        gn_note_key_parse(GN_STR("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &key),
        GN_ERR_INVAL);
    assert_int_equal(gn_note_key_parse(GN_STR("PeterNeumann"), &key), GN_ERR_INVAL);
    assert_int_equal(gn_note_signer_parse(gn_str_of(other_public), &signer), GN_ERR_INVAL);
    assert_int_equal(gn_note_signer_make(&signer, GN_STR("a+b"), seed), GN_ERR_INVAL);
    assert_int_equal(gn_note_signer_make(&signer, GN_STR("a b"), seed), GN_ERR_INVAL);
    assert_int_equal(gn_note_signer_make(&signer, GN_STR(""), seed), GN_ERR_INVAL);
    assert_int_equal(gn_note_signer_make(&signer, GN_STR("a/b"), seed), GN_OK);
}

/* Found by fuzzing: a byte beyond ASCII passed for a letter, so that one root had several forms. */
static void base64_is_ascii(void **state)
{
    (void)state;
    uint8_t bytes[3];
    for (int c = 0x80; c <= 0xff; c++) {
        const char text[4] = { 'A', (char)c, 'A', 'A' };
        assert_false(gn_base64_read((gn_str){ text, sizeof text }, bytes, sizeof bytes));
    }
    assert_true(gn_base64_read(GN_STR("AAAA"), bytes, sizeof bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_ascii),
        cmocka_unit_test(a_note_of_another_implementation_is_read_and_made_byte_for_byte),
        cmocka_unit_test(a_changed_note_is_never_taken),
        cmocka_unit_test(what_is_no_note_is_refused),
        cmocka_unit_test(wrong_keys_and_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
