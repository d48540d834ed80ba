/*
 * draft.c - drafts (S2.1.3): kept complete or not, with what is wrong told and not refused; corrected returned records
 * are drafts under the record's own uuid. Which records can be edited is the flow tables' to say.
 */
#include "../../shared/domain/codes.h"
#include "../../shared/domain/forms.h"
#include "rows.h"
#include "scope.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 65536, PROBLEMS_MAX = 64 };

#define EDITS (G(FORM_COMPLETE)) /* who may still submit may still edit */

struct put {
    const struct form *form;
    const msgpack_object *content;
    struct req *req;
    size_t nproblems;
    struct {
        const char *field, *error;
    } problems[PROBLEMS_MAX];
};

/* ------------------------------------------------------------------ what is wrong with it */

static void problem(struct put *put, const char *field, enum field_error error)
{
    if (put->nproblems < PROBLEMS_MAX) {
        put->problems[put->nproblems].field = field;
        put->problems[put->nproblems++].error = field_error_code(error);
    }
}

static const char *value_of(void *arg, const char *name)
{
    const struct put *put = arg;
    const char *s;
    size_t len;
    if (!map_str(put->content, name, &s, &len) || len == 0)
        return NULL;
    char *copy = req_alloc(put->req, len + 1);
    memcpy(copy, s, len);
    return copy;
}

static void check(struct put *put)
{
    struct form_problem found[PROBLEMS_MAX];
    const size_t n = form_check(put->form, value_of, put, found, PROBLEMS_MAX);
    for (size_t i = 0; i < n && i < PROBLEMS_MAX; i++)
        problem(put, found[i].field->name, found[i].error);
    for (uint32_t i = 0; i < put->content->via.map.size; i++) {
        const msgpack_object *key = &put->content->via.map.ptr[i].key;
        char *name = req_alloc(put->req, key->via.str.size + 1);
        memcpy(name, key->via.str.ptr, key->via.str.size);
        if (!form_field(put->form, name))
            problem(put, name, FE_UNKNOWN_FIELD);
    }
}

/* NULL: understood. A draft's content is flat: names to texts; names with an underscore in front are the server's own.
 */
static const char *parse(struct put *put, const char *flow_text, const char *kind)
{
    const int flow = flow_text ? flow_of(flow_text) : -1;
    if (flow < 0 || flow_def((enum qx_flow)flow)->initial != ST_DRAFT)
        return "flow: not one that starts with a draft";
    if (flow == FLOW_DESTINATION && (!destination_kind(kind) || destination_kind(kind)->group == 1))
        return "kind: not a kind of destination with a form of its own";
    if (flow != FLOW_DESTINATION && *kind)
        return "kind: only destinations have one";
    put->form = form_of((enum qx_flow)flow, kind);
    put->content = map_get(put->req->params, "content");
    if (!put->form || !put->content || put->content->type != MSGPACK_OBJECT_MAP)
        return "content: not a map";
    for (uint32_t i = 0; i < put->content->via.map.size; i++) {
        const msgpack_object_kv *kv = &put->content->via.map.ptr[i];
        if (kv->val.type != MSGPACK_OBJECT_STR || kv->key.via.str.size == 0 || kv->key.via.str.ptr[0] == '_')
            return "content: names to texts only, no name beginning with '_'";
    }
    return NULL;
}

/* ------------------------------------------------------------------ draft.put */

static void put_done(struct req *req, const struct db_rows *rows)
{
    const struct put *put = req->state;
    if (db_nrows(rows) == 0) {
        req_outcome(req, OUT_WRONG_STATE);
        return;
    }
    struct pack *p = req_result(req);
    pack_map(p, put->nproblems ? 2 : 1);
    pack_kstr(p, "outcome", outcome_code(OUT_OK));
    if (put->nproblems) {
        pack_key(p, "fields");
        pack_array(p, put->nproblems);
    }
    for (size_t i = 0; i < put->nproblems; i++) {
        pack_map(p, 2);
        pack_kstr(p, "field", put->problems[i].field);
        pack_kstr(p, "error", put->problems[i].error);
    }
    req_reply(req);
}

static void draft_put(struct req *req)
{
    struct put *put = req->state = req_alloc(req, sizeof *put);
    const char *flow = req_str(req, "flow"), *kind = req_str(req, "kind");
    put->req = req;
    kind = kind ? kind : "";
    const char *wrong = parse(put, flow, kind);
    char *json = wrong ? NULL : object_to_json(put->content);
    if (wrong || !json || strlen(json) > BODY_MAX) {
        req_error(req, RPC_INVALID_ARGUMENT, "%s", wrong ? wrong : "content: longer than 64 KiB");
        free(json);
        return;
    }
    check(put);
    const char *const values[] = {req->session.actor.school_code,
                                  req_str(req, "uuid"),
                                  text_int(req, req->session.actor.graduate_id),
                                  flow,
                                  kind,
                                  json,
                                  states_editable(req, EDITS)};
    req_read(req, DB_READ, "draft_put", 7, values, put_done);
    free(json);
}

/* ------------------------------------------------------------------ draft.get, draft.remove */

static void get_done(struct req *req, const struct db_rows *rows)
{
    struct row_plan plan;
    if (db_nrows(rows) == 0) {
        answer_not_found(req, "uuid");
        return;
    }
    row_plan(&plan, req, req->method->result, rows);
    struct pack *p = req_result(req);
    const size_t mark = pack_map_open(p);
    pack_map_close(p, mark, row_pack(p, &plan, rows, 0));
    req_reply(req);
}

static void draft_get(struct req *req)
{
    const char *const values[] = {req->session.actor.school_code, req_str(req, "uuid"),
                                  text_int(req, req->session.actor.graduate_id), states_editable(req, EDITS)};
    req_read(req, DB_READ, "draft_get", 4, values, get_done);
}

static void remove_done(struct req *req, const struct db_rows *rows)
{
    req_outcome(req, row_bool(rows, 0, "removed")     ? OUT_OK
                     : row_bool(rows, 0, "submitted") ? OUT_WRONG_STATE
                                                      : OUT_NOT_FOUND);
}

static void draft_remove(struct req *req)
{
    const char *const values[] = {req->session.actor.school_code, req_str(req, "uuid"),
                                  text_int(req, req->session.actor.graduate_id)};
    req_read(req, DB_READ, "draft_remove", 3, values, remove_done);
}

const struct method_entry draft_methods[] = {
    {"draft.put", draft_put}, {"draft.get", draft_get}, {"draft.remove", draft_remove}, {NULL, NULL}};
