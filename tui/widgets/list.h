/*
 * list.h - a list of which only windows are ever loaded. The widget keeps the cursor, the window and what it must be
 * given; its owner fetches and draws a row.
 *
 * The cursor is a marker in the first two columns, nothing else of the row changes: moving it costs few bytes. A move
 * beyond what is loaded waits (list_wants()) and the old rows stay on the screen until the new ones are there.
 */
#ifndef QX_TUI_LIST_H
#define QX_TUI_LIST_H

#include "../canvas.h"

struct list {
    long loaded; /* rows that the owner has, from the first on */
    bool more;   /* there are rows after them */
    long total;  /* exact number of rows; -1 unknown */
    long cursor, top;
    long wanted;                  /* where the cursor is to go once it is loaded; -1: nowhere */
    int height;                   /* rows shown at the last drawing */
    long drawn_top, drawn_cursor; /* what stands on the screen; stays while a move waits */
};

void list_reset(struct list *);                          /* empty, unknown */
void list_loaded(struct list *, long loaded, bool more); /* after a page arrived: a waiting move goes on */
bool list_wants(const struct list *); /* the owner should fetch the next page: half a window ahead, or a move waits */
/* "down", "up", "page-down", "page-up", "first", "last", "half-down", "half-up"; false: not a move. */
bool list_move(struct list *, const char *verb);
void list_to(struct list *, long row);

/* Draws rows by calling `row` for each visible one with its rectangle (after the marker). */
typedef void (*list_row)(void *owner, struct canvas *, long index, struct rect, bool is_cursor);
void list_draw(struct list *, struct canvas *, struct rect, list_row row, void *owner);

#endif
