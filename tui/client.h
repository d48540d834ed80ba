/*
 * client.h - the asynchronous MessagePack-RPC client that the screens and the commands share.
 *
 * It never blocks: the owner polls client_fd() for client_events(), at most client_timeout() long, and calls
 * client_ready(). Commands for scripts use the small blocking driver client_ask() on top of the same machine.
 *
 * What holds:
 * - Every call is answered exactly once through its callback, unless client_forget() or a newer replaceable call took
 * it away.
 * - A call's bytes are kept until it is answered. After a break they are sent again *as they were*, so that a changing
 * call carries the same request_id and the server gives the first answer (DESIGN.md, Request log). CALL_ONCE calls are
 * answered with CLIENT_LOST instead.
 * - "Try later" errors (kind 0: the database is away, too much at once) are repeated with back-off until the patience
 * ends.
 * - Only what may be said anonymously (MF_ANONYMOUS) goes out before the session stands; what is called earlier waits,
 * also over a session that ran out meanwhile.
 * - An anonymous method's answer with `token` and `account` is a log-in, whatever the method is called.
 */
#ifndef QX_CLIENT_H
#define QX_CLIENT_H

#include "../shared/rpc/rpc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;

enum client_state {
    CLIENT_CONNECTING, /* also: greeting, taking up the session */
    CLIENT_LOGIN,      /* connected; nobody is logged in: client_login() */
    CLIENT_READY,
    CLIENT_WAITING, /* the connection broke; the next try comes by itself */
    CLIENT_GONE     /* for good: an inherited connection ended, or the address is no address */
};

/* Who asked: a reply finds its screen by id and generation, never by pointer. {0, 0}: nobody in particular. */
struct view_ref {
    uint32_t id, generation;
};

enum client_status { CLIENT_RESULT, CLIENT_ERROR, CLIENT_LOST };

/* Lives for the length of the callback. */
struct client_reply {
    enum client_status status;
    const msgpack_object *result; /* CLIENT_RESULT: a map, or nil; else NULL */
    enum rpc_error error;         /* CLIENT_ERROR */
    const char *text;             /* CLIENT_ERROR: what the server said, "CODE: text"; for logs and experts */
    struct view_ref ref;
};
typedef void (*client_reply_fn)(void *arg, const struct client_reply *);

enum {
    CALL_ONCE = 1, /* never sent a second time: it would count twice */
    CALL_REPLACEABLE =
        2, /* only the newest call of the same ref and method counts; older ones are dropped unanswered */
};

struct client_config {
    const char *server;  /* unix:PATH, tcp:HOST:PORT, fd:N (connected and logged in: what the gateway hands over) */
    const char *token;   /* of session.login; NULL: none. Copied, and wiped from memory at the end. */
    const char *program; /* "quxiang 0.1.0", said in hello */
    int patience;        /* ms that a call may wait for a connection or be repeated; 0: for ever (the screens) */
    /* Callbacks; each may be NULL. `arg` is handed to all of them. */
    void (*on_state)(void *arg, enum client_state); /* also when client_last_error() has changed */
    void (*on_notification)(void *arg, const char *method, const msgpack_object *params);
    void *arg;
};

/* NULL: `why` (a msgid for tr()) says what is wrong with the address. Connecting starts at the first client_ready(). */
struct client *client_new(const struct client_config *,
                          const char **why); /* the texts of the config may go afterwards */
void client_free(struct client *);

/* ---- for the owner's ppoll() */
int client_fd(const struct client *);              /* -1: no connection at the moment */
short client_events(const struct client *);        /* POLLIN, POLLOUT */
int client_timeout(const struct client *);         /* ms until it wants to be called anyway; -1: never */
void client_ready(struct client *, short revents); /* 0 when only the time-out passed */

/* ---- calls */
/*
 * `params`: one map, written by the caller, who keeps it; NULL: an empty one. Answers the call's number, never 0.
 * A changing method's map must hold a request_id: pack_request_id().
 */
uint64_t client_call(struct client *, const char *method, const struct pack *params, unsigned flags, struct view_ref,
                     client_reply_fn, void *arg);
void client_forget(struct client *,
                   struct view_ref);          /* a closed screen's reads; changing calls still go out, unanswered */
size_t client_pending(const struct client *); /* changing calls not answered yet: leaving would leave them unknown */

/* ---- session. on_state tells what came of it; a refusal comes to `fn` as CLIENT_ERROR. */
void client_login(struct client *, const char *user, const char *password, client_reply_fn fn, void *arg);
void client_logout(struct client *); /* also forgets the token */
/* session.select; kept and repeated after every reconnect; a newer one takes the place of one not answered yet.
 * class_year 0, enrolment NULL: unchanged. */
void client_select(struct client *, int class_year, const char *enrolment, client_reply_fn fn, void *arg);

enum client_state client_state(const struct client *);
const msgpack_object *client_account(const struct client *); /* session.whoami's map; NULL before log-in */
const char *client_help_contact(const struct client *);      /* from hello; "" if unknown (S1.3.2) */
const char *
client_last_error(const struct client *);   /* why it is not connected, or (READY) why calls are being repeated; "" */
int client_next_try(const struct client *); /* ms until the next try to connect; 0 */

/* ---- ids */
#define UUID_LENGTH 36
void uuid_make(char buf[UUID_LENGTH + 1]); /* version 4, from getrandom() */
bool uuid_ok(const char *);
void pack_request_id(struct pack *); /* key "request_id" and a new UUID: one member */

/* ---- the blocking driver */
/* An answer of one's own: like client_reply, but it stays until answer_free(). */
struct answer {
    enum client_status status;
    enum rpc_error error;
    char *text;
    msgpack_zone *zone;
    msgpack_object result; /* nil unless CLIENT_RESULT */
};
/* CLIENT_LOST after the patience, or when nobody is logged in. Notifications are delivered meanwhile. */
struct answer client_ask(struct client *, const char *method, const struct pack *params, unsigned flags);
struct answer client_ask_select(struct client *, int class_year, const char *enrolment); /* likewise */
void answer_free(struct answer *);
/* Until READY, LOGIN or GONE, or the first try to connect has failed, or the patience ends; answers the state then. */
enum client_state client_settle(struct client *);

/* A deep copy of a value, for screens that keep rows; owned by the zone. */
bool object_copy(msgpack_object *to, const msgpack_object *from, msgpack_zone *);

#endif
