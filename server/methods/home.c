/*
 * home.c - the home screens: of a department or school (S1.5.1), of a graduate (S1.5.3). Without `read` on *basic and
 * employment* its counts, notices and queues are left out (S1.4.2).
 */
#include "list.h"
#include "own.h"
#include "scope.h"

#include <string.h>

struct home {
    struct own own; /* first: own_load() fills it */
    struct scope scope;
    int64_t pending;
    /* the queues, packed, kept from the first read to the answer */
    const char *bytes;
    size_t len;
};

static void pack_json_member(struct pack *p, const char *key, const char *json)
{
    pack_key(p, key);
    if (!json || !pack_json(p, json, strlen(json)))
        pack_map(p, 0);
}

static void pack_contact(struct pack *p, const struct req *req)
{
    pack_kstr(p, "help_contact", req->server->config.help_contact ? req->server->config.help_contact : "");
}

/* ------------------------------------------------------------------ managers */

static void manager_done(struct req *req, const struct db_rows *rows)
{
    const struct home *home = req->state;
    struct pack *p = req_result(req);
    pack_map(p, 7);
    pack_kint(p, "pending", home->pending);
    pack_key(p, "queues");
    pack_raw(p, home->bytes, home->len);
    pack_kint(p, "lapsed_unseen", row_int(rows, 0, "lapsed_unseen"));
    pack_json_member(p, "contacts", row_text(rows, 0, "contacts"));
    pack_kbool(p, "must_open_signing", !row_bool(rows, 0, "online_signing"));
    pack_json_member(p, "departments_without_account", row_text(rows, 0, "departments_without_account"));
    pack_contact(p, req);
    req_reply(req);
}

static const char *all_flows(struct req *req)
{
    struct db_array a = {0};
    db_array_start(&a);
    for (int f = 0; f < FLOW_COUNT; f++)
        db_array_text(&a, flow_code((enum qx_flow)f));
    const char *flows = req_strdup(req, db_array_end(&a));
    db_array_free(&a);
    return flows;
}

static void counts_done(struct req *req, const struct db_rows *rows)
{
    struct home *home = req->state;
    const struct scope *s = &home->scope;
    struct pack p;
    pack_init(&p);
    rows_pack(&p, req, result_members(req, "queues"), rows);
    for (int row = 0; row < db_nrows(rows); row++)
        home->pending += row_int(rows, row, "count");
    home->len = p.buf.size;
    char *bytes = req_alloc(req, home->len + 1);
    memcpy(bytes, p.buf.data, home->len);
    home->bytes = bytes;
    pack_free(&p);
    const char *const values[] = {s->school,
                                  text_int(req, req->session.class_year),
                                  s->department,
                                  s->postgraduate,
                                  req->session.account_school,
                                  text_int(req, req->session.account_id),
                                  all_flows(req)};
    req_read(req, DB_READ, "home_manager", 7, values, manager_done);
}

static void home_manager(struct req *req)
{
    struct home *home = req->state;
    scope_of(&home->scope, &req->session);
    const char *const values[] = {home->scope.school, text_int(req, req->session.class_year),
                                  list_waits_for(&req->session), home->scope.department, home->scope.postgraduate};
    req_read(req, DB_READ, "queue_counts", 5, values, counts_done);
}

/* ------------------------------------------------------------------ graduates */

static void graduate_done(struct req *req, const struct db_rows *rows)
{
    const struct home *home = req->state;
    if (db_nrows(rows) == 0) {
        answer_not_found(req, "enrolment");
        return;
    }
    struct pack *p = req_result(req);
    pack_map(p, 6);
    pack_kint(p, "drafts", row_int(rows, 0, "drafts"));
    pack_kint(p, "unread", row_int(rows, 0, "unread"));
    pack_json_member(p, "contacts", row_text(rows, 0, "contacts"));
    pack_key(p, "records");
    own_pack_records(p, &home->own);
    pack_key(p, "may");
    own_pack_start(p, &home->own);
    pack_contact(p, req);
    req_reply(req);
}

static void graduate_loaded(struct req *req)
{
    const char *const values[] = {req->session.actor.school_code, text_int(req, req->session.actor.graduate_id)};
    req_read(req, DB_READ, "home_graduate", 2, values, graduate_done);
}

/* ------------------------------------------------------------------ home.get */

static void home_get(struct req *req)
{
    const struct flow_actor *actor = &req->session.actor;
    req->state = req_alloc(req, sizeof(struct home));
    if (actor->role == ROLE_GRADUATE) {
        own_load(req, graduate_loaded);
    } else if ((actor->role == ROLE_SCHOOL || actor->role == ROLE_DEPARTMENT) &&
               actor->rights[MODULE_EMPLOYMENT] >= RIGHT_READ) {
        home_manager(req);
    } else {
        struct pack *p = req_result(req);
        pack_map(p, 1);
        pack_contact(p, req);
        req_reply(req);
    }
}

const struct method_entry home_methods[] = {{"home.get", home_get}, {NULL, NULL}};
