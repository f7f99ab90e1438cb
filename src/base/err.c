/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *gn_err_text(gn_err err)
{
    static const char *const texts[] = {
#define X(name, text) [GN_ERR_##name] = (text),
        GN_ERR_MAP(X)
#undef X
    };
    const size_t index = (size_t)err;
    return index < GN_ERR_COUNT ? texts[index] : "an error without a name";
}

void gn_diag_set(struct gn_diag *diag, size_t line, size_t column, const char *fmt, ...)
{
    if (diag == NULL)
        return;
    diag->line = line;
    diag->column = column;
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(diag->text, sizeof diag->text, fmt, args); /* cut on purpose when too long */
    va_end(args);
}

void gn_diag_file(struct gn_diag *diag, const char *file)
{
    if (diag == NULL)
        return;
    const size_t size = strlen(file);
    const size_t over = size >= sizeof diag->file ? size - sizeof diag->file + 1 : 0;
    memcpy(diag->file, file + over, size - over + 1);
}
