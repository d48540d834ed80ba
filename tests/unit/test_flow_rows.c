/*
 * test_flow_rows.c - every row of every flow against expectations of their own, stated by action and not by row: what
 * each action needs, whom it tells, what it leaves behind. For each guard expected, what it asks for is taken away and
 * the step must be refused for it; a row with a guard that nobody expects fails too.
 */
#include "flow_scene.h"

#include <stdio.h>

/* ------------------------------------------------------------------ what each action needs */

#define ALL (~0u)
#define OFFLINE (1u << FLOW_OFFLINE_SIGNING)
#define DESTINATION (1u << FLOW_DESTINATION)
#define ONLINE (1u << FLOW_ONLINE_SIGNING)
#define TERMINATION (1u << FLOW_ONLINE_TERMINATION)
#define SIGNING (OFFLINE | ONLINE)

#define BY(role) (1u << ROLE_##role)

/* clang-format off */
static const struct expectation {
    unsigned flows;
    enum qx_action action;
    unsigned by;
    uint64_t guards;
    const char *rule;
} expectations[] = {
    {ALL,         ACT_SUBMIT,    ALL,            G(FLOW_OPEN),                       "S2.2.3"},
    {ALL,         ACT_SUBMIT,    ALL,            G(PLACE_FREE),                      "S2.1.4"},
    {ALL,         ACT_SUBMIT,    ALL,            G(NO_TERMINATION),                  "S2.4.3"},
    {ALL,         ACT_SUBMIT,    ALL,            G(FORM_COMPLETE),                   "S2.1.2"},
    {ALL,         ACT_SUBMIT,    ALL,            G(AUDITOR_EXISTS),                  "S2.2.8"},
    {OFFLINE,     ACT_SUBMIT,    ALL,            G(MAY_SIGN),                        "S1.5.7"},
    {DESTINATION, ACT_SUBMIT,    ALL,            G(KIND_ALLOWED) | G(PROOF_ATTACHED), "S2.8.1 S2.9.1"},
    {ALL,         ACT_RESUBMIT,  ALL,            G(FORM_COMPLETE),                   "S2.1.2"},
    {ALL,         ACT_RESUBMIT,  ALL,            G(AUDITOR_EXISTS),                  "S2.2.8"},
    {DESTINATION, ACT_RESUBMIT,  ALL,            G(KIND_ALLOWED) | G(PROOF_ATTACHED), "S2.8.1 S2.9.1"},
    {ALL,         ACT_UPLOAD,    ALL,            G(IMAGE_ATTACHED),                  "S2.5.3"},
    {ALL,         ACT_UPLOAD,    ALL,            G(AUDITOR_EXISTS),                  "S2.2.8"},
    {ALL,         ACT_TAKE_BACK, ALL,            G(UNTOUCHED),                       "S2.5.1"},
    {ALL,         ACT_RETURN,    ALL,            G(REASON_GIVEN),                    "S2.1.8"},
    {ALL,         ACT_REJECT,    ALL,            G(REASON_GIVEN),                    "S2.1.8"},
    {ALL,         ACT_APPROVE,   BY(SCHOOL),     G(OTHER_STAGE),                     "X1.11"},
    {ALL,         ACT_RETURN,    BY(SCHOOL),     G(OTHER_STAGE),                     "X1.11"},
    {ALL,         ACT_REJECT,    BY(SCHOOL),     G(OTHER_STAGE),                     "X1.11"},
    {ALL,         ACT_CHANGE,    BY(SCHOOL),     G(OTHER_STAGE),                     "X1.11"},
    {ALL,         ACT_CHANGE,    ALL,            G(FORM_COMPLETE) | G(KIND_ALLOWED), "S2.8.2"},
    {ALL,         ACT_CHANGE,    ALL,            G(EXPLAINED) | G(AGREED_TICK),      "S2.8.2"},
    {ALL,         ACT_GIVE_UP,   BY(SCHOOL),     G(EXPLAINED),                       "S2.1.6"},
    {ALL,         ACT_MODIFY,    ALL,            G(FORM_COMPLETE),                   "S2.3.8"},
    {ALL,         ACT_MODIFY,    ALL,            G(NOTHING_OPEN),                    "S2.4.5"},
    {ALL,         ACT_VOID,      ALL,            G(NOTHING_OPEN),                    "S2.4.5"},
    {ALL,         ACT_VOID,      BY(SCHOOL),     G(EXPLAINED) | G(AGREED_TICK),      "S2.3.9"},
    {ONLINE,      ACT_INVITE,    ALL,            G(FLOW_OPEN),                       "S2.2.3"},
    {ONLINE,      ACT_INVITE,    ALL,            G(MAY_SIGN),                        "S1.5.7"},
    {ONLINE,      ACT_INVITE,    ALL,            G(NONE_INVITED) | G(FORM_COMPLETE), "S2.3.2"},
    {ONLINE,      ACT_WITHDRAW,  ALL,            G(BEFORE_DEADLINE),                 "S2.3.2"},
    {ONLINE,      ACT_DECLINE,   ALL,            G(BEFORE_DEADLINE),                 "S2.3.4"},
    {ONLINE,      ACT_DECLINE,   ALL,            G(PLACE_FREE),                      "S2.3.5"},
    {ONLINE,      ACT_ACCEPT,    ALL,            G(BEFORE_DEADLINE),                 "S2.3.4"},
    {ONLINE,      ACT_ACCEPT,    ALL,            G(PLACE_FREE),                      "S2.1.4"},
    {ONLINE,      ACT_ACCEPT,    ALL,            G(NO_TERMINATION),                  "S2.4.3"},
    {ONLINE,      ACT_ACCEPT,    ALL,            G(MAY_SIGN),                        "S1.5.7"},
    {ONLINE,      ACT_ACCEPT,    ALL,            G(AUDITOR_EXISTS),                  "S2.2.8"},
    {ONLINE,      ACT_LAPSE,     ALL,            G(PAST_DEADLINE),                   "S2.3.4"},
    {TERMINATION, ACT_APPLY,     ALL,            G(PARENT_EFFECTIVE) | G(NONE_OPEN_ON_PARENT) | G(FORM_COMPLETE), "S2.4.1"},
    {TERMINATION, ACT_APPLY,     BY(GRADUATE),   G(WITHIN_LIMIT),                    "S2.2.5"},
    {TERMINATION, ACT_APPLY,     BY(EMPLOYER),   G(PROOF_ATTACHED),                  "S2.4.1"},
    {TERMINATION, ACT_WITHDRAW,  ALL,            G(IS_APPLICANT),                    "S2.4.1"},
    {TERMINATION, ACT_DECLINE,   ALL,            G(IS_OTHER_SIDE),                   "S2.4.1"},
    {TERMINATION, ACT_AGREE,     ALL,            G(IS_OTHER_SIDE),                   "S2.4.1"},
    {TERMINATION, ACT_AGREE,     ALL,            G(AUDITOR_EXISTS),                  "S2.2.8"},
    {TERMINATION, ACT_FORCE,     ALL,            G(BY_GRADUATE) | G(EXPLAINED) | G(AGREED_TICK), "S2.4.4"},
    {ALL,         ACT_UNDO,      ALL,            G(OWN_DECISION) | G(UNDO_WINDOW) | G(MODE_KEPT), "X1.6"},
};
/* clang-format on */

/* What an undo needs beside: the school's approvals, until passed on; a termination's, while the place is free. */
static uint64_t expected_of_undo(enum qx_flow flow, const struct flow_transition *t)
{
    bool approval = t->from == ST_EFFECTIVE || t->from == ST_TERMINATED || t->to == ST_AGREEMENT_S;

    if (t->from == ST_RETURNED || t->by != ROLE_SCHOOL || !approval)
        return 0;
    return G(NOT_PASSED_ON) | G(NOTHING_OPEN) | (flow == FLOW_ONLINE_TERMINATION ? G(PLACE_FREE) : 0);
}

static uint64_t expected_of(enum qx_flow flow, const struct flow_transition *t)
{
    uint64_t guards = G(SCOPE) | G(RIGHT);

    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++)
        if ((expectations[i].flows >> flow & 1) && expectations[i].action == t->action &&
            (expectations[i].by >> t->by & 1))
            guards |= expectations[i].guards;
    if (t->action == ACT_UNDO)
        guards |= expected_of_undo(flow, t);
    if (t->action == ACT_VOID && t->by == ROLE_GRADUATE) /* S2.8.3 */
        guards |= t->to == ST_VOID_D ? G(VOID_AUDITED) | G(AUDITOR_EXISTS) : G(VOID_UNAUDITED);
    return guards;
}

/* ------------------------------------------------------------------ taking away what a guard asks for */

static void spoil_who(struct scene *s, enum qx_guard guard)
{
    if (guard == GUARD_RIGHT)
        s->actor.rights[MODULE_EMPLOYMENT] = RIGHT_READ;
    if (guard == GUARD_SCOPE) {
        s->actor.school_code[0] = '9';
        s->actor.employer_id = 8;
    }
    if (guard == GUARD_OTHER_STAGE)
        s->record.stage_d_actor = s->actor.account_id;
    if (guard == GUARD_IS_APPLICANT || guard == GUARD_BY_GRADUATE)
        s->record.applicant = s->actor.role == ROLE_EMPLOYER ? ROLE_GRADUATE : ROLE_EMPLOYER;
    if (guard == GUARD_IS_OTHER_SIDE)
        s->record.applicant = s->actor.role;
}

static void spoil_args(struct scene *s, enum qx_guard guard)
{
    if (guard == GUARD_FORM_COMPLETE)
        s->args.form_complete = false;
    if (guard == GUARD_KIND_ALLOWED)
        scene_kind(s, "B14");
    if (guard == GUARD_PROOF_ATTACHED)
        s->args.proofs = 0;
    if (guard == GUARD_IMAGE_ATTACHED)
        s->args.images = 0;
    if (guard == GUARD_REASON_GIVEN || guard == GUARD_EXPLAINED)
        s->args.reason_text = "";
    if (guard == GUARD_AGREED_TICK)
        s->args.agreed = false;
}

static void spoil_graduate(struct scene *s, enum qx_guard guard)
{
    if (guard == GUARD_FLOW_OPEN)
        s->season.open_online_signing = s->season.open_destination = false;
    if (guard == GUARD_MAY_SIGN)
        s->graduate.barred = true;
    if (guard == GUARD_PLACE_FREE)
        s->graduate.place_record = 4711;
    if (guard == GUARD_NO_TERMINATION)
        s->graduate.open_termination = true;
    if (guard == GUARD_NONE_INVITED)
        s->graduate.open_invitations_here = 1;
    if (guard == GUARD_AUDITOR_EXISTS)
        s->season.auditor_exists = false;
    if (guard == GUARD_WITHIN_LIMIT)
        s->graduate.termination_count = 1;
}

static void spoil_record(struct scene *s, enum qx_guard guard)
{
    if (guard == GUARD_BEFORE_DEADLINE)
        s->now = s->record.due_at;
    if (guard == GUARD_PAST_DEADLINE)
        s->now = s->record.due_at - 1;
    if (guard == GUARD_UNTOUCHED)
        s->record.untouched = false;
    if (guard == GUARD_NOTHING_OPEN)
        s->record.open_child = true;
    if (guard == GUARD_PARENT_EFFECTIVE)
        s->parent.state = ST_VOIDED;
    if (guard == GUARD_NONE_OPEN_ON_PARENT)
        s->parent.open_child = true;
    if (guard == GUARD_OWN_DECISION)
        s->record.last_actor = SCENE_OTHER;
    if (guard == GUARD_UNDO_WINDOW)
        s->record.last_at = s->now - 301000;
    if (guard == GUARD_NOT_PASSED_ON)
        s->record.passed_on = true;
    if (guard == GUARD_MODE_KEPT) {
        bool to_department = flow_state(s->record.flow, s->record.last_from)->waits_for == ROLE_DEPARTMENT;

        s->season.audit_mode = to_department ? AUDIT_SCHOOL_ONLY : AUDIT_TWO_LEVEL;
        s->record.stage_d_actor = 0;
    }
}

static void spoil(struct scene *s, enum qx_guard guard)
{
    spoil_who(s, guard);
    spoil_args(s, guard);
    spoil_graduate(s, guard);
    spoil_record(s, guard);
}

/* ------------------------------------------------------------------ a scene in which the row fires */

static enum qx_action undone_action(const struct flow_def *def, const struct flow_transition *undo)
{
    for (size_t i = 0; i < def->ntransitions; i++) {
        const struct flow_transition *t = &def->transitions[i];

        if ((t->flags & TF_UNDOABLE) && t->from == undo->to && t->to == undo->from && t->by == undo->by)
            return t->action;
    }
    return ACT_NONE;
}

static struct scene scene_of(const struct flow_def *def, const struct flow_transition *t)
{
    struct scene s = scene(def->flow, t->from, t->by);

    s.record.stage_d_actor = SCENE_OTHER;
    s.season.void_audited = t->to == ST_VOID_D;
    if (t->guards & G(PAST_DEADLINE))
        s.now = s.record.due_at;
    if (t->action == ACT_AGREE || (t->action == ACT_DECLINE && def->child))
        s.record.applicant = t->by == ROLE_GRADUATE ? ROLE_EMPLOYER : ROLE_GRADUATE;
    if (t->action == ACT_WITHDRAW)
        s.record.applicant = t->by;
    if (t->action != ACT_UNDO)
        return s;
    s.record.last_from = t->to;
    s.record.last_action = undone_action(def, t);
    s.record.last_actor = s.actor.account_id;
    s.record.last_at = s.now;
    return s;
}

static void fail_row(const struct flow_def *def, const struct flow_transition *t, const char *what, const char *more)
{
    char note[256];

    snprintf(note, sizeof note, "%s: %s %s by %s: %s %s", flow_code(def->flow), state_code(t->from),
             action_code(t->action), role_code(t->by), what, more);
    unit_same_text(note, "", __FILE__, __LINE__);
}

static void each_row(void (*run)(const struct flow_def *, const struct flow_transition *))
{
    for (int f = 0; f < FLOW_COUNT; f++)
        for (size_t i = 0; i < flow_def((enum qx_flow)f)->ntransitions; i++)
            run(flow_def((enum qx_flow)f), &flow_def((enum qx_flow)f)->transitions[i]);
}

/* ------------------------------------------------------------------ the tests */

static void fires(const struct flow_def *def, const struct flow_transition *t)
{
    struct scene s = scene_of(def, t);
    struct flow_plan p = scene_step(&s, t->action);

    if (p.outcome != OUT_OK || p.transition != t)
        fail_row(def, t, "doesn't fire:", scene_says(&s, t->action));
}

static void every_row_fires(void)
{
    each_row(fires);
}

static bool chooses(enum qx_guard guard)
{
    return guard == GUARD_VOID_AUDITED || guard == GUARD_VOID_UNAUDITED;
}

/* The clock needs no right, and neither do the two parties. */
static bool always_holds(const struct flow_transition *t, enum qx_guard guard)
{
    return (guard == GUARD_RIGHT && t->by != ROLE_SCHOOL && t->by != ROLE_DEPARTMENT) ||
           (guard == GUARD_SCOPE && (t->by == ROLE_CLOCK || t->action == ACT_INVITE));
}

static void refuses(const struct flow_def *def, const struct flow_transition *t)
{
    uint64_t expected = expected_of(def->flow, t);

    if (t->guards & ~expected)
        fail_row(def, t, "has a guard that no rule asks for", "");
    for (int g = 0; g < GUARD_COUNT; g++) {
        struct scene s = scene_of(def, t);
        struct flow_plan p;

        if (!(expected >> g & 1) || chooses((enum qx_guard)g) || always_holds(t, (enum qx_guard)g))
            continue;
        spoil(&s, (enum qx_guard)g);
        p = scene_step(&s, t->action);
        if (p.outcome == OUT_OK || !(p.failed >> g & 1))
            fail_row(def, t, "isn't refused for", guard_code((enum qx_guard)g));
    }
}

static void every_guard_refuses(void)
{
    each_row(refuses);
}

/* S2.11.1: nobody is told what they did themselves; whatever another did, both sides hear of. */
static enum qx_message expected_message(const struct flow_def *def, const struct flow_transition *t)
{
    static const enum qx_message messages[ACT_COUNT] = {
        [ACT_RETURN] = MSG_RETURNED,
        [ACT_REJECT] = MSG_REJECTED,
        [ACT_CHANGE] = MSG_CHANGED,
        [ACT_MODIFY] = MSG_MODIFIED,
        [ACT_UNDO] = MSG_UNDONE,
        [ACT_INVITE] = MSG_INVITED,
        [ACT_ACCEPT] = MSG_ACCEPTED,
        [ACT_LAPSE] = MSG_INVITATION_LAPSED,
        [ACT_APPLY] = MSG_TERMINATION_APPLIED,
        [ACT_FORCE] = MSG_FORCED,
        [ACT_AGREE] = MSG_TERMINATION_AGREED,
        [ACT_GIVE_UP] = MSG_GIVEN_UP,
        [ACT_VOID] = MSG_VOIDED,
    };

    if (t->by == ROLE_GRADUATE && !def->online)
        return MSG_NONE;
    if (t->action == ACT_APPROVE && t->by == ROLE_DEPARTMENT)
        return MSG_PASSED_ON;
    if (t->action == ACT_APPROVE)
        return t->to == ST_AWAITING_IMAGE ? MSG_AGREEMENT_READY
               : t->to == ST_VOIDED       ? MSG_VOIDED
               : t->to == ST_TERMINATED   ? MSG_TERMINATED
                                          : MSG_APPROVED;
    if (t->action == ACT_WITHDRAW)
        return def->child ? MSG_TERMINATION_WITHDRAWN : MSG_INVITATION_WITHDRAWN;
    if (t->action == ACT_DECLINE)
        return def->child ? MSG_TERMINATION_DECLINED : MSG_DECLINED;
    return messages[t->action];
}

static void tells(const struct flow_def *def, const struct flow_transition *t)
{
    struct scene s = scene_of(def, t);

    if (scene_step(&s, t->action).message != expected_message(def, t))
        fail_row(def, t, "tells", message_code(scene_step(&s, t->action).message));
}

static void every_row_tells(void)
{
    each_row(tells);
}

static bool brings_content(enum qx_action action)
{
    return action == ACT_SUBMIT || action == ACT_RESUBMIT || action == ACT_MODIFY || action == ACT_CHANGE ||
           action == ACT_INVITE || action == ACT_APPLY;
}

static void brings(const struct flow_def *def, const struct flow_transition *t)
{
    struct scene s = scene_of(def, t);

    if ((scene_step(&s, t->action).content == CONTENT_NEW) != brings_content(t->action))
        fail_row(def, t, "content", "");
}

static void every_row_keeps_content(void)
{
    each_row(brings);
}

static bool submits(const struct flow_transition *t)
{
    return t->action == ACT_SUBMIT || t->action == ACT_RESUBMIT || t->action == ACT_UPLOAD || t->action == ACT_ACCEPT ||
           t->action == ACT_AGREE || t->action == ACT_INVITE || t->action == ACT_APPLY || t->to == ST_VOID_D;
}

static bool decides(const struct flow_transition *t)
{
    return t->action == ACT_APPROVE || t->action == ACT_RETURN || t->action == ACT_REJECT || t->action == ACT_CHANGE ||
           t->action == ACT_FORCE;
}

/* S2.5.1, X1.11: a submission begins a round, a decision ends the time to take it back and is its department's. */
static void begins_or_ends(const struct flow_def *def, const struct flow_transition *t)
{
    struct scene s = scene_of(def, t);
    struct flow_plan p;

    s.record.untouched = decides(t) || t->action == ACT_TAKE_BACK;
    p = scene_step(&s, t->action);
    if (t->action == ACT_UNDO)
        return; /* test_flow_undo.c */
    if (submits(t) != (p.untouched && !p.stage_d_actor) || submits(t) != !!(t->flags & TF_SUBMISSION))
        fail_row(def, t, "begins a round, or doesn't", "");
    if (decides(t) && p.untouched)
        fail_row(def, t, "decides, but it stays untouched", "");
    if (decides(t) && p.stage_d_actor != (t->by == ROLE_DEPARTMENT ? SCENE_DEPARTMENT : SCENE_OTHER))
        fail_row(def, t, "the department's decider is wrong", "");
    if (p.marked_returned != (t->action == ACT_RETURN && t->to == ST_AWAITING_IMAGE))
        fail_row(def, t, "marked as returned, or not", "");
}

static void every_row_begins_or_ends(void)
{
    each_row(begins_or_ends);
}

static const struct unit_test tests[] = {
    {"every row fires where all is given", every_row_fires},
    {"every row refuses for each of its rules, and for nothing else", every_guard_refuses},
    {"S2.11.1 every row tells whom it should", every_row_tells},
    {"S2.1.2 what brings new content, and what keeps it", every_row_keeps_content},
    {"S2.5.1 S2.5.4 X1.11 submissions begin a round, decisions end it", every_row_begins_or_ends},
    {NULL, NULL},
};

UNIT_SUITE(flow_rows_suite, "flow rows", tests);
