/*
 * flowcheck.c - the model check: what must hold of a flow table whatever the world does. Each function looks for one
 * kind of mistake; check_list at the end says which there are.
 */
#include "flowcheck.h"

#include "flow_guards.h"

struct checker {
    const struct flow_def *def;
    FILE *err;
    int problems;
};

static const struct flow_state *find_state(const struct flow_def *def, enum qx_state state)
{
    for (size_t i = 0; i < def->nstates; i++)
        if (def->states[i].state == state)
            return &def->states[i];
    return NULL;
}

static void state_problem(struct checker *c, enum qx_state state, const char *what)
{
    c->problems++;
    fprintf(c->err, "flow %s: state %s: %s\n", flow_code(c->def->flow), state_code(state), what);
}

static void row_problem(struct checker *c, const struct flow_transition *t, const char *what)
{
    c->problems++;
    fprintf(c->err, "flow %s: %s %s by %s to %s: %s\n", flow_code(c->def->flow), state_code(t->from),
            action_code(t->action), role_code(t->by), state_code(t->to), what);
}

static bool holds_place(const struct flow_def *def, enum qx_state state)
{
    const struct flow_state *s = find_state(def, state);

    return s && s->holds_place;
}

static bool is_final(const struct flow_def *def, enum qx_state state)
{
    const struct flow_state *s = find_state(def, state);

    return s && s->final;
}

/* Where a row leads in either audit mode; how many places that are. */
static size_t targets(const struct flow_transition *t, enum qx_state to[2])
{
    to[0] = t->to;
    to[1] = t->to_alone;
    return t->to_alone ? 2 : 1;
}

/* ------------------------------------------------------------------ declarations */

static bool declared(const struct flow_def *def, enum qx_state state)
{
    return find_state(def, state) || (state == ST_NONE && def->initial == ST_NONE);
}

static void check_declared(struct checker *c)
{
    for (size_t i = 0; i < c->def->nstates; i++)
        for (size_t k = 0; k < i; k++)
            if (c->def->states[i].state == c->def->states[k].state)
                state_problem(c, c->def->states[i].state, "declared twice");
    for (size_t i = 0; i < c->def->ntransitions; i++) {
        const struct flow_transition *t = &c->def->transitions[i];

        if (!declared(c->def, t->from) || !find_state(c->def, t->to) ||
            (t->to_alone && !find_state(c->def, t->to_alone)))
            row_problem(c, t, "names a state that is not declared");
        if (!(t->guards & G(SCOPE)) || !(t->guards & G(RIGHT)))
            row_problem(c, t, "lacks the guards scope and right");
        if (!(t->flags & TF_CREATES) != (t->from != ST_NONE))
            row_problem(c, t, "creates a record that is there, or acts on none");
    }
}

/* A queue for every open state that isn't simply in force, none for the others. */
static void check_queues(struct checker *c)
{
    for (size_t i = 0; i < c->def->nstates; i++) {
        const struct flow_state *s = &c->def->states[i];
        bool waits = s->waits_for != ROLE_NONE || s->waits_for_other;

        if (waits == (s->final || s->state == ST_EFFECTIVE))
            state_problem(c, s->state, waits ? "nobody is to wait here" : "open, but in nobody's queue");
        if (s->waits_for != ROLE_NONE && s->waits_for_other)
            state_problem(c, s->state, "in two queues");
        if (flow_stage_d(s->state) != (s->waits_for == ROLE_DEPARTMENT))
            state_problem(c, s->state, "department's stage and queue differ");
        if (s->final && (s->holds_place || s->in_process))
            state_problem(c, s->state, "final, but holds the place or is in process");
        if (waits && s->state != ST_DRAFT && !s->in_process)
            state_problem(c, s->state, "waits, but doesn't count as in process (S2.2.4)");
    }
}

/* ------------------------------------------------------------------ reaching and leaving */

#define BIT(state) (UINT64_C(1) << (state))

/* The states that can be reached from `seed` by rows that pass `follow`, itself included. */
static uint64_t reach(const struct flow_def *def, uint64_t seed, bool (*follow)(const struct flow_transition *))
{
    uint64_t seen = seed, before;

    do {
        before = seen;
        for (size_t i = 0; i < def->ntransitions; i++) {
            const struct flow_transition *t = &def->transitions[i];
            enum qx_state to[2];

            if (!(seen & BIT(t->from)) || !follow(t))
                continue;
            for (size_t k = targets(t, to); k-- > 0;)
                seen |= BIT(to[k]);
        }
    } while (seen != before);
    return seen;
}

static bool forward(const struct flow_transition *t)
{
    return !(t->flags & TF_UNDO);
}

static bool by_person(const struct flow_transition *t)
{
    return forward(t) && t->by != ROLE_CLOCK;
}

/* A parent's own table doesn't say how its children end it: TERMINATED is reached through them. */
static bool by_child(const struct flow_def *def, enum qx_state state)
{
    return state == ST_TERMINATED && !def->child && find_state(def, ST_EFFECTIVE);
}

static void check_reachable(struct checker *c)
{
    uint64_t seen = reach(c->def, BIT(c->def->initial), forward);

    for (size_t i = 0; i < c->def->nstates; i++) {
        enum qx_state state = c->def->states[i].state;

        if (!(seen & BIT(state)) && !by_child(c->def, state))
            state_problem(c, state, "can't be reached");
    }
}

/* Is somebody let go there: an end, or a state without the place that can be begun anew from? */
static bool frees(const struct flow_def *def, uint64_t states)
{
    for (int s = 0; s < ST_COUNT; s++)
        if ((states & BIT(s)) && !holds_place(def, (enum qx_state)s) &&
            (is_final(def, (enum qx_state)s) || (s == (int)def->initial && s != ST_NONE)))
            return true;
    return false;
}

static bool clock_ends(const struct flow_def *def, enum qx_state state)
{
    for (size_t i = 0; i < def->ntransitions; i++) {
        const struct flow_transition *t = &def->transitions[i];

        if (t->from == state && t->by == ROLE_CLOCK && (t->guards & G(PAST_DEADLINE)) && is_final(def, t->to))
            return true;
    }
    return false;
}

static void check_ways_out(struct checker *c)
{
    for (size_t i = 0; i < c->def->nstates; i++) {
        const struct flow_state *s = &c->def->states[i];

        if (!s->final && !frees(c->def, reach(c->def, BIT(s->state), by_person)))
            state_problem(c, s->state, "no person can free the graduate from here");
    }
    for (size_t i = 0; i < c->def->ntransitions; i++) {
        const struct flow_transition *t = &c->def->transitions[i];

        if ((t->flags & TF_DEADLINE) && !clock_ends(c->def, t->to))
            row_problem(c, t, "sets a deadline that never ends it");
        if (is_final(c->def, t->from) && forward(t))
            row_problem(c, t, "leads out of a final state");
    }
}

/* ------------------------------------------------------------------ ambiguity */

/* Two guards of which always exactly one holds. */
static bool exclusive(uint64_t a, uint64_t b)
{
    static const uint64_t pairs[][2] = {
        {G(VOID_AUDITED), G(VOID_UNAUDITED)},
        {G(PAST_DEADLINE), G(BEFORE_DEADLINE)},
        {G(IS_APPLICANT), G(IS_OTHER_SIDE)},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (((a & pairs[i][0]) && (b & pairs[i][1])) || ((a & pairs[i][1]) && (b & pairs[i][0])))
            return true;
    return false;
}

static bool ambiguous(const struct flow_transition *a, const struct flow_transition *b)
{
    if (a->from != b->from || a->action != b->action || a->by != b->by)
        return false;
    if ((a->flags & TF_UNDO) && (b->flags & TF_UNDO) && a->to != b->to)
        return false; /* last_from tells them apart */
    return !exclusive(a->guards, b->guards);
}

static void check_ambiguous(struct checker *c)
{
    for (size_t i = 0; i < c->def->ntransitions; i++)
        for (size_t k = 0; k < i; k++)
            if (ambiguous(&c->def->transitions[i], &c->def->transitions[k]))
                row_problem(c, &c->def->transitions[i], "another row says otherwise");
}

/* ------------------------------------------------------------------ place and ledger: S2.1.4, S2.1.5 */

static bool in_ledger(enum qx_state state)
{
    return state == ST_EFFECTIVE || state == ST_VOID_D || state == ST_VOID_S;
}

static enum qx_place place_between(bool before, bool after)
{
    if (before == after)
        return PLACE_KEEP;
    return after ? PLACE_TAKE : PLACE_GIVE_BACK;
}

static bool ledger_fits(const struct flow_transition *t, bool before, bool after)
{
    switch (t->ledger) {
    case LEDGER_SET:
        return !before && after;
    case LEDGER_CLEAR:
        return before && !after;
    case LEDGER_UPDATE:
        return before && after;
    case LEDGER_RESTORE:
        return (t->flags & TF_UNDO) && before != after;
    default:
        return before == after;
    }
}

/* A child that ends its parent moves the parent from EFFECTIVE to TERMINATED, or back when that is undone. */
static void check_effects(struct checker *c)
{
    for (size_t i = 0; i < c->def->ntransitions; i++) {
        const struct flow_transition *t = &c->def->transitions[i];
        bool parent = t->flags & TF_PARENT, undo = t->flags & TF_UNDO;
        enum qx_state to[2];

        if (parent && !c->def->child)
            row_problem(c, t, "ends a parent that the flow doesn't have");
        for (size_t k = targets(t, to); k-- > 0;) {
            bool held = parent ? !undo : holds_place(c->def, t->from);
            bool holds = parent ? undo : holds_place(c->def, to[k]);

            if (t->place != place_between(held, holds))
                row_problem(c, t, "the place column disagrees with the states");
            if (!ledger_fits(t, parent ? !undo : in_ledger(t->from), parent ? undo : in_ledger(to[k])))
                row_problem(c, t, "the ledger column disagrees with the states");
        }
    }
}

/* Only an audit's first stage has somewhere else to go alone: the school's stage of the same audit. */
static void check_stages(struct checker *c)
{
    for (size_t i = 0; i < c->def->ntransitions; i++) {
        const struct flow_transition *t = &c->def->transitions[i];
        const struct flow_state *alone = find_state(c->def, t->to_alone);

        if (t->flags & TF_UNDO)
            continue;
        if (flow_stage_d(t->to) != (t->to_alone != ST_NONE))
            row_problem(c, t, "leads to the department in school-only mode, or has a second way for nothing");
        if (alone && alone->waits_for != ROLE_SCHOOL)
            row_problem(c, t, "in school-only mode it doesn't reach the school");
        if (flow_stage_d(t->to) && !(t->guards & G(AUDITOR_EXISTS)))
            row_problem(c, t, "may reach a department without an auditor (S2.2.8)");
        if ((t->flags & TF_DECISION) && t->by == ROLE_SCHOOL && t->action != ACT_FORCE && !(t->guards & G(OTHER_STAGE)))
            row_problem(c, t, "one person could decide both stages (X1.11)");
    }
}

/* ------------------------------------------------------------------ undo: X1.6 */

static bool opposite(const struct flow_transition *done, const struct flow_transition *undo)
{
    bool ledger = done->ledger == LEDGER_KEEP ? undo->ledger == LEDGER_KEEP : undo->ledger == LEDGER_RESTORE;

    return (done->flags & TF_UNDOABLE) && (undo->flags & TF_UNDO) && done->from == undo->to && done->to == undo->from &&
           done->by == undo->by && ledger && !((done->flags ^ undo->flags) & TF_PARENT);
}

static size_t opposites(const struct flow_def *def, const struct flow_transition *t)
{
    size_t n = 0;

    for (size_t i = 0; i < def->ntransitions; i++)
        n += opposite(t, &def->transitions[i]) || opposite(&def->transitions[i], t);
    return n;
}

/* Never undone: these ask before. */
static bool lasting(enum qx_action action)
{
    return action == ACT_REJECT || action == ACT_VOID || action == ACT_FORCE || action == ACT_CHANGE;
}

static void check_undo(struct checker *c)
{
    const uint64_t guards = G(OWN_DECISION) | G(UNDO_WINDOW) | G(MODE_KEPT);

    for (size_t i = 0; i < c->def->ntransitions; i++) {
        const struct flow_transition *t = &c->def->transitions[i];

        if ((t->flags & (TF_UNDO | TF_UNDOABLE)) && opposites(c->def, t) != 1)
            row_problem(c, t, "not exactly one undo for what may be undone");
        if ((t->action == ACT_UNDO) != !!(t->flags & TF_UNDO))
            row_problem(c, t, "undo in name only, or by another name");
        if ((t->flags & TF_UNDO) && (t->guards & guards) != guards)
            row_problem(c, t, "an undo without its guards");
        if ((t->flags & TF_UNDOABLE) && lasting(t->action))
            row_problem(c, t, "may be undone, but must last");
    }
}

/* ------------------------------------------------------------------ all of it */

static void (*const check_list[])(struct checker *) = {
    check_declared,  check_queues,  check_reachable, check_ways_out,
    check_ambiguous, check_effects, check_stages,    check_undo,
};

int flow_check(const struct flow_def *def, FILE *err)
{
    struct checker c = {.def = def, .err = err};

    for (size_t i = 0; i < sizeof check_list / sizeof *check_list; i++)
        check_list[i](&c);
    return c.problems;
}

int flow_check_all(FILE *err)
{
    int problems = 0;

    for (int f = 0; f < FLOW_COUNT; f++)
        problems += flow_check(flow_def((enum qx_flow)f), err);
    return problems;
}
