/*
 * read.c - statements behind a check of the caller's session and rights, in one segment: what the session caches is
 * either still true, or nothing is done, it is read anew and the call climbs the ladder again. A read that a broken
 * connection swallowed is simply sent again.
 */
#include "front.h"
#include "session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ATTEMPTS_MAX 4
#define STALE "QX001" /* session_stale() */
#define TOUCH_MS (5 * 60 * 1000)

struct read {
    struct call *call;
    req_rows done;
};

static bool worth_again(const struct db_result *r)
{
    static const char *const states[] = {"40001", "40P01", "57P01", "57P02", "57P03"};
    if (r->status == DB_UNKNOWN)
        return true;
    for (size_t i = 0; r->status == DB_ERROR && i < sizeof states / sizeof *states; i++)
        if (strcmp(r->sqlstate, states[i]) == 0)
            return true;
    return false;
}

void req_rerun(struct req *req)
{
    struct call *call = (struct call *)req;
    if (++call->attempts > ATTEMPTS_MAX)
        req_error(req, RPC_ABORTED, "lost the race too often; try again");
    else
        admit_again(call);
}

void req_session_over(struct req *req)
{
    session_end(req);
    req_error(req, RPC_UNAUTHENTICATED, "the session is over; log in again");
}

static void reread(struct req *req, const struct db_rows *row)
{
    if (row)
        req_rerun(req);
    else
        req_session_over(req);
}

/* Once in a few minutes the session's row learns that it is in use (12 h idle end it). */
static void touch(struct req *req)
{
    char id[24];
    int64_t now = monotonic_ms();
    if (!req->conn || now - req->conn->touched_at < TOUCH_MS)
        return;
    req->conn->touched_at = now;
    snprintf(id, sizeof id, "%" PRId64, req->session.session_id);
    db_query(req->server->db, DB_READ, "session_touch", 1, (const char *const[]){id}, NULL, NULL);
}

static void on_read(void *arg, const struct db_result *r)
{
    struct read *read = arg;
    struct req *req = &read->call->pub;
    if (worth_again(r) && read->call->attempts < ATTEMPTS_MAX)
        req_rerun(req);
    else if (r->status == DB_ERROR && strcmp(r->sqlstate, STALE) == 0)
        session_reload(req, reread);
    else if (r->status != DB_OK)
        req_db_error(req, r);
    else {
        touch(req);
        read->done(req, r->rows[1]);
    }
}

void req_read_params(struct req *req, enum db_class cls, const char *statement, const struct db_params *params,
                     req_rows done)
{
    struct read *read = req_alloc(req, sizeof *read);
    char account[24], session[24], version[24];
    *read = (struct read){(struct call *)req, done};
    snprintf(account, sizeof account, "%" PRId64, req->session.account_id);
    snprintf(session, sizeof session, "%" PRId64, req->session.session_id);
    snprintf(version, sizeof version, "%" PRId64, req->session.account_version);
    struct db_segment *seg = db_segment_new(req->server->db, cls, on_read, read);
    const char *const who[] = {req->session.account_school, account, session, version};
    db_segment_add(seg, "account_check", &(struct db_params){.n = 4, .values = who});
    db_segment_add(seg, statement, params);
    db_segment_send(seg);
}

void req_read(struct req *req, enum db_class cls, const char *statement, int n, const char *const *values,
              req_rows done)
{
    req_read_params(req, cls, statement, &(struct db_params){.n = n, .values = values}, done);
}
