/*
 * rows.c - database rows to wire maps by declaration.
 */
#include "rows.h"

#include "../../shared/domain/forms.h"
#include "../../shared/text/text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct value_decl *result_members(const struct req *req, const char *name)
{
    for (const struct value_decl *d = req->method->result; d->name; d++)
        if (strcmp(d->name, name) == 0)
            return d->of;
    return NULL;
}

static bool hidden(const struct req *req, const struct value_decl *d)
{
    return d->module != MODULE_EMPLOYMENT && req->session.actor.role != ROLE_GRADUATE &&
           req->session.actor.rights[d->module] == RIGHT_NONE;
}

void row_plan(struct row_plan *plan, const struct req *req, const struct value_decl *members,
              const struct db_rows *rows)
{
    row_plan_prefixed(plan, req, members, rows, "");
}

void row_plan_prefixed(struct row_plan *plan, const struct req *req, const struct value_decl *members,
                       const struct db_rows *rows, const char *prefix)
{
    plan->n = 0;
    plan->unmasked = false;
    for (const struct value_decl *d = members; d && d->name && plan->n < ROW_MEMBERS_MAX; d++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s", prefix, d->name);
        const int col = db_col(rows, name);
        if (col < 0 || hidden(req, d))
            continue;
        plan->members[plan->n].decl = d;
        plan->members[plan->n++].col = col;
    }
}

void row_time(char *buf, size_t len, const char *text)
{
    /* Connections speak Asia/Shanghai; the wire wants milliseconds and the offset with its minutes. */
    const char *zone = strrchr(text, '+');
    int ms = 0;
    if (zone && strlen(text) > 19 && text[19] == '.')
        for (int i = 1; i <= 3; i++)
            ms = ms * 10 + (text + 19 + i < zone ? text[19 + i] - '0' : 0);
    if (zone && strlen(text) > 19)
        snprintf(buf, len, "%.10sT%.8s.%03d%.3s:00", text, text + 11, ms, zone);
    else
        snprintf(buf, len, "%s", text);
}

static void pack_masked(struct pack *p, const char *text, int mask)
{
    char buf[256];
    const size_t n = text_mask(buf, sizeof buf, text, mask);
    pack_strn(p, buf, n);
}

/* A stored map whose members are declared: those with a mask are masked, the others go out as they are (X1.5). */
static bool pack_json_masked(struct pack *p, const char *text, size_t len, const struct value_decl *members)
{
    json_t *map = json_loadb(text, len, 0, NULL);
    for (const struct value_decl *d = members; json_is_object(map) && d->name; d++) {
        const char *value = d->mask == MASK_NONE ? NULL : json_string_value(json_object_get(map, d->name));
        char masked[256];
        if (!value)
            continue;
        const size_t n = text_mask(masked, sizeof masked, value, d->mask);
        json_object_set_new(map, d->name, json_stringn(masked, n));
    }
    char *out = map ? json_dumps(map, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    const bool ok = out && pack_json(p, out, strlen(out));
    free(out);
    json_decref(map);
    return ok;
}

static void pack_value(struct pack *p, const struct value_decl *d, const struct db_rows *rows, int row, int col,
                       bool bare)
{
    const char *text = db_text(rows, row, col);
    const size_t len = db_length(rows, row, col);
    char buf[64];
    switch (text ? d->type : V_BIN) {
    case V_INT:
        pack_int(p, db_int(rows, row, col));
        return;
    case V_BOOL:
        pack_bool(p, db_bool(rows, row, col));
        return;
    case V_TIME:
        row_time(buf, sizeof buf, text);
        pack_str(p, buf);
        return;
    case V_MAP:
    case V_ARRAY:
        if (!(d->of && d->type == V_MAP && !bare ? pack_json_masked(p, text, len, d->of) : pack_json(p, text, len)))
            pack_nil(p);
        return;
    case V_BIN:
        pack_strn(p, text ? text : "", text ? len : 0);
        return;
    default:
        if (d->mask != MASK_NONE && !bare)
            pack_masked(p, text, d->mask);
        else
            pack_strn(p, text, len);
    }
}

uint32_t row_pack(struct pack *p, const struct row_plan *plan, const struct db_rows *rows, int row)
{
    uint32_t n = 0;
    for (size_t i = 0; i < plan->n; i++) {
        const struct value_decl *d = plan->members[i].decl;
        const int col = plan->members[i].col;
        if (!db_text(rows, row, col) && d->optional)
            continue;
        pack_key(p, d->name);
        pack_value(p, d, rows, row, col, plan->unmasked);
        n++;
    }
    return n;
}

void row_pack_map(struct pack *p, const char *key, const struct row_plan *plan, const struct db_rows *rows, int row)
{
    pack_key(p, key);
    const size_t mark = pack_map_open(p);
    pack_map_close(p, mark, row_pack(p, plan, rows, row));
}

void rows_pack(struct pack *p, const struct req *req, const struct value_decl *members, const struct db_rows *rows)
{
    struct row_plan plan;
    row_plan(&plan, req, members, rows);
    pack_array(p, (size_t)db_nrows(rows));
    for (int row = 0; row < db_nrows(rows); row++) {
        const size_t mark = pack_map_open(p);
        pack_map_close(p, mark, row_pack(p, &plan, rows, row));
    }
}

const char *row_text(const struct db_rows *rows, int row, const char *column)
{
    const int col = db_col(rows, column);
    return col < 0 ? NULL : db_text(rows, row, col);
}

int64_t row_int(const struct db_rows *rows, int row, const char *column)
{
    const int col = db_col(rows, column);
    return col < 0 ? 0 : db_int(rows, row, col);
}

bool row_bool(const struct db_rows *rows, int row, const char *column)
{
    const int col = db_col(rows, column);
    return col >= 0 && db_bool(rows, row, col);
}
