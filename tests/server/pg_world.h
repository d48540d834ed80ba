/*
 * pg_world.h - the mem store's world (tests/flow) as rows of a real database, and the way back: what each act needs
 * filled in and attached beforehand, and every graduate compared fact by fact.
 */
#ifndef QX_PG_WORLD_H
#define QX_PG_WORLD_H

#include "pg_cluster.h"
#include "server/workflow/workflow.h"
#include "tests/flow/mem_store.h"

/* Everybody of the store, with the store's ids; the database's now() becomes a clock that pg_world_clock() moves. */
void pg_world_seed(PGconn *, struct mem_store *);
/* Conninfo of the server's role under that clock. */
void pg_world_conninfo(char *buf, size_t len, const struct pg_cluster *);
void pg_world_clock(PGconn *, int64_t ms);
void pg_world_season(PGconn *, const struct mem_school *);
void pg_world_account(PGconn *, const struct mem_account *);
void pg_world_bar(PGconn *, int64_t graduate_id, bool barred);
void pg_world_pass_on(PGconn *, const char *uuid);
int pg_world_in_process(PGconn *, const char *school_code);

/* Content of a form as JSON, complete or with one problem; `token` stands in a field that the ledger shows. malloc'd.
 */
char *pg_content(const struct form *, uint64_t token, bool complete);

/*
 * What the act takes: `text` owns its strings. Drafts and evidence that it finds are put down by pg_world_prepare(), if
 * the act needs any (`needs`).
 */
struct pg_act {
    struct act act;
    bool needs;
    char uuid[MEM_UUID], request_id[MEM_UUID], kind[8];
    char *content;
};
void pg_act_make(struct pg_act *, struct mem_store *, const struct mem_act *);
void pg_act_free(struct pg_act *);
void pg_world_prepare(PGconn *, struct mem_store *, const struct mem_act *);

/* Differences between the graduate here and there, told on `err`. */
int pg_world_compare(PGconn *, struct mem_store *, int64_t graduate_id, FILE *err);

#endif
