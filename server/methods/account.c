/*
 * account.c - accounts one level below (S1.4.1): listing; who manages whom; the table of the account methods.
 */
#include "account.h"

#include "cursor.h"
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ one level below */

/* Who manages which roles, and whom the address book shows; in a role's own school or province, or everywhere. */
static const struct level {
    enum qx_role role;
    enum { OF_SCHOOL, OF_PROVINCE, EVERYWHERE } reach;
    const char *below, *book;
} levels[] = {
    {ROLE_DEPARTMENT, OF_SCHOOL, "{}", "{school,department}"},
    {ROLE_SCHOOL, OF_SCHOOL, "{department}", "{school,department}"},
    {ROLE_PROVINCE, OF_PROVINCE, "{school}", "{school,province}"},
    {ROLE_SUPPORT, EVERYWHERE, "{school,province}", "{school,province}"},
    {ROLE_OPERATOR, EVERYWHERE, "{school,province,support}", "{school,province,support}"},
};

static const struct level *level_of(enum qx_role role)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (levels[i].role == role)
            return &levels[i];
    return NULL;
}

bool account_below(enum qx_role manager, enum qx_role role)
{
    const struct level *l = level_of(manager);
    const char *code = role_code(role), *at = l && manager != ROLE_SUPPORT ? strstr(l->below, code) : NULL;
    return at && strchr(",}", at[strlen(code)]);
}

bool account_reaches(const struct session *s, const char *own_province, const char *school, const char *province)
{
    const struct level *l = level_of(s->actor.role);
    if (!l)
        return false;
    if (l->reach == OF_SCHOOL)
        return strcmp(s->account_school, school) == 0;
    return l->reach == EVERYWHERE || (own_province && *own_province && province && strcmp(own_province, province) == 0);
}

/* ------------------------------------------------------------------ account.list */

enum { PAGE = 50, PAGE_MAX = 200 };

struct list {
    struct cursor cursor;
    int limit;
    bool book;
    const char *pattern;
    char *page; /* the packed rows, while the departments are read */
    size_t page_len;
    uint32_t members;
};

static void departments_read(struct req *req, const struct db_rows *rows)
{
    const struct list *l = req->state;
    struct pack *p = req_result(req);
    const size_t mark = pack_map_open(p);
    uint32_t n = 0;

    pack_raw(p, l->page, l->page_len);
    pack_key(p, "departments_without_account");
    const size_t list = pack_array_open(p);
    for (int row = 0; row < db_nrows(rows); row++)
        if (!row_bool(rows, row, "has_account")) {
            pack_str(p, row_text(rows, row, "name"));
            n++;
        }
    pack_array_close(p, list, n);
    pack_map_close(p, mark, l->members + 1);
    req_reply(req);
}

static uint32_t pack_page(struct pack *p, const struct req *req, const struct db_rows *rows)
{
    const struct list *l = req->state;
    const int nrows = db_nrows(rows) > l->limit ? l->limit : db_nrows(rows);
    struct row_plan plan;
    char next[CURSOR_TEXT_MAX];

    row_plan(&plan, req, result_members(req, "rows"), rows);
    pack_key(p, "rows");
    pack_array(p, (size_t)nrows);
    for (int row = 0; row < nrows; row++) {
        const size_t mark = pack_map_open(p);
        pack_map_close(p, mark, row_pack(p, &plan, rows, row));
    }
    if (db_nrows(rows) <= l->limit || !cursor_seal(&l->cursor, row_text(rows, nrows - 1, "key"), 0, next))
        return 1;
    pack_kstr(p, "next", next);
    return 2;
}

/* The school sees beside its accounts which departments still lack one (S1.4.4). */
static void list_read(struct req *req, const struct db_rows *rows)
{
    struct list *l = req->state;
    const bool with_departments = req->session.actor.role == ROLE_SCHOOL && !l->book;

    if (!with_departments) {
        struct pack *p = req_result(req);
        const size_t mark = pack_map_open(p);
        pack_map_close(p, mark, pack_page(p, req, rows));
        req_reply(req);
        return;
    }
    struct pack p;
    pack_init(&p);
    l->members = pack_page(&p, req, rows);
    l->page_len = p.buf.size;
    l->page = memcpy(req_alloc(req, p.buf.size + 1), p.buf.data, p.buf.size);
    pack_free(&p);
    req_read(req, DB_READ, "account_departments", 1, (const char *const[]){req->session.account_school},
             departments_read);
}

/* The keyword as an ILIKE pattern: what it holds is meant as it stands. */
static const char *pattern_of(struct req *req, const char *text)
{
    char *pattern = req_alloc(req, 2 * strlen(text) + 3), *to = pattern;
    *to++ = '%';
    for (; *text; text++) {
        if (strchr("\\%_", *text))
            *to++ = '\\';
        *to++ = *text;
    }
    *to = '%';
    return pattern;
}

static void list_send(struct req *req, const struct db_rows *rows)
{
    struct list *l = req->state;
    const struct level *level = level_of(req->session.actor.role);
    char limit[16];
    snprintf(limit, sizeof limit, "%d", l->limit + 1);
    const char *province = level->reach == OF_PROVINCE ? row_text(rows, 0, "province_code") : NULL;
    const char *const values[] = {l->book ? level->book : level->below,
                                  level->reach == OF_SCHOOL ? req->session.account_school : "00000",
                                  level->reach == OF_PROVINCE && !province ? "none" : province,
                                  l->pattern,
                                  l->cursor.key,
                                  limit};
    const char *const everywhere[] = {values[0], values[2], values[3], values[4], values[5]};
    if (level->reach == OF_SCHOOL)
        req_read(req, DB_READ, "account_list", 6, values, list_read);
    else
        req_read(req, DB_READ, "account_list_all", 5, everywhere, list_read);
}

static void account_list(struct req *req)
{
    struct list *l = req->state = req_alloc(req, sizeof *l);
    const char *text = req_str(req, "text"), *cursor = req_str(req, "cursor");
    char account[24];
    int64_t limit = PAGE;

    map_bool(req->params, "book", &l->book);
    map_int(req->params, "limit", &limit);
    if (limit < 1 || limit > PAGE_MAX) {
        req_error(req, RPC_INVALID_ARGUMENT, "limit: 1 to %d", PAGE_MAX);
        return;
    }
    l->limit = (int)limit;
    l->pattern = text && *text ? pattern_of(req, text) : NULL;
    cursor_start(&l->cursor, req);
    cursor_bind(&l->cursor, l->pattern);
    cursor_bind(&l->cursor, l->book ? "book" : "below");
    if (cursor && !cursor_open(&l->cursor, cursor)) {
        req_error(req, RPC_INVALID_ARGUMENT, "cursor: not of this list");
        return;
    }
    snprintf(account, sizeof account, "%" PRId64, req->session.account_id);
    const char *const values[] = {req->session.account_school, account, NULL};
    req_read(req, DB_READ, "account_actor", 3, values, list_send);
}

const struct method_entry account_methods[] = {
    {"account.list", account_list},
    {"account.create", account_create},
    {"account.update", account_update},
    {"account.remove", account_remove},
    {"account.keys", account_keys},
    {"account.key_add", account_key_add},
    {"account.key_remove", account_key_remove},
    {NULL, NULL},
};
