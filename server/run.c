/*
 * run.c - see run.h. Order of start: flow tables checked, rights dropped, database there, keys, schema, loop,
 * listeners; and the other way round at the end: no more connections, what is under way finished, then everything taken
 * down.
 */
#include "run.h"

#include "../shared/domain/flowcheck.h"
#include "db/embedded.h"
#include "db/migrate.h"
#include "front.h"
#include "hints.h"
#include "jobs/deadlines.h"
#include "jobs/demo.h"
#include "jobs/sweep.h"
#include "operator.h"
#include "secrets.h"
#include "worker.h"
#include "workflow/workflow.h"

#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define STOP_SECONDS 30
#define WHY 1024

struct run {
    struct run_options *options;
    struct server server;
    char *data_dir, *keys_file;
    const char *owner_conninfo, *server_conninfo;
    struct deadlines *deadlines;
    struct sweep *sweep;
    struct event term, interrupt, embedded_timer, stop_timer;
    int64_t stop_at;
};

static int refuse(int status, const char *why)
{
    log_line("error", "event=start_refused error=\"%s\"", why);
    return status;
}

/* ------------------------------------------------------------------ before the loop */

static bool start_database(struct run *r, char *why)
{
    const struct server_config *config = &r->options->config;
    if (!config->embedded_dir) {
        r->server_conninfo = config->conninfo;
        r->owner_conninfo = r->options->owner_conninfo ? r->options->owner_conninfo : config->conninfo;
        return drop_root(why, WHY);
    }
    if (!embedded_drop(config->embedded_dir, &r->data_dir, why, WHY))
        return false;
    r->server.embedded =
        r->options->command_argc ? embedded_attach(r->data_dir, why, WHY) : embedded_start(r->data_dir, why, WHY);
    if (!r->server.embedded)
        return false;
    r->owner_conninfo = embedded_owner_conninfo(r->server.embedded);
    r->server_conninfo = embedded_server_conninfo(r->server.embedded);
    return true;
}

static bool load_keys(struct run *r, char *why)
{
    if (r->options->config.keys_file)
        r->keys_file = strdup(r->options->config.keys_file);
    else if (r->data_dir && asprintf(&r->keys_file, "%s/keys", r->data_dir) < 0)
        abort();
    if (!r->keys_file) {
        snprintf(why, WHY, "an external database needs --keys FILE, the same for every server");
        return false;
    }
    return secrets_load(r->keys_file, r->server.hmac_key, r->server.park_key, why, WHY);
}

static bool seed_demo(struct run *r, char *why)
{
    const struct run_options *o = r->options;
    struct demo_options demo = {
        .graduates = o->demo_graduates, .waiting = o->demo_waiting, .users_file = o->demo_users};
    return !o->demo_graduates || demo_seed(r->owner_conninfo, r->server.hmac_key, &demo, why, WHY);
}

static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* ------------------------------------------------------------------ the loop */

static void on_database(void *arg, bool up)
{
    (void)arg;
    if (up)
        log_line("info", "event=database_up");
    else
        log_line("error", "event=database_away note=\"calls wait and go on when it is back\"");
}

static void on_embedded_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    embedded_check(((struct run *)arg)->server.embedded);
}

static bool quiet(const struct run *r)
{
    const struct server *s = &r->server;
    for (int cls = 0; cls < DB_CLASS_COUNT; cls++)
        if (db_busy(s->db, (enum db_class)cls))
            return false;
    return front_idle(s->front) && workflow_busy(s->workflow) == 0;
}

static void on_stop_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct run *r = arg;
    bool late = monotonic_ms() > r->stop_at;
    if (!late && !quiet(r))
        return;
    if (late)
        log_line("warning", "event=stop_forced calls_under_way=%zu", r->server.front->ncalls);
    event_base_loopbreak(r->server.base);
}

/* SIGTERM: no more connections, no more calls; what is under way gets its answer. A second signal ends it at once. */
static void on_stop(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct run *r = arg;
    if (r->server.stopping) {
        event_base_loopbreak(r->server.base);
        return;
    }
    log_line("info", "event=stopping calls_under_way=%zu", r->server.front->ncalls);
    r->server.stopping = true;
    r->stop_at = monotonic_ms() + STOP_SECONDS * 1000;
    front_stop_listening(r->server.front);
    event_add(&r->stop_timer, &(struct timeval){.tv_usec = 20000});
}

static void add_events(struct run *r)
{
    struct event_base *base = r->server.base;
    evsignal_assign(&r->term, base, SIGTERM, on_stop, r);
    evsignal_assign(&r->interrupt, base, SIGINT, on_stop, r);
    event_add(&r->term, NULL);
    event_add(&r->interrupt, NULL);
    event_assign(&r->stop_timer, base, -1, EV_PERSIST, on_stop_timer, r);
    event_assign(&r->embedded_timer, base, -1, EV_PERSIST, on_embedded_timer, r);
    if (r->server.embedded)
        event_add(&r->embedded_timer, &(struct timeval){.tv_usec = 200000});
}

static void take_down(struct run *r)
{
    struct server *s = &r->server;
    front_close(s->front);
    worker_free(s->worker);
    hints_free(s->hints);
    db_close(s->db);
    deadlines_stop(r->deadlines);
    sweep_stop(r->sweep);
    workflow_free(s->workflow);
    event_del(&r->term);
    event_del(&r->interrupt);
    event_del(&r->stop_timer);
    event_del(&r->embedded_timer);
    event_base_free(s->base);
}

static int serve(struct run *r)
{
    struct server *s = &r->server;
    char why[WHY] = "";
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    raise_descriptors();
    s->config = r->options->config;
    if (!(s->base = event_base_new()))
        return refuse(1, "no event loop");
    s->worker = worker_new(s->base);
    s->db = db_open(s->base, &(struct db_config){.conninfo = r->server_conninfo});
    db_on_change(s->db, on_database, r);
    s->workflow = workflow_new(s->base, s->db);
    s->hints = hints_new(s);
    r->deadlines = deadlines_start(s->base, s->db, s->workflow);
    r->sweep = sweep_start(s->base, s->db);
    add_events(r);
    bool open = front_open(s, why, sizeof why);
    if (open) {
        log_line("info", "event=ready unix=%s port=%d", s->config.unix_path ? s->config.unix_path : "-",
                 s->config.port);
        event_base_dispatch(s->base);
        log_line("info", "event=stopped");
    }
    take_down(r);
    return open ? 0 : refuse(1, why);
}

static int run_with_database(struct run *r)
{
    char why[WHY] = "";
    if (!load_keys(r, why))
        return refuse(1, why);
    if (!migrate(r->owner_conninfo, why, sizeof why))
        return refuse(4, why);
    if (r->options->command_argc)
        return operator_command(r->owner_conninfo, r->options->command_argc, r->options->command);
    if (!seed_demo(r, why))
        return refuse(1, why);
    return r->options->migrate_only ? 0 : serve(r);
}

int run(struct run_options *options)
{
    struct run r = {.options = options};
    char why[WHY] = "";
    int problems = flow_check_all(stderr);
    if (problems) {
        snprintf(why, sizeof why, "the flow tables have %d problems", problems);
        return refuse(3, why);
    }
    if (sodium_init() < 0)
        return refuse(1, "libsodium doesn't start");
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* keys and passwords stay out of core files */
    srand((unsigned)randombytes_random());
    int status = start_database(&r, why) ? run_with_database(&r) : refuse(4, why);
    embedded_stop(r.server.embedded);
    sodium_memzero(r.server.hmac_key, sizeof r.server.hmac_key);
    sodium_memzero(r.server.park_key, sizeof r.server.park_key);
    free(r.data_dir);
    free(r.keys_file);
    return status;
}
