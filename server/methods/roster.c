/*
 * roster.c - the roster as a list, one graduate whole, *may not sign*, activation codes (S1.5.7, S1.4).
 */
#include "../secrets.h"
#include "cursor.h"
#include "roster_import.h"
#include "rows.h"
#include "scope.h"
#include "search.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 50, PAGE_MAX = 200, REASON_MAX = 200, CODES_MAX = 5000 };

/* ------------------------------------------------------------------ roster.list */

struct roster {
    struct cursor cursor;
    struct search search;
    struct scope scope;
    int limit;
    bool first;
    const char *statement, *department, *level, *major, *may_sign;
};

static void pack_rows_of(struct pack *p, const struct req *req, const struct db_rows *rows, int nrows)
{
    struct row_plan plan;
    row_plan(&plan, req, result_members(req, "rows"), rows);
    pack_key(p, "rows");
    pack_array(p, (size_t)nrows);
    for (int row = 0; row < nrows; row++) {
        const size_t mark = pack_map_open(p);
        pack_map_close(p, mark, row_pack(p, &plan, rows, row));
    }
}

static void listed(struct req *req, const struct db_rows *rows)
{
    const struct roster *r = req->state;
    const bool more = db_nrows(rows) > r->limit;
    const int nrows = more ? r->limit : db_nrows(rows);
    char next[CURSOR_TEXT_MAX];
    struct pack *p = req_result(req);
    const size_t mark = pack_map_open(p);
    uint32_t n = 1;

    pack_rows_of(p, req, rows, nrows);
    if (more &&
        cursor_seal(&r->cursor, row_text(rows, nrows - 1, "key"), row_int(rows, nrows - 1, "graduate_id"), next)) {
        pack_kstr(p, "next", next);
        n++;
    }
    pack_map_close(p, mark, n);
    req_reply(req);
}

static const char *filter_text(struct req *req, const msgpack_object *filter, const char *key)
{
    const char *s;
    size_t len;
    if (!filter || !map_str(filter, key, &s, &len))
        return "";
    char *copy = req_alloc(req, len + 1);
    return memcpy(copy, s, len);
}

/* NULL: understood; else what is wrong. */
static const char *parse(struct req *req, struct roster *r)
{
    static const char *const statements[2][2] = {{"roster_page_name", "roster_page_name_desc"},
                                                 {"roster_page_student_no", "roster_page_student_no_desc"}};
    const msgpack_object *filter = map_get(req->params, "filter");
    const char *order = req_str(req, "order"), *cursor = req_str(req, "cursor");
    int64_t limit = PAGE;
    bool descending = false, may_sign;

    map_int(req->params, "limit", &limit);
    map_bool(req->params, "descending", &descending);
    if (limit < 1 || limit > PAGE_MAX)
        return "limit: 1 to 200";
    if (order && strcmp(order, "name") != 0 && strcmp(order, "student_no") != 0)
        return "order: name or student_no";
    r->limit = (int)limit;
    r->department = filter_text(req, filter, "department");
    r->level = filter_text(req, filter, "level");
    r->major = filter_text(req, filter, "major");
    r->may_sign = filter && map_bool(filter, "may_sign", &may_sign) ? may_sign ? "t" : "f" : NULL;
    if (!search_of(&r->search, filter_text(req, filter, "text"), req->server->hmac_key))
        return "filter: text is too long";
    r->statement = r->search.kind != SEARCH_NONE ? "roster_search" : statements[order && *order == 's'][descending];
    const char *const bound[] = {
        r->statement, r->department, r->level, r->major, r->may_sign, search_name(r->search.kind), r->search.text};
    cursor_start(&r->cursor, req);
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        cursor_bind(&r->cursor, bound[i]);
    r->first = !cursor;
    return cursor && !cursor_open(&r->cursor, cursor) ? "cursor: not of this list" : NULL;
}

static void roster_list(struct req *req)
{
    struct roster *r = req->state = req_alloc(req, sizeof *r);
    const char *wrong = parse(req, r);

    if (wrong) {
        req_error(req, RPC_INVALID_ARGUMENT, "%s", wrong);
        return;
    }
    scope_of(&r->scope, &req->session);
    const char *const values[] = {r->scope.school,
                                  text_int(req, req->session.class_year),
                                  r->scope.department,
                                  r->scope.postgraduate,
                                  r->department,
                                  r->level,
                                  r->major,
                                  r->may_sign,
                                  r->first ? "" : r->cursor.key,
                                  text_int(req, r->first ? 0 : r->cursor.id),
                                  text_int(req, r->limit + 1),
                                  search_name(r->search.kind),
                                  r->search.text};
    req_read(req, DB_READ, r->statement, r->search.kind != SEARCH_NONE ? 13 : 11, values, listed);
}

/* ------------------------------------------------------------------ roster.get */

static void got(struct req *req, const struct db_rows *rows)
{
    struct row_plan plan, graduate;
    if (db_nrows(rows) == 0) {
        answer_not_found(req, "id");
        return;
    }
    row_plan(&plan, req, req->method->result, rows);
    row_plan_prefixed(&graduate, req, result_members(req, "graduate"), rows, "g_");
    struct pack *p = req_result(req);
    const size_t mark = pack_map_open(p);
    const uint32_t n = row_pack(p, &plan, rows, 0);
    row_pack_map(p, "graduate", &graduate, rows, 0);
    pack_map_close(p, mark, n + 1);
    req_reply(req);
}

static void roster_get(struct req *req)
{
    struct scope scope;
    const char *id = scope_id(req, "id");
    if (!id)
        return;
    scope_of(&scope, &req->session);
    const char *const values[] = {scope.school, id, scope.department, scope.postgraduate};
    req_read(req, DB_READ, "roster_get", 4, values, got);
}

/* ------------------------------------------------------------------ roster.bar */

static void barred(struct req *req, const struct db_rows *rows)
{
    req_outcome(req, db_nrows(rows) ? OUT_OK : OUT_NOT_FOUND);
}

static void roster_bar(struct req *req)
{
    const char *id = scope_id(req, "id"), *reason = req_str(req, "reason");
    if (!id)
        return;
    if (reason && (!*reason || strlen(reason) > 4 * REASON_MAX)) {
        req_error(req, RPC_INVALID_ARGUMENT, "reason: at most %d characters, not empty", REASON_MAX);
        return;
    }
    struct scope scope;
    scope_of(&scope, &req->session);
    const char *const values[] = {scope.school,
                                  id,
                                  reason,
                                  text_int(req, req->session.account_id),
                                  text_int(req, req->session.session_id),
                                  req->session.address,
                                  scope.department,
                                  scope.postgraduate};
    req_read(req, DB_HEAVY, "roster_bar", 8, values, barred);
}

/* ------------------------------------------------------------------ roster.activation */

struct codes {
    size_t n;
    struct code_of {
        const char *name, *student_no, *user;
        char code[CODE_TEXT];
        int64_t account;
        bool made;
    } * rows;
};

static void codes_stored(struct req *req, const struct db_rows *rows)
{
    const struct codes *c = req->state;
    struct pack *p = req_result(req);
    int made = 0;
    size_t k = 0;

    /* In the order they were sent; somebody may have been activated meanwhile. */
    for (int i = 0; i < db_nrows(rows); i++, k++) {
        while (k < c->n && c->rows[k].account != db_int(rows, i, 0))
            k++;
        if (k == c->n)
            break;
        c->rows[k].made = true;
        made++;
    }
    pack_map(p, 1);
    pack_key(p, "rows");
    pack_array(p, (size_t)made);
    for (k = 0; k < c->n; k++)
        if (c->rows[k].made) {
            pack_map(p, 4);
            pack_kstr(p, "name", c->rows[k].name);
            pack_kstr(p, "student_no", c->rows[k].student_no);
            pack_kstr(p, "user", c->rows[k].user);
            pack_kstr(p, "code", c->rows[k].code);
        }
    req_reply(req);
}

static void codes_make(struct req *req, const struct db_rows *rows)
{
    struct codes *c = req->state = req_alloc(req, sizeof *c);
    struct db_array accounts = {0}, hashes = {0};
    uint8_t hash[SECRET_HASH];
    char text[2 * SECRET_HASH + 3];

    c->n = (size_t)db_nrows(rows);
    c->rows = req_alloc(req, (c->n + 1) * sizeof *c->rows);
    db_array_start(&accounts);
    db_array_start(&hashes);
    for (size_t i = 0; i < c->n; i++) {
        struct code_of *row = &c->rows[i];
        *row = (struct code_of){.name = req_strdup(req, row_text(rows, (int)i, "name")),
                                .student_no = req_strdup(req, row_text(rows, (int)i, "student_no")),
                                .user = req_strdup(req, row_text(rows, (int)i, "user")),
                                .account = row_int(rows, (int)i, "account_id")};
        activation_code_make(row->code, hash);
        bytea_text(text, sizeof text, hash, sizeof hash);
        db_array_int(&accounts, row->account);
        db_array_text(&hashes, text);
    }
    const char *const values[] = {req->session.account_school,
                                  db_array_end(&accounts),
                                  db_array_end(&hashes),
                                  text_int(req, req->session.account_id),
                                  text_int(req, req->session.session_id),
                                  req->session.address};
    req_read(req, DB_HEAVY, "roster_activation", 6, values, codes_stored);
    db_array_free(&accounts);
    db_array_free(&hashes);
}

static void roster_activation(struct req *req)
{
    const char *id = NULL;
    if (map_get(req->params, "id") && !(id = scope_id(req, "id")))
        return;
    struct scope scope;
    scope_of(&scope, &req->session);
    const char *const values[] = {scope.school,
                                  text_int(req, req->session.class_year),
                                  id,
                                  req_str(req, "department"),
                                  text_int(req, CODES_MAX),
                                  scope.department,
                                  scope.postgraduate};
    req_read(req, DB_READ, "roster_unactivated", 7, values, codes_make);
}

const struct method_entry roster_methods[] = {
    {"roster.list", roster_list},
    {"roster.get", roster_get},
    {"roster.bar", roster_bar},
    {"roster.import_begin", roster_import_begin},
    {"roster.import_data", roster_import_data},
    {"roster.import_run", roster_import_run},
    {"roster.activation", roster_activation},
    {NULL, NULL},
};
