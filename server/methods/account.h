/*
 * account.h - what the account_*.c files share.
 */
#ifndef QX_ACCOUNT_H
#define QX_ACCOUNT_H

#include "../server.h"

/* S1.4.1: does `manager` manage accounts of this role at all; and those of this school or province. */
bool account_below(enum qx_role manager, enum qx_role);
bool account_reaches(const struct session *, const char *own_province, const char *school, const char *province);

/*
 * S1.4.4: the roster's departments (rows of account_departments) and a name as typed. Matched to the letter: `id` is
 * its id as text. No roster yet: unmatched, `id` NULL. Else refused and answered with the nearest names: false.
 */
bool account_department(struct req *, const struct db_rows *departments, const char *name, const char **id);

void account_create(struct req *);
void account_update(struct req *);
void account_remove(struct req *);
void account_keys(struct req *);
void account_key_add(struct req *);
void account_key_remove(struct req *);

#endif
