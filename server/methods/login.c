/*
 * login.c - see login.h. A user that doesn't exist costs the same time as a wrong password, and gets the same answer.
 */
#include "login.h"

#include "../../shared/text/text.h"
#include "../secrets.h"
#include "../session.h"
#include "../worker.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define FREE_FAILURES 5
#define DELAY_FIRST 30
#define DELAY_MAX 3600
#define WORKER_QUEUE_MAX 500

/* Of a password nobody has: verifying against it takes as long as against a real one. */
#define DUMMY_HASH "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$4K1oZ9vY0oT6JmWm8w3kq3p5m8H1n3mB2v0m2m8c1uE"

static const char *const way_names[] = {"password", "key", "activation"};

struct attempt {
    struct login in;
    struct req *req;
    char user_key[80]; /* as the lock-out and the audit log know the user: never an identity number */
    bool found;
    char school[QX_SCHOOL_CODE], account[24];
    enum qx_role role;
    char token[TOKEN_TEXT];
    char secret_hash[SECRET_HASH * 2 + 3]; /* the activation code's, as bytea text */
    bool by_code;                          /* the password was the activation code: a session that must set one */
};

void login_take(struct db_segment *seg, const char *user_key, const char *address)
{
    char free_failures[16], first[16], max[16];
    snprintf(free_failures, sizeof free_failures, "%d", FREE_FAILURES);
    snprintf(first, sizeof first, "%d", DELAY_FIRST);
    snprintf(max, sizeof max, "%d", DELAY_MAX);
    const char *const values[] = {user_key, address, free_failures, first, max};
    db_segment_add(seg, "login_take", &(struct db_params){.n = 5, .values = values});
    db_segment_add(seg, "login_lock", &(struct db_params){.n = 2, .values = values});
}

static int locked_for(const struct db_result *r)
{
    const struct db_rows *lock = r->rows[1];
    return db_nrows(lock) ? (int)db_int(lock, 0, 1) : 0;
}

int login_taken(const struct db_result *r)
{
    if (db_nrows(r->rows[0]))
        return 0;
    return locked_for(r) > 0 ? locked_for(r) : 1;
}

bool password_fits(const char *password)
{
    size_t n = password ? utf8_length(password, strlen(password)) : 0;
    return n >= 8 && n <= 128;
}

/* ------------------------------------------------------------------ the ends */

static void answer_refused(struct attempt *a, enum rpc_error error, const char *text, int seconds)
{
    if (a->in.gateway)
        req_outcome(a->req, OUT_FORBIDDEN);
    else
        req_error(a->req, error, text, seconds);
}

static void on_refused_logged(void *arg, const struct db_result *r)
{
    struct attempt *a = arg;
    if (r->status != DB_OK)
        req_db_error(a->req, r);
    else
        answer_refused(a, RPC_UNAUTHENTICATED, "user or password is wrong, or the account isn't activated (%d)", 0);
}

/* Wrong, as it was counted when it was taken. The answer waits until it is in the audit log. */
static void attempt_failed(struct attempt *a)
{
    const char *const values[] = {a->user_key, a->in.address, a->school, a->account, way_names[a->in.way]};
    db_query(a->req->server->db, DB_READ, "login_failed", 5, values, on_refused_logged, a);
}

/* Refused without a look at the secret: no further failure, but a log line. */
static void attempt_refused(struct attempt *a, const char *why)
{
    const char *const values[] = {a->user_key, a->in.address, a->school, a->account, way_names[a->in.way], why};
    db_query(a->req->server->db, DB_READ, "login_refused", 6, values, NULL, NULL);
}

static void on_session_loaded(void *arg, const struct db_result *r)
{
    struct attempt *a = arg;
    if (r->status != DB_OK) {
        req_db_error(a->req, r);
        return;
    }
    if (db_nrows(r->rows[0]) == 0) {
        req_error(a->req, RPC_UNAUTHENTICATED, "the account was disabled this moment");
        return;
    }
    session_take(a->req, r->rows[0]);
    struct pack *p = req_result(a->req);
    pack_map(p, 2);
    pack_kstr(p, "token", a->token);
    pack_key(p, "account");
    session_pack(p, &a->req->session, r->rows[0], 0);
    req_reply(a->req);
}

static void on_session_created(void *arg, const struct db_result *r)
{
    struct attempt *a = arg;
    if (r->status != DB_OK) {
        req_db_error(a->req, r);
        return;
    }
    if (!a->in.gateway) {
        db_query(a->req->server->db, DB_READ, "session_load", 1, (const char *const[]){db_text(r->rows[0], 0, 0)},
                 on_session_loaded, a);
        return;
    }
    struct pack *p = req_result(a->req);
    pack_map(p, 2);
    pack_kstr(p, "outcome", outcome_code(OUT_OK));
    pack_kstr(p, "token", a->token);
    req_reply(a->req);
}

static void attempt_succeeded(struct attempt *a)
{
    uint8_t hash[SECRET_HASH];
    char text[SECRET_HASH * 2 + 3];
    token_make(a->token, hash);
    bytea_text(text, sizeof text, hash, sizeof hash);
    const char *const values[] = {text,          a->school,
                                  a->account,    way_names[a->by_code ? LOGIN_ACTIVATION : a->in.way],
                                  a->in.address, a->in.way == LOGIN_KEY ? a->in.secret : "",
                                  a->user_key,   a->by_code ? a->secret_hash : NULL};
    db_query(a->req->server->db, DB_READ, "session_create", 8, values, on_session_created, a);
}

/* ------------------------------------------------------------------ the proofs */

static void on_key(void *arg, const struct db_result *r)
{
    struct attempt *a = arg;
    if (r->status != DB_OK)
        req_db_error(a->req, r);
    else if (db_nrows(r->rows[0]) == 0)
        req_outcome(a->req, OUT_FORBIDDEN); /* clients offer every key they have: no failure */
    else if (a->in.ask_only)
        req_outcome(a->req, OUT_OK);
    else
        attempt_succeeded(a);
}

static void on_activated(void *arg, const struct db_result *r)
{
    struct attempt *a = arg;
    if (r->status != DB_OK)
        req_db_error(a->req, r);
    else if (db_nrows(r->rows[0]) == 0)
        attempt_failed(a);
    else
        attempt_succeeded(a);
}

static void on_new_hash(void *arg, const char *hash)
{
    struct attempt *a = arg;
    if (!hash) {
        req_error(a->req, RPC_RESOURCE_EXHAUSTED, "no memory to hash a password; try again");
        return;
    }
    const char *const values[] = {a->secret_hash, a->school, a->account, hash};
    db_query(a->req->server->db, DB_READ, "login_activate", 4, values, on_activated, a);
}

static void on_code(void *arg, const struct db_result *r)
{
    struct attempt *a = arg;
    if (r->status != DB_OK)
        req_db_error(a->req, r);
    else if (!a->found || db_nrows(r->rows[0]) == 0)
        attempt_failed(a);
    else if (a->in.way == LOGIN_PASSWORD)
        attempt_succeeded(a);
    else
        worker_hash(a->req->server->worker, a->in.new_password, on_new_hash, a);
}

static void prove_by_code(struct attempt *a)
{
    uint8_t hash[SECRET_HASH];
    activation_code_hash(a->in.secret, hash);
    bytea_text(a->secret_hash, sizeof a->secret_hash, hash, sizeof hash);
    db_query(a->req->server->db, DB_READ, "login_activation", 3,
             (const char *const[]){a->secret_hash, a->school, a->account}, on_code, a);
}

/* No password, so perhaps the activation code of an account that has none. Asked after every failure, whoever it is:
 * all take the same time. Only hashes are compared, so that the time tells nothing of a code. */
static void on_verified(void *arg, bool ok)
{
    struct attempt *a = arg;
    a->by_code = !(ok && a->found);
    if (a->by_code)
        prove_by_code(a);
    else
        attempt_succeeded(a);
}

static void prove(struct attempt *a, const char *password_hash)
{
    switch (a->in.way) {
    case LOGIN_PASSWORD:
        worker_verify(a->req->server->worker, password_hash ? password_hash : DUMMY_HASH, a->in.secret, on_verified, a);
        return;
    case LOGIN_KEY:
        db_query(a->req->server->db, DB_READ, "gateway_key", 3,
                 (const char *const[]){a->school, a->account, a->in.secret}, on_key, a);
        return;
    case LOGIN_ACTIVATION:
        prove_by_code(a);
    }
}

/* ------------------------------------------------------------------ who */

static void take_account(struct attempt *a, const struct db_rows *r)
{
    a->found = db_nrows(r) == 1;
    snprintf(a->school, sizeof a->school, "%s", a->found ? db_text(r, 0, 0) : "00000");
    snprintf(a->account, sizeof a->account, "%s", a->found ? db_text(r, 0, 1) : "0");
    int role = a->found ? role_of(db_text(r, 0, 2)) : ROLE_NONE;
    a->role = role < 0 ? ROLE_NONE : (enum qx_role)role;
}

static void on_found(void *arg, const struct db_result *r)
{
    struct attempt *a = arg;
    if (r->status != DB_OK) {
        req_db_error(a->req, r);
        return;
    }
    const struct db_rows *account = r->rows[2];
    const int seconds = a->in.way == LOGIN_KEY ? locked_for(r) : login_taken(r);
    take_account(a, account);
    if (seconds > 0) {
        attempt_refused(a, "locked");
        answer_refused(a, RPC_RESOURCE_EXHAUSTED, "locked after too many failures; try again in %d s", seconds);
    } else if (a->in.gateway && a->found && (a->role == ROLE_SUPPORT || a->role == ROLE_OPERATOR)) {
        attempt_refused(a, "role");
        answer_refused(a, RPC_PERMISSION_DENIED, "not by this way (%d)", 0);
    } else if (worker_waiting(a->req->server->worker) > WORKER_QUEUE_MAX) {
        req_error(a->req, RPC_RESOURCE_EXHAUSTED, "too many log-ins at this moment; try again");
    } else {
        prove(a, a->found ? db_text(account, 0, 3) : NULL);
    }
}

static bool looks_like_identity(const char *s)
{
    return strlen(s) == 18 && strspn(s, "0123456789") >= 17 && strchr("0123456789Xx", s[17]);
}

static bool looks_like_student(const char *s)
{
    return strlen(s) > 6 && strspn(s, "0123456789") == 5 && s[5] == '.';
}

/* Clients offer every key they have: none is a failure, but a lock is theirs too. */
static void take(struct db_segment *seg, const struct attempt *a)
{
    const char *const values[] = {a->user_key, a->in.address};
    if (a->in.way != LOGIN_KEY) {
        login_take(seg, a->user_key, a->in.address);
        return;
    }
    for (int i = 0; i < 2; i++) /* in the places of login_take()'s two */
        db_segment_add(seg, "login_lock", &(struct db_params){.n = 2, .values = values});
}

static void add_lookup(struct db_segment *seg, struct attempt *a)
{
    uint8_t hmac[32];
    char text[67], school[QX_SCHOOL_CODE];
    const char *user = a->in.user;
    if (looks_like_identity(user)) {
        number_hmac(a->req->server->hmac_key, user, hmac);
        bytea_text(text, sizeof text, hmac, sizeof hmac);
        snprintf(a->user_key, sizeof a->user_key, "identity:%.16s", text + 2);
        take(seg, a);
        db_segment_add(seg, "login_by_identity", &(struct db_params){1, (const char *const[]){text}, NULL, NULL});
        return;
    }
    snprintf(a->user_key, sizeof a->user_key, "%s", user);
    take(seg, a);
    if (looks_like_student(user)) {
        snprintf(school, sizeof school, "%.5s", user);
        db_segment_add(seg, "login_by_student",
                       &(struct db_params){2, (const char *const[]){school, user + 6}, NULL, NULL});
    } else {
        db_segment_add(seg, "login_by_name", &(struct db_params){1, (const char *const[]){user}, NULL, NULL});
    }
}

void login_start(struct req *req, const struct login *in)
{
    if (strlen(in->user) == 0 || strlen(in->user) > 64 || strlen(in->secret) > 512 || strlen(in->address) > 63) {
        req_error(req, RPC_INVALID_ARGUMENT, "user, password or address is too long, or empty");
        return;
    }
    struct attempt *a = req_alloc(req, sizeof *a);
    a->in = *in;
    a->req = req;
    struct db_segment *seg = db_segment_new(req->server->db, DB_READ, on_found, a);
    add_lookup(seg, a);
    db_segment_send(seg);
}
