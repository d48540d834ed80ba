/*
 * sweep.c - the periodic pass over what has had its time.
 */
#include "sweep.h"

#include "../db/db.h"
#include "../log.h"

#include <event2/event.h>
#include <stdlib.h>

enum { FIRST_SECONDS = 3, PASS_SECONDS = 600 };

static const char *const statements[] = {"sweep_uploads",  "sweep_requests", "sweep_imports",
                                         "sweep_sessions", "sweep_parked",   "sweep_failures"};

struct sweep {
    struct db *db;
    struct event *timer;
    size_t next;    /* statement of the pass under way */
    bool under_way; /* a callback will come */
    bool stopped;   /* it frees this */
};

static void wait_seconds(struct sweep *s, long seconds)
{
    const struct timeval t = {.tv_sec = seconds};
    event_add(s->timer, &t);
}

static void go_on(struct sweep *s);

/* Statements that take so many at a time say whether that was all. */
static bool more(const struct db_result *result)
{
    return result->status == DB_OK && db_nrows(result->rows[0]) == 1 && db_bool(result->rows[0], 0, 0);
}

static void swept(void *arg, const struct db_result *result)
{
    struct sweep *s = arg;
    s->under_way = false;
    if (s->stopped) {
        free(s);
        return;
    }
    if (result->status == DB_ERROR)
        log_line("warning", "event=sweep_failed statement=%s sqlstate=%s", statements[s->next], result->sqlstate);
    if (!more(result))
        s->next++;
    if (result->status == DB_OK || result->status == DB_ERROR)
        go_on(s);
    else
        wait_seconds(s, PASS_SECONDS);
}

static void go_on(struct sweep *s)
{
    if (s->next == sizeof statements / sizeof *statements) {
        wait_seconds(s, PASS_SECONDS);
        return;
    }
    s->under_way = true;
    db_query(s->db, DB_HEAVY, statements[s->next], 0, NULL, swept, s);
}

static void pass(evutil_socket_t fd, short what, void *arg)
{
    struct sweep *s = arg;
    (void)fd, (void)what;
    s->next = 0;
    go_on(s);
}

struct sweep *sweep_start(struct event_base *base, struct db *db)
{
    struct sweep *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->db = db;
    s->timer = evtimer_new(base, pass, s);
    if (!s->timer) {
        free(s);
        return NULL;
    }
    wait_seconds(s, FIRST_SECONDS);
    return s;
}

void sweep_stop(struct sweep *s)
{
    if (!s)
        return;
    event_free(s->timer);
    s->timer = NULL;
    s->stopped = true;
    if (!s->under_way)
        free(s);
}
