/*
 * picker.h - choose one row of many by typing: Chinese, pinyin initials, or the code itself. Code tables, or any list.
 */
#ifndef QX_TUI_PICKER_H
#define QX_TUI_PICKER_H

#include "overlay.h"

/* `done` gets the chosen code/key; NULL: cancelled. */
typedef void (*picker_done)(struct app *, const char *key, void *arg);
/* subset: allowed codes, ' '-separated; NULL all current ones. now: the value held, may be NULL. */
void picker_codes(struct app *, const char *title, const char *table, const char *subset, const char *now,
                  picker_done done, void *arg);

struct picker_row {
    const char *key, *label, *note; /* note: dim, at the right; may be NULL */
};
/* The rows and their texts are copied. */
void picker_rows(struct app *, const char *title, const struct picker_row *rows, size_t n, const char *now,
                 picker_done done, void *arg);

#endif
