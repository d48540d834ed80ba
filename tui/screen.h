/*
 * screen.h - the contract of a screen. One file per screen in tui/screens/; a screen is its ops, its state and its
 * keymap.
 *
 * Screens stand in a stack; the top one is drawn and gets the keys. A prompt, dialog or picker (widgets/) lies over the
 * top screen while it is open and gets the keys first. Nothing in a screen blocks: requests answer through event() or
 * callbacks.
 */
#ifndef QX_TUI_SCREEN_H
#define QX_TUI_SCREEN_H

#include "../shared/rpc/rpc.h"
#include "canvas.h"

struct app;
struct screen;

enum event_kind {
    EV_KEY,       /* a key that no keymap row took */
    EV_PASTE,     /* text; never runs a command */
    EV_NOTIFY,    /* the server's notification */
    EV_CONNECTED, /* the connection is back and logged in: ask again for what was asked */
    EV_LOST,
    EV_TIMER,   /* the time asked for by screen_timer() */
    EV_FOCUS,   /* on top again */
    EV_OUTCOME, /* of a decision that this screen sent (act.h) */
};

struct deed;

struct event {
    enum event_kind kind;
    uint32_t key;
    const char *text;             /* EV_PASTE */
    const char *method;           /* EV_NOTIFY, NUL-ended */
    const msgpack_object *params; /* EV_NOTIFY: a map; EV_OUTCOME: the answer, NULL when none came */
    const struct deed *deed;      /* EV_OUTCOME */
    bool ok;                      /* EV_OUTCOME */
};

enum run_result {
    RUN_DONE,
    RUN_UNKNOWN, /* not this screen's: the global commands are asked */
};

struct screen_ops {
    const char *name;  /* "queue": its keymap's, its help's, and what it is parked under */
    size_t state_size; /* of screen->state, zeroed before open() */
    /* What it shows: `arg` is its own text form, as save() writes and `screen NAME ARG` gives. false: not a possible
     * argument. */
    bool (*open)(struct screen *, const char *arg);
    void (*close)(struct screen *);                       /* free what state owns; may be NULL */
    bool (*event)(struct screen *, const struct event *); /* true: taken; may be NULL */
    /* A text is being typed: keys come to event() first, keymaps get what it leaves. May be NULL: never. */
    bool (*typing)(struct screen *);
    enum run_result (*run)(struct screen *, int argc, char **argv); /* a command line, split; may be NULL */
    void (*draw)(struct screen *, struct canvas *, struct rect);
    const char *(*title)(struct screen *); /* in the title line; worded; may be NULL */
    /* Is the row offered now? For the hint line: NULL ops means always. */
    bool (*offers)(struct screen *, const char *command);
    /* Parked sessions: a map of the screen's own, beside its arg. load() comes after open(). May be NULL. */
    void (*save)(struct screen *, struct pack *);
    void (*load)(struct screen *, const msgpack_object *map);
};

struct screen {
    const struct screen_ops *ops;
    struct app *app;
    char *arg;
    void *state;
    uint32_t generation; /* replies find the screen by it, never by pointer */
    int64_t timer_at;    /* 0: none */
};

extern const struct screen_ops *const screens_all[]; /* ended by NULL; screens/screens.c */

/* ---- the stack; all take effect at once */
struct screen *screen_push(struct app *, const char *name,
                           const char *arg); /* NULL: refused, said in the status line */
void screen_pop(struct app *);               /* the last one is never popped but replaced */
struct screen *screen_replace(struct app *, const char *name, const char *arg); /* of the whole stack */
struct screen *screen_top(struct app *);
struct screen *screen_by_generation(struct app *, uint32_t generation); /* NULL: closed meanwhile */
void screen_timer(struct screen *, int milliseconds);                   /* EV_TIMER once; 0 cancels */

/*
 * A request whose answer goes to the screen if it is still open. params: one map, the caller keeps it; NULL: an empty
 * one. `done` gets the result (a map or nil) or, on an error, NULL and the error worded for the user. Never from inside
 * the call. A changing call (record.act, …) holds its request_id; the client sends it again after a break as it was.
 */
typedef void (*screen_reply)(struct screen *, const msgpack_object *result, const char *error, uint32_t tag);
void screen_request(struct screen *, const char *method, const struct pack *params, screen_reply done, uint32_t tag);

#endif
