/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard/qr_code.h"

static struct gn_qr qr;

/* The three squares in the corners by which a reader finds a code: 7 x 7, a light ring, a dark middle. */
static void assert_finder(uint32_t top, uint32_t left)
{
    for (uint32_t y = 0; y < 7; y++)
        for (uint32_t x = 0; x < 7; x++) {
            const bool edge = y == 0 || y == 6 || x == 0 || x == 6;
            const bool middle = y >= 2 && y <= 4 && x >= 2 && x <= 4;
            assert_int_equal(qr.dark[top + y][left + x], edge || middle);
        }
}

static void a_text_becomes_a_matrix_with_the_marks_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(gn_qr_encode(GN_STR("mqtt://press-7:00112233445566778899aabbccddeeff@192.0.2.7:1883"), &qr),
                     GN_OK);
    assert_int_equal(qr.size % 4, 1);
    assert_in_range(qr.size, 33, 45);
    assert_finder(0, 0);
    assert_finder(0, qr.size - 7);
    assert_finder(qr.size - 7, 0);
    for (uint32_t i = 8; i < qr.size - 8; i++) { /* the timing patterns alternate */
        assert_int_equal(qr.dark[6][i], i % 2 == 0);
        assert_int_equal(qr.dark[i][6], i % 2 == 0);
    }
    assert_true(qr.dark[qr.size - 8][8]); /* the one cell that is dark in every code */
}

static void what_does_not_fit_is_refused(void **state)
{
    static char text[5000];
    (void)state;
    memset(text, 'x', sizeof text);
    qr.size = 77;
    assert_int_equal(gn_qr_encode((gn_str){ NULL, 0 }, &qr), GN_ERR_INVAL);
    assert_int_equal(gn_qr_encode((gn_str){ text, 451 }, &qr), GN_ERR_FULL);
    assert_int_equal(gn_qr_encode((gn_str){ text, sizeof text }, &qr), GN_ERR_FULL);
    assert_int_equal(qr.size, 77);
    assert_int_equal(gn_qr_encode((gn_str){ text, 450 }, &qr), GN_OK);
    assert_int_equal(qr.size, GN_QR_CELLS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_becomes_a_matrix_with_the_marks_of_the_standard),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
