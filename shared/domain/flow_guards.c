/*
 * flow_guards.c - one predicate per guard, indexed by enum qx_guard. A predicate reads what it is given and nothing
 * else; it never looks at another guard. Adding a guard: a line in flow.h's list and one here (the table must be
 * complete to compile).
 */
#include "flow_guards.h"

#include "codes.h"

#include <string.h>

typedef bool guard_fn(const struct flow_input *, const struct flow_transition *);

static bool has_text(const char *s)
{
    return s && s[strspn(s, " \t\r\n")];
}

static bool same_school(const struct flow_input *in)
{
    return !strncmp(in->actor->school_code, in->graduate->school_code, QX_SCHOOL_CODE);
}

/* ------------------------------------------------------------------ who: S1.4.5, S1.4.2, S2.2.9 */

static bool manager_sees(const struct flow_input *in)
{
    const struct flow_actor *a = in->actor;

    return same_school(in) && (a->scope == SCOPE_BOTH || a->scope == in->graduate->scope) &&
           a->rights[flow_def(in->record->flow)->module] != RIGHT_NONE;
}

static bool department_sees(const struct flow_input *in)
{
    return manager_sees(in) && in->actor->department_id == in->graduate->department_id;
}

static bool graduate_sees(const struct flow_input *in)
{
    return same_school(in) && in->actor->graduate_id == in->graduate->id;
}

/* An employer's own: the record it makes, or one that names it (a termination: its signing does). */
static bool employer_sees(const struct flow_input *in)
{
    const struct flow_record *r = in->parent ? in->parent : in->record;

    return in->actor->employer_id && flow_def(in->record->flow)->online &&
           (r->employer_id == in->actor->employer_id || (!in->parent && !in->record->version));
}

static bool scope(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    switch (in->actor->role) {
    case ROLE_CLOCK:
    case ROLE_SUPPORT:
        return true; /* support sees, and finds no row of its own */
    case ROLE_SCHOOL:
        return manager_sees(in);
    case ROLE_DEPARTMENT:
        return department_sees(in);
    case ROLE_GRADUATE:
        return graduate_sees(in);
    case ROLE_EMPLOYER:
        return employer_sees(in);
    default:
        return false;
    }
}

static bool right(const struct flow_input *in, const struct flow_transition *row)
{
    bool manager = in->actor->role == ROLE_SCHOOL || in->actor->role == ROLE_DEPARTMENT;

    (void)row;
    return !manager || in->actor->rights[flow_def(in->record->flow)->module] == RIGHT_WRITE;
}

/* ------------------------------------------------------------------ settings and the graduate */

static bool flow_open(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    switch (flow_def(in->record->flow)->opened_by) {
    case SWITCH_ONLINE_SIGNING:
        return in->season->open_online_signing;
    case SWITCH_SUPPLEMENT:
        return in->season->open_supplement;
    case SWITCH_DESTINATION:
        return in->season->open_destination;
    default:
        return true;
    }
}

static bool may_sign(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return !in->graduate->barred;
}

static bool place_free(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return !in->graduate->place_record || in->graduate->place_record == in->record->id;
}

static bool no_termination(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return !in->graduate->open_termination;
}

static bool none_invited(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return !in->graduate->open_invitations_here;
}

static bool auditor_exists(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->season->audit_mode == AUDIT_SCHOOL_ONLY || in->season->auditor_exists;
}

static bool within_limit(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->graduate->termination_count < in->season->termination_limit;
}

static bool void_audited(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->season->void_audited;
}

static bool void_unaudited(const struct flow_input *in, const struct flow_transition *row)
{
    return !void_audited(in, row);
}

/* ------------------------------------------------------------------ what was sent along */

static bool form_complete(const struct flow_input *in, const struct flow_transition *row)
{
    bool days = in->args->valid_days >= 1 && in->args->valid_days <= VALID_DAYS_MAX;

    return in->args->form_complete && (days || !(row->flags & TF_DEADLINE));
}

static bool kind_allowed(const struct flow_input *in, const struct flow_transition *row)
{
    const struct destination_kind *kind = destination_kind(in->args->kind);

    (void)row;
    return kind && kind->group != 1 && (!kind->directed_only || in->graduate->directed);
}

static bool proof_attached(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->args->proofs >= in->args->proofs_needed;
}

static bool image_attached(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->args->images > 0;
}

static bool reason_given(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return has_text(in->args->reason_code) && has_text(in->args->reason_text);
}

static bool explained(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return has_text(in->args->reason_text);
}

static bool agreed_tick(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->args->agreed;
}

/* ------------------------------------------------------------------ the record */

static bool past_deadline(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->record->due_at && in->now >= in->record->due_at;
}

static bool before_deadline(const struct flow_input *in, const struct flow_transition *row)
{
    return !past_deadline(in, row);
}

static bool untouched(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->record->untouched;
}

static bool nothing_open(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return !in->record->open_child;
}

static bool other_stage(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return !in->record->stage_d_actor || in->record->stage_d_actor != in->actor->account_id;
}

static bool parent_effective(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->parent && in->parent->state == ST_EFFECTIVE;
}

static bool none_open_on_parent(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->parent && !in->parent->open_child;
}

static bool is_applicant(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->actor->role == in->record->applicant;
}

static bool is_other_side(const struct flow_input *in, const struct flow_transition *row)
{
    return !is_applicant(in, row);
}

static bool by_graduate(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->record->applicant == ROLE_GRADUATE;
}

/* ------------------------------------------------------------------ undo: X1.6 */

/* The act to be undone: the last one on the record, this actor's, and one that may be undone. */
static bool own_decision(const struct flow_input *in, const struct flow_transition *row)
{
    const struct flow_record *r = in->record;
    const struct flow_def *def = flow_def(r->flow);

    if (r->last_actor != in->actor->account_id || r->last_from != row->to)
        return false;
    for (size_t i = 0; i < def->ntransitions; i++) {
        const struct flow_transition *t = &def->transitions[i];

        if ((t->flags & TF_UNDOABLE) && t->from == r->last_from && t->action == r->last_action && t->to == r->state &&
            t->by == in->actor->role)
            return true;
    }
    return false;
}

static bool undo_window(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return in->now - in->record->last_at <= UNDO_WINDOW_MS;
}

static bool not_passed_on(const struct flow_input *in, const struct flow_transition *row)
{
    (void)row;
    return !in->record->passed_on;
}

/*
 * The audit mode may have changed since (S2.2.4). A department's stage is gone in *school only*; and in *two-level* a
 * record that no department has passed can't go back to the school's, which would skip the department (S2.2.9).
 */
static bool mode_kept(const struct flow_input *in, const struct flow_transition *row)
{
    if (in->season->audit_mode == AUDIT_SCHOOL_ONLY)
        return !flow_stage_d(row->to);
    return flow_stage_d(row->to) || in->record->stage_d_actor;
}

bool flow_stage_d(enum qx_state state)
{
    return state == ST_AGREEMENT_D || state == ST_SIGNING_D || state == ST_AUDIT_D || state == ST_VOID_D;
}

/* ------------------------------------------------------------------ the table */

static guard_fn *const predicates[GUARD_COUNT] = {
    [GUARD_SCOPE] = scope,
    [GUARD_RIGHT] = right,
    [GUARD_FLOW_OPEN] = flow_open,
    [GUARD_MAY_SIGN] = may_sign,
    [GUARD_PLACE_FREE] = place_free,
    [GUARD_NO_TERMINATION] = no_termination,
    [GUARD_BEFORE_DEADLINE] = before_deadline,
    [GUARD_PAST_DEADLINE] = past_deadline,
    [GUARD_NONE_INVITED] = none_invited,
    [GUARD_UNTOUCHED] = untouched,
    [GUARD_FORM_COMPLETE] = form_complete,
    [GUARD_KIND_ALLOWED] = kind_allowed,
    [GUARD_PROOF_ATTACHED] = proof_attached,
    [GUARD_IMAGE_ATTACHED] = image_attached,
    [GUARD_AUDITOR_EXISTS] = auditor_exists,
    [GUARD_REASON_GIVEN] = reason_given,
    [GUARD_EXPLAINED] = explained,
    [GUARD_AGREED_TICK] = agreed_tick,
    [GUARD_NOTHING_OPEN] = nothing_open,
    [GUARD_OTHER_STAGE] = other_stage,
    [GUARD_VOID_UNAUDITED] = void_unaudited,
    [GUARD_VOID_AUDITED] = void_audited,
    [GUARD_PARENT_EFFECTIVE] = parent_effective,
    [GUARD_NONE_OPEN_ON_PARENT] = none_open_on_parent,
    [GUARD_WITHIN_LIMIT] = within_limit,
    [GUARD_IS_APPLICANT] = is_applicant,
    [GUARD_IS_OTHER_SIDE] = is_other_side,
    [GUARD_BY_GRADUATE] = by_graduate,
    [GUARD_OWN_DECISION] = own_decision,
    [GUARD_UNDO_WINDOW] = undo_window,
    [GUARD_NOT_PASSED_ON] = not_passed_on,
    [GUARD_MODE_KEPT] = mode_kept,
};

static const enum qx_outcome outcomes[GUARD_COUNT] = {
#define X(id, code, outcome) [GUARD_##id] = OUT_##outcome,
    QX_GUARDS(X)
#undef X
};

bool guard_holds(enum qx_guard guard, const struct flow_input *in, const struct flow_transition *row)
{
    return (unsigned)guard < GUARD_COUNT && predicates[guard] && predicates[guard](in, row);
}

enum qx_outcome guard_outcome(enum qx_guard guard)
{
    return (unsigned)guard < GUARD_COUNT ? outcomes[guard] : OUT_GUARD;
}
