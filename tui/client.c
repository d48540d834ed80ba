/*
 * client.c - the connection and its calls (client.h). The session (hello, log-in, class) is in client_session.c, the
 * blocking driver in client_wait.c.
 *
 * What holds: `calls` is in the order of calling; a call with `sent` has its frame in `out` or on the wire of *this*
 * connection; a broken connection makes every call unsent again or answers it.
 */
#include "client_internal.h"

#include "../shared/rpc/methods.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BACKOFF_FIRST = 200, BACKOFF_MAX = 10000, READ_STEP = 65536, EXHAUSTED_TRIES = 5 };

int64_t client_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void *xcalloc(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        abort();
    return p;
}

/* Half to one and a half of what doubling gives, so that a thousand clients don't come back in the same instant. */
static int backoff(int attempts)
{
    int wait = BACKOFF_FIRST;
    for (int i = 0; i < attempts && wait < BACKOFF_MAX; i++)
        wait *= 2;
    if (wait > BACKOFF_MAX)
        wait = BACKOFF_MAX;
    uint16_t r = 0;
    (void)getrandom(&r, sizeof r, 0);
    return wait / 2 + (int)((int64_t)wait * r / UINT16_MAX);
}

/* ------------------------------------------------------------------ calls */

static void call_free(struct call *call)
{
    explicit_bzero(call->params, call->len); /* a log-in's holds a password */
    free(call->params);
    free(call->method);
    free(call);
}

static void call_unlink(struct client *c, struct call *call)
{
    struct call **p = &c->calls;
    while (*p != call)
        p = &(*p)->next;
    *p = call->next;
    if (c->calls_end == &call->next)
        c->calls_end = p;
}

/* The call is gone before its callback runs: the callback may call again. */
static void call_answer(struct client *c, struct call *call, struct client_reply *reply)
{
    call_unlink(c, call);
    reply->ref = call->ref;
    if (call->fn)
        call->fn(call->arg, reply);
    call_free(call);
}

static void call_lost(struct client *c, struct call *call)
{
    struct client_reply reply = {.status = CLIENT_LOST, .text = c->last_error};
    call_answer(c, call, &reply);
}

static bool same_ref(struct view_ref a, struct view_ref b)
{
    return a.id == b.id && a.generation == b.generation;
}

/* A sent call's answer will come; without a callback it is dropped. An unsent one need not go out. */
static void call_drop(struct client *c, struct call *call)
{
    if (call->sent || call->changes) {
        call->fn = NULL;
        return;
    }
    call_unlink(c, call);
    call_free(call);
}

static void drop_older(struct client *c, const char *method, struct view_ref ref)
{
    for (struct call *call = c->calls, *next; call; call = next) {
        next = call->next;
        if ((call->flags & CALL_REPLACEABLE) && same_ref(call->ref, ref) && strcmp(call->method, method) == 0)
            call_drop(c, call);
    }
}

uint64_t client_call(struct client *c, const char *method, const struct pack *params, unsigned flags,
                     struct view_ref ref, client_reply_fn fn, void *arg)
{
    static const char empty_map[] = "\x80";
    const struct method *declared = method_find(method, strlen(method));
    struct call *call = xcalloc(1, sizeof *call);
    if (flags & CALL_REPLACEABLE)
        drop_older(c, method, ref);
    call->len = params ? params->buf.size : 1;
    call->params = xcalloc(1, call->len);
    memcpy(call->params, params ? params->buf.data : empty_map, call->len);
    call->method = strdup(method);
    call->number = ++c->numbers;
    call->flags = flags;
    call->anonymous = declared && (declared->flags & MF_ANONYMOUS);
    call->changes = declared && (declared->flags & MF_CHANGES);
    call->ref = ref;
    call->fn = fn;
    call->arg = arg;
    call->started = client_now();
    *c->calls_end = call;
    c->calls_end = &call->next;
    if (c->state == CLIENT_GONE)
        c->wake = true;
    return call->number;
}

void client_forget(struct client *c, struct view_ref ref)
{
    for (struct call *call = c->calls, *next; call; call = next) {
        next = call->next;
        if (same_ref(call->ref, ref))
            call_drop(c, call);
    }
}

size_t client_pending(const struct client *c)
{
    size_t n = 0;
    for (const struct call *call = c->calls; call; call = call->next)
        n += call->changes;
    return n;
}

static bool may_go_out(const struct client *c, const struct call *call)
{
    if (call->sent || call->retry_at > client_now())
        return false;
    return c->state == CLIENT_READY || (c->greeted && call->anonymous) || call->session;
}

static void send_calls(struct client *c)
{
    if (c->fd < 0 || c->pending)
        return;
    for (struct call *call = c->calls; call; call = call->next) {
        if (!may_go_out(c, call))
            continue;
        call->msgid = ++c->msgids;
        call->sent = true;
        pack_request(&c->out, call->msgid, call->method);
        pack_raw(&c->out, call->params, call->len);
    }
}

/* ------------------------------------------------------------------ connection */

void client_set_state(struct client *c, enum client_state state, const char *why)
{
    const bool same = c->state == state && strcmp(c->last_error, why ? why : "") == 0;
    c->state = state;
    snprintf(c->last_error, sizeof c->last_error, "%s", why ? why : "");
    if (!same && c->config.on_state)
        c->config.on_state(c->config.arg, state);
}

static void forget_connection(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->pending = c->greeted = false;
    pack_free(&c->out);
    pack_init(&c->out);
    c->out_at = c->in_len = 0;
    scan_start(&c->scan);
}

/* What was on the wire: again on the next connection, unless once is all there may be. */
static void recall_calls(struct client *c)
{
    for (struct call *call = c->calls, *next; call; call = next) {
        next = call->next;
        const bool was_sent = call->sent;
        call->sent = false;
        call->retry_at = 0;
        if (call->session || (!call->fn && !call->changes)) {
            call_unlink(c, call);
            call_free(call);
        } else if (was_sent && (call->flags & CALL_ONCE)) {
            call_lost(c, call);
            next = c->calls; /* the callback may have changed the list */
        }
    }
}

static void lose_everything(struct client *c)
{
    while (c->calls)
        call_lost(c, c->calls);
}

void client_disconnect(struct client *c, const char *why)
{
    forget_connection(c);
    if (c->address.kind == ADDRESS_FD) {
        client_set_state(c, CLIENT_GONE, why);
        lose_everything(c);
        return;
    }
    c->next_try = address_more(&c->address) ? 0 : client_now() + backoff(c->tries++);
    client_set_state(c, CLIENT_WAITING, why);
    recall_calls(c);
}

static void connected(struct client *c)
{
    c->pending = false;
    c->greeted = true;
    client_greet(c);
}

static void begin_connecting(struct client *c)
{
    c->fd = address_connect(&c->address, &c->pending);
    if (c->fd < 0) {
        client_disconnect(c, strerror(errno));
        return;
    }
    c->state = CLIENT_CONNECTING;
    if (!c->pending)
        connected(c);
}

static void finish_connecting(struct client *c)
{
    const int error = socket_connected(c->fd);
    if (error)
        client_disconnect(c, strerror(error));
    else
        connected(c);
}

/* ------------------------------------------------------------------ answers */

static struct call *call_of(struct client *c, uint32_t msgid)
{
    for (struct call *call = c->calls; call; call = call->next)
        if (call->sent && call->msgid == msgid)
            return call;
    return NULL;
}

/* error = [kind, "CODE: text"]; whatever a foreign server sends is still an error. */
static enum rpc_error read_error(const msgpack_object *o, char *text, size_t len)
{
    snprintf(text, len, "INTERNAL: ?");
    if (o->type == MSGPACK_OBJECT_ARRAY && o->via.array.size >= 2 && o->via.array.ptr[1].type == MSGPACK_OBJECT_STR)
        o = &o->via.array.ptr[1];
    if (o->type == MSGPACK_OBJECT_STR)
        snprintf(text, len, "%.*s", (int)o->via.str.size, o->via.str.ptr);
    const int code = rpc_error_of(text);
    return code < 0 ? RPC_INTERNAL : (enum rpc_error)code;
}

/* Is it worth another try by itself? What the server called its own fault isn't. */
static bool repeat_later(struct client *c, struct call *call, enum rpc_error error)
{
    if ((call->flags & CALL_ONCE) || rpc_error_kind(error) != 0 || error == RPC_INTERNAL)
        return false;
    if (error == RPC_RESOURCE_EXHAUSTED && call->attempts >= EXHAUSTED_TRIES)
        return false;
    const int wait = backoff(call->attempts++);
    if (c->config.patience && client_now() + wait > call->started + c->config.patience)
        return false;
    call->sent = false;
    call->retry_at = client_now() + wait;
    return true;
}

static void take_response(struct client *c, const struct rpc_message *m)
{
    struct call *call = call_of(c, m->msgid);
    struct client_reply reply = {.status = CLIENT_RESULT, .result = &m->result};
    char text[512];
    if (!call)
        return; /* a stray answer */
    if (m->error.type != MSGPACK_OBJECT_NIL) {
        reply = (struct client_reply){
            .status = CLIENT_ERROR, .error = read_error(&m->error, text, sizeof text), .text = text};
        if (repeat_later(c, call, reply.error)) {
            client_set_state(c, c->state, text);
            return;
        }
        if (reply.error == RPC_UNAUTHENTICATED && !call->anonymous && !call->session) {
            call->sent = false; /* the session ran out: the call waits for the next log-in */
            client_set_state(c, CLIENT_LOGIN, text);
            return;
        }
    } else {
        if (c->state == CLIENT_READY)
            client_set_state(c, CLIENT_READY, NULL);
        client_take_login(c, call, &m->result);
    }
    call_answer(c, call, &reply);
}

static void take_notification(struct client *c, const struct rpc_message *m)
{
    char method[64];
    if (!c->config.on_notification || m->method_len >= sizeof method)
        return;
    memcpy(method, m->method, m->method_len);
    method[m->method_len] = '\0';
    c->config.on_notification(c->config.arg, method, &m->params);
}

static bool take_message(struct client *c, const uint8_t *bytes, size_t len)
{
    struct rpc_message m;
    const char *why;
    if (!rpc_decode(&m, bytes, len, &why)) {
        client_disconnect(c, why);
        return false;
    }
    const int fd = c->fd;
    if (m.type == RPC_RESPONSE)
        take_response(c, &m);
    else if (m.type == RPC_NOTIFICATION)
        take_notification(c, &m);
    rpc_message_free(&m);
    return c->fd == fd;
}

static void take_messages(struct client *c)
{
    size_t at = 0;
    for (;;) {
        const enum scan_status s = scan_next(&c->scan, c->in + at, c->in_len - at, &scan_limits_session);
        if (s == SCAN_MORE)
            break;
        if (s != SCAN_MESSAGE) {
            client_disconnect(c, scan_status_code(s));
            return;
        }
        const size_t len = c->scan.length;
        if (!take_message(c, c->in + at, len))
            return;
        at += len;
        scan_start(&c->scan);
    }
    memmove(c->in, c->in + at, c->in_len - at);
    c->in_len -= at;
}

static void read_some(struct client *c)
{
    for (;;) {
        if (c->in_size - c->in_len < READ_STEP) {
            c->in_size = c->in_len + 2 * READ_STEP;
            c->in = realloc(c->in, c->in_size);
            if (!c->in)
                abort();
        }
        const ssize_t n = recv(c->fd, c->in + c->in_len, c->in_size - c->in_len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n <= 0) {
            client_disconnect(c, n < 0 ? strerror(errno) : strerror(ECONNRESET));
            return;
        }
        c->in_len += (size_t)n;
        take_messages(c);
        if (c->fd < 0)
            return;
    }
}

static void write_some(struct client *c)
{
    while (c->out_at < c->out.buf.size) {
        const ssize_t n = send(c->fd, c->out.buf.data + c->out_at, c->out.buf.size - c->out_at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK)
                client_disconnect(c, strerror(errno));
            return;
        }
        c->out_at += (size_t)n;
    }
    explicit_bzero(c->out.buf.data, c->out.buf.data ? c->out.buf.size : 0);
    msgpack_sbuffer_clear(&c->out.buf);
    c->out_at = 0;
}

/* ------------------------------------------------------------------ driven by the owner */

static void expire(struct client *c)
{
    if (!c->config.patience)
        return;
    const int64_t since = client_now() - c->config.patience;
    for (struct call *call = c->calls; call; call = call->next)
        if (call->started <= since && !call->sent) {
            call_lost(c, call);
            return; /* one at a time: the callback may have changed the list; the time-out of 0 brings us back */
        }
}

int client_fd(const struct client *c)
{
    return c->fd;
}

short client_events(const struct client *c)
{
    if (c->pending)
        return POLLOUT;
    return c->out_at < c->out.buf.size ? POLLIN | POLLOUT : POLLIN;
}

static void sooner(int64_t *at, int64_t when)
{
    if (*at < 0 || when < *at)
        *at = when;
}

int client_timeout(const struct client *c)
{
    int64_t at = -1;
    const int64_t now = client_now();
    if (c->wake)
        return 0;
    if (c->fd < 0 && c->state != CLIENT_GONE)
        sooner(&at, c->next_try);
    for (const struct call *call = c->calls; call; call = call->next) {
        if (may_go_out(c, call) && !c->pending && c->fd >= 0)
            return 0;
        if (call->retry_at > now)
            sooner(&at, call->retry_at);
        if (c->config.patience && !call->sent)
            sooner(&at, call->started + c->config.patience);
    }
    if (at < 0)
        return -1;
    return at <= now ? 0 : at - now > 60000 ? 60000 : (int)(at - now);
}

int client_next_try(const struct client *c)
{
    const int64_t wait = c->next_try - client_now();
    return c->state == CLIENT_WAITING && wait > 0 ? (int)wait : 0;
}

void client_ready(struct client *c, short revents)
{
    c->wake = false;
    if (c->state == CLIENT_GONE) {
        lose_everything(c);
        return;
    }
    if (c->fd < 0 && client_now() >= c->next_try)
        begin_connecting(c);
    else if (c->fd >= 0 && c->pending && revents)
        finish_connecting(c);
    else if (c->fd >= 0 && (revents & (POLLIN | POLLHUP | POLLERR)))
        read_some(c);
    send_calls(c);
    if (c->fd >= 0 && !c->pending)
        write_some(c);
    expire(c);
}

struct client *client_new(const struct client_config *config, const char **why)
{
    struct client *c = xcalloc(1, sizeof *c);
    c->config = *config;
    c->fd = -1;
    c->calls_end = &c->calls;
    c->state = CLIENT_CONNECTING;
    if (!address_parse(&c->address, config->server, why)) {
        free(c);
        return NULL;
    }
    c->config.server = NULL;
    c->config.token = NULL;
    c->token = config->token ? strdup(config->token) : NULL;
    snprintf(c->program, sizeof c->program, "%s", config->program ? config->program : "");
    pack_init(&c->out);
    scan_start(&c->scan);
    return c;
}

void client_free(struct client *c)
{
    if (!c)
        return;
    while (c->calls) {
        struct call *call = c->calls;
        c->calls = call->next;
        call_free(call);
    }
    if (c->fd >= 0)
        close(c->fd);
    client_forget_session(c);
    address_free(&c->address);
    pack_free(&c->out);
    free(c->in);
    free(c);
}

enum client_state client_state(const struct client *c)
{
    return c->state;
}

const char *client_last_error(const struct client *c)
{
    return c->last_error;
}
