/*
 * conn.c - a connection's bytes: in, until messages are whole; out, without a slow reader costing anybody anything.
 *
 * Reading stops while the peer leaves its answers unread, while it has had its share of this turn, and while it closes.
 * What is written during a turn goes out once, at the turn's end. An idle connection owns no buffer.
 */
#include "front.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define READ_PIECE 65536
#define MESSAGES_PER_TURN 20
#define OUT_HIGH ((size_t)256 << 10) /* reading pauses */
#define OUT_MAX ((size_t)32 << 20)   /* dropped at once */

int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct session *conn_session(struct conn *c)
{
    return &c->session;
}

bool conn_full(const struct conn *c)
{
    return evbuffer_get_length(c->out) >= OUT_HIGH;
}

/* Every reason not to read, in one place. */
static bool may_read(const struct conn *c)
{
    return c->state == STATE_OPEN && !c->turn_over && !conn_full(c);
}

static void update_reading(struct conn *c)
{
    if (may_read(c))
        event_add(&c->read, NULL);
    else
        event_del(&c->read);
}

static const struct scan_limits *limits(const struct conn *c)
{
    return c->session.in ? &scan_limits_session : &scan_limits_anonymous;
}

/* ------------------------------------------------------------------ out */

static void set_dirty(struct conn *c)
{
    struct front *f = c->server->front;
    if (c->dirty)
        return;
    c->dirty = true;
    if (TAILQ_EMPTY(&f->dirty))
        event_active(&f->flush, EV_TIMEOUT, 1);
    TAILQ_INSERT_TAIL(&f->dirty, c, dirty_link);
}

static void release_bytes(const void *data, size_t len, void *arg)
{
    (void)data, (void)len;
    free(arg);
}

void conn_send(struct conn *c, struct pack *p)
{
    if (c->state == STATE_DEAD) {
        pack_free(p);
        return;
    }
    size_t len = p->buf.size;
    if (len <= 4096) {
        evbuffer_add(c->out, p->buf.data, len);
        pack_free(p);
    } else {
        char *bytes = msgpack_sbuffer_release(&p->buf);
        evbuffer_add_reference(c->out, bytes, len, release_bytes, bytes);
    }
    if (evbuffer_get_length(c->out) > OUT_MAX) {
        c->server->dropped_slow++;
        conn_close(c, "slow_reader");
        return;
    }
    set_dirty(c);
}

void conn_notify(struct conn *c, const char *method, const struct pack *params)
{
    if (c->state != STATE_OPEN || conn_full(c))
        return; /* a hint, not an answer: who doesn't read needs none */
    struct pack p;
    pack_init(&p);
    pack_notification(&p, method);
    pack_raw(&p, params->buf.data, params->buf.size);
    conn_send(c, &p);
}

/* Slow is who has too much unread and takes none of it: time counts from the last byte taken. */
static void write_out(struct conn *c)
{
    while (evbuffer_get_length(c->out)) {
        int n = evbuffer_write(c->out, c->fd);
        if (n > 0) {
            c->stuck_since = 0;
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            c->stuck_since = c->stuck_since ? c->stuck_since : monotonic_ms();
            event_add(&c->write, NULL);
            update_reading(c);
            return;
        }
        conn_close(c, "peer_gone");
        return;
    }
    c->stuck_since = 0;
    if (c->state == STATE_CLOSING && !c->in_flight)
        conn_close(c, NULL);
    if (c->state != STATE_OPEN)
        return;
    if (c->turn_over)
        event_add(&c->again, &(struct timeval){0});
    update_reading(c);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct conn *c = arg;
    if (c->state != STATE_DEAD)
        write_out(c);
}

/* ------------------------------------------------------------------ in */

static void refuse_stream(struct conn *c, enum scan_status status)
{
    struct pack p;
    char text[64];
    c->server->front->bad_messages++;
    snprintf(text, sizeof text, "message refused: %s", scan_status_code(status));
    pack_init(&p);
    pack_error(&p, 0, RPC_INVALID_ARGUMENT, text);
    conn_send(c, &p);
    conn_finish(c, scan_status_code(status));
}

static void take(struct conn *c, size_t len)
{
    c->in_len -= len;
    memmove(c->in, c->in + len, c->in_len);
}

/* An idle connection owns no buffer, and one that trickles only what it has sent: a thousand slow ones cost little. */
static void fit_buffer(struct conn *c)
{
    if (c->in_len >= READ_PIECE / 16 || c->in_cap == c->in_len)
        return;
    uint8_t *in = c->in_len ? realloc(c->in, c->in_len) : NULL;
    if (!c->in_len)
        free(c->in);
    else if (!in)
        return;
    c->in = in;
    c->in_cap = c->in_len;
}

/* Whole messages, at most one turn's share; the rest after everybody else had theirs. */
static void take_messages(struct conn *c)
{
    size_t at = 0;
    int taken = 0;
    c->turn_over = false;
    while (c->state == STATE_OPEN && at < c->in_len) {
        if (taken++ == MESSAGES_PER_TURN || conn_full(c)) {
            c->turn_over = true;
            break;
        }
        enum scan_status status = scan_next(&c->scan, c->in + at, c->in_len - at, limits(c));
        if (status == SCAN_MORE)
            break;
        if (status != SCAN_MESSAGE) {
            refuse_stream(c, status);
            break;
        }
        size_t len = c->scan.length;
        call_start(c, c->in + at, len);
        scan_start(&c->scan);
        at += len;
    }
    if (c->state == STATE_DEAD)
        return;
    if (c->state == STATE_CLOSING)
        at = c->in_len;
    take(c, at);
    fit_buffer(c);
    if (c->turn_over && !conn_full(c)) /* when it is full, the last byte written goes on */
        event_add(&c->again, &(struct timeval){0});
    update_reading(c);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct conn *c = arg;
    if (c->state == STATE_OPEN)
        take_messages(c);
}

static bool make_room(struct conn *c)
{
    if (c->in_cap - c->in_len >= READ_PIECE / 4)
        return true;
    size_t cap = c->in_cap > READ_PIECE / 4 ? c->in_cap * 2 : READ_PIECE / 2;
    uint8_t *in = realloc(c->in, cap);
    if (!in)
        return false;
    c->in = in;
    c->in_cap = cap;
    return true;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct conn *c = arg;
    if (c->state != STATE_OPEN)
        return;
    if (!make_room(c)) {
        conn_close(c, "no_memory");
        return;
    }
    ssize_t n = read(fd, c->in + c->in_len, c->in_cap - c->in_len);
    if (n > 0) {
        c->in_len += (size_t)n;
        c->last_at = monotonic_ms();
        take_messages(c);
        return;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        fit_buffer(c);
        return;
    }
    if (n == 0 && evbuffer_get_length(c->out) + c->in_flight)
        conn_finish(c, NULL); /* half-closed: it may still read what it asked for */
    else
        conn_close(c, n == 0 ? NULL : "read_error");
}

/* ------------------------------------------------------------------ its life */

void conn_accept(struct server *s, enum conn_kind kind, evutil_socket_t fd, const char *address)
{
    struct conn *c = calloc(1, sizeof *c);
    if (!c || !(c->out = evbuffer_new())) {
        free(c);
        close(fd);
        return;
    }
    c->server = s;
    c->kind = kind;
    c->fd = fd;
    c->opened_at = c->last_at = c->tokens_at = monotonic_ms();
    snprintf(c->address, sizeof c->address, "%s", address);
    TAILQ_INIT(&c->calls);
    scan_start(&c->scan);
    event_assign(&c->read, s->base, fd, EV_READ | EV_PERSIST, on_readable, c);
    event_assign(&c->write, s->base, fd, EV_WRITE, on_writable, c);
    event_assign(&c->again, s->base, -1, 0, on_again, c);
    TAILQ_INSERT_TAIL(&s->front->conns, c, link);
    s->front->nconns++;
    s->front->accepted++;
    event_add(&c->read, NULL);
}

void conn_close(struct conn *c, const char *reason)
{
    struct front *f = c->server->front;
    if (c->state == STATE_DEAD)
        return;
    if (reason)
        log_line("info", "session=%lld address=%s event=connection_closed reason=%s", (long long)c->session.session_id,
                 c->address, reason);
    c->state = STATE_DEAD;
    event_del(&c->read);
    event_del(&c->write);
    event_del(&c->again);
    close(c->fd);
    for (struct call *call; (call = TAILQ_FIRST(&c->calls));) {
        TAILQ_REMOVE(&c->calls, call, link);
        call->pub.conn = NULL;
    }
    TAILQ_REMOVE(&f->conns, c, link);
    if (c->dirty)
        TAILQ_REMOVE(&f->dirty, c, dirty_link);
    f->nconns--;
    TAILQ_INSERT_TAIL(&f->dead, c, link);
    event_active(&f->flush, EV_TIMEOUT, 1);
}

void conn_finish(struct conn *c, const char *reason)
{
    if (c->state != STATE_OPEN)
        return;
    if (reason)
        log_line("info", "session=%lld address=%s event=connection_closing reason=%s", (long long)c->session.session_id,
                 c->address, reason);
    c->state = STATE_CLOSING;
    c->stuck_since = monotonic_ms();
    event_del(&c->read);
    set_dirty(c);
}

static void conn_free(struct conn *c)
{
    evbuffer_free(c->out);
    free(c->in);
    free(c);
}

void front_bury(struct front *f)
{
    for (struct conn *c; (c = TAILQ_FIRST(&f->dead));) {
        TAILQ_REMOVE(&f->dead, c, link);
        conn_free(c);
    }
}

/* The end of a turn: everything written goes out, the dead are buried. */
static void on_flush(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct front *f = arg;
    for (struct conn *c; (c = TAILQ_FIRST(&f->dirty));) {
        TAILQ_REMOVE(&f->dirty, c, dirty_link);
        c->dirty = false;
        if (c->state == STATE_CLOSING && c->in_flight)
            continue; /* half-closed: its answers come first, and each makes it dirty again */
        write_out(c);
    }
    front_bury(f);
}

void front_flush_init(struct front *f)
{
    event_assign(&f->flush, f->server->base, -1, 0, on_flush, f);
}

bool front_idle(const struct front *f)
{
    const struct conn *c;
    if (f->ncalls)
        return false;
    TAILQ_FOREACH(c, &f->conns, link)
    if (evbuffer_get_length(c->out))
        return false;
    return true;
}

void server_each_session(struct server *s, void (*fn)(struct conn *, struct session *, void *), void *arg)
{
    struct conn *c, *next;
    for (c = TAILQ_FIRST(&s->front->conns); c; c = next) {
        next = TAILQ_NEXT(c, link);
        if (c->state == STATE_OPEN && c->session.in)
            fn(c, &c->session, arg);
    }
}
