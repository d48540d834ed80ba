/*
 * test_terminal.c - what the screens stand on, without a terminal: the tokenizer (in bursts, byte by byte, cut
 * anywhere), the canvas's wide-glyph rule, wrapping, a text being typed, a list's window, keymaps.
 */
#include "tests/unit/unit.h"
#include "tui/canvas.h"
#include "tui/keymap.h"
#include "tui/term.h"
#include "tui/widgets/edit.h"
#include "tui/widgets/list.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------ tokenizer */

/* Feeds `bytes` in pieces of `piece`, 1 ms apart, and writes the keys' names, separated by spaces. */
static const char *keys_in(const char *bytes, size_t len, size_t piece)
{
    static char out[512];
    struct tokens *t = tokens_new();
    int64_t now = 1000;
    uint32_t key;
    size_t n = 0;

    out[0] = '\0';
    for (size_t at = 0; at <= len; at += piece) {
        size_t part = len - at < piece ? len - at : piece;
        if (part > 0)
            tokens_feed(t, bytes + at, part, now);
        now += at + piece >= len ? 2000 : 1;
        while ((key = tokens_next(t, now)) != K_NONE && n + 80 < sizeof out) {
            n += (size_t)snprintf(out + n, sizeof out - n, n > 0 ? " " : "");
            if (key == K_PASTE)
                n += (size_t)snprintf(out + n, sizeof out - n, "paste(%s)", tokens_paste(t));
            else if (key > 0x7f && key < K_UP)
                n += (size_t)snprintf(out + n, sizeof out - n, "U+%04X", key);
            else
                n += key_text(out + n, sizeof out - n, key);
        }
    }
    tokens_free(t);
    return out;
}

static void tokens_any_cut(void)
{
    static const struct {
        const char *bytes, *keys;
    } cases[] = {
        {"jjk", "j j k"},
        {"\033[A\033OB\033[5~", "Up Down PgUp"},
        {"a\033[1;5Cb", "a Right b"},
        {"北a", "U+5317 a"},
        {"\033x", "A-x"},
        {"\033", "Esc"},
        {"\033[200~a\rb\033[201~q", "paste(a\nb) q"},
        {"\033]11;rgb:0000/0000/0000\033\\j", "j"},
        {"\033[?62;22cj", "j"},
        {"\033[?2026;2$yj", "j"},
        {"\033P1$r0m\033\\j", "j"},
        {"\xff\xc0j", "j"},
        {"\033[[A\033[24~", "F1 F12"},
        {"\010\177\r\n", "BS BS Enter Enter"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= 7; piece++)
            SAME_TEXT(keys_in(cases[i].bytes, strlen(cases[i].bytes), piece), cases[i].keys);
}

static void tokens_paste_without_end(void)
{
    struct tokens *t = tokens_new();

    tokens_feed(t, "\033[200~aaaa", 10, 1000);
    CU_ASSERT_EQUAL(tokens_next(t, 1000), K_NONE);
    CU_ASSERT(tokens_wait(t, 1000) > 0);
    CU_ASSERT_EQUAL(tokens_next(t, 2100), K_PASTE);
    SAME_TEXT(tokens_paste(t), "aaaa");
    tokens_feed(t, "q", 1, 2200);
    CU_ASSERT_EQUAL(tokens_next(t, 2200), 'q');
    tokens_free(t);
}

/* ------------------------------------------------------------------ canvas */

static const char *row_of(const struct canvas *c, int y)
{
    static char out[512];
    out[0] = '\0';
    for (int x = 0; x < c->width; x++)
        strncat(out, canvas_cell(c, x, y)->text, CELL_TEXT);
    return out;
}

static void canvas_wide(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct canvas *c = canvas_new(6, 2);

    canvas_put(c, 0, 0, STYLE_NORMAL, "北京市");
    SAME_TEXT(row_of(c, 0), "北京市");
    canvas_put(c, 1, 0, STYLE_NORMAL, "x"); /* over the right half of 北: all of it goes */
    SAME_TEXT(row_of(c, 0), " x京市");
    canvas_put(c, 4, 0, STYLE_NORMAL, "y"); /* over the left half of 市 */
    SAME_TEXT(row_of(c, 0), " x京y ");
    canvas_put(c, 5, 0, STYLE_NORMAL, "大"); /* half outside: a space */
    SAME_TEXT(row_of(c, 0), " x京y ");
    canvas_put(c, 0, 1, STYLE_NORMAL,
               "a\x01"
               "b"); /* unprintable: 〓 */
    SAME_TEXT(row_of(c, 1), "a〓b  ");
    canvas_free(c);
}

static void canvas_fits(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct canvas *c = canvas_new(8, 1);

    canvas_fit(c, 0, 0, 5, STYLE_NORMAL, "北京大学");
    SAME_TEXT(row_of(c, 0), "北京…   ");
    canvas_fit_right(c, 0, 0, 8, STYLE_NORMAL, "42");
    SAME_TEXT(row_of(c, 0), "      42");
    c->clip = (struct rect){2, 0, 3, 1};
    canvas_put(c, 0, 0, STYLE_NORMAL, "中文字");
    SAME_TEXT(row_of(c, 0), "  文  42"); /* 字 would stand half outside the clip */
    canvas_free(c);
}

static void wrapping(void)
{
    const char *next;

    setlocale(LC_CTYPE, "C.UTF-8");
    CU_ASSERT_EQUAL(wrap_line("照片看不清楚", 8, &next), strlen("照片看不"));
    SAME_TEXT(next, "清楚");
    CU_ASSERT_EQUAL(wrap_line("one two three", 8, &next), strlen("one two"));
    SAME_TEXT(next, "three");
    CU_ASSERT_EQUAL(wrap_line("a\n\nb", 8, &next), 1);
    CU_ASSERT_EQUAL(wrap_height("a\n\nb", 8), 3);
    CU_ASSERT_EQUAL(wrap_line("unbreakable", 4, &next), 4);
    CU_ASSERT_EQUAL(wrap_height("", 4), 1);
}

/* ------------------------------------------------------------------ typing */

static void editing(void)
{
    struct edit e;

    edit_init(&e, "北京", 4);
    edit_key(&e, K_LEFT);
    edit_key(&e, 'x');
    SAME_TEXT(e.text, "北x京");
    edit_key(&e, K_BACKSPACE);
    edit_key(&e, K_BACKSPACE);
    SAME_TEXT(e.text, "京");
    edit_key(&e, K_DELETE);
    SAME_TEXT(e.text, "");
    edit_insert(&e, "a\tb\nc");
    SAME_TEXT(e.text, "ab c"); /* a tab is dropped, a newline a space where lines aren't allowed */
    edit_key(&e, 'd');
    SAME_TEXT(e.text, "ab c"); /* four characters are the most */
    edit_key(&e, K_CTRL('w'));
    SAME_TEXT(e.text, "ab ");
    edit_key(&e, K_CTRL('u'));
    edit_key(&e, 0x20BB7); /* 𠮷, four bytes */
    SAME_TEXT(e.text, "𠮷");
    edit_free(&e);
}

/* ------------------------------------------------------------------ lists */

static void list_waits_for_rows(void)
{
    struct list l = {0};

    list_reset(&l);
    l.height = 10;
    l.total = 1000;
    list_loaded(&l, 50, true);
    for (int i = 0; i < 300; i++)
        CU_ASSERT(list_move(&l, "down"));
    CU_ASSERT(list_wants(&l));
    CU_ASSERT_EQUAL(l.wanted, 300);
    list_loaded(&l, 250, true);
    CU_ASSERT_EQUAL(l.wanted, 300);
    list_loaded(&l, 450, true);
    CU_ASSERT_EQUAL(l.cursor, 300);
    CU_ASSERT_EQUAL(l.wanted, -1);
    CU_ASSERT(l.top <= 300 && l.top > 300 - 10);
    list_move(&l, "last");
    CU_ASSERT_EQUAL(l.wanted, 999);
    list_loaded(&l, 460, false); /* the list has become shorter meanwhile */
    CU_ASSERT_EQUAL(l.cursor, 459);
    list_move(&l, "first");
    CU_ASSERT_EQUAL(l.cursor, 0);
    list_loaded(&l, 0, false);
    CU_ASSERT_EQUAL(l.cursor, 0);
}

/* ------------------------------------------------------------------ keys */

static void keymaps_are_sound(void)
{
    struct keys *k = keys_new(NULL);
    const struct binding *row = NULL;
    uint32_t g = 'g', gg[2] = {'g', 'g'}, a = 'a';

    SAME_TEXT(keys_report(k), "");
    CU_ASSERT_EQUAL(keys_find(k, "queue", &g, 1, &row), KEYS_PREFIX);
    CU_ASSERT_EQUAL(keys_find(k, "queue", gg, 2, &row), KEYS_FOUND);
    SAME_TEXT(row->command, "first");
    CU_ASSERT_EQUAL(keys_find(k, "audit", &a, 1, &row), KEYS_FOUND);
    SAME_TEXT(row->command, "approve next");
    CU_ASSERT_EQUAL(keys_find(k, "home", &a, 1, &row), KEYS_NONE);
    for (size_t i = 0; keymaps[i] != NULL; i++) /* every default is a key, and none stands twice on one screen */
        for (const struct binding *b = keymaps[i]->rows; b->keys != NULL; b++) {
            uint32_t key;
            CU_ASSERT(key_parse(b->keys, &key) > 0);
            for (const struct binding *c = b + 1; c->keys != NULL; c++)
                if (strcmp(b->keys, c->keys) == 0)
                    SAME_TEXT(c->keys, "twice");
        }
    keys_free(k);
}

static void users_keys_win(void)
{
    char path[] = "/tmp/qx-keys-XXXXXX";
    int fd = mkstemp(path);
    static const char text[] = "# mine\naudit a why\nqueue <C-n> next\nbroken\naudit <Nokey> x\n";
    const struct binding *row = NULL;
    uint32_t a = 'a', ctrl_n = K_CTRL('n');

    CU_ASSERT_EQUAL_FATAL(write(fd, text, sizeof text - 1), (ssize_t)sizeof text - 1);
    close(fd);
    struct keys *k = keys_new(path);
    unlink(path);
    CU_ASSERT_EQUAL(keys_find(k, "audit", &a, 1, &row), KEYS_FOUND);
    SAME_TEXT(row->command, "why");
    CU_ASSERT_EQUAL(keys_find(k, "queue", &ctrl_n, 1, &row), KEYS_FOUND);
    CU_ASSERT_PTR_NOT_NULL(strstr(keys_report(k), "line 4"));
    CU_ASSERT_PTR_NOT_NULL(strstr(keys_report(k), "<Nokey>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(keys_report(k), "approve next")); /* what it hides is named */
    keys_free(k);
}

static const struct unit_test tests[] = {
    {"keys in bursts, byte by byte, cut anywhere; replies are never keys", tokens_any_cut},
    {"a paste without an end ends", tokens_paste_without_end},
    {"canvas: no glyph is ever cut", canvas_wide},
    {"canvas: exact widths and clips", canvas_fits},
    {"wrapping by columns, at spaces and between Han characters", wrapping},
    {"typing never leaves half a character", editing},
    {"a list's move waits for its rows", list_waits_for_rows},
    {"default keys are sound", keymaps_are_sound},
    {"the user's keys win, and what they hide is named", users_keys_win},
    {NULL, NULL},
};
UNIT_SUITE(terminal_suite, "terminal", tests);
