/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"

static gn_bytes bytes_of(const char *text)
{
    return (gn_bytes){ (const uint8_t *)text, strlen(text) };
}

static void assert_digest(struct gn_sha256 digest, const char *hex)
{
    char text[2 * GN_SHA256_BYTES + 1];
    gn_hex((gn_bytes){ digest.bytes, sizeof digest.bytes }, text);
    assert_string_equal(text, hex);
}

static void sha256_gives_the_vectors_of_fips_180(void **state)
{
    (void)state;
    assert_digest(gn_sha256_of(bytes_of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest(gn_sha256_of((gn_bytes){ 0 }), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_digest(gn_sha256_of(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void the_chain_is_the_digest_of_link_and_bytes(void **state)
{
    (void)state;
    const struct gn_sha256 link = gn_sha256_of(bytes_of("before"));
    uint8_t both[GN_SHA256_BYTES + 4];
    memcpy(both, link.bytes, GN_SHA256_BYTES);
    memcpy(both + GN_SHA256_BYTES, "next", 4);
    const struct gn_sha256 wanted = gn_sha256_of((gn_bytes){ both, sizeof both });
    const struct gn_sha256 chained = gn_sha256_chain(link, bytes_of("next"));
    assert_memory_equal(chained.bytes, wanted.bytes, GN_SHA256_BYTES);
    const struct gn_sha256 nothing = gn_sha256_chain(link, (gn_bytes){ 0 });
    const struct gn_sha256 of_link = gn_sha256_of((gn_bytes){ link.bytes, sizeof link.bytes });
    assert_memory_equal(nothing.bytes, of_link.bytes, GN_SHA256_BYTES);
}

static void crc32_gives_the_check_value_in_one_piece_or_two(void **state)
{
    (void)state;
    assert_true(gn_crc32(0, bytes_of("123456789")) == 0xCBF43926);
    assert_true(gn_crc32(gn_crc32(0, bytes_of("1234")), bytes_of("56789")) == 0xCBF43926);
    assert_true(gn_crc32(0, (gn_bytes){ 0 }) == 0);
    assert_true(gn_crc32(0xCBF43926, (gn_bytes){ 0 }) == 0xCBF43926);
}

static void every_byte_and_the_length_matter_to_hash32(void **state)
{
    (void)state;
    uint8_t bytes[40] = { 0 };
    for (size_t size = 0; size <= sizeof bytes; size++) {
        const uint32_t hash = gn_hash32((gn_bytes){ bytes, size });
        if (size > 0)
            assert_int_not_equal(hash, gn_hash32((gn_bytes){ bytes, size - 1 }));
        for (size_t at = 0; at < size; at++) {
            for (int bit = 0; bit < 8; bit++) {
                bytes[at] ^= (uint8_t)(1 << bit);
                assert_int_not_equal(hash, gn_hash32((gn_bytes){ bytes, size }));
                bytes[at] ^= (uint8_t)(1 << bit);
            }
        }
    }
    assert_true(gn_hash32((gn_bytes){ 0 }) == gn_hash32((gn_bytes){ bytes, 0 }));
}

/* 2^16 counters in 2^32 values: a good hash has 0.5 pairs that collide, and fills 16 buckets evenly. */
static void hash32_spreads_counters(void **state)
{
    (void)state;
    static uint8_t seen[1 << 20];
    size_t taken = 0;
    size_t buckets[16] = { 0 };
    for (uint64_t i = 0; i < 1 << 16; i++) {
        const uint32_t hash = gn_hash32((gn_bytes){ (const uint8_t *)&i, sizeof i });
        buckets[hash & 15]++;
        uint8_t *place = &seen[hash >> 12]; /* 2^20 places: 2^16 throws hit 2016 taken ones by chance */
        taken += *place;
        *place = 1;
    }
    assert_true(taken > 1800 && taken < 2300);
    for (size_t i = 0; i < 16; i++)
        assert_true(buckets[i] > 3800 && buckets[i] < 4400);
}

static void hex_is_lower_case_and_ended(void **state)
{
    (void)state;
    char text[] = "zzzzzzz";
    gn_hex((gn_bytes){ (const uint8_t *)"\x00\xAf\xF9", 3 }, text);
    assert_string_equal(text, "00aff9");
    gn_hex((gn_bytes){ 0 }, text);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_vectors_of_fips_180),
        cmocka_unit_test(the_chain_is_the_digest_of_link_and_bytes),
        cmocka_unit_test(crc32_gives_the_check_value_in_one_piece_or_two),
        cmocka_unit_test(every_byte_and_the_length_matter_to_hash32),
        cmocka_unit_test(hash32_spreads_counters),
        cmocka_unit_test(hex_is_lower_case_and_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
