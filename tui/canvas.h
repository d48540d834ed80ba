/*
 * canvas.h - a frame as cells, composed off-screen. The one place that knows about wide glyphs.
 *
 * Holds: no glyph is ever cut. A wide glyph whose half is overwritten is blanked whole; one that would stand half
 * outside is a space instead. What has no width (control characters, unassigned code points) is drawn 〓.
 */
#ifndef QX_TUI_CANVAS_H
#define QX_TUI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a text means; the theme says how that looks, in colour and without. State is never said by the style alone. */
#define TUI_STYLES(X)                                                                                                  \
    X(NORMAL)                                                                                                          \
    X(DIM) X(BOLD) X(TITLE) X(STATUS) X(HINT) X(HINT_KEY) X(HEADING) X(CURSOR) X(SELECTED) X(GOOD) X(WARN) X(BAD)      \
        X(CHANGED) X(FIELD) X(FIELD_NOW) X(BORDER) X(STAGE_DONE) X(STAGE_NOW)
#define X(id) STYLE_##id,
enum style { TUI_STYLES(X) STYLE_COUNT };
#undef X

struct theme_row {
    short fg, bg;   /* of the 16 colours; -1 the terminal's own */
    unsigned attrs; /* A_BOLD, … with colour */
    unsigned mono;  /* … without */
};
extern const struct theme_row theme[STYLE_COUNT];

#define CELL_TEXT 15
struct cell {
    char text[CELL_TEXT]; /* one cluster, NUL-ended when shorter; empty: the right half of a wide glyph */
    uint8_t style;        /* enum style; the right half has its left half's */
};

struct rect {
    int x, y, width, height;
};

struct canvas {
    int width, height;
    struct cell *cells;
    struct rect clip;       /* drawing outside of it does nothing */
    int cursor_x, cursor_y; /* the real cursor: on what is selected or edited, for screen readers and input methods */
    bool cursor_visible;
};

struct canvas *canvas_new(int width, int height);
void canvas_free(struct canvas *);
void canvas_clear(struct canvas *);
const struct cell *canvas_cell(const struct canvas *, int x, int y);
int cell_width(const struct cell *); /* 1, 2; 0 for a right half */

/* Coordinates are the canvas's. Answers the columns used. */
int canvas_put(struct canvas *, int x, int y, enum style, const char *text);
/* Exactly `columns`: cut with … or padded with spaces. */
void canvas_fit(struct canvas *, int x, int y, int columns, enum style, const char *text);
void canvas_fit_right(struct canvas *, int x, int y, int columns, enum style, const char *text);
int canvas_printf(struct canvas *, int x, int y, enum style, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void canvas_fill(struct canvas *, struct rect, enum style);
void canvas_line(struct canvas *, int x, int y, int columns, enum style); /* ──── */
void canvas_box(struct canvas *, struct rect, enum style, const char *title);
void canvas_style(struct canvas *, struct rect, enum style); /* change the style of what is there */
void canvas_cursor(struct canvas *, int x, int y);

/*
 * Break text into lines of at most `columns`: at spaces, between Han characters, at newlines. Answers the length in
 * bytes of the first line; *next is where the following one starts, NULL at the end.
 */
size_t wrap_line(const char *text, int columns, const char **next);
int wrap_height(const char *text, int columns);
/* Draws wrapped text into the rectangle from line `skip` on; answers the lines drawn. */
int canvas_wrap(struct canvas *, struct rect, enum style, const char *text, int skip);

/* The frame as UTF-8 lines without trailing spaces: what a test compares with the terminal. false: can't write. */
bool canvas_dump(const struct canvas *, const char *path);

#endif
