/*
 * pool.c - the connection classes: their queues, who sends next, how long a segment waits.
 *
 * A class's segments leave in the order they came. A segment goes to the least busy connection of its class that is up;
 * with none free it waits in the class's queue, at most wait_ms, whether the database is busy or away.
 */
#include "db_internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const size_t class_depth[DB_CLASS_COUNT] = {
    [DB_DECIDE_0] = 8, [DB_DECIDE_1] = 8, [DB_READ] = 32, [DB_HEAVY] = 1, [DB_HINTS] = 8,
};

int64_t db_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void db_defer(struct db *db)
{
    event_active(&db->deferred, EV_TIMEOUT, 1);
}

static struct db_conn *pool_free_conn(struct db_pool *pool)
{
    struct db_conn *best = NULL;
    for (int i = 0; i < pool->nconns; i++) {
        struct db_conn *c = &pool->conns[i];
        if (c->state != CONN_UP || c->in_flight >= pool->depth || (c->in_flight && c->bytes >= DB_BYTES_MAX))
            continue;
        if (!best || c->in_flight < best->in_flight)
            best = c;
    }
    return best;
}

void db_dispatch(struct db_pool *pool)
{
    struct db_segment *seg;
    struct db_conn *conn;
    while ((seg = TAILQ_FIRST(&pool->queue)) && (conn = pool_free_conn(pool))) {
        TAILQ_REMOVE(&pool->queue, seg, link);
        pool->queued--;
        db_conn_send(conn, seg);
    }
}

static void segment_fail(struct db *db, struct db_segment *seg)
{
    TAILQ_INSERT_TAIL(&db->failed, seg, link);
    db_defer(db);
}

void db_segment_send(struct db_segment *seg)
{
    struct db *db = seg->db;
    struct db_pool *pool = &db->pools[seg->cls];
    seg->since = db_now_ms();
    if (seg->refused || pool->queued >= db->config.queue_max) {
        segment_fail(db, seg);
        return;
    }
    TAILQ_INSERT_TAIL(&pool->queue, seg, link);
    pool->queued++;
    db_dispatch(pool);
}

size_t db_busy(const struct db *db, enum db_class cls)
{
    const struct db_pool *pool = &db->pools[cls];
    size_t n = pool->queued;
    for (int i = 0; i < pool->nconns; i++)
        n += pool->conns[i].in_flight;
    return n;
}

bool db_up(const struct db *db)
{
    for (int cls = 0; cls < DB_CLASS_COUNT; cls++) {
        const struct db_pool *pool = &db->pools[cls];
        int up = 0;
        for (int i = 0; i < pool->nconns; i++)
            up += pool->conns[i].state == CONN_UP;
        if (pool->nconns && !up)
            return false;
    }
    return true;
}

void db_look_up(struct db *db)
{
    bool up = db_up(db);
    if (up == db->up)
        return;
    db->up = up;
    if (db->on_change)
        db->on_change(db->on_change_arg, up);
}

/* Which failure a segment in `failed` met: it was refused, it was under way, or it never left. */
static enum db_status segment_fate(const struct db_segment *seg)
{
    if (seg->refused)
        return DB_ERROR;
    return seg->since < 0 ? DB_UNKNOWN : DB_AWAY;
}

static void answer_failed(struct db *db)
{
    struct db_segments failed = TAILQ_HEAD_INITIALIZER(failed);
    TAILQ_CONCAT(&failed, &db->failed, link);
    struct db_segment *seg;
    while ((seg = TAILQ_FIRST(&failed))) {
        TAILQ_REMOVE(&failed, seg, link);
        db_segment_finish(seg, segment_fate(seg));
    }
}

/* What must not happen inside the calls that found it: closing broken connections, answering failures. */
static void deferred_work(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct db *db = arg;
    for (int cls = 0; cls < DB_CLASS_COUNT; cls++)
        for (int i = 0; i < db->pools[cls].nconns; i++)
            if (db->pools[cls].conns[i].state == CONN_BROKEN)
                db_conn_retry(&db->pools[cls].conns[i]);
    db_look_up(db);
    answer_failed(db);
}

/* One pass over every queue: who waited too long is told so. The queues are in order of arrival. */
static void janitor_pass(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct db *db = arg;
    int64_t limit = db_now_ms() - db->config.wait_ms;
    for (int cls = 0; cls < DB_CLASS_COUNT; cls++) {
        struct db_pool *pool = &db->pools[cls];
        struct db_segment *seg;
        while ((seg = TAILQ_FIRST(&pool->queue)) && seg->since <= limit) {
            TAILQ_REMOVE(&pool->queue, seg, link);
            pool->queued--;
            segment_fail(db, seg);
        }
    }
}

static void pool_open(struct db *db, enum db_class cls)
{
    static const int usual[DB_CLASS_COUNT] = {1, 1, 4, 2, 1};
    struct db_pool *pool = &db->pools[cls];
    pool->cls = cls;
    pool->depth = class_depth[cls];
    pool->nconns = db->config.connections[cls] ? db->config.connections[cls] : usual[cls];
    pool->conns = calloc((size_t)pool->nconns, sizeof *pool->conns);
    TAILQ_INIT(&pool->queue);
    if (!pool->conns)
        abort();
    for (int i = 0; i < pool->nconns; i++) {
        db_conn_init(&pool->conns[i], db, pool);
        db_conn_start(&pool->conns[i]);
    }
}

struct db *db_open(struct event_base *base, const struct db_config *config)
{
    struct db *db = calloc(1, sizeof *db);
    if (!db)
        abort();
    db->base = base;
    db->config = *config;
    db->conninfo = strdup(config->conninfo);
    db->broken = calloc(db_statement_count + 1, sizeof *db->broken);
    if (!db->conninfo || !db->broken)
        abort();
    db->config.conninfo = db->conninfo;
    db->config.connect_timeout_ms = config->connect_timeout_ms ? config->connect_timeout_ms : 5000;
    db->config.wait_ms = config->wait_ms ? config->wait_ms : 30000;
    db->config.queue_max = config->queue_max ? config->queue_max : 4096;
    TAILQ_INIT(&db->failed);
    event_assign(&db->deferred, base, -1, 0, deferred_work, db);
    event_assign(&db->janitor, base, -1, EV_PERSIST, janitor_pass, db);
    event_add(&db->janitor, &(struct timeval){.tv_usec = 200000});
    for (int cls = 0; cls < DB_CLASS_COUNT; cls++)
        pool_open(db, (enum db_class)cls);
    return db;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    event_del(&db->janitor);
    for (int cls = 0; cls < DB_CLASS_COUNT; cls++) {
        for (int i = 0; i < db->pools[cls].nconns; i++)
            db_conn_close(&db->pools[cls].conns[i]);
        TAILQ_CONCAT(&db->failed, &db->pools[cls].queue, link);
        db->pools[cls].queued = 0;
    }
    event_del(&db->deferred);
    struct db_segment *seg;
    while ((seg = TAILQ_FIRST(&db->failed))) { /* nobody is called any more */
        TAILQ_REMOVE(&db->failed, seg, link);
        db_segment_free(seg);
    }
    for (int cls = 0; cls < DB_CLASS_COUNT; cls++)
        free(db->pools[cls].conns);
    free(db->broken);
    free(db->conninfo);
    free(db);
}

void db_on_change(struct db *db, void (*fn)(void *, bool), void *arg)
{
    db->on_change = fn;
    db->on_change_arg = arg;
}

void db_on_notify(struct db *db, void (*fn)(void *, const char *, const char *), void *arg)
{
    db->on_notify = fn;
    db->on_notify_arg = arg;
}
