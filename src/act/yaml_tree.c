/* SPDX-License-Identifier: Apache-2.0 */
#include "act/yaml_tree.h"

#include <yaml.h>

#include "base/mem.h"

struct gn_yaml_tree {
    struct gn_yaml_node *nodes;
    char *text; /* where scalars live */
    size_t text_capacity;
    size_t text_size;
    uint32_t node_count;
    uint32_t depth;
    uint32_t path[GN_YAML_DEPTH_MAX]; /* open lists and maps, outermost first */
    uint32_t key;                     /* a map's key that waits for its value, or GN_YAML_NONE */
    struct gn_diag *diag;
};

gn_err gn_yaml_tree_new(size_t text_bytes_max, struct gn_yaml_tree **out)
{
    struct gn_yaml_tree *tree = gn_mem_take(sizeof *tree, "solution, while it is read");
    if (tree == NULL)
        return GN_ERR_FULL;
    /* An escape as "\L" is two bytes and stands for three, so twice the text always holds the scalars. */
    tree->text_capacity = 2 * text_bytes_max + 16;
    tree->nodes = gn_mem_take(sizeof *tree->nodes * GN_YAML_NODES_MAX, "solution, while it is read");
    tree->text = gn_mem_take(tree->text_capacity, "solution, while it is read");
    if (tree->nodes == NULL || tree->text == NULL) {
        gn_yaml_tree_free(tree);
        return GN_ERR_FULL;
    }
    *out = tree;
    return GN_OK;
}

void gn_yaml_tree_free(struct gn_yaml_tree *tree)
{
    if (tree == NULL)
        return;
    gn_mem_give(tree->nodes);
    gn_mem_give(tree->text);
    gn_mem_give(tree);
}

/* --- where an error is --- */

static gn_err yaml_tree_refuse(struct gn_yaml_tree *tree, const yaml_mark_t *mark, const char *words)
{
    gn_diag_set(tree->diag, mark->line + 1, mark->column + 1, "%s", words);
    return GN_ERR_INVAL;
}

/* Line and column of a byte, both from 1; a column counts characters. */
static void yaml_tree_place(gn_str text, size_t offset, size_t *out_line, size_t *out_column)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset && i < text.size; i++) {
        if (text.at[i] == '\n') {
            line++;
            column = 1;
        } else if (((uint8_t)text.at[i] & 0xC0u) != 0x80u) {
            column++;
        }
    }
    *out_line = line;
    *out_column = column;
}

/* First byte at which a text stops being UTF-8. */
static size_t yaml_tree_bad_byte(gn_str text)
{
    for (size_t i = 0; i < text.size;) {
        size_t size = 1;
        while (size <= 4 && i + size <= text.size && !gn_utf8_valid((gn_str){ text.at + i, size }))
            size++;
        if (size > 4 || i + size > text.size)
            return i;
        i += size;
    }
    return text.size;
}

/* Where a line begins. */
static size_t yaml_tree_line_at(gn_str text, size_t wanted)
{
    size_t line = 0, i = 0;
    while (i < text.size && line < wanted)
        line += text.at[i++] == '\n';
    return i;
}

static bool yaml_tree_tab_at(gn_str text, const yaml_mark_t *mark)
{
    size_t i = yaml_tree_line_at(text, mark->line);
    for (; i < text.size && (text.at[i] == ' ' || text.at[i] == '\t'); i++) {
        if (text.at[i] == '\t')
            return true;
    }
    return false;
}

/* The character a text may not begin with unless it is quoted, or NUL. A lone '*' is what people write for "any". */
static char yaml_tree_unquoted(gn_str text, const yaml_parser_t *parser)
{
    const bool is_alias = parser->context != NULL && strcmp(parser->context, "while scanning an alias") == 0;
    if (is_alias)
        return '*';
    size_t i = yaml_tree_line_at(text, parser->problem_mark.line);
    for (size_t column = 0; column < parser->problem_mark.column && i < text.size; column++) {
        i++;
        while (i < text.size && ((uint8_t)text.at[i] & 0xC0u) == 0x80u)
            i++;
    }
    return i < text.size && memchr("%@`", text.at[i], 3) != NULL ? text.at[i] : '\0';
}

static gn_err yaml_tree_scanner_error(struct gn_yaml_tree *tree, const yaml_parser_t *parser, gn_str text)
{
    const char *const problem = parser->problem != NULL ? parser->problem : "it cannot be read";
    if (parser->error == YAML_READER_ERROR) {
        size_t line, column;
        yaml_tree_place(text, parser->problem_offset, &line, &column);
        gn_diag_set(tree->diag, line, column, "not YAML: %s", problem);
        return GN_ERR_INVAL;
    }
    const yaml_mark_t *const mark = &parser->problem_mark;
    if (parser->error == YAML_MEMORY_ERROR)
        return GN_ERR_FULL;
    if (yaml_tree_tab_at(text, mark))
        return yaml_tree_refuse(tree, mark, "not YAML: a tab cannot indent; use spaces");
    const char unquoted = yaml_tree_unquoted(text, parser);
    if (unquoted != '\0')
        gn_diag_set(tree->diag, mark->line + 1, mark->column + 1,
                    "not YAML: text that begins with '%c' must stand in quotes", unquoted);
    else if (parser->context != NULL)
        gn_diag_set(tree->diag, mark->line + 1, mark->column + 1, "not YAML: %s (%s that begins in line %zu)", problem,
                    parser->context, parser->context_mark.line + 1);
    else
        gn_diag_set(tree->diag, mark->line + 1, mark->column + 1, "not YAML: %s", problem);
    return GN_ERR_INVAL;
}

/* --- building --- */

static gn_err yaml_tree_check_key(struct gn_yaml_tree *tree, const struct gn_yaml_node *map, gn_str text,
                                  const yaml_mark_t *mark)
{
    for (uint32_t i = map->first; i != GN_YAML_NONE; i = tree->nodes[i].next) {
        if (!gn_str_equal(tree->nodes[i].text, text))
            continue;
        gn_diag_set(tree->diag, mark->line + 1, mark->column + 1, "the key '%.*s' stands here twice; first in line %u",
                    (int)(text.size > 64 ? 64 : text.size), text.at, tree->nodes[i].line);
        return GN_ERR_INVAL;
    }
    return GN_OK;
}

static void yaml_tree_append(struct gn_yaml_tree *tree, uint32_t parent, uint32_t child)
{
    struct gn_yaml_node *const node = &tree->nodes[parent];
    if (node->last == GN_YAML_NONE)
        node->first = child;
    else
        tree->nodes[node->last].next = child;
    node->last = child;
    node->count++;
}

/* Hangs a new node where the reading stands: as item, as key, or as the value of the waiting key. */
static gn_err yaml_tree_add(struct gn_yaml_tree *tree, const struct gn_yaml_node *node, const yaml_mark_t *mark)
{
    if (tree->node_count == GN_YAML_NODES_MAX) {
        gn_diag_set(tree->diag, mark->line + 1, mark->column + 1, "more than %d keys and values in one file",
                    GN_YAML_NODES_MAX);
        return GN_ERR_INVAL;
    }
    const uint32_t index = tree->node_count;
    if (tree->depth > 0) {
        const uint32_t parent = tree->path[tree->depth - 1];
        const bool in_map = tree->nodes[parent].kind == GN_YAML_MAP;
        if (in_map && tree->key == GN_YAML_NONE) {
            if (node->kind != GN_YAML_SCALAR)
                return yaml_tree_refuse(tree, mark, "a key must be text, not a list or a map");
            const gn_err err = yaml_tree_check_key(tree, &tree->nodes[parent], node->text, mark);
            if (err)
                return err;
            yaml_tree_append(tree, parent, index);
            tree->key = index;
        } else if (in_map) {
            yaml_tree_append(tree, tree->key, index);
            tree->key = GN_YAML_NONE;
        } else {
            yaml_tree_append(tree, parent, index);
        }
    }
    tree->nodes[index] = *node;
    tree->node_count++;
    return GN_OK;
}

static struct gn_yaml_node yaml_tree_node(gn_yaml_kind kind, const yaml_mark_t *mark)
{
    return (struct gn_yaml_node){
        .line = (uint32_t)mark->line + 1,
        .column = (uint32_t)mark->column + 1,
        .first = GN_YAML_NONE,
        .last = GN_YAML_NONE,
        .next = GN_YAML_NONE,
        .kind = (uint8_t)kind,
    };
}

static gn_err yaml_tree_on_scalar(struct gn_yaml_tree *tree, const yaml_event_t *event)
{
    struct gn_yaml_node node = yaml_tree_node(GN_YAML_SCALAR, &event->start_mark);
    const size_t size = event->data.scalar.length;
    if (size > tree->text_capacity - tree->text_size)
        return yaml_tree_refuse(tree, &event->start_mark, "too much text");
    char *const to = tree->text + tree->text_size;
    memcpy(to, event->data.scalar.value, size);
    tree->text_size += size;
    node.text = (gn_str){ to, size };
    node.plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return yaml_tree_add(tree, &node, &event->start_mark);
}

static gn_err yaml_tree_on_open(struct gn_yaml_tree *tree, const yaml_event_t *event, gn_yaml_kind kind)
{
    if (tree->depth == GN_YAML_DEPTH_MAX) {
        gn_diag_set(tree->diag, event->start_mark.line + 1, event->start_mark.column + 1,
                    "nested too deeply; %d levels are the most", GN_YAML_DEPTH_MAX);
        return GN_ERR_INVAL;
    }
    const struct gn_yaml_node node = yaml_tree_node(kind, &event->start_mark);
    const uint32_t index = tree->node_count;
    const gn_err err = yaml_tree_add(tree, &node, &event->start_mark);
    if (err)
        return err;
    tree->path[tree->depth++] = index;
    return GN_OK;
}

static bool yaml_tree_is_tagged(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.tag != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.tag != NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.tag != NULL;
    default:
        return false;
    }
}

static bool yaml_tree_is_anchored(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return true;
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor != NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor != NULL;
    default:
        return false;
    }
}

static gn_err yaml_tree_on_event(struct gn_yaml_tree *tree, const yaml_event_t *event)
{
    if (yaml_tree_is_anchored(event))
        return yaml_tree_refuse(tree, &event->start_mark,
                                "anchors (&) and aliases (*) are not used here; write it out, or quote the text");
    if (yaml_tree_is_tagged(event))
        return yaml_tree_refuse(tree, &event->start_mark, "tags (!) are not used here; quote the text");
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return yaml_tree_on_scalar(tree, event);
    case YAML_SEQUENCE_START_EVENT:
        return yaml_tree_on_open(tree, event, GN_YAML_LIST);
    case YAML_MAPPING_START_EVENT:
        return yaml_tree_on_open(tree, event, GN_YAML_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        tree->depth--;
        return GN_OK;
    case YAML_DOCUMENT_START_EVENT:
        if (tree->node_count > 0)
            return yaml_tree_refuse(tree, &event->start_mark, "a second document begins here; a file holds one");
        return GN_OK;
    default:
        return GN_OK;
    }
}

static gn_err yaml_tree_run(struct gn_yaml_tree *tree, yaml_parser_t *parser, gn_str text)
{
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return yaml_tree_scanner_error(tree, parser, text);
        const gn_err err = yaml_tree_on_event(tree, &event);
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        if (err)
            return err;
    }
    if (tree->node_count > 0)
        return GN_OK;
    gn_diag_set(tree->diag, 1, 1, "the file is empty; it should hold 'things', 'rules' or 'budget'");
    return GN_ERR_INVAL;
}

gn_err gn_yaml_tree_read(struct gn_yaml_tree *tree, gn_str text, struct gn_diag *diag)
{
    tree->node_count = 0;
    tree->text_size = 0;
    tree->depth = 0;
    tree->key = GN_YAML_NONE;
    tree->diag = diag;
    if (!gn_utf8_valid(text)) {
        size_t line, column;
        yaml_tree_place(text, yaml_tree_bad_byte(text), &line, &column);
        gn_diag_set(diag, line, column, "not UTF-8 text");
        return GN_ERR_INVAL;
    }
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return GN_ERR_FULL;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.at != NULL ? text.at : ""), text.size);
    const gn_err err = yaml_tree_run(tree, &parser, text);
    yaml_parser_delete(&parser);
    return err;
}

/* --- reading --- */

static const struct gn_yaml_node *yaml_tree_at(const struct gn_yaml_tree *tree, uint32_t index)
{
    return index == GN_YAML_NONE ? NULL : &tree->nodes[index];
}

const struct gn_yaml_node *gn_yaml_root(const struct gn_yaml_tree *tree)
{
    return tree->node_count == 0 ? NULL : &tree->nodes[0];
}

const struct gn_yaml_node *gn_yaml_first(const struct gn_yaml_tree *tree, const struct gn_yaml_node *node)
{
    return yaml_tree_at(tree, node->first);
}

const struct gn_yaml_node *gn_yaml_next(const struct gn_yaml_tree *tree, const struct gn_yaml_node *node)
{
    return yaml_tree_at(tree, node->next);
}

const struct gn_yaml_node *gn_yaml_value(const struct gn_yaml_tree *tree, const struct gn_yaml_node *key)
{
    return yaml_tree_at(tree, key->first);
}

const struct gn_yaml_node *gn_yaml_get(const struct gn_yaml_tree *tree, const struct gn_yaml_node *map, const char *key)
{
    const gn_str wanted = gn_str_of(key);
    for (const struct gn_yaml_node *k = gn_yaml_first(tree, map); k != NULL; k = gn_yaml_next(tree, k)) {
        if (gn_str_equal(k->text, wanted))
            return gn_yaml_value(tree, k);
    }
    return NULL;
}
