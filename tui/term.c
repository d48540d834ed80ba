/*
 * term.c - the terminal's two directions.
 *
 * ncurses gets a memory file as its terminal: unlike a pipe it never fills, so a frame of any size is written whole
 * before a byte goes out, and the bytes of a frame can be counted. It never reads: keys come from tokens.c.
 */
#include "term.h"

#include "canvas.h"
#include "po/tr.h"

#include <errno.h>
#include <fcntl.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define SYNC_ON "\033[?2026h"
#define SYNC_OFF "\033[?2026l"
#define NO_MARGINS "\033[r" /* what an earlier size or another program fenced in */
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

struct term {
    int in, out, frame; /* frame: the memory file */
    FILE *frame_file, *null;
    SCREEN *screen;
    struct termios saved;
    bool have_saved, mono, modern, whole;
    struct canvas *shown; /* what ncurses was told last */
    struct tokens *tokens;
    char *buf; /* pending bytes */
    size_t len, sent, size;
    uint64_t bytes;
    int columns, rows;
    int in_flags, out_flags;
};

static void buffer(struct term *t, const char *s, size_t len)
{
    if (t->len + len > t->size) {
        t->size = (t->len + len) * 2 + 4096;
        t->buf = realloc(t->buf, t->size);
        if (t->buf == NULL)
            abort();
    }
    memcpy(t->buf + t->len, s, len);
    t->len += len;
}

/* Terminals that take private modes they don't know in silence. linux and vt100 are spared them. */
static bool is_modern(const char *name)
{
    static const char *const known[] = {"xterm", "tmux", "screen", "putty", "rxvt", "alacritty", "foot"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(name, known[i], strlen(known[i])) == 0)
            return true;
    return false;
}

static void ask_size(struct term *t, int *columns, int *rows)
{
    struct winsize w = {0};
    if (ioctl(t->out, TIOCGWINSZ, &w) != 0 || w.ws_col == 0 || w.ws_row == 0) {
        w.ws_col = 80;
        w.ws_row = 24;
    }
    *columns = w.ws_col > 1000 ? 1000 : w.ws_col;
    *rows = w.ws_row > 500 ? 500 : w.ws_row;
}

static void make_raw(struct term *t)
{
    struct termios raw;

    if (tcgetattr(t->in, &t->saved) != 0)
        return;
    t->have_saved = true;
    raw = t->saved;
    raw.c_iflag &= (tcflag_t) ~(BRKINT | ICRNL | INLCR | IGNCR | ISTRIP | IXON);
    raw.c_oflag &= (tcflag_t)~OPOST;
    raw.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(t->in, TCSADRAIN, &raw);
}

static void set_colours(struct term *t)
{
    const char *no = getenv("NO_COLOR");

    t->mono = !has_colors() || (no != NULL && *no != '\0');
    if (t->mono)
        return;
    start_color();
    use_default_colors();
    for (int i = 0; i < STYLE_COUNT; i++) {
        short fg = theme[i].fg;
        if (COLORS < 16 && fg >= 8)
            fg = -1; /* grey on eight colours would be black on black: A_DIM says it instead */
        init_pair((short)(i + 1), fg, theme[i].bg);
    }
}

/* newterm() asks a memory file for its size: it is told, or it would fence its scrolling in at terminfo's 24 lines. */
static void tell_size(const struct term *t)
{
    char number[16];

    snprintf(number, sizeof number, "%d", t->rows);
    setenv("LINES", number, 1);
    snprintf(number, sizeof number, "%d", t->columns);
    setenv("COLUMNS", number, 1);
}

static bool start_curses(struct term *t, const char *name)
{
    static const char *const fallbacks[] = {"xterm-256color", "xterm", "vt100"};

    ask_size(t, &t->columns, &t->rows);
    tell_size(t);
    t->screen = newterm(name, t->frame_file, t->null);
    for (size_t i = 0; t->screen == NULL && i < sizeof fallbacks / sizeof *fallbacks; i++)
        t->screen = newterm(fallbacks[i], t->frame_file, t->null);
    if (t->screen == NULL)
        return false;
    set_term(t->screen);
    typeahead(-1);
    scrollok(stdscr, FALSE);
    idlok(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    set_colours(t);
    unsetenv("LINES");
    unsetenv("COLUMNS");
    resizeterm(t->rows, t->columns);
    return true;
}

struct term *term_open(int in, int out, const char **why)
{
    const char *name = getenv("TERM");
    struct term *t = calloc(1, sizeof *t);

    if (t == NULL)
        abort();
    *t = (struct term){.in = in, .out = out, .frame = -1, .whole = true};
    if (!isatty(in) || !isatty(out)) {
        *why = N_("The screens need a terminal. For scripts: quxiang VERB …, see quxiang(1).");
        goto fail;
    }
    if (name == NULL || *name == '\0')
        name = "vt100";
    t->modern = is_modern(name);
    t->tokens = tokens_new();
    t->frame = memfd_create("quxiang-frame", MFD_CLOEXEC);
    t->frame_file = t->frame < 0 ? NULL : fdopen(t->frame, "r+");
    t->null = fopen("/dev/null", "r");
    if (t->frame_file == NULL || t->null == NULL || !start_curses(t, name)) {
        *why = N_("This terminal can't be used: its TERM is not known.");
        goto fail;
    }
    make_raw(t);
    t->in_flags = fcntl(in, F_GETFL);
    t->out_flags = fcntl(out, F_GETFL);
    fcntl(in, F_SETFL, t->in_flags | O_NONBLOCK);
    fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
    if (t->modern)
        buffer(t, PASTE_ON, sizeof PASTE_ON - 1);
    return t;
fail:
    if (t->frame_file != NULL)
        fclose(t->frame_file);
    if (t->null != NULL)
        fclose(t->null);
    tokens_free(t->tokens);
    free(t);
    return NULL;
}

/* What ncurses wrote since last time, into the pending bytes. */
static void take_frame(struct term *t)
{
    char part[8192];
    off_t at = 0;
    ssize_t n;

    fflush(t->frame_file);
    while ((n = pread(t->frame, part, sizeof part, at)) > 0) {
        buffer(t, part, (size_t)n);
        at += n;
    }
    if (ftruncate(t->frame, 0) == 0)
        lseek(t->frame, 0, SEEK_SET);
}

void term_close(struct term *t)
{
    if (t == NULL)
        return;
    t->len = t->sent = 0;
    endwin();
    take_frame(t);
    if (t->modern)
        buffer(t, PASTE_OFF, sizeof PASTE_OFF - 1);
    term_pump(t); /* as far as it goes: a dead link doesn't hold us */
    if (t->have_saved)
        tcsetattr(t->in, TCSANOW, &t->saved);
    if (t->out_flags != -1)
        fcntl(t->out, F_SETFL, t->out_flags);
    if (t->in_flags != -1)
        fcntl(t->in, F_SETFL, t->in_flags & ~O_NONBLOCK);
    delscreen(t->screen);
    fclose(t->frame_file);
    fclose(t->null);
    tokens_free(t->tokens);
    canvas_free(t->shown);
    free(t->buf);
    free(t);
}

/* ------------------------------------------------------------------ in */

bool term_read(struct term *t, int64_t now_ms)
{
    char buf[4096];

    for (;;) {
        ssize_t n = read(t->in, buf, sizeof buf);
        if (n > 0) {
            tokens_feed(t->tokens, buf, (size_t)n, now_ms);
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        return n == 0 && t->have_saved; /* VMIN 0: nothing there reads as 0; a hang-up as EIO */
    }
}

uint32_t term_key(struct term *t, int64_t now_ms)
{
    return tokens_next(t->tokens, now_ms);
}

const char *term_paste(const struct term *t)
{
    return tokens_paste(t->tokens);
}

int term_wait(const struct term *t, int64_t now_ms)
{
    return tokens_wait(t->tokens, now_ms);
}

/* ------------------------------------------------------------------ out */

void term_size(const struct term *t, int *columns, int *rows)
{
    *columns = t->columns;
    *rows = t->rows;
}

bool term_resized(struct term *t)
{
    int columns, rows;

    ask_size(t, &columns, &rows);
    if (columns == t->columns && rows == t->rows)
        return false;
    t->columns = columns;
    t->rows = rows;
    resizeterm(rows, columns);
    term_repaint(t);
    return true;
}

void term_repaint(struct term *t)
{
    t->whole = true;
}

static attr_t style_attrs(const struct term *t, unsigned style, short *pair)
{
    const struct theme_row *row = &theme[style];
    *pair = t->mono ? 0 : (short)(style + 1);
    if (t->mono)
        return row->mono;
    if (COLORS < 16 && row->fg >= 8)
        return row->attrs | A_DIM;
    return row->attrs;
}

static void put_cell(const struct term *t, int x, int y, const struct cell *cell)
{
    wchar_t text[CCHARW_MAX + 1];
    cchar_t glyph;
    short pair;
    char bytes[CELL_TEXT + 1] = {0};
    const char *s = bytes;
    mbstate_t state = {0};

    memcpy(bytes, cell->text, CELL_TEXT);
    size_t n = mbsrtowcs(text, &s, CCHARW_MAX, &state);
    text[n == (size_t)-1 ? 0 : n] = L'\0';
    attr_t attrs = style_attrs(t, cell->style, &pair);
    setcchar(&glyph, text, attrs, pair, NULL);
    mvadd_wch(y, x, &glyph);
}

static void tell_changes(struct term *t, const struct canvas *c, bool all)
{
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++) {
            const struct cell *cell = canvas_cell(c, x, y);
            if (cell->text[0] == '\0' || (!all && memcmp(cell, canvas_cell(t->shown, x, y), sizeof *cell) == 0))
                continue;
            put_cell(t, x, y, cell);
        }
}

void term_show(struct term *t, const struct canvas *c)
{
    bool all = t->shown == NULL || t->shown->width != c->width || t->shown->height != c->height || t->whole;

    if (all) {
        canvas_free(t->shown);
        t->shown = canvas_new(c->width, c->height);
        erase();
    }
    if (t->whole)
        clearok(curscr, TRUE);
    t->whole = false;
    tell_changes(t, c, all);
    memcpy(t->shown->cells, c->cells, (size_t)c->width * (size_t)c->height * sizeof *c->cells);
    curs_set(c->cursor_visible ? 1 : 0);
    move(c->cursor_y, c->cursor_x);
    size_t before = t->len;
    if (t->modern)
        buffer(t, SYNC_ON, sizeof SYNC_ON - 1);
    if (all)
        buffer(t, NO_MARGINS, sizeof NO_MARGINS - 1);
    wnoutrefresh(stdscr);
    doupdate();
    size_t mark = t->len;
    take_frame(t);
    if (t->len == mark)
        t->len = before; /* nothing changed: not even the wrapping is sent */
    else if (t->modern)
        buffer(t, SYNC_OFF, sizeof SYNC_OFF - 1);
}

bool term_pump(struct term *t)
{
    while (t->sent < t->len) {
        ssize_t n = write(t->out, t->buf + t->sent, t->len - t->sent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        t->sent += (size_t)n;
        t->bytes += (uint64_t)n;
    }
    t->len = t->sent = 0;
    return true;
}

size_t term_pending(const struct term *t)
{
    return t->len - t->sent;
}

uint64_t term_bytes(const struct term *t)
{
    return t->bytes;
}

bool term_mono(const struct term *t)
{
    return t->mono;
}
