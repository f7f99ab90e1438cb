/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "learn/detect/drawn.h"
#include "learn/forecast/cholesky.h"

enum { N = 37, STRIDE = 40 };

static void what_is_solved_gives_back_the_right_side(void **state)
{
    (void)state;
    static double a[N * STRIDE];
    static double l[N * STRIDE];
    double x[N];
    double b[N];
    struct gn_drawn drawn = gn_drawn_from(1);
    double root[N][N];
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            root[i][j] = gn_drawn_normal(&drawn);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            l[i * STRIDE + j] = a[i * STRIDE + j] = gn_dot(root[i], root[j], N) + (i == j);
    for (size_t i = 0; i < N; i++)
        x[i] = b[i] = gn_drawn_normal(&drawn);
    for (size_t i = 0; i < N; i++)
        for (size_t j = i + 1; j < N; j++)
            l[i * STRIDE + j] = NAN; /* the upper triangle is not read */
    assert_true(gn_cholesky_factor(l, N, STRIDE));
    gn_cholesky_solve(l, N, STRIDE, x);
    for (size_t i = 0; i < N; i++)
        assert_true(fabs(gn_dot(a + i * STRIDE, x, N) - b[i]) < 1e-9);
}

static void what_has_no_solution_is_refused(void **state)
{
    (void)state;
    double flat[4] = { 1, 1, 1, 1 };
    double wrong[4] = { 1, 0, 2, 1 };
    double nan[4] = { NAN, 0, 0, 1 };
    double huge[4] = { INFINITY, 0, 0, 1 };
    assert_false(gn_cholesky_factor(flat, 2, 2));
    assert_false(gn_cholesky_factor(wrong, 2, 2));
    assert_false(gn_cholesky_factor(nan, 2, 2));
    assert_false(gn_cholesky_factor(huge, 2, 2));
}

static void a_sum_of_products_of_any_length(void **state)
{
    (void)state;
    const double a[] = { 1, 2, 3, 4, 5, 6, 7 };
    for (size_t count = 0; count <= 7; count++) {
        double sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += a[i] * a[i];
        assert_true(gn_dot(a, a, count) == sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_solved_gives_back_the_right_side),
        cmocka_unit_test(what_has_no_solution_is_refused),
        cmocka_unit_test(a_sum_of_products_of_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
