/*
 * walk.c - how the walk chooses. Most steps look for a row that leads out of some record's state, for somebody who may
 * take it and for all that it needs; some leave something out; a few are anything by anybody. Weights favour what leads
 * forward, else deep states (a void audit's undo, a forced termination) would hardly be reached.
 */
#include "walk.h"

#include "../../shared/domain/codes.h"

#include <string.h>

/* ------------------------------------------------------------------ chance */

/* splitmix64: small, seeded, the same everywhere. */
static uint64_t draw(struct walk *w)
{
    uint64_t z = (w->state += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static size_t pick(struct walk *w, size_t n)
{
    return (size_t)(draw(w) % n);
}

static bool percent(struct walk *w, unsigned p)
{
    return draw(w) % 100 < p;
}

static void new_uuid(struct walk *w, char uuid[MEM_UUID])
{
    uint64_t a = draw(w), b = draw(w);

    snprintf(uuid, MEM_UUID, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
             (unsigned)(a & 0xfff), (unsigned)(b >> 48 & 0x3fff) | 0x8000,
             (unsigned long long)(b & UINT64_C(0xffffffffffff)));
}

void walk_init(struct walk *w, struct mem_store *store, uint64_t seed, size_t first, size_t count, bool settings)
{
    *w = (struct walk){
        .store = store, .seed = seed, .state = seed, .first = first, .count = count, .settings = settings};
}

/* ------------------------------------------------------------------ what: a record and a row that leads out of it */

static const struct mem_graduate *any_graduate(struct walk *w)
{
    if (percent(w, 4))
        w->focus = pick(w, w->count);
    return &w->store->graduates[w->first + w->focus];
}

/* What to begin: the longer flows more often. */
static enum qx_flow any_start(struct walk *w)
{
    static const enum qx_flow starts[] = {FLOW_OFFLINE_SIGNING, FLOW_OFFLINE_SIGNING, FLOW_OFFLINE_SIGNING,
                                          FLOW_DESTINATION,     FLOW_DESTINATION,     FLOW_ONLINE_SIGNING,
                                          FLOW_ONLINE_SIGNING,  FLOW_ONLINE_SIGNING};

    return starts[pick(w, sizeof starts / sizeof *starts)];
}

#define RECENT 5
#define RARE 100u

/* An invitation may have been open for long while others came and went. */
static const struct mem_record *open_invitation(const struct walk *w, const struct mem_graduate *g)
{
    for (size_t i = g->nrecords; i-- > 0;)
        if (w->store->records[g->records[i]].r.state == ST_INVITED)
            return &w->store->records[g->records[i]];
    return NULL;
}

/* One of the graduate's latest records, or NULL: a new one. */
static const struct mem_record *any_record(struct walk *w, const struct mem_graduate *g)
{
    size_t n = g->nrecords < RECENT ? g->nrecords : RECENT;
    const struct mem_record *holder = g->place ? &w->store->records[g->place - 1] : NULL;
    const struct mem_record *invitation = open_invitation(w, g);

    if (holder && percent(w, 60))
        return holder;
    if (invitation && percent(w, holder ? 15 : 60))
        return invitation;
    if (!n || percent(w, holder ? 8 : 30))
        return NULL;
    return &w->store->records[g->records[g->nrecords - 1 - pick(w, n)]];
}

/* What leads forward comes more often, or deep states would hardly be reached; so does what has hardly been met yet. */
static unsigned weight(const struct walk *w, enum qx_flow flow, const struct flow_transition *t)
{
    static const unsigned weights[ACT_COUNT] = {
        [ACT_SUBMIT] = 8, [ACT_APPROVE] = 16,  [ACT_RETURN] = 4, [ACT_RESUBMIT] = 8, [ACT_UPLOAD] = 10,
        [ACT_ACCEPT] = 8, [ACT_AGREE] = 8,     [ACT_APPLY] = 6,  [ACT_UNDO] = 6,     [ACT_VOID] = 3,
        [ACT_REJECT] = 2, [ACT_TAKE_BACK] = 4, [ACT_FORCE] = 2,
    };

    unsigned rare = 1 + RARE / (1 + w->fired[flow][t - flow_def(flow)->transitions]);

    return rare * (weights[t->action] ? weights[t->action] : 1);
}

static const struct flow_transition *any_row(struct walk *w, enum qx_flow flow, enum qx_state from)
{
    const struct flow_def *def = flow_def(flow);
    unsigned total = 0;
    size_t at;

    for (size_t i = 0; i < def->ntransitions; i++)
        total += def->transitions[i].from == from ? weight(w, flow, &def->transitions[i]) : 0;
    if (!total)
        return NULL;
    at = pick(w, total);
    for (size_t i = 0; i < def->ntransitions; i++) {
        const struct flow_transition *t = &def->transitions[i];
        unsigned own = t->from == from ? weight(w, flow, t) : 0;

        if (at < own)
            return t;
        at -= own;
    }
    return NULL;
}

/* ------------------------------------------------------------------ who */

static bool fits(const struct walk *w, const struct mem_account *a, const struct mem_graduate *g, enum qx_role role,
                 const struct mem_record *of)
{
    const char *code = w->store->schools[g->school].code;

    if (a->role != role)
        return false;
    switch (role) {
    case ROLE_GRADUATE:
        return a->graduate_id == g->id;
    case ROLE_EMPLOYER:
        return !of || of->r.employer_id == a->employer_id;
    case ROLE_DEPARTMENT:
        return a->department_id == g->department_id && (a->scope == SCOPE_BOTH || a->scope == g->scope);
    default:
        return !strcmp(a->school_code, code) && (a->scope == SCOPE_BOTH || a->scope == g->scope);
    }
}

/* One of those who may do it, each as likely; now and then one who may only look on. */
static int64_t fitting_account(struct walk *w, const struct mem_graduate *g, enum qx_role role,
                               const struct mem_record *of)
{
    bool careless = percent(w, 5);
    int64_t chosen = 0;
    size_t n = 0;

    for (size_t i = 0; role != ROLE_CLOCK && i < w->store->naccounts; i++) {
        const struct mem_account *a = &w->store->accounts[i];
        bool manager = role == ROLE_DEPARTMENT || role == ROLE_SCHOOL;

        if (fits(w, a, g, role, of) && (careless || !manager || a->right == RIGHT_WRITE) && pick(w, ++n) == 0)
            chosen = a->id;
    }
    return chosen;
}

static int64_t choose_account(struct walk *w, const struct mem_graduate *g, enum qx_role role,
                              const struct mem_record *of, const struct flow_transition *row)
{
    if (percent(w, 3))
        return (int64_t)pick(w, w->store->naccounts + 1);
    if (of && row->action == ACT_UNDO && percent(w, 80))
        return of->r.last_actor;
    return fitting_account(w, g, role, of);
}

/* ------------------------------------------------------------------ with what */

static void choose_kind(struct walk *w, const struct mem_graduate *g, struct flow_args *args)
{
    const struct destination_kind *kinds;
    size_t n = destination_kinds(&kinds);
    const struct destination_kind *kind = &kinds[pick(w, n)];

    while (kind->group == 1 || (kind->directed_only && !g->directed && !percent(w, 20)))
        kind = &kinds[pick(w, n)];
    snprintf(args->kind, sizeof args->kind, "%s", kind->code);
    args->proofs_needed = kind->proofs;
}

/* Everything that any action may need; then, now and then, one thing less. */
static void choose_args(struct walk *w, const struct mem_graduate *g, enum qx_flow flow, struct flow_args *args)
{
    *args = (struct flow_args){
        .reason_code = "other",
        .reason_text = "The walk says so.",
        .agreed = true,
        .form_complete = true,
        .images = 1,
        .valid_days = 1 + (int)pick(w, 5),
    };
    if (flow == FLOW_DESTINATION)
        choose_kind(w, g, args);
    if (flow == FLOW_ONLINE_TERMINATION)
        args->proofs_needed = 1;
    args->proofs = args->proofs_needed;
    if (!percent(w, 12))
        return;
    switch (pick(w, 6)) {
    case 0:
        args->reason_code = NULL;
        break;
    case 1:
        args->reason_text = " ";
        break;
    case 2:
        args->agreed = false;
        break;
    case 3:
        args->form_complete = false;
        break;
    case 4:
        args->proofs = 0;
        break;
    default:
        args->images = 0;
    }
}

/* ------------------------------------------------------------------ an act */

static void act_on(struct walk *w, const struct mem_graduate *g, const struct mem_record *r, enum qx_flow flow,
                   struct mem_act *act)
{
    *act = (struct mem_act){.flow = flow, .graduate_id = g->id, .content = draw(w)};
    if (r) {
        memcpy(act->uuid, r->uuid, MEM_UUID);
        act->seen_version = r->r.version - percent(w, 2);
    } else {
        new_uuid(w, act->uuid);
    }
    choose_args(w, g, flow, &act->args);
}

/* A termination's application is a new record with this one as its parent. */
static bool child_of(struct walk *w, const struct mem_graduate *g, const struct mem_record *r, struct mem_act *act)
{
    const struct flow_transition *row;

    if (!r || r->r.flow != FLOW_ONLINE_SIGNING || !percent(w, 40))
        return false;
    act_on(w, g, NULL, FLOW_ONLINE_TERMINATION, act);
    row = any_row(w, FLOW_ONLINE_TERMINATION, ST_NONE);
    memcpy(act->parent_uuid, r->uuid, MEM_UUID);
    act->action = row->action;
    act->account_id = choose_account(w, g, row->by, r, row);
    return true;
}

static void sensible_act(struct walk *w, struct mem_act *act)
{
    const struct mem_graduate *g = any_graduate(w);
    const struct mem_record *r = any_record(w, g);
    enum qx_flow flow = r ? r->r.flow : any_start(w);
    const struct flow_transition *row;

    if (child_of(w, g, r, act))
        return;
    row = any_row(w, flow, r ? r->r.state : flow_def(flow)->initial);
    if (!row) {
        r = NULL;
        flow = any_start(w);
        row = any_row(w, flow, flow_def(flow)->initial);
    }
    act_on(w, g, r, flow, act);
    act->action = row->action;
    act->account_id = choose_account(w, g, row->by, r, row);
    if (!act->account_id)
        act->seen_version = -1;
}

/* Anything by anybody: what a client that is wrong, late or wicked may send. */
static void wild_act(struct walk *w, struct mem_act *act)
{
    const struct mem_graduate *g = any_graduate(w);
    const struct mem_record *r = any_record(w, g);

    act_on(w, g, r, r ? r->r.flow : any_start(w), act);
    act->action = (enum qx_action)pick(w, ACT_COUNT);
    act->account_id = (int64_t)pick(w, w->store->naccounts + 1);
    if (percent(w, 60))
        act->account_id = fitting_account(w, g, percent(w, 50) ? ROLE_SCHOOL : ROLE_DEPARTMENT, r);
}

/* ------------------------------------------------------------------ the world around */

static void advance(struct walk *w, struct walk_step *step)
{
    static const int64_t ms[] = {1000, 60 * 1000, 6 * 60 * 1000, 6 * 60 * 1000, 40 * 3600 * 1000};

    *step = (struct walk_step){.kind = WALK_ADVANCE, .ms = ms[pick(w, sizeof ms / sizeof *ms)]};
}

/* S2.2.3: opening online signing opens the other two as well; destinations may be opened before. */
static void open_flows(struct walk *w, struct flow_season *season)
{
    season->open_destination = true;
    season->void_audited = percent(w, 60);
    if (percent(w, 60))
        season->open_online_signing = season->open_supplement = true;
}

/* A school opens first; the audit mode is tried to change at any time after, and refused while something is in process.
 */
static void change_season(struct walk *w, struct walk_step *step)
{
    size_t school = pick(w, w->store->nschools);
    struct flow_season season = w->store->schools[school].season;
    size_t what = pick(w, 3);

    if (!season.open_online_signing)
        open_flows(w, &season);
    else if (what == 0)
        season.void_audited = !season.void_audited;
    else if (what == 1)
        season.termination_limit = (int)pick(w, 100);
    else if (mem_small(school) || mem_in_process(w->store, school))
        season.audit_mode = season.audit_mode == AUDIT_TWO_LEVEL ? AUDIT_SCHOOL_ONLY : AUDIT_TWO_LEVEL;
    *step = (struct walk_step){.kind = WALK_SEASON, .school = school, .season = season};
}

static void bar(struct walk *w, struct walk_step *step)
{
    const struct mem_graduate *g = any_graduate(w);

    *step = (struct walk_step){.kind = WALK_BAR, .graduate_id = g->id, .barred = !g->barred && percent(w, 25)};
}

/* Downloaded or delivered: after an approval, as happens (X1.6). */
static bool pass_on(struct walk *w, struct walk_step *step)
{
    const struct mem_graduate *g = any_graduate(w);
    const struct mem_record *r = any_record(w, g);

    if (!r || r->r.last_action != ACT_APPROVE)
        return false;
    *step = (struct walk_step){.kind = WALK_PASS_ON, .graduate_id = g->id};
    memcpy(step->uuid, r->uuid, MEM_UUID);
    return true;
}

/* The second account of a school (mem_store.c) decides now for the department, now for the school: X1.11. */
static const struct mem_account *job_changer(const struct walk *w, size_t school)
{
    const struct mem_account *a = w->store->accounts;

    while (strcmp(a->school_code, w->store->schools[school].code))
        a++;
    return a + 1;
}

static struct mem_account changed_jobs(const struct walk *w, size_t school)
{
    struct mem_account a = *job_changer(w, school);

    if (a.role == ROLE_DEPARTMENT) {
        a.role = ROLE_SCHOOL;
        a.department_id = 0;
    } else {
        a.role = ROLE_DEPARTMENT;
        a.department_id = w->store->schools[school].departments[0];
    }
    return a;
}

static void change_jobs(struct walk *w, struct walk_step *step)
{
    *step = (struct walk_step){.kind = WALK_ACCOUNT, .account = changed_jobs(w, pick(w, w->store->nschools))};
}

/* ------------------------------------------------------------------ one step */

static bool in_the_way(struct walk *w, const struct mem_act *act)
{
    struct mem_world world;

    mem_load(w->store, act, &world);
    return flow_step(&world.in).outcome == OUT_GUARD;
}

/* Most acts that something stands in the way of are thought over, a few times; enough of them remain. */
static void any_act(struct walk *w, struct walk_step *step)
{
    *step = (struct walk_step){.kind = WALK_ACT};
    if (percent(w, 8)) {
        wild_act(w, &step->act);
        return;
    }
    for (int tries = 0; tries < 4; tries++) {
        sensible_act(w, &step->act);
        if (percent(w, 20) || !in_the_way(w, &step->act))
            return;
    }
}

#define EARLY 500 /* steps in which the schools open */

void walk_next(struct walk *w, struct walk_step *step)
{
    unsigned what = (unsigned)pick(w, 1000);

    w->steps++;
    if (w->next < w->queued)
        *step = w->queue[w->next++];
    else if (w->settings && what < 30)
        advance(w, step);
    else if (w->settings && what < (w->steps < EARLY ? 80 : 40))
        change_season(w, step);
    else if (w->settings && what < 48)
        change_jobs(w, step);
    else if (what >= 48 && what < 60)
        bar(w, step);
    else if (what >= 60 && what < 80 && pass_on(w, step))
        return;
    else
        any_act(w, step);
}

/* The same actor again on the same record, after `around` has changed the world. */
static void then(struct walk *w, const struct walk_step *around, const struct mem_act *act, enum qx_action action,
                 int64_t version)
{
    w->queue[0] = *around;
    w->queue[1] = (struct walk_step){.kind = WALK_ACT, .act = *act};
    w->queue[1].act.action = action;
    w->queue[1].act.content = draw(w); /* a call of its own */
    w->queue[1].act.seen_version = version;
    w->next = 0;
    w->queued = 2;
}

/*
 * What chance would hardly bring about: a final approval that leaves its school at rest, the audit mode changes at
 * once, and the undo must fail (MODE_KEPT); a department's auditor who moves to the school and meets the record again
 * (OTHER_STAGE).
 */
static void follow_up(struct walk *w, const struct mem_act *act, const struct mem_answer *answer)
{
    const struct mem_graduate *g = mem_graduate(w->store, act->graduate_id);
    const struct mem_account *a = mem_account(w->store, act->account_id);
    struct walk_step around = {.kind = WALK_SEASON, .school = g->school, .season = mem_school_of(w->store, g)->season};

    if (!w->settings || act->action != ACT_APPROVE)
        return;
    if (answer->plan.to == ST_EFFECTIVE && mem_small(g->school) && !mem_in_process(w->store, g->school)) {
        around.season.audit_mode = around.season.audit_mode == AUDIT_TWO_LEVEL ? AUDIT_SCHOOL_ONLY : AUDIT_TWO_LEVEL;
        then(w, &around, act, ACT_UNDO, answer->version);
    } else if (a->role == ROLE_DEPARTMENT && job_changer(w, g->school) == a) {
        around = (struct walk_step){.kind = WALK_ACCOUNT, .account = changed_jobs(w, g->school)};
        then(w, &around, act, ACT_APPROVE, answer->version);
    }
}

static bool apply_around(struct mem_store *s, const struct walk_step *step)
{
    struct mem_record *r;

    switch (step->kind) {
    case WALK_ADVANCE:
        s->now += step->ms;
        return true;
    case WALK_SEASON:
        return mem_store_set_season(s, step->school, &step->season);
    case WALK_BAR:
        mem_graduate(s, step->graduate_id)->barred = step->barred;
        return true;
    case WALK_PASS_ON:
        if ((r = mem_record(s, step->uuid)))
            r->r.passed_on = true;
        return r;
    case WALK_ACCOUNT:
        *mem_account(s, step->account.id) = step->account;
        return true;
    default:
        return false;
    }
}

struct walk_result walk_apply(struct walk *w, const struct walk_step *step)
{
    struct walk_result result = {0};

    if (step->kind != WALK_ACT) {
        result.done = apply_around(w->store, step);
        return result;
    }
    result.answer = mem_store_act(w->store, &step->act);
    result.done = result.answer.plan.outcome == OUT_OK;
    if (result.done) {
        const struct flow_plan *plan = &result.answer.plan;

        w->fired[plan->flow][plan->transition - flow_def(plan->flow)->transitions]++;
        follow_up(w, &step->act, &result.answer);
    }
    return result;
}

/* ------------------------------------------------------------------ as text */

static void describe_act(const struct mem_act *a, FILE *out)
{
    fprintf(out, "account %lld: %s %s graduate %lld record %s seen %lld", (long long)a->account_id,
            action_code(a->action), flow_code(a->flow), (long long)a->graduate_id, a->uuid, (long long)a->seen_version);
    fprintf(out, " kind '%s' reason '%s' '%s' agreed %d complete %d proofs %d/%d images %d days %d", a->args.kind,
            a->args.reason_code ? a->args.reason_code : "", a->args.reason_text ? a->args.reason_text : "",
            a->args.agreed, a->args.form_complete, a->args.proofs, a->args.proofs_needed, a->args.images,
            a->args.valid_days);
}

void walk_describe(const struct walk_step *step, FILE *out)
{
    switch (step->kind) {
    case WALK_ACT:
        describe_act(&step->act, out);
        break;
    case WALK_ADVANCE:
        fprintf(out, "the clock moves on by %lld ms", (long long)step->ms);
        break;
    case WALK_SEASON:
        fprintf(out, "school %zu: mode %d, void audited %d, limit %d, open %d %d", step->school,
                step->season.audit_mode, step->season.void_audited, step->season.termination_limit,
                step->season.open_online_signing, step->season.open_destination);
        break;
    case WALK_BAR:
        fprintf(out, "graduate %lld: barred %d", (long long)step->graduate_id, step->barred);
        break;
    case WALK_PASS_ON:
        fprintf(out, "record %s was passed on", step->uuid);
        break;
    case WALK_ACCOUNT:
        fprintf(out, "account %lld: now %s", (long long)step->account.id, role_code(step->account.role));
        break;
    }
    fputc('\n', out);
}
