/*
 * queue.c - queue.list, queue.counts: what waits for the caller, and the registration lists (S2.3.10). Scope: the
 * caller's school, class, department and data scope, applied to every page anew, whatever its cursor says.
 */
#include "../workflow/workflow.h"
#include "list.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

struct mark_columns {
    int returned, forced, resubmitted, unchanged, training;
};

static void pack_marks(struct pack *p, const struct db_rows *rows, int row, const struct mark_columns *at)
{
    const struct {
        bool set;
        const char *name;
    } marks[] = {
        {db_bool(rows, row, at->returned), "returned"},
        {db_bool(rows, row, at->forced), "forced"},
        {db_bool(rows, row, at->resubmitted) && !db_bool(rows, row, at->unchanged), "resubmitted"},
        {db_bool(rows, row, at->unchanged), "resubmitted_unchanged"},
        {training_mode_directed(db_text(rows, row, at->training)), "directed"},
    };
    const size_t mark = pack_array_open(p);
    uint32_t n = 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i].set) {
            pack_str(p, marks[i].name);
            n++;
        }
    pack_array_close(p, mark, n);
}

static void pack_page(struct pack *p, const struct req *req, const struct db_rows *rows, int nrows)
{
    const struct mark_columns at = {db_col(rows, "marked_returned"), db_col(rows, "forced"),
                                    db_col(rows, "resubmitted"), db_col(rows, "unchanged"),
                                    db_col(rows, "training_mode")};
    struct row_plan plan;
    row_plan(&plan, req, result_members(req, "rows"), rows);
    pack_key(p, "rows");
    pack_array(p, (size_t)nrows);
    for (int row = 0; row < nrows; row++) {
        const size_t mark = pack_map_open(p);
        const uint32_t n = row_pack(p, &plan, rows, row);
        pack_key(p, "marks");
        pack_marks(p, rows, row, &at);
        pack_map_close(p, mark, n + 1);
    }
}

/* The cursor behind the page's last row; absent when nothing follows. */
static uint32_t pack_next(struct pack *p, const struct list *l, const struct db_rows *rows, int nrows, bool more)
{
    char text[CURSOR_TEXT_MAX];
    if (!more ||
        !cursor_seal(&l->cursor, row_text(rows, nrows - 1, "key"), row_int(rows, nrows - 1, "record_id"), text))
        return 0;
    pack_kstr(p, "next", text);
    return 1;
}

static void forget(void *arg, const struct db_result *result)
{
    (void)arg, (void)result;
}

/* S1.5.1: looking at the lapsed quiets the notice on the home screen. */
static void note_lapsed_seen(const struct req *req, const struct list *l)
{
    char account[24];
    snprintf(account, sizeof account, "%lld", (long long)req->session.account_id);
    db_query(req->server->db, DB_READ, "home_lapsed_seen", 3,
             (const char *const[]){req->session.account_school, account, l->class_text}, forget, NULL);
}

static void answer_empty(struct req *req)
{
    struct pack *p = req_result(req);
    pack_map(p, 1);
    pack_key(p, "rows");
    pack_array(p, 0);
    req_reply(req);
}

static void list_done(struct req *req, const struct db_rows *rows)
{
    const struct list *l = req->state;
    int nrows = db_nrows(rows);
    if (nrows > 0 && row_int(rows, 0, "candidates") > LIST_CANDIDATES_MAX) {
        req_error(req, RPC_OUT_OF_RANGE, "too_wide: more than %d records; narrow the filter", LIST_CANDIDATES_MAX);
        return;
    }
    if (nrows == 1 && !row_text(rows, 0, "key")) /* the search found nothing */
        nrows = 0;
    if (l->only_lapsed && l->first)
        note_lapsed_seen(req, l);
    const bool more = nrows > l->limit;
    if (more)
        nrows = l->limit;
    struct pack *p = req_result(req);
    const size_t mark = pack_map_open(p);
    pack_page(p, req, rows, nrows);
    pack_map_close(p, mark, 1 + pack_next(p, l, rows, nrows, more));
    req_reply(req);
}

static void queue_list(struct req *req)
{
    struct list *l = req->state = req_alloc(req, sizeof *l);
    const char *problem = list_parse(l, req);
    if (problem) {
        req_error(req, RPC_INVALID_ARGUMENT, "%s", problem);
        return;
    }
    if (l->pairs == 0) {
        answer_empty(req);
        return;
    }
    list_statement(l, req);
    req_read(req, DB_READ, l->statement, l->nvalues, l->values, list_done);
}

static void counts_done(struct req *req, const struct db_rows *rows)
{
    int64_t total = 0;
    for (int row = 0; row < db_nrows(rows); row++)
        total += row_int(rows, row, "count");
    struct pack *p = req_result(req);
    pack_map(p, 2);
    pack_kint(p, "total", total);
    pack_key(p, "queues");
    rows_pack(p, req, result_members(req, "queues"), rows);
    req_reply(req);
}

static void queue_counts(struct req *req)
{
    char class_text[16], holder[24];
    snprintf(class_text, sizeof class_text, "%d", req->session.class_year);
    snprintf(holder, sizeof holder, "%lld", (long long)list_holder(&req->session));
    const char *const values[] = {req->session.actor.school_code, class_text, list_waits_for(&req->session), holder,
                                  list_postgraduate(&req->session)};
    req_read(req, DB_READ, "queue_counts", 5, values, counts_done);
}

const struct method_entry queue_methods[] = {{"queue.list", queue_list}, {"queue.counts", queue_counts}, {NULL, NULL}};
