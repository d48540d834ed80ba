/*
 * embedded.c - see embedded.h. In DIR: lock (flock: one owner), pg/ (the cluster), pg.log, and run/ for its socket
 * unless the path would be too long for one.
 *
 * initdb works in pg.making/, renamed when it is complete, so that a start killed half-way leaves nothing half-made.
 * The settings file is written anew before every start of the postmaster; an adopted one keeps what it was started
 * with.
 */
#include "embedded.h"

#include "../log.h"
#include "cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_SECONDS 60
#define SOCKET_NAME_LENGTH 20 /* "/.s.PGSQL.5432" and its ".lock" */

struct embedded {
    char *dir, *data, *log, *socket_dir, *owner_conninfo, *server_conninfo;
    char bin[256];
    int lock;                /* -1: attached to a cluster that another process owns */
    pid_t postmaster, child; /* child: started by this process, to be reaped */
    int64_t spawned_at;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static char *format(const char *fmt, const char *a, const char *b)
{
    char *s;
    if (asprintf(&s, fmt, a, b) < 0)
        abort();
    return s;
}

static void release(struct embedded *e)
{
    if (e->lock >= 0)
        close(e->lock);
    free(e->dir);
    free(e->data);
    free(e->log);
    free(e->socket_dir);
    free(e->owner_conninfo);
    free(e->server_conninfo);
    free(e);
}

/* ------------------------------------------------------------------ folder, lock, socket */

static bool take_lock(struct embedded *e, char *why, size_t len)
{
    char *path = format("%s/lock", e->dir, "");
    e->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    if (e->lock >= 0 && flock(e->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    snprintf(why, len, errno == EWOULDBLOCK ? "%s belongs to another running quxiangd" : "cannot lock %s", e->dir);
    return false;
}

static bool private_dir(const char *path)
{
    struct stat st;
    if (mkdir(path, 0700) && errno != EEXIST)
        return false;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

/* A socket's path has 107 bytes at most: DIR/run, or a short private folder named by the data folder's inode. */
static bool choose_socket_dir(struct embedded *e, char *why, size_t len)
{
    struct stat st;
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    size_t room = sizeof((struct sockaddr_un *)NULL)->sun_path - 1;
    e->socket_dir = format("%s/run", e->dir, "");
    if (strlen(e->socket_dir) + SOCKET_NAME_LENGTH > room && stat(e->dir, &st) == 0) {
        char name[64];
        snprintf(name, sizeof name, "quxiang-%u-%lx", (unsigned)geteuid(), (unsigned long)st.st_ino);
        free(e->socket_dir);
        e->socket_dir = format("%s/%s", runtime && strlen(runtime) < 40 ? runtime : "/tmp", name);
    }
    if (private_dir(e->socket_dir))
        return true;
    snprintf(why, len, "cannot have %s as a private folder for the database's socket: %s", e->socket_dir,
             strerror(errno));
    return false;
}

/* ------------------------------------------------------------------ the cluster's files */

static bool write_file(const char *dir, const char *name, const char *text)
{
    char *path = format("%s/%s", dir, name);
    FILE *f = fopen(path, "we");
    bool ok = f && fputs(text, f) >= 0;
    ok = f && fclose(f) == 0 && ok;
    free(path);
    return ok;
}

static bool write_settings(const struct embedded *e)
{
    char *text = format("# written by quxiangd at every start\n"
                        "listen_addresses = ''\n"
                        "unix_socket_directories = '%s'\n"
                        "unix_socket_permissions = 0700\n"
                        "max_connections = 120\n"
                        "shared_buffers = 256MB\n"
                        "max_wal_size = 4GB\n"
                        "checkpoint_timeout = 15min\n"
                        "jit = off\n"
                        "timezone = 'Asia/Shanghai'\n"
                        "# no personal value in PostgreSQL's log: no parameters, and no DETAIL lines, which show keys\n"
                        "log_parameter_max_length = 0\n"
                        "log_parameter_max_length_on_error = 0\n"
                        "log_error_verbosity = terse\n"
                        "log_line_prefix = '%%m [%%p] '\n",
                        e->socket_dir, "");
    bool ok = write_file(e->data, "quxiang.conf", text);
    free(text);
    return ok;
}

/* Our user, by the socket's peer credentials, is both roles, and the superuser who makes them. */
static bool write_access(const char *data)
{
    const struct passwd *pw = getpwuid(geteuid());
    if (!pw)
        return false;
    char *text = format("quxiang %s quxiang_owner\nquxiang %s quxiang_server\n", pw->pw_name, pw->pw_name);
    char *all = format("%squxiang %s postgres\n", text, pw->pw_name);
    bool ok =
        write_file(data, "pg_ident.conf", all) && write_file(data, "pg_hba.conf", "local all all peer map=quxiang\n");
    free(text);
    free(all);
    char *path = format("%s/postgresql.conf", data, "");
    FILE *f = fopen(path, "ae");
    ok = f && fputs("\ninclude = 'quxiang.conf'\n", f) >= 0 && ok;
    ok = f && fclose(f) == 0 && ok;
    free(path);
    return ok;
}

static bool make_cluster(struct embedded *e, char *why, size_t len)
{
    struct stat st;
    char *version = format("%s/PG_VERSION", e->data, "");
    bool there = stat(version, &st) == 0;
    free(version);
    if (there)
        return true;
    char *making = format("%s/pg.making", e->dir, ""), *initdb = format("%s/initdb", e->bin, "");
    const char *const clean[] = {"/bin/rm", "-rf", making, NULL};
    /* the order of bytes is that of the characters; only "C" itself compares them without asking the C library */
    const char *const make[] = {initdb, "-D", making, "-E", "UTF8",     "--locale=C.UTF-8",  "--lc-collate=C",
                                "-k",   "-A", "peer", "-U", "postgres", "--no-instructions", NULL};
    cluster_run(clean, e->log);
    log_line("info", "event=initdb data=\"%s\"", e->data);
    bool ok = cluster_run(make, e->log) == 0 && write_access(making) && rename(making, e->data) == 0;
    if (!ok)
        snprintf(why, len, "initdb in %s failed; see %s", making, e->log);
    free(making);
    free(initdb);
    return ok;
}

/* ------------------------------------------------------------------ the postmaster */

/* An adopted postmaster's socket is where its lock file says (5th line), wherever we would put it today. */
static void adopt_socket_dir(struct embedded *e)
{
    char *path = format("%s/postmaster.pid", e->data, ""), line[PATH_MAX] = "";
    FILE *f = fopen(path, "re");
    free(path);
    for (int i = 0; f && i < 5; i++)
        if (!fgets(line, sizeof line, f))
            line[0] = '\0';
    if (f)
        fclose(f);
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '/') {
        free(e->socket_dir);
        e->socket_dir = strdup(line);
    }
}

static bool spawn(struct embedded *e)
{
    cluster_remove_stale_lock(e->data, e->socket_dir);
    e->spawned_at = now_ms();
    e->child = write_settings(e) ? cluster_spawn(e->bin, e->data, e->log) : 0;
    return e->child != 0;
}

static void reap(struct embedded *e)
{
    if (e->child && waitpid(e->child, NULL, WNOHANG) == e->child)
        e->child = 0;
}

/* Wait until it takes connections. A postmaster that is just going down is waited for, then a new one started. */
static PGconn *wait_ready(struct embedded *e, char *why, size_t len)
{
    char *conninfo = format("host=%s dbname=postgres user=postgres connect_timeout=2", e->socket_dir, "");
    PGconn *pg = NULL;
    for (int64_t end = now_ms() + START_SECONDS * 1000; now_ms() < end;) {
        reap(e);
        pg = PQconnectdb(conninfo);
        if (PQstatus(pg) == CONNECTION_OK)
            break;
        snprintf(why, len, "the database doesn't start: %s (see %s)", PQerrorMessage(pg), e->log);
        PQfinish(pg);
        pg = NULL;
        if (!e->child && !cluster_postmaster(e->data) && now_ms() - e->spawned_at > 300)
            spawn(e);
        pause_ms(50);
    }
    free(conninfo);
    e->postmaster = cluster_postmaster(e->data);
    return pg;
}

static bool make_roles(PGconn *pg, char *why, size_t len)
{
    static const char *const commands[] = {
        "DO $$ BEGIN"
        " IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quxiang_owner') THEN CREATE ROLE quxiang_owner LOGIN; "
        "END IF;"
        " IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quxiang_server') THEN CREATE ROLE quxiang_server LOGIN; "
        "END IF;"
        " END $$",
        "SELECT 1 FROM pg_database WHERE datname = 'quxiang'",
        "CREATE DATABASE quxiang OWNER quxiang_owner",
    };
    bool there = false, ok = true;
    for (size_t i = 0; ok && !there && i < sizeof commands / sizeof *commands; i++) {
        PGresult *res = PQexec(pg, commands[i]);
        ok = PQresultStatus(res) == PGRES_COMMAND_OK || PQresultStatus(res) == PGRES_TUPLES_OK;
        there = PQntuples(res) == 1;
        PQclear(res);
    }
    if (!ok)
        snprintf(why, len, "cannot make the database: %s", PQerrorMessage(pg));
    return ok;
}

static bool start(struct embedded *e, const char *dir, char *why, size_t len)
{
    e->dir = strdup(dir);
    e->data = format("%s/pg", dir, "");
    e->log = format("%s/pg.log", dir, "");
    if (!cluster_find_binaries(e->bin, sizeof e->bin)) {
        snprintf(why, len, "no PostgreSQL of version 15 or newer under /usr/lib/postgresql");
        return false;
    }
    if (!take_lock(e, why, len) || !choose_socket_dir(e, why, len) || !make_cluster(e, why, len))
        return false;
    e->postmaster = cluster_postmaster(e->data);
    if (e->postmaster) {
        adopt_socket_dir(e);
        log_line("info", "event=cluster_adopted postmaster=%ld", (long)e->postmaster);
    } else if (!spawn(e)) {
        snprintf(why, len, "cannot start the database: %s", strerror(errno));
        return false;
    }
    PGconn *pg = wait_ready(e, why, len);
    bool ok = pg && make_roles(pg, why, len);
    PQfinish(pg);
    return ok;
}

static struct embedded *with_conninfos(struct embedded *e)
{
    e->owner_conninfo = format("host=%s dbname=quxiang user=quxiang_owner", e->socket_dir, "");
    e->server_conninfo = format("host=%s dbname=quxiang user=quxiang_server", e->socket_dir, "");
    return e;
}

static struct embedded *embedded_new(void)
{
    struct embedded *e = calloc(1, sizeof *e);
    if (!e)
        abort();
    e->lock = -1;
    return e;
}

struct embedded *embedded_start(const char *dir, char *why, size_t len)
{
    struct embedded *e = embedded_new();
    if (start(e, dir, why, len))
        return with_conninfos(e);
    release(e);
    return NULL;
}

/* Somebody holds the lock and a postmaster lives: the socket is all we need. */
static bool owned_by_another(struct embedded *e, const char *dir)
{
    char why[256];
    e->dir = strdup(dir);
    e->data = format("%s/pg", dir, "");
    if (take_lock(e, why, sizeof why) || !cluster_postmaster(e->data))
        return false;
    close(e->lock);
    e->lock = -1;
    adopt_socket_dir(e);
    return e->socket_dir != NULL;
}

struct embedded *embedded_attach(const char *dir, char *why, size_t len)
{
    struct embedded *e = embedded_new();
    if (owned_by_another(e, dir))
        return with_conninfos(e);
    release(e);
    return embedded_start(dir, why, len);
}

const char *embedded_owner_conninfo(const struct embedded *e)
{
    return e->owner_conninfo;
}

const char *embedded_server_conninfo(const struct embedded *e)
{
    return e->server_conninfo;
}

/* Orphaned backends of a killed postmaster keep the folder for a moment; the new one refuses to start until they are
 * gone, so it is tried again every 300 ms. */
void embedded_check(struct embedded *e)
{
    reap(e);
    pid_t now = cluster_postmaster(e->data);
    if (now) {
        if (now != e->postmaster)
            log_line("info", "event=postmaster_revived postmaster=%ld", (long)now);
        e->postmaster = now;
        return;
    }
    if (e->postmaster) {
        log_line("error", "event=postmaster_gone postmaster=%ld", (long)e->postmaster);
        e->postmaster = 0;
    }
    if (!e->child && now_ms() - e->spawned_at > 300)
        spawn(e);
}

void embedded_leave(struct embedded *e)
{
    if (e)
        release(e);
}

void embedded_stop(struct embedded *e)
{
    if (!e)
        return;
    pid_t pid = e->lock < 0 ? 0 : cluster_postmaster(e->data);
    if (!pid) /* somebody may have removed the folder below it */
        pid = e->child;
    if (pid)
        kill(pid, SIGINT);
    for (int i = 0; pid && i < 1200 && (e->child || cluster_postmaster(e->data) == pid); i++) {
        reap(e);
        pause_ms(50);
    }
    if (e->child)
        waitpid(e->child, NULL, 0);
    release(e);
}
