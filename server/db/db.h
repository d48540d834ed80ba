/*
 * db.h - asynchronous PostgreSQL: connection classes, pipelined segments, named statements.
 *
 * A segment is one or more prepared statements ended by one Sync: its own implicit transaction, sent without waiting
 * for the ones before it. Nothing here blocks; results arrive through the callback on the loop's thread. Statements are
 * the files of sql/queries/ (turned into C by the build) and go by the file's name; they are prepared on every new
 * connection.
 *
 * Never: COPY in a pipeline, PQcancel, trust in PQstatus alone (SERVER.md's traps). A segment whose Sync did not come
 * back has an *unknown* outcome and says so; only the caller knows whether it may be sent again.
 */
#ifndef QX_DB_H
#define QX_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct db;

enum db_class { DB_DECIDE_0, DB_DECIDE_1, DB_READ, DB_HEAVY, DB_HINTS, DB_CLASS_COUNT }; /* 1, 1, 4, 2, 1 connections */

enum db_status {
    DB_OK,
    DB_ERROR,   /* the segment was rolled back; see sqlstate */
    DB_UNKNOWN, /* the connection broke with the segment under way: done or not, nobody can say */
    DB_AWAY,    /* never sent: no connection within the wait limit, or the queue is full */
};

/* Text-format values; NULL = SQL NULL. Binary parameters: formats[i] = 1 with lengths[i]. */
struct db_params {
    int n;
    const char *const *values;
    const int *lengths, *formats; /* may be NULL: all text */
};

struct db_rows; /* one statement's rows; valid during the callback only */
int db_nrows(const struct db_rows *);
int db_ncols(const struct db_rows *);
const char *db_col_name(const struct db_rows *, int col);
unsigned db_col_type(const struct db_rows *, int col);         /* OID */
int db_col(const struct db_rows *, const char *name);          /* -1: none */
const char *db_text(const struct db_rows *, int row, int col); /* NULL for SQL NULL */
size_t db_length(const struct db_rows *, int row, int col);
int64_t db_int(const struct db_rows *, int row, int col); /* 0 for NULL */
bool db_bool(const struct db_rows *, int row, int col);
/* A bytea column's bytes (its text is \x and hex) into buf; answers how many it wrote, 0 for NULL. */
size_t db_bytea(const struct db_rows *, int row, int col, uint8_t *buf, size_t len);

struct db_result {
    enum db_status status;
    char sqlstate[6];       /* of DB_ERROR */
    const char *message;    /* for the log, never for a client */
    const char *constraint; /* of 23505, 23514, … or "" */
    int failed_statement;   /* index in the segment, of DB_ERROR */
    size_t n;
    const struct db_rows *const *rows; /* per statement, with DB_OK */
};
typedef void (*db_done)(void *arg, const struct db_result *);

/* Values are copied. The callback is called exactly once, never from inside these calls. */
struct db_segment;
struct db_segment *db_segment_new(struct db *, enum db_class, db_done, void *arg);
void db_segment_add(struct db_segment *, const char *statement, const struct db_params *);
void db_segment_send(struct db_segment *); /* hands it over; retries nothing */
/* One statement, all text parameters. */
void db_query(struct db *, enum db_class, const char *statement, int n, const char *const *values, db_done, void *arg);

struct db_config {
    const char *conninfo;
    int connections[DB_CLASS_COUNT];
    int connect_timeout_ms, wait_ms; /* how long a segment waits for a connection before DB_AWAY: 30 s */
    size_t queue_max;                /* segments waiting per class */
};
struct db *db_open(struct event_base *, const struct db_config *);
void db_close(struct db *);
bool db_up(const struct db *); /* at least one connection per class */
/* Called on the loop when the database comes or goes. */
void db_on_change(struct db *, void (*fn)(void *arg, bool up), void *arg);
/* Called on every NOTIFY that arrives at the hints connection (LISTEN is done by statement). */
void db_on_notify(struct db *, void (*fn)(void *arg, const char *channel, const char *payload), void *arg);
/* Segments under way and waiting: 0 = idle (graceful stop, coalescing). */
size_t db_busy(const struct db *, enum db_class);

/* Named statements, from the build: {"queue_page", "SELECT …", number of parameters}. */
struct db_statement {
    const char *name, *sql;
    int nparams;
};
extern const struct db_statement db_statements[];
extern const size_t db_statement_count;

/* ---- building array literals for unnest(): '{"a","b",NULL}' */
struct db_array {
    char *text;
    size_t len, cap, n;
};
void db_array_start(struct db_array *);
void db_array_text(struct db_array *, const char *value); /* NULL -> NULL */
void db_array_int(struct db_array *, int64_t value);
void db_array_bool(struct db_array *, bool value);
void db_array_null(struct db_array *);
const char *db_array_end(struct db_array *); /* the literal; stays valid until _start or _free */
void db_array_free(struct db_array *);

#endif
