/* inbox.c - messages (S2.11.1), newest first; opening one marks it as read. */
#include "screens.h"

#include "../app.h"
#include "../held.h"
#include "../widgets/list.h"
#include "../words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES_MAX 64

struct inbox {
    struct held pages[PAGES_MAX]; /* as they came */
    int npages;
    long nrows;
    char *next, error[256];
    bool loading, loaded;
    struct list list;
};

static const msgpack_object *row_at(const struct inbox *b, long index)
{
    for (int i = 0; i < b->npages; i++) {
        const msgpack_object *rows = map_get(&b->pages[i].map, "rows");
        long n = rows == NULL || rows->type != MSGPACK_OBJECT_ARRAY ? 0 : (long)rows->via.array.size;
        if (index < n)
            return &rows->via.array.ptr[index];
        index -= n;
    }
    return NULL;
}

static void drop(struct inbox *b)
{
    for (int i = 0; i < b->npages; i++)
        held_free(&b->pages[i]);
    free(b->next);
    b->next = NULL;
    b->npages = 0;
    b->nrows = 0;
}

static void arrived(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag);

static void ask(struct screen *s, bool anew)
{
    struct inbox *b = s->state;
    struct pack p;

    if (b->loading)
        return;
    b->loading = true;
    bool more = !anew && b->next != NULL;
    pack_init(&p);
    pack_map(&p, more ? 2 : 1);
    pack_kint(&p, "limit", 50);
    if (more)
        pack_kstr(&p, "cursor", b->next);
    screen_request(s, "inbox.list", &p, arrived, anew);
    pack_free(&p);
}

static void arrived(struct screen *s, const msgpack_object *result, const char *error, uint32_t anew)
{
    struct inbox *b = s->state;

    b->loading = false;
    snprintf(b->error, sizeof b->error, "%s", error == NULL ? "" : error);
    if (result == NULL)
        return;
    if (anew)
        drop(b);
    free(b->next);
    b->next = map_str_copy(result, "next");
    const msgpack_object *rows = map_get(result, "rows");
    if (b->npages < PAGES_MAX && rows != NULL && rows->type == MSGPACK_OBJECT_ARRAY) {
        held_take(&b->pages[b->npages++], result);
        b->nrows += (long)rows->via.array.size;
    }
    b->loaded = true;
    list_loaded(&b->list, b->nrows, b->next != NULL && b->npages < PAGES_MAX);
    s->app->hurry = true;
}

static bool inbox_open(struct screen *s, const char *arg)
{
    struct inbox *b = s->state;

    (void)arg;
    list_reset(&b->list);
    ask(s, true);
    return true;
}

static void inbox_close(struct screen *s)
{
    drop(s->state);
}

static const char *words_of(const msgpack_object *row, char *buf, size_t len)
{
    char kind[40];
    const msgpack_object *params = map_get(row, "params");
    static const msgpack_object none = {.type = MSGPACK_OBJECT_MAP};

    return word_message(held_text(row, "kind", kind, sizeof kind),
                        params != NULL && params->type == MSGPACK_OBJECT_MAP ? params : &none, buf, len);
}

static void read_one(struct screen *s, const char *id)
{
    struct pack p;

    pack_init(&p);
    pack_map(&p, id == NULL ? 0 : 1);
    if (id != NULL)
        pack_kstr(&p, "id", id);
    screen_request(s, "inbox.read", &p, NULL, 0);
    pack_free(&p);
}

static void open_one(struct screen *s)
{
    struct inbox *b = s->state;
    const msgpack_object *row = row_at(b, b->list.cursor);
    char at[40], when[40], text[2048], id[40], record[40], whole[2400];

    if (row == NULL)
        return;
    read_one(s, held_text(row, "id", id, sizeof id));
    snprintf(whole, sizeof whole, "%s\n\n%s\n\n%s %s",
             word_time(held_text(row, "at", at, sizeof at), true, when, sizeof when), words_of(row, text, sizeof text),
             _("Record"), held_text(row, "record", record, sizeof record));
    text_show(s->app, _("Message"), whole);
}

static enum run_result inbox_run(struct screen *s, int argc, char **argv)
{
    struct inbox *b = s->state;

    (void)argc;
    if (list_move(&b->list, argv[0])) {
        if (list_wants(&b->list))
            ask(s, false);
        return RUN_DONE;
    }
    if (strcmp(argv[0], "open") == 0)
        open_one(s);
    else if (strcmp(argv[0], "read-all") == 0) {
        read_one(s, NULL);
        ask(s, true);
    } else
        return RUN_UNKNOWN;
    return RUN_DONE;
}

static bool inbox_event(struct screen *s, const struct event *event)
{
    if (event->kind != EV_CONNECTED && event->kind != EV_FOCUS && event->kind != EV_NOTIFY)
        return false;
    ask(s, true);
    return true;
}

static void inbox_row(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    struct inbox *b = ((struct screen *)owner)->state;
    const msgpack_object *row = row_at(b, index);
    char at[40], when[40], text[2048];
    bool read = false;

    (void)is_cursor;
    if (row == NULL)
        return;
    map_bool(row, "read", &read);
    canvas_put(c, r.x, r.y, STYLE_CHANGED, read ? " " : "*");
    canvas_fit(c, r.x + 2, r.y, 12, STYLE_DIM,
               word_time(held_text(row, "at", at, sizeof at), false, when, sizeof when));
    words_of(row, text, sizeof text);
    canvas_fit(c, r.x + 15, r.y, r.width - 15, read ? STYLE_NORMAL : STYLE_BOLD, text);
}

static void inbox_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct inbox *b = s->state;

    if (b->error[0] != '\0')
        canvas_fit(c, r.x + 2, r.y + 1, r.width - 4, STYLE_BAD, b->error);
    else if (b->nrows == 0)
        canvas_put(c, r.x + 2, r.y + 1, STYLE_DIM, b->loaded ? _("No messages.") : _("loading …"));
    list_draw(&b->list, c, (struct rect){r.x, r.y + 1, r.width, r.height - 1}, inbox_row, s);
}

static const char *inbox_title(struct screen *s)
{
    (void)s;
    return _("Messages");
}

const struct screen_ops inbox_ops = {
    .name = "inbox",
    .state_size = sizeof(struct inbox),
    .open = inbox_open,
    .close = inbox_close,
    .event = inbox_event,
    .run = inbox_run,
    .draw = inbox_draw,
    .title = inbox_title,
};
