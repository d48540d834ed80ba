/*
 * array.c - array literals for unnest(), as PostgreSQL's text input has them.
 */
#include "db.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(struct db_array *a, const char *s, size_t len)
{
    if (a->len + len + 2 > a->cap) {
        a->cap = (a->len + len + 2) * 2;
        a->text = realloc(a->text, a->cap);
        if (!a->text)
            abort();
    }
    memcpy(a->text + a->len, s, len);
    a->len += len;
}

static void element(struct db_array *a, const char *s)
{
    if (a->n++)
        put(a, ",", 1);
    put(a, s, strlen(s));
}

void db_array_start(struct db_array *a)
{
    a->len = a->n = 0;
    put(a, "{", 1);
}

void db_array_text(struct db_array *a, const char *value)
{
    if (!value) {
        db_array_null(a);
        return;
    }
    element(a, "\"");
    for (const char *s = value; *s;) {
        size_t plain = strcspn(s, "\"\\");
        put(a, s, plain);
        s += plain;
        if (*s) {
            put(a, "\\", 1);
            put(a, s++, 1);
        }
    }
    put(a, "\"", 1);
}

void db_array_int(struct db_array *a, int64_t value)
{
    char buf[24];
    snprintf(buf, sizeof buf, "%" PRId64, value);
    element(a, buf);
}

void db_array_bool(struct db_array *a, bool value)
{
    element(a, value ? "t" : "f");
}

void db_array_null(struct db_array *a)
{
    element(a, "NULL");
}

const char *db_array_end(struct db_array *a)
{
    put(a, "}", 1);
    a->text[a->len] = '\0';
    return a->text;
}

void db_array_free(struct db_array *a)
{
    free(a->text);
    *a = (struct db_array){0};
}
