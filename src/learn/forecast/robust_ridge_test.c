/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "learn/detect/drawn.h"
#include "learn/forecast/robust_ridge.h"

enum { ROWS = 400, INPUTS = 6, TARGETS = 2 };

static double inputs[ROWS * INPUTS];
static double targets[ROWS * TARGETS];
static double map[TARGETS * (INPUTS + 1)];
static double work[8192];

static struct gn_ridge_problem problem_of(void)
{
    return (struct gn_ridge_problem){ .inputs = inputs,
                                      .targets = targets,
                                      .rows = ROWS,
                                      .input_count = INPUTS,
                                      .target_count = TARGETS,
                                      .ridge = 0.001 };
}

/* target 0 = 7 + 2 * input 1 - input 3; target 1 = 0.01 * input 0; input 5 never moves. */
static void draw(double noise)
{
    struct gn_drawn drawn = gn_drawn_from(5);
    for (size_t i = 0; i < ROWS; i++) {
        double *in = inputs + i * INPUTS;
        for (size_t j = 0; j < INPUTS; j++)
            in[j] = j == 5 ? 3 : (j == 0 ? 1000 : 1) * gn_drawn_normal(&drawn) + 10;
        targets[i * TARGETS] = 7 + 2 * in[1] - in[3] + noise * gn_drawn_normal(&drawn);
        targets[i * TARGETS + 1] = 0.01 * in[0] + noise * gn_drawn_normal(&drawn);
    }
}

static void a_linear_law_is_found(void **state)
{
    (void)state;
    draw(0.01);
    const struct gn_ridge_problem problem = problem_of();
    assert_true(gn_robust_ridge_work(&problem) <= sizeof work / sizeof work[0]);
    assert_true(gn_robust_ridge_fit(&problem, map, work));
    static const double wanted[] = { 0, 2, 0, -1, 0, 0, 7 };
    for (size_t j = 0; j <= INPUTS; j++)
        assert_true(fabs(map[j] - wanted[j]) < 0.05);
    assert_true(fabs(map[INPUTS + 1] - 0.01) < 1e-4);
    double out[TARGETS];
    gn_robust_ridge_apply(map, INPUTS, TARGETS, inputs, out);
    assert_true(fabs(out[0] - targets[0]) < 0.1 && fabs(out[1] - targets[1]) < 0.1);
}

static void rows_far_off_hardly_count(void **state)
{
    (void)state;
    draw(0.1);
    for (size_t i = 0; i < ROWS; i += 20)
        targets[i * TARGETS] += 1000;
    const struct gn_ridge_problem problem = problem_of();
    assert_true(gn_robust_ridge_fit(&problem, map, work));
    assert_true(fabs(map[1] - 2) < 0.5 && fabs(map[3] + 1) < 0.5); /* least squares errs by 10 and more */
}

static void important_rows_decide(void **state)
{
    (void)state;
    static double importance[ROWS];
    draw(0.01);
    for (size_t i = 0; i < ROWS; i++) { /* two laws; the second half's counts */
        importance[i] = i < ROWS / 2 ? 1e-6 : 2;
        targets[i * TARGETS] *= i < ROWS / 2 ? 5 : 1;
    }
    struct gn_ridge_problem problem = problem_of();
    problem.importance = importance;
    assert_true(gn_robust_ridge_fit(&problem, map, work));
    assert_true(fabs(map[1] - 2) < 0.05);
}

static void what_cannot_be_fitted_is_refused(void **state)
{
    (void)state;
    draw(0.1);
    struct gn_ridge_problem problem = problem_of();
    problem.rows = 0;
    assert_false(gn_robust_ridge_fit(&problem, map, work));
    problem = problem_of();
    inputs[3] = NAN;
    assert_false(gn_robust_ridge_fit(&problem, map, work));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_linear_law_is_found),
        cmocka_unit_test(rows_far_off_hardly_count),
        cmocka_unit_test(important_rows_decide),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
