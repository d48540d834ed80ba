/* screens.h - every screen's ops, and what neighbours may ask of each other. */
#ifndef QX_TUI_SCREENS_H
#define QX_TUI_SCREENS_H

#include "../screen.h"

extern const struct screen_ops login_ops, password_ops, choose_ops, home_ops, queue_ops, audit_ops, help_ops, text_ops,
    inbox_ops;

/* ---- of a queue screen */
#define QUEUE_COLUMNS(X)                                                                                               \
    X(id)                                                                                                              \
    X(name)                                                                                                            \
    X(student_no) X(department) X(flow) X(kind) X(state) X(employer) X(submitted_at) X(number) X(level) X(major)       \
        X(identity_no) X(settled_at) X(settled_by) X(settled_role) X(settled_reason) X(settled_text)
#define X(name) QC_##name,
enum queue_column { QUEUE_COLUMNS(X) QC_COUNT };
#undef X
struct queue_row {
    char *text; /* all values, one after the other, NUL-ended: a row costs what its text costs */
    uint16_t at[QC_COUNT];
    char marks[8]; /* letters of queue_marks[] */
    bool gone;     /* decided: passed over, and shown as such until the list is asked for anew */
};
/* The letters before a row, and what they mean; ended by a NULL mark. */
extern const struct queue_mark {
    const char *mark; /* the server's */
    char letter;
    const char *meaning; /* msgid */
} queue_marks[];
const char *queue_text(const struct queue_row *, enum queue_column);
/* The queue under the screen that stands above it; NULL: none. */
struct screen *queue_below(struct screen *above);
/* The id `step` (1, -1) rows after the record, decided ones passed over; NULL: none (the next page is asked for). */
const char *queue_neighbour(struct screen *queue, const char *id, int step);
/* The record was decided (or is back): marks its row and moves the cursor. */
void queue_mark(struct screen *queue, const char *id, bool gone);
void queue_show(struct screen *queue, const char *id);
/* "3 of 212" for titles. */
bool queue_place(struct screen *queue, const char *id, long *place, long *total);

/* Show a text in the text screen, with a title. */
void text_show(struct app *, const char *title, const char *text);

#endif
