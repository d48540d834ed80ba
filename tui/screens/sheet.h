/*
 * sheet.h - a screen of a few named values, each changed by a picker or a prompt, kept together by one command. It is
 * the first member of such a screen's state (settings, one account).
 */
#ifndef QX_TUI_SHEET_H
#define QX_TUI_SHEET_H

#include "../widgets/list.h"
#include "../widgets/picker.h"
#include "screens.h"

enum { SHEET_ROWS = 32 };

enum sheet_kind { SHEET_TEXT, SHEET_SECRET, SHEET_CHOICE, SHEET_SHOWN };

struct sheet_row {
    const char *key, *label,
        *note; /* label, note: msgids; note: one line below, when the cursor is on it; may be NULL */
    enum sheet_kind kind;
    const struct picker_row *choices; /* SHEET_CHOICE: labels are msgids; ended by a NULL key */
};

struct sheet {
    struct screen *screen;
    const struct sheet_row *rows; /* ended by a NULL key */
    char *values[SHEET_ROWS], *before[SHEET_ROWS];
    struct list list;
    bool locked;                      /* shown, not changed: no right */
    void (*changed)(struct screen *); /* after each change; may be NULL */
};

void sheet_open(struct screen *, const struct sheet_row *rows);
void sheet_close(struct screen *);
/* As the server has it: both the value and what it was before. */
void sheet_take(struct sheet *, const char *key, const char *value);
void sheet_set(struct sheet *, const char *key, const char *value); /* typed: only the value */
const char *sheet_get(const struct sheet *, const char *key);       /* "" when empty */
bool sheet_changed(const struct sheet *, const char *key);
bool sheet_dirty(const struct sheet *);
bool sheet_run(struct screen *, const char *verb); /* moves; "open" edits the row under the cursor */
void sheet_draw(struct screen *, struct canvas *, struct rect);
int sheet_height(const struct sheet *);
void sheet_save(struct screen *, struct pack *); /* parked: what was typed and not yet kept */
void sheet_load(struct screen *, const msgpack_object *map);

#endif
