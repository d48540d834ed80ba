/*
 * server.h - the one struct server, its connections and its requests: what a method's code sees.
 *
 * Life of a request: readable -> scan -> decode -> admission ladder (known? logged in? role? right? limits?) -> handler
 * -> db segments -> reply -> writable. A request is one heap object with its own arena (msgpack zone of the message
 * included), owned by whoever will answer it; req_reply(), req_error() and friends free it. If its connection dies
 * meanwhile, the database work completes and the reply is dropped: the request log keeps the outcome.
 */
#ifndef QX_SERVER_H
#define QX_SERVER_H

#include "../shared/domain/flow.h"
#include "../shared/rpc/methods.h"
#include "../shared/rpc/rpc.h"
#include "db/db.h"

struct event_base;
struct workflow;
struct embedded;
struct conn;
struct worker;
struct front; /* listeners, connections, counters: front.h */
struct hints; /* hints.h */

struct server_config {
    const char *embedded_dir, *conninfo;
    const char *unix_path; /* Unix socket; its gateway sibling is PATH.gateway (mode 0600: only the broker's user) */
    int port;              /* TCP on 127.0.0.1 and ::1; 0 = none */
    const char *keys_file; /* hmac and parking keys; NULL: DIR/keys of the embedded database */
    const char *help_contact;
    int connections_max, in_flight_max, anonymous_seconds, idle_seconds;
};

struct server {
    struct server_config config;
    struct event_base *base;
    struct db *db;
    struct workflow *workflow;
    struct embedded *embedded;
    struct worker *worker; /* argon2id, two at a time, in threads; answers through the loop */
    struct front *front;
    struct hints *hints;
    uint8_t hmac_key[32]; /* identity look-ups; from a file beside the config, made at first start */
    uint8_t park_key[32]; /* parked screens (X1.14) */
    bool stopping;
    int imports_running; /* roster files being taken in: one at a time, for the memory's sake */
    uint64_t calls, refused_calls, dropped_slow;
};

/* Who is logged in on a connection; rights are a cache, checked against account.version in every load. */
struct session {
    bool in;
    int64_t session_id, account_id, account_version;
    char account_school[QX_SCHOOL_CODE]; /* account's school_code ('00000' for persons, support, operator) */
    struct flow_actor actor;             /* school_code: the chosen enrolment's for graduates */
    char department[128], user[128], name[64], address[64];
    int64_t person_id;
    int class_year;                    /* chosen; 0 = none */
    int64_t looking_at, looking_since; /* the record on its screen (X1.2), 0 none; seconds of the monotonic clock */
    bool watching;                     /* queue.watch: gets queue.changed */
    bool must_set_password;            /* came by a one-time activation code: nothing else before (MF_NO_PASSWORD) */
};

struct req {
    struct server *server;
    struct conn *conn; /* NULL once the connection is gone */
    const struct method *method;
    uint32_t msgid;
    const msgpack_object *params; /* a map; valid until the answer */
    struct session session;       /* a copy, as at admission */
    void *state;                  /* the handler's; from req_alloc() */
    bool unmasked;                /* the handler says: the caller's own data, or a reveal with its audit row (X1.5) */
};

/*
 * Handlers. Each server/methods/MODULE.c ends with its table `const struct method_entry MODULE_methods[]` (ended by a
 * NULL name); server/methods/methods_table.c lists the tables. Start-up checks them against methods_all(), both ways.
 */
typedef void (*method_fn)(struct req *);
struct method_entry {
    const char *name;
    method_fn fn;
};
extern const struct method_entry *const method_tables[]; /* ended by NULL */

void *req_alloc(struct req *, size_t); /* zeroed; lives as long as the request */
char *req_strdup(struct req *, const char *s);
char *req_str(struct req *, const char *key); /* a parameter as a C string in the arena; NULL if absent */
/* "10001-4711" -> school and number. false: not an id. */
bool req_id(struct req *, const char *key, char school[QX_SCHOOL_CODE], int64_t *id);
void id_format(char *buf, size_t len, const char *school, int64_t id);

/* Answering: exactly one of these, once; the request is gone afterwards. `result` is a map written by the handler. */
struct pack *req_result(struct req *); /* begin: response header written; write one map */
void req_reply(struct req *);          /* send what was written */
void req_error(struct req *, enum rpc_error, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void req_outcome(struct req *, enum qx_outcome); /* {outcome} alone */
/* For db failures: DB_AWAY -> UNAVAILABLE, DB_UNKNOWN -> ABORTED, DB_ERROR -> INTERNAL (logged with the statement). */
void req_db_error(struct req *, const struct db_result *);

/*
 * A statement with the rights check: sent behind account_check (same segment, so neither is done without the other);
 * when the session ended it is UNAUTHENTICATED; when the account changed since the session cached it, the session is
 * refreshed, admission runs again and the handler is called anew. `done` gets only the statement's own rows.
 */
typedef void (*req_rows)(struct req *, const struct db_rows *);
void req_read(struct req *, enum db_class, const char *statement, int n, const char *const *values, req_rows done);
void req_read_params(struct req *, enum db_class, const char *statement, const struct db_params *, req_rows done);

/* Rows -> array of maps; columns by name: `id` and *_id columns (bigint) become "school-id" strings with the row's
 * school_code column (itself left out), else the session's school; timestamptz RFC 3339, jsonb objects, nulls left out.
 * Masked, unless req->unmasked: columns and jsonb members named identity_no, mobile, phone, email, and what the
 * method's result declares. Members bound to a module are left out without `read` on it (S1.4.2). */
void pack_rows(struct pack *, const struct req *, const struct db_rows *);
void pack_row_members(struct pack *, const struct req *, const struct db_rows *, int row, uint32_t *count);

/* Notifications to sessions. */
void conn_notify(struct conn *, const char *method, const struct pack *params);
void server_each_session(struct server *, void (*fn)(struct conn *, struct session *, void *arg), void *arg);
struct session *conn_session(struct conn *); /* to be changed by log-in and select only */

/* Worker threads. */
void worker_hash(struct worker *, const char *password, void (*done)(void *arg, const char *hash), void *arg);
void worker_verify(struct worker *, const char *hash, const char *password, void (*done)(void *arg, bool ok),
                   void *arg);

/* What was asked found its session ended: the connection is logged out, the answer is UNAUTHENTICATED. */
void req_session_over(struct req *);

/* Run the admission and the handler again, with the session as it is now: after a lost race or a broken connection. */
void req_rerun(struct req *);

#include "log.h"

#endif
