/* paged.c - lists that are fetched page by page (paged.h). */
#include "paged.h"

#include "../app.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 100 };

static void fetch(struct screen *s, const char *cursor);

static void forget(struct paged *p)
{
    if (p->zone)
        msgpack_zone_free(p->zone);
    free(p->rows);
    free(p->next);
    p->zone = NULL;
    p->rows = NULL;
    p->next = NULL;
    p->nrows = p->size = 0;
}

static void keep_row(struct paged *p, const msgpack_object *row)
{
    if (p->nrows == p->size) {
        p->size = p->size ? 2 * p->size : PAGE;
        p->rows = realloc(p->rows, p->size * sizeof *p->rows);
        if (!p->rows)
            abort();
    }
    if (!p->zone && !(p->zone = msgpack_zone_new(16384)))
        abort();
    if (!object_copy(&p->rows[p->nrows++], row, p->zone))
        abort();
}

static void arrived(struct screen *s, const msgpack_object *result, const char *error, uint32_t first)
{
    struct paged *p = s->state;
    uint32_t n = 0;
    p->asked = false;
    snprintf(p->error, sizeof p->error, "%s", error ? error : "");
    if (!result)
        return;
    if (first)
        forget(p);
    p->arrived_once = true;
    const msgpack_object *rows = array_of(result, "rows", &n);
    for (uint32_t i = 0; i < n; i++)
        keep_row(p, &rows[i]);
    free(p->next);
    p->next = n > 0 ? map_str_copy(result, "next") : NULL;
    p->list.total = p->next ? -1 : (long)p->nrows;
    list_loaded(&p->list, (long)p->nrows, p->next != NULL);
    if (p->arrived)
        p->arrived(s, result);
    if (list_wants(&p->list))
        fetch(s, p->next);
    s->app->hurry = true;
    app_dirty(s->app);
}

static void fetch(struct screen *s, const char *cursor)
{
    struct paged *p = s->state;
    struct pack params;
    if (p->asked)
        return;
    p->asked = true;
    pack_init(&params);
    const size_t mark = pack_map_open(&params);
    uint32_t n = p->params ? p->params(s, &params) : 0;
    pack_kint(&params, "limit", PAGE);
    n++;
    if (cursor) {
        pack_kstr(&params, "cursor", cursor);
        n++;
    }
    pack_map_close(&params, mark, n);
    screen_request(s, p->method, &params, arrived, cursor == NULL);
    pack_free(&params);
}

void paged_open(struct screen *s)
{
    struct paged *p = s->state;
    p->screen = s;
    list_reset(&p->list);
    fetch(s, NULL);
}

void paged_reload(struct screen *s)
{
    fetch(s, NULL);
}

void paged_close(struct screen *s)
{
    forget(s->state);
}

const msgpack_object *paged_row(const struct paged *p)
{
    return p->list.cursor >= 0 && (size_t)p->list.cursor < p->nrows ? &p->rows[p->list.cursor] : NULL;
}

bool paged_run(struct screen *s, const char *verb)
{
    struct paged *p = s->state;
    if (strcmp(verb, "refresh") == 0) {
        paged_reload(s);
        return true;
    }
    if (!list_move(&p->list, verb))
        return false;
    if (p->next && list_wants(&p->list))
        fetch(s, p->next);
    return true;
}

bool paged_event(struct screen *s, const struct event *event)
{
    if (event->kind != EV_CONNECTED && event->kind != EV_FOCUS)
        return false;
    paged_reload(s);
    return true;
}

/* ------------------------------------------------------------------ drawing */

static int width_of(const struct paged *p, const struct paged_column *c, int total)
{
    int fixed = 0;
    for (const struct paged_column *o = p->columns; o->key; o++)
        fixed += o->width + 2;
    if (c->width)
        return c->width;
    return total - fixed > 8 ? total - fixed : 8;
}

static void draw_row(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    const struct paged *p = owner;
    char buf[512];
    int x = r.x;
    (void)is_cursor;
    for (const struct paged_column *o = p->columns; o->key && x < r.x + r.width; o++) {
        const msgpack_object *value = *o->key ? map_get(&p->rows[index], o->key) : &p->rows[index];
        const int width = width_of(p, o, r.width), room = r.x + r.width - x;
        buf[0] = '\0';
        canvas_fit(c, x, r.y, width < room ? width : room, STYLE_NORMAL,
                   value ? (o->show ? o->show : show_plain)(value, buf, sizeof buf) : "");
        x += width + 2;
    }
}

void paged_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct paged *p = s->state;
    int x = r.x + 2;
    for (const struct paged_column *o = p->columns; o->key && x < r.x + r.width; o++) {
        const int width = width_of(p, o, r.width - 2), room = r.x + r.width - x;
        canvas_fit(c, x, r.y, width < room ? width : room, STYLE_HEADING, _(o->title));
        x += width + 2;
    }
    if (*p->error)
        canvas_wrap(c, (struct rect){r.x + 2, r.y + 2, r.width - 4, r.height - 2}, STYLE_BAD, p->error, 0);
    else if (p->nrows == 0)
        canvas_put(c, r.x + 2, r.y + 2, STYLE_DIM, p->arrived_once ? _(p->empty) : _("loading …"));
    else
        list_draw(&p->list, c, (struct rect){r.x, r.y + 1, r.width, r.height - 1}, draw_row, p);
}
