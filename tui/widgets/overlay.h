/*
 * overlay.h - what lies over the top screen and gets the keys first: prompt, dialog, picker, menu. One at a time;
 * opening another closes the first (as if cancelled).
 */
#ifndef QX_TUI_OVERLAY_H
#define QX_TUI_OVERLAY_H

#include "../screen.h"

struct overlay {
    struct app *app;
    bool (*event)(struct overlay *, const struct event *); /* true: taken (an overlay takes every key) */
    void (*draw)(struct overlay *, struct canvas *);
    void (*close)(struct overlay *); /* frees it; calls no callback */
    const struct binding *hints;     /* rows for the hint line; NULL: none */
};

void overlay_open(struct app *, struct overlay *); /* takes it over */
void overlay_close(struct app *);                  /* harmless when there is none */

#endif
