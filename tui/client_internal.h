/*
 * client_internal.h - the client's inside, for its three files alone.
 */
#ifndef QX_CLIENT_INTERNAL_H
#define QX_CLIENT_INTERNAL_H

#include "client.h"
#include "client_socket.h"

struct call {
    struct call *next;
    uint64_t number;
    uint32_t msgid; /* on this connection */
    char *method, *params;
    size_t len;
    unsigned flags;
    bool anonymous, changes; /* as the method is declared */
    bool session; /* part of the greeting: goes out before the session stands, isn't repeated after a break */
    bool sent;
    struct view_ref ref;
    client_reply_fn fn;
    void *arg;
    int64_t started, retry_at;
    int attempts;
};

struct client {
    struct client_config config;
    struct address address;
    enum client_state state;
    char last_error[512], program[64], help_contact[256];
    int fd;
    bool pending; /* connect() under way */
    bool greeted; /* hello is out */
    bool wake;    /* something to do without an event */
    int tries;    /* in a row, without a session */
    int64_t next_try;

    uint8_t *in;
    size_t in_len, in_size;
    struct scan scan;
    struct pack out;
    size_t out_at;

    struct call *calls, **calls_end;
    uint64_t numbers;
    uint32_t msgids;

    char *token;
    msgpack_zone *account_zone;
    msgpack_object account;
    int class_year; /* chosen here; said again after a reconnect */
    char enrolment[32];
    client_reply_fn selected; /* the newest client_select()'s */
    void *selected_arg;
};

int64_t client_now(void); /* monotonic ms */
void *xcalloc(size_t n, size_t size);
void client_set_state(struct client *, enum client_state, const char *why);
void client_disconnect(struct client *, const char *why);

/* client_session.c */
void client_greet(struct client *); /* hello, and the session if there is one */
void client_take_login(struct client *, const struct call *, const msgpack_object *result);
void client_forget_session(struct client *);

#endif
