/*
 * account_fields.h - the parameters of account.create and account.update, checked as far as they go by themselves
 * (S1.4.5).
 */
#ifndef QX_ACCOUNT_FIELDS_H
#define QX_ACCOUNT_FIELDS_H

#include "../server.h"

enum { ACCOUNT_TEXTS = 7, PASSWORD_MIN = 8, PASSWORD_MAX = 128 };
extern const char
    *const account_texts[ACCOUNT_TEXTS]; /* name, title, email, mobile, phone, fax, qq: the statements' order */

struct account_fields {
    const char *texts[ACCOUNT_TEXTS]; /* NULL: not said */
    int rights[MODULE_COUNT];         /* -1: not said */
    int scope;                        /* -1: not said */
    const char *password, *department;
};

/* NULL: understood; else the name of the parameter that is wrong. */
const char *account_fields_read(struct req *, struct account_fields *);
bool user_name_ok(const char *); /* 2 to 32 of a-z, 0-9, '.', '_', '-', beginning with a letter, not like a person's */

/* S1.4.3: nobody grants a right they don't hold, or a scope wider than their own. What the target has already is no
 * grant. */
struct account_grant {
    int rights[MODULE_COUNT], scope; /* as they are now; 0 for a new account, scope -1 */
};
bool grant_allowed(const struct session *, const struct account_fields *, const struct account_grant *before);
/* S1.4.3: does the caller hold all that this account holds? Whoever doesn't, sets no password for it, disables, removes
 * or moves it: each would take over, or away, more than the caller has. */
bool grant_covers(const struct session *, const struct account_grant *of);

/* The names most like `name`, best first, by edit distance in characters: at most `max` indices; answers how many. */
size_t nearest_names(const char *name, const char *const *names, size_t n, size_t *out, size_t max);

#endif
