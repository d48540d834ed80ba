/*
 * segment.c - building a segment (everything copied) and reading what came back.
 */
#include "db_internal.h"

#include "../log.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *key, const void *row)
{
    return strcmp(key, ((const struct db_statement *)row)->name);
}

/* The build writes db_statements in order of name. */
const struct db_statement *db_statement_find(const char *name)
{
    return bsearch(name, db_statements, db_statement_count, sizeof *db_statements, by_name);
}

struct db_segment *db_segment_new(struct db *db, enum db_class cls, db_done done, void *arg)
{
    struct db_segment *seg = calloc(1, sizeof *seg);
    if (!seg)
        abort();
    seg->db = db;
    seg->cls = cls;
    seg->done = done;
    seg->arg = arg;
    return seg;
}

static size_t value_length(const struct db_params *p, int i)
{
    if (!p->values[i])
        return 0;
    return p->formats && p->formats[i] && p->lengths ? (size_t)p->lengths[i] : strlen(p->values[i]);
}

/* One block: the pointers, the lengths, the formats, then the bytes (each ended by a NUL). Answers the bytes' sum. */
static size_t step_copy(struct db_step *s, const struct db_params *p)
{
    size_t n = (size_t)p->n, bytes = 0;
    for (int i = 0; i < p->n; i++)
        bytes += value_length(p, i) + 1;
    s->n = p->n;
    s->values = malloc(n * (sizeof *s->values + 2 * sizeof(int)) + bytes + 1);
    if (!s->values)
        abort();
    s->lengths = (int *)(void *)(s->values + n);
    s->formats = s->lengths + n;
    char *at = (char *)(s->formats + n);
    for (int i = 0; i < p->n; i++) {
        size_t len = value_length(p, i);
        s->formats[i] = p->formats ? p->formats[i] : 0;
        s->lengths[i] = (int)len;
        s->values[i] = NULL;
        if (!p->values[i])
            continue;
        memcpy(at, p->values[i], len);
        at[len] = '\0';
        s->values[i] = at;
        at += len + 1;
    }
    return bytes;
}

void db_segment_add(struct db_segment *seg, const char *statement, const struct db_params *params)
{
    static const struct db_params none;
    const struct db_params *p = params ? params : &none;
    if (seg->n == seg->cap) {
        seg->cap = seg->cap ? seg->cap * 2 : 4;
        seg->steps = realloc(seg->steps, seg->cap * sizeof *seg->steps);
        seg->results = realloc(seg->results, seg->cap * sizeof *seg->results);
        if (!seg->steps || !seg->results)
            abort();
    }
    struct db_step *s = &seg->steps[seg->n];
    *s = (struct db_step){.statement = db_statement_find(statement)};
    seg->results[seg->n].res = NULL;
    seg->bytes += step_copy(s, p) + 64;
    seg->n++;
    if (!s->statement || s->statement->nparams != p->n) {
        seg->refused = s->statement ? "wrong number of parameters" : "no such statement";
        log_line("error", "event=statement_misused statement=%s error=\"%s\"", statement, seg->refused);
    }
}

void db_query(struct db *db, enum db_class cls, const char *statement, int n, const char *const *values, db_done done,
              void *arg)
{
    struct db_segment *seg = db_segment_new(db, cls, done, arg);
    db_segment_add(seg, statement, &(struct db_params){.n = n, .values = values});
    db_segment_send(seg);
}

void db_segment_free(struct db_segment *seg)
{
    for (size_t i = 0; i < seg->n; i++) {
        PQclear(seg->results[i].res);
        free(seg->steps[i].values);
    }
    PQclear(seg->error);
    free(seg->steps);
    free(seg->results);
    free(seg);
}

static void error_fields(struct db_result *r, const struct db_segment *seg)
{
    const char *state = PQresultErrorField(seg->error, PG_DIAG_SQLSTATE);
    const char *constraint = PQresultErrorField(seg->error, PG_DIAG_CONSTRAINT_NAME);
    for (size_t i = 0; state && state[i] && i < sizeof r->sqlstate - 1; i++)
        r->sqlstate[i] = state[i];
    r->message = PQresultErrorMessage(seg->error);
    r->constraint = constraint ? constraint : "";
    r->failed_statement = (int)seg->failed;
}

void db_segment_finish(struct db_segment *seg, enum db_status status)
{
    static const char *const texts[] = {"", "", "outcome unknown: the connection broke", "the database is away"};
    const struct db_rows *few[8], **rows = few;
    struct db_result r = {.status = status, .message = texts[status], .constraint = ""};
    if (seg->n > sizeof few / sizeof *few && !(rows = malloc(seg->n * sizeof *rows)))
        abort();
    if (status == DB_ERROR && seg->error)
        error_fields(&r, seg);
    else if (status == DB_ERROR)
        r.message = seg->refused;
    if (status == DB_OK) {
        for (size_t i = 0; i < seg->n; i++)
            rows[i] = &seg->results[i];
        r.n = seg->n;
        r.rows = rows;
    }
    if (seg->done)
        seg->done(seg->arg, &r);
    if (rows != few)
        free(rows);
    db_segment_free(seg);
}

/* ------------------------------------------------------------------ rows */

int db_nrows(const struct db_rows *r)
{
    return PQntuples(r->res);
}

int db_ncols(const struct db_rows *r)
{
    return PQnfields(r->res);
}

const char *db_col_name(const struct db_rows *r, int col)
{
    return PQfname(r->res, col);
}

unsigned db_col_type(const struct db_rows *r, int col)
{
    return PQftype(r->res, col);
}

int db_col(const struct db_rows *r, const char *name)
{
    for (int i = 0; i < PQnfields(r->res); i++)
        if (strcmp(PQfname(r->res, i), name) == 0)
            return i;
    return -1;
}

const char *db_text(const struct db_rows *r, int row, int col)
{
    return col < 0 || PQgetisnull(r->res, row, col) ? NULL : PQgetvalue(r->res, row, col);
}

size_t db_length(const struct db_rows *r, int row, int col)
{
    return col < 0 ? 0 : (size_t)PQgetlength(r->res, row, col);
}

int64_t db_int(const struct db_rows *r, int row, int col)
{
    const char *s = db_text(r, row, col);
    return s ? strtoll(s, NULL, 10) : 0;
}

bool db_bool(const struct db_rows *r, int row, int col)
{
    const char *s = db_text(r, row, col);
    return s && *s == 't';
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t db_bytea(const struct db_rows *r, int row, int col, uint8_t *buf, size_t len)
{
    const char *s = db_text(r, row, col);
    if (!s || s[0] != '\\' || s[1] != 'x')
        return 0;
    size_t n = 0;
    for (s += 2; s[0] && s[1] && n < len; s += 2)
        buf[n++] = (uint8_t)(hex_value(s[0]) * 16 + hex_value(s[1]));
    return n;
}
