/*
 * demo_copy.c - rows in COPY's text format, one buffer per table, sent when a chunk of people is complete.
 */
#include "demo_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const table_columns[] = {
#define X(id, columns) columns,
    DEMO_TABLES(X)
#undef X
};

bool demo_fail(struct demo *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(d->why, d->why_len, fmt, ap);
    va_end(ap);
    return false;
}

bool demo_sql(struct demo *d, const char *sql)
{
    PGresult *r = PQexec(d->pg, sql);
    const bool ok = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
    if (!ok)
        demo_fail(d, "%s", PQerrorMessage(d->pg));
    PQclear(r);
    return ok;
}

PGresult *demo_query(struct demo *d, const char *sql, int n, const char *const *values)
{
    PGresult *r = PQexecParams(d->pg, sql, n, NULL, values, NULL, NULL, 0);
    if (PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK)
        return r;
    demo_fail(d, "%s", PQerrorMessage(d->pg));
    PQclear(r);
    return NULL;
}

/* ------------------------------------------------------------------ writing rows */

static char *room(struct demo_rows *rows, size_t n)
{
    if (rows->len + n > rows->cap) {
        const size_t cap = (rows->cap ? rows->cap * 2 : 1 << 16) + n;
        char *text = realloc(rows->text, cap);
        if (!text)
            abort(); /* a seeding tool out of memory has nothing to save: its transaction is rolled back */
        rows->text = text;
        rows->cap = cap;
    }
    return rows->text + rows->len;
}

static void column(struct demo_rows *rows)
{
    if (rows->started) {
        *room(rows, 1) = '\t';
        rows->len++;
    }
    rows->started = true;
}

static void raw(struct demo_rows *rows, const char *s, size_t n)
{
    memcpy(room(rows, n), s, n);
    rows->len += n;
}

void put_text(struct demo_rows *rows, const char *s)
{
    column(rows);
    if (!s) {
        raw(rows, "\\N", 2);
        return;
    }
    char *to = room(rows, 2 * strlen(s));
    char *const from = to;
    for (; *s; s++) {
        if (*s == '\\' || *s == '\n' || *s == '\t' || *s == '\r')
            *to++ = '\\';
        *to++ = *s == '\n' ? 'n' : *s == '\t' ? 't' : *s == '\r' ? 'r' : *s;
    }
    rows->len += (size_t)(to - from);
}

void put_int(struct demo_rows *rows, int64_t v)
{
    char text[24];
    column(rows);
    raw(rows, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)v));
}

void put_bool(struct demo_rows *rows, bool v)
{
    column(rows);
    raw(rows, v ? "t" : "f", 1);
}

void put_time(struct demo_rows *rows, int64_t ms)
{
    char text[40];
    const time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t n = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
    n += (size_t)snprintf(text + n, sizeof text - n, ".%03d+00", (int)(ms % 1000));
    column(rows);
    raw(rows, text, n);
}

void put_bytes(struct demo_rows *rows, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    column(rows);
    raw(rows, "\\\\x", 3);
    char *to = room(rows, 2 * n);
    for (size_t i = 0; i < n; i++) {
        to[2 * i] = digits[bytes[i] >> 4];
        to[2 * i + 1] = digits[bytes[i] & 15];
    }
    rows->len += 2 * n;
}

void put_end(struct demo_rows *rows)
{
    raw(rows, "\n", 1);
    rows->started = false;
}

/* ------------------------------------------------------------------ sending them */

static bool copy_in(struct demo *d, enum demo_table table)
{
    struct demo_rows *rows = &d->rows[table];
    char sql[640];

    snprintf(sql, sizeof sql, "COPY %s FROM STDIN", table_columns[table]);
    PGresult *r = PQexec(d->pg, sql);
    bool ok = PQresultStatus(r) == PGRES_COPY_IN && PQputCopyData(d->pg, rows->text, (int)rows->len) == 1 &&
              PQputCopyEnd(d->pg, NULL) == 1;
    PQclear(r);
    while (ok && (r = PQgetResult(d->pg))) {
        ok = PQresultStatus(r) == PGRES_COMMAND_OK;
        PQclear(r);
    }
    rows->len = 0;
    return ok || demo_fail(d, "%s: %s", sql, PQerrorMessage(d->pg));
}

bool demo_flush(struct demo *d)
{
    for (enum demo_table t = 0; t < DEMO_TABLE_COUNT; t++)
        if (d->rows[t].len && !copy_in(d, t))
            return false;
    return true;
}

/* ------------------------------------------------------------------ JSON */

static void json_put(struct demo_json *j, const char *s, size_t n)
{
    if (j->len + n >= sizeof j->text - 2)
        return; /* never: the contents are short; the database would refuse half an object */
    memcpy(j->text + j->len, s, n);
    j->len += n;
}

static void json_quoted(struct demo_json *j, const char *s)
{
    json_put(j, "\"", 1);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            json_put(j, "\\", 1);
        json_put(j, *s == '\n' ? "\\n" : s, *s == '\n' ? 2 : 1);
    }
    json_put(j, "\"", 1);
}

static void json_key(struct demo_json *j, const char *key)
{
    if (j->len > 1)
        json_put(j, ",", 1);
    json_quoted(j, key);
    json_put(j, ":", 1);
}

void json_start(struct demo_json *j)
{
    j->len = 0;
    json_put(j, "{", 1);
}

void json_text(struct demo_json *j, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    json_key(j, key);
    json_quoted(j, value);
}

void json_int(struct demo_json *j, const char *key, int64_t value)
{
    char text[24];
    json_key(j, key);
    json_put(j, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)value));
}

void json_raw(struct demo_json *j, const char *key, const char *json)
{
    json_key(j, key);
    json_put(j, json, strlen(json));
}

const char *json_end(struct demo_json *j)
{
    j->text[j->len] = '}';
    j->text[j->len + 1] = '\0';
    return j->text;
}
