/*
 * keymap.h - keys as tables. A key runs a command line; the hint line, the help and the palette are drawn from the same
 * rows.
 *
 * A screen's keys are looked up first, then "global". The user's file ($XDG_CONFIG_HOME/quxiang/keys, lines of
 * `SCREEN KEYS COMMAND…`, `-` as the command unbinds) always wins, also over defaults that come later; what it hides is
 * named at start. Keys may be sequences ("gg").
 */
#ifndef QX_TUI_KEYMAP_H
#define QX_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KF_HINT = 1,    /* in the hint line, in table order */
    KF_DECIDES = 2, /* never run out of a paste or a macro of keys typed ahead of the screen they were meant for */
    KF_ALIAS = 4,   /* a second key for a row above: not in the help */
};

struct binding {
    const char *keys;    /* "a", "gg", "<C-d>", "<Enter>" */
    const char *command; /* the command line it runs: "approve next" */
    const char *label;   /* msgid, two or three words, for the hint line */
    const char *help;    /* msgid, a sentence; NULL: the label */
    unsigned flags;      /* KF_… */
};

struct keymap {
    const char *name;           /* the screen's */
    const struct binding *rows; /* ended by NULL keys */
};
extern const struct keymap *const keymaps[]; /* all defaults, "global" last, ended by NULL */

struct keys;                                  /* defaults and the user's rows, merged */
struct keys *keys_new(const char *user_file); /* NULL: none; a file that isn't there is none */
void keys_free(struct keys *);
/* What the user's file has to be told about: lines that aren't understood, defaults that are hidden. "" if nothing. */
const char *keys_report(const struct keys *);

enum key_match { KEYS_NONE, KEYS_PREFIX, KEYS_FOUND };
/* `typed`: the keys so far, n of them. */
enum key_match keys_find(const struct keys *, const char *screen, const uint32_t *typed, size_t n,
                         const struct binding **row);
/* The rows in force of one screen (or "global"), user's first; answers how many. */
size_t keys_rows(const struct keys *, const char *screen, const struct binding **rows, size_t max);
/* The key that runs a command on a screen, for texts ("u"); "" if none. */
const char *keys_of(const struct keys *, const char *screen, const char *command);

#endif
