/*
 * record.c - reading one record: what an audit screen shows (S2.1.7), its history, and the unmasked numbers (X1.5).
 * Who may not know of a record is told that there is none.
 */
#include "content.h"
#include "rows.h"
#include "scope.h"
#include "stages.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOK_SECONDS = 600, OTHERS_MAX = 8 };

/* ------------------------------------------------------------------ who else is looking (X1.2) */

struct others {
    const struct req *req;
    int64_t record_id, now;
    size_t n;
    char names[OTHERS_MAX][64];
};

static int64_t seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void other_look(struct conn *conn, struct session *s, void *arg)
{
    struct others *o = arg;
    if (conn == o->req->conn || s->looking_at != o->record_id || o->now - s->looking_since > LOOK_SECONDS ||
        strcmp(s->actor.school_code, o->req->session.actor.school_code) != 0 ||
        s->account_id == o->req->session.account_id)
        return;
    if (o->n < OTHERS_MAX)
        memcpy(o->names[o->n++], s->name, sizeof o->names[0]);
}

/* Auditors see each other; what graduates look at is nobody's business, nor the other way round. */
static void find_others(struct others *o, struct req *req, int64_t record_id)
{
    bool look = false;
    *o = (struct others){.req = req, .record_id = record_id, .now = seconds_now()};
    if (req->session.actor.role == ROLE_GRADUATE || !req->conn)
        return;
    server_each_session(req->server, other_look, o);
    map_bool(req->params, "look", &look);
    struct session *mine = conn_session(req->conn);
    if (look && mine) {
        mine->looking_at = record_id;
        mine->looking_since = o->now;
    }
}

static void pack_others(struct pack *p, const struct others *o)
{
    pack_key(p, "others");
    pack_array(p, o->n);
    for (size_t i = 0; i < o->n; i++)
        pack_str(p, o->names[i]);
}

/* ------------------------------------------------------------------ record.get */

struct get {
    const char *id;
    struct scope scope;
    struct world *world;
};

static uint32_t pack_contents(struct pack *p, const struct req *req, const struct db_rows *rows, const struct world *w)
{
    const bool masked = req->session.actor.role != ROLE_GRADUATE;
    const char *json = row_text(rows, 0, "content_json"), *before = row_text(rows, 0, "content_before_json");
    uint32_t n = 1;
    pack_key(p, "content");
    content_pack(p, w->record.flow, w->record.kind, json, masked);
    if (before) {
        pack_key(p, "content_before");
        content_pack(p, w->record.flow, w->record.kind, before, masked);
        n++;
    }
    return n + content_pack_graduate(p, "graduate_then", result_members(req, "graduate_then"), json);
}

static uint32_t pack_people(struct pack *p, const struct req *req, const struct db_rows *rows)
{
    struct row_plan plan;
    row_plan_prefixed(&plan, req, result_members(req, "graduate"), rows, "g_");
    row_pack_map(p, "graduate", &plan, rows, 0);
    if (!row_text(rows, 0, "l_graduate"))
        return 1;
    row_plan_prefixed(&plan, req, result_members(req, "ledger"), rows, "l_");
    row_pack_map(p, "ledger", &plan, rows, 0);
    return 2;
}

static void get_done(struct req *req, const struct db_rows *rows)
{
    const struct get *get = req->state;
    const struct world *w = get->world;
    if (db_nrows(rows) == 0) {
        answer_not_found(req, "id");
        return;
    }
    struct others others;
    struct row_plan plan;
    find_others(&others, req, w->record.id);
    row_plan(&plan, req, req->method->result, rows);
    struct pack *p = req_result(req);
    const size_t mark = pack_map_open(p);
    uint32_t n = row_pack(p, &plan, rows, 0);
    n += pack_contents(p, req, rows, w);
    n += pack_people(p, req, rows);
    pack_key(p, "stages");
    stages_pack(p, w->record.flow, w->season.audit_mode, w->record.state, w->record.last_from);
    pack_key(p, "may");
    pack_may(p, w->may, w->nmay);
    pack_others(p, &others);
    pack_map_close(p, mark, n + 3);
    req_reply(req);
}

static void get_loaded(struct req *req, struct world *w, size_t n)
{
    struct get *get = req->state;
    const struct scope *s = &get->scope;
    if (n == 0 || !w->known || w->record.id == 0) {
        answer_not_found(req, "id");
        return;
    }
    get->world = w;
    req_read(req, DB_READ, "record_get", 5,
             (const char *const[]){s->school, get->id, s->department, s->postgraduate, s->own}, get_done);
}

static void record_get(struct req *req)
{
    const char *id_text = scope_id(req, "id"); /* NULL: answered, the request is gone */
    if (!id_text)
        return;
    struct get *get = req->state = req_alloc(req, sizeof *get);
    get->id = id_text;
    scope_of(&get->scope, &req->session);
    const int64_t id = strtoll(get->id, NULL, 10);
    world_load(req, &id, 1, get_loaded);
}

/* ------------------------------------------------------------------ history, reveal */

static void history_done(struct req *req, const struct db_rows *rows)
{
    if (db_nrows(rows) == 0) {
        answer_not_found(req, "id");
        return;
    }
    struct pack *p = req_result(req);
    pack_map(p, 1);
    pack_key(p, "rows");
    rows_pack(p, req, result_members(req, "rows"), rows);
    req_reply(req);
}

static void record_history(struct req *req)
{
    struct scope s;
    const char *id = scope_id(req, "id");
    if (!id)
        return;
    scope_of(&s, &req->session);
    req_read(req, DB_READ, "record_history", 5,
             (const char *const[]){s.school, id, s.department, s.postgraduate, s.own}, history_done);
}

static void reveal_done(struct req *req, const struct db_rows *rows)
{
    if (db_nrows(rows) == 0) {
        answer_not_found(req, "id");
        return;
    }
    const char *flow = row_text(rows, 0, "flow");
    struct pack *p = req_result(req);
    const size_t mark = pack_map_open(p);
    uint32_t n = 3;
    pack_kstr(p, "identity_no", row_text(rows, 0, "identity_no"));
    pack_kstr(p, "mobile", row_text(rows, 0, "mobile"));
    pack_kstr(p, "email", row_text(rows, 0, "email"));
    if (flow && flow_of(flow) >= 0)
        n += content_pack_masked_only(p, "content", (enum qx_flow)flow_of(flow), row_text(rows, 0, "kind"),
                                      row_text(rows, 0, "content_json"));
    const char *ledger = row_text(rows, 0, "ledger_json");
    if (ledger) {
        pack_key(p, "ledger");
        if (!pack_json(p, ledger, strlen(ledger)))
            pack_nil(p);
        n++;
    }
    pack_map_close(p, mark, n);
    req_reply(req);
}

static void record_reveal(struct req *req)
{
    const bool of_record = map_get(req->params, "id") != NULL;
    const char *id = scope_id(req, of_record ? "id" : "graduate");
    struct scope s;
    if (!id)
        return;
    scope_of(&s, &req->session);
    const char *const values[] = {s.school,
                                  of_record ? id : "0",
                                  of_record ? "0" : id,
                                  s.department,
                                  s.postgraduate,
                                  s.own,
                                  req->session.account_school,
                                  text_int(req, req->session.account_id),
                                  text_int(req, req->session.session_id),
                                  req->session.address};
    req_read(req, DB_READ, "record_reveal", 10, values, reveal_done);
}

void record_agreement(struct req *); /* agreement.c */

const struct method_entry record_methods[] = {{"record.get", record_get},
                                              {"record.history", record_history},
                                              {"record.reveal", record_reveal},
                                              {"record.agreement", record_agreement},
                                              {NULL, NULL}};
