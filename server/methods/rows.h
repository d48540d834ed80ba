/*
 * rows.h - database rows to wire maps, driven by the declaration of the map's members (methods.h, `of`): a member is
 * read from the column of its name, written by its type, masked by its mask (X1.5), left out without the right on its
 * module (S1.4.2) or when it is NULL and optional. Members that no column carries are the handler's to write.
 */
#ifndef QX_ROWS_H
#define QX_ROWS_H

#include "../server.h"

enum { ROW_MEMBERS_MAX = 32 };

struct row_plan {
    size_t n;
    bool unmasked; /* of the owner's own editing, never of a list */
    struct {
        const struct value_decl *decl;
        int col;
    } members[ROW_MEMBERS_MAX];
};

/* The declared members of the result's `name`; never NULL for a name that the declaration has. */
const struct value_decl *result_members(const struct req *, const char *name);
/* Which columns carry which members; made once for many rows. */
void row_plan(struct row_plan *, const struct req *, const struct value_decl *members, const struct db_rows *);
/* The same, of columns whose names begin with `prefix`. */
void row_plan_prefixed(struct row_plan *, const struct req *, const struct value_decl *members, const struct db_rows *,
                       const char *prefix);
/* One row's planned columns as a map member: {key: {…}}. */
void row_pack_map(struct pack *, const char *key, const struct row_plan *, const struct db_rows *, int row);
/* The planned members of one row into an open map; answers how many. */
uint32_t row_pack(struct pack *, const struct row_plan *, const struct db_rows *, int row);
/* All rows as an array of maps: for rows without members of the handler's own. */
void rows_pack(struct pack *, const struct req *, const struct value_decl *members, const struct db_rows *);
/* PostgreSQL's timestamptz text ("2026-06-30 15:59:15.123456+08") as the wire has it; buf: 40 bytes. */
void row_time(char *buf, size_t len, const char *text);
/* A column's text by name; NULL for NULL or no such column. */
const char *row_text(const struct db_rows *, int row, const char *column);
int64_t row_int(const struct db_rows *, int row, const char *column);
bool row_bool(const struct db_rows *, int row, const char *column);

#endif
