/*
 * account_change.c - account.update and account.remove (S1.4.1, S1.4.3, S1.4.4, S1.4.6, S2.2.8).
 */
#include "account.h"
#include "account_fields.h"
#include "change.h"
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct update {
    struct change change; /* first: change.h */
    struct account_fields fields;
    char school[QX_SCHOOL_CODE], id_text[24], version_text[24];
    int64_t id, version;
    bool own, remove;
    int disabled; /* -1: not said */
    enum qx_role role;
    const char *own_province, *department_id, *hash;
};

/* ------------------------------------------------------------------ writing */

/* Why nothing happened: the last account that the two-level mode needs (S2.2.8), or somebody was faster. */
static void refused_read(struct req *req, const struct db_rows *rows)
{
    const struct update *u = req->state;
    if (db_nrows(rows) == 0) {
        req_outcome(req, OUT_NOT_FOUND);
        return;
    }
    const char *missing = row_text(rows, 0, "missing");
    const bool stale = row_int(rows, 0, "version") != u->version || strcmp(missing, "[]") == 0;
    struct pack *p = req_result(req);
    pack_map(p, stale ? 2 : 3);
    pack_kstr(p, "outcome", outcome_code(stale ? OUT_STALE : OUT_GUARD));
    pack_kint(p, "version", row_int(rows, 0, "version"));
    if (!stale) {
        pack_key(p, "missing");
        if (!pack_json(p, missing, strlen(missing)))
            pack_nil(p);
    }
    req_reply(req);
}

static void refused(struct req *req, const struct db_rows *rows)
{
    const struct update *u = req->state;
    (void)rows;
    req_read(req, DB_READ, "account_missing", 2, (const char *const[]){u->school, u->id_text}, refused_read);
}

static const char *small(char text[16], int value)
{
    snprintf(text, 16, "%d", value);
    return value < 0 ? NULL : text;
}

static void write_change(struct req *req)
{
    const struct update *u = req->state;
    const struct account_fields *f = &u->fields;
    char rights[MODULE_COUNT][16], scope[16];
    const char *const values[] = {u->school,
                                  u->id_text,
                                  u->version_text,
                                  u->hash,
                                  u->department_id,
                                  f->department,
                                  f->texts[0],
                                  f->texts[1],
                                  f->texts[2],
                                  f->texts[3],
                                  f->texts[4],
                                  f->texts[5],
                                  f->texts[6],
                                  small(rights[0], f->rights[0]),
                                  small(rights[1], f->rights[1]),
                                  small(rights[2], f->rights[2]),
                                  small(scope, f->scope),
                                  u->disabled < 0 ? NULL
                                  : u->disabled   ? "t"
                                                  : "f",
                                  u->remove ? "t" : NULL};
    change_apply(req, "account_season_lock", 1, "account_update", (int)(sizeof values / sizeof *values), values,
                 refused);
}

static void hashed(void *arg, const char *hash)
{
    struct req *req = arg;
    struct update *u = req->state;
    if (!hash) {
        req_error(req, RPC_RESOURCE_EXHAUSTED, "no memory for a password's hash; try again");
        return;
    }
    u->hash = req_strdup(req, hash);
    write_change(req);
}

static void hash_or_write(struct req *req)
{
    const struct update *u = req->state;
    if (u->fields.password)
        worker_hash(req->server->worker, u->fields.password, hashed, req);
    else
        write_change(req);
}

static void departments_read(struct req *req, const struct db_rows *rows)
{
    struct update *u = req->state;
    if (account_department(req, rows, u->fields.department, &u->department_id))
        hash_or_write(req);
}

/* ------------------------------------------------------------------ checking */

static bool grants(const struct account_fields *f)
{
    return f->rights[0] >= 0 || f->rights[1] >= 0 || f->rights[2] >= 0 || f->scope >= 0;
}

/* S1.4.6: one's own details; a graduate's name is the roster's. Rights, place and password change otherwise. */
static bool own_allowed(const struct req *req, const struct update *u)
{
    const struct account_fields *f = &u->fields;
    const bool roster_name = req->session.actor.role == ROLE_GRADUATE && f->texts[0];
    return !u->remove && !grants(f) && !f->password && !f->department && u->disabled < 0 && !roster_name;
}

/* Who an account is, not only what it says of itself. */
static bool takes_over(const struct update *u)
{
    return u->remove || u->disabled >= 0 || u->fields.password || u->fields.department;
}

static bool others_allowed(const struct req *req, const struct update *u, const struct account_grant *before)
{
    return grant_allowed(&req->session, &u->fields, before) &&
           (!takes_over(u) || grant_covers(&req->session, before));
}

static void target_read(struct req *req, const struct db_rows *rows)
{
    struct update *u = req->state;
    if (db_nrows(rows) == 0) {
        req_outcome(req, OUT_NOT_FOUND);
        return;
    }
    const struct account_grant before = {.rights = {(int)row_int(rows, 0, "right_employment"),
                                                    (int)row_int(rows, 0, "right_archive"),
                                                    (int)row_int(rows, 0, "right_household")},
                                         .scope = (int)row_int(rows, 0, "data_scope")};
    const int role = role_of(row_text(rows, 0, "role"));
    u->role = role < 0 ? ROLE_NONE : (enum qx_role)role;
    const bool mine = !u->own && account_below(req->session.actor.role, u->role) &&
                      account_reaches(&req->session, u->own_province, u->school, row_text(rows, 0, "province_code"));
    if (!u->own && !mine)
        req_outcome(req, OUT_NOT_FOUND); /* not for the caller to know */
    else if (u->own ? !own_allowed(req, u) : !others_allowed(req, u, &before))
        req_outcome(req, OUT_FORBIDDEN);
    else if (u->fields.department && u->role == ROLE_DEPARTMENT)
        req_read(req, DB_READ, "account_departments", 1, (const char *const[]){u->school}, departments_read);
    else if (u->fields.department)
        answer_field(req, "department", "not_allowed");
    else
        hash_or_write(req);
}

static void actor_read(struct req *req, const struct db_rows *rows)
{
    struct update *u = req->state;
    const char *province = row_text(rows, 0, "province_code");
    u->own_province = province ? req_strdup(req, province) : NULL;
    req_read(req, DB_READ, "account_get", 2, (const char *const[]){u->school, u->id_text}, target_read);
}

static void change_go(struct req *req)
{
    const struct update *u = req->state;
    const char *const values[] = {req->session.account_school, u->change.account, NULL};
    req_read(req, DB_READ, "account_actor", 3, values, actor_read);
}

static void change_account(struct req *req, bool remove)
{
    struct update *u = req->state = req_alloc(req, sizeof *u);
    const char *wrong = account_fields_read(req, &u->fields);
    bool disabled;

    u->remove = remove;
    u->disabled = map_bool(req->params, "disabled", &disabled) ? disabled : -1;
    map_int(req->params, "version", &u->version);
    if (!req_id(req, "account", u->school, &u->id))
        wrong = "account";
    if (wrong) {
        answer_field(req, wrong, "bad_value");
        return;
    }
    snprintf(u->id_text, sizeof u->id_text, "%" PRId64, u->id);
    snprintf(u->version_text, sizeof u->version_text, "%" PRId64, u->version);
    u->own = u->id == req->session.account_id && strcmp(u->school, req->session.account_school) == 0;
    change_start(req, change_go);
}

void account_update(struct req *req)
{
    change_account(req, false);
}

void account_remove(struct req *req)
{
    change_account(req, true);
}
