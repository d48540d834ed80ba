/*
 * session.c - see session.h.
 */
#include "session.h"

#include "front.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

static const char *text(const struct db_rows *r, int row, const char *name)
{
    return db_text(r, row, db_col(r, name));
}

static int64_t number(const struct db_rows *r, int row, const char *name)
{
    return db_int(r, row, db_col(r, name));
}

static void fill_actor(struct flow_actor *a, const struct db_rows *r, int row)
{
    int role = role_of(text(r, row, "role") ? text(r, row, "role") : "");
    *a = (struct flow_actor){.account_id = number(r, row, "account_id"),
                             .role = role < 0 ? ROLE_NONE : (enum qx_role)role};
    bool graduate = a->role == ROLE_GRADUATE;
    const char *enrolled = text(r, row, "enrolment_school");
    copy(a->school_code, sizeof a->school_code, graduate ? enrolled : text(r, row, "school_code"));
    a->department_id = number(r, row, graduate ? "enrolment_department" : "department_id");
    a->graduate_id = graduate ? number(r, row, "enrolment_id") : 0;
    a->employer_id = number(r, row, "employer_id");
    a->rights[MODULE_EMPLOYMENT] = (enum qx_right)number(r, row, "right_employment");
    a->rights[MODULE_ARCHIVE] = (enum qx_right)number(r, row, "right_archive");
    a->rights[MODULE_HOUSEHOLD] = (enum qx_right)number(r, row, "right_household");
    a->scope = (enum qx_scope)number(r, row, "data_scope");
}

void session_fill(struct session *s, const struct db_rows *r, int row)
{
    *s = (struct session){.in = true};
    s->session_id = number(r, row, "session_id");
    s->account_id = number(r, row, "account_id");
    s->account_version = number(r, row, "version");
    s->person_id = number(r, row, "person_id");
    s->must_set_password = db_bool(r, row, db_col(r, "must_set_password"));
    fill_actor(&s->actor, r, row);
    copy(s->account_school, sizeof s->account_school, text(r, row, "school_code"));
    copy(s->department, sizeof s->department, text(r, row, "department"));
    copy(s->user, sizeof s->user, text(r, row, "user_name"));
    copy(s->name, sizeof s->name, text(r, row, "name"));
    copy(s->address, sizeof s->address, text(r, row, "address"));
    s->class_year = (int)number(r, row, s->actor.role == ROLE_GRADUATE ? "enrolment_class" : "class_year");
}

static void pack_optional(struct pack *p, uint32_t *n, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    pack_kstr(p, key, value);
    ++*n;
}

static void pack_rights(struct pack *p, const struct flow_actor *a)
{
    static const char *const levels[] = {"none", "read", "write"};
    pack_key(p, "rights");
    pack_map(p, 3);
    pack_kstr(p, "employment", levels[a->rights[MODULE_EMPLOYMENT]]);
    pack_kstr(p, "archive", levels[a->rights[MODULE_ARCHIVE]]);
    pack_kstr(p, "household", levels[a->rights[MODULE_HOUSEHOLD]]);
}

static void pack_json_member(struct pack *p, const struct db_rows *r, int row, const char *name)
{
    int col = db_col(r, name);
    const char *json = db_text(r, row, col);
    pack_key(p, name);
    if (!json || !pack_json(p, json, db_length(r, row, col)))
        pack_array(p, 0);
}

void session_pack(struct pack *p, const struct session *s, const struct db_rows *r, int row)
{
    static const char *const scopes[] = {"both", "undergraduate", "postgraduate"};
    char id[32];
    bool graduate = s->actor.role == ROLE_GRADUATE;
    size_t mark = pack_map_open(p);
    uint32_t n = 7;
    id_format(id, sizeof id, s->account_school, s->account_id);
    pack_kstr(p, "account_id", id);
    pack_kstr(p, "user", s->user);
    pack_kstr(p, "name", s->name);
    pack_kstr(p, "role", role_code(s->actor.role));
    pack_kstr(p, "scope", scopes[s->actor.scope]);
    pack_kstr(p, "language", text(r, row, "language"));
    pack_rights(p, &s->actor);
    pack_json_member(p, r, row, "classes");
    n++;
    if (strcmp(s->actor.school_code, "00000") != 0)
        pack_optional(p, &n, "school_code", s->actor.school_code);
    pack_optional(p, &n, "school", text(r, row, "school"));
    pack_optional(p, &n, "department", s->department);
    if (s->class_year) {
        pack_kint(p, "class", s->class_year);
        n++;
    }
    if (graduate) {
        pack_json_member(p, r, row, "enrolments");
        n++;
    }
    if (graduate && s->actor.graduate_id) {
        id_format(id, sizeof id, s->actor.school_code, s->actor.graduate_id);
        pack_optional(p, &n, "enrolment", id);
    }
    if (s->must_set_password) {
        pack_kbool(p, "must_set_password", true);
        n++;
    }
    pack_map_close(p, mark, n);
}

/* ------------------------------------------------------------------ a connection's session */

void session_take(struct req *req, const struct db_rows *row)
{
    session_fill(&req->session, row, 0);
    if (!req->session.address[0] && req->conn)
        copy(req->session.address, sizeof req->session.address, req->conn->address);
    if (!req->conn)
        return;
    const struct session *before = &req->conn->session;
    if (before->in && before->session_id == req->session.session_id) { /* what only the connection knows */
        req->session.watching = before->watching;
        req->session.looking_at = before->looking_at;
        req->session.looking_since = before->looking_since;
    }
    req->conn->session = req->session;
}

void session_end(struct req *req)
{
    req->session = (struct session){0};
    if (req->conn)
        req->conn->session = req->session;
}

struct reload {
    struct req *req;
    session_done done;
};

static void on_reload(void *arg, const struct db_result *r)
{
    struct reload *reload = arg;
    struct req *req = reload->req;
    if (r->status != DB_OK) {
        req_db_error(req, r);
        return;
    }
    if (db_nrows(r->rows[0]) == 0) {
        session_end(req);
        reload->done(req, NULL);
        return;
    }
    session_take(req, r->rows[0]);
    reload->done(req, r->rows[0]);
}

void session_reload(struct req *req, session_done done)
{
    struct reload *reload = req_alloc(req, sizeof *reload);
    char id[24];
    *reload = (struct reload){req, done};
    snprintf(id, sizeof id, "%" PRId64, req->session.session_id);
    db_query(req->server->db, DB_READ, "session_load", 1, (const char *const[]){id}, on_reload, reload);
}
