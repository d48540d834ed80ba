/*
 * watch.c - queue.watch: the session asks for queue.changed (hints.h sends it).
 */
#include "../server.h"
#include "../session.h"

static void watch(struct req *req, const struct db_rows *session)
{
    if (!session) {
        req_session_over(req);
        return;
    }
    bool on = true;
    map_bool(req->params, "on", &on);
    if (req->conn)
        conn_session(req->conn)->watching = on;
    pack_map(req_result(req), 0);
    req_reply(req);
}

static void queue_watch(struct req *req)
{
    session_reload(req, watch);
}

const struct method_entry watch_methods[] = {{"queue.watch", queue_watch}, {NULL, NULL}};
