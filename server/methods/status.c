/*
 * status.c - hello and server.status: what this server is, allows and has counted.
 */
#include "../front.h"
#include "../session.h"

#include "../../shared/text/text.h"

#include <stdio.h>
#include <time.h>

#ifndef PACKAGE_VERSION
#include "config.h"
#endif

static void pack_limits(struct pack *p, const struct req *req)
{
    const struct scan_limits *l = req->session.in ? &scan_limits_session : &scan_limits_anonymous;
    pack_key(p, "limits");
    pack_map(p, 5);
    pack_kint(p, "message_bytes", l->bytes);
    pack_kint(p, "nodes", l->nodes);
    pack_kint(p, "string_bytes", l->string);
    pack_kint(p, "depth", l->depth);
    pack_kint(p, "in_flight", req->server->config.in_flight_max);
}

static void hello_reply(struct req *req, const struct db_rows *now)
{
    struct pack *p = req_result(req);
    size_t mark = pack_map_open(p);
    uint32_t n = 4;
    pack_kint(p, "protocol", RPC_PROTOCOL);
    pack_kstr(p, "server", "quxiangd " PACKAGE_VERSION);
    pack_limits(p, req);
    pack_kstr(p, "help_contact", req->server->config.help_contact ? req->server->config.help_contact : "");
    if (now) {
        pack_row_members(p, req, now, 0, &n);
    } else {
        char text[40];
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        time_format(text, sizeof text, (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000);
        pack_kstr(p, "now", text);
        n++;
    }
    pack_map_close(p, mark, n);
    req_reply(req);
}

static void on_now(void *arg, const struct db_result *r)
{
    hello_reply(arg, r->status == DB_OK ? r->rows[0] : NULL);
}

/* With the database away the greeting still comes, by this machine's clock. */
static void hello(struct req *req)
{
    if (db_up(req->server->db))
        db_query(req->server->db, DB_READ, "session_now", 0, NULL, on_now, req);
    else
        hello_reply(req, NULL);
}

static void pack_queues(struct pack *p, struct db *db)
{
    static const char *const names[] = {"decide_0", "decide_1", "read", "heavy", "hints"};
    pack_key(p, "database_busy");
    pack_map(p, DB_CLASS_COUNT);
    for (int i = 0; i < DB_CLASS_COUNT; i++)
        pack_kint(p, names[i], (int64_t)db_busy(db, (enum db_class)i));
}

static void report(struct req *req, const struct db_rows *session)
{
    if (!session) {
        req_session_over(req);
        return;
    }
    struct server *s = req->server;
    const struct front *f = s->front;
    struct pack *p = req_result(req);
    pack_map(p, 1);
    pack_key(p, "status");
    size_t mark = pack_map_open(p);
    pack_kbool(p, "database", db_up(s->db));
    pack_kint(p, "connections", (int64_t)f->nconns);
    pack_kint(p, "accepted", (int64_t)f->accepted);
    pack_kint(p, "calls", (int64_t)s->calls);
    pack_kint(p, "calls_under_way", (int64_t)f->ncalls);
    pack_kint(p, "refused_calls", (int64_t)s->refused_calls);
    pack_kint(p, "dropped_slow", (int64_t)s->dropped_slow);
    pack_kint(p, "dropped_anonymous", (int64_t)f->dropped_anonymous);
    pack_kint(p, "bad_messages", (int64_t)f->bad_messages);
    pack_kint(p, "ignored_messages", (int64_t)f->ignored);
    pack_queues(p, s->db);
    pack_key(p, "refused");
    size_t inner = pack_map_open(p);
    uint32_t rungs = 0;
    admit_report(f, p, &rungs);
    pack_map_close(p, inner, rungs);
    pack_map_close(p, mark, 12);
    req_reply(req);
}

static void server_status(struct req *req)
{
    session_reload(req, report);
}

const struct method_entry status_methods[] = {
    {"hello", hello},
    {"server.status", server_status},
    {NULL, NULL},
};
