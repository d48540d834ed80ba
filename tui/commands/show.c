/*
 * show.c - values, tables and JSON on standard output (cli.h). A table's columns are aligned by display width; the
 * widths are the first page's, so that a long list is written as it comes.
 */
#include "cli.h"

#include "../../shared/domain/codes.h"
#include "../../shared/text/text.h"
#include "../words.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS = 200, COLUMNS_MAX = 24, CELL_BYTES = 1024 };

/* ------------------------------------------------------------------ reading copied objects */

const char *text_of(const msgpack_object *map, const char *key)
{
    const msgpack_object *o = map_get(map, key);
    return o && o->type == MSGPACK_OBJECT_STR ? o->via.str.ptr : "";
}

int64_t int_of(const msgpack_object *map, const char *key)
{
    int64_t v = 0;
    (void)map_int(map, key, &v);
    return v;
}

bool bool_of(const msgpack_object *map, const char *key)
{
    bool v = false;
    (void)map_bool(map, key, &v);
    return v;
}

const msgpack_object *array_of(const msgpack_object *map, const char *key, uint32_t *n)
{
    const msgpack_object *o = map_get(map, key);
    *n = o && o->type == MSGPACK_OBJECT_ARRAY ? o->via.array.size : 0;
    return *n ? o->via.array.ptr : NULL;
}

/* ------------------------------------------------------------------ values */

static const char *show_list(const msgpack_object_array *a, char *buf, size_t len)
{
    char one[256];
    size_t n = 0;
    buf[0] = '\0';
    for (uint32_t i = 0; i < a->size && n + 1 < len; i++)
        n += (size_t)snprintf(buf + n, len - n, "%s%s", i == 0 ? "" : a->ptr[i].type == MSGPACK_OBJECT_MAP ? "; " : ", ",
                              show_plain(&a->ptr[i], one, sizeof one));
    return buf;
}

/* Members by their words, of which the tables of fields know most; inner maps in brackets. */
static const char *show_map(const msgpack_object_map *m, char *buf, size_t len)
{
    char one[512];
    size_t n = 0;
    buf[0] = '\0';
    for (uint32_t i = 0; i < m->size && n + 1 < len; i++) {
        const bool inner = m->ptr[i].val.type == MSGPACK_OBJECT_MAP;
        const char *value = show_choice(&m->ptr[i].val, one, sizeof one);
        n += (size_t)snprintf(buf + n, len - n, inner ? "%s%s (%s)" : "%s%s: %s", i ? ", " : "",
                              word_field(m->ptr[i].key.via.str.ptr), value);
    }
    return buf;
}

const char *show_plain(const msgpack_object *o, char *buf, size_t len)
{
    switch (o->type) {
    case MSGPACK_OBJECT_STR:
        return o->via.str.ptr;
    case MSGPACK_OBJECT_BOOLEAN:
        return o->via.boolean ? _("yes") : _("no");
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        snprintf(buf, len, "%lld", (long long)o->via.i64);
        return buf;
    case MSGPACK_OBJECT_ARRAY:
        return show_list(&o->via.array, buf, len);
    case MSGPACK_OBJECT_MAP:
        return show_map(&o->via.map, buf, len);
    default:
        return "";
    }
}

const char *show_flow(const msgpack_object *o, char *buf, size_t len)
{
    return word_flow(show_plain(o, buf, len));
}

const char *show_state(const msgpack_object *o, char *buf, size_t len)
{
    return word_state(show_plain(o, buf, len));
}

const char *show_action(const msgpack_object *o, char *buf, size_t len)
{
    return word_action(show_plain(o, buf, len));
}

const char *show_role(const msgpack_object *o, char *buf, size_t len)
{
    return word_role(show_plain(o, buf, len));
}

const char *show_time(const msgpack_object *o, char *buf, size_t len)
{
    return word_time(show_plain(o, buf, len), true, buf, len);
}

static const char *show_code(const char *table, const msgpack_object *o, char *buf, size_t len)
{
    const char *code = show_plain(o, buf, len);
    return *code ? code_label(code_table(table), code, tr_zh()) : "";
}

const char *show_kind(const msgpack_object *o, char *buf, size_t len)
{
    return show_code("destination_kind", o, buf, len);
}

const char *show_level(const msgpack_object *o, char *buf, size_t len)
{
    return show_code("education_level", o, buf, len);
}

const char *show_reason(const msgpack_object *o, char *buf, size_t len)
{
    return word_reason(show_plain(o, buf, len));
}

/* A bare code has no parameters for its sentence: brackets that stayed empty are taken out of it. */
static void drop_empty_brackets(char *text)
{
    static const char *const pairs[][2] = {{"（", "）"}, {" (", ")"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char *open = strstr(text, pairs[i][0]), *close = open ? strstr(open, pairs[i][1]) : NULL;
        if (!close)
            continue;
        const size_t inside = strlen(pairs[i][0]);
        if (strspn(open + inside, " ,;:，；：、") >= (size_t)(close - open) - inside)
            memmove(open, close + strlen(pairs[i][1]), strlen(close + strlen(pairs[i][1])) + 1);
    }
}

/* Guards that fail: codes (record.get's may) or maps with parameters (an outcome's failed). */
const char *show_failed(const msgpack_object *o, char *buf, size_t len)
{
    const msgpack_object none = {.type = MSGPACK_OBJECT_MAP};
    char one[512];
    size_t n = 0;
    buf[0] = '\0';
    for (uint32_t i = 0; o->type == MSGPACK_OBJECT_ARRAY && i < o->via.array.size && n + 1 < len; i++) {
        const msgpack_object *guard = &o->via.array.ptr[i];
        const bool map = guard->type == MSGPACK_OBJECT_MAP;
        const char *code = map ? text_of(guard, "guard") : show_plain(guard, one, sizeof one);
        char sentence[512];
        snprintf(sentence, sizeof sentence, "%s", word_guard(code, map ? guard : &none, one, sizeof one));
        if (!map)
            drop_empty_brackets(sentence);
        n += (size_t)snprintf(buf + n, len - n, "%s%s", i ? " " : "", sentence);
    }
    return buf;
}

const char *show_message(const msgpack_object *row, char *buf, size_t len)
{
    const msgpack_object none = {.type = MSGPACK_OBJECT_MAP}, *params = map_get(row, "params");
    return word_message(text_of(row, "kind"), params ? params : &none, buf, len);
}

/* Settings' and accounts' words; an unknown one is shown as it is. */
const char *show_choice(const msgpack_object *o, char *buf, size_t len)
{
    static const char *const words[][2] = {
        {"school_only", N_("school only")},        {"two_level", N_("department, then school")},
        {"both", N_("all education levels")},      {"undergraduate", N_("undergraduate and vocational")},
        {"postgraduate", N_("postgraduate")},      {"proof", N_("proof")},
        {"stamped_image", N_("stamped agreement")},
        {"none", N_("none")},                      {"read", N_("read")},
        {"write", N_("write")}};
    const char *text = show_plain(o, buf, len);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i][0]) == 0)
            return _(words[i][1]);
    return text;
}

const char *show_region(const msgpack_object *o, char *buf, size_t len)
{
    const char *code = show_plain(o, buf, len);
    return region_path(code, buf, len) ? buf : code;
}

/* ------------------------------------------------------------------ tables */

void print_json(const msgpack_object *o)
{
    char *json = object_to_json(o);
    puts(json ? json : "null");
    free(json);
}

static const char *cell_of(const msgpack_object *row, const struct column *c, char *buf, size_t len)
{
    const msgpack_object *o = *c->key ? map_get(row, c->key) : row;
    buf[0] = '\0';
    return o ? (c->show ? c->show : show_plain)(o, buf, len) : "";
}

void table_begin(struct table *t, const struct cli *cli, const struct column *columns)
{
    *t = (struct table){.columns = columns, .json = cli->options->json};
    if (t->json)
        putchar('[');
}

static void measure(struct table *t, const msgpack_object *rows, uint32_t n)
{
    char buf[CELL_BYTES];
    for (int c = 0; c < COLUMNS_MAX && t->columns[c].key; c++) {
        t->widths[c] = text_width(_(t->columns[c].title));
        for (uint32_t i = 0; i < n; i++) {
            const int width = text_width(cell_of(&rows[i], &t->columns[c], buf, sizeof buf));
            t->widths[c] = width > t->widths[c] ? width : t->widths[c];
        }
    }
}

/* Padded to the column's width but for the last; control characters shown as 〓, so that nobody's name drives a
 * terminal. */
static void print_cell(const char *text, int columns, bool last)
{
    char buf[2 * CELL_BYTES];
    const int width = text_width(text);
    text_fit(buf, sizeof buf, text, last || width > columns ? width : columns, !last);
    printf("%s%s", buf, last ? "\n" : "  ");
}

static void print_head(const struct table *t)
{
    for (int c = 0; t->columns[c].key; c++)
        print_cell(_(t->columns[c].title), t->widths[c], !t->columns[c + 1].key);
}

static void print_row(const struct table *t, const msgpack_object *row)
{
    char buf[CELL_BYTES];
    for (int c = 0; t->columns[c].key; c++)
        print_cell(cell_of(row, &t->columns[c], buf, sizeof buf), t->widths[c], !t->columns[c + 1].key);
}

void table_rows(struct table *t, const msgpack_object *rows, uint32_t n)
{
    if (!t->json && !t->begun && n > 0) {
        measure(t, rows, n);
        print_head(t);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (t->json) {
            char *json = object_to_json(&rows[i]);
            printf("%s\n%s", t->begun ? "," : "", json ? json : "null");
            free(json);
        } else {
            print_row(t, &rows[i]);
        }
        t->begun = true;
    }
    t->rows += n;
}

void table_end(struct table *t)
{
    if (t->json)
        puts(t->begun ? "\n]" : "]");
}

void print_rows(const struct cli *cli, const msgpack_object *result, const char *key, const struct column *columns)
{
    struct table t;
    uint32_t n;
    const msgpack_object *rows = array_of(result, key, &n);
    table_begin(&t, cli, columns);
    table_rows(&t, rows, n);
    table_end(&t);
}

void print_fields(const msgpack_object *map, const struct column *columns)
{
    char buf[CELL_BYTES];
    int widest = 0;
    for (const struct column *c = columns; c->key; c++) {
        const int width = !*c->key || map_get(map, c->key) ? text_width(_(c->title)) : 0;
        widest = width > widest ? width : widest;
    }
    for (const struct column *c = columns; c->key; c++) {
        const char *value = cell_of(map, c, buf, sizeof buf);
        if (!*value)
            continue;
        print_cell(_(c->title), widest, false);
        print_cell(value, 0, true);
    }
}

/* ------------------------------------------------------------------ pages */

static void pack_page(struct pack *p, const struct pack *pairs, size_t npairs, long limit, const char *cursor)
{
    pack_init(p);
    pack_map(p, npairs + 1 + (cursor != NULL));
    if (npairs)
        pack_raw(p, pairs->buf.data, pairs->buf.size);
    pack_kint(p, "limit", limit);
    if (cursor)
        pack_kstr(p, "cursor", cursor);
}

/* One page; answers the next cursor (malloc'd), NULL at the end or when status says so. */
static char *one_page(struct cli *cli, const char *method, const struct pack *params, struct table *t)
{
    struct answer a;
    uint32_t n;
    char *next = NULL;
    if (cli_ask(cli, method, params, &a)) {
        const msgpack_object *rows = array_of(&a.result, "rows", &n);
        table_rows(t, rows, n);
        next = n > 0 ? map_str_copy(&a.result, "next") : NULL;
    }
    answer_free(&a);
    return next;
}

int print_pages(struct cli *cli, const char *method, const struct pack *pairs, size_t npairs,
                const struct column *columns)
{
    struct table t;
    const char *given = cli_option(cli, "limit");
    char *end = NULL, *cursor = NULL;
    const long limit = given ? strtol(given, &end, 10) : 0;
    if (given && (*end || limit < 1))
        return cli_usage(cli, _("--limit %s: a number of rows, 1 or more"), given);
    table_begin(&t, cli, columns);
    cli->status = EXIT_DONE;
    do {
        struct pack params;
        const long left = given ? limit - t.rows : PAGE_ROWS;
        pack_page(&params, pairs, npairs, left < PAGE_ROWS ? left : PAGE_ROWS, cursor);
        free(cursor);
        cursor = one_page(cli, method, &params, &t);
        pack_free(&params);
    } while (cursor && (!given || t.rows < limit));
    free(cursor);
    table_end(&t);
    return cli->status;
}
