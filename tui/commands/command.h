/*
 * command.h - the verbs. One row each, and every way to say it runs the same row: a key, the palette, `quxiang VERB …`,
 * `ssh host VERB …`, a test script. Help, hints, palette and quxiang(1)'s list are drawn from the rows.
 *
 * Rows stand by subject, one file each in tui/commands; command_tables[] lists them. Who may do what is the server's to
 * say: `roles` only keeps out of the palette what can never be for this user.
 */
#ifndef QX_COMMAND_H
#define QX_COMMAND_H

#include "../../shared/domain/flow.h"
#include "../client.h"
#include "../po/tr.h"

#include <stdio.h>

/* How much stands between the key and the deed. */
enum danger {
    DANGER_NONE,  /* looks only */
    DANGER_UNDO,  /* one key; can be taken back (X1.6) */
    DANGER_ASK,   /* asks for its reason or a last look first */
    DANGER_TYPED, /* asks for a word to be typed; never from a paste */
};

enum {
    VERB_NEEDS_RECORD = 1, /* offered where a record is selected; its first argument is ID[@VERSION] */
    VERB_REASON = 2,       /* takes --reason CODE and --text TEXT, both needed (S2.1.8) */
    VERB_SCREEN = 4,       /* only with a screen: moves, opens, closes; not for scripts */
    VERB_LOCAL = 8,        /* needs no server */
    VERB_TICK = 16,        /* takes --agreed (S2.3.9, S2.8.2) */
    VERB_TEXT = 32,        /* takes --text TEXT alone */
    VERB_FIRST = 64,       /* also before the first password is set (a session that came by an activation code) */
};

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_CONFLICT = 3, EXIT_NO_CONNECTION = 4, EXIT_LOGIN = 5 };

struct cli;
struct command {
    const char *name; /* "approve", "queue list": one or two words */
    const char *args; /* as in the usage line: "ID[@VERSION] [--text TEXT]"; "" none */
    enum danger danger;
    unsigned flags;           /* VERB_… */
    unsigned roles;           /* R(…) of methods.h; 0: everyone */
    enum qx_action action;    /* of record.act, when the verb is one; else ACT_NONE */
    const char *help;         /* N_("…") */
    int (*run)(struct cli *); /* for scripts; NULL: the screens' own (VERB_SCREEN) */
};

/* One table per file, each ended by a NULL name. */
extern const struct command commands_queue[], commands_act[], commands_record[], commands_own[], commands_evidence[],
    commands_roster[], commands_account[], commands_settings[], commands_session[], commands_screen[];
extern const struct command *const command_tables[]; /* all of them, ended by NULL */

/* By its whole name ("queue list"), or NULL. */
const struct command *command_find(const char *name);
/* The action's verb (approve, return, …); NULL: none. */
const struct command *command_of_action(enum qx_action);
/*
 * The verb that argv begins with (one or two words); *used = words taken. NULL: no such verb.
 * The screens feed it what was typed after ':'.
 */
const struct command *command_parse(int argc, char *const *argv, int *used);
/* Every row, in table order: for palette and help. Answers how many; writes up to max. */
size_t commands_all(const struct command **out, size_t max);
/* Words of a line, as a shell splits them ('…', "…", \): for the palette and the gateway. Free argv[0] and argv.
 * NULL: a quote is open. */
char **words_split(const char *line, int *argc);

/* ------------------------------------------------------------------ an action on a record, from wherever it was said
 */

struct act_request {
    const char *id;   /* "10001-4711"; NULL: the action creates the record */
    const char *uuid; /* the draft's, for submit */
    int64_t version;  /* seen; < 0: none (it creates) */
    enum qx_action action;
    const char *reason_code, *reason_text;
    bool agreed;
    const char *kind;
    const struct pack *content; /* a whole map, or NULL */
};
/* record.act's params, with a new request id. */
void pack_act(struct pack *, const struct act_request *);

/* ------------------------------------------------------------------ the command line */

struct options {
    const char *server;     /* --server, else $QUXIANG_SERVER, else the default socket */
    const char *token_file; /* --token-file */
    int class_year;         /* --class; 0: the newest (S1.5.4) */
    const char *enrolment;  /* --enrolment; NULL: the only one */
    bool json, gateway;     /* --json; QUXIANG_GATEWAY=1 */
    enum language language; /* --lang, else the environment's */
    bool language_chosen;   /* --lang was given: it beats the account's */
};
/*
 * Takes the options that hold for everything out of argv, wherever they stand (before "--"). argv[0] is the program.
 * Answers false after having said on stderr what is wrong (exit EXIT_USAGE).
 */
bool options_take(struct options *, int *argc, char **argv);
/* argv: the verb's first word and what follows. Runs it; answers the exit status. */
int cli_main(const struct options *, int argc, char **argv);
/* The token in a file: first line, without the newline. NULL: not readable, with errno. malloc'd. */
char *token_read(const char *path);

#endif
