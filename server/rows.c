/*
 * rows.c - pack_rows(): what a row's columns become on the wire when the handler has nothing to say about it
 * (server.h). The safe side is the default: a column with a personal name is masked unless the handler says that the
 * numbers may be seen.
 */
#include "server.h"

#include "../shared/domain/forms.h"
#include "../shared/text/text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OID_BOOL = 16,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_BYTEA = 17,
    OID_JSON = 114,
    OID_TIMESTAMPTZ = 1184,
    OID_JSONB = 3802
};

static const struct {
    const char *name;
    enum mask mask;
} personal[] = {{"identity_no", MASK_IDENTITY}, {"mobile", MASK_PHONE}, {"phone", MASK_PHONE}, {"email", MASK_EMAIL}};

static enum mask personal_mask(const char *name)
{
    for (size_t i = 0; i < sizeof personal / sizeof *personal; i++)
        if (strcmp(personal[i].name, name) == 0)
            return personal[i].mask;
    return MASK_NONE;
}

/* The declaration of a member: of the result itself, or of the rows of one of its arrays. */
static const struct value_decl *declared(const struct method *m, const char *name)
{
    for (const struct value_decl *d = m ? m->result : NULL; d && d->name; d++) {
        if (strcmp(d->name, name) == 0)
            return d;
        for (const struct value_decl *of = d->of; of && of->name; of++)
            if (strcmp(of->name, name) == 0)
                return of;
    }
    return NULL;
}

static enum mask mask_of(const struct req *req, const char *name)
{
    const struct value_decl *d = declared(req->method, name);
    if (req->unmasked)
        return MASK_NONE;
    return d && d->mask ? (enum mask)d->mask : personal_mask(name);
}

/* S1.4.2: without `read` on its module a member isn't there. Graduates and employers have no modules. */
static bool hidden(const struct req *req, const char *name)
{
    const struct value_decl *d = declared(req->method, name);
    const struct flow_actor *a = &req->session.actor;
    return d && d->module != MODULE_EMPLOYMENT && (1u << a->role) & (R_MANAGER | R(SUPPORT)) &&
           a->rights[d->module] < RIGHT_READ;
}

static void pack_text(struct pack *p, const char *s, size_t len, enum mask mask)
{
    char masked[512];
    if (mask == MASK_NONE)
        pack_strn(p, s, len);
    else
        pack_strn(p, masked, text_mask(masked, sizeof masked, s, (int)mask));
}

static void pack_json_value(struct pack *p, const struct req *req, const json_t *v, enum mask mask)
{
    const char *key;
    json_t *member;
    size_t i;
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        pack_map(p, json_object_size(v));
        json_object_foreach((json_t *)(uintptr_t)v, key, member)
        {
            pack_key(p, key);
            pack_json_value(p, req, member, mask_of(req, key));
        }
        break;
    case JSON_ARRAY:
        pack_array(p, json_array_size(v));
        json_array_foreach(v, i, member) pack_json_value(p, req, member, mask);
        break;
    case JSON_STRING:
        pack_text(p, json_string_value(v), json_string_length(v), mask);
        break;
    case JSON_INTEGER:
        pack_int(p, json_integer_value(v));
        break;
    case JSON_REAL:
        pack_int(p, (int64_t)json_real_value(v));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        pack_bool(p, json_is_true(v));
        break;
    default:
        pack_nil(p);
    }
}

static void pack_json_text(struct pack *p, const struct req *req, const char *s, size_t len)
{
    json_t *v = json_loadb(s, len, JSON_DECODE_ANY, NULL);
    if (v)
        pack_json_value(p, req, v, MASK_NONE);
    else
        pack_nil(p);
    json_decref(v);
}

/* "2026-06-30 15:59:15.123456+08" -> "2026-06-30T15:59:15.123+08:00" (the connection's time zone is Asia/Shanghai). */
static void pack_time(struct pack *p, const char *s)
{
    char buf[64];
    long ms = 0;
    const char *dot = strchr(s, '.');
    if (dot) {
        char digits[4] = "000";
        for (int i = 0; i < 3 && dot[1 + i] >= '0' && dot[1 + i] <= '9'; i++)
            digits[i] = dot[1 + i];
        ms = strtol(digits, NULL, 10);
    }
    snprintf(buf, sizeof buf, "%.10sT%.8s.%03ld+08:00", s, strlen(s) > 11 ? s + 11 : "00:00:00", ms);
    pack_str(p, buf);
}

static bool is_id(const char *name)
{
    size_t len = strlen(name);
    return strcmp(name, "id") == 0 || (len > 3 && strcmp(name + len - 3, "_id") == 0);
}

static void pack_cell(struct pack *p, const struct req *req, const struct db_rows *r, int row, int col)
{
    const char *s = db_text(r, row, col), *name = db_col_name(r, col), *school;
    size_t len = db_length(r, row, col);
    char id[40];
    switch (db_col_type(r, col)) {
    case OID_BOOL:
        pack_bool(p, db_bool(r, row, col));
        return;
    case OID_INT8:
        if (is_id(name)) {
            school = db_text(r, row, db_col(r, "school_code"));
            id_format(id, sizeof id, school ? school : req->session.actor.school_code, db_int(r, row, col));
            pack_str(p, id);
            return;
        }
        pack_int(p, db_int(r, row, col));
        return;
    case OID_INT2:
    case OID_INT4:
        pack_int(p, db_int(r, row, col));
        return;
    case OID_JSON:
    case OID_JSONB:
        pack_json_text(p, req, s, len);
        return;
    case OID_TIMESTAMPTZ:
        pack_time(p, s);
        return;
    case OID_BYTEA: {
        uint8_t *bytes = malloc(len / 2 + 1);
        if (!bytes)
            abort();
        pack_bin(p, bytes, db_bytea(r, row, col, bytes, len / 2));
        free(bytes);
        return;
    }
    default:
        pack_text(p, s, len, mask_of(req, name));
    }
}

void pack_row_members(struct pack *p, const struct req *req, const struct db_rows *r, int row, uint32_t *count)
{
    for (int col = 0; col < db_ncols(r); col++) {
        const char *name = db_col_name(r, col);
        if (!db_text(r, row, col) || strcmp(name, "school_code") == 0 || hidden(req, name))
            continue;
        pack_key(p, name);
        pack_cell(p, req, r, row, col);
        ++*count;
    }
}

void pack_rows(struct pack *p, const struct req *req, const struct db_rows *r)
{
    pack_array(p, (size_t)db_nrows(r));
    for (int row = 0; row < db_nrows(r); row++) {
        uint32_t n = 0;
        size_t mark = pack_map_open(p);
        pack_row_members(p, req, r, row, &n);
        pack_map_close(p, mark, n);
    }
}
