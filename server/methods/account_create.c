/*
 * account_create.c - account.create (S1.4.1, S1.4.3, S1.4.4): check, match the department, hash, write.
 */
#include "../secrets.h"
#include "account.h"
#include "account_fields.h"
#include "change.h"
#include "rows.h"

#include "../../shared/domain/identity.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

struct create {
    struct change change; /* first: change.h */
    struct account_fields fields;
    enum qx_role role;
    const char *user, *school, *school_name, *department_id, *province, *hash;
    char code[CODE_TEXT];
};

/* ------------------------------------------------------------------ the activation code */

/*
 * The code of a call follows from its request id and a key that the database doesn't hold: the same call again shows
 * the same code, and nothing but the code's hash is stored.
 */
static void make_code(const struct req *req, struct create *c)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint8_t mac[crypto_auth_BYTES];
    char text[160];
    unsigned bits = 0, have = 0;
    size_t n = 0, out = 0;

    snprintf(text, sizeof text, "activation %s %s %s", req->session.account_school, c->change.account,
             c->change.request_id);
    crypto_auth(mac, (const uint8_t *)text, strlen(text), req->server->hmac_key);
    for (size_t i = 0; n < 26; n++) {
        if (have < 5) {
            bits = bits << 8 | mac[i++];
            have += 8;
        }
        have -= 5;
        if (n && n % 5 == 0)
            c->code[out++] = '-';
        c->code[out++] = alphabet[bits >> have & 31];
    }
    c->code[out] = '\0';
}

static void pack_code(struct req *req, struct pack *p, uint32_t *members)
{
    const struct create *c = req->state;
    if (!*c->code)
        return;
    pack_kstr(p, "code", c->code);
    ++*members;
}

/* ------------------------------------------------------------------ the department, to the letter */

enum { NEAREST_MAX = 5 };

bool account_department(struct req *req, const struct db_rows *rows, const char *name, const char **id)
{
    const size_t n = (size_t)db_nrows(rows);
    const char **names = req_alloc(req, (n + 1) * sizeof *names);
    size_t nearest[NEAREST_MAX];

    *id = NULL;
    for (size_t i = 0; i < n; i++) {
        names[i] = row_text(rows, (int)i, "name");
        if (!strcmp(names[i], name))
            *id = req_strdup(req, row_text(rows, (int)i, "department_id"));
    }
    if (*id || n == 0)
        return true;
    const size_t found = nearest_names(name, names, n, nearest, NEAREST_MAX);
    struct pack *p = req_result(req);
    pack_map(p, 3);
    pack_kstr(p, "outcome", outcome_code(OUT_INVALID));
    pack_key(p, "fields");
    pack_array(p, 1);
    pack_map(p, 2);
    pack_kstr(p, "field", "department");
    pack_kstr(p, "error", "not_in_roster");
    pack_key(p, "nearest");
    pack_array(p, found);
    for (size_t i = 0; i < found; i++)
        pack_str(p, names[nearest[i]]);
    req_reply(req);
    return false;
}

/* ------------------------------------------------------------------ writing */

/* No row: the caller's own account changed under the call; its rights are read anew and the call climbs the ladder
 * again. */
static void lost(struct req *req, const struct db_rows *rows)
{
    (void)rows;
    req_rerun(req);
}

static void write_account(struct req *req)
{
    struct create *c = req->state;
    const struct account_fields *f = &c->fields;
    char rights[MODULE_COUNT][16], scope[16], code_hash[2 * SECRET_HASH + 3], key_text[2 * 16 + 3];
    uint8_t hash[SECRET_HASH], key[16];
    const char *texts[ACCOUNT_TEXTS];

    for (int m = 0; m < MODULE_COUNT; m++)
        snprintf(rights[m], sizeof rights[m], "%d", f->rights[m] < 0 ? 0 : f->rights[m]);
    snprintf(scope, sizeof scope, "%d", f->scope < 0 ? 0 : f->scope);
    for (size_t i = 0; i < ACCOUNT_TEXTS; i++)
        texts[i] = f->texts[i] ? f->texts[i] : "";
    activation_code_hash(c->code, hash);
    bytea_text(code_hash, sizeof code_hash, hash, sizeof hash);
    randombytes_buf(key, sizeof key); /* of the agreement numbers, should the school be new */
    bytea_text(key_text, sizeof key_text, key, sizeof key);
    const char *const values[] = {c->school,
                                  role_code(c->role),
                                  c->user,
                                  c->hash,
                                  c->department_id,
                                  c->role == ROLE_DEPARTMENT ? f->department : NULL,
                                  texts[0],
                                  texts[1],
                                  texts[2],
                                  texts[3],
                                  texts[4],
                                  texts[5],
                                  texts[6],
                                  rights[0],
                                  rights[1],
                                  rights[2],
                                  scope,
                                  c->province,
                                  *c->code ? code_hash : NULL,
                                  c->school_name,
                                  key_text};
    change_apply(req, NULL, 0, "account_create", (int)(sizeof values / sizeof *values), values, lost);
}

static void hashed(void *arg, const char *hash)
{
    struct req *req = arg;
    struct create *c = req->state;
    if (!hash) {
        req_error(req, RPC_RESOURCE_EXHAUSTED, "no memory for a password's hash; try again");
        return;
    }
    c->hash = req_strdup(req, hash);
    write_account(req);
}

static void hash_or_write(struct req *req)
{
    const struct create *c = req->state;
    if (c->fields.password)
        worker_hash(req->server->worker, c->fields.password, hashed, req);
    else
        write_account(req);
}

static void departments_read(struct req *req, const struct db_rows *rows)
{
    struct create *c = req->state;
    if (account_department(req, rows, c->fields.department, &c->department_id))
        hash_or_write(req);
}

/* ------------------------------------------------------------------ checking */

/* The school it is for: known, or new with a name (operator), and within the caller's reach. */
static void actor_read(struct req *req, const struct db_rows *rows)
{
    struct create *c = req->state;
    const char *own = row_text(rows, 0, "province_code"), *province = row_text(rows, 0, "school_province");
    const bool has_school = strcmp(c->school, "00000") != 0, known = row_bool(rows, 0, "school_known");

    if (has_school && !known && !(c->school_name && req->session.actor.role == ROLE_OPERATOR))
        answer_field(req, "school_code", "unknown_code");
    else if (!account_reaches(&req->session, own, c->school, province))
        req_outcome(req, OUT_FORBIDDEN);
    else if (c->role == ROLE_DEPARTMENT)
        req_read(req, DB_READ, "account_departments", 1, (const char *const[]){c->school}, departments_read);
    else
        hash_or_write(req);
}

static void create_go(struct req *req)
{
    const struct create *c = req->state;
    const char *const values[] = {req->session.account_school, c->change.account, c->school};
    req_read(req, DB_READ, "account_actor", 3, values, actor_read);
}

/* S1.4.1: the role one level below; an operator says which. */
static bool role_read(struct req *req, struct create *c)
{
    const char *asked = req_str(req, "role");
    const enum qx_role mine = req->session.actor.role;
    const int role = asked ? role_of(asked) : mine == ROLE_SCHOOL ? (int)ROLE_DEPARTMENT : (int)ROLE_SCHOOL;
    c->role = role < 0 ? ROLE_NONE : (enum qx_role)role;
    return c->role != ROLE_NONE && account_below(mine, c->role);
}

static const char *school_read(struct req *req, struct create *c)
{
    const char *asked = req_str(req, "school_code");
    c->school_name = req_str(req, "school");
    c->province = req_str(req, "province");
    if (c->role == ROLE_DEPARTMENT)
        c->school = req->session.account_school;
    else
        c->school = c->role == ROLE_SCHOOL && asked ? asked : "00000";
    if (c->role == ROLE_SCHOOL && (!school_code_ok(c->school) || !strcmp(c->school, "00000")))
        return "school_code";
    if (c->role == ROLE_DEPARTMENT && !(c->fields.department && *c->fields.department))
        return "department";
    return c->role == ROLE_PROVINCE && !c->province ? "province" : NULL;
}

void account_create(struct req *req)
{
    static const struct account_grant nothing = {.scope = -1};
    struct create *c = req->state = req_alloc(req, sizeof *c);
    const char *wrong = account_fields_read(req, &c->fields);

    c->user = req_str(req, "user");
    if (!wrong && !user_name_ok(c->user))
        wrong = "user";
    if (!wrong && !role_read(req, c)) {
        req_outcome(req, OUT_FORBIDDEN);
        return;
    }
    if (!wrong)
        wrong = school_read(req, c);
    if (wrong) {
        answer_field(req, wrong, map_get(req->params, wrong) ? "bad_value" : "required");
        return;
    }
    if (!grant_allowed(&req->session, &c->fields, &nothing)) { /* S1.4.3 */
        req_outcome(req, OUT_FORBIDDEN);
        return;
    }
    c->change.extra = pack_code;
    c->change.request_id = req_str(req, "request_id");
    snprintf(c->change.account, sizeof c->change.account, "%lld", (long long)req->session.account_id);
    if (!c->fields.password)
        make_code(req, c);
    change_start(req, create_go);
}
