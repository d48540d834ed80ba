/*
 * picker.c - choose one by typing. The list is asked for anew at every letter: a code table through code_search(), own
 * rows by plain containment. Only what is shown is ever held.
 */
#include "picker.h"

#include "../../shared/domain/codes.h"
#include "../../shared/text/text.h"
#include "../app.h"
#include "../keymap.h"
#include "edit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 64

struct picker {
    struct overlay overlay;
    char title[256], now[64];
    struct edit edit;
    const struct code_table *table; /* NULL: own rows */
    char *subset;
    struct picker_row *rows;
    size_t nrows;
    struct picker_row shown[SHOWN_MAX]; /* texts belong to table or rows */
    char notes[SHOWN_MAX][160];
    size_t nshown, cursor, skip;
    picker_done done;
    void *arg;
};

static const struct binding hints[] = {{"<Enter>", "", N_("choose"), NULL, 0},
                                       {"<Up>", "", N_("up"), NULL, 0},
                                       {"<Down>", "", N_("down"), NULL, 0},
                                       {"<Esc>", "", N_("cancel"), NULL, 0},
                                       {0}};

static bool allowed(const struct picker *p, const char *code)
{
    size_t n = strlen(code);

    if (p->subset == NULL || strcmp(p->subset, "any") == 0)
        return true;
    for (const char *s = p->subset; (s = strstr(s, code)) != NULL; s += n)
        if ((s == p->subset || s[-1] == ' ') && (s[n] == ' ' || s[n] == '\0'))
            return true;
    return false;
}

static void show(struct picker *p, const char *key, const char *label, const char *note)
{
    snprintf(p->notes[p->nshown], sizeof p->notes[0], "%s", note == NULL ? "" : note);
    p->shown[p->nshown] = (struct picker_row){key, label, p->notes[p->nshown]};
    p->nshown++;
}

static void search_codes(struct picker *p, const char *typed)
{
    const struct code *hits[SHOWN_MAX];
    bool regions = strcmp(p->table->name, "region") == 0;
    char path[160];
    size_t n, at = p->skip;

    while (p->nshown < SHOWN_MAX && (n = code_search(p->table, typed, at, hits, SHOWN_MAX)) > 0) {
        for (size_t i = 0; i < n && p->nshown < SHOWN_MAX; i++) {
            bool county = !regions || p->subset != NULL || strcmp(hits[i]->code + 4, "00") != 0;
            if (!county || (!regions && !allowed(p, hits[i]->code)))
                continue;
            bool whole = regions && region_path(hits[i]->code, path, sizeof path);
            show(p, hits[i]->code, tr_zh() || hits[i]->name_en[0] == '\0' ? hits[i]->name_zh : hits[i]->name_en,
                 whole ? path : hits[i]->code);
        }
        at += n;
    }
}

static void search(struct picker *p)
{
    char typed[128];

    snprintf(typed, sizeof typed, "%s", p->edit.text);
    for (char *s = typed; *s != '\0'; s++)
        *s = (char)tolower((unsigned char)*s);
    p->nshown = p->cursor = 0;
    if (p->table != NULL)
        search_codes(p, typed);
    for (size_t i = 0; i < p->nrows && p->nshown < SHOWN_MAX; i++)
        if (strcasestr(p->rows[i].label, typed) != NULL || strncasecmp(p->rows[i].key, typed, strlen(typed)) == 0)
            show(p, p->rows[i].key, p->rows[i].label, p->rows[i].note);
    for (size_t i = 0; typed[0] == '\0' && i < p->nshown; i++)
        if (strcmp(p->shown[i].key, p->now) == 0)
            p->cursor = i;
}

static void finish(struct picker *p, bool chosen)
{
    struct app *app = p->overlay.app;
    picker_done done = p->done;
    void *arg = p->arg;
    char key[128] = "";

    chosen = chosen && p->cursor < p->nshown;
    if (chosen)
        snprintf(key, sizeof key, "%s", p->shown[p->cursor].key);
    overlay_close(app);
    done(app, chosen ? key : NULL, arg);
}

static void move(struct picker *p, int by)
{
    if (by > 0)
        p->cursor = p->cursor + (size_t)by < p->nshown ? p->cursor + (size_t)by : p->nshown == 0 ? 0 : p->nshown - 1;
    else
        p->cursor = p->cursor > (size_t)-by ? p->cursor - (size_t)-by : 0;
}

static bool picker_event(struct overlay *o, const struct event *event)
{
    struct picker *p = (struct picker *)o;

    if (event->kind == EV_PASTE) {
        edit_insert(&p->edit, event->text);
        search(p);
    }
    if (event->kind != EV_KEY)
        return true;
    switch (event->key) {
    case K_ENTER:
        finish(p, true);
        return true;
    case K_ESC:
    case K_CTRL('c'):
        finish(p, false);
        return true;
    case K_DOWN:
    case K_CTRL('n'):
        move(p, 1);
        return true;
    case K_UP:
    case K_CTRL('p'):
        move(p, -1);
        return true;
    case K_PGDN:
        move(p, 10);
        return true;
    case K_PGUP:
        move(p, -10);
        return true;
    default:
        if (edit_key(&p->edit, event->key))
            search(p);
        return true;
    }
}

static void picker_draw(struct overlay *o, struct canvas *c)
{
    struct picker *p = (struct picker *)o;
    int width = c->width - 8 < 76 ? c->width - 8 : 76, height = c->height - 6 < 20 ? c->height - 6 : 20;
    struct rect box = {(c->width - width) / 2, (c->height - height) / 2, width, height};
    int rows = height - 4;
    int top = (int)p->cursor >= rows ? (int)p->cursor - rows + 1 : 0;

    canvas_box(c, box, STYLE_BORDER, p->title);
    int x = box.x + 2 + canvas_put(c, box.x + 2, box.y + 1, STYLE_DIM, _("Chinese, initials or code:")) + 1;
    edit_draw(&p->edit, c, (struct rect){x, box.y + 1, box.x + width - 2 - x, 1}, STYLE_FIELD, true);
    for (int i = 0; i < rows && top + i < (int)p->nshown; i++) {
        const struct picker_row *row = &p->shown[top + i];
        bool here = top + i == (int)p->cursor;
        int note = text_width(row->note) > width / 2 ? width / 2 : text_width(row->note);
        canvas_put(c, box.x + 2, box.y + 3 + i, STYLE_CURSOR, here ? ">" : " ");
        canvas_fit(c, box.x + 4, box.y + 3 + i, width - 7 - note, here ? STYLE_BOLD : STYLE_NORMAL, row->label);
        canvas_fit(c, box.x + width - 2 - note, box.y + 3 + i, note, STYLE_DIM, row->note);
    }
    if (p->nshown == 0)
        canvas_put(c, box.x + 4, box.y + 3, STYLE_DIM, _("Nothing fits."));
}

static void picker_close(struct overlay *o)
{
    struct picker *p = (struct picker *)o;

    for (size_t i = 0; i < p->nrows; i++) {
        free((char *)(uintptr_t)p->rows[i].key);
        free((char *)(uintptr_t)p->rows[i].label);
        free((char *)(uintptr_t)p->rows[i].note);
    }
    free(p->rows);
    free(p->subset);
    edit_free(&p->edit);
    free(p);
}

static struct picker *make(const char *title, const char *now, picker_done done, void *arg)
{
    struct picker *p = calloc(1, sizeof *p);

    if (p == NULL)
        abort();
    p->overlay = (struct overlay){.event = picker_event, .draw = picker_draw, .close = picker_close, .hints = hints};
    snprintf(p->title, sizeof p->title, "%s", title);
    snprintf(p->now, sizeof p->now, "%s", now == NULL ? "" : now);
    edit_init(&p->edit, "", 40);
    p->done = done;
    p->arg = arg;
    return p;
}

void picker_codes(struct app *app, const char *title, const char *table, const char *subset, const char *now,
                  picker_done done, void *arg)
{
    struct picker *p = make(title, now, done, arg);

    p->table = code_table(table);
    p->subset = subset == NULL ? NULL : strdup(subset);
    search(p);
    overlay_open(app, &p->overlay);
}

static char *copy(const char *s)
{
    char *c = strdup(s == NULL ? "" : s);
    if (c == NULL)
        abort();
    return c;
}

void picker_rows(struct app *app, const char *title, const struct picker_row *rows, size_t n, const char *now,
                 picker_done done, void *arg)
{
    struct picker *p = make(title, now, done, arg);

    p->rows = calloc(n > 0 ? n : 1, sizeof *p->rows);
    if (p->rows == NULL)
        abort();
    for (size_t i = 0; i < n; i++)
        p->rows[i] = (struct picker_row){copy(rows[i].key), copy(rows[i].label), copy(rows[i].note)};
    p->nrows = n;
    search(p);
    overlay_open(app, &p->overlay);
}
