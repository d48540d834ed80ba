/* audit.h - the audit screen's state: audit.c decides and moves, audit_reason.c asks for reasons, audit_why.c says what
 * may not be done, audit_doc.c turns a record into lines, audit_draw.c draws them. */
#ifndef QX_TUI_AUDIT_H
#define QX_TUI_AUDIT_H

#include "../act.h"
#include "../app.h"
#include "../held.h"
#include "../words.h"
#include "screens.h"

enum line_kind {
    LINE_HEADING, /* label */
    LINE_PAIR,    /* label, left: the record, right: the ledger; differs */
    LINE_VALUE,   /* label, left over the whole width */
    LINE_TEXT,    /* left over the whole width */
    LINE_BLANK,
};

struct doc_line {
    enum line_kind kind;
    char *label, *left, *right; /* owned; NULL: none */
    bool differs;               /* right is not left */
    bool changed;               /* changed since the return (X1.10) */
    enum style style;
    int pane; /* 0 the form and the ledger; 1 person, evidence, history: beside it where there is room */
};

struct doc {
    struct doc_line *lines;
    int n, size;
};

struct audit {
    char id[40];
    struct held record, history, next, revealed;
    char next_id[40];
    struct doc doc;
    int scroll, height, total;
    bool unfolded, drawn, loading;
    int64_t drawn_version;
    char error[256], title[160];
    bool asking_next; /* the reason dialog's decision goes on to the next record */
};

void doc_build(struct audit *);
void doc_free(struct doc *);
void audit_draw(struct screen *, struct canvas *, struct rect);

/* Is the action offered? What only waits for a reason and a tick is: the dialog asks for them. */
bool audit_may(const struct audit *, const char *action);
/* Tells why an action is not offered; NULL: all that are not (X1.9). */
void audit_why(struct screen *, const char *action);

/* The action on what was drawn last. */
struct deed audit_deed(const struct audit *, enum qx_action);
/* Sends it; go_on: the next record is shown at once. */
void audit_send(struct screen *, const struct deed *, const struct reason *, bool go_on);
/* Asks for the action's reason, then sends it for the version that is on the screen now. */
void audit_reason(struct screen *, enum qx_action, bool go_on);
/* The form of a change of the destination, or of a modification, for what is on the screen now (change.c). */
void audit_change(struct screen *, enum qx_action);
/* A reason was being typed when the connection or the session ended, or the record changed under it: the dialog is
 * there again, for the version it was opened on, and says when that isn't the newest. */
void audit_reason_again(struct screen *);

#endif
