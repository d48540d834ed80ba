/* edit.c - a text being typed. */
#include "edit.h"

#include "../../shared/text/text.h"
#include "../term.h"

#include <stdlib.h>
#include <string.h>

static void reserve(struct edit *e, size_t len)
{
    if (len + 1 <= e->size)
        return;
    e->size = len * 2 + 32;
    e->text = realloc(e->text, e->size);
    if (e->text == NULL)
        abort();
}

void edit_init(struct edit *e, const char *text, size_t max)
{
    *e = (struct edit){.max = max == 0 ? 500 : max};
    edit_set(e, text);
}

void edit_free(struct edit *e)
{
    if (e->secret && e->text != NULL)
        explicit_bzero(e->text, e->size);
    free(e->text);
    *e = (struct edit){0};
}

void edit_set(struct edit *e, const char *text)
{
    size_t len = text == NULL ? 0 : strlen(text);
    reserve(e, len);
    memcpy(e->text, text == NULL ? "" : text, len);
    e->text[len] = '\0';
    e->len = e->cursor = len;
    e->scroll = 0;
}

static size_t before(const struct edit *e, size_t at)
{
    while (at > 0 && ((unsigned char)e->text[--at] & 0xc0) == 0x80)
        ;
    return at;
}

static size_t after(const struct edit *e, size_t at)
{
    if (at < e->len)
        at++;
    while (at < e->len && ((unsigned char)e->text[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static void cut(struct edit *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, e->len - to + 1);
    e->len -= to - from;
    e->cursor = from;
}

static void insert_bytes(struct edit *e, const char *s, size_t n)
{
    if (utf8_length(e->text, e->len) + utf8_length(s, n) > e->max)
        return;
    reserve(e, e->len + n);
    memmove(e->text + e->cursor + n, e->text + e->cursor, e->len - e->cursor + 1);
    memcpy(e->text + e->cursor, s, n);
    e->len += n;
    e->cursor += n;
}

void edit_insert(struct edit *e, const char *text)
{
    for (const char *s = text; *s != '\0';) {
        size_t n = 1;
        while (((unsigned char)s[n] & 0xc0) == 0x80)
            n++;
        unsigned char c = (unsigned char)*s;
        if (c == '\n' && !e->lines)
            insert_bytes(e, " ", 1);
        else if ((c >= 0x20 && c != 0x7f) || c == '\n')
            insert_bytes(e, s, n);
        s += n;
    }
}

static size_t encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf0 << (4 - n)) | c);
    return n;
}

static size_t word_before(const struct edit *e)
{
    size_t at = e->cursor;
    while (at > 0 && e->text[at - 1] == ' ')
        at--;
    while (at > 0 && e->text[at - 1] != ' ')
        at--;
    return at;
}

static bool edit_control(struct edit *e, uint32_t key)
{
    switch (key) {
    case K_LEFT:
        e->cursor = before(e, e->cursor);
        return true;
    case K_RIGHT:
        e->cursor = after(e, e->cursor);
        return true;
    case K_HOME:
    case K_CTRL('a'):
        e->cursor = 0;
        return true;
    case K_END:
    case K_CTRL('e'):
        e->cursor = e->len;
        return true;
    case K_BACKSPACE:
        cut(e, before(e, e->cursor), e->cursor);
        return true;
    case K_DELETE:
        cut(e, e->cursor, after(e, e->cursor));
        return true;
    case K_CTRL('u'):
        cut(e, 0, e->cursor);
        return true;
    case K_CTRL('k'):
        cut(e, e->cursor, e->len);
        return true;
    case K_CTRL('w'):
        cut(e, word_before(e), e->cursor);
        return true;
    default:
        return false;
    }
}

bool edit_key(struct edit *e, uint32_t key)
{
    char bytes[4];

    if (edit_control(e, key))
        return true;
    if (key == K_ENTER && e->lines) {
        insert_bytes(e, "\n", 1);
        return true;
    }
    if (key < 0x20 || key >= K_UP || key == K_BACKSPACE)
        return false;
    insert_bytes(e, bytes, encode(key, bytes));
    return true;
}

static int columns_before(const struct edit *e, size_t at)
{
    char *head = strndup(e->text, at);
    int w = head == NULL ? 0 : e->secret ? (int)utf8_length(head, at) : text_width(head);
    free(head);
    return w;
}

static void draw_line(struct edit *e, struct canvas *c, struct rect r, enum style style, bool focused)
{
    int cursor = columns_before(e, e->cursor);

    if (cursor < e->scroll || !focused)
        e->scroll = focused ? cursor : 0;
    if (focused && cursor - e->scroll >= r.width)
        e->scroll = cursor - r.width + 1;
    canvas_fill(c, (struct rect){r.x, r.y, r.width, 1}, style);
    struct rect saved = c->clip;
    c->clip = (struct rect){r.x, r.y, r.width, 1};
    if (e->secret)
        for (int i = 0; i < columns_before(e, e->len); i++)
            canvas_put(c, r.x + i - e->scroll, r.y, style, "*");
    else
        canvas_put(c, r.x - e->scroll, r.y, style, e->text);
    c->clip = saved;
    if (focused)
        canvas_cursor(c, r.x + cursor - e->scroll, r.y);
}

static void draw_lines(struct edit *e, struct canvas *c, struct rect r, enum style style, bool focused)
{
    int line = 0, cursor_line = 0, cursor_x = 0;
    const char *next;

    for (const char *s = e->text; s != NULL; s = next, line++) { /* where is the cursor? */
        size_t len = wrap_line(s, r.width, &next);
        size_t at = (size_t)(s - e->text);
        if (e->cursor >= at && (e->cursor <= at + len || next == NULL)) {
            char *head = strndup(s, e->cursor - at);
            cursor_line = line;
            cursor_x = head == NULL ? 0 : text_width(head);
            free(head);
        }
    }
    if (cursor_line < e->scroll)
        e->scroll = cursor_line;
    if (cursor_line >= e->scroll + r.height)
        e->scroll = cursor_line - r.height + 1;
    canvas_fill(c, r, style);
    canvas_wrap(c, r, style, e->text, e->scroll);
    if (focused)
        canvas_cursor(c, r.x + (cursor_x < r.width ? cursor_x : r.width - 1), r.y + cursor_line - e->scroll);
}

void edit_draw(struct edit *e, struct canvas *c, struct rect r, enum style style, bool focused)
{
    if (e->lines)
        draw_lines(e, c, r, style, focused);
    else
        draw_line(e, c, r, style, focused);
}
