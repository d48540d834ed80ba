/*
 * change.h - a changing call that isn't an act on a record (accounts): once per request id, whatever breaks.
 *
 * change_start() looks the request id up in the request log, behind the check of the caller's rights: a call that was
 * carried out before gets its first answer, the same id with other parameters is `invalid`. Else `go` is called, does
 * its checks, and hands the effect to change_apply(). The effect and its row in the log are one transaction, written by
 * one statement; a database connection that breaks under it is asked again from the start, so that nothing is done
 * twice.
 *
 * The effect's statement takes first, always: $1 account_school, $2 account id, $3 account version, $4 request id,
 * $5 params hash, $6 session id, $7 address; then its own parameters. It does nothing unless the account still has that
 * version (its rights may have changed), inserts the request row itself, and answers one row with the column `answer`
 * (JSON). No row: somebody was faster, or a guard of the statement held; then `refused` finds out and answers.
 */
#ifndef QX_CHANGE_H
#define QX_CHANGE_H

#include "../server.h"

struct change {
    void (*go)(struct req *);
    req_rows refused;
    void (*extra)(struct req *, struct pack *,
                  uint32_t *members); /* what the stored answer may not hold; NULL: nothing */
    const char *request_id;
    char hash[80]; /* bytea text */
    char account[24], version[24], session[24];
};

/* What tells this call from another under the same request id. */
void change_hash(const struct req *, uint8_t hash[32]);
/* `change` lives in the request's arena, as the first member of the handler's state. */
void change_start(struct req *, void (*go)(struct req *));
enum { CHANGE_VALUES = 7 };
/* `before`: a statement without rows of interest that locks what the effect reads; NULL: none. It gets the first
 * `nbefore` of `values`. */
void change_apply(struct req *, const char *before, int nbefore, const char *statement, int n,
                  const char *const *values, req_rows refused);
/* {outcome, …}: the answer {outcome: invalid, fields: [{field, error}]} */
void answer_field(struct req *, const char *field, const char *error);

#endif
