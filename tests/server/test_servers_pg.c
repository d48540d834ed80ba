/*
 * test_servers_pg.c - two servers (two workflows with connections of their own) on one database: request ids raced and
 * repeated, invitations that lapse on time and exactly once (S2.3.4), the audit mode against submissions (S2.2.4).
 *
 * Run: ./test_servers_pg      (makes its own cluster; needs PostgreSQL's programs)
 */
#include "pg_world.h"
#include "server/db/db.h"
#include "server/jobs/deadlines.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

enum { SERVERS = 2, ROUNDS = 60 };

struct test {
    struct pg_cluster cluster;
    struct event_base *base;
    struct db *db[SERVERS];
    struct workflow *wf[SERVERS];
    struct deadlines *jobs[SERVERS];
    PGconn *pg;
    struct mem_store *store;
    size_t first; /* graduate of a school that has a dozen of them */
    int waiting, passed, failed;
    uint64_t token;
};

struct answer {
    struct test *t;
    struct act_result act;
    struct settings_result settings;
};

static void check(struct test *t, bool holds, const char *name)
{
    printf("%s servers-pg: %s\n", holds ? "ok  " : "FAIL", name);
    *(holds ? &t->passed : &t->failed) += 1;
}

/* ------------------------------------------------------------------ running */

static void servers_open(struct test *t)
{
    char conninfo[512];
    pg_world_conninfo(conninfo, sizeof conninfo, &t->cluster);
    for (int k = 0; k < SERVERS; k++) {
        struct db_config config = {.conninfo = conninfo,
                                   .connections = {1, 1, 1, 1, 1},
                                   .connect_timeout_ms = 5000,
                                   .wait_ms = 30000,
                                   .queue_max = 1024};
        t->db[k] = db_open(t->base, &config);
        t->wf[k] = workflow_new(t->base, t->db[k]);
    }
}

static void servers_close(struct test *t)
{
    for (int k = 0; k < SERVERS; k++) {
        db_close(t->db[k]);
        workflow_free(t->wf[k]);
        deadlines_stop(t->jobs[k]); /* its last callback came with db_close() */
        t->jobs[k] = NULL;
    }
}

static void run_until_answered(struct test *t)
{
    while (t->waiting > 0)
        event_base_loop(t->base, EVLOOP_ONCE);
}

static void on_act(void *arg, const struct act_result *r)
{
    struct answer *a = arg;
    a->act = *r;
    a->t->waiting--;
}

static void on_settings(void *arg, const struct settings_result *r)
{
    struct answer *a = arg;
    a->settings = *r;
    a->t->waiting--;
}

static void act_send(struct test *t, int server, const struct act *act, struct answer *a)
{
    *a = (struct answer){.t = t};
    t->waiting++;
    workflow_act(t->wf[server], act, on_act, a);
}

static int64_t number(struct test *t, const char *sql)
{
    PGresult *r = pg_exec(t->pg, sql, 0, NULL);
    int64_t n = PQntuples(r) ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : -1;
    PQclear(r);
    return n;
}

/* ------------------------------------------------------------------ the cast */

static int64_t account_of(struct test *t, enum qx_role role, int64_t graduate_id, const char *school)
{
    for (size_t k = 0; k < t->store->naccounts; k++) {
        const struct mem_account *a = &t->store->accounts[k];
        if (a->role == role && (!graduate_id || a->graduate_id == graduate_id) &&
            a->right + (role != ROLE_SCHOOL) >= RIGHT_WRITE &&
            (role == ROLE_EMPLOYER || strcmp(a->school_code, school) == 0))
            return a->id;
        if (a->role == role && role != ROLE_SCHOOL && (!graduate_id || a->graduate_id == graduate_id))
            return a->id;
    }
    return 0;
}

/* An act by that role for the nth graduate of the first school; its draft lies ready. */
static void act_for(struct test *t, struct pg_act *p, size_t nth, enum qx_role role, enum qx_action action,
                    enum qx_flow flow, const char *uuid, int64_t version)
{
    const struct mem_graduate *g = &t->store->graduates[t->first + nth];
    struct mem_act m = {
        .action = action, .flow = flow, .graduate_id = g->id, .seen_version = version, .content = ++t->token * 2};
    m.account_id = account_of(t, role, role == ROLE_GRADUATE ? g->id : 0, mem_school_of(t->store, g)->code);
    m.args = (struct flow_args){.reason_code = "other",
                                .reason_text = "text",
                                .agreed = true,
                                .form_complete = true,
                                .images = 1,
                                .valid_days = 1};
    snprintf(m.uuid, sizeof m.uuid, "%s", uuid);
    if (flow == FLOW_DESTINATION)
        snprintf(m.args.kind, sizeof m.args.kind, "N01");
    if (action == ACT_SUBMIT)
        pg_world_prepare(t->pg, t->store, &m);
    pg_act_make(p, t->store, &m);
    p->act.kind = p->kind;
    p->act.uuid = p->uuid;
    p->act.content_json = p->content;
    p->act.request_id = p->request_id;
}

static void uuid_make(char uuid[MEM_UUID], unsigned group, unsigned n)
{
    snprintf(uuid, MEM_UUID, "%08x-0000-4000-9000-%012x", group, n);
}

/* ------------------------------------------------------------------ request ids */

static bool same_answer(const struct act_result *a, const struct act_result *b)
{
    return a->outcome == OUT_OK && b->outcome == OUT_OK && a->version == b->version && a->record_id == b->record_id &&
           a->state == b->state && a->graduate_id == b->graduate_id;
}

/* The same submission at both servers at once, give up, and again. */
static void test_request_ids(struct test *t)
{
    struct answer a[SERVERS], later;
    struct pg_act submit, back;
    char uuid[MEM_UUID];
    int raced = 0, once = 0;
    uuid_make(uuid, 1, 1);
    for (int round = 0; round < ROUNDS; round++) {
        act_for(t, &submit, 0, ROLE_GRADUATE, ACT_SUBMIT, FLOW_DESTINATION, uuid, 2 * round);
        for (int k = 0; k < SERVERS; k++)
            act_send(t, k, &submit.act, &a[k]);
        run_until_answered(t);
        raced += same_answer(&a[0].act, &a[1].act);
        once += a[0].act.repeated != a[1].act.repeated;
        act_for(t, &back, 0, ROLE_GRADUATE, ACT_TAKE_BACK, FLOW_DESTINATION, uuid, 2 * round + 1);
        act_send(t, round % SERVERS, &back.act, &later);
        run_until_answered(t);
        if (round + 1 < ROUNDS)
            pg_act_free(&submit);
        pg_act_free(&back);
    }
    check(t, raced == ROUNDS, "two servers racing on one request id give one answer");
    check(t, once == ROUNDS, "one of them did it, the other read it");
    check(t, number(t, "SELECT count(*) FROM event WHERE action = 'submit'") == ROUNDS, "the effect is there once");
    submit.act.params_hash[31] ^= 1;
    act_send(t, 0, &submit.act, &later);
    run_until_answered(t);
    check(t, later.act.outcome == OUT_INVALID && !later.act.repeated,
          "the same request id with other parameters is invalid");
    submit.act.params_hash[31] ^= 1;
    servers_close(t);
    servers_open(t);
    act_send(t, 1, &submit.act, &later);
    run_until_answered(t);
    check(t, later.act.repeated && same_answer(&later.act, &a[0].act),
          "after a restart it still gets the first answer");
    pg_act_free(&submit);
}

/* ------------------------------------------------------------------ deadlines */

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    *(bool *)arg = true;
}

static void run_for(struct test *t, int ms)
{
    bool over = false;
    struct event *timer = evtimer_new(t->base, on_time, &over);
    event_add(timer, &(struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000});
    while (!over)
        event_base_loop(t->base, EVLOOP_ONCE);
    event_free(timer);
}

static void test_lapse(struct test *t)
{
    enum { INVITATIONS = 12 };
    struct answer a[INVITATIONS];
    struct pg_act p;
    char uuid[MEM_UUID];
    int invited = 0;
    for (int k = 0; k < INVITATIONS; k++) {
        uuid_make(uuid, 2, (unsigned)k);
        act_for(t, &p, (size_t)k, ROLE_EMPLOYER, ACT_INVITE, FLOW_ONLINE_SIGNING, uuid, 0);
        act_send(t, k % SERVERS, &p.act, &a[k]);
        run_until_answered(t);
        invited += a[k].act.outcome == OUT_OK;
        pg_act_free(&p);
    }
    check(t, invited == INVITATIONS, "invitations are open");
    for (int k = 0; k < SERVERS; k++)
        t->jobs[k] = deadlines_start(t->base, t->db[k], t->wf[k]);
    run_for(t, 1500);
    check(t, number(t, "SELECT count(*) FROM event WHERE action = 'lapse'") == 0,
          "S2.3.4 none lapses before its deadline");
    t->store->now = flow_deadline(t->store->now, 1) + 1;
    pg_world_clock(t->pg, t->store->now);
    run_for(t, 2500);
    check(t, number(t, "SELECT count(*) FROM record WHERE state = 'lapsed'") == INVITATIONS,
          "S2.3.4 all have lapsed, on time");
    check(t, number(t, "SELECT count(*) FROM event WHERE action = 'lapse'") == INVITATIONS,
          "S2.3.4 each exactly once, with two servers");
}

/* ------------------------------------------------------------------ settings */

static void settings_send(struct test *t, int server, int mode, int64_t version, struct answer *a)
{
    const char *school = mem_school_of(t->store, &t->store->graduates[t->first])->code;
    struct settings_change c = {.account_id = account_of(t, ROLE_SCHOOL, 0, school),
                                .class_year = 2026,
                                .seen_version = version,
                                .online_signing = SETTING_KEEP,
                                .supplement = SETTING_KEEP,
                                .destination = SETTING_KEEP,
                                .void_audited = SETTING_KEEP,
                                .audit_mode = mode,
                                .termination_limit = SETTING_KEEP};
    c.session_id = c.account_id;
    memcpy(c.account_school, school, sizeof c.account_school);
    memcpy(c.school_code, school, sizeof c.school_code);
    *a = (struct answer){.t = t};
    t->waiting++;
    workflow_settings(t->wf[server], &c, on_settings, a);
}

static int64_t season_version(struct test *t)
{
    const char *school = mem_school_of(t->store, &t->store->graduates[t->first])->code;
    PGresult *r = pg_exec(t->pg, "SELECT version FROM season WHERE school_code = $1", 1, &school);
    int64_t version = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    return version;
}

/* A submission and a change of the mode at once, at two servers: the record stands where the mode at its time sends it.
 */
static void test_mode(struct test *t)
{
    struct answer a, s;
    struct pg_act submit, back;
    char uuid[MEM_UUID];
    int both = 0, torn = 0, changed = 0, mode = AUDIT_SCHOOL_ONLY;
    uuid_make(uuid, 3, 1);
    settings_send(t, 0, mode, season_version(t), &s);
    run_until_answered(t);
    check(t, s.settings.outcome == OUT_OK, "S2.2.4 the mode changes while nothing is in process");
    for (int round = 0, version = 0; round < ROUNDS; round++) {
        int wanted = mode == AUDIT_SCHOOL_ONLY ? AUDIT_TWO_LEVEL : AUDIT_SCHOOL_ONLY;
        act_for(t, &submit, 0, ROLE_GRADUATE, ACT_SUBMIT, FLOW_DESTINATION, uuid, version);
        settings_send(t, round % SERVERS, wanted, season_version(t), &s);
        act_send(t, (round / 2) % SERVERS, &submit.act, &a);
        run_until_answered(t);
        mode = s.settings.outcome == OUT_OK ? wanted : mode;
        changed += s.settings.outcome == OUT_OK;
        both += s.settings.outcome == OUT_OK && a.act.outcome == OUT_OK;
        torn += a.act.outcome != OUT_OK || a.act.state != (mode == AUDIT_TWO_LEVEL ? ST_AUDIT_D : ST_AUDIT_S);
        act_for(t, &back, 0, ROLE_GRADUATE, ACT_TAKE_BACK, FLOW_DESTINATION, uuid, version + 1);
        act_send(t, 0, &back.act, &a);
        run_until_answered(t);
        version += 2;
        pg_act_free(&submit);
        pg_act_free(&back);
    }
    printf("     %d changes, %d refused while a submission was in process, %d with the submission after it\n", changed,
           ROUNDS - changed, both);
    check(t, torn == 0, "S2.2.4 test and change are one: every submission goes where its mode sends it");
}

static void test_settings(struct test *t)
{
    struct answer a, s;
    struct pg_act submit;
    char uuid[MEM_UUID];
    uuid_make(uuid, 4, 1);
    settings_send(t, 0, AUDIT_SCHOOL_ONLY, season_version(t), &s);
    run_until_answered(t);
    act_for(t, &submit, 1, ROLE_GRADUATE, ACT_SUBMIT, FLOW_DESTINATION, uuid, 0);
    act_send(t, 0, &submit.act, &a);
    run_until_answered(t);
    settings_send(t, 1, AUDIT_TWO_LEVEL, season_version(t), &s);
    run_until_answered(t);
    check(t, s.settings.outcome == OUT_GUARD && s.settings.in_process == 1,
          "S2.2.4 the mode doesn't change while one is in process");
    settings_send(t, 1, AUDIT_TWO_LEVEL, 1, &s);
    run_until_answered(t);
    check(t, s.settings.outcome == OUT_STALE, "X1.2 settings are bound to the version seen");
    pg_act_free(&submit);
}

int main(void)
{
    static struct test t;
    if (!pg_cluster_start(&t.cluster))
        return EXIT_FAILURE;
    t.base = event_base_new();
    t.pg = pg_connect(t.cluster.owner);
    t.store = mem_store_new(3, 10001, INT64_C(1780000000000));
    for (size_t k = 0; k < 3; k++)
        t.store->schools[k].season.open_online_signing = t.store->schools[k].season.open_destination = true;
    while (t.store->graduates[t.first + 11].school != t.store->graduates[t.first].school)
        t.first++;
    pg_world_seed(t.pg, t.store);
    /* the third department gets its auditors, so that the two-level mode can be had */
    pg_do(t.pg, "INSERT INTO account (school_code, id, role, user_name, department_id, right_employment) OVERRIDING "
                "SYSTEM VALUE"
                " SELECT school_code, 900000 + id, 'department', 'third', id, 2 FROM department");
    servers_open(&t);
    test_request_ids(&t);
    test_lapse(&t);
    test_mode(&t);
    test_settings(&t);
    check(&t, pg_invariants(t.pg) == 0, "every invariant holds at the end");
    printf("%d passed, %d failed\n", t.passed, t.failed);
    servers_close(&t);
    event_base_free(t.base);
    PQfinish(t.pg);
    mem_store_free(t.store);
    pg_cluster_stop(&t.cluster);
    return t.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
