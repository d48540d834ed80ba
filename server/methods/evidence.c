/*
 * evidence.c - proofs and stamped images (S2.1.2, S2.5.3): uploads in chunks of 256 KiB that any server resumes,
 * checked as a whole before they hang on a record, and read back in the same chunks.
 *
 * Holds: nothing hangs on a record but whole files of 1 byte to 10 MiB whose hash the uploader named and whose content
 * is what it claims; nobody learns from an upload whether the school has the same bytes already.
 */
#include "evidence_type.h"
#include "rows.h"
#include "scope.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 262144, SIZE_MAX_BYTES = 10 * 1024 * 1024, NAME_MAX_BYTES = 200, HASH_BYTES = 32 };

struct purpose {
    const char *name;
    uint64_t guards; /* whoever still meets these may still attach */
};
static const struct purpose purposes[] = {{"proof", G(FORM_COMPLETE) | G(PROOF_ATTACHED)},
                                          {"stamped_image", G(IMAGE_ATTACHED)}};

static const struct purpose *purpose_of(const char *name)
{
    for (size_t i = 0; name && i < sizeof purposes / sizeof *purposes; i++)
        if (strcmp(purposes[i].name, name) == 0)
            return &purposes[i];
    return NULL;
}

static void answer_offset(struct req *req, enum qx_outcome outcome, int64_t offset)
{
    struct pack *p = req_result(req);
    pack_map(p, 2);
    pack_kstr(p, "outcome", outcome_code(outcome));
    pack_kint(p, "offset", offset);
    req_reply(req);
}

static void answer_field(struct req *req, const char *field, const char *error)
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

/* A school's account needs `write` to bring files; a graduate brings only to what is the graduate's. */
static bool may_bring(struct req *req)
{
    if (req->session.actor.role == ROLE_GRADUATE || req->session.actor.rights[MODULE_EMPLOYMENT] == RIGHT_WRITE)
        return true;
    req_error(req, RPC_PERMISSION_DENIED, "write on employment is needed");
    return false;
}

/* ------------------------------------------------------------------ begin */

static void begin_done(struct req *req, const struct db_rows *rows)
{
    int64_t size = 0;
    map_int(req->params, "size", &size);
    if (db_nrows(rows) == 0 || !row_bool(rows, 0, "mine"))
        req_outcome(req, OUT_NOT_FOUND);
    else if (!row_bool(rows, 0, "begun"))
        answer_field(req, "record", "too_many_files");
    else if (row_int(rows, 0, "size") != size)
        answer_field(req, "size", "differs_from_before");
    else {
        struct pack *p = req_result(req);
        pack_map(p, 3);
        pack_kstr(p, "outcome", outcome_code(OUT_OK));
        pack_kint(p, "offset", row_int(rows, 0, "received"));
        pack_kint(p, "chunk", CHUNK);
        req_reply(req);
    }
}

static bool name_ok(const char *name)
{
    if (!*name || strlen(name) > NAME_MAX_BYTES || strchr(name, '/') || strchr(name, '\\'))
        return false;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            return false;
    return true;
}

static void evidence_begin(struct req *req)
{
    const struct purpose *purpose = purpose_of(req_str(req, "purpose"));
    const char *name = req_str(req, "file_name");
    int64_t size = 0;
    struct scope s;
    map_int(req->params, "size", &size);
    if (!may_bring(req))
        return;
    if (!purpose)
        answer_field(req, "purpose", "unknown_code");
    else if (!name_ok(name))
        answer_field(req, "file_name", "bad_characters");
    else if (size < 1 || size > SIZE_MAX_BYTES)
        answer_field(req, "size", "out_of_range");
    else {
        scope_of(&s, &req->session);
        const char *const values[] = {s.school,
                                      req_str(req, "upload"),
                                      text_int(req, req->session.account_id),
                                      req_str(req, "record"),
                                      purpose->name,
                                      name,
                                      text_int(req, size),
                                      s.own,
                                      states_editable(req, purpose->guards),
                                      s.department,
                                      s.postgraduate};
        req_read(req, DB_READ, "evidence_begin", 11, values, begin_done);
    }
}

/* ------------------------------------------------------------------ chunk */

static void chunk_done(struct req *req, const struct db_rows *rows)
{
    if (db_nrows(rows) == 0)
        req_outcome(req, OUT_NOT_FOUND);
    else
        answer_offset(req, row_bool(rows, 0, "here") ? OUT_OK : OUT_STALE, row_int(rows, 0, "received"));
}

static void evidence_chunk(struct req *req)
{
    enum { N = 5, DATA = 4 };
    const uint8_t *data;
    size_t len;
    int64_t offset = -1;
    map_int(req->params, "offset", &offset);
    if (!may_bring(req))
        return;
    if (offset < 0 || offset % CHUNK != 0 || !map_bin(req->params, "data", &data, &len) || len == 0 || len > CHUNK) {
        req_error(req, RPC_INVALID_ARGUMENT, "offset: a multiple of %d; data: 1 to %d bytes", CHUNK, CHUNK);
        return;
    }
    const char *const values[N] = {req->session.actor.school_code, req_str(req, "upload"),
                                   text_int(req, req->session.account_id), text_int(req, offset), (const char *)data};
    const int lengths[N] = {[DATA] = (int)len}, formats[N] = {[DATA] = 1};
    req_read_params(req, DB_HEAVY, "evidence_chunk",
                    &(struct db_params){.n = N, .values = values, .lengths = lengths, .formats = formats}, chunk_done);
}

/* ------------------------------------------------------------------ finish */

static void answer_evidence(struct req *req, int64_t id)
{
    char text[40];
    id_format(text, sizeof text, req->session.actor.school_code, id);
    struct pack *p = req_result(req);
    pack_map(p, 2);
    pack_kstr(p, "outcome", outcome_code(OUT_OK));
    pack_kstr(p, "evidence", text);
    req_reply(req);
}

static void attach_done(struct req *req, const struct db_rows *rows)
{
    if (db_nrows(rows) == 0)
        req_outcome(req, OUT_WRONG_STATE);
    else
        answer_evidence(req, row_int(rows, 0, "evidence_id"));
}

/* The media type of the bytes whose hex ends are in the row; NULL: not one that is taken. */
static const char *type_of(const struct db_rows *rows)
{
    uint8_t head[64], tail[1024];
    size_t head_len = 0, tail_len = 0;
    const char *head_hex = row_text(rows, 0, "head"), *tail_hex = row_text(rows, 0, "tail");
    sodium_hex2bin(head, sizeof head, head_hex, strlen(head_hex), NULL, &head_len, NULL);
    sodium_hex2bin(tail, sizeof tail, tail_hex, strlen(tail_hex), NULL, &tail_len, NULL);
    return evidence_type(head, head_len, tail, tail_len);
}

static void check_done(struct req *req, const struct db_rows *rows)
{
    char hash[2 * HASH_BYTES + 1];
    const uint8_t *given = NULL;
    size_t len = 0;
    struct scope s;
    map_bin(req->params, "sha256", &given, &len);
    sodium_bin2hex(hash, sizeof hash, given, HASH_BYTES);
    if (db_nrows(rows) == 0) {
        req_outcome(req, OUT_NOT_FOUND);
        return;
    }
    if (row_text(rows, 0, "evidence_id")) {
        answer_evidence(req, row_int(rows, 0, "evidence_id"));
        return;
    }
    if (!row_text(rows, 0, "sha256")) {
        answer_offset(req, OUT_STALE, row_int(rows, 0, "received"));
        return;
    }
    const char *type = type_of(rows);
    if (strcmp(row_text(rows, 0, "sha256"), hash) != 0 || !type) {
        answer_field(req, type ? "sha256" : "data", type ? "differs" : "not_jpeg_png_pdf");
        return;
    }
    scope_of(&s, &req->session);
    const char *const values[] = {s.school,
                                  req_str(req, "upload"),
                                  text_int(req, req->session.account_id),
                                  hash,
                                  type,
                                  s.own,
                                  states_editable(req, purposes[0].guards),
                                  states_editable(req, purposes[1].guards),
                                  s.department,
                                  s.postgraduate};
    req_read(req, DB_HEAVY, "evidence_attach", 10, values, attach_done);
}

static void evidence_finish(struct req *req)
{
    const uint8_t *hash;
    size_t len;
    if (!may_bring(req))
        return;
    if (!map_bin(req->params, "sha256", &hash, &len) || len != HASH_BYTES) {
        req_error(req, RPC_INVALID_ARGUMENT, "sha256: 32 bytes");
        return;
    }
    const char *const values[] = {req->session.actor.school_code, req_str(req, "upload"),
                                  text_int(req, req->session.account_id)};
    req_read(req, DB_HEAVY, "evidence_check", 3, values, check_done);
}

/* ------------------------------------------------------------------ get, remove */

static void get_done(struct req *req, const struct db_rows *rows)
{
    const char *hex = db_nrows(rows) ? row_text(rows, 0, "data") : NULL; /* \x… */
    int64_t offset = 0;
    map_int(req->params, "offset", &offset);
    if (!hex) {
        answer_not_found(req, db_nrows(rows) ? "offset" : "id");
        return;
    }
    uint8_t *data = req_alloc(req, CHUNK);
    size_t len = 0;
    sodium_hex2bin(data, CHUNK, hex + 2, strlen(hex + 2), NULL, &len, NULL);
    struct pack *p = req_result(req);
    pack_map(p, 5);
    pack_kstr(p, "file_name", row_text(rows, 0, "file_name"));
    pack_kstr(p, "media_type", row_text(rows, 0, "media_type"));
    pack_kint(p, "size", row_int(rows, 0, "size"));
    pack_kint(p, "offset", offset);
    pack_key(p, "data");
    pack_bin(p, data, len);
    req_reply(req);
}

static void evidence_get(struct req *req)
{
    int64_t offset = 0;
    struct scope s;
    map_int(req->params, "offset", &offset);
    if (offset < 0 || offset % CHUNK != 0) {
        req_error(req, RPC_INVALID_ARGUMENT, "offset: a multiple of %d", CHUNK);
        return;
    }
    const char *id = scope_id(req, "id");
    if (!id)
        return;
    scope_of(&s, &req->session);
    const char *const values[] = {s.school, id, text_int(req, offset / CHUNK), s.department, s.postgraduate, s.own};
    req_read(req, DB_HEAVY, "evidence_get", 6, values, get_done);
}

static void remove_done(struct req *req, const struct db_rows *rows)
{
    req_outcome(req, db_nrows(rows) ? OUT_OK : OUT_NOT_FOUND);
}

static void evidence_remove(struct req *req)
{
    const char *id = scope_id(req, "id");
    if (!id)
        return;
    const char *const values[] = {req->session.actor.school_code, id, text_int(req, req->session.actor.graduate_id),
                                  states_editable(req, purposes[0].guards), states_editable(req, purposes[1].guards)};
    req_read(req, DB_READ, "evidence_remove", 5, values, remove_done);
}

const struct method_entry evidence_methods[] = {
    {"evidence.begin", evidence_begin}, {"evidence.chunk", evidence_chunk},   {"evidence.finish", evidence_finish},
    {"evidence.get", evidence_get},     {"evidence.remove", evidence_remove}, {NULL, NULL}};
