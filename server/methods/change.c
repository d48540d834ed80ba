/*
 * change.c - changing calls with the request log.
 */
#include "change.h"

#include "../secrets.h"
#include "rows.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The parameters less the request id, keys in order: the same call has the same hash. */
void change_hash(const struct req *req, uint8_t hash[32])
{
    crypto_hash_sha256_state state;
    char *json = object_to_json(req->params);
    json_t *o = json ? json_loads(json, 0, NULL) : NULL;

    free(json);
    json_object_del(o, "request_id");
    json = o ? json_dumps(o, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
    json_decref(o);
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)req->method->name, strlen(req->method->name) + 1);
    if (json)
        crypto_hash_sha256_update(&state, (const uint8_t *)json, strlen(json));
    crypto_hash_sha256_final(&state, hash);
    free(json);
}

/* ------------------------------------------------------------------ answers */

static void answer_json(struct req *req, const char *json)
{
    const struct change *c = req->state;
    struct pack *p = req_result(req);
    json_t *o = json_loads(json, 0, NULL), *value;
    const char *key;
    const size_t mark = pack_map_open(p);
    uint32_t n = 0;

    json_object_foreach(o, key, value)
    {
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        pack_key(p, key);
        if (!text || !pack_json(p, text, strlen(text)))
            pack_nil(p);
        free(text);
        n++;
    }
    json_decref(o);
    if (c->extra)
        c->extra(req, p, &n);
    pack_map_close(p, mark, n);
    req_reply(req);
}

void answer_field(struct req *req, const char *field, const char *error)
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

/* ------------------------------------------------------------------ once */

static void found(struct req *req, const struct db_rows *rows)
{
    struct change *c = req->state;
    if (db_nrows(rows) == 0)
        c->go(req);
    else if (row_bool(rows, 0, "same"))
        answer_json(req, row_text(rows, 0, "answer"));
    else
        answer_field(req, "request_id", "used_before");
}

void change_start(struct req *req, void (*go)(struct req *))
{
    struct change *c = req->state;
    const struct session *s = &req->session;
    uint8_t hash[32];

    c->go = go;
    c->request_id = req_str(req, "request_id");
    change_hash(req, hash);
    bytea_text(c->hash, sizeof c->hash, hash, sizeof hash);
    snprintf(c->account, sizeof c->account, "%" PRId64, s->account_id);
    snprintf(c->version, sizeof c->version, "%" PRId64, s->account_version);
    snprintf(c->session, sizeof c->session, "%" PRId64, s->session_id);
    const char *const values[] = {s->account_school, c->account, c->request_id, c->hash};
    req_read(req, DB_READ, "request_find", 4, values, found);
}

/* Broken under way, or the same request at the same time: whoever asks again finds the first answer in the log. */
static bool worth_again(const struct db_result *r)
{
    static const char *const states[] = {"40001", "40P01", "57P01", "57P02", "57P03"};
    if (r->status == DB_UNKNOWN)
        return true;
    for (size_t i = 0; r->status == DB_ERROR && i < sizeof states / sizeof *states; i++)
        if (strcmp(r->sqlstate, states[i]) == 0)
            return true;
    return r->status == DB_ERROR && strcmp(r->constraint, "request_pkey") == 0;
}

static void applied(void *arg, const struct db_result *r)
{
    struct req *req = arg;
    const struct change *c = req->state;

    if (worth_again(r))
        req_rerun(req);
    else if (r->status == DB_ERROR && strcmp(r->constraint, "login_pkey") == 0)
        answer_field(req, "user", "taken"); /* user names are one space for all schools */
    else if (r->status != DB_OK)
        req_db_error(req, r);
    else if (db_nrows(r->rows[r->n - 1]) == 0)
        c->refused(req, r->rows[r->n - 1]);
    else
        answer_json(req, row_text(r->rows[r->n - 1], 0, "answer"));
}

void change_apply(struct req *req, const char *before, int nbefore, const char *statement, int n,
                  const char *const *values, req_rows refused)
{
    struct change *c = req->state;
    const struct session *s = &req->session;
    const char *all[CHANGE_VALUES + 32] = {s->account_school, c->account, c->version, c->request_id,
                                           c->hash,           c->session, s->address};

    c->refused = refused;
    if (n > 32)
        abort();
    memcpy(all + CHANGE_VALUES, values, (size_t)n * sizeof *values);
    struct db_segment *segment = db_segment_new(req->server->db, DB_HEAVY, applied, req);
    if (before)
        db_segment_add(segment, before, &(struct db_params){.n = nbefore, .values = values});
    db_segment_add(segment, statement, &(struct db_params){.n = CHANGE_VALUES + n, .values = all});
    db_segment_send(segment);
}
