/* sheet.c - a few named values on a screen (sheet.h). */
#include "sheet.h"

#include "../../shared/text/text.h"
#include "../app.h"
#include "../widgets/prompt.h"

#include <stdlib.h>
#include <string.h>

static void put(char **to, const char *value)
{
    free(*to);
    *to = strdup(value ? value : "");
    if (!*to)
        abort();
}

static int count(const struct sheet *t)
{
    int n = 0;
    while (n < SHEET_ROWS && t->rows[n].key)
        n++;
    return n;
}

static int find(const struct sheet *t, const char *key)
{
    for (int i = 0; i < count(t); i++)
        if (strcmp(t->rows[i].key, key) == 0)
            return i;
    return -1;
}

void sheet_open(struct screen *s, const struct sheet_row *rows)
{
    struct sheet *t = s->state;
    t->screen = s;
    t->rows = rows;
    list_reset(&t->list);
    for (int i = 0; i < count(t); i++) {
        put(&t->values[i], "");
        put(&t->before[i], "");
    }
    t->list.total = count(t);
    list_loaded(&t->list, count(t), false);
}

void sheet_close(struct screen *s)
{
    struct sheet *t = s->state;
    for (int i = 0; i < SHEET_ROWS; i++) {
        if (t->values[i])
            explicit_bzero(t->values[i], strlen(t->values[i]));
        free(t->values[i]);
        free(t->before[i]);
    }
}

void sheet_set(struct sheet *t, const char *key, const char *value)
{
    const int i = find(t, key);
    if (i >= 0)
        put(&t->values[i], value);
}

void sheet_take(struct sheet *t, const char *key, const char *value)
{
    const int i = find(t, key);
    if (i < 0)
        return;
    put(&t->values[i], value);
    put(&t->before[i], value);
}

const char *sheet_get(const struct sheet *t, const char *key)
{
    const int i = find(t, key);
    return i < 0 ? "" : t->values[i];
}

bool sheet_changed(const struct sheet *t, const char *key)
{
    const int i = find(t, key);
    return i >= 0 && strcmp(t->values[i], t->before[i]) != 0;
}

bool sheet_dirty(const struct sheet *t)
{
    for (int i = 0; i < count(t); i++)
        if (strcmp(t->values[i], t->before[i]) != 0)
            return true;
    return false;
}

/* ------------------------------------------------------------------ changing */

/* The callbacks find the sheet by its screen's generation: it may be closed meanwhile. */
static void given(struct app *app, const char *text, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    if (!text || !s)
        return;
    struct sheet *t = s->state;
    put(&t->values[t->list.cursor], text);
    if (t->changed)
        t->changed(s);
    app_dirty(app);
}

static void choose(struct sheet *t, const struct sheet_row *row, void *arg)
{
    struct picker_row words[16];
    size_t n = 0;
    for (; n < 16 && row->choices[n].key; n++)
        words[n] = (struct picker_row){row->choices[n].key, _(row->choices[n].label),
                                       row->choices[n].note ? _(row->choices[n].note) : NULL};
    picker_rows(t->screen->app, _(row->label), words, n, t->values[t->list.cursor], given, arg);
}

static void edit(struct sheet *t)
{
    const struct sheet_row *row = &t->rows[t->list.cursor];
    void *arg = (void *)(uintptr_t)t->screen->generation;
    if (t->locked || row->kind == SHEET_SHOWN)
        app_status(t->screen->app, STATUS_INFO, _("%s cannot be changed here."), _(row->label));
    else if (row->kind == SHEET_CHOICE)
        choose(t, row, arg);
    else
        prompt_open(t->screen->app, _(row->label), row->kind == SHEET_SECRET ? "" : t->values[t->list.cursor],
                    row->kind == SHEET_SECRET ? PROMPT_SECRET : 0, given, NULL, arg);
}

bool sheet_run(struct screen *s, const char *verb)
{
    struct sheet *t = s->state;
    if (list_move(&t->list, verb))
        return true;
    if (strcmp(verb, "open") != 0)
        return false;
    edit(t);
    return true;
}

/* ------------------------------------------------------------------ drawing */

static const char *shown(const struct sheet_row *row, const char *value)
{
    if (row->kind == SHEET_SECRET)
        return *value ? "••••••••" : "";
    for (const struct picker_row *c = row->choices; c && c->key; c++)
        if (strcmp(c->key, value) == 0)
            return _(c->label);
    return value;
}

static int label_width(const struct sheet *t)
{
    int widest = 0;
    for (int i = 0; i < count(t); i++) {
        const int width = text_width(_(t->rows[i].label));
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void draw_row(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    const struct sheet *t = owner;
    const struct sheet_row *row = &t->rows[index];
    const int label = label_width(t);
    const bool differs = strcmp(t->values[index], t->before[index]) != 0;
    (void)is_cursor;
    canvas_fit(c, r.x, r.y, label, row->kind == SHEET_SHOWN ? STYLE_DIM : STYLE_NORMAL, _(row->label));
    canvas_put(c, r.x + label + 1, r.y, STYLE_CHANGED, differs ? "*" : " ");
    canvas_fit(c, r.x + label + 3, r.y, r.width - label - 3, differs ? STYLE_CHANGED : STYLE_FIELD,
               shown(row, t->values[index]));
}

int sheet_height(const struct sheet *t)
{
    return count(t) + 2;
}

void sheet_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct sheet *t = s->state;
    const int rows = r.height - 2 < count(t) ? r.height - 2 : count(t);
    list_draw(&t->list, c, (struct rect){r.x, r.y, r.width, rows}, draw_row, t);
    const char *note = t->rows[t->list.cursor].note;
    if (note)
        canvas_fit(c, r.x + 2, r.y + rows + 1, r.width - 4, STYLE_DIM, _(note));
}

/* ------------------------------------------------------------------ parked */

void sheet_save(struct screen *s, struct pack *p)
{
    const struct sheet *t = s->state;
    const size_t mark = pack_map_open(p);
    uint32_t n = 0;
    for (int i = 0; i < count(t); i++)
        if (t->rows[i].kind != SHEET_SECRET && strcmp(t->values[i], t->before[i]) != 0) {
            pack_kstr(p, t->rows[i].key, t->values[i]);
            n++;
        }
    pack_map_close(p, mark, n);
}

void sheet_load(struct screen *s, const msgpack_object *map)
{
    struct sheet *t = s->state;
    for (int i = 0; i < count(t); i++) {
        char *value = map_str_copy(map, t->rows[i].key);
        if (value)
            put(&t->values[i], value);
        free(value);
    }
}
