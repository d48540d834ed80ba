/*
 * act.h - a decision on its way: sent once, answered whenever. The screen that sent it has long gone on (approve and
 * next); the outcome is told in the status line, a refusal brings the screen back to the record.
 */
#ifndef QX_TUI_ACT_H
#define QX_TUI_ACT_H

#include "app.h"
#include "widgets/dialog.h"

struct deed {
    char id[40], name[64];
    int64_t version;
    enum qx_action action;
};

/* reason: NULL where none is needed. The screen with that generation gets EV_OUTCOME, if it is still open. */
void deed_do(struct app *, const struct deed *, const struct reason *, uint32_t generation);
/* The same with what a change of the destination or a modification brings; kind may be NULL. */
void deed_bring(struct app *, const struct deed *, const struct reason *, const char *kind, const struct pack *content,
                uint32_t generation);
/* The last decision back (X1.6). */
void deed_undo(struct app *);
/* Seconds left in which `u` works; 0: nothing to undo. */
int deed_undo_seconds(const struct app *);

#endif
