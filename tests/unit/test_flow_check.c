/*
 * test_flow_check.c - the model check passes the program's tables and finds what is broken in others: each test breaks
 * a copy of a real table in one place, and reads what is said of it.
 */
#include "../../shared/domain/flowcheck.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define ROWS 64
#define STATES 16

struct copy {
    struct flow_def def;
    struct flow_transition rows[ROWS];
    struct flow_state states[STATES];
};

static void copy_flow(struct copy *c, enum qx_flow flow)
{
    c->def = *flow_def(flow);
    memcpy(c->rows, c->def.transitions, c->def.ntransitions * sizeof *c->rows);
    memcpy(c->states, c->def.states, c->def.nstates * sizeof *c->states);
    c->def.transitions = c->rows;
    c->def.states = c->states;
}

static struct flow_transition *row(struct copy *c, enum qx_state from, enum qx_action action, enum qx_role by)
{
    for (size_t i = 0; i < c->def.ntransitions; i++)
        if (c->rows[i].from == from && c->rows[i].action == action && c->rows[i].by == by)
            return &c->rows[i];
    CU_FAIL_FATAL("no such row");
    return NULL;
}

static struct flow_state *state(struct copy *c, enum qx_state of)
{
    for (size_t i = 0; i < c->def.nstates; i++)
        if (c->states[i].state == of)
            return &c->states[i];
    CU_FAIL_FATAL("no such state");
    return NULL;
}

static void remove_row(struct copy *c, const struct flow_transition *t)
{
    size_t at = (size_t)(t - c->rows);

    memmove(&c->rows[at], &c->rows[at + 1], (--c->def.ntransitions - at) * sizeof *c->rows);
}

/* The check finds something, and says this of it. */
static void finds(const struct copy *c, const char *what)
{
    char *said = NULL;
    size_t size;
    FILE *err = open_memstream(&said, &size);
    int problems;

    CU_ASSERT_PTR_NOT_NULL_FATAL(err);
    problems = flow_check(&c->def, err);
    fclose(err);
    CU_ASSERT(problems > 0);
    if (!strstr(said, what))
        SAME_TEXT(said, what);
    free(said);
}

static void real_tables_pass(void)
{
    CU_ASSERT_EQUAL(flow_check_all(stderr), 0);
}

static void unreachable_state(void)
{
    struct copy c;

    copy_flow(&c, FLOW_OFFLINE_SIGNING);
    c.states[c.def.nstates++] = (struct flow_state){ST_INVITED, .waits_for = ROLE_GRADUATE, .in_process = true};
    finds(&c, "state invited: can't be reached");
}

static void undeclared_state(void)
{
    struct copy c;

    copy_flow(&c, FLOW_OFFLINE_SIGNING);
    row(&c, ST_RETURNED, ACT_GIVE_UP, ROLE_SCHOOL)->to = ST_LAPSED;
    finds(&c, "names a state that is not declared");
}

static void graduate_held_for_ever(void)
{
    struct copy c;

    copy_flow(&c, FLOW_DESTINATION);
    remove_row(&c, row(&c, ST_EFFECTIVE, ACT_VOID, ROLE_SCHOOL));
    remove_row(&c, row(&c, ST_EFFECTIVE, ACT_VOID, ROLE_GRADUATE));
    remove_row(&c, row(&c, ST_EFFECTIVE, ACT_VOID, ROLE_GRADUATE));
    finds(&c, "state effective: no person can free the graduate");
}

static void deadline_that_never_comes(void)
{
    struct copy c;

    copy_flow(&c, FLOW_ONLINE_SIGNING);
    remove_row(&c, row(&c, ST_INVITED, ACT_LAPSE, ROLE_CLOCK));
    finds(&c, "sets a deadline that never ends it");
}

static void ambiguous_rows(void)
{
    struct copy c;

    copy_flow(&c, FLOW_DESTINATION);
    row(&c, ST_EFFECTIVE, ACT_VOID, ROLE_GRADUATE)->guards &= ~G(VOID_UNAUDITED);
    finds(&c, "another row says otherwise");
}

static void place_lost(void)
{
    struct copy c;

    copy_flow(&c, FLOW_DESTINATION);
    row(&c, ST_AUDIT_S, ACT_REJECT, ROLE_SCHOOL)->place = PLACE_KEEP;
    finds(&c, "the place column disagrees");
    copy_flow(&c, FLOW_ONLINE_TERMINATION);
    row(&c, ST_AWAITING_OTHER, ACT_FORCE, ROLE_SCHOOL)->place = PLACE_KEEP;
    finds(&c, "the place column disagrees");
    copy_flow(&c, FLOW_DESTINATION);
    state(&c, ST_RETURNED)->holds_place = false;
    finds(&c, "the place column disagrees");
}

static void ledger_wrong(void)
{
    struct copy c;

    copy_flow(&c, FLOW_DESTINATION);
    row(&c, ST_EFFECTIVE, ACT_VOID, ROLE_SCHOOL)->ledger = LEDGER_KEEP;
    finds(&c, "the ledger column disagrees");
    copy_flow(&c, FLOW_ONLINE_SIGNING);
    row(&c, ST_SIGNING_S, ACT_APPROVE, ROLE_SCHOOL)->ledger = LEDGER_UPDATE;
    finds(&c, "the ledger column disagrees");
}

static void way_out_of_an_end(void)
{
    struct copy c;

    copy_flow(&c, FLOW_DESTINATION);
    row(&c, ST_RETURNED, ACT_RESUBMIT, ROLE_GRADUATE)->from = ST_VOIDED;
    finds(&c, "leads out of a final state");
}

static void queue_missing(void)
{
    struct copy c;

    copy_flow(&c, FLOW_DESTINATION);
    state(&c, ST_RETURNED)->waits_for = ROLE_NONE;
    finds(&c, "state returned: open, but in nobody's queue");
    state(&c, ST_VOIDED)->waits_for = ROLE_SCHOOL;
    finds(&c, "state voided: nobody is to wait here");
    copy_flow(&c, FLOW_DESTINATION);
    state(&c, ST_AUDIT_S)->in_process = false;
    finds(&c, "in process (S2.2.4)");
}

static void department_skipped_or_alone(void)
{
    struct copy c;

    copy_flow(&c, FLOW_DESTINATION);
    row(&c, ST_DRAFT, ACT_SUBMIT, ROLE_GRADUATE)->to_alone = ST_NONE;
    finds(&c, "leads to the department in school-only mode");
    copy_flow(&c, FLOW_DESTINATION);
    row(&c, ST_AUDIT_S, ACT_APPROVE, ROLE_SCHOOL)->guards &= ~G(OTHER_STAGE);
    finds(&c, "one person could decide both stages");
    copy_flow(&c, FLOW_DESTINATION);
    row(&c, ST_RETURNED, ACT_RESUBMIT, ROLE_GRADUATE)->guards &= ~G(AUDITOR_EXISTS);
    finds(&c, "may reach a department without an auditor");
    copy_flow(&c, FLOW_DESTINATION);
    row(&c, ST_AUDIT_S, ACT_APPROVE, ROLE_SCHOOL)->guards &= ~G(SCOPE);
    finds(&c, "lacks the guards scope and right");
}

static void undo_out_of_step(void)
{
    struct copy c;

    copy_flow(&c, FLOW_OFFLINE_SIGNING);
    remove_row(&c, row(&c, ST_EFFECTIVE, ACT_UNDO, ROLE_SCHOOL));
    finds(&c, "not exactly one undo");
    copy_flow(&c, FLOW_OFFLINE_SIGNING);
    row(&c, ST_EFFECTIVE, ACT_UNDO, ROLE_SCHOOL)->ledger = LEDGER_CLEAR;
    finds(&c, "not exactly one undo");
    copy_flow(&c, FLOW_OFFLINE_SIGNING);
    row(&c, ST_EFFECTIVE, ACT_UNDO, ROLE_SCHOOL)->guards &= ~G(UNDO_WINDOW);
    finds(&c, "an undo without its guards");
    copy_flow(&c, FLOW_OFFLINE_SIGNING);
    row(&c, ST_SIGNING_S, ACT_REJECT, ROLE_SCHOOL)->flags |= TF_UNDOABLE;
    finds(&c, "may be undone, but must last");
}

static void drawings_show_every_row(void)
{
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);

        for (int format = FLOW_DOT; format <= FLOW_TABLE; format++) {
            char *text = NULL;
            size_t size, lines = 0;
            FILE *out = open_memstream(&text, &size);

            CU_ASSERT_PTR_NOT_NULL_FATAL(out);
            flow_print(out, def->flow, (enum flow_format)format, false);
            fclose(out);
            for (const char *p = text; (p = strchr(p, '\n')); p++)
                lines++;
            CU_ASSERT(lines > def->ntransitions);
            for (size_t i = 0; i < def->nstates; i++)
                CU_ASSERT_PTR_NOT_NULL(strstr(text, state_code(def->states[i].state)));
            free(text);
        }
    }
}

static const struct unit_test tests[] = {
    {"the program's tables pass", real_tables_pass},
    {"finds an unreachable state", unreachable_state},
    {"finds a state that is not declared", undeclared_state},
    {"finds a state that holds the graduate for ever (S2.1.4)", graduate_held_for_ever},
    {"finds a deadline that never comes (S2.3.4)", deadline_that_never_comes},
    {"finds two rows for the same thing", ambiguous_rows},
    {"finds a place lost or kept wrongly (S2.1.4)", place_lost},
    {"finds a ledger that doesn't follow (S2.1.5)", ledger_wrong},
    {"finds a way out of an end", way_out_of_an_end},
    {"finds a state in nobody's queue (S1.5.1)", queue_missing},
    {"finds a department skipped, or one person at both stages (S2.2.9, X1.11)", department_skipped_or_alone},
    {"finds an undo out of step (X1.6)", undo_out_of_step},
    {"the drawings show every state and row", drawings_show_every_row},
    {NULL, NULL},
};

UNIT_SUITE(flow_check_suite, "flow check", tests);
