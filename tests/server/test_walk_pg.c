/*
 * test_walk_pg.c - the random walk on PostgreSQL: several walkers at once, their decisions coalesced, against the
 * in-memory oracle; each answer and, at every pause, every fact of every graduate must agree. Proves S2.1.4, S2.1.5,
 * S2.2.4, S2.2.5, S2.3.2, S2.3.4, S2.5.1, S2.8.3, X1.4 and X1.6 as the database keeps them.
 *
 * Run: ./test_walk_pg [-s SEED] [-n STEPS] [-w WALKERS]   (makes its own cluster; needs PostgreSQL's
 * programs)
 */
#include "pg_world.h"
#include "server/db/db.h"
#include "tests/flow/walk.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SCHOOLS = 9, WALKERS_MAX = 64, COMPARE_STEPS = 20000, ANALYZE_STEPS = 2000 };

struct runner;
struct walker {
    struct runner *run;
    struct walk walk;
    struct walk_step step;
    struct pg_act pg;
    bool busy, drained; /* an act is under way; it waits for the pause to end */
    bool repeating;     /* the same call once more: the first answer must come again */
    struct act_result first;
};

struct runner {
    struct event_base *base;
    struct db *db;
    struct workflow *wf;
    PGconn *pg;
    struct mem_store *store;
    struct walker walkers[WALKERS_MAX];
    size_t nwalkers, busy;
    uint64_t steps, done, limit, effects, differences, repeats;
    uint64_t outcomes[OUT_COUNT], analyze_at, compare_at;
    bool pausing;
    struct event *turn;
};

static void walker_next(struct walker *);

static void difference(struct walker *w, const char *what)
{
    fprintf(stderr, "step %llu: %s\n  ", (unsigned long long)w->run->done, what);
    walk_describe(&w->step, stderr);
    if (++w->run->differences > 20)
        exit(EXIT_FAILURE);
}

/* ------------------------------------------------------------------ pauses: what concerns everybody */

static void around(struct runner *run, const struct walk_step *step, bool done)
{
    const struct mem_school *school = &run->store->schools[step->school];
    switch (step->kind) {
    case WALK_ADVANCE:
        pg_world_clock(run->pg, run->store->now);
        break;
    case WALK_SEASON:
        if (done)
            pg_world_season(run->pg, school);
        if ((pg_world_in_process(run->pg, school->code) > 0) != mem_in_process(run->store, step->school)) {
            fprintf(stderr, "school %s: in process? (S2.2.4)\n", school->code);
            run->differences++;
        }
        break;
    case WALK_ACCOUNT:
        pg_world_account(run->pg, &step->account);
        break;
    case WALK_BAR:
        pg_world_bar(run->pg, step->graduate_id, step->barred);
        break;
    default:
        if (done)
            pg_world_pass_on(run->pg, step->uuid);
    }
}

static bool for_everybody(const struct walk_step *step)
{
    return step->kind == WALK_ADVANCE || step->kind == WALK_SEASON || step->kind == WALK_ACCOUNT;
}

static void compare_all(struct runner *run)
{
    for (size_t k = 0; k < run->store->ngraduates; k++)
        run->differences += (uint64_t)pg_world_compare(run->pg, run->store, run->store->graduates[k].id, stderr);
}

/* Everybody is at rest: the settings' walker takes its step, then all go on. */
static void pause_over(struct runner *run)
{
    struct walker *settings = &run->walkers[0];
    if (settings->drained && for_everybody(&settings->step)) {
        struct walk_result result = walk_apply(&settings->walk, &settings->step);
        around(run, &settings->step, result.done);
        run->done++;
    }
    if (run->done >= run->analyze_at) { /* as autovacuum would, later: or plans made for empty tables stay */
        run->analyze_at = run->done + ANALYZE_STEPS;
        pg_do(run->pg, "ANALYZE");
    }
    if (run->done >= run->compare_at) {
        run->compare_at = run->done + COMPARE_STEPS;
        compare_all(run);
    }
    run->pausing = false;
    event_active(run->turn, 0, 0);
}

/* ------------------------------------------------------------------ an act and its answer */

/* With no such record the flow can't be asked; the oracle makes one up and refuses in its own way. */
static bool same_refusal(const struct walker *w, const struct act_result *r, const struct mem_answer *m)
{
    return r->outcome == OUT_NOT_FOUND && m->plan.outcome != OUT_OK && !mem_record(w->run->store, w->step.act.uuid);
}

static void compare_answer(struct walker *w, const struct act_result *r, const struct mem_answer *m)
{
    char text[400];
    bool same = r->outcome == m->plan.outcome && r->failed == m->plan.failed;
    if (same && r->outcome == OUT_OK)
        same = r->state == m->plan.to && r->from == m->from && r->version == m->version;
    if (!r->fault && !r->unavailable && (same || same_refusal(w, r, m)))
        return;
    snprintf(text, sizeof text, "%s %s v%lld failed %llx%s in PostgreSQL, %s %s v%lld failed %llx in memory",
             outcome_code(r->outcome), state_code(r->state), (long long)r->version, (unsigned long long)r->failed,
             r->fault ? " fault" : "", outcome_code(m->plan.outcome), state_code(m->plan.to), (long long)m->version,
             (unsigned long long)m->plan.failed);
    difference(w, text);
}

static void on_answer(void *arg, const struct act_result *r);

/* S2.1.2 aside: a repetition must not be decided again, whatever happened since. */
static void repeat(struct walker *w, const struct act_result *r)
{
    w->first = *r;
    w->repeating = true;
    w->run->repeats++;
    workflow_act(w->run->wf, &w->pg.act, on_answer, w);
}

static void compare_repeat(struct walker *w, const struct act_result *r)
{
    const struct act_result *f = &w->first;
    if (!r->repeated || r->outcome != OUT_OK || r->version != f->version || r->record_id != f->record_id ||
        r->state != f->state || strcmp(r->number, f->number) != 0)
        difference(w, "the same request id got another answer");
}

static void act_over(struct walker *w)
{
    pg_act_free(&w->pg);
    w->busy = w->repeating = false;
    w->run->busy--;
    w->run->done++;
    walker_next(w);
}

static void on_answer(void *arg, const struct act_result *r)
{
    struct walker *w = arg;
    if (w->repeating) {
        compare_repeat(w, r);
        act_over(w);
        return;
    }
    struct walk_result result = walk_apply(&w->walk, &w->step);
    struct mem_record *record = mem_record(w->run->store, w->step.act.uuid);
    w->run->outcomes[r->outcome]++;
    compare_answer(w, r, &result.answer);
    if (result.done) {
        w->run->effects++;
        record->other_id = r->record_id;
    }
    if (result.done && w->pg.act.request_id && w->run->done % 29 == 0)
        repeat(w, r);
    else
        act_over(w);
}

/* The oracle's modification would change the kind as well; here it keeps it (S2.8.2). */
static void keep_kind(struct walker *w)
{
    const struct mem_record *r = mem_record(w->run->store, w->step.act.uuid);
    if (r && w->step.act.action == ACT_MODIFY)
        memcpy(w->step.act.args.kind, r->r.kind, sizeof w->step.act.args.kind);
}

static void act_start(struct walker *w)
{
    struct runner *run = w->run;
    keep_kind(w);
    pg_act_make(&w->pg, run->store, &w->step.act);
    if (w->pg.needs)
        pg_world_prepare(run->pg, run->store, &w->step.act);
    w->busy = true;
    run->busy++;
    workflow_act(run->wf, &w->pg.act, on_answer, w);
}

/* ------------------------------------------------------------------ the walkers */

static void walker_next(struct walker *w)
{
    struct runner *run = w->run;
    while (!w->busy) {
        if (run->pausing || run->steps >= run->limit) {
            if (run->busy == 0)
                event_active(run->turn, 0, 0);
            return;
        }
        walk_next(&w->walk, &w->step);
        run->steps++;
        if (w->step.kind == WALK_ACT) {
            act_start(w);
        } else if (for_everybody(&w->step)) {
            w->drained = run->pausing = true;
        } else {
            struct walk_result result = walk_apply(&w->walk, &w->step);
            around(run, &w->step, result.done);
            run->done++;
        }
    }
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct runner *run = arg;
    (void)fd, (void)what;
    if (run->pausing) {
        if (run->busy == 0)
            pause_over(run);
        return;
    }
    run->walkers[0].drained = false;
    for (size_t k = 0; k < run->nwalkers; k++)
        if (!run->walkers[k].busy)
            walker_next(&run->walkers[k]);
    if (run->busy == 0 && run->steps >= run->limit)
        event_base_loopbreak(run->base);
}

static void share_graduates(struct runner *run, uint64_t seed)
{
    size_t first = 0, n = run->store->ngraduates;
    for (size_t k = 0; k < run->nwalkers; k++) {
        size_t count = (n - first) / (run->nwalkers - k);
        struct walker *w = &run->walkers[k];
        w->run = run;
        walk_init(&w->walk, run->store, seed + k, first, count, k == 0);
        first += count;
    }
}

static int report(struct runner *run, uint64_t seed, double seconds)
{
    int broken;
    compare_all(run);
    broken = pg_invariants(run->pg);
    printf("seed %llu: %llu steps, %llu with effect, %llu repeated calls, %zu walkers, %.1f s\n",
           (unsigned long long)seed, (unsigned long long)run->done, (unsigned long long)run->effects,
           (unsigned long long)run->repeats, run->nwalkers, seconds);
    for (int o = 0; o < OUT_COUNT; o++)
        printf("  %-12s %llu\n", outcome_code((enum qx_outcome)o), (unsigned long long)run->outcomes[o]);
    printf("%s walk-pg: coalesced as one by one: PostgreSQL and the oracle agree, %llu differences\n", run->differences ? "FAIL" : "ok  ",
           (unsigned long long)run->differences);
    printf("%s walk-pg: every invariant holds at the end\n", broken ? "FAIL" : "ok  ");
    printf("%s walk-pg: the same request id gets the first answer\n",
           run->differences || !run->repeats ? "FAIL" : "ok  ");
    int failed = (run->differences > 0) + (broken > 0) + (run->differences || !run->repeats);
    printf("%d passed, %d failed\n", 3 - failed, failed);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int walk_pg(struct pg_cluster *cluster, uint64_t seed, uint64_t steps, size_t walkers)
{
    static struct runner run;
    char conninfo[512];
    run = (struct runner){
        .limit = steps, .nwalkers = walkers, .base = event_base_new(), .pg = pg_connect(cluster->owner)};
    run.store = mem_store_new(SCHOOLS, 10001, INT64_C(1780000000000));
    for (size_t k = 0; k + 1 < run.store->nschools; k++) /* one school is left to open its switches on the way */
        run.store->schools[k].season.open_online_signing = run.store->schools[k].season.open_destination = true;
    pg_world_seed(run.pg, run.store);
    pg_world_conninfo(conninfo, sizeof conninfo, cluster);
    struct db_config config = {.conninfo = conninfo,
                               .connections = {1, 1, 1, 1, 1},
                               .connect_timeout_ms = 5000,
                               .wait_ms = 30000,
                               .queue_max = 1024};
    run.db = db_open(run.base, &config);
    run.wf = workflow_new(run.base, run.db);
    run.turn = event_new(run.base, -1, 0, on_turn, &run);
    share_graduates(&run, seed);
    event_active(run.turn, 0, 0);
    double start = now_seconds();
    event_base_dispatch(run.base);
    int status = report(&run, seed, now_seconds() - start);
    db_close(run.db);
    workflow_free(run.wf);
    event_free(run.turn);
    event_base_free(run.base);
    PQfinish(run.pg);
    mem_store_free(run.store);
    return status;
}

int main(int argc, char **argv)
{
    struct pg_cluster cluster;
    uint64_t seed = 20260701, steps = 100000;
    size_t walkers = 24;
    int option;
    while ((option = getopt(argc, argv, "s:n:w:")) != -1) {
        if (option == 's')
            seed = strcmp(optarg, "now") ? strtoull(optarg, NULL, 10) : (uint64_t)time(NULL);
        else if (option == 'n')
            steps = strtoull(optarg, NULL, 10);
        else if (option == 'w')
            walkers = strtoull(optarg, NULL, 10) % WALKERS_MAX;
        else
            return EXIT_FAILURE;
    }
    if (!pg_cluster_start(&cluster))
        return EXIT_FAILURE;
    int status = walk_pg(&cluster, seed, steps, walkers ? walkers : 1);
    pg_cluster_stop(&cluster);
    return status;
}
