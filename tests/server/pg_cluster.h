/*
 * pg_cluster.h - a private PostgreSQL for one test program: made in a folder of its own, on a Unix socket there, as an
 * unprivileged user when the test runs as root; migrated; gone at the end.
 */
#ifndef QX_PG_CLUSTER_H
#define QX_PG_CLUSTER_H

#include <libpq-fe.h>
#include <stdbool.h>

struct pg_cluster {
    char dir[64], bin[256], user[32];
    char owner[256], server[256]; /* conninfo: of the owner, and of the role that the server has */
};

/* Starts it and brings the schema up; false: told on stderr, nothing is left. */
bool pg_cluster_start(struct pg_cluster *);
void pg_cluster_stop(struct pg_cluster *);
/* A blocking connection; ends the program when there is none. */
PGconn *pg_connect(const char *conninfo);
/* Runs it; ends the program when it fails. The caller clears the result. */
PGresult *pg_exec(PGconn *, const char *sql, int n, const char *const *values);
void pg_do(PGconn *, const char *sql);
/* Runs invariants.sql (beside the test); answers how many rules are broken, told on stderr. */
int pg_invariants(PGconn *);

#endif
