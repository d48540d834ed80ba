/*
 * tally.c - see tally.h.
 */
#include "tally.h"

void tally_add(struct tally *t, const struct mem_store *s, const struct mem_act *act, const struct flow_plan *p)
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

bool tally_transitions(const struct tally *t)
{
    bool all = true;

    printf("%-20s %-26s %-10s %-10s %-26s %8s %8s\n", "flow", "from", "action", "by", "to", "fired", "alone");
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);

        for (size_t i = 0; i < def->ntransitions; i++) {
            const struct flow_transition *r = &def->transitions[i];

            printf("%-20s %-26s %-10s %-10s %-26s %8llu %8llu%s\n", flow_code(def->flow), state_code(r->from),
                   action_code(r->action), role_code(r->by), state_code(r->to), (unsigned long long)t->fired[f][i],
                   (unsigned long long)t->alone[f][i], t->fired[f][i] < TALLY_EACH ? "  <-- too seldom" : "");
            all = all && t->fired[f][i] >= TALLY_EACH;
        }
    }
    return all;
}

/* These two choose between rows (S2.8.3) and never refuse; that both rows fire proves them. */
static bool only_chooses(int guard)
{
    return guard == GUARD_VOID_AUDITED || guard == GUARD_VOID_UNAUDITED;
}

bool tally_guards(const struct tally *t)
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
bool tally_outcomes(const struct tally *t)
{
    bool all = true;

    for (int o = 0; o < OUT_COUNT; o++) {
        printf("outcome %-12s %8llu\n", outcome_code((enum qx_outcome)o), (unsigned long long)t->outcomes[o]);
        all = all && (t->outcomes[o] || o == OUT_LOCKED);
    }
    return all;
}
