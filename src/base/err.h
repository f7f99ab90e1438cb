/* SPDX-License-Identifier: Apache-2.0 */
/* base/err.h -- the one error type of the node.
 *
 * A function that can fail returns gn_err and nothing else; results leave through
 * out_ parameters, which stay untouched on failure. GN_OK is 0, so `if (err)` reads
 * "if it failed". A code says what the CALLER can do about it; where it broke goes to
 * the log, or into a struct gn_diag when a person must mend the input. */
#ifndef GN_BASE_ERR_H
#define GN_BASE_ERR_H

#include <stddef.h>

#define GN_MUST_USE                      __attribute__((warn_unused_result))
#define GN_PRINTF(fmt_index, args_index) __attribute__((format(printf, fmt_index, args_index)))

#define GN_ERR_MAP(X)                                                                                                  \
    X(OK, "success")                                                                                                   \
    X(AGAIN, "not ready, or more input is needed: call again")                                                         \
    X(FULL, "a named limit is reached: drop, or wait")                                                                 \
    X(INVAL, "refused input: the peer or the person must mend it")                                                     \
    X(NOT_FOUND, "no such thing")                                                                                      \
    X(EXISTS, "there already is one")                                                                                  \
    X(CORRUPT, "stored bytes fail their check: recover, or refuse")                                                    \
    X(IO, "the operating system or the device failed")                                                                 \
    X(NO_SPACE, "the disk is full: nothing was written")                                                               \
    X(BUSY, "somebody else holds it")                                                                                  \
    X(DENIED, "not allowed")                                                                                           \
    X(CLOSED, "the peer or the owner is gone")

typedef enum gn_err {
#define X(name, text) GN_ERR_##name,
    GN_ERR_MAP(X)
#undef X
        GN_ERR_COUNT
} gn_err;

#define GN_OK GN_ERR_OK

/* A static string, never NULL, for any value. */
const char *gn_err_text(gn_err err);

/* Says on purpose that a failure does not matter, and why. A (void) cast would not do:
 * GCC still warns on warn_unused_result, and it tells the reader nothing. */
#define GN_IGNORE(call, why)                                                                                           \
    do {                                                                                                               \
        (void)sizeof("" why);                                                                                          \
        if (call) {                                                                                                    \
        }                                                                                                              \
    } while (0)

enum { GN_DIAG_TEXT_BYTES = 240, GN_DIAG_FILE_BYTES = 120 };

/* Where and why a person's input was refused. Caller-owned, fixed size, never allocated.
 * `file` may be empty; line and column count from 1, 0 = does not apply. */
struct gn_diag {
    char file[GN_DIAG_FILE_BYTES];
    size_t line;
    size_t column;
    char text[GN_DIAG_TEXT_BYTES];
};

/* Sets line, column and text, and leaves `file` alone; does nothing when diag is NULL. A text that
 * does not fit is cut. */
void gn_diag_set(struct gn_diag *diag, size_t line, size_t column, const char *fmt, ...) GN_PRINTF(4, 5);

/* Sets only the file name (its tail when it is too long). */
void gn_diag_file(struct gn_diag *diag, const char *file);

#endif
