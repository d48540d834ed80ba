/*
 * pg_cluster.c - see pg_cluster.h.
 */
#include "pg_cluster.h"

#include "server/db/migrate.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As the cluster's user, when we are root. Arguments are ours, never a stranger's. */
static int run(const struct pg_cluster *c, const char *command)
{
    char line[1024];
    if (geteuid() == 0)
        snprintf(line, sizeof line, "cd %s && runuser -u %s -- %s", c->dir, c->user, command);
    else
        snprintf(line, sizeof line, "cd %s && %s", c->dir, command);
    return system(line);
}

static bool find_programs(struct pg_cluster *c)
{
    FILE *p =
        popen("ls -d $(pg_config --bindir 2>/dev/null) /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1", "r");
    bool found = p && fgets(c->bin, sizeof c->bin, p);
    if (p)
        pclose(p);
    c->bin[strcspn(c->bin, "\n")] = '\0';
    return found;
}

static bool make_folder(struct pg_cluster *c)
{
    snprintf(c->dir, sizeof c->dir, "/tmp/qx-pg-XXXXXX");
    snprintf(c->user, sizeof c->user, "postgres");
    if (!mkdtemp(c->dir))
        return false;
    const struct passwd *user = geteuid() == 0 ? getpwnam(c->user) : NULL;
    return geteuid() != 0 || (user && chown(c->dir, user->pw_uid, user->pw_gid) == 0 && chmod(c->dir, 0755) == 0);
}

/* A test that gives up half-way leaves no cluster behind. */
static struct pg_cluster *running;

static void stop_running(void)
{
    if (running)
        pg_cluster_stop(running);
}

bool pg_cluster_start(struct pg_cluster *c)
{
    char command[768], why[512];
    *c = (struct pg_cluster){0};
    if (!find_programs(c) || !make_folder(c)) {
        fprintf(stderr, "no PostgreSQL, or no folder for it\n");
        return false;
    }
    snprintf(command, sizeof command,
             "%s/initdb -D data -E UTF8 --locale=C.UTF-8 --lc-collate=C -A trust -U quxiang_owner >initdb.log 2>&1", c->bin);
    running = c;
    atexit(stop_running);
    bool ok = run(c, command) == 0;
    snprintf(command, sizeof command,
             "%s/pg_ctl -D data -l log -w -t 60 start -o \"-c unix_socket_directories=%s -c listen_addresses= -c "
             "max_connections=60"
             " -c shared_buffers=256MB -c max_wal_size=2GB\" >start.log 2>&1",
             c->bin, c->dir);
    ok = ok && run(c, command) == 0;
    snprintf(c->owner, sizeof c->owner, "host=%s user=quxiang_owner dbname=postgres", c->dir);
    snprintf(c->server, sizeof c->server, "host=%s user=quxiang_server dbname=postgres", c->dir);
    if (ok && !migrate(c->owner, why, sizeof why)) {
        fprintf(stderr, "migrate: %s\n", why);
        ok = false;
    }
    if (!ok)
        pg_cluster_stop(c);
    return ok;
}

void pg_cluster_stop(struct pg_cluster *c)
{
    char command[512];
    running = NULL;
    snprintf(command, sizeof command, "%s/pg_ctl -D data -m immediate -w stop >stop.log 2>&1", c->bin);
    if (run(c, command) != 0)
        fprintf(stderr, "the cluster in %s did not stop\n", c->dir);
    snprintf(command, sizeof command, "rm -rf %s", c->dir);
    if (strncmp(c->dir, "/tmp/qx-pg-", 11) == 0 && system(command) != 0)
        fprintf(stderr, "%s is left\n", c->dir);
}

PGconn *pg_connect(const char *conninfo)
{
    PGconn *pg = PQconnectdb(conninfo);
    if (PQstatus(pg) == CONNECTION_OK)
        return pg;
    fprintf(stderr, "%s", PQerrorMessage(pg));
    exit(EXIT_FAILURE);
}

PGresult *pg_exec(PGconn *pg, const char *sql, int n, const char *const *values)
{
    PGresult *r = PQexecParams(pg, sql, n, NULL, values, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(r);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return r;
    fprintf(stderr, "%s\n%s", sql, PQerrorMessage(pg));
    exit(EXIT_FAILURE);
}

void pg_do(PGconn *pg, const char *sql)
{
    PGresult *r = PQexec(pg, sql);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        fprintf(stderr, "%s\n%s", sql, PQerrorMessage(pg));
        exit(EXIT_FAILURE);
    }
    PQclear(r);
}

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = calloc(1, 65536);
    if (!f || !text || fread(text, 1, 65535, f) == 0) {
        fprintf(stderr, "%s can't be read\n", path);
        exit(EXIT_FAILURE);
    }
    fclose(f);
    return text;
}

int pg_invariants(PGconn *pg)
{
    char path[512];
    snprintf(path, sizeof path, QX_SOURCE "/tests/server/invariants.sql");
    char *sql = read_file(path);
    PGresult *r = pg_exec(pg, sql, 0, NULL);
    int broken = 0;
    for (int row = 0; row < PQntuples(r); row++) {
        if (strcmp(PQgetvalue(r, row, 1), "0") == 0)
            continue;
        fprintf(stderr, "broken: %s: %s times\n", PQgetvalue(r, row, 0), PQgetvalue(r, row, 1));
        broken++;
    }
    broken += PQntuples(r) == 0;
    PQclear(r);
    free(sql);
    return broken;
}
