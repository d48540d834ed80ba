/*
 * app.h - the one struct app: everything the terminal client knows. Passed explicitly; there are no other globals
 * (ncurses has its own, so: one process per session).
 *
 * Per turn of the loop: all typed keys, all messages, at most one resize, at most one frame.
 */
#ifndef QX_TUI_APP_H
#define QX_TUI_APP_H

#include "../shared/domain/flow.h"
#include "client.h"
#include "commands/command.h"
#include "screen.h"
#include "term.h"

#define SCREENS_MAX 16

struct call;
struct keys;
struct overlay;

/* Who is logged in, as session.whoami says. */
struct account {
    char id[32], user[128], name[128], role_code[16], school_code[8], school[128], department[128];
    int role; /* enum qx_role */
    int rights[MODULE_COUNT];
    int classes[16], nclasses, class_year; /* class_year 0: not chosen yet */
    struct enrolment {
        char id[32], school[128], department[128], major[128], level[64];
        int class_year;
    } enrolments[16];
    int nenrolments;
    char enrolment[32];
    bool must_set_password; /* came in by an activation code: only the password screen is open */
};

enum status_kind { STATUS_NONE, STATUS_INFO, STATUS_GOOD, STATUS_WARN, STATUS_BAD };

struct app {
    const struct options *options;
    struct call *calls; /* requests under way */
    struct term *term;
    struct canvas *canvas;
    struct client *client;
    struct keys *keys;

    struct screen *stack[SCREENS_MAX];
    int depth;
    uint32_t generations;
    struct overlay *overlay; /* the open prompt, dialog or picker; NULL: none */

    struct account account;
    bool logged_in, connected, quitting;
    const char *start;
    char help_contact[256];

    uint32_t typed[8]; /* a prefix like "g" under way */
    size_t ntyped;
    int64_t typed_at;

    enum status_kind status_kind;
    char status[512];
    struct undo { /* the last decision that may be taken back (X1.6) */
        char id[40], name[64];
        int64_t version, until_ms; /* until_ms 0: none */
        int action;
    } undo;

    struct reason_draft { /* a reason being typed: survives a cancel and a lost connection */
        char id[40], code[16], text[1600];
        int64_t version; /* that was on the screen when the dialog was opened: what the decision is bound to */
        int action;
        bool open;
    } reason;

    int64_t now_ms;             /* monotonic, once per turn */
    int64_t clock_skew;         /* server's clock - ours, ms */
    int64_t park_at;            /* 0: nothing to park */
    bool parking, hung_up;      /* a park is on its way; the line dropped: park, don't forget */
    bool dirty, hurry, pasting; /* hurry: a key or an answer, not only a push: the frame isn't put off */
    int64_t shown_at;
};

/* The whole session; `start`: a command line run after log-in, NULL: home. Answers the exit status. */
int app_main(const struct options *, const char *start);

/* ---- the parts, one file each */
void app_key(struct app *, uint32_t key); /* input.c */
void app_paste(struct app *, const char *text);
void app_input_timer(struct app *);                     /* an unfinished key sequence times out */
void app_frame(struct app *);                           /* frame.c: compose the canvas */
void app_event_all(struct app *, const struct event *); /* stack.c: to every screen, top first */
void app_calls_free(struct app *);
void app_park(struct app *);        /* park.c: send the screens' state now */
void app_park_soon(struct app *);   /* after a key: in a moment, sooner while a text is being typed */
void app_park_forget(struct app *); /* left on purpose: the next log-in starts at home */
void app_unpark(struct app *);      /* ask for it, then take it up or start anew */

/* Run a command line, as a key, the palette or a start argument does. */
void app_run(struct app *, const char *line);
void app_dirty(struct app *); /* something shown has changed: a frame, and (later) a park */
void app_status(struct app *, enum status_kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int64_t app_server_now(const struct app *); /* Unix ms by the server's clock */
bool app_is(const struct app *, enum qx_role);
/* The account's answer (session.whoami's map) into app->account. */
void app_take_account(struct app *, const msgpack_object *account);
void app_logged_in(struct app *); /* after the account is taken: class or enrolment choice, the parked state, or home */

#endif
