/*
 * graduate.c - graduate.records, graduate.self: what is the caller's own.
 */
#include "own.h"
#include "scope.h"

static void records_done(struct req *req, const struct db_rows *drafts)
{
    struct pack *p = req_result(req);
    pack_map(p, 2);
    pack_key(p, "records");
    own_pack_records(p, req->state);
    pack_key(p, "drafts");
    rows_pack(p, req, result_members(req, "drafts"), drafts);
    req_reply(req);
}

static void records_loaded(struct req *req)
{
    const char *const values[] = {req->session.actor.school_code, text_int(req, req->session.actor.graduate_id)};
    req_read(req, DB_READ, "draft_list", 2, values, records_done);
}

static void graduate_records(struct req *req)
{
    req->state = req_alloc(req, sizeof(struct own));
    own_load(req, records_loaded);
}

static void self_done(struct req *req, const struct db_rows *rows)
{
    static const struct {
        const char *member, *prefix, *present;
    } maps[] = {{"graduate", "g_", "g_id"}, {"ledger", "l_", "l_graduate"}, {"place", "p_", "p_id"}};
    if (db_nrows(rows) == 0) {
        answer_not_found(req, "enrolment");
        return;
    }
    struct pack *p = req_result(req);
    const size_t mark = pack_map_open(p);
    uint32_t n = 0;
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        struct row_plan plan;
        if (!row_text(rows, 0, maps[i].present))
            continue;
        row_plan_prefixed(&plan, req, result_members(req, maps[i].member), rows, maps[i].prefix);
        row_pack_map(p, maps[i].member, &plan, rows, 0);
        n++;
    }
    pack_map_close(p, mark, n);
    req_reply(req);
}

static void graduate_self(struct req *req)
{
    const char *const values[] = {req->session.actor.school_code, text_int(req, req->session.actor.graduate_id)};
    req_read(req, DB_READ, "graduate_self", 2, values, self_done);
}

const struct method_entry graduate_methods[] = {
    {"graduate.records", graduate_records}, {"graduate.self", graduate_self}, {NULL, NULL}};
