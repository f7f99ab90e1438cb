/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/qr_print.h"

#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/json_pick.h"
#include "guard/qr_code.h"

enum { QR_QUIET = 4, QR_ROWS_MAX = GN_QR_CELLS_MAX + 2 * QR_QUIET };

struct qr_rows { /* as the node sent them: '1' is dark */
    gn_str rows[GN_QR_CELLS_MAX];
    size_t size;
};

bool gn_qr_locale_is_utf8(const char *all, const char *ctype, const char *lang)
{
    const char *const said[] = { all, ctype, lang };
    for (size_t i = 0; i < 3; i++)
        if (said[i] != NULL && said[i][0] != '\0')
            return strcasestr(said[i], "UTF-8") != NULL || strcasestr(said[i], "UTF8") != NULL;
    return false;
}

/* False when it is no square of zeroes and ones. */
static bool qr_read(gn_str qr, struct qr_rows *out)
{
    struct gn_pick_walk walk;
    out->size = 0;
    if (!gn_pick_walk(&walk, gn_pick(qr, "rows")))
        return false;
    while (gn_pick_next(&walk)) {
        const gn_str quoted = walk.value;
        if (out->size == GN_QR_CELLS_MAX || quoted.size < 2)
            return false;
        const gn_str row = { quoted.at + 1, quoted.size - 2 };
        for (size_t i = 0; i < row.size; i++)
            if (row.at[i] != '0' && row.at[i] != '1')
                return false;
        out->rows[out->size++] = row;
    }
    for (size_t i = 0; i < out->size; i++)
        if (out->rows[i].size != out->size)
            return false;
    return out->size > 0;
}

/* The cell, counted with the quiet zone; beyond it everything is light. */
static bool qr_is_dark(const struct qr_rows *code, size_t y, size_t x)
{
    if (y < QR_QUIET || x < QR_QUIET || y - QR_QUIET >= code->size || x - QR_QUIET >= code->size)
        return false;
    return code->rows[y - QR_QUIET].at[x - QR_QUIET] == '1';
}

static void qr_draw(const struct gn_cli *cli, const struct qr_rows *code)
{
    static const char *const light[2][2] = { { "\u2588", "\u2580" }, { "\u2584", " " } }; /* [above][below] is dark */
    static const char *const dark[2][2] = { { " ", "\u2584" }, { "\u2580", "\u2588" } };
    const size_t side = code->size + 2 * QR_QUIET;
    for (size_t y = 0; y < side; y += 2) {
        (void)fputs(cli->colour ? "\033[30;107m" : "", cli->out);
        for (size_t x = 0; x < side; x++) {
            const bool above = qr_is_dark(code, y, x), below = qr_is_dark(code, y + 1, x);
            (void)fputs(cli->colour ? dark[above][below] : light[above][below], cli->out);
        }
        (void)fputs(cli->colour ? "\033[0m\n" : "\n", cli->out);
    }
}

void gn_qr_print(const struct gn_cli *cli, gn_str given)
{
    struct qr_rows code;
    const bool is_asked = gn_cli_has(cli, "--qr");
    const bool is_terminal = isatty(fileno(cli->out)) == 1;
    if (cli->json || (!is_asked && !is_terminal) || !qr_read(gn_pick(given, "qr"), &code))
        return;
    if (!gn_qr_locale_is_utf8(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"))) {
        (void)fputs("\nNo QR code: the locale does not say UTF-8 (LANG=C.UTF-8 does). The portal shows it, too.\n",
                    cli->out);
        return;
    }
    (void)fputc('\n', cli->out);
    qr_draw(cli, &code);
    (void)fputs("The QR code holds the address, the id and the token: a password. Clear the screen when it is read.\n",
                cli->out);
}
