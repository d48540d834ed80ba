/*
 * broker.c - asks quxiangd, over its gateway socket, who may come in. One connection, many questions in flight, each answered
 * exactly once; while the server is away they wait up to ASK_SECONDS and are then refused.
 */
#include "gateway.h"

#include "../../shared/rpc/rpc.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define ASK_SECONDS 20
#define INPUT_MAX 65536

struct question {
    struct question *next;
    uint32_t msgid;
    bool sent;
    time_t asked;
    broker_done done;
    void *arg;
    struct pack request;
};

struct broker {
    char path[108];
    int fd;
    uint32_t last_id;
    struct question *questions;
    uint8_t *in;
    size_t in_len;
    struct scan scan;
    struct pack out;
    size_t out_at;
};

static time_t monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

struct broker *broker_new(const char *path)
{
    struct broker *b = calloc(1, sizeof *b);
    if (!b || strlen(path) >= sizeof b->path || !(b->in = malloc(INPUT_MAX))) {
        free(b);
        return NULL;
    }
    strncpy(b->path, path, sizeof b->path - 1);
    b->fd = -1;
    pack_init(&b->out);
    return b;
}

static void question_free(struct question *q)
{
    if (q->request.buf.data)
        explicit_bzero(q->request.buf.data, q->request.buf.size);
    pack_free(&q->request);
    free(q);
}

static void broker_hang_up(struct broker *b)
{
    if (b->fd >= 0)
        close(b->fd);
    b->fd = -1;
    b->in_len = 0;
    b->out_at = 0;
    scan_start(&b->scan);
    pack_free(&b->out);
    pack_init(&b->out);
    for (struct question *q = b->questions; q; q = q->next)
        q->sent = false; /* asking twice whether someone may come in does no harm */
}

void broker_free(struct broker *b)
{
    if (!b)
        return;
    broker_hang_up(b);
    while (b->questions) {
        struct question *q = b->questions;
        b->questions = q->next;
        question_free(q);
    }
    pack_free(&b->out);
    free(b->in);
    free(b);
}

static void broker_connect(struct broker *b)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    memcpy(addr.sun_path, b->path, sizeof addr.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); /* a full backlog: the next tick tries again */
    if (fd < 0)
        return;
    if (connect(fd, (struct sockaddr *)&addr, sizeof addr) != 0) {
        close(fd);
        return;
    }
    b->fd = fd;
    scan_start(&b->scan);
}

static void queue_unsent(struct broker *b)
{
    for (struct question *q = b->questions; q && b->fd >= 0; q = q->next) {
        if (q->sent)
            continue;
        pack_raw(&b->out, q->request.buf.data, q->request.buf.size);
        q->sent = true;
    }
}

static void flush_output(struct broker *b)
{
    queue_unsent(b);
    while (b->fd >= 0 && b->out_at < b->out.buf.size) {
        ssize_t n = send(b->fd, b->out.buf.data + b->out_at, b->out.buf.size - b->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            if (errno != EAGAIN)
                broker_hang_up(b);
            return;
        }
        b->out_at += (size_t)n;
    }
    if (b->out.buf.size > 0 && b->out_at == b->out.buf.size) {
        explicit_bzero(b->out.buf.data, b->out.buf.size);
        msgpack_sbuffer_clear(&b->out.buf);
        b->out_at = 0;
    }
}

int broker_fd(const struct broker *b)
{
    return b->fd;
}

short broker_events(const struct broker *b)
{
    return (short)(POLLIN | (b->out_at < b->out.buf.size ? POLLOUT : 0));
}

void broker_ask(struct broker *b, const char *user, const char *password, const char *fingerprint, bool mint, const char *address, broker_done done,
                void *arg)
{
    struct question *q = calloc(1, sizeof *q);
    if (!q)
        abort();
    q->msgid = ++b->last_id;
    q->asked = monotonic();
    q->done = done;
    q->arg = arg;
    pack_init(&q->request);
    pack_request(&q->request, q->msgid, password ? "gateway.password" : "gateway.key");
    pack_map(&q->request, password ? 3 : 4);
    pack_kstr(&q->request, "user", user);
    pack_kstr(&q->request, "address", address);
    if (password) {
        pack_kstr(&q->request, "password", password);
    } else {
        pack_kstr(&q->request, "fingerprint", fingerprint);
        pack_kbool(&q->request, "mint", mint);
    }
    struct question **end = &b->questions;
    while (*end)
        end = &(*end)->next;
    *end = q;
    if (b->fd < 0)
        broker_connect(b);
    flush_output(b);
}

void broker_forget(struct broker *b, void *arg)
{
    for (struct question *q = b->questions; q; q = q->next)
        if (q->arg == arg)
            q->done = NULL;
}

static void answer(struct broker *b, struct question **at, bool ok, const char *token)
{
    struct question *q = *at;
    *at = q->next;
    if (q->done)
        q->done(q->arg, ok, token);
    question_free(q);
    (void)b;
}

static void take_response(struct broker *b, const struct rpc_message *m)
{
    struct question **at = &b->questions;
    while (*at && (*at)->msgid != m->msgid)
        at = &(*at)->next;
    if (m->type != RPC_RESPONSE || !*at)
        return;
    const msgpack_object *outcome = map_get(&m->result, "outcome");
    char *token = map_str_copy(&m->result, "token");
    answer(b, at, outcome && object_is(outcome, "ok"), token);
    if (token)
        explicit_bzero(token, strlen(token));
    free(token);
}

/* Every whole message in the buffer; false: the server spoke nonsense. */
static bool take_messages(struct broker *b)
{
    for (;;) {
        enum scan_status s = scan_next(&b->scan, b->in, b->in_len, &scan_limits_anonymous);
        if (s == SCAN_MORE)
            return b->in_len < INPUT_MAX;
        struct rpc_message m;
        const char *why;
        if (s != SCAN_MESSAGE || !rpc_decode(&m, b->in, b->scan.length, &why))
            return false;
        take_response(b, &m);
        rpc_message_free(&m);
        size_t used = b->scan.length;
        memmove(b->in, b->in + used, b->in_len - used);
        b->in_len -= used;
        explicit_bzero(b->in + b->in_len, used); /* it held a token */
        scan_start(&b->scan);
    }
}

void broker_ready(struct broker *b, short revents)
{
    if (b->fd < 0)
        return;
    if (revents & (POLLIN | POLLHUP | POLLERR)) {
        ssize_t n = recv(b->fd, b->in + b->in_len, INPUT_MAX - b->in_len, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            broker_hang_up(b);
            return;
        }
        if (n > 0) {
            b->in_len += (size_t)n;
            if (!take_messages(b)) {
                broker_hang_up(b);
                return;
            }
        }
    }
    flush_output(b);
}

void broker_tick(struct broker *b)
{
    if (b->fd < 0 && b->questions)
        broker_connect(b);
    flush_output(b);
    time_t now = monotonic();
    for (struct question **at = &b->questions; *at;) {
        if (now - (*at)->asked > ASK_SECONDS)
            answer(b, at, false, NULL);
        else
            at = &(*at)->next;
    }
}
