/*
 * dialog.h - a question in a box over the screen. Danger scales: confirm() for what can be taken back is not used at
 * all; a dangerous act asks for a typed word, a return or rejection for its reason.
 */
#ifndef QX_TUI_DIALOG_H
#define QX_TUI_DIALOG_H

#include "overlay.h"

typedef void (*dialog_done)(struct app *, bool yes, void *arg);
/* Choices are y and n (Esc); the default (Enter) is no. Other keys do nothing; a long text scrolls. */
void dialog_ask(struct app *, const char *title, const char *text, dialog_done done, void *arg);
/* Goes on only when `word` was typed letter by letter (a paste isn't taken). The word is one that any keyboard can
 * type, the same in every language: it is never translated. */
void dialog_word(struct app *, const char *title, const char *text, const char *word, dialog_done done, void *arg);
/* Nothing but a text; Enter, Esc and q close it. */
void dialog_tell(struct app *, const char *title, const char *text);

/*
 * A reason (S2.1.8): picked from a code table by its number key or search, and the concrete problem in words; both
 * required. With `agreed` (a label) also that tick. NULL reason_code in the answer: cancelled; the text typed is kept
 * in *keep.
 */
struct reason {
    const char *code, *text;
    bool agreed;
};
typedef void (*reason_done)(struct app *, const struct reason *, void *arg); /* NULL: cancelled */
void dialog_reason(struct app *, const char *title, const char *codes, const char *agreed, reason_done done, void *arg);

#endif
