/*
 * canvas.c - cells and the wide-glyph rule.
 *
 * Every way to draw ends in put_cluster(); it alone writes glyphs, and repair() alone mends what a write cut in half.
 */
#include "canvas.h"

#include "../shared/text/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define GETA "\xe3\x80\x93" /* 〓 */

static struct cell blank(enum style style)
{
    return (struct cell){.text = " ", .style = (uint8_t)style};
}

struct canvas *canvas_new(int width, int height)
{
    struct canvas *c = calloc(1, sizeof *c);
    if (c == NULL)
        abort();
    c->width = width < 1 ? 1 : width;
    c->height = height < 1 ? 1 : height;
    c->cells = calloc((size_t)c->width * (size_t)c->height, sizeof *c->cells);
    if (c->cells == NULL)
        abort();
    canvas_clear(c);
    return c;
}

void canvas_free(struct canvas *c)
{
    if (c == NULL)
        return;
    free(c->cells);
    free(c);
}

void canvas_clear(struct canvas *c)
{
    size_t n = (size_t)c->width * (size_t)c->height;
    for (size_t i = 0; i < n; i++)
        c->cells[i] = blank(STYLE_NORMAL);
    c->clip = (struct rect){0, 0, c->width, c->height};
    c->cursor_x = c->cursor_y = 0;
    c->cursor_visible = false;
}

static struct cell *at(struct canvas *c, int x, int y)
{
    return &c->cells[(size_t)y * (size_t)c->width + (size_t)x];
}

const struct cell *canvas_cell(const struct canvas *c, int x, int y)
{
    return &c->cells[(size_t)y * (size_t)c->width + (size_t)x];
}

int cell_width(const struct cell *cell)
{
    wchar_t wc;
    mbstate_t state = {0};

    if (cell->text[0] == '\0')
        return 0;
    if ((unsigned char)cell->text[0] < 0x80)
        return 1;
    size_t n = mbrtowc(&wc, cell->text, CELL_TEXT, &state);
    return n != (size_t)-1 && n != (size_t)-2 && wcwidth(wc) == 2 ? 2 : 1;
}

static bool inside(const struct canvas *c, int x, int y)
{
    const struct rect *r = &c->clip;
    return x >= 0 && y >= 0 && x < c->width && y < c->height && x >= r->x && y >= r->y && x < r->x + r->width &&
           y < r->y + r->height;
}

/* The cells x..x+width-1 are about to be overwritten: blank the other half of a glyph that reaches over their edge. */
static void repair(struct canvas *c, int x, int y, int width)
{
    if (x > 0 && at(c, x, y)->text[0] == '\0')
        *at(c, x - 1, y) = blank(at(c, x - 1, y)->style);
    int end = x + width;
    if (end < c->width && at(c, end, y)->text[0] == '\0')
        *at(c, end, y) = blank(at(c, end, y)->style);
}

static void put_cluster(struct canvas *c, int x, int y, int width, enum style style, const char *s, size_t len)
{
    if (!inside(c, x, y))
        return;
    if (width == 2 && !inside(c, x + 1, y)) { /* half a glyph is none */
        s = " ";
        width = 1;
        len = 1;
    }
    repair(c, x, y, width);
    struct cell *cell = at(c, x, y);
    memset(cell->text, 0, sizeof cell->text);
    memcpy(cell->text, s, len < CELL_TEXT ? len : CELL_TEXT);
    cell->style = (uint8_t)style;
    if (width == 2)
        *at(c, x + 1, y) = (struct cell){.style = (uint8_t)style};
}

/* One character of s: its bytes and columns (0: joins the one before; -1: unprintable). */
static size_t next_char(const char *s, int *width)
{
    wchar_t wc;
    mbstate_t state = {0};

    if ((unsigned char)*s >= 0x20 && (unsigned char)*s < 0x7f) {
        *width = 1;
        return 1;
    }
    size_t n = mbrtowc(&wc, s, strlen(s), &state);
    if (n == (size_t)-1 || n == (size_t)-2 || n == 0) {
        *width = -1;
        return 1;
    }
    *width = wcwidth(wc);
    return n;
}

static void append(struct canvas *c, int x, int y, const char *s, size_t len)
{
    if (x < 0 || !inside(c, x, y))
        return;
    struct cell *cell = at(c, x, y);
    if (cell->text[0] == '\0' && x > 0)
        cell = at(c, x - 1, y);
    size_t have = strnlen(cell->text, CELL_TEXT);
    if (have + len < CELL_TEXT)
        memcpy(cell->text + have, s, len);
}

int canvas_put(struct canvas *c, int x, int y, enum style style, const char *text)
{
    int start = x, width;

    for (const char *s = text; s != NULL && *s != '\0';) {
        size_t n = next_char(s, &width);
        if (width < 0) {
            put_cluster(c, x, y, 2, style, GETA, sizeof GETA - 1);
            x += 2;
        } else if (width == 0) {
            if (x > start)
                append(c, x - 1, y, s, n);
        } else {
            put_cluster(c, x, y, width, style, s, n);
            x += width;
        }
        s += n;
    }
    return x - start;
}

void canvas_fit(struct canvas *c, int x, int y, int columns, enum style style, const char *text)
{
    char buf[2048];

    if (columns <= 0)
        return;
    text_fit(buf, sizeof buf, text == NULL ? "" : text, columns, true);
    canvas_put(c, x, y, style, buf);
}

void canvas_fit_right(struct canvas *c, int x, int y, int columns, enum style style, const char *text)
{
    int w = text_width(text);
    int pad = columns > w ? columns - w : 0;
    canvas_fill(c, (struct rect){x, y, pad, 1}, style);
    canvas_fit(c, x + pad, y, columns - pad, style, text);
}

int canvas_printf(struct canvas *c, int x, int y, enum style style, const char *fmt, ...)
{
    char buf[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    return canvas_put(c, x, y, style, buf);
}

void canvas_fill(struct canvas *c, struct rect r, enum style style)
{
    for (int y = r.y; y < r.y + r.height; y++)
        for (int x = r.x; x < r.x + r.width; x++)
            put_cluster(c, x, y, 1, style, " ", 1);
}

void canvas_line(struct canvas *c, int x, int y, int columns, enum style style)
{
    for (int i = 0; i < columns; i++)
        canvas_put(c, x + i, y, style, "─");
}

void canvas_box(struct canvas *c, struct rect r, enum style style, const char *title)
{
    int right = r.x + r.width - 1, bottom = r.y + r.height - 1;

    canvas_fill(c, r, STYLE_NORMAL);
    canvas_line(c, r.x + 1, r.y, r.width - 2, style);
    canvas_line(c, r.x + 1, bottom, r.width - 2, style);
    for (int y = r.y + 1; y < bottom; y++) {
        canvas_put(c, r.x, y, style, "│");
        canvas_put(c, right, y, style, "│");
    }
    canvas_put(c, r.x, r.y, style, "┌");
    canvas_put(c, right, r.y, style, "┐");
    canvas_put(c, r.x, bottom, style, "└");
    canvas_put(c, right, bottom, style, "┘");
    if (title != NULL && *title != '\0') {
        char buf[256];
        text_fit(buf, sizeof buf, title, r.width - 6, false);
        canvas_printf(c, r.x + 2, r.y, STYLE_HEADING, " %s ", buf);
    }
}

void canvas_style(struct canvas *c, struct rect r, enum style style)
{
    for (int y = r.y; y < r.y + r.height; y++)
        for (int x = r.x; x < r.x + r.width; x++)
            if (inside(c, x, y))
                at(c, x, y)->style = (uint8_t)style;
}

void canvas_cursor(struct canvas *c, int x, int y)
{
    if (!inside(c, x, y))
        return;
    c->cursor_x = x;
    c->cursor_y = y;
    c->cursor_visible = true;
}

/* ------------------------------------------------------------------ wrapping */

size_t wrap_line(const char *text, int columns, const char **next)
{
    const char *s = text, *space = NULL;
    int used = 0, width = 0;

    while (*s != '\0' && *s != '\n') {
        size_t n = next_char(s, &width);
        int w = width < 0 ? 2 : width;
        if (used + w > columns && s > text)
            break;
        if (*s == ' ')
            space = s;
        used += w;
        s += n;
    }
    if (*s == '\0') {
        *next = NULL;
        return (size_t)(s - text);
    }
    if (*s == '\n') {
        *next = s + 1;
        return (size_t)(s - text);
    }
    /* a Latin word is kept whole if there is a space to break at; Han text breaks anywhere */
    if (*s != ' ' && (unsigned char)*s < 0x80 && space != NULL && s > text && (unsigned char)s[-1] < 0x80) {
        *next = space + 1;
        return (size_t)(space - text);
    }
    *next = *s == ' ' ? s + 1 : s;
    return (size_t)(s - text);
}

int wrap_height(const char *text, int columns)
{
    int lines = 0;
    for (const char *next; text != NULL; text = next, lines++)
        wrap_line(text, columns, &next);
    return lines;
}

int canvas_wrap(struct canvas *c, struct rect r, enum style style, const char *text, int skip)
{
    int drawn = 0;

    for (const char *next; text != NULL && drawn < r.height; text = next) {
        char buf[2048];
        size_t len = wrap_line(text, r.width, &next);
        if (skip-- > 0)
            continue;
        len = len < sizeof buf - 1 ? len : sizeof buf - 1;
        memcpy(buf, text, len);
        buf[len] = '\0';
        canvas_put(c, r.x, r.y + drawn++, style, buf);
    }
    return drawn;
}

bool canvas_dump(const struct canvas *c, const char *path)
{
    FILE *f = fopen(path, "w");
    if (f == NULL)
        return false;
    for (int y = 0; y < c->height; y++) {
        int last = c->width - 1;
        while (last >= 0 && canvas_cell(c, last, y)->text[0] == ' ' && canvas_cell(c, last, y)->text[1] == '\0')
            last--;
        for (int x = 0; x <= last; x++) {
            const struct cell *cell = canvas_cell(c, x, y);
            fprintf(f, "%.*s", (int)strnlen(cell->text, CELL_TEXT), cell->text);
        }
        fputc('\n', f);
    }
    return fclose(f) == 0;
}
