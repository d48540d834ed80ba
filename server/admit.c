/*
 * admit.c - may this call be carried out? A flat ladder of named, counted refusals over the method's declaration.
 *
 * Rungs are pure looks at the call. Rights are looked at in the connection's cache of the session; a refusal by that
 * cache is only given after the session was read anew once, so that a right just granted holds at once; one just taken
 * away is found by the version check of every load (req_read(), decide_load).
 */
#include "front.h"
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE_SESSION 5000.0 /* calls per second, and twice that at once */
#define RATE_ANONYMOUS 20.0
#define IN_FLIGHT_GATEWAY 1024

struct refusal {
    enum rpc_error error;
    char text[200];
};

struct rung {
    const char *name;
    bool (*passes)(struct call *, struct refusal *);
    bool arrival; /* looked at once, when the call arrives; these come first */
    bool cached;  /* depends on the cached session */
};

static bool refuse(struct refusal *r, enum rpc_error error, const char *fmt, const char *a, const char *b)
{
    r->error = error;
    snprintf(r->text, sizeof r->text, fmt, a, b);
    return false;
}

/* ------------------------------------------------------------------ the rungs */

static bool serving(struct call *call, struct refusal *r)
{
    return !call->pub.server->stopping || refuse(r, RPC_UNAVAILABLE, "the server is stopping; connect again", "", "");
}

static bool few_enough(struct call *call, struct refusal *r)
{
    const struct conn *c = call->pub.conn;
    unsigned max = c->kind == KIND_GATEWAY ? IN_FLIGHT_GATEWAY : (unsigned)call->pub.server->config.in_flight_max;
    return c->in_flight <= max ||
           refuse(r, RPC_RESOURCE_EXHAUSTED, "too many calls under way on this connection", "", "");
}

static bool slow_enough(struct call *call, struct refusal *r)
{
    struct conn *c = call->pub.conn;
    double rate = c->session.in || c->kind == KIND_GATEWAY ? RATE_SESSION : RATE_ANONYMOUS;
    int64_t now = monotonic_ms();
    c->tokens += rate * (double)(now - c->tokens_at) / 1000.0;
    c->tokens_at = now;
    if (c->tokens > rate * 2)
        c->tokens = rate * 2;
    if (c->tokens < 1 && now - c->opened_at > 1000)
        return refuse(r, RPC_RESOURCE_EXHAUSTED, "too many calls a second on this connection", "", "");
    c->tokens -= 1;
    return true;
}

static bool known(struct call *call, struct refusal *r)
{
    const struct method *all;
    methods_all(&all);
    call->pub.method = method_find(call->message.method, call->message.method_len);
    if (call->pub.method)
        call->fn = call->pub.server->front->handlers[call->pub.method - all];
    return call->fn || refuse(r, RPC_UNIMPLEMENTED, "no such method", "", "");
}

static bool by_the_broker(struct call *call, struct refusal *r)
{
    bool gateway = call->pub.conn ? call->pub.conn->kind == KIND_GATEWAY : false;
    bool wanted = call->pub.method->flags & MF_GATEWAY || strcmp(call->pub.method->name, "hello") == 0;
    return gateway
               ? wanted || refuse(r, RPC_PERMISSION_DENIED, "the gateway's connection only asks for log-ins", "", "")
               : !(call->pub.method->flags & MF_GATEWAY) || refuse(r, RPC_UNIMPLEMENTED, "no such method", "", "");
}

static bool logged_in(struct call *call, struct refusal *r)
{
    return call->pub.method->flags & MF_ANONYMOUS || call->pub.session.in ||
           refuse(r, RPC_UNAUTHENTICATED, "log in first (session.login or session.resume)", "", "");
}

static bool password_set(struct call *call, struct refusal *r)
{
    return !call->pub.session.must_set_password || call->pub.method->flags & (MF_NO_PASSWORD | MF_ANONYMOUS) ||
           refuse(r, RPC_FAILED_PRECONDITION, "set a password first (session.password)", "", "");
}

static bool role_may(struct call *call, struct refusal *r)
{
    const struct method *m = call->pub.method;
    return m->flags & MF_ANONYMOUS || m->roles & (1u << call->pub.session.actor.role) ||
           refuse(r, RPC_PERMISSION_DENIED, "%s isn't for the role %s", m->name,
                  role_code(call->pub.session.actor.role));
}

/* Rights are the managers' (S1.4.2); graduates and employers are bound to their own records by scope. */
static bool right_held(struct call *call, struct refusal *r)
{
    static const char *const modules[] = {"employment", "archive", "household"}, *const rights[] = {"none", "read",
                                                                                                    "write"};
    const struct method *m = call->pub.method;
    const struct flow_actor *a = &call->pub.session.actor;
    if (m->right == RIGHT_NONE || !((1u << a->role) & (R_MANAGER | R(SUPPORT))))
        return true;
    return a->rights[m->module] >= m->right ||
           refuse(r, RPC_PERMISSION_DENIED, "needs the right %s on %s", rights[m->right], modules[m->module]);
}

static bool class_chosen(struct call *call, struct refusal *r)
{
    const struct session *s = &call->pub.session;
    if (call->pub.method->flags & (MF_NO_CLASS | MF_ANONYMOUS))
        return true;
    if (s->actor.role == ROLE_GRADUATE)
        return s->actor.graduate_id ||
               refuse(r, RPC_FAILED_PRECONDITION, "choose an enrolment first (session.select)", "", "");
    return s->actor.role == ROLE_OPERATOR || s->actor.role == ROLE_SUPPORT || s->actor.role == ROLE_EMPLOYER ||
           s->class_year || refuse(r, RPC_FAILED_PRECONDITION, "choose a class first (session.select)", "", "");
}

/* ------------------------------------------------------------------ parameters as declared */

static bool looks_like(const msgpack_object *o, const char *shape)
{
    size_t n = strlen(shape);
    for (size_t i = 0; i < o->via.str.size; i++) {
        char want = i < n ? shape[i] : shape[n - 1], c = o->via.str.ptr[i];
        bool digit = c >= '0' && c <= '9', hex = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (want == '9' ? !digit : want == 'x' ? !hex : c != want)
            return false;
    }
    return o->via.str.size >= n;
}

static const char uuid_shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

static bool has_type(const msgpack_object *o, enum value_type type)
{
    bool str = o->type == MSGPACK_OBJECT_STR;
    switch (type) {
    case V_STR:
    case V_TIME:
        return str;
    case V_UUID:
        return str && o->via.str.size == sizeof uuid_shape - 1 && looks_like(o, uuid_shape);
    case V_ID:
        return str && o->via.str.size <= 24 && looks_like(o, "99999-9");
    case V_INT:
        return o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER ||
               (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER && o->via.u64 <= INT64_MAX);
    case V_BOOL:
        return o->type == MSGPACK_OBJECT_BOOLEAN;
    case V_BIN:
        return o->type == MSGPACK_OBJECT_BIN || str;
    case V_MAP:
        return o->type == MSGPACK_OBJECT_MAP;
    case V_ARRAY:
        return o->type == MSGPACK_OBJECT_ARRAY;
    }
    return false;
}

static bool parameters_fit(struct call *call, struct refusal *r)
{
    static const char *const types[] = {"a string", "a 64-bit integer", "true or false", "binary",  "an id like 10001-4711",
                                        "a time",   "a UUID",     "a map",         "an array"};
    for (const struct value_decl *d = call->pub.method->params; d && d->name; d++) {
        const msgpack_object *o = map_get(call->pub.params, d->name);
        if (!o && !d->optional)
            return refuse(r, RPC_INVALID_ARGUMENT, "parameter %s is missing", d->name, "");
        if (o && !has_type(o, d->type))
            return refuse(r, RPC_INVALID_ARGUMENT, "parameter %s must be %s", d->name, types[d->type]);
        if (o && d->max && (o->via.i64 < d->min || o->via.i64 > d->max))
            return refuse(r, RPC_INVALID_ARGUMENT, "parameter %s is out of its range", d->name, "");
    }
    return true;
}

/* parameters_fit() comes last: who may not call at all learns nothing of a call's form that matters to it. */
static const struct rung ladder[] = {
    {"stopping", serving, .arrival = true},          {"in_flight", few_enough, .arrival = true},
    {"rate", slow_enough, .arrival = true},          {"unknown_method", known, .arrival = true},
    {"gateway", by_the_broker, .arrival = true},     {"not_logged_in", logged_in, .cached = false},
    {"no_password", password_set, .cached = true},   {"role", role_may, .cached = true},
    {"right", right_held, .cached = true},           {"no_class", class_chosen, .cached = true},
    {"parameters", parameters_fit, .cached = false},
};
_Static_assert(sizeof ladder / sizeof *ladder <= ADMIT_RUNGS_MAX, "raise ADMIT_RUNGS_MAX");

/* ------------------------------------------------------------------ climbing */

static void climb(struct call *call, bool arrival);

static void refreshed(struct req *req, const struct db_rows *row)
{
    (void)row;
    climb((struct call *)req, false);
}

static void refused(struct call *call, const struct rung *rung, const struct refusal *r)
{
    if (rung->cached && !call->refreshed && call->pub.session.in) {
        call->refreshed = true;
        session_reload(&call->pub, refreshed);
        return;
    }
    call->pub.server->front->refused[rung - ladder]++;
    call->pub.server->refused_calls++;
    req_error(&call->pub, r->error, "%s", r->text);
}

static void climb(struct call *call, bool arrival)
{
    for (size_t i = 0; i < sizeof ladder / sizeof *ladder; i++) {
        struct refusal r;
        const struct rung *rung = &ladder[i];
        if (rung->arrival && !arrival)
            continue;
        if (!rung->passes(call, &r)) {
            refused(call, rung, &r);
            return;
        }
    }
    call->fn(&call->pub);
}

void admit(struct call *call)
{
    climb(call, true);
}

void admit_again(struct call *call)
{
    call->pub.state = NULL;
    climb(call, false);
}

void admit_report(const struct front *f, struct pack *p, uint32_t *members)
{
    for (size_t i = 0; i < sizeof ladder / sizeof *ladder; i++, (*members)++)
        pack_kint(p, ladder[i].name, (int64_t)f->refused[i]);
}

bool admit_handlers(struct front *f)
{
    const struct method *all;
    size_t n = methods_all(&all);
    bool ok = true;
    f->handlers = calloc(n, sizeof *f->handlers);
    if (!f->handlers)
        abort();
    for (size_t t = 0; method_tables[t]; t++)
        for (const struct method_entry *e = method_tables[t]; e->name; e++) {
            const struct method *m = method_find(e->name, strlen(e->name));
            if (m)
                f->handlers[m - all] = e->fn;
            else
                log_line("error", "event=handler_without_method method=%s", e->name);
            ok = ok && m;
        }
    for (size_t i = 0; i < n; i++)
        if (!f->handlers[i])
            log_line("warning", "event=method_without_handler method=%s", all[i].name);
    return ok;
}
