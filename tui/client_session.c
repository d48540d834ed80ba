/*
 * client_session.c - who is logged in on the connection: hello, taking up a session, class or enrolment.
 *
 * With a token the session is taken up by it; without one session.whoami tells whether the connection came logged in
 * (the gateway's). Whoever chose a class keeps it over a reconnect.
 */
#include "client_internal.h"

#include <stdlib.h>
#include <string.h>

static void session_call(struct client *c, const char *method, const struct pack *params, client_reply_fn fn)
{
    const uint64_t number = client_call(c, method, params, 0, (struct view_ref){0}, fn, c);
    for (struct call *call = c->calls; call; call = call->next)
        if (call->number == number)
            call->session = true;
}

static void keep_account(struct client *c, const msgpack_object *account)
{
    if (!account || account->type != MSGPACK_OBJECT_MAP)
        return;
    msgpack_zone *zone = msgpack_zone_new(1024);
    msgpack_object copy;
    if (!zone || !object_copy(&copy, account, zone))
        abort();
    if (c->account_zone)
        msgpack_zone_free(c->account_zone);
    c->account_zone = zone;
    c->account = copy;
}

static void ready(struct client *c)
{
    c->tries = 0;
    client_set_state(c, CLIENT_READY, NULL);
}

static void on_select(void *arg, const struct client_reply *reply)
{
    struct client *c = arg;
    if (reply->status == CLIENT_RESULT)
        keep_account(c, map_get(reply->result, "account"));
    else if (reply->status == CLIENT_LOST)
        return;
    ready(c); /* a class that is gone: the server's default stands, and whoami says so */
}

static void pack_selection(const struct client *c, struct pack *params)
{
    pack_init(params);
    pack_map(params, (size_t)(c->class_year != 0) + (*c->enrolment != '\0'));
    if (c->class_year)
        pack_kint(params, "class", c->class_year);
    if (*c->enrolment)
        pack_kstr(params, "enrolment", c->enrolment);
}

static void logged_in(struct client *c, const msgpack_object *account)
{
    keep_account(c, account);
    if (!c->class_year && !*c->enrolment) {
        ready(c);
        return;
    }
    struct pack params;
    client_set_state(c, CLIENT_CONNECTING, NULL);
    pack_selection(c, &params);
    session_call(c, "session.select", &params, on_select);
    pack_free(&params);
}

static void log_in_needed(struct client *c, const struct client_reply *reply)
{
    if (reply->status == CLIENT_LOST)
        return;
    c->tries = 0;
    client_set_state(c, CLIENT_LOGIN, reply->error == RPC_UNAUTHENTICATED ? NULL : reply->text);
}

static void on_hello(void *arg, const struct client_reply *reply)
{
    struct client *c = arg;
    const char *s;
    size_t len;
    if (reply->status == CLIENT_RESULT && map_str(reply->result, "help_contact", &s, &len))
        snprintf(c->help_contact, sizeof c->help_contact, "%.*s", (int)len, s);
}

static void on_resume(void *arg, const struct client_reply *reply)
{
    struct client *c = arg;
    if (reply->status == CLIENT_RESULT)
        logged_in(c, map_get(reply->result, "account"));
    else
        log_in_needed(c, reply);
}

static void on_whoami(void *arg, const struct client_reply *reply)
{
    if (reply->status == CLIENT_RESULT)
        logged_in(arg, reply->result);
    else
        log_in_needed(arg, reply);
}

void client_greet(struct client *c)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 2);
    pack_kstr(&params, "client", c->program);
    pack_kint(&params, "protocol", RPC_PROTOCOL);
    session_call(c, "hello", &params, on_hello);
    pack_free(&params);
    if (!c->token) {
        session_call(c, "session.whoami", NULL, on_whoami);
        return;
    }
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "token", c->token);
    session_call(c, "session.resume", &params, on_resume);
    pack_free(&params);
}

/* session.login, session.activate: whatever anonymous method answers with a token has logged in. */
void client_take_login(struct client *c, const struct call *call, const msgpack_object *result)
{
    if (!call->anonymous || call->session || !map_get(result, "token"))
        return;
    free(c->token);
    c->token = map_str_copy(result, "token");
    logged_in(c, map_get(result, "account"));
}

void client_login(struct client *c, const char *user, const char *password, client_reply_fn fn, void *arg)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 2);
    pack_kstr(&params, "user", user);
    pack_kstr(&params, "password", password);
    client_call(c, "session.login", &params, CALL_ONCE, (struct view_ref){0}, fn, arg);
    explicit_bzero(params.buf.data, params.buf.size);
    pack_free(&params);
}

void client_forget_session(struct client *c)
{
    if (c->token)
        explicit_bzero(c->token, strlen(c->token));
    free(c->token);
    c->token = NULL;
    if (c->account_zone)
        msgpack_zone_free(c->account_zone);
    c->account_zone = NULL;
    c->account = (msgpack_object){.type = MSGPACK_OBJECT_NIL};
    c->class_year = 0;
    *c->enrolment = '\0';
}

void client_logout(struct client *c)
{
    if (c->state == CLIENT_READY)
        session_call(c, "session.logout", NULL, NULL);
    client_forget_session(c);
    client_set_state(c, CLIENT_LOGIN, NULL);
}

/* session.select on demand: the account is kept before the caller hears of it. */
static void on_selected(void *arg, const struct client_reply *reply)
{
    struct client *c = arg;
    if (reply->status == CLIENT_RESULT)
        keep_account(c, map_get(reply->result, "account"));
    if (c->selected)
        c->selected(c->selected_arg, reply);
}

void client_select(struct client *c, int class_year, const char *enrolment, client_reply_fn fn, void *arg)
{
    struct pack params;
    if (class_year)
        c->class_year = class_year;
    if (enrolment)
        snprintf(c->enrolment, sizeof c->enrolment, "%s", enrolment);
    c->selected = fn;
    c->selected_arg = arg;
    pack_selection(c, &params);
    client_call(c, "session.select", &params, CALL_REPLACEABLE, (struct view_ref){0}, on_selected, c);
    pack_free(&params);
}

const msgpack_object *client_account(const struct client *c)
{
    return c->account_zone ? &c->account : NULL;
}

const char *client_help_contact(const struct client *c)
{
    return c->help_contact;
}
