/*
 * call.c - one request from its bytes to its answer: what handlers see as struct req.
 */
#include "front.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ arrival */

static void refuse_message(struct conn *c, uint32_t msgid, const char *why)
{
    struct pack p;
    char text[160];
    c->server->front->bad_messages++;
    snprintf(text, sizeof text, "message refused: %s", why);
    pack_init(&p);
    pack_error(&p, msgid, RPC_INVALID_ARGUMENT, text);
    conn_send(c, &p);
    conn_finish(c, "bad_message");
}

static void call_refuse_duplicate(struct call *call, struct conn *c)
{
    struct pack p;
    pack_init(&p);
    pack_error(&p, call->pub.msgid, RPC_INVALID_ARGUMENT, "a call with this msgid is under way");
    conn_send(c, &p);
    c->server->refused_calls++;
    call_free(call);
}

static bool msgid_in_flight(const struct conn *c, uint32_t msgid)
{
    const struct call *other;
    TAILQ_FOREACH(other, &c->calls, link)
    if (other->pub.msgid == msgid)
        return true;
    return false;
}

static struct call *call_new(struct conn *c, const uint8_t *bytes, size_t len)
{
    struct call *call = calloc(1, sizeof *call);
    if (!call || !(call->bytes = malloc(len))) {
        free(call);
        return NULL;
    }
    memcpy(call->bytes, bytes, len);
    call->pub.server = c->server;
    call->pub.session = c->session;
    return call;
}

void call_free(struct call *call)
{
    if (call->answering)
        pack_free(&call->answer);
    if (call->zone)
        msgpack_zone_free(call->zone);
    rpc_message_free(&call->message);
    free(call->bytes);
    free(call);
}

void call_start(struct conn *c, const uint8_t *bytes, size_t len)
{
    const char *why = "";
    struct call *call = call_new(c, bytes, len);
    if (!call) {
        conn_close(c, "no_memory");
        return;
    }
    if (!rpc_decode(&call->message, call->bytes, len, &why)) {
        memset(&call->message, 0, sizeof call->message);
        call_free(call);
        refuse_message(c, 0, why);
        return;
    }
    if (call->message.type != RPC_REQUEST) { /* stray answers and unknown notifications are nothing to us */
        c->server->front->ignored++;
        call_free(call);
        return;
    }
    call->pub.msgid = call->message.msgid;
    call->pub.params = &call->message.params;
    if (msgid_in_flight(c, call->pub.msgid)) {
        call_refuse_duplicate(call, c);
        return;
    }
    call->pub.conn = c;
    TAILQ_INSERT_TAIL(&c->calls, call, link);
    c->in_flight++;
    c->server->front->ncalls++;
    c->server->calls++;
    admit(call);
}

/* ------------------------------------------------------------------ answering */

static void finish(struct call *call)
{
    struct conn *c = call->pub.conn;
    call->pub.server->front->ncalls--;
    if (c) {
        TAILQ_REMOVE(&c->calls, call, link);
        c->in_flight--;
        conn_send(c, &call->answer);
        call->answering = false;
    }
    call_free(call);
}

struct pack *req_result(struct req *req)
{
    struct call *call = (struct call *)req;
    if (call->answering)
        pack_free(&call->answer);
    pack_init(&call->answer);
    call->answering = true;
    pack_response(&call->answer, req->msgid);
    return &call->answer;
}

void req_reply(struct req *req)
{
    finish((struct call *)req);
}

void req_error(struct req *req, enum rpc_error error, const char *fmt, ...)
{
    struct call *call = (struct call *)req;
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (error == RPC_INTERNAL)
        log_line("error", "session=%lld event=call_failed method=%s", (long long)req->session.session_id,
                 req->method ? req->method->name : "?");
    if (call->answering)
        pack_free(&call->answer);
    pack_init(&call->answer);
    call->answering = true;
    pack_error(&call->answer, req->msgid, error, text);
    finish(call);
}

void req_outcome(struct req *req, enum qx_outcome outcome)
{
    struct pack *p = req_result(req);
    pack_map(p, 1);
    pack_kstr(p, "outcome", outcome_code(outcome));
    req_reply(req);
}

void req_db_error(struct req *req, const struct db_result *r)
{
    switch (r->status) {
    case DB_AWAY:
        req_error(req, RPC_UNAVAILABLE, "the database is away; try again");
        return;
    case DB_UNKNOWN:
        req_error(req, RPC_ABORTED,
                  "the connection to the database broke under way; try again with the same request_id");
        return;
    default:
        log_line("error", "session=%lld event=database_error method=%s statement=%d sqlstate=%s error=\"%s\"",
                 (long long)req->session.session_id, req->method->name, r->failed_statement, r->sqlstate, r->message);
        req_error(req, RPC_INTERNAL, "the database refused the statement (%s)", r->sqlstate);
    }
}

/* ------------------------------------------------------------------ memory and parameters */

/* Aligned for anything: a hash's state wants a cache line, the zone itself aligns to pointers only. */
void *req_alloc(struct req *req, size_t size)
{
    enum { ALIGN = 64 };
    struct call *call = (struct call *)req;
    if (!call->zone)
        call->zone = msgpack_zone_new(1024);
    char *p = call->zone ? msgpack_zone_malloc(call->zone, size + ALIGN) : NULL;
    if (!p)
        abort();
    return memset(p + (ALIGN - (uintptr_t)p % ALIGN) % ALIGN, 0, size);
}

char *req_strdup(struct req *req, const char *s)
{
    size_t len = strlen(s) + 1;
    return memcpy(req_alloc(req, len), s, len);
}

char *req_str(struct req *req, const char *key)
{
    const char *s;
    size_t len;
    if (!map_str(req->params, key, &s, &len))
        return NULL;
    char *copy = req_alloc(req, len + 1);
    memcpy(copy, s, len);
    return copy;
}

static bool digits_only(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return n > 0;
}

bool req_id(struct req *req, const char *key, char school[QX_SCHOOL_CODE], int64_t *id)
{
    const char *s;
    size_t len;
    if (!map_str(req->params, key, &s, &len) || len < 7 || len > 24 || s[5] != '-' || !digits_only(s, 5) ||
        !digits_only(s + 6, len - 6))
        return false;
    memcpy(school, s, 5);
    school[5] = '\0';
    *id = 0;
    for (size_t i = 6; i < len; i++)
        if (__builtin_mul_overflow(*id, 10, id) || __builtin_add_overflow(*id, s[i] - '0', id))
            return false;
    return true;
}

void id_format(char *buf, size_t len, const char *school, int64_t id)
{
    snprintf(buf, len, "%s-%lld", school, (long long)id);
}
