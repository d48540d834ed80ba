/*
 * act.c - record.act and record.preview: one action of the flow on one record, through the workflow.
 *
 * The call's parameters without request_id, in a canonical form, are hashed: the same request id with the same hash
 * gets the first answer, with another it is invalid.
 */
#include "../../shared/text/text.h"
#include "../server.h"
#include "../workflow/workflow.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the parameters' hash */

static bool key_before(const msgpack_object_kv *a, const msgpack_object_kv *b)
{
    size_t la = a->key.via.str.size, lb = b->key.via.str.size, min = la < lb ? la : lb;
    int order = memcmp(a->key.via.str.ptr, b->key.via.str.ptr, min);
    return order < 0 || (order == 0 && la < lb);
}

static int key_order(const void *a, const void *b)
{
    return key_before(a, b) ? -1 : key_before(b, a) ? 1 : 0;
}

static bool counts(const msgpack_object_kv *kv)
{
    return kv->val.type != MSGPACK_OBJECT_NIL && !object_is(&kv->key, "request_id");
}

/* Maps in order of their keys; what is nil is as if it were absent. Decoded maps have str keys, each once. */
static void pack_canonical(struct pack *p, const msgpack_object *o)
{
    if (o->type != MSGPACK_OBJECT_MAP) {
        pack_object(p, o);
        return;
    }
    size_t n = o->via.map.size;
    msgpack_object_kv *sorted = calloc(n + 1, sizeof *sorted);
    if (!sorted)
        abort();
    memcpy(sorted, o->via.map.ptr, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, key_order);
    size_t mark = pack_map_open(p);
    uint32_t kept = 0;
    for (size_t k = 0; k < n; k++) {
        if (!counts(&sorted[k]))
            continue;
        pack_object(p, &sorted[k].key);
        pack_canonical(p, &sorted[k].val);
        kept++;
    }
    pack_map_close(p, mark, kept);
    free(sorted);
}

static void params_hash(const struct req *req, uint8_t hash[32])
{
    struct pack p;
    pack_init(&p);
    pack_str(&p, req->method->name);
    pack_canonical(&p, req->params);
    crypto_hash_sha256(hash, (const unsigned char *)p.buf.data, p.buf.size);
    pack_free(&p);
}

/* ------------------------------------------------------------------ from the call to the act */

static void act_who(const struct req *req, struct act *a)
{
    const struct session *s = &req->session;
    a->actor = s->actor;
    a->actor.account_id = s->account_id;
    memcpy(a->account_school, s->account_school, sizeof a->account_school);
    memcpy(a->school_code, s->actor.school_code, sizeof a->school_code);
    a->session_id = s->session_id;
    a->address = s->address;
}

/* One of the ids that name a school too; all of a call are of one school. */
static bool act_id(struct req *req, const char *key, struct act *a, int64_t *id)
{
    char school[QX_SCHOOL_CODE];
    if (!map_get(req->params, key))
        return true;
    if (!req_id(req, key, school, id))
        return false;
    memcpy(a->school_code, school, sizeof a->school_code);
    return true;
}

static char *content_text(struct req *req)
{
    const msgpack_object *content = map_get(req->params, "content");
    char *json = content ? object_to_json(content) : NULL;
    char *kept = json ? req_strdup(req, json) : NULL;
    free(json);
    return kept;
}

static bool act_what(struct req *req, struct act *a)
{
    const char *action = req_str(req, "action");
    int64_t version, days;
    a->action = action_of(action) > 0 ? (enum qx_action)action_of(action) : ACT_NONE;
    if (a->action == ACT_NONE) {
        req_error(req, RPC_INVALID_ARGUMENT, "action: no such action");
        return false;
    }
    a->seen_version = map_int(req->params, "version", &version) && version >= 0 ? version : -1;
    a->valid_days = map_int(req->params, "valid_days", &days) && days >= 1 && days <= 30 ? (int)days : 0;
    map_bool(req->params, "agreed", &a->agreed);
    a->reason_code = req_str(req, "reason_code");
    a->reason_text = req_str(req, "reason_text");
    a->kind = req_str(req, "kind");
    a->request_id = req_str(req, "request_id");
    a->uuid = req_str(req, "uuid");
    a->content_json = content_text(req);
    return true;
}

static bool act_read(struct req *req, struct act *a)
{
    enum { REASON_MAX = 500 };
    act_who(req, a);
    if (!act_id(req, "id", a, &a->record_id) || !act_id(req, "graduate", a, &a->graduate_id) ||
        !act_id(req, "parent", a, &a->parent_id)) {
        req_error(req, RPC_INVALID_ARGUMENT, "id: not an id");
        return false;
    }
    if (!act_what(req, a))
        return false;
    if (!a->record_id && !a->uuid)
        a->uuid = a->request_id; /* a creating call's record needs a name that a repetition finds */
    if (!a->record_id && !a->uuid) {
        req_error(req, RPC_INVALID_ARGUMENT, "id: neither id nor uuid");
        return false;
    }
    if (a->reason_text && utf8_length(a->reason_text, strlen(a->reason_text)) > REASON_MAX) {
        req_error(req, RPC_INVALID_ARGUMENT, "reason_text: longer than %d characters", REASON_MAX);
        return false;
    }
    if (!a->dry_run && a->record_id && a->seen_version < 0) {
        req_error(req, RPC_INVALID_ARGUMENT, "version: the version seen is missing");
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------ the answer */

static void answer(void *arg, const struct act_result *r)
{
    struct req *req = arg;
    if (r->session_over) {
        req_session_over(req);
    } else if (r->unavailable) {
        req_error(req, RPC_UNAVAILABLE, "the database is away; try again with the same request_id");
    } else if (r->fault) {
        req_error(req, RPC_INTERNAL, "the action could not be carried out");
    } else {
        struct pack *p = req_result(req);
        size_t mark = pack_map_open(p);
        pack_map_close(p, mark, pack_act_result(p, r));
        req_reply(req);
    }
}

static void run(struct req *req, bool dry_run)
{
    struct act a = {.dry_run = dry_run};
    if (!act_read(req, &a))
        return;
    params_hash(req, a.params_hash);
    workflow_act(req->server->workflow, &a, answer, req);
}

static void act(struct req *req)
{
    run(req, false);
}

static void preview(struct req *req)
{
    run(req, true);
}

const struct method_entry act_methods[] = {
    {"record.act", act},
    {"record.preview", preview},
    {NULL, NULL},
};
