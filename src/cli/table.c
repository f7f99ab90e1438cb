/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <assert.h>
#include <stdarg.h>

#include "base/mem.h"
#include "base/term.h"

enum { TABLE_TEXT_BYTES = 1 << 20, TABLE_CELL_BYTES = 8192, TABLE_GAP = 2 };

/* Cells stand one after the other in `text`, each as a NUL-terminated string; byte 1 before a text marks a
 * state word. */
struct gn_table {
    FILE *to;
    bool colour;
    bool has_heading; /* printed already */
    size_t column_count;
    size_t column; /* of the next cell */
    size_t widths[GN_TABLE_COLUMNS_MAX];
    const char *headings[GN_TABLE_COLUMNS_MAX];
    struct gn_buf kept;
    char text[TABLE_TEXT_BYTES];
};

enum { TABLE_MARK_STATE = 1, TABLE_MARK_PLAIN = 2 };

static size_t table_columns_of(const char *text)
{
    size_t columns = 0;
    for (; *text != '\0'; text++)
        columns += ((unsigned char)*text & 0xC0u) != 0x80u;
    return columns;
}

const char *gn_table_paint(const char *state)
{
    static const struct {
        const char *state;
        const char *paint;
    } rows[] = {
        { "open", "\033[31m" },    { "failed", "\033[31m" },   { "refused", "\033[31m" },
        { "expired", "\033[31m" }, { "rejected", "\033[31m" }, { "pending", "\033[33m" },
        { "queued", "\033[33m" },  { "sent", "\033[33m" },     { "acknowledged", "\033[33m" },
        { "advised", "\033[33m" }, { "done", "\033[32m" },     { "approved", "\033[32m" },
        { "online", "\033[32m" },  { "cleared", "\033[32m" },  { "over", "\033[32m" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].state, state) == 0)
            return rows[i].paint;
    return "";
}

struct gn_table *gn_table_new(FILE *to, const char *const *headings, bool colour)
{
    struct gn_table *table = gn_mem_take(sizeof *table, "a table");
    if (table == NULL)
        return NULL;
    table->to = to;
    table->colour = colour;
    for (size_t i = 0; headings[i] != NULL; i++) {
        assert(i < GN_TABLE_COLUMNS_MAX);
        table->headings[i] = headings[i];
        table->widths[i] = strlen(headings[i]);
        table->column_count = i + 1;
    }
    assert(table->column_count > 0);
    table->kept = gn_buf_over(table->text, sizeof table->text);
    return table;
}

static void table_print_cell(const struct gn_table *table, size_t column, const char *text, const char *paint)
{
    (void)fprintf(table->to, "%s%s%s", paint, text, paint[0] != '\0' ? "\033[0m" : "");
    if (column + 1 == table->column_count) {
        (void)fputc('\n', table->to);
        return;
    }
    const size_t columns = table_columns_of(text);
    const size_t width = table->widths[column] + TABLE_GAP;
    for (size_t i = columns; i < width; i++)
        (void)fputc(' ', table->to);
    if (columns >= width)
        (void)fputc(' ', table->to);
}

void gn_table_flush(struct gn_table *table)
{
    for (size_t i = 0; i < table->column_count && !table->has_heading; i++)
        table_print_cell(table, i, table->headings[i], table->colour ? "\033[1m" : "");
    table->has_heading = true;
    size_t column = 0;
    for (size_t at = 0; at < table->kept.size; column = (column + 1) % table->column_count) {
        const char *cell = table->text + at;
        const bool is_state = cell[0] == TABLE_MARK_STATE;
        table_print_cell(table, column, cell + 1, table->colour && is_state ? gn_table_paint(cell + 1) : "");
        at += strlen(cell) + 1;
    }
    table->kept.size = 0;
}

static void table_add(struct gn_table *table, gn_str text, char mark)
{
    char safe[TABLE_CELL_BYTES];
    if (text.size > sizeof safe / 8) /* one byte may become six */
        text.size = sizeof safe / 8;
    struct gn_buf buf = gn_buf_over(safe, sizeof safe - 1);
    gn_term_add(&buf, text);
    safe[buf.size] = '\0';
    const size_t columns = table_columns_of(safe);
    size_t *width = &table->widths[table->column];
    if (columns > *width)
        *width = columns < GN_TABLE_CELL_COLUMNS ? columns : GN_TABLE_CELL_COLUMNS;
    if (table->column == 0 && table->kept.size + (size_t)GN_TABLE_COLUMNS_MAX * sizeof safe > sizeof table->text)
        gn_table_flush(table);
    gn_buf_add_u8(&table->kept, (uint8_t)mark);
    gn_buf_add(&table->kept, safe, buf.size + 1);
    assert(!table->kept.full);
    table->column = (table->column + 1) % table->column_count;
}

void gn_table_cell(struct gn_table *table, gn_str text)
{
    table_add(table, text, TABLE_MARK_PLAIN);
}

void gn_table_cellf(struct gn_table *table, const char *fmt, ...)
{
    char text[TABLE_CELL_BYTES / 8];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    table_add(table, gn_str_of(text), TABLE_MARK_PLAIN);
}

void gn_table_state(struct gn_table *table, const char *state)
{
    table_add(table, gn_str_of(state), TABLE_MARK_STATE);
}

void gn_table_end(struct gn_table *table)
{
    if (table == NULL)
        return;
    gn_table_flush(table);
    gn_mem_give(table);
}
