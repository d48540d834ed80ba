/*
 * connect.c - one connection's life: connect with a timer of our own, prepare every statement in one round trip, be up,
 * break, wait, connect anew.
 *
 * libpq ignores connect_timeout when asynchronous, and closes and reopens its socket inside PQconnectPoll (often under
 * the same number, with the registration silently gone), so the events are taken off before every such call and put on
 * after it.
 */
#include "db_internal.h"

#include "../log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BACKOFF_FIRST_MS 20
#define BACKOFF_MAX_MS 2000

/* No write transaction over 2 s; a report may take longer. Time-outs stand in for PQcancel, which blocks. */
static const char *const class_timeout[DB_CLASS_COUNT] = {
    [DB_DECIDE_0] = "2s", [DB_DECIDE_1] = "2s", [DB_READ] = "10s", [DB_HEAVY] = "120s", [DB_HINTS] = "5s",
};

static void conn_poll(struct db_conn *);

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct db_conn *c = arg;
    if (c->state == CONN_CONNECTING)
        conn_poll(c);
    else
        db_conn_readable(c);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct db_conn *c = arg;
    if (c->state == CONN_CONNECTING)
        conn_poll(c);
    else
        db_conn_flush(c);
}

void db_conn_unwatch(struct db_conn *c)
{
    if (!c->watching)
        return;
    event_del(&c->read);
    event_del(&c->write);
    c->watching = false;
}

void db_conn_watch(struct db_conn *c, bool want_write)
{
    if (!c->watching) {
        evutil_socket_t fd = PQsocket(c->pg);
        event_assign(&c->read, c->db->base, fd, EV_READ | EV_PERSIST, on_readable, c);
        event_assign(&c->write, c->db->base, fd, EV_WRITE, on_writable, c);
        c->watching = true;
        event_add(&c->read, NULL);
    }
    if (want_write)
        event_add(&c->write, NULL);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct db_conn *c = arg;
    if (c->state == CONN_WAITING) {
        db_conn_start(c);
        return;
    }
    if (c->state == CONN_CONNECTING || c->state == CONN_PREPARING) {
        log_line("warning", "event=database_connect error=timeout after_ms=%d", c->db->config.connect_timeout_ms);
        db_conn_retry(c);
    }
}

void db_conn_init(struct db_conn *c, struct db *db, struct db_pool *pool)
{
    c->db = db;
    c->pool = pool;
    c->state = CONN_WAITING;
    c->backoff_ms = BACKOFF_FIRST_MS;
    TAILQ_INIT(&c->flight);
    event_assign(&c->timer, db->base, -1, 0, on_timer, c);
}

static void timer_set(struct db_conn *c, int ms)
{
    event_add(&c->timer, &(struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000});
}

void db_conn_broken(struct db_conn *c)
{
    if (c->state == CONN_BROKEN)
        return;
    c->state = CONN_BROKEN;
    db_conn_unwatch(c);
    db_defer(c->db);
}

void db_conn_close(struct db_conn *c)
{
    struct db_segment *seg;
    TAILQ_FOREACH(seg, &c->flight, link)
    seg->since = -1; /* was under way: nobody can say whether it was done */
    if (!TAILQ_EMPTY(&c->flight))
        db_defer(c->db);
    TAILQ_CONCAT(&c->db->failed, &c->flight, link);
    c->in_flight = c->bytes = 0;
    db_conn_unwatch(c);
    event_del(&c->timer);
    PQfinish(c->pg);
    c->pg = NULL;
    c->state = CONN_WAITING;
}

void db_conn_retry(struct db_conn *c)
{
    db_conn_close(c);
    int jitter = rand() % (c->backoff_ms / 2 + 1); /* so that servers don't come back in step */
    timer_set(c, c->backoff_ms + jitter);
    c->backoff_ms = c->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : c->backoff_ms * 2;
}

/* The caller's conninfo with our settings laid over it. Answers the number of pairs. */
static int conninfo_pairs(const PQconninfoOption *given, const char *options, const char **keys, const char **values,
                          int max)
{
    static const char *const ours[][2] = {
        {"client_encoding", "UTF8"},   {"fallback_application_name", "quxiangd"},
        {"tcp_user_timeout", "20000"}, {"keepalives_idle", "10"},
        {"keepalives_interval", "5"},  {"keepalives_count", "3"},
    };
    int n = 0;
    for (const PQconninfoOption *o = given; o->keyword && n < max - 10; o++) {
        if (!o->val || strcmp(o->keyword, "options") == 0)
            continue;
        keys[n] = o->keyword;
        values[n++] = o->val;
    }
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        keys[n] = ours[i][0];
        values[n++] = ours[i][1];
    }
    keys[n] = "options";
    values[n++] = options;
    keys[n] = values[n] = NULL;
    return n;
}

/* Decisions look everything up by its key. Their plans are made when the tables may still be empty, and stay. */
static const char by_key[] = " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

static PGconn *start_connecting(const struct db_conn *c)
{
    char *error = NULL, options[1024];
    PQconninfoOption *given = PQconninfoParse(c->db->conninfo, &error);
    if (!given) {
        log_line("error", "event=database_connect error=\"%s\"", error ? error : "bad conninfo");
        PQfreemem(error);
        return NULL;
    }
    const char *theirs = "";
    for (const PQconninfoOption *o = given; o->keyword; o++)
        if (strcmp(o->keyword, "options") == 0 && o->val)
            theirs = o->val;
    snprintf(options, sizeof options,
             "%s -c jit=off -c plan_cache_mode=force_generic_plan -c log_parameter_max_length_on_error=0 -c "
             "timezone=Asia/Shanghai"
             " -c statement_timeout=%s -c lock_timeout=1500ms -c idle_in_transaction_session_timeout=10s%s",
             theirs, class_timeout[c->pool->cls], c->pool->cls <= DB_DECIDE_1 ? by_key : "");
    const char *keys[64], *values[64];
    conninfo_pairs(given, options, keys, values, 64);
    PGconn *pg = PQconnectStartParams(keys, values, 0);
    PQconninfoFree(given);
    return pg;
}

/* Statements go out with a Sync each: one that doesn't parse fails alone and is named, and all take one round trip. */
static void send_prepares(struct db_conn *c)
{
    PQsetErrorVerbosity(c->pg, PQERRORS_TERSE); /* a DETAIL quotes the row, and with it people, into our log */
    if (PQsetnonblocking(c->pg, 1) || !PQenterPipelineMode(c->pg)) {
        db_conn_broken(c);
        return;
    }
    c->state = CONN_PREPARING;
    c->prepared = 0;
    for (size_t i = 0; i < db_statement_count; i++) {
        const struct db_statement *s = &db_statements[i];
        if (!PQsendPrepare(c->pg, s->name, s->sql, 0, NULL) || !PQpipelineSync(c->pg)) {
            db_conn_broken(c);
            return;
        }
    }
    db_conn_watch(c, false);
    db_conn_flush(c);
}

static void conn_poll(struct db_conn *c)
{
    db_conn_unwatch(c);
    switch (PQconnectPoll(c->pg)) {
    case PGRES_POLLING_READING:
        db_conn_watch(c, false);
        return;
    case PGRES_POLLING_WRITING:
        db_conn_watch(c, true);
        return;
    case PGRES_POLLING_OK:
        send_prepares(c);
        return;
    default:
        if (c->db->up || c->backoff_ms == BACKOFF_MAX_MS)
            log_line("warning", "event=database_connect error=\"%s\"", PQerrorMessage(c->pg));
        db_conn_broken(c);
    }
}

void db_conn_start(struct db_conn *c)
{
    c->pg = start_connecting(c);
    if (!c->pg || PQstatus(c->pg) == CONNECTION_BAD) {
        db_conn_broken(c);
        return;
    }
    c->state = CONN_CONNECTING;
    timer_set(c, c->db->config.connect_timeout_ms);
    db_conn_watch(c, true); /* libpq: behave as if PQconnectPoll had last answered WRITING */
}
