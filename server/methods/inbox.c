/*
 * inbox.c - messages (S2.11.1), newest first.
 */
#include "cursor.h"
#include "rows.h"
#include "scope.h"

enum { PAGE = 50, PAGE_MAX = 200 };

struct inbox {
    struct cursor cursor;
    int64_t limit;
};

static void list_done(struct req *req, const struct db_rows *rows)
{
    const struct inbox *inbox = req->state;
    const bool more = db_nrows(rows) > inbox->limit;
    const int n = more ? (int)inbox->limit : db_nrows(rows);
    char next[CURSOR_TEXT_MAX];
    struct row_plan plan;
    row_plan(&plan, req, result_members(req, "rows"), rows);
    struct pack *p = req_result(req);
    pack_map(p, more ? 3 : 2);
    pack_key(p, "rows");
    pack_array(p, (size_t)n);
    for (int row = 0; row < n; row++) {
        const size_t mark = pack_map_open(p);
        pack_map_close(p, mark, row_pack(p, &plan, rows, row));
    }
    pack_kint(p, "unread", n ? row_int(rows, 0, "unread") : 0);
    if (more && cursor_seal(&inbox->cursor, "", row_int(rows, n - 1, "message_id"), next))
        pack_kstr(p, "next", next);
    req_reply(req);
}

static void inbox_list(struct req *req)
{
    struct inbox *inbox = req->state = req_alloc(req, sizeof *inbox);
    const char *cursor = req_str(req, "cursor");
    inbox->limit = PAGE;
    map_int(req->params, "limit", &inbox->limit);
    cursor_start(&inbox->cursor, req);
    if (inbox->limit < 1 || inbox->limit > PAGE_MAX || (cursor && !cursor_open(&inbox->cursor, cursor))) {
        req_error(req, RPC_INVALID_ARGUMENT, cursor ? "limit: 1 to 200; cursor: one of this list" : "limit: 1 to 200");
        return;
    }
    const char *const values[] = {req->session.actor.school_code, text_int(req, req->session.actor.graduate_id),
                                  text_int(req, cursor ? inbox->cursor.id : INT64_MAX),
                                  text_int(req, inbox->limit + 1)};
    req_read(req, DB_READ, "inbox_list", 4, values, list_done);
}

static void read_done(struct req *req, const struct db_rows *rows)
{
    (void)rows;
    pack_map(req_result(req), 0);
    req_reply(req);
}

static void inbox_read(struct req *req)
{
    const char *id = "0";
    if (map_get(req->params, "id") && !(id = scope_id(req, "id")))
        return;
    const char *const values[] = {req->session.actor.school_code, text_int(req, req->session.actor.graduate_id), id};
    req_read(req, DB_READ, "inbox_read", 3, values, read_done);
}

const struct method_entry inbox_methods[] = {{"inbox.list", inbox_list}, {"inbox.read", inbox_read}, {NULL, NULL}};
