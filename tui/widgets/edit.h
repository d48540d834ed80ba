/*
 * edit.h - a text being typed: insert, delete, move by character; never by half a character. Used by prompts, form
 * fields and dialogs. Newlines only where allowed.
 */
#ifndef QX_TUI_EDIT_H
#define QX_TUI_EDIT_H

#include "../canvas.h"

struct edit {
    char *text;               /* never NULL after edit_init() */
    size_t len, size, cursor; /* bytes */
    size_t max;               /* characters; 0 = 500 */
    bool lines;               /* newlines allowed */
    bool secret;              /* drawn as • */
    int scroll;               /* first column or line shown */
};

void edit_init(struct edit *, const char *text, size_t max);
void edit_free(struct edit *);
void edit_set(struct edit *, const char *text);
bool edit_key(struct edit *, uint32_t key);        /* true: taken */
void edit_insert(struct edit *, const char *text); /* a paste: control characters dropped, newlines as allowed */
/* Draws into the rectangle; puts the canvas's cursor there when focused. */
void edit_draw(struct edit *, struct canvas *, struct rect, enum style, bool focused);

#endif
