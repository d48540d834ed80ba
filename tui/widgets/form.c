/* form.c - a form being filled in: one line per field, sections, errors beside the field as soon as it was left. */
#include "form.h"

#include "../../shared/domain/codes.h"
#include "../../shared/text/text.h"
#include "../app.h"
#include "../words.h"
#include "picker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL 24

const char *form_label(const struct form_field *field)
{
    return tr_zh() ? field->label_zh : field->label_en;
}

const char *form_title(const struct form *form)
{
    return tr_zh() ? form->title_zh : form->title_en;
}

const char *form_value(const struct form_field *field, const char *value, char *buf, size_t len)
{
    const struct code_table *table =
        field->type == FIELD_CODE && field->codes != NULL ? code_table(field->codes) : NULL;

    if (field->type == FIELD_REGION && region_path(value, buf, len))
        return buf;
    if (field->type == FIELD_MONEY && value[0] != '\0')
        snprintf(buf, len, _("%s yuan"), value);
    else
        snprintf(buf, len, "%s", table == NULL || value[0] == '\0' ? value : code_label(table, value, tr_zh()));
    return buf;
}

struct form_entry *form_entry_new(struct app *app, const struct form *form)
{
    struct form_entry *e = calloc(1, sizeof *e);

    if (e == NULL)
        abort();
    e->app = app;
    e->form = form;
    e->values = calloc(form->nfields, sizeof *e->values);
    e->touched = calloc(form->nfields, sizeof *e->touched);
    e->told = calloc(form->nfields, sizeof *e->told);
    if (e->values == NULL || e->touched == NULL || e->told == NULL)
        abort();
    for (size_t i = 0; i < form->nfields; i++) {
        edit_init(&e->values[i], "",
                  form->fields[i].max > 0 && form->fields[i].type <= FIELD_LONG_TEXT ? (size_t)form->fields[i].max + 50
                                                                                     : 300);
        e->values[i].lines = form->fields[i].type == FIELD_LONG_TEXT;
    }
    return e;
}

void form_entry_free(struct form_entry *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; i < e->form->nfields; i++)
        edit_free(&e->values[i]);
    free(e->values);
    free(e->touched);
    free(e->told);
    free(e);
}

static size_t index_of(const struct form_entry *e, const char *name)
{
    for (size_t i = 0; i < e->form->nfields; i++)
        if (strcmp(e->form->fields[i].name, name) == 0)
            return i;
    return e->form->nfields;
}

void form_entry_set(struct form_entry *e, const char *name, const char *value)
{
    size_t i = index_of(e, name);
    if (i < e->form->nfields)
        edit_set(&e->values[i], value);
}

const char *form_entry_get(const struct form_entry *e, const char *name)
{
    size_t i = index_of(e, name);
    return i == e->form->nfields || e->values[i].len == 0 ? NULL : e->values[i].text;
}

void form_entry_load(struct form_entry *e, const msgpack_object *map)
{
    for (size_t i = 0; i < e->form->nfields; i++) {
        char *value = map_str_copy(map, e->form->fields[i].name);
        if (value != NULL)
            edit_set(&e->values[i], value);
        free(value);
    }
    e->dirty = false;
}

void form_entry_pack(const struct form_entry *e, struct pack *p)
{
    size_t n = 0;

    for (size_t i = 0; i < e->form->nfields; i++)
        n += e->values[i].len > 0;
    pack_map(p, n);
    for (size_t i = 0; i < e->form->nfields; i++)
        if (e->values[i].len > 0)
            pack_kstr(p, e->form->fields[i].name, e->values[i].text);
}

/* ------------------------------------------------------------------ checking */

static const char *get_value(void *arg, const char *name)
{
    return form_entry_get(arg, name);
}

size_t form_entry_check(struct form_entry *e)
{
    struct form_problem problems[64];
    size_t n = form_check(e->form, get_value, e, problems, 64);

    memset(e->told, 0, e->form->nfields * sizeof *e->told);
    for (size_t i = 0; i < e->form->nfields; i++)
        e->touched[i] = true;
    for (size_t i = 0; i < n && i < 64; i++)
        if (problems[i].field != NULL)
            e->told[problems[i].field - e->form->fields] = problems[i].error;
    if (n > 0 && problems[0].field != NULL)
        e->focus = (size_t)(problems[0].field - e->form->fields);
    app_dirty(e->app);
    return n;
}

static enum field_error error_named(const char *code)
{
    for (int i = 0; i < FE_COUNT; i++)
        if (strcmp(field_error_code((enum field_error)i), code) == 0)
            return (enum field_error)i;
    return FE_OK;
}

void form_entry_problems(struct form_entry *e, const msgpack_object *fields)
{
    bool first = true;

    for (uint32_t i = 0; fields != NULL && fields->type == MSGPACK_OBJECT_ARRAY && i < fields->via.array.size; i++) {
        char *name = map_str_copy(&fields->via.array.ptr[i], "field"),
             *error = map_str_copy(&fields->via.array.ptr[i], "error");
        size_t at = name == NULL ? e->form->nfields : index_of(e, name);
        if (at < e->form->nfields && error != NULL) {
            e->told[at] = error_named(error);
            e->touched[at] = true;
            e->focus = first ? at : e->focus;
            first = false;
        }
        free(name);
        free(error);
    }
    app_dirty(e->app);
}

/* What is wrong with a field now: its own check, or what the whole form's or the server's check told and wasn't changed
 * since. */
static enum field_error error_of(const struct form_entry *e, size_t i)
{
    enum field_error error = field_check(&e->form->fields[i], e->values[i].text);

    if (error == FE_OK || (error == FE_REQUIRED && !e->touched[i]))
        error = e->told[i];
    if (i == e->focus && (error == FE_TOO_SHORT || error == FE_REQUIRED) && e->told[i] == FE_OK)
        return FE_OK; /* still being typed */
    return e->touched[i] || e->values[i].len > 0 ? error : FE_OK;
}

/* ------------------------------------------------------------------ keys */

static void changed(struct form_entry *e)
{
    e->dirty = true;
    e->told[e->focus] = FE_OK;
    app_dirty(e->app);
    if (e->changed != NULL)
        e->changed(e, e->arg);
}

static void focus_to(struct form_entry *e, size_t at)
{
    e->touched[e->focus] = true;
    e->focus = at;
    app_dirty(e->app);
}

static void picked(struct app *app, const char *key, void *arg)
{
    struct form_entry *e = arg;

    (void)app;
    if (key == NULL)
        return;
    edit_set(&e->values[e->focus], key);
    changed(e);
    if (e->focus + 1 < e->form->nfields)
        focus_to(e, e->focus + 1);
}

static bool picks(const struct form_field *field)
{
    return field->type == FIELD_CODE || field->type == FIELD_REGION;
}

static void pick(struct form_entry *e)
{
    const struct form_field *field = &e->form->fields[e->focus];
    picker_codes(e->app, form_label(field), field->type == FIELD_REGION ? "region" : field->codes, field->subset,
                 e->values[e->focus].text, picked, e);
}

static bool move_focus(struct form_entry *e, uint32_t key)
{
    size_t last = e->form->nfields - 1;
    bool lines = e->values[e->focus].lines;

    if (key == K_TAB || (key == K_DOWN && !lines))
        focus_to(e, e->focus < last ? e->focus + 1 : 0);
    else if (key == K_BACKTAB || (key == K_UP && !lines))
        focus_to(e, e->focus > 0 ? e->focus - 1 : last);
    else if (key == K_PGDN)
        focus_to(e, e->focus + 8 < last ? e->focus + 8 : last);
    else if (key == K_PGUP)
        focus_to(e, e->focus > 8 ? e->focus - 8 : 0);
    else if (key == K_ENTER && !lines && e->focus < last)
        focus_to(e, e->focus + 1);
    else
        return false;
    return true;
}

static bool key_picks(struct form_entry *e, uint32_t key)
{
    if (key == K_ENTER || key == ' ' || (key > ' ' && key < K_BACKSPACE)) {
        pick(e);
        if (key > ' ' && e->app->overlay != NULL) /* the letter begins the search */
            e->app->overlay->event(e->app->overlay, &(struct event){.kind = EV_KEY, .key = key});
        return true;
    }
    if (key == K_BACKSPACE || key == K_DELETE) {
        edit_set(&e->values[e->focus], "");
        changed(e);
        return true;
    }
    return false;
}

bool form_entry_event(struct form_entry *e, const struct event *event)
{
    struct edit *edit = &e->values[e->focus];
    bool code = picks(&e->form->fields[e->focus]);

    if (event->kind == EV_PASTE && !code) {
        edit_insert(edit, event->text);
        changed(e);
        return true;
    }
    if (event->kind != EV_KEY)
        return false;
    if (code && key_picks(e, event->key))
        return true;
    if (move_focus(e, event->key))
        return true;
    if (code || !edit_key(edit, event->key))
        return false;
    changed(e);
    return true;
}

/* ------------------------------------------------------------------ drawing */

static bool new_section(const struct form *form, size_t i)
{
    const char *now = form->fields[i].section_en;
    return now != NULL &&
           (i == 0 || form->fields[i - 1].section_en == NULL || strcmp(form->fields[i - 1].section_en, now) != 0);
}

static int field_rows(const struct form_entry *e, size_t i)
{
    return (e->values[i].lines ? 3 : 1) + (new_section(e->form, i) ? (i == 0 ? 1 : 2) : 0);
}

static void draw_value(struct form_entry *e, struct canvas *c, struct rect r, size_t i)
{
    const struct form_field *field = &e->form->fields[i];
    bool here = i == e->focus && e->app->overlay == NULL;
    char shown[512];

    if (!picks(field)) {
        edit_draw(&e->values[i], c, r, here ? STYLE_FIELD_NOW : STYLE_FIELD, here);
        return;
    }
    form_value(field, e->values[i].text, shown, sizeof shown);
    if (shown[0] == '\0' && here)
        snprintf(shown, sizeof shown, "%s", _("type to search"));
    canvas_fit(c, r.x, r.y, r.width, here ? STYLE_FIELD_NOW : STYLE_FIELD, shown);
    if (here)
        canvas_cursor(c, r.x, r.y);
}

static void draw_field(struct form_entry *e, struct canvas *c, struct rect r, size_t i)
{
    const struct form_field *field = &e->form->fields[i];
    enum field_error error = error_of(e, i);
    int width = r.width - LABEL - 3, note = 0, y = r.y;

    if (new_section(e->form, i)) {
        y += i == 0 ? 0 : 1;
        canvas_put(c, r.x, y++, STYLE_HEADING, tr_zh() ? field->section_zh : field->section_en);
    }
    canvas_put(c, r.x, y, STYLE_WARN, field->required ? "*" : field->any_of != NULL ? "+" : " ");
    canvas_fit(c, r.x + 2, y, LABEL - 2, i == e->focus ? STYLE_BOLD : STYLE_NORMAL, form_label(field));
    if (error != FE_OK) {
        const char *words = word_field_error(field_error_code(error));
        note = text_width(words) + 3;
        note = note > width / 2 ? width / 2 : note;
        canvas_fit(c, r.x + r.width - note + 1, y, note - 1, STYLE_BAD, words);
    }
    if (note == 0 && e->values[i].lines == false)
        width = width > 50 ? 50 : width;
    else
        width = width - note > 50 ? 50 : width - note;
    draw_value(e, c, (struct rect){r.x + LABEL + 1, y, width, e->values[i].lines ? 3 : 1}, i);
}

void form_entry_draw(struct form_entry *e, struct canvas *c, struct rect r)
{
    struct rect saved = c->clip;
    int at = 0, total = 0;

    for (size_t i = 0; i < e->form->nfields; i++) {
        if (i == e->focus)
            at = total;
        total += field_rows(e, i);
    }
    if (at < e->scroll)
        e->scroll = at;
    if (at + field_rows(e, e->focus) > e->scroll + r.height)
        e->scroll = at + field_rows(e, e->focus) - r.height;
    c->clip = r;
    int y = r.y - e->scroll;
    for (size_t i = 0; i < e->form->nfields; i++) {
        int rows = field_rows(e, i);
        if (y + rows > r.y && y < r.y + r.height)
            draw_field(e, c, (struct rect){r.x, y, r.width, rows}, i);
        y += rows;
    }
    c->clip = saved;
}
