/*
 * db_internal.h - what the files of this folder share: pool.c (classes, queues, time limits), connect.c (a connection's
 * life), pipeline.c (segments out, results in), segment.c (building a segment, reading rows).
 *
 * Holds: a segment is in exactly one list (a class's queue, a connection's flight, or `failed`) from _send to its
 * callback; callbacks run from the loop only, never below a public call; a broken connection is closed by the deferred
 * event, never inside the call that found it broken.
 */
#ifndef QX_DB_INTERNAL_H
#define QX_DB_INTERNAL_H

#include "db.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <libpq-fe.h>
#include <sys/queue.h>

struct db_step {
    const struct db_statement *statement;
    int n;
    const char **values; /* one allocation: values, lengths, formats, data */
    int *lengths, *formats;
};

struct db_rows {
    PGresult *res;
};

struct db_segment {
    TAILQ_ENTRY(db_segment) link;
    struct db *db;
    enum db_class cls;
    db_done done;
    void *arg;
    struct db_step *steps;
    struct db_rows *results; /* filled as they arrive */
    size_t n, cap, got;
    size_t bytes;
    int64_t since;       /* ms, of the loop's monotonic clock: when it was handed over */
    PGresult *error;     /* the first failure */
    size_t failed;       /* its step */
    const char *refused; /* a caller's mistake, found before sending */
};
TAILQ_HEAD(db_segments, db_segment);

enum db_conn_state {
    CONN_WAITING,    /* for its back-off timer */
    CONN_CONNECTING, /* PQconnectPoll */
    CONN_PREPARING,  /* statements under way */
    CONN_UP,
    CONN_BROKEN, /* to be closed by the deferred event */
};

struct db_conn {
    struct db *db;
    struct db_pool *pool;
    enum db_conn_state state;
    PGconn *pg;
    struct event read, write, timer; /* read and write: of the socket as it is now */
    bool watching;
    int backoff_ms;
    size_t prepared; /* Syncs of the preparation that came back */
    struct db_segments flight;
    size_t in_flight, bytes;
};

struct db_pool {
    enum db_class cls;
    struct db_conn *conns;
    int nconns;
    size_t depth; /* segments in flight per connection */
    struct db_segments queue;
    size_t queued;
};

struct db {
    struct event_base *base;
    struct db_config config;
    char *conninfo;
    struct db_pool pools[DB_CLASS_COUNT];
    struct event deferred, janitor;
    struct db_segments failed; /* to be answered DB_AWAY, DB_ERROR or DB_UNKNOWN by the deferred event */
    bool up, *broken;          /* broken[i]: statement i could not be prepared on some connection */
    void (*on_change)(void *, bool);
    void *on_change_arg;
    void (*on_notify)(void *, const char *, const char *);
    void *on_notify_arg;
};

#define DB_BYTES_MAX ((size_t)1 << 20) /* unsent and unanswered bytes per connection: libpq itself has no limit */

/* pool.c */
int64_t db_now_ms(void);
void db_dispatch(struct db_pool *); /* queued segments onto free connections */
void db_defer(struct db *);         /* run the deferred event at the loop's next turn */
void db_look_up(struct db *);       /* tell on_change if the database came or went */

/* connect.c */
void db_conn_init(struct db_conn *, struct db *, struct db_pool *);
void db_conn_start(struct db_conn *);
void db_conn_broken(struct db_conn *); /* marks only */
void db_conn_close(struct db_conn *);  /* its flight goes to db->failed, answered DB_UNKNOWN */
void db_conn_retry(struct db_conn *);  /* close, then wait for the back-off */
void db_conn_watch(struct db_conn *, bool want_write);
void db_conn_unwatch(struct db_conn *);

/* pipeline.c */
bool db_conn_send(struct db_conn *, struct db_segment *);
void db_conn_readable(struct db_conn *);
void db_conn_flush(struct db_conn *);

/* segment.c */
const struct db_statement *db_statement_find(const char *name);
void db_segment_finish(struct db_segment *, enum db_status); /* calls back and frees */
void db_segment_free(struct db_segment *);

#endif
