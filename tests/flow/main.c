/*
 * main.c - flow-walk [-s SEED] [-n STEPS]: the random walk on the mem store alone. At every step the touched graduate
 * must satisfy every invariant; at the end each transition has fired often enough and each refusal has been met.
 */
#include "walk.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SCHOOLS 6
#define STEPS 150000
#define SEED 20260701
#define EACH_TRANSITION 20

struct tally {
    uint64_t fired[FLOW_COUNT][WALK_ROWS]; /* by row of the flow's table */
    uint64_t alone[FLOW_COUNT][WALK_ROWS]; /* … of these, in *school only* */
    uint64_t guards[GUARD_COUNT], outcomes[OUT_COUNT];
    int passed, failed;
};

static void test(struct tally *t, bool holds, const char *name)
{
    printf("%s flow-walk: %s\n", holds ? "ok  " : "FAIL", name);
    *(holds ? &t->passed : &t->failed) += 1;
}

static void count(struct tally *t, const struct mem_store *s, const struct mem_act *act, const struct flow_plan *p)
{
    const struct flow_def *def = flow_def(p->flow);

    t->outcomes[p->outcome]++;
    for (int g = 0; g < GUARD_COUNT; g++)
        t->guards[g] += p->failed >> g & 1;
    if (p->outcome != OUT_OK)
        return;
    t->fired[p->flow][p->transition - def->transitions]++;
    t->alone[p->flow][p->transition - def->transitions] +=
        s->schools[s->graduates[act->graduate_id - 1].school].season.audit_mode == AUDIT_SCHOOL_ONLY;
}

/* ------------------------------------------------------------------ the tables at the end */

static bool print_transitions(const struct tally *t)
{
    bool all = true;

    printf("%-20s %-26s %-10s %-10s %-26s %8s %8s\n", "flow", "from", "action", "by", "to", "fired", "alone");
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);

        for (size_t i = 0; i < def->ntransitions; i++) {
            const struct flow_transition *r = &def->transitions[i];

            printf("%-20s %-26s %-10s %-10s %-26s %8llu %8llu%s\n", flow_code(def->flow), state_code(r->from),
                   action_code(r->action), role_code(r->by), state_code(r->to), (unsigned long long)t->fired[f][i],
                   (unsigned long long)t->alone[f][i], t->fired[f][i] < EACH_TRANSITION ? "  <-- too seldom" : "");
            all = all && t->fired[f][i] >= EACH_TRANSITION;
        }
    }
    return all;
}

/* These two choose between rows (S2.8.3) and never refuse; that both rows fire proves them. */
static bool only_chooses(int guard)
{
    return guard == GUARD_VOID_AUDITED || guard == GUARD_VOID_UNAUDITED;
}

static bool print_guards(const struct tally *t)
{
    bool all = true;

    for (int g = 0; g < GUARD_COUNT; g++) {
        bool met = t->guards[g] || only_chooses(g);

        printf("guard %-22s refused %8llu%s\n", guard_code((enum qx_guard)g), (unsigned long long)t->guards[g],
               met ? "" : "  <-- never");
        all = all && met;
    }
    return all;
}

/* LOCKED is a store's answer, never flow_step()'s. */
static bool print_outcomes(const struct tally *t)
{
    bool all = true;

    for (int o = 0; o < OUT_COUNT; o++) {
        printf("outcome %-12s %8llu\n", outcome_code((enum qx_outcome)o), (unsigned long long)t->outcomes[o]);
        all = all && (t->outcomes[o] || o == OUT_LOCKED);
    }
    return all;
}

/* ------------------------------------------------------------------ the walk */

static int check_step(struct mem_store *s, const struct walk_step *step, uint64_t n)
{
    int64_t id = step->kind == WALK_ACT ? step->act.graduate_id : step->graduate_id;
    int problems = id ? mem_check(s, id, stderr) : 0;

    for (size_t i = 0; !problems && n % 5000 == 0 && i < s->ngraduates; i++)
        problems += mem_check(s, s->graduates[i].id, stderr);
    if (problems) {
        fprintf(stderr, "after step %llu: ", (unsigned long long)n);
        walk_describe(step, stderr);
    }
    return problems;
}

static bool walk(struct walk *w, uint64_t steps, struct tally *t)
{
    struct walk_step step;

    for (uint64_t n = 1; n <= steps; n++) {
        struct walk_result result;

        walk_next(w, &step);
        result = walk_apply(w, &step);
        if (step.kind == WALK_ACT)
            count(t, w->store, &step.act, &result.answer.plan);
        if (check_step(w->store, &step, n))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ what the walk itself must keep */

#define WALKERS 3
#define OWN_STEPS 3000

static struct mem_store *open_store(void)
{
    struct mem_store *s = mem_store_new(2, 10001, INT64_C(1780000000000));

    for (size_t i = 0; s && i < s->nschools; i++) {
        struct flow_season season = s->schools[i].season;

        season.open_online_signing = season.open_supplement = season.open_destination = true;
        mem_store_set_season(s, i, &season);
    }
    return s;
}

static void describe_all(struct mem_store *s, char **text)
{
    size_t size;
    FILE *out = open_memstream(text, &size);

    for (size_t g = 0; out && g < s->ngraduates; g++)
        mem_describe(s, s->graduates[g].id, out);
    if (out)
        fclose(out);
    mem_store_free(s);
}

static bool same_text(char *a, char *b)
{
    bool same = a && b && strlen(a) > 1000 && !strcmp(a, b);

    free(a);
    free(b);
    return same;
}

/* The same seed must give the same world, or a failure could not be walked again. */
static char *once(uint64_t seed)
{
    struct mem_store *s = mem_store_new(2, 10001, INT64_C(1780000000000));
    struct walk w;
    struct tally t = {0};
    char *text = NULL;

    walk_init(&w, s, seed, 0, s->ngraduates, true);
    walk(&w, OWN_STEPS, &t);
    describe_all(s, &text);
    return text;
}

/* Walkers with graduates of their own: `stride` steps of one, then of the next, until all have walked OWN_STEPS. */
static char *in_turns(uint64_t seed, uint64_t stride)
{
    struct mem_store *s = open_store();
    struct walk w[WALKERS];
    struct tally t = {0};
    char *text = NULL;
    size_t share = s->ngraduates / WALKERS;

    for (size_t i = 0; i < WALKERS; i++)
        walk_init(&w[i], s, seed + i, i * share, share, false);
    for (uint64_t done = 0; done < OWN_STEPS; done += stride)
        for (size_t i = 0; i < WALKERS; i++)
            walk(&w[i], stride, &t);
    describe_all(s, &text);
    return text;
}

static int run(uint64_t seed, uint64_t steps)
{
    static struct tally t;
    struct mem_store *s = mem_store_new(SCHOOLS, 10001, INT64_C(1780000000000));
    struct walk w;

    if (!s)
        return EXIT_FAILURE;
    printf("seed %llu, %llu steps\n", (unsigned long long)seed, (unsigned long long)steps);
    walk_init(&w, s, seed, 0, s->ngraduates, true);
    test(&t, walk(&w, steps, &t), "every invariant holds after every step (S2.1.4, S2.1.5, S2.2.4, S2.3.2, S2.4.2)");
    test(&t, !mem_check_history(s, stderr), "every record's events follow each other (X1.4)");
    test(&t, print_transitions(&t), "every transition fired at least 20 times");
    test(&t, print_guards(&t), "every guard refused at least once (X1.9)");
    test(&t, print_outcomes(&t), "every outcome was met");
    test(&t, same_text(once(seed), once(seed)), "the same seed walks the same way");
    test(&t, same_text(in_turns(seed, 1), in_turns(seed, OWN_STEPS)),
         "walkers with graduates of their own don't disturb each other");
    printf("%zu records, %zu events, %lld agreement numbers\n", s->nrecords, s->nevents, (long long)s->numbers);
    printf("seed %llu\n%d passed, %d failed\n", (unsigned long long)seed, t.passed, t.failed);
    mem_store_free(s);
    return t.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    uint64_t seed = SEED, steps = STEPS;
    int option;

    while ((option = getopt(argc, argv, "s:n:")) != -1) {
        if (option == 's')
            seed = strcmp(optarg, "now") ? strtoull(optarg, NULL, 10) : (uint64_t)time(NULL);
        else if (option == 'n')
            steps = strtoull(optarg, NULL, 10);
        else
            return EXIT_FAILURE;
    }
    return run(seed, steps);
}
