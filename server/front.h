/*
 * front.h - the side that clients see: listeners, connections, calls. Inside the server's own files; methods see
 * server.h.
 *
 * A connection is in one of three states and in one of two lists:
 *   OPEN     reads, answers                                   list `conns`
 *   CLOSING  reads no more, goes when its output is gone      list `conns`
 *   DEAD     socket closed, freed at the end of the turn      list `dead` (libevent may still deliver an event before
 * that) Only conn_close() and conn_finish() change it. A call belongs to its connection until it is answered; if the
 * connection dies first, the call goes on without one and its answer is dropped.
 */
#ifndef QX_FRONT_H
#define QX_FRONT_H

#include "server.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <sys/queue.h>

enum conn_kind { KIND_UNIX, KIND_TCP, KIND_GATEWAY };
enum conn_state { STATE_OPEN, STATE_CLOSING, STATE_DEAD };

struct call {
    struct req pub; /* first: a req is its call */
    TAILQ_ENTRY(call) link;
    struct rpc_message message;
    uint8_t *bytes; /* the message's own copy */
    msgpack_zone *zone;
    method_fn fn;
    struct pack answer;
    bool answering; /* `answer` is open */
    bool refreshed; /* its session was read anew since the last refusal */
    int attempts;
};
TAILQ_HEAD(calls, call);

struct conn {
    TAILQ_ENTRY(conn) link;
    TAILQ_ENTRY(conn) dirty_link;
    struct server *server;
    enum conn_kind kind;
    enum conn_state state;
    evutil_socket_t fd;
    struct event read, write, again;
    uint8_t *in; /* what has been read and not yet taken; freed when empty */
    size_t in_len, in_cap;
    struct scan scan;
    struct evbuffer *out;
    bool dirty, turn_over; /* output to be written this turn; has more messages than one turn allows */
    struct calls calls;
    unsigned in_flight;
    double tokens; /* of the rate limit */
    int64_t tokens_at, opened_at, last_at, stuck_since, touched_at;
    struct session session;
    char address[64];
};
TAILQ_HEAD(conns, conn);

#define ADMIT_RUNGS_MAX 16

struct front {
    struct server *server;
    struct evconnlistener *listeners[4];
    size_t nlisteners;
    struct event flush, janitor, resume;
    struct conns conns, dead;
    struct conns dirty;
    size_t nconns, ncalls; /* calls: all that are unanswered, those without a connection too */
    method_fn *handlers;   /* by index in methods_all() */
    uint64_t refused[ADMIT_RUNGS_MAX];
    unsigned ticks; /* of the janitor */
    uint64_t accepted, bad_messages, ignored, dropped_slow, dropped_anonymous;
};

/* listen.c */
bool front_open(struct server *, char *why, size_t len);
void front_stop_listening(struct front *);
void front_close(struct front *); /* all connections too */

/* conn.c */
void conn_accept(struct server *, enum conn_kind, evutil_socket_t, const char *address);
void conn_close(struct conn *, const char *reason);  /* at once; the reason is logged */
void conn_finish(struct conn *, const char *reason); /* when its output is gone */
void conn_send(struct conn *, struct pack *);        /* takes the bytes; the pack is empty afterwards */
bool conn_full(const struct conn *);                 /* more unread output than a reader is trusted with */
void front_flush_init(struct front *);               /* the event at a turn's end */
void front_bury(struct front *);                     /* free the dead */
bool front_idle(const struct front *);               /* nothing under way, nothing to write */

/* call.c */
void call_start(struct conn *, const uint8_t *bytes, size_t len); /* one whole message */
void call_free(struct call *);

/* admit.c */
bool admit_handlers(
    struct front *);       /* finds each method's handler; logs what doesn't fit; false: a handler without a method */
void admit(struct call *); /* the ladder, then the handler */
void admit_again(struct call *); /* the same without what is counted at arrival */
void admit_report(const struct front *, struct pack *, uint32_t *members); /* counters by name */

int64_t monotonic_ms(void);

#endif
