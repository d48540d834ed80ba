/*
 * prompt.h - one line of text on the status line's row: command line, filter, a typed confirmation, a password.
 */
#ifndef QX_TUI_PROMPT_H
#define QX_TUI_PROMPT_H

#include "edit.h"
#include "overlay.h"

enum { PROMPT_SECRET = 1 };

/* `done` gets the text, or NULL when cancelled; the prompt is already closed. `change` (may be NULL) gets every change.
 */
typedef void (*prompt_done)(struct app *, const char *text, void *arg);
void prompt_open(struct app *, const char *label, const char *initial, unsigned flags, prompt_done done,
                 prompt_done change, void *arg);
/* TAB completes out of this list (ended by NULL; not copied). */
void prompt_complete(struct app *, const char *const *words);

#endif
