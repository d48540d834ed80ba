/*
 * session.c - session.*: log in and out, take up, choose, one's own password, parked screens.
 */
#include "../session.h"

#include "../front.h"
#include "../secrets.h"
#include "login.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARK_MAX ((size_t)64 << 10)

struct who {
    char account[24], session[24];
};

static struct who who_of(const struct req *req)
{
    struct who w;
    snprintf(w.account, sizeof w.account, "%" PRId64, req->session.account_id);
    snprintf(w.session, sizeof w.session, "%" PRId64, req->session.session_id);
    return w;
}

static void reply_empty(struct req *req)
{
    pack_map(req_result(req), 0);
    req_reply(req);
}

static void over(struct req *req)
{
    req_error(req, RPC_UNAUTHENTICATED, "the session is over; log in again");
}

/* ------------------------------------------------------------------ in and out */

static void session_login(struct req *req)
{
    struct login in = {.way = LOGIN_PASSWORD,
                       .user = req_str(req, "user"),
                       .secret = req_str(req, "password"),
                       .address = req->conn->address};
    login_start(req, &in);
}

static void session_activate(struct req *req)
{
    struct login in = {.way = LOGIN_ACTIVATION,
                       .user = req_str(req, "user"),
                       .secret = req_str(req, "code"),
                       .new_password = req_str(req, "password"),
                       .address = req->conn->address};
    if (password_fits(in.new_password))
        login_start(req, &in);
    else
        req_error(req, RPC_INVALID_ARGUMENT, "parameter password must have 8 to 128 characters");
}

static void account_reply(struct req *req, const struct db_rows *row)
{
    if (!row) {
        over(req);
        return;
    }
    struct pack *p = req_result(req);
    pack_map(p, 1);
    pack_key(p, "account");
    session_pack(p, &req->session, row, 0);
    req_reply(req);
}

static void on_resumed(void *arg, const struct db_result *r)
{
    struct req *req = arg;
    if (r->status != DB_OK)
        req_db_error(req, r);
    else if (db_nrows(r->rows[0]) == 0)
        req_error(req, RPC_UNAUTHENTICATED, "the token isn't valid any more; log in again");
    else {
        req->session = (struct session){.session_id = db_int(r->rows[0], 0, 0)};
        session_reload(req, account_reply);
    }
}

static void session_resume(struct req *req)
{
    uint8_t hash[SECRET_HASH];
    char text[SECRET_HASH * 2 + 3];
    token_hash(req_str(req, "token"), hash);
    bytea_text(text, sizeof text, hash, sizeof hash);
    db_query(req->server->db, DB_READ, "session_resume", 1, (const char *const[]){text}, on_resumed, req);
}

static void on_ended(void *arg, const struct db_result *r)
{
    struct req *req = arg;
    if (r->status != DB_OK) {
        req_db_error(req, r);
        return;
    }
    session_end(req);
    reply_empty(req);
}

static void session_logout(struct req *req)
{
    struct who w = who_of(req);
    db_query(req->server->db, DB_READ, "session_end", 1, (const char *const[]){w.session}, on_ended, req);
}

static void whoami_reply(struct req *req, const struct db_rows *row)
{
    if (!row) {
        over(req);
        return;
    }
    session_pack(req_result(req), &req->session, row, 0);
    req_reply(req);
}

static void session_whoami(struct req *req)
{
    session_reload(req, whoami_reply);
}

/* ------------------------------------------------------------------ choosing */

static void selected(struct req *req, const struct db_rows *rows)
{
    if (db_nrows(rows) == 0)
        req_error(req, RPC_NOT_FOUND, "no such enrolment of yours");
    else
        session_reload(req, account_reply);
}

static void session_select(struct req *req)
{
    struct who w = who_of(req);
    char class_text[24], school[QX_SCHOOL_CODE], enrolment[24];
    int64_t class_year = 0, id = 0;
    const char *language = req_str(req, "language");
    bool with_class = map_int(req->params, "class", &class_year),
         with_enrolment = req_id(req, "enrolment", school, &id);
    if (with_class && (class_year < 1990 || class_year > 2100)) {
        req_error(req, RPC_INVALID_ARGUMENT, "parameter class must be a year");
        return;
    }
    if (language && strcmp(language, "zh") != 0 && strcmp(language, "en") != 0 && *language) {
        req_error(req, RPC_INVALID_ARGUMENT, "parameter language must be zh or en");
        return;
    }
    snprintf(class_text, sizeof class_text, "%" PRId64, class_year);
    snprintf(enrolment, sizeof enrolment, "%" PRId64, id);
    const char *const values[] = {w.session, with_class ? class_text : NULL, with_enrolment ? school : NULL,
                                  with_enrolment ? enrolment : NULL, language};
    req_read(req, DB_READ, "session_select", 5, values, selected);
}

/* ------------------------------------------------------------------ one's own password (S1.4.6) */

struct change {
    struct req *req;
    char *old_hash; /* NULL: there is none, the first password is set */
    char key[80];
};

static void invalid_field(struct req *req, const char *field, const char *error)
{
    struct pack *p = req_result(req);
    pack_map(p, 2);
    pack_kstr(p, "outcome", outcome_code(OUT_INVALID));
    pack_key(p, "fields");
    pack_array(p, 1);
    pack_map(p, 2);
    pack_kstr(p, "field", field);
    pack_kstr(p, "error", error);
    req_reply(req);
}

static void on_password_set(void *arg, const struct db_result *r)
{
    struct change *c = arg;
    if (r->status != DB_OK)
        req_db_error(c->req, r);
    else
        req_outcome(c->req, db_nrows(r->rows[0]) ? OUT_OK : OUT_STALE);
}

static void first_reply(struct req *req, const struct db_rows *row)
{
    if (row)
        req_outcome(req, OUT_OK);
    else
        over(req);
}

/* The session is read anew: what the connection knows of it still says that a password must be set. */
static void on_first_set(void *arg, const struct db_result *r)
{
    struct change *c = arg;
    if (r->status != DB_OK)
        req_db_error(c->req, r);
    else if (db_nrows(r->rows[0]) == 0)
        over(c->req); /* the code was used or replaced meanwhile */
    else
        session_reload(c->req, first_reply);
}

static void on_hashed(void *arg, const char *hash)
{
    struct change *c = arg;
    struct req *req = c->req;
    struct who w = who_of(req);
    if (!hash) {
        req_error(req, RPC_RESOURCE_EXHAUSTED, "no memory to hash a password; try again");
        return;
    }
    if (!c->old_hash) {
        const char *const first[] = {req->session.account_school, w.account, hash, w.session, req->session.address};
        db_query(req->server->db, DB_READ, "session_password_first", 5, first, on_first_set, c);
        return;
    }
    const char *const values[] = {req->session.account_school, w.account, c->old_hash, hash, w.session,
                                  req->session.address};
    db_query(req->server->db, DB_READ, "session_password_set", 6, values, on_password_set, c);
}

static void on_wrong(void *arg, const struct db_result *r)
{
    struct change *c = arg;
    if (r->status != DB_OK)
        req_db_error(c->req, r);
    else
        req_outcome(c->req, OUT_FORBIDDEN);
}

static void on_old_verified(void *arg, bool ok)
{
    struct change *c = arg;
    struct req *req = c->req;
    struct who w = who_of(req);
    if (ok) {
        worker_hash(req->server->worker, req_str(req, "new"), on_hashed, c);
        return;
    }
    const char *const values[] = {c->key, req->session.address, req->session.account_school, w.account,
                                  "password_change"};
    db_query(req->server->db, DB_READ, "login_failed", 5, values, on_wrong, c);
}

static void on_old_hash(void *arg, const struct db_result *r)
{
    struct change *c = arg;
    if (r->status != DB_OK) {
        req_db_error(c->req, r);
        return;
    }
    const char *hash = db_nrows(r->rows[2]) ? db_text(r->rows[2], 0, 0) : NULL;
    if (login_taken(r)) {
        req_outcome(c->req, OUT_LOCKED);
        return;
    }
    if (!hash) {
        req_outcome(c->req, OUT_FORBIDDEN);
        return;
    }
    c->old_hash = req_strdup(c->req, hash);
    worker_verify(c->req->server->worker, hash, req_str(c->req, "old"), on_old_verified, c);
}

static void password(struct req *req, const struct db_rows *session)
{
    struct who w = who_of(req);
    if (!session) {
        over(req);
        return;
    }
    if (!password_fits(req_str(req, "new"))) {
        invalid_field(req, "new", "too_short");
        return;
    }
    struct change *c = req_alloc(req, sizeof *c);
    c->req = req;
    if (req->session.must_set_password) {
        worker_hash(req->server->worker, req_str(req, "new"), on_hashed, c);
        return;
    }
    if (!req_str(req, "old")) {
        invalid_field(req, "old", "required");
        return;
    }
    snprintf(c->key, sizeof c->key, "password:%s-%s", req->session.account_school, w.account);
    struct db_segment *seg = db_segment_new(req->server->db, DB_READ, on_old_hash, c);
    login_take(seg, c->key, req->session.address);
    db_segment_add(seg, "session_password_hash",
                   &(struct db_params){2, (const char *const[]){req->session.account_school, w.account}, NULL, NULL});
    db_segment_send(seg);
}

static void session_password(struct req *req)
{
    session_reload(req, password);
}

/* ------------------------------------------------------------------ parked screens (X1.14) */

/* Each account's state has a key of its own, derived from the server's: a row moved to another account opens nothing.
 */
static void park_key(const struct req *req, uint8_t key[crypto_secretbox_KEYBYTES])
{
    char context[64];
    int n = snprintf(context, sizeof context, "park %s-%" PRId64, req->session.account_school, req->session.account_id);
    crypto_generichash(key, crypto_secretbox_KEYBYTES, (const uint8_t *)context, (unsigned long long)n,
                       req->server->park_key, 32);
}

static void parked(struct req *req, const struct db_rows *rows)
{
    (void)rows;
    reply_empty(req);
}

static void session_park(struct req *req)
{
    const uint8_t *body = NULL;
    size_t len = 0;
    struct who w = who_of(req);
    uint8_t key[crypto_secretbox_KEYBYTES];
    map_bin(req->params, "body", &body, &len);
    if (len > PARK_MAX) {
        req_error(req, RPC_OUT_OF_RANGE, "parameter body has more than %zu bytes", PARK_MAX);
        return;
    }
    if (len == 0) {
        req_read(req, DB_READ, "parked_forget", 2, (const char *const[]){req->session.account_school, w.account},
                 parked);
        return;
    }
    size_t sealed_len = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + len;
    uint8_t *sealed = req_alloc(req, sealed_len);
    randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
    park_key(req, key);
    crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, body, len, sealed, key);
    sodium_memzero(key, sizeof key);
    const char *const values[] = {req->session.account_school, w.account, (const char *)sealed};
    const int lengths[] = {0, 0, (int)sealed_len}, formats[] = {0, 0, 1};
    req_read_params(req, DB_READ, "parked_put", &(struct db_params){3, values, lengths, formats}, parked);
}

static void unpark_reply(struct req *req, const uint8_t *body, size_t len, const struct db_rows *r)
{
    struct pack *p = req_result(req);
    if (!body) {
        pack_map(p, 0);
        req_reply(req);
        return;
    }
    size_t mark = pack_map_open(p);
    uint32_t n = 1;
    pack_key(p, "body");
    pack_bin(p, body, len);

    pack_row_members(p, req, r, 0, &n);
    pack_map_close(p, mark, n);
    req_reply(req);
}

static void on_unparked(void *arg, const struct db_result *r)
{
    struct req *req = arg;
    uint8_t key[crypto_secretbox_KEYBYTES];
    if (r->status != DB_OK) {
        req_db_error(req, r);
        return;
    }
    const size_t head = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    size_t len = db_nrows(r->rows[0]) ? db_length(r->rows[0], 0, 0) / 2 : 0;
    uint8_t *sealed = req_alloc(req, len + 1), *body = req_alloc(req, len + 1);
    len = len ? db_bytea(r->rows[0], 0, 0, sealed, len) : 0;
    park_key(req, key);
    bool open = len > head && crypto_secretbox_open_easy(body, sealed + crypto_secretbox_NONCEBYTES,
                                                         len - crypto_secretbox_NONCEBYTES, sealed, key) == 0;
    sodium_memzero(key, sizeof key);
    unpark_reply(req, open ? body : NULL, open ? len - head : 0, r->rows[1]);
}

static void unpark(struct req *req, const struct db_rows *session)
{
    if (!session) {
        over(req);
        return;
    }
    struct who w = who_of(req);
    const char *const values[] = {req->session.account_school, w.account};
    struct db_segment *seg = db_segment_new(req->server->db, DB_READ, on_unparked, req);
    db_segment_add(seg, "parked_get", &(struct db_params){2, values, NULL, NULL});
    db_segment_add(seg, "parked_when", &(struct db_params){2, values, NULL, NULL});
    db_segment_send(seg);
}

static void session_unpark(struct req *req)
{
    session_reload(req, unpark);
}

const struct method_entry session_methods[] = {
    {"session.login", session_login},       {"session.resume", session_resume},
    {"session.activate", session_activate}, {"session.whoami", session_whoami},
    {"session.select", session_select},     {"session.logout", session_logout},
    {"session.password", session_password}, {"session.park", session_park},
    {"session.unpark", session_unpark},     {NULL, NULL},
};
