/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/cholesky.h -- least squares in closed form: A x = b for a symmetric, positive definite A.
 *
 *      A = L L'       A is n x n, row after row, `stride` numbers a row; only its lower triangle is read,
 *      L y = b        and L is written in its place
 *      L'x = y
 *
 * Own code, because it is forty lines and must be the same bits everywhere: LAPACK picks its kernel by the processor it
 * finds, so a forecast would differ between two boxes that replay the same journal; and it is 39 MB.
 * Plain textbook order (G. H. Golub, C. F. Van Loan, *Matrix Computations*, algorithm 4.2.2), rows against rows so that
 * memory is read in order. Pure, no allocation. */
#ifndef GN_LEARN_FORECAST_CHOLESKY_H
#define GN_LEARN_FORECAST_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

/* The sum of a[i] * b[i], in four interleaved sums (a fixed order: the same bits on every build). */
double gn_dot(const double *a, const double *b, size_t count);

/* Adds weight * row row' to the lower triangle of `a`. `stride` is a multiple of four, and so many numbers of `row` are
 * read: those behind `n` are zeros. (Above the diagonal up to three numbers a row are written too.) */
void gn_gram_add(double *a, size_t n, size_t stride, const double *row, double weight);

/* False: A is not positive definite (or not finite); its content is then lost. */
bool gn_cholesky_factor(double *a, size_t n, size_t stride);
/* Solves for one right side, in place. `l` is what factor left. */
void gn_cholesky_solve(const double *l, size_t n, size_t stride, double *b);

#endif
