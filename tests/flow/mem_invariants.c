/*
 * mem_invariants.c - what must hold of a graduate after every step, whatever happened; and the graduate as text, by
 * which two stores are compared. Each check names the rule it guards.
 */
#include "mem_store.h"

#include <stdlib.h>
#include <string.h>

struct check {
    struct mem_store *store;
    const struct mem_graduate *g;
    FILE *err;
    int problems;
};

static void expect(struct check *c, bool holds, const char *rule, const struct mem_record *r)
{
    if (holds)
        return;
    c->problems++;
    fprintf(c->err, "graduate %lld: %s", (long long)c->g->id, rule);
    if (r)
        fprintf(c->err, " (%s, %s, %s)", r->uuid, flow_code(r->r.flow), state_code(r->r.state));
    fputc('\n', c->err);
}

static const struct mem_record *nth(const struct check *c, size_t i)
{
    return &c->store->records[c->g->records[i]];
}

static const struct flow_state *state_of_record(const struct mem_record *r)
{
    return flow_state(r->r.flow, r->r.state);
}

static bool in_force(const struct mem_record *r)
{
    return r->r.state == ST_EFFECTIVE || r->r.state == ST_VOID_D || r->r.state == ST_VOID_S;
}

static bool stage_d(const struct mem_record *r)
{
    return state_of_record(r)->waits_for == ROLE_DEPARTMENT;
}

/* S2.1.4: the place is held exactly by the one record whose state holds it. S2.1.5: the ledger shows it while in force.
 */
static void check_place(struct check *c)
{
    const struct mem_ledger *ledger = mem_ledger(c->g);
    const struct mem_record *holder = NULL;
    size_t holders = 0;

    for (size_t i = 0; i < c->g->nrecords; i++) {
        if (!state_of_record(nth(c, i))->holds_place)
            continue;
        holders++;
        holder = nth(c, i);
    }
    expect(c, holders <= 1, "S2.1.4: more than one record holds the place", holder);
    expect(c, c->g->place == (holder ? holder->r.id : 0), "S2.1.4: the place row is not the holder's", holder);
    if (holder && in_force(holder))
        expect(c, ledger->record == holder->r.id && ledger->content == holder->content,
               "S2.1.5: the ledger is not the effective record's content", holder);
    else
        expect(c, !ledger->record, "S2.1.5: the ledger shows a record that is not in force", holder);
    expect(c, ledger->version == (int64_t)c->g->nledgers - 1, "S2.1.5: a ledger version is missing", NULL);
}

/* Every open state waits in exactly one queue; what is final or in force waits in none. */
static void check_queue(struct check *c, const struct mem_record *r)
{
    const struct flow_state *state = state_of_record(r);
    bool waits = !state->final && r->r.state != ST_EFFECTIVE;

    expect(c, waits == (r->waits_for != ROLE_NONE), "S1.5.1: not in exactly one queue", r);
    expect(c, (r->waits_for == ROLE_DEPARTMENT) == (r->holder_id == c->g->department_id), "S2.2.9: wrong holder", r);
    if (state->waits_for_other)
        expect(c, r->waits_for == (r->r.applicant == ROLE_GRADUATE ? ROLE_EMPLOYER : ROLE_GRADUATE),
               "S2.4.1: doesn't wait for the other side", r);
    else
        expect(c, r->waits_for == state->waits_for, "S1.5.1: waits in another state's queue", r);
    expect(c, !!r->r.due_at == (r->r.state == ST_INVITED), "S2.3.4: a deadline without an open invitation, or none", r);
}

/* S2.2.4, S2.2.9: nothing in process stands at a stage that the mode doesn't have, or has skipped one. */
static void check_stage(struct check *c, const struct mem_record *r)
{
    bool two_level = c->store->schools[c->g->school].season.audit_mode == AUDIT_TWO_LEVEL;
    bool at_school = state_of_record(r)->waits_for == ROLE_SCHOOL;

    expect(c, two_level || !stage_d(r), "S2.2.4: at the department's stage in school-only mode", r);
    expect(c, !two_level || !at_school || r->r.stage_d_actor, "S2.2.9: the department was skipped", r);
    expect(c, !stage_d(r) || !r->r.stage_d_actor, "X1.11: approved by a department that has it still", r);
    expect(c, !(stage_d(r) || at_school) || r->r.untouched == !r->r.stage_d_actor, "S2.5.1: wrongly untouched", r);
}

static void check_record(struct check *c, const struct mem_record *r)
{
    bool signing = r->r.flow == FLOW_OFFLINE_SIGNING || r->r.flow == FLOW_ONLINE_SIGNING;

    expect(c, !!r->number == r->r.has_number, "S2.5.6: number and mark differ", r);
    expect(c, !signing || r->r.state != ST_EFFECTIVE || r->number, "S2.5.6: in force without a number", r);
    expect(c, r->number <= c->store->numbers, "S2.5.6: a number that was not given", r);
    expect(c, !r->r.marked_returned || r->r.state == ST_AWAITING_IMAGE, "S2.5.4: marked in another state", r);
    expect(c, !r->r.forced || (r->r.state == ST_TERMINATED && r->r.applicant == ROLE_GRADUATE),
           "S2.4.4: forced, but not the graduate's application", r);
    expect(c, r->r.version > 0 && r->r.revision > 0, "a record without version or content", r);
}

/* S2.4: a termination and its signing agree. */
static void check_child(struct check *c, const struct mem_record *child)
{
    const struct mem_record *parent = &c->store->records[child->r.parent_id - 1];
    bool open = !state_of_record(child)->final;

    expect(c, !open || parent->r.state == ST_EFFECTIVE, "S2.4.5: a termination open on what is not effective", child);
    expect(c, !open || c->g->place == parent->r.id, "S2.1.4: the place was given back under a termination", child);
    expect(c, child->r.state != ST_TERMINATED || parent->r.state == ST_TERMINATED, "S2.4.2: the signing still stands",
           child);
    for (size_t i = 0; open && i < c->g->nrecords; i++)
        expect(c, nth(c, i) == child || nth(c, i)->r.parent_id != parent->r.id || state_of_record(nth(c, i))->final,
               "S2.1.4: two terminations open on one record", child);
}

static void check_terminated(struct check *c, const struct mem_record *parent)
{
    size_t enders = 0;

    for (size_t i = 0; i < c->g->nrecords; i++)
        enders += nth(c, i)->r.parent_id == parent->r.id && nth(c, i)->r.state == ST_TERMINATED;
    expect(c, enders == 1, "S2.4.2: terminated, but not by one termination", parent);
}

static void check_counts(struct check *c)
{
    int applications = 0;

    for (size_t i = 0; i < c->g->nrecords; i++) {
        const struct mem_record *r = nth(c, i);

        applications += r->r.parent_id && r->r.applicant == ROLE_GRADUATE;
        for (size_t k = 0; r->r.state == ST_INVITED && k < i; k++)
            expect(c, nth(c, k)->r.state != ST_INVITED || nth(c, k)->r.employer_id != r->r.employer_id,
                   "S2.3.2: two open invitations of one employer", r);
    }
    expect(c, applications == c->g->termination_count, "S2.2.5: applications miscounted", NULL);
}

int mem_check(struct mem_store *s, int64_t graduate_id, FILE *err)
{
    struct check c = {.store = s, .g = mem_graduate(s, graduate_id), .err = err};

    for (size_t i = 0; i < c.g->nrecords; i++) {
        const struct mem_record *r = nth(&c, i);

        if (!state_of_record(r)) {
            expect(&c, false, "a state that its flow doesn't have", r);
            return c.problems;
        }
        check_queue(&c, r);
        check_stage(&c, r);
        check_record(&c, r);
        if (r->r.parent_id)
            check_child(&c, r);
        else if (r->r.state == ST_TERMINATED)
            check_terminated(&c, r);
    }
    check_place(&c);
    check_counts(&c);
    return c.problems;
}

int mem_check_history(const struct mem_store *s, FILE *err)
{
    struct mem_event *last = calloc(s->nrecords + 1, sizeof *last);
    int problems = 0;

    if (!last)
        return 1;
    for (size_t i = 0; i < s->nevents; i++) {
        const struct mem_event *e = &s->events[i];
        const struct mem_event *before = &last[e->record];

        problems += e->version != before->version + 1;
        problems += before->version && e->from != before->to;
        last[e->record] = *e;
    }
    for (size_t i = 0; i < s->nrecords; i++)
        problems += last[i + 1].version != s->records[i].r.version || last[i + 1].to != s->records[i].r.state;
    if (problems)
        fprintf(err, "X1.4: %d breaks in the history\n", problems);
    free(last);
    return problems;
}

/* ------------------------------------------------------------------ as text */

static int by_uuid(const void *a, const void *b, void *store)
{
    const struct mem_store *s = store;

    return strcmp(s->records[*(const size_t *)a].uuid, s->records[*(const size_t *)b].uuid);
}

static const char *uuid_of(const struct mem_store *s, int64_t id)
{
    return id ? s->records[id - 1].uuid : "-";
}

static void describe_record(const struct mem_store *s, const struct mem_record *r, FILE *out)
{
    fprintf(out, "record %s %s %s v=%lld waits=%s holder=%lld due=%lld number=%d forced=%d marked=%d untouched=%d",
            r->uuid, flow_code(r->r.flow), state_code(r->r.state), (long long)r->r.version, role_code(r->waits_for),
            (long long)r->holder_id, (long long)r->r.due_at, r->r.has_number, r->r.forced, r->r.marked_returned,
            r->r.untouched);
    fprintf(out, " stage_d=%lld revision=%lld content=%llx applicant=%s parent=%s last=%s/%s/%lld\n",
            (long long)r->r.stage_d_actor, (long long)r->r.revision, (unsigned long long)r->content,
            role_code(r->r.applicant), uuid_of(s, r->r.parent_id), action_code(r->r.last_action),
            state_code(r->r.last_from), (long long)r->r.last_actor);
}

void mem_describe(struct mem_store *s, int64_t graduate_id, FILE *out)
{
    const struct mem_graduate *g = mem_graduate(s, graduate_id);
    const struct mem_ledger *ledger = mem_ledger(g);
    size_t *order = malloc((g->nrecords + 1) * sizeof *order);

    if (!order)
        abort();
    for (size_t i = 0; i < g->nrecords; i++)
        order[i] = g->records[i];
    qsort_r(order, g->nrecords, sizeof *order, by_uuid, s);
    fprintf(out, "graduate %lld v=%lld terminations=%d place=%s\n", (long long)g->id, (long long)g->version,
            g->termination_count, uuid_of(s, g->place));
    fprintf(out, "ledger v=%lld record=%s content=%llx\n", (long long)ledger->version, uuid_of(s, ledger->record),
            (unsigned long long)ledger->content);
    for (size_t i = 0; i < g->nrecords; i++)
        describe_record(s, &s->records[order[i]], out);
    free(order);
}
