/* queue.h - the queue screen's state, shared by what asks (queue.c) and what draws (queue_draw.c). */
#ifndef QX_TUI_QUEUE_H
#define QX_TUI_QUEUE_H

#include "../app.h"
#include "../held.h"
#include "../widgets/list.h"
#include "../words.h"
#include "screens.h"

struct queue {
    char flow[40], state[40], filter[128], filter_before[128], title[256], error[256];
    char keep[40]; /* the record that the cursor must find again after a refresh */
    bool all, descending, loaded, loading, anew, stale;
    int order;
    uint32_t asked; /* only the newest answer counts */
    char *next;     /* cursor of the next page; NULL: no more */
    struct queue_row *rows;
    long nrows, size, total; /* total -1: not known */
    struct list list;
};

void queue_draw(struct screen *, struct canvas *, struct rect);

#endif
