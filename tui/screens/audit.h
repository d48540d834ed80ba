/* audit.h - the audit screen's state: audit.c decides and moves, audit_doc.c turns a record into lines, audit_draw.c
 * draws them. */
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
    int64_t drawn_version, asking_version;
    char error[256], title[160];
    enum qx_action asking; /* the reason dialog's action */
    bool asking_next;
};

void doc_build(struct audit *);
void doc_free(struct doc *);
void audit_draw(struct screen *, struct canvas *, struct rect);

#endif
