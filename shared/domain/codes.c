/*
 * codes.c - look-ups in the code tables; see codes.h. All by halves over arrays that the build has checked to be in
 * order.
 */
#include "codes.h"

#include "codes_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Every row of an array that is searched begins with its key. */
static int compare(const void *key, const void *row)
{
    return strcmp(key, *(const char *const *)row);
}

size_t code_tables(const struct code_table **all)
{
    *all = codes_data;
    return ncodes_data;
}

const struct code_table *code_table(const char *name)
{
    return bsearch(name, codes_data, ncodes_data, sizeof codes_data[0], compare);
}

const struct code *code_find(const struct code_table *t, const char *code)
{
    return t && code ? bsearch(code, t->rows, t->nrows, sizeof t->rows[0], compare) : NULL;
}

const struct code *code_find_name(const struct code_table *t, const char *name_zh)
{
    const struct code *former = NULL;
    for (size_t i = 0; t && i < t->nrows; i++) {
        if (strcmp(t->rows[i].name_zh, name_zh) != 0)
            continue;
        if (t->rows[i].current)
            return &t->rows[i];
        former = &t->rows[i];
    }
    return former;
}

const char *code_label(const struct code_table *t, const char *code, bool zh)
{
    const struct code *c = code_find(t, code);
    if (!c)
        return code ? code : "";
    return zh || !*c->name_en ? c->name_zh : c->name_en;
}

/* The n-th of a line's tab-separated parts. */
static bool part(const char *line, size_t n, char *buf, size_t len)
{
    while (n-- > 0) {
        line = strchr(line, '\t');
        if (!line)
            return false;
        line++;
    }
    const size_t size = strcspn(line, "\t");
    if (size >= len)
        return false;
    memcpy(buf, line, size);
    buf[size] = '\0';
    return true;
}

bool code_extra(const struct code_table *t, const struct code *c, const char *column, char *buf, size_t len)
{
    const size_t wanted = strlen(column);
    const char *at = t->columns;
    if (len == 0)
        return false;
    for (size_t n = 0; at && *at; n++) {
        const size_t size = strcspn(at, "\t");
        if (size == wanted && memcmp(at, column, size) == 0 && part(c->extra, n, buf, len))
            return true;
        at = at[size] ? at + size + 1 : NULL;
    }
    buf[0] = '\0';
    return false;
}

/* Codes such as "C01" are typed in either case. */
static bool begins(const char *s, const char *prefix)
{
    return strncasecmp(s, prefix, strlen(prefix)) == 0;
}

size_t code_search(const struct code_table *t, const char *typed, size_t skip, const struct code **hits, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; t && i < t->nrows && n < max; i++) {
        const struct code *c = &t->rows[i];
        if (!c->current || !(begins(c->code, typed) || begins(c->initials, typed) || strstr(c->name_zh, typed)))
            continue;
        if (skip > 0)
            skip--;
        else
            hits[n++] = c;
    }
    return n;
}

/* ------------------------------------------------------------------ regions */

/* Counties that a province rules itself stand under a city in name only; nobody says that name. */
static bool city_is_said(const struct code *city, const struct code *province)
{
    return city && strcmp(city->name_zh, "县") != 0 && !strstr(city->name_zh, "直辖") &&
           strcmp(city->name_zh, province->name_zh) != 0;
}

bool region_path(const char *code, char *buf, size_t len)
{
    const struct code_table *t = code_table("region");
    const struct code *own = code_find(t, code);
    if (len > 0)
        buf[0] = '\0';
    if (!own)
        return false;
    if (!own->current) { /* its name is the whole path, as it was in its time */
        snprintf(buf, len, "%s", own->name_zh);
        return true;
    }
    const char province_code[] = {code[0], code[1], '0', '0', '0', '0', '\0'};
    const char city_code[] = {code[0], code[1], code[2], code[3], '0', '0', '\0'};
    const struct code *province = code_find(t, province_code), *city = code_find(t, city_code);
    if (!province || own == province)
        snprintf(buf, len, "%s", own->name_zh);
    else if (own == city || !city_is_said(city, province))
        snprintf(buf, len, "%s%s", province->name_zh, strcmp(own->name_zh, province->name_zh) ? own->name_zh : "");
    else
        snprintf(buf, len, "%s%s%s", province->name_zh, city->name_zh, own->name_zh);
    return true;
}

/* ------------------------------------------------------------------ destination kinds (S2.1.1) */

const struct destination_kind *destination_kind(const char *code)
{
    return code ? bsearch(code, destinations_data, ndestinations_data, sizeof destinations_data[0], compare) : NULL;
}

size_t destination_kinds(const struct destination_kind **all)
{
    *all = destinations_data;
    return ndestinations_data;
}
