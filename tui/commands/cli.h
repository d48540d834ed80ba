/*
 * cli.h - what a verb run as a command has at hand: its arguments, the server, and ways to say what came of it.
 *
 * Results go to standard output, everything said to a person to standard error. With --json a list is an array of
 * objects and anything else one object; without it, tables aligned by display width.
 */
#ifndef QX_CLI_H
#define QX_CLI_H

#include "command.h"

/* ------------------------------------------------------------------ arguments, by the row's usage line */

enum { ARGS_MAX = 64 };
struct args {
    const char *positional[ARGS_MAX];
    int npositional;
    struct {
        const char *name, *value; /* value: "" for a flag */
    } options[ARGS_MAX];
    int noptions;
};
/*
 * Sorts argv by the usage line: "--name WORD" takes a value, "--name" alone is a flag, "[…]" may be absent, "…..." may
 * be repeated. Whatever the usage doesn't name is refused. Answers false after filling `why` (worded).
 */
bool args_sort(struct args *, const char *usage, int argc, char *const *argv, char *why, size_t len);

/* The usage line with its placeholders in the language in force. Answers buf. */
const char *usage_shown(const char *usage, char *buf, size_t len);

struct cli {
    const struct options *options;
    const struct command *command;
    struct args args;
    struct client *client;
    int status; /* what cli_ask() refused with */
};

const char *cli_arg(const struct cli *, int i);               /* NULL: not given */
const char *cli_option(const struct cli *, const char *name); /* without the dashes; NULL: not given */
bool cli_flag(const struct cli *, const char *name);

/* ------------------------------------------------------------------ values that stand in lists (values.c) */

/* The options' values and the first id are well-formed; else said what is wrong and what there is. */
bool values_ok(const struct cli *);
/* The lists behind the command's options, or behind one of them, as lines of a help text. */
void values_help(const struct command *, const char *option, FILE *to);

/* ------------------------------------------------------------------ saying */

int cli_usage(const struct cli *, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* EXIT_USAGE */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));                      /* a line on stderr */
int cli_fail(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ------------------------------------------------------------------ asking */

/* Connects, logs in, chooses the class. EXIT_DONE, or the exit status after having said why. */
int cli_connect(struct cli *);
/* Connects only: nobody need be logged in. */
int cli_connect_anonymous(struct cli *);
/* false: said why, status set. The answer's strings are NUL-terminated. */
bool cli_ask(struct cli *, const char *method, const struct pack *params, struct answer *);
bool cli_ask_once(struct cli *, const char *method, const struct pack *params, struct answer *);
/*
 * A result with an `outcome`: says a refusal in words, prints the object with --json, and answers the exit status.
 * `done`: what to say when it is ok and --json isn't given; NULL nothing.
 */
int cli_outcome(struct cli *, const msgpack_object *result, const char *done);
int outcome_exit(const msgpack_object *result);
/* Likewise for what the client itself has named: `key` with its `value` is added to the JSON, or said alone. */
int cli_created(struct cli *, const msgpack_object *result, const char *key, const char *value);
/* Ask and answer with the outcome: what most changing verbs do. Frees the params. */
int cli_change(struct cli *, const char *method, struct pack *params, const char *done);

/* ------------------------------------------------------------------ files and secrets */

/* "-" is standard input; anything else a file, which the gateway refuses. NULL: said why, status set. */
FILE *cli_open(struct cli *, const char *path);
/* All of it, NUL-ended; at most `max` bytes. NULL: said why. malloc'd. */
char *cli_read_all(struct cli *, FILE *, size_t max, size_t *len);
/* Asked on the terminal without echo; when standard input is no terminal, its next line. NULL: there is none. */
char *cli_secret(const char *label);
char *cli_line(const char *label); /* likewise, with echo */
void secret_free(char *);

/*
 * The FIELD=VALUE arguments from `first` on, over the members of `base` (may be NULL; masked ones are left out), as one
 * map. "FIELD=" takes a field out. false: one isn't FIELD=VALUE.
 */
bool cli_pack_fields(const struct cli *, int first, const msgpack_object *base, struct pack *);

/* ------------------------------------------------------------------ showing */

/* "" when absent or no string. Only for copied objects (struct answer): NUL-terminated. */
const char *text_of(const msgpack_object *map, const char *key);
int64_t int_of(const msgpack_object *map, const char *key);
bool bool_of(const msgpack_object *map, const char *key);
/* The elements of an array; NULL and 0 when it isn't one. */
const msgpack_object *array_of(const msgpack_object *map, const char *key, uint32_t *n);

/* How a value reads in a table. Answers buf or a text that lives longer. */
typedef const char *(*value_show)(const msgpack_object *value, char *buf, size_t len);
struct column {
    const char *key, *title; /* title: N_("…"); key "": the whole row */
    value_show show;         /* NULL: as it is */
};
const char *show_plain(const msgpack_object *, char *buf, size_t len);
const char *show_flow(const msgpack_object *, char *buf, size_t len);
const char *show_state(const msgpack_object *, char *buf, size_t len);
const char *show_action(const msgpack_object *, char *buf, size_t len);
const char *show_role(const msgpack_object *, char *buf, size_t len);
const char *show_time(const msgpack_object *, char *buf, size_t len);
const char *show_kind(const msgpack_object *, char *buf, size_t len);
const char *show_level(const msgpack_object *, char *buf, size_t len);
const char *show_reason(const msgpack_object *, char *buf, size_t len);
const char *show_choice(const msgpack_object *, char *buf, size_t len);
const char *show_failed(const msgpack_object *, char *buf, size_t len);     /* guards, worded */
const char *show_message(const msgpack_object *row, char *buf, size_t len); /* of a whole row of inbox.list */
const char *show_region(const msgpack_object *, char *buf, size_t len);

/* A table being written page by page: widths from the first page; JSON as one array. */
struct table {
    const struct column *columns; /* ended by a NULL key */
    int widths[24];
    bool json, begun;
    long rows;
};
void table_begin(struct table *, const struct cli *, const struct column *columns);
void table_rows(struct table *, const msgpack_object *rows, uint32_t n);
void table_end(struct table *);
/* rows of `key` in the result as one table */
void print_rows(const struct cli *, const msgpack_object *result, const char *key, const struct column *);
/* One thing: "label  value" lines by the columns; absent ones are left out. */
void print_fields(const msgpack_object *map, const struct column *);
void print_json(const msgpack_object *);
/*
 * Every page of a list method into a table: `params` holds all but cursor and limit, npairs of key and value, without
 * the map's header. Stops after --limit rows.
 */
int print_pages(struct cli *, const char *method, const struct pack *pairs, size_t npairs, const struct column *);

#endif
