/*
 * pipeline.c - segments out, results in, on a connection in pipeline mode.
 *
 * What comes back for a segment of n statements: n times (a result, then NULL), then PIPELINE_SYNC with no NULL after
 * it; after an error the statements that follow answer PIPELINE_ABORTED. Only the Sync says that the segment's fate is
 * known.
 */
#include "db_internal.h"

#include "../log.h"

#include <stdlib.h>
#include <string.h>

void db_conn_flush(struct db_conn *c)
{
    if (c->state == CONN_BROKEN)
        return;
    int rest = PQflush(c->pg);
    if (rest < 0)
        db_conn_broken(c);
    else if (rest > 0)
        db_conn_watch(c, true);
}

bool db_conn_send(struct db_conn *c, struct db_segment *seg)
{
    TAILQ_INSERT_TAIL(&c->flight, seg, link);
    c->in_flight++;
    c->bytes += seg->bytes;
    for (size_t i = 0; i < seg->n; i++) {
        const struct db_step *s = &seg->steps[i];
        if (!PQsendQueryPrepared(c->pg, s->statement->name, s->n, s->values, s->lengths, s->formats, 0)) {
            db_conn_broken(c);
            return false;
        }
    }
    if (!PQpipelineSync(c->pg)) {
        db_conn_broken(c);
        return false;
    }
    db_conn_flush(c);
    return true;
}

/* ------------------------------------------------------------------ while preparing */

static void prepared_all(struct db_conn *c)
{
    event_del(&c->timer);
    c->state = CONN_UP;
    c->backoff_ms = 20;
    if (c->pool->cls == DB_HINTS && db_statement_find("hints_listen")) { /* before anything that waits */
        struct db_segment *listen = db_segment_new(c->db, DB_HINTS, NULL, NULL);
        db_segment_add(listen, "hints_listen", NULL);
        db_conn_send(c, listen);
    }
    db_look_up(c->db);
    db_dispatch(c->pool);
}

/* The statement's own error, not the end of the connection that it was being prepared on. */
static bool is_statement_error(const PGresult *res)
{
    const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);
    return PQresultStatus(res) == PGRES_FATAL_ERROR && severity && strcmp(severity, "ERROR") == 0;
}

static void preparing_result(struct db_conn *c, PGresult *res)
{
    ExecStatusType status = PQresultStatus(res);
    if (status == PGRES_PIPELINE_SYNC) {
        c->prepared++;
    } else if (is_statement_error(res) && c->prepared < db_statement_count && !c->db->broken[c->prepared]) {
        c->db->broken[c->prepared] = true;
        log_line("error", "event=statement_broken statement=%s error=\"%s\"", db_statements[c->prepared].name,
                 PQresultErrorMessage(res));
    }
    PQclear(res);
}

/* ------------------------------------------------------------------ results */

static void segment_synced(struct db_conn *c, struct db_segment *seg)
{
    TAILQ_REMOVE(&c->flight, seg, link);
    c->in_flight--;
    c->bytes -= seg->bytes;
    db_dispatch(c->pool); /* first the next one out, then this one's callback */
    db_segment_finish(seg, seg->error ? DB_ERROR : DB_OK);
}

static void segment_result(struct db_conn *c, struct db_segment *seg, PGresult *res)
{
    switch (PQresultStatus(res)) {
    case PGRES_PIPELINE_SYNC:
        PQclear(res);
        segment_synced(c, seg);
        return;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        if (seg->got < seg->n) {
            seg->results[seg->got++].res = res;
            return;
        }
        break;
    case PGRES_FATAL_ERROR:
        if (!seg->error) {
            seg->error = res;
            seg->failed = seg->got;
            return;
        }
        break;
    default: /* PIPELINE_ABORTED: the error before it says why */
        break;
    }
    PQclear(res);
}

/* Everything that has arrived. NULLs end each statement's results; several in a row mean that the connection has died.
 */
static void drain_results(struct db_conn *c)
{
    int nulls = 0;
    while (nulls < 3 && (c->state == CONN_UP || c->state == CONN_PREPARING) && !PQisBusy(c->pg)) {
        struct db_segment *seg = TAILQ_FIRST(&c->flight);
        bool preparing = c->state == CONN_PREPARING && c->prepared < db_statement_count;
        if (!seg && !preparing)
            break;
        PGresult *res = PQgetResult(c->pg);
        if (!res) {
            nulls++;
            continue;
        }
        nulls = 0;
        if (preparing)
            preparing_result(c, res);
        else
            segment_result(c, seg, res);
    }
}

static void drain_notifications(struct db_conn *c)
{
    PGnotify *n;
    while (c->state == CONN_UP && (n = PQnotifies(c->pg))) {
        if (c->db->on_notify)
            c->db->on_notify(c->db->on_notify_arg, n->relname, n->extra);
        PQfreemem(n);
    }
}

void db_conn_readable(struct db_conn *c)
{
    bool alive = PQconsumeInput(c->pg) == 1;
    drain_results(c);
    if (c->state == CONN_PREPARING && c->prepared == db_statement_count)
        prepared_all(c);
    drain_notifications(c);
    if (c->state == CONN_BROKEN)
        return;
    if (!alive || PQstatus(c->pg) == CONNECTION_BAD) {
        log_line("warning", "event=database_lost in_flight=%zu error=\"%s\"", c->in_flight, PQerrorMessage(c->pg));
        db_conn_broken(c);
        return;
    }
    db_conn_flush(c);
}
