/*
 * flow.c - flow_step(): reads the flow's table and answers with a plan, or with what stands against it.
 *
 * Pure and total: the same input gives the same plan on the server, in the client's foresight and in the model test.
 * The rules themselves are in flows/NAME.c (the rows) and flow_guards.c (the predicates); here is only how a row is
 * found and read.
 */
#include "flow.h"

#include "flow_guards.h"

#include <string.h>

extern const struct flow_def offline_signing_flow, destination_flow, online_signing_flow, online_termination_flow;

static const struct flow_def *const flows[FLOW_COUNT] = {
    [FLOW_OFFLINE_SIGNING] = &offline_signing_flow,
    [FLOW_DESTINATION] = &destination_flow,
    [FLOW_ONLINE_SIGNING] = &online_signing_flow,
    [FLOW_ONLINE_TERMINATION] = &online_termination_flow,
};

const struct flow_def *flow_def(enum qx_flow flow)
{
    static const struct flow_def none = {.flow = FLOW_COUNT, .name_zh = "", .name_en = ""};

    return (unsigned)flow < FLOW_COUNT ? flows[flow] : &none;
}

const struct flow_state *flow_state(enum qx_flow flow, enum qx_state state)
{
    const struct flow_def *def = flow_def(flow);

    for (size_t i = 0; i < def->nstates; i++)
        if (def->states[i].state == state)
            return &def->states[i];
    return NULL;
}

size_t flow_actions(enum qx_flow flow, enum qx_state state, enum qx_role role, const struct flow_transition **rows,
                    size_t max)
{
    const struct flow_def *def = flow_def(flow);
    size_t n = 0;

    for (size_t i = 0; i < def->ntransitions && n < max; i++)
        if (def->transitions[i].from == state && def->transitions[i].by == role)
            rows[n++] = &def->transitions[i];
    return n;
}

/* ------------------------------------------------------------------ finding the row */

/* Guards that choose between two rows of the same action rather than refuse it (S2.8.3). */
#define CHOOSING (G(VOID_UNAUDITED) | G(VOID_AUDITED))

static uint64_t failed_of(uint64_t guards, const struct flow_input *in, const struct flow_transition *row)
{
    uint64_t failed = 0;

    for (int g = 0; g < GUARD_COUNT; g++)
        if ((guards & (UINT64_C(1) << g)) && !guard_holds((enum qx_guard)g, in, row))
            failed |= UINT64_C(1) << g;
    return failed;
}

/* Of several rows for the same thing: an undo goes back to where the record came from; else the choosing guards choose.
 */
static bool chosen(const struct flow_transition *row, const struct flow_input *in)
{
    if (row->flags & TF_UNDO)
        return row->to == in->record->last_from;
    return !failed_of(row->guards & CHOOSING, in, row);
}

static const struct flow_transition *find_row(const struct flow_def *def, const struct flow_input *in)
{
    const struct flow_transition *first = NULL;

    for (size_t i = 0; i < def->ntransitions; i++) {
        const struct flow_transition *t = &def->transitions[i];

        if (t->from != in->record->state || t->action != in->action || t->by != in->actor->role)
            continue;
        if (chosen(t, in))
            return t;
        first = first ? first : t;
    }
    return first;
}

/* May this role ever do this in this flow? If not, it is forbidden rather than too early or too late. */
static bool ever(const struct flow_def *def, enum qx_role role, enum qx_action action)
{
    for (size_t i = 0; i < def->ntransitions; i++)
        if (def->transitions[i].by == role && def->transitions[i].action == action)
            return true;
    return false;
}

/* ------------------------------------------------------------------ refusing */

static uint64_t failed_as(uint64_t failed, enum qx_outcome outcome)
{
    uint64_t same = 0;

    for (int g = 0; g < GUARD_COUNT; g++)
        if ((failed & (UINT64_C(1) << g)) && guard_outcome((enum qx_guard)g) == outcome)
            same |= UINT64_C(1) << g;
    return same;
}

/* The first failed guard, in the order of QX_GUARDS, says whether the refusal is GUARD or INVALID. */
static enum qx_outcome outcome_of(uint64_t failed)
{
    for (int g = 0; g < GUARD_COUNT; g++)
        if (failed & (UINT64_C(1) << g))
            return guard_outcome((enum qx_guard)g);
    return OUT_OK;
}

static bool stale(const struct flow_input *in)
{
    return in->seen_version >= 0 && in->seen_version != in->record->version;
}

/* The ladder of refusals: scope, forbidden, stale, wrong state, then everything else at once. */
static enum qx_outcome refuse(const struct flow_def *def, const struct flow_input *in,
                              const struct flow_transition *row, uint64_t *failed)
{
    uint64_t all = failed_of(row ? row->guards : G(SCOPE) | G(RIGHT), in, row);

    if ((*failed = failed_as(all, OUT_NOT_FOUND)))
        return OUT_NOT_FOUND;
    if ((*failed = failed_as(all, OUT_FORBIDDEN)) || !ever(def, in->actor->role, in->action))
        return OUT_FORBIDDEN;
    if (stale(in))
        return OUT_STALE;
    if (!row)
        return OUT_WRONG_STATE;
    *failed = all;
    return outcome_of(all);
}

/* ------------------------------------------------------------------ planning */

static enum qx_role queue_of(enum qx_flow flow, enum qx_state state, enum qx_role applicant)
{
    const struct flow_state *s = flow_state(flow, state);

    if (!s)
        return ROLE_NONE;
    if (!s->waits_for_other)
        return s->waits_for;
    return applicant == ROLE_GRADUATE ? ROLE_EMPLOYER : ROLE_GRADUATE;
}

static bool is_final(enum qx_flow flow, enum qx_state state)
{
    const struct flow_state *s = flow_state(flow, state);

    return s && s->final;
}

static int64_t stage_d_actor(const struct flow_input *in, const struct flow_transition *row)
{
    if (row->flags & TF_SUBMISSION)
        return 0; /* a new round */
    if (row->flags & TF_UNDO)
        return flow_stage_d(row->to) ? 0 : in->record->stage_d_actor;
    if ((row->flags & TF_DECISION) && flow_stage_d(row->from))
        return in->actor->account_id;
    return in->record->stage_d_actor;
}

/* Undone, a submission is untouched again unless the department's decision stands (S2.5.1). */
static bool untouched_after(const struct flow_input *in, const struct flow_transition *row)
{
    if (row->flags & TF_SUBMISSION)
        return true;
    if (row->flags & TF_UNDO)
        return !stage_d_actor(in, row);
    return in->record->untouched && !(row->flags & TF_DECISION);
}

/* Whatever a guard of another decision on this graduate may read: its version must move. */
static bool touches_graduate(const struct flow_plan *p)
{
    const struct flow_transition *t = p->transition;
    enum qx_flow flow = p->flow;

    return p->place != PLACE_KEEP || p->ledger != LEDGER_KEEP || p->counts || (t->flags & TF_CREATES) ||
           is_final(flow, t->from) != is_final(flow, p->to);
}

static void plan_record(struct flow_plan *p, const struct flow_input *in, const struct flow_transition *row)
{
    const struct flow_record *r = in->record;

    p->to = in->season->audit_mode == AUDIT_SCHOOL_ONLY && row->to_alone ? row->to_alone : row->to;
    p->applicant = (row->flags & TF_CREATES) && flow_def(r->flow)->child ? in->actor->role : r->applicant;
    p->waits_for = queue_of(r->flow, p->to, p->applicant);
    p->number = (row->flags & TF_NUMBER) && !r->has_number;
    p->forced = r->forced || (row->flags & TF_FORCED);
    p->marked_returned = row->flags & TF_MARK_RETURN;
    p->untouched = untouched_after(in, row);
    p->stage_d_actor = stage_d_actor(in, row);
    p->due_at = row->flags & TF_DEADLINE ? flow_deadline(in->now, in->args->valid_days) : 0;
}

static void plan_around(struct flow_plan *p, const struct flow_input *in, const struct flow_transition *row)
{
    p->place = row->place;
    p->ledger = row->ledger;
    p->content = row->content;
    p->message = row->message;
    p->counts = (row->flags & TF_COUNTS) && in->actor->role == ROLE_GRADUATE;
    p->parent_ends = row->flags & TF_PARENT;
    if (p->parent_ends)
        p->parent_to = row->flags & TF_UNDO ? ST_EFFECTIVE : ST_TERMINATED;
    p->touches_graduate = touches_graduate(p);
}

/* Refused: the plan describes the record as it stands. */
static void plan_nothing(struct flow_plan *p, const struct flow_record *r)
{
    p->to = r->state;
    p->applicant = r->applicant;
    p->waits_for = queue_of(r->flow, r->state, r->applicant);
    p->forced = r->forced;
    p->marked_returned = r->marked_returned;
    p->untouched = r->untouched;
    p->due_at = r->due_at;
    p->stage_d_actor = r->stage_d_actor;
}

struct flow_plan flow_step(const struct flow_input *in)
{
    const struct flow_def *def = flow_def(in->record->flow);
    struct flow_plan plan = {.flow = in->record->flow, .transition = find_row(def, in)};

    plan.outcome = refuse(def, in, plan.transition, &plan.failed);
    if (plan.outcome == OUT_OK) {
        plan_record(&plan, in, plan.transition);
        plan_around(&plan, in, plan.transition);
    } else {
        plan_nothing(&plan, in->record);
    }
    return plan;
}

int64_t flow_deadline(int64_t sent_ms, int valid_days)
{
    const int64_t day = INT64_C(24) * 60 * 60 * 1000, shanghai = INT64_C(8) * 60 * 60 * 1000;
    int64_t local = sent_ms + shanghai;
    int64_t days = local / day - (local % day < 0);

    return (days + valid_days + 1) * day - shanghai;
}

/* ------------------------------------------------------------------ codes */

/* Each list of flow.h becomes NAME_code() and, where the wire reads it, NAME_of(). */
#define X2(id, code) code,
#define X3(id, code, outcome) code,
static const char *const role_codes[] = {QX_ROLES(X2)};
static const char *const flow_codes[] = {QX_FLOWS(X2)};
static const char *const state_codes[] = {QX_STATES(X2)};
static const char *const action_codes[] = {QX_ACTIONS(X2)};
static const char *const guard_codes[] = {QX_GUARDS(X3)};
static const char *const outcome_codes[] = {QX_OUTCOMES(X2)};
static const char *const message_codes[] = {QX_MESSAGES(X2)};
#undef X2
#undef X3

static const char *code_at(const char *const *codes, size_t n, size_t i)
{
    return i < n ? codes[i] : "unknown";
}

static int code_of(const char *const *codes, size_t n, const char *code)
{
    for (size_t i = 0; code && i < n; i++)
        if (!strcmp(codes[i], code))
            return (int)i;
    return -1;
}

#define CODES(NAME, TYPE, COUNT)                                                                                       \
    const char *NAME##_code(enum TYPE value)                                                                           \
    {                                                                                                                  \
        return code_at(NAME##_codes, COUNT, (size_t)value);                                                            \
    }
#define CODES_BACK(NAME, COUNT)                                                                                        \
    int NAME##_of(const char *code)                                                                                    \
    {                                                                                                                  \
        return code_of(NAME##_codes, COUNT, code);                                                                     \
    }

CODES(role, qx_role, ROLE_COUNT)
CODES(flow, qx_flow, FLOW_COUNT)
CODES(state, qx_state, ST_COUNT)
CODES(action, qx_action, ACT_COUNT)
CODES(guard, qx_guard, GUARD_COUNT)
CODES(outcome, qx_outcome, OUT_COUNT)
CODES(message, qx_message, MSG_COUNT)
CODES_BACK(role, ROLE_COUNT)
CODES_BACK(flow, FLOW_COUNT)
CODES_BACK(state, ST_COUNT)
CODES_BACK(action, ACT_COUNT)
CODES_BACK(message, MSG_COUNT)
