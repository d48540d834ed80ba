/*
 * term.h - the terminal: bytes out as whole frames, bytes in as keys.
 *
 * ncurses writes each frame into a memory file, never to the terminal; term_pump() passes the bytes on without
 * blocking, so a stalled link freezes nothing. While bytes are pending no new frame is composed: the reader gets the
 * newest state, not every state. Where the terminal is known to take it, a frame is wrapped in CSI ?2026 h/l (one
 * repaint, no tearing).
 *
 * Input is tokenised here (keys.c), not by wgetch(): whole bursts at once, sequences cut anywhere, pastes as one event.
 */
#ifndef QX_TUI_TERM_H
#define QX_TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct canvas;
struct term;

/* ------------------------------------------------------------------ keys */

/* A key is a Unicode character (control characters as themselves: Ctrl-L is 0x0c) or one of these. */
enum key {
    K_NONE = 0,
    K_TAB = '\t',
    K_ENTER = '\r',
    K_ESC = 0x1b,
    K_BACKSPACE = 0x7f,
    K_UP = 0x200000,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PGUP,
    K_PGDN,
    K_INSERT,
    K_DELETE,
    K_BACKTAB,
    K_F1,
    K_F12 = K_F1 + 11,
    K_PASTE,          /* the text is in tokens_paste() */
    K_ALT = 0x1000000 /* added to the key */
};
#define K_CTRL(letter) ((letter)&0x1f)

/* The tokenizer: bytes in, keys out. Holds nothing but the unfinished end of a sequence and the paste under way. */
struct tokens;
struct tokens *tokens_new(void);
void tokens_free(struct tokens *);
void tokens_feed(struct tokens *, const void *bytes, size_t len, int64_t now_ms);
/*
 * The next key; K_NONE: none (yet). An ESC alone becomes K_ESC after 50 ms of silence, an unterminated paste ends after
 * one second of it. Terminal replies (DA, DSR, OSC, DECRPM) are swallowed, never keys; bad UTF-8 too.
 */
uint32_t tokens_next(struct tokens *, int64_t now_ms);
const char *tokens_paste(const struct tokens *);        /* after K_PASTE; valid until the next call */
int tokens_wait(const struct tokens *, int64_t now_ms); /* ms until something becomes due; -1: nothing */

/* "j", "<C-l>", "<Enter>", "<A-x>", "g": one key's name, and back. Answers bytes consumed of `s`; 0 = not a key. */
size_t key_parse(const char *s, uint32_t *key);
size_t key_text(char *buf, size_t len, uint32_t key);

/* ------------------------------------------------------------------ the terminal */

struct term *term_open(int in, int out, const char **why); /* NULL: `why` says it, a msgid */
void term_close(struct term *);                            /* restores the terminal */
/* Reads all there is, without blocking; false: the terminal is gone. */
bool term_read(struct term *, int64_t now_ms);
uint32_t term_key(struct term *, int64_t now_ms);
const char *term_paste(const struct term *);
int term_wait(const struct term *, int64_t now_ms);

void term_size(const struct term *, int *columns, int *rows);
bool term_resized(struct term *);                     /* asks the kernel once; true: the size changed */
void term_repaint(struct term *);                     /* the next frame is written whole (Ctrl-L, after a resize) */
void term_show(struct term *, const struct canvas *); /* one doupdate; nothing is written to the terminal yet */
bool term_pump(struct term *); /* write what is pending, as far as it goes; false: the terminal is gone */
size_t term_pending(const struct term *);
uint64_t term_bytes(const struct term *); /* written so far */
bool term_mono(const struct term *);

#endif
