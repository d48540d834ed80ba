/*
 * feed.c - the outgoing feed in commit order (S2.11.1), for a messenger or another system. The cursor is always given:
 * asking again with the last one gets what came since.
 */
#include "cursor.h"
#include "rows.h"
#include "scope.h"

#include <string.h>

enum { PAGE = 100, PAGE_MAX = 1000 };

struct feed {
    struct cursor cursor;
    int64_t limit;
};

static void list_done(struct req *req, const struct db_rows *rows)
{
    const struct feed *feed = req->state;
    const int n = db_nrows(rows);
    const char *key = n ? row_text(rows, n - 1, "key") : *feed->cursor.key ? feed->cursor.key : "0";
    char next[CURSOR_TEXT_MAX];
    struct pack *p = req_result(req);
    pack_map(p, 2);
    pack_key(p, "rows");
    rows_pack(p, req, result_members(req, "rows"), rows);
    pack_kstr(p, "next",
              cursor_seal(&feed->cursor, key, n ? row_int(rows, n - 1, "feed_id") : feed->cursor.id, next) ? next
                                                                                                           : NULL);
    req_reply(req);
}

static void feed_list(struct req *req)
{
    struct feed *feed = req->state = req_alloc(req, sizeof *feed);
    const char *cursor = req_str(req, "cursor");
    feed->limit = PAGE;
    map_int(req->params, "limit", &feed->limit);
    cursor_start(&feed->cursor, req);
    if (feed->limit < 1 || feed->limit > PAGE_MAX || (cursor && !cursor_open(&feed->cursor, cursor))) {
        req_error(req, RPC_INVALID_ARGUMENT,
                  cursor ? "limit: 1 to 1000; cursor: one of this list" : "limit: 1 to 1000");
        return;
    }
    struct scope scope;
    scope_of(&scope, &req->session);
    const char *const values[] = {req->session.actor.school_code, cursor ? feed->cursor.key : "0",
                                  text_int(req, cursor ? feed->cursor.id : 0), text_int(req, feed->limit),
                                  scope.postgraduate};
    const bool all = strcmp(values[0], "00000") == 0;
    req_read(req, DB_READ, all ? "feed_list_all" : "feed_list", all ? 3 : 5, all ? values + 1 : values, list_done);
}

const struct method_entry feed_methods[] = {{"feed.list", feed_list}, {NULL, NULL}};
