/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "store/archive.h"

enum { ARCHIVE_TEST_BYTES = 1 << 20 };

static const uint8_t base_id[GN_ARCHIVE_ID_BYTES] = { 7 };
static const struct gn_archive_span span = { 5, 99, 60 };
#define PASS GN_STR("correct horse battery")

struct made {
    uint8_t bytes[ARCHIVE_TEST_BYTES];
    size_t size;
};
static struct made made;
static uint8_t content[GN_ARCHIVE_BLOCK_BYTES + 1000];

/* history.db of two blocks, a segment that is the same as before but for its end, an empty image. */
static void make(gn_str passphrase)
{
    struct gn_archive_writer *writer = NULL;
    FILE *to = fmemopen(made.bytes, sizeof made.bytes, "wb");
    assert_non_null(to);
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 7 + i / 256);
    const struct gn_archive_digest digest = gn_archive_digest_of((gn_bytes){ content, GN_ARCHIVE_BLOCK_BYTES });
    assert_int_equal(gn_archive_create(to, base_id, 1234, passphrase, &writer), GN_OK);
    assert_int_equal(gn_archive_put_file(writer, GN_STR("history.db"), sizeof content), GN_OK);
    assert_int_equal(gn_archive_put_block(writer, (gn_bytes){ content, GN_ARCHIVE_BLOCK_BYTES }), GN_OK);
    assert_int_equal(gn_archive_put_block(writer, (gn_bytes){ content, 999 }), GN_ERR_INVAL);
    assert_int_equal(gn_archive_put_end(writer, &span), GN_ERR_INVAL); /* a block is missing */
    assert_int_equal(gn_archive_put_block(writer, (gn_bytes){ content, 1000 }), GN_OK);
    assert_int_equal(gn_archive_put_file(writer, GN_STR("guard/../x"), 0), GN_ERR_INVAL);
    assert_int_equal(gn_archive_put_file(writer, GN_STR("history.db"), 0), GN_ERR_INVAL);
    assert_int_equal(
        gn_archive_put_file(writer, GN_STR("journal/00000000000000000005.gnj"), 2 * GN_ARCHIVE_BLOCK_BYTES), GN_OK);
    assert_int_equal(gn_archive_put_same(writer, &digest), GN_OK);
    assert_int_equal(gn_archive_put_block(writer, (gn_bytes){ content, GN_ARCHIVE_BLOCK_BYTES }), GN_OK);
    assert_int_equal(gn_archive_put_file(writer, GN_STR("sessions.image"), 0), GN_OK);
    assert_int_equal(gn_archive_put_end(writer, &span), GN_OK);
    gn_archive_writer_close(writer);
    made.size = (size_t)ftello(to);
    assert_int_equal(fclose(to), 0);
}

/* Reads all of it. The error of the first thing that is wrong. */
static gn_err read_all(const uint8_t *bytes, size_t size, gn_str passphrase, struct gn_diag *diag, unsigned *out_parts)
{
    struct gn_archive_reader *reader = NULL;
    struct gn_archive_part part = { 0 };
    if (size == 0)
        return GN_ERR_CORRUPT; /* fmemopen takes none */
    FILE *from = fmemopen((void *)(uintptr_t)bytes, size, "rb");
    assert_non_null(from);
    *diag = (struct gn_diag){ 0 };
    *out_parts = 0;
    gn_err err = gn_archive_open(from, passphrase, &reader, diag);
    while (!err && part.kind != GN_ARCHIVE_END) {
        err = gn_archive_next(reader, &part, diag);
        *out_parts += !err;
    }
    if (!err)
        assert_memory_equal(&part.span, &span, sizeof span);
    gn_archive_reader_close(reader);
    (void)fclose(from);
    return err;
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    struct gn_archive_reader *reader = NULL;
    struct gn_archive_part part;
    struct gn_diag diag;
    make(GN_STR(""));
    FILE *from = fmemopen(made.bytes, made.size, "rb");
    assert_int_equal(gn_archive_open(from, GN_STR(""), &reader, &diag), GN_OK);
    assert_true(gn_archive_about(reader)->is_increment && !gn_archive_about(reader)->is_encrypted);
    assert_int_equal(gn_archive_about(reader)->created_ms, 1234);
    assert_int_equal(gn_archive_next(reader, &part, &diag), GN_OK);
    assert_int_equal(part.kind, GN_ARCHIVE_FILE);
    assert_string_equal(part.name, "history.db");
    assert_int_equal(part.size, sizeof content);
    assert_int_equal(gn_archive_next(reader, &part, &diag), GN_OK);
    assert_int_equal(part.block.size, GN_ARCHIVE_BLOCK_BYTES);
    assert_memory_equal(part.block.at, content, part.block.size);
    assert_int_equal(gn_archive_next(reader, &part, &diag), GN_OK);
    assert_int_equal(part.index, 1);
    assert_int_equal(part.block.size, 1000);
    assert_int_equal(gn_archive_next(reader, &part, &diag), GN_OK);
    assert_int_equal(gn_archive_next(reader, &part, &diag), GN_OK);
    assert_int_equal(part.kind, GN_ARCHIVE_SAME);
    assert_int_equal(part.count, 1);
    gn_archive_reader_close(reader);
    (void)fclose(from);
}

static void a_passphrase_hides_everything_and_a_wrong_one_says_so(void **state)
{
    (void)state;
    struct gn_diag diag;
    unsigned parts;
    make(PASS);
    for (size_t i = GN_ARCHIVE_HEAD_BYTES; i + 10 < made.size; i++)
        assert_memory_not_equal(made.bytes + i, "history.db", 10);
    assert_int_equal(read_all(made.bytes, made.size, PASS, &diag, &parts), GN_OK);
    assert_int_equal(read_all(made.bytes, made.size, GN_STR("another horse"), &diag, &parts), GN_ERR_DENIED);
    assert_string_equal(diag.text, "the passphrase is wrong");
    assert_int_equal(read_all(made.bytes, made.size, GN_STR(""), &diag, &parts), GN_ERR_INVAL);
    assert_non_null(strstr(diag.text, "--passphrase-file"));
}

static void every_flipped_byte_is_found(void **state)
{
    (void)state;
    struct gn_diag diag;
    unsigned parts;
    make(GN_STR(""));
    for (size_t i = 0; i < made.size; i += i < 300 || i + 300 > made.size ? 1 : 61) {
        made.bytes[i] ^= 0x20;
        const gn_err err = read_all(made.bytes, made.size, GN_STR(""), &diag, &parts);
        if (err == GN_OK)
            fail_msg("byte %zu can be flipped", i);
        assert_true(diag.text[0] != '\0');
        made.bytes[i] ^= 0x20;
    }
    make(PASS); /* each try costs an Argon2id: a few places of every kind */
    static const size_t at[] = { 0, 9, 14, 20, 70, 90, 128, 133, 137, 200 };
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        made.bytes[at[i]] ^= 1;
        assert_int_not_equal(read_all(made.bytes, made.size, PASS, &diag, &parts), GN_OK);
        made.bytes[at[i]] ^= 1;
    }
}

static void half_of_it_is_none_and_neither_is_more(void **state)
{
    (void)state;
    struct gn_diag diag;
    unsigned parts;
    make(GN_STR(""));
    for (size_t size = 0; size < made.size; size += size < 300 || size + 300 > made.size ? 1 : 997) {
        const gn_err err = read_all(made.bytes, size, GN_STR(""), &diag, &parts);
        assert_int_equal(err, GN_ERR_CORRUPT);
    }
    assert_non_null(strstr(diag.text, "half a backup is none"));
    made.bytes[made.size] = 0;
    assert_int_equal(read_all(made.bytes, made.size + 1, GN_STR(""), &diag, &parts), GN_ERR_CORRUPT);
}

static void only_names_of_a_data_directory_are_let_through(void **state)
{
    (void)state;
    static const char *const good[] = { "history.db", "sessions.image", "journal/00000000000000000001.gnj",
                                        "guard/credentials" };
    static const char *const bad[] = { "",
                                       "/etc/passwd",
                                       "../history.db",
                                       "journal/../history.db",
                                       "journal/",
                                       "journal/1.gnj",
                                       "journal/00000000000000000000.gnj",
                                       "journal/00000000000000000001.gnj/x",
                                       "guard",
                                       "guard/other",
                                       "history.db-wal",
                                       "lock",
                                       "history.db/" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(gn_archive_name_valid(gn_str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gn_archive_name_valid(gn_str_of(bad[i])));
    assert_false(gn_archive_name_valid((gn_str){ "history.db\0x", 12 }));
}

static void secrets_are_never_written_in_clear(void **state)
{
    (void)state;
    struct gn_archive_writer *writer = NULL;
    FILE *to = fmemopen(made.bytes, sizeof made.bytes, "wb");
    assert_int_equal(gn_archive_create(to, NULL, 1, GN_STR(""), &writer), GN_OK);
    assert_int_equal(gn_archive_put_file(writer, GN_STR("guard/credentials"), 10), GN_ERR_INVAL);
    gn_archive_writer_close(writer);
    (void)fclose(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(a_passphrase_hides_everything_and_a_wrong_one_says_so),
        cmocka_unit_test(every_flipped_byte_is_found),
        cmocka_unit_test(half_of_it_is_none_and_neither_is_more),
        cmocka_unit_test(only_names_of_a_data_directory_are_let_through),
        cmocka_unit_test(secrets_are_never_written_in_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
