/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/say.h"

#include <assert.h>
#include <stdarg.h>

#include "base/term.h"
#include "cli/command.h"

enum { SAY_PIECE_BYTES = 1024, SAY_SAFE_BYTES = 8 * SAY_PIECE_BYTES, SAY_TEXT_BYTES = 1024 };

void gn_cli_print_safe(FILE *to, gn_str text)
{
    /* In pieces, because one byte may become six and a text may be long. A piece ends between characters. */
    while (text.size > 0) {
        size_t take = text.size < SAY_PIECE_BYTES ? text.size : SAY_PIECE_BYTES;
        while (take < text.size && take > SAY_PIECE_BYTES - 4 && ((unsigned char)text.at[take] & 0xC0u) == 0x80u)
            take--;
        char bytes[SAY_SAFE_BYTES];
        struct gn_buf buf = gn_buf_over(bytes, sizeof bytes);
        gn_term_add(&buf, (gn_str){ text.at, take });
        assert(!buf.full);
        (void)fwrite(bytes, 1, buf.size, to);
        text = (gn_str){ text.at + take, text.size - take };
    }
}

int gn_cli_say(const struct gn_cli *cli, gn_exit code, const char *hint, const char *fmt, ...)
{
    char what[SAY_TEXT_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    (void)fflush(cli->out);
    (void)fprintf(cli->err, "ganglion%s%s: ", cli->command != NULL ? " " : "",
                  cli->command != NULL ? cli->command->name : "");
    gn_cli_print_safe(cli->err, gn_str_of(what));
    (void)fputc('\n', cli->err);
    if (hint != NULL) {
        (void)fputs("  ", cli->err);
        gn_cli_print_safe(cli->err, gn_str_of(hint));
        (void)fputc('\n', cli->err);
    }
    return (int)code;
}
