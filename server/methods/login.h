/*
 * login.h - every way to log in goes through here: find the account, check what proves it, make the session. Each
 * attempt, good or bad, leaves a row in the audit log. Lock-out is per (user as typed, address) with a delay that
 * doubles. Where a password is asked for, the activation code of an account without one does too; the
 * session it makes must set a password before all else.
 */
#ifndef QX_LOGIN_H
#define QX_LOGIN_H

#include "../server.h"

enum login_way { LOGIN_PASSWORD, LOGIN_KEY, LOGIN_ACTIVATION };

struct login {
    enum login_way way;
    const char *user, *secret; /* password, fingerprint or activation code; in the request's arena */
    const char *new_password;  /* with an activation code */
    const char *address;       /* the client's */
    bool gateway;              /* answers {outcome, token} and changes no session; never for support and operator */
    bool ask_only;             /* a key: may it log in at all? */
};

/* Answers the request. */
void login_start(struct req *, const struct login *);
/*
 * The lock-out: an attempt is taken before its secret is looked at, so that guesses side by side all count. Adds two
 * statements, the segment's first; login_taken() answers 0, or for how many seconds nothing more is taken. Whoever
 * proves right deletes the row.
 */
void login_take(struct db_segment *, const char *user_key, const char *address);
int login_taken(const struct db_result *);
/* 8 to 128 characters. */
bool password_fits(const char *);

#endif
