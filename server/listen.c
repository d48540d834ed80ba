/*
 * listen.c - where connections come from: a Unix socket for clients, one for the gateway's broker alone, and loopback.
 * And the one pass a second that applies every time limit.
 *
 * Out of file descriptors: the listeners rest for a second, so that the loop doesn't spin on what it can't accept.
 */
#include "front.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define STUCK_MS 10000 /* a reader that takes nothing for so long is gone */
#define TRIM_TICKS 20

static void address_of(evutil_socket_t fd, const struct sockaddr *sa, char *buf, size_t len)
{
    char host[INET6_ADDRSTRLEN] = "?";
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (sa->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, host, sizeof host);
    else if (sa->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, host, sizeof host);
    else if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
        snprintf(host, sizeof host, "uid:%u", (unsigned)peer.uid);
    snprintf(buf, len, "%s", host);
}

static void accepted(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, struct server *s,
                     enum conn_kind kind)
{
    (void)l;
    char address[64];
    int one = 1;
    if (s->front->nconns >= (size_t)s->config.connections_max) {
        close(fd);
        return;
    }
    if (kind == KIND_TCP)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    address_of(fd, sa, address, sizeof address);
    conn_accept(s, kind, fd, address);
}

static void on_unix(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int len, void *arg)
{
    (void)len;
    accepted(l, fd, sa, arg, KIND_UNIX);
}

static void on_gateway(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int len, void *arg)
{
    (void)len;
    accepted(l, fd, sa, arg, KIND_GATEWAY);
}

static void on_tcp(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int len, void *arg)
{
    (void)len;
    accepted(l, fd, sa, arg, KIND_TCP);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct front *f = arg;
    for (size_t i = 0; i < f->nlisteners; i++)
        evconnlistener_enable(f->listeners[i]);
}

static void on_accept_error(struct evconnlistener *l, void *arg)
{
    (void)l;
    struct server *s = arg;
    int error = EVUTIL_SOCKET_ERROR();
    log_line("warning", "event=accept_failed error=\"%s\" pause_ms=1000", strerror(error));
    for (size_t i = 0; i < s->front->nlisteners; i++)
        evconnlistener_disable(s->front->listeners[i]);
    event_add(&s->front->resume, &(struct timeval){.tv_sec = 1});
}

/* ------------------------------------------------------------------ opening */

static bool listen_at(struct front *f, evconnlistener_cb cb, const struct sockaddr *sa, socklen_t len)
{
    struct evconnlistener *l =
        evconnlistener_new_bind(f->server->base, cb, f->server,
                                LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, 512, sa, (int)len);
    if (!l)
        return false;
    evconnlistener_set_error_cb(l, on_accept_error);
    f->listeners[f->nlisteners++] = l;
    return true;
}

/* A socket file that nobody answers at is a leftover. */
static bool somebody_answers(const struct sockaddr_un *sa)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && connect(fd, (const struct sockaddr *)sa, sizeof *sa) == 0;
    if (fd >= 0)
        close(fd);
    return yes;
}

static bool listen_unix(struct front *f, const char *path, mode_t mode, evconnlistener_cb cb, char *why, size_t len)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof sa.sun_path) {
        snprintf(why, len, "the socket's path is too long (at most %zu bytes): %s", sizeof sa.sun_path - 1, path);
        return false;
    }
    memcpy(sa.sun_path, path, strlen(path) + 1);
    if (somebody_answers(&sa)) {
        snprintf(why, len, "another server answers at %s", path);
        return false;
    }
    unlink(path);
    mode_t before = umask(0777 & ~mode);
    bool ok = listen_at(f, cb, (const struct sockaddr *)&sa, sizeof sa);
    umask(before);
    if (!ok)
        snprintf(why, len, "cannot listen at %s: %s", path, strerror(errno));
    return ok;
}

/* Loopback only: another host comes through SSH. A machine without IPv6 is served by IPv4 alone. */
static bool listen_tcp(struct front *f, int port, char *why, size_t len)
{
    struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    if (!listen_at(f, on_tcp, (const struct sockaddr *)&v4, sizeof v4)) {
        snprintf(why, len, "cannot listen on 127.0.0.1:%d: %s", port, strerror(errno));
        return false;
    }
    if (!listen_at(f, on_tcp, (const struct sockaddr *)&v6, sizeof v6))
        log_line("info", "event=no_ipv6_loopback error=\"%s\"", strerror(errno));
    return true;
}

/* ------------------------------------------------------------------ time limits */

static const char *overdue(const struct conn *c, int64_t now)
{
    const struct server_config *config = &c->server->config;
    if (c->stuck_since && now - c->stuck_since > STUCK_MS && (conn_full(c) || c->state == STATE_CLOSING))
        return "slow_reader";
    if (c->kind == KIND_GATEWAY)
        return NULL;
    if (!c->session.in && !c->in_flight && now - c->opened_at > (int64_t)config->anonymous_seconds * 1000)
        return "login_timeout";
    if (now - c->last_at > (int64_t)config->idle_seconds * 1000)
        return "idle";
    return NULL;
}

static void on_janitor(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct front *f = arg;
    int64_t now = monotonic_ms();
    struct conn *c, *next;
    for (c = TAILQ_FIRST(&f->conns); c; c = next) {
        next = TAILQ_NEXT(c, link);
        const char *reason = overdue(c, now);
        if (!reason)
            continue;
        f->server->dropped_slow += strcmp(reason, "slow_reader") == 0;
        f->dropped_anonymous += strcmp(reason, "login_timeout") == 0;
        conn_close(c, reason);
    }
    if (++f->ticks % TRIM_TICKS == 0)
        malloc_trim(0); /* what a burst took is given back */
}

bool front_open(struct server *s, char *why, size_t len)
{
    struct front *f = calloc(1, sizeof *f);
    char gateway[256];
    if (!f)
        abort();
    f->server = s;
    s->front = f;
    TAILQ_INIT(&f->conns);
    TAILQ_INIT(&f->dead);
    TAILQ_INIT(&f->dirty);
    if (!admit_handlers(f)) {
        snprintf(why, len, "a handler without a declared method; see the log");
        return false;
    }
    front_flush_init(f);
    event_assign(&f->resume, s->base, -1, 0, on_resume, f);
    event_assign(&f->janitor, s->base, -1, EV_PERSIST, on_janitor, f);
    event_add(&f->janitor, &(struct timeval){.tv_sec = 1});
    if (s->config.unix_path) {
        snprintf(gateway, sizeof gateway, "%s.gateway", s->config.unix_path);
        if (!listen_unix(f, s->config.unix_path, 0660, on_unix, why, len) ||
            !listen_unix(f, gateway, 0600, on_gateway, why, len))
            return false;
    }
    return !s->config.port || listen_tcp(f, s->config.port, why, len);
}

void front_stop_listening(struct front *f)
{
    char gateway[256];
    const char *path = f->server->config.unix_path;
    for (size_t i = 0; i < f->nlisteners; i++)
        evconnlistener_free(f->listeners[i]);
    f->nlisteners = 0;
    event_del(&f->resume);
    if (!path)
        return;
    snprintf(gateway, sizeof gateway, "%s.gateway", path);
    unlink(path);
    unlink(gateway);
}

void front_close(struct front *f)
{
    if (!f)
        return;
    front_stop_listening(f);
    for (struct conn *c; (c = TAILQ_FIRST(&f->conns));)
        conn_close(c, NULL);
    front_bury(f);
    event_del(&f->janitor);
    event_del(&f->flush);
    free(f->handlers);
    free(f);
}
