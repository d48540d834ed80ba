/*
 * paged.h - a screen that is one list out of a `…list` method: pages fetched ahead, columns as for the command line. It
 * is the first member of such a screen's state.
 */
#ifndef QX_TUI_PAGED_H
#define QX_TUI_PAGED_H

#include "../commands/cli.h"
#include "../widgets/list.h"
#include "screens.h"

struct paged_column {
    const char *key, *title; /* title: msgid; key "": the whole row */
    value_show show;         /* NULL: as it is */
    int width;               /* columns; 0: what is left, once */
};

struct paged {
    struct screen *screen;
    struct list list;
    const char *method;
    const struct paged_column *columns; /* ended by a NULL key */
    /* The request's members but limit and cursor into an open map; answers how many. May be NULL. */
    uint32_t (*params)(struct screen *, struct pack *);
    void (*arrived)(struct screen *, const msgpack_object *result); /* a page's other members; may be NULL */
    const char *empty;                                              /* msgid: what to say when there is no row */
    msgpack_zone *zone;
    msgpack_object *rows;
    size_t nrows, size;
    char *next, error[512];
    bool asked, arrived_once;
};

/* After the caller has filled method, columns, params, empty. */
void paged_open(struct screen *);
void paged_reload(struct screen *); /* from the first page; the cursor stays where it can */
void paged_close(struct screen *);
const msgpack_object *paged_row(const struct paged *); /* under the cursor; NULL: none */
bool paged_run(struct screen *, const char *verb);     /* moves and refresh; true: taken */
bool paged_event(struct screen *, const struct event *);
void paged_draw(struct screen *, struct canvas *, struct rect);

#endif
