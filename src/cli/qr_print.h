/* SPDX-License-Identifier: Apache-2.0 */
/* cli/qr_print.h -- a QR code in a terminal: two rows of cells a line, in half blocks.
 *
 *   a cell above, a cell below      dark dark: ' '   light dark: '\u2580'   dark light: '\u2584'   light light:
 * '\u2588'
 *
 * With colour it is black on white whatever the terminal's colours are, without it the light cells are drawn, as it is
 * right on a dark terminal. Four light cells stand around it, as the standard wants. Half blocks need UTF-8: where the
 * locale does not say so, that is told instead of printing what cannot be read. */
#ifndef GN_CLI_QR_PRINT_H
#define GN_CLI_QR_PRINT_H

#include "cli/command.h"

#define GN_OPTION_QR                                                                                                   \
    {                                                                                                                  \
        "--qr", NULL, "print the QR code also where the output is no terminal"                                         \
    }

/* `given` is an answer with the member "qr" (portal/given.h). Prints nothing without one, with --json, and where the
 * output is no terminal and --qr is not given. Needs GN_OPTION_QR in the command's row. */
void gn_qr_print(const struct gn_cli *cli, gn_str given);

/* What LC_ALL, LC_CTYPE and LANG say; the first that is set counts. */
bool gn_qr_locale_is_utf8(const char *all, const char *ctype, const char *lang);

#endif
