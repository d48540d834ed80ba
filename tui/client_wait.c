/*
 * client_wait.c - the client for those who may block (the commands for scripts), ids, and copies of values.
 */
#include "client_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* ------------------------------------------------------------------ the blocking driver */

static void turn(struct client *c, int longest)
{
    struct pollfd p = {.fd = client_fd(c), .events = client_events(c)};
    int wait = client_timeout(c);
    if (wait < 0 || wait > longest)
        wait = longest;
    const int n = poll(&p, p.fd >= 0 ? 1 : 0, wait);
    client_ready(c, n > 0 ? p.revents : 0);
}

static bool unsettled(const struct client *c)
{
    return c->state == CLIENT_CONNECTING || (c->state == CLIENT_WAITING && address_more(&c->address));
}

enum client_state client_settle(struct client *c)
{
    const int64_t until = client_now() + (c->config.patience ? c->config.patience : 30000);
    do
        turn(c, 1000);
    while (unsettled(c) && client_now() < until);
    return c->state;
}

struct waiting {
    struct answer *answer;
    bool done;
};

static void on_answer(void *arg, const struct client_reply *reply)
{
    struct waiting *w = arg;
    struct answer *a = w->answer;
    w->done = true;
    a->status = reply->status;
    a->error = reply->error;
    a->text = reply->text ? strdup(reply->text) : NULL;
    if (reply->status == CLIENT_RESULT &&
        (!(a->zone = msgpack_zone_new(4096)) || !object_copy(&a->result, reply->result, a->zone)))
        abort();
}

static bool log_in_under_way(const struct client *c)
{
    return c->calls && c->calls->anonymous;
}

/* Turns until the answer is there, or nobody is logged in who could get one. */
static void wait_for(struct client *c, struct waiting *w)
{
    while (!w->done && (c->state != CLIENT_LOGIN || log_in_under_way(c)))
        turn(c, 60000);
    if (w->done)
        return;
    w->answer->status = CLIENT_ERROR;
    w->answer->error = RPC_UNAUTHENTICATED;
    w->answer->text = strdup(*c->last_error ? c->last_error : "UNAUTHENTICATED: not logged in");
}

static const struct answer no_answer = {.status = CLIENT_LOST, .result = {.type = MSGPACK_OBJECT_NIL}};

/* A call given up may still be answered while the client lives: it must not find this function's stack. */
struct answer client_ask(struct client *c, const char *method, const struct pack *params, unsigned flags)
{
    struct answer answer = no_answer;
    struct waiting waiting = {&answer, false};
    const struct view_ref self = {UINT32_MAX, (uint32_t)(c->numbers + 1)};
    client_call(c, method, params, flags, self, on_answer, &waiting);
    wait_for(c, &waiting);
    client_forget(c, self);
    return answer;
}

struct answer client_ask_select(struct client *c, int class_year, const char *enrolment)
{
    struct answer answer = no_answer;
    struct waiting waiting = {&answer, false};
    client_select(c, class_year, enrolment, on_answer, &waiting);
    wait_for(c, &waiting);
    c->selected = NULL;
    return answer;
}

void answer_free(struct answer *a)
{
    free(a->text);
    if (a->zone)
        msgpack_zone_free(a->zone);
    *a = no_answer;
}

/* ------------------------------------------------------------------ ids */

void uuid_make(char buf[UUID_LENGTH + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t r[16];
    if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r)
        abort(); /* an id that could be another's would lose a decision */
    r[6] = (uint8_t)((r[6] & 0x0f) | 0x40);
    r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
    char *p = buf;
    for (size_t i = 0; i < sizeof r; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = digits[r[i] >> 4];
        *p++ = digits[r[i] & 15];
    }
    *p = '\0';
}

bool uuid_ok(const char *s)
{
    for (int i = 0; i < UUID_LENGTH; i++) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !s[i] || !strchr("0123456789abcdefABCDEF", s[i]))
            return false;
    }
    return s[UUID_LENGTH] == '\0';
}

void pack_request_id(struct pack *p)
{
    char uuid[UUID_LENGTH + 1];
    uuid_make(uuid);
    pack_kstr(p, "request_id", uuid);
}

/* ------------------------------------------------------------------ copies */

static bool copy_bytes(const char **to, const char *from, uint32_t size, msgpack_zone *zone)
{
    char *p = msgpack_zone_malloc(zone, (size_t)size + 1);
    if (!p)
        return false;
    memcpy(p, from, size);
    p[size] = '\0';
    *to = p;
    return true;
}

static bool copy_array(msgpack_object *to, const msgpack_object *from, msgpack_zone *zone)
{
    const uint32_t n = from->via.array.size;
    to->via.array.ptr = msgpack_zone_malloc(zone, (n + 1) * sizeof *to);
    bool ok = to->via.array.ptr != NULL;
    for (uint32_t i = 0; i < n && ok; i++)
        ok = object_copy(&to->via.array.ptr[i], &from->via.array.ptr[i], zone);
    return ok;
}

static bool copy_map(msgpack_object *to, const msgpack_object *from, msgpack_zone *zone)
{
    const uint32_t n = from->via.map.size;
    to->via.map.ptr = msgpack_zone_malloc(zone, (n + 1) * sizeof *to->via.map.ptr);
    bool ok = to->via.map.ptr != NULL;
    for (uint32_t i = 0; i < n && ok; i++)
        ok = object_copy(&to->via.map.ptr[i].key, &from->via.map.ptr[i].key, zone) &&
             object_copy(&to->via.map.ptr[i].val, &from->via.map.ptr[i].val, zone);
    return ok;
}

/* Recursion is bounded by the scanner's depth. Copied strings are NUL-terminated: they may be used as C strings. */
bool object_copy(msgpack_object *to, const msgpack_object *from, msgpack_zone *zone)
{
    *to = *from;
    switch (from->type) {
    case MSGPACK_OBJECT_STR:
        return copy_bytes(&to->via.str.ptr, from->via.str.ptr, from->via.str.size, zone);
    case MSGPACK_OBJECT_BIN:
        return copy_bytes(&to->via.bin.ptr, from->via.bin.ptr, from->via.bin.size, zone);
    case MSGPACK_OBJECT_ARRAY:
        return copy_array(to, from, zone);
    case MSGPACK_OBJECT_MAP:
        return copy_map(to, from, zone);
    default:
        return true;
    }
}
