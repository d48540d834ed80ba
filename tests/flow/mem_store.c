/*
 * mem_store.c - the world in memory. The standing cast of each school: departments 1 and 2 with auditors (the second
 * has one per education level) and 3 without; auditors of the school; one auditor with only `read`; one who changes
 * between the two stages. Two employers are shared by all schools. Every third school is small: it comes to rest, so
 * its audit mode can change.
 */
#include "mem_store.h"

#include <stdlib.h>
#include <string.h>

#define EMPLOYERS 2
#define BIG_SCHOOL 14
#define SMALL_SCHOOL 2

/* Room for one more, in steps of a power of two; a test that has no memory can't go on. */
static void *room(void *array, size_t n, size_t size)
{
    if (n & (n - 1))
        return array;
    array = realloc(array, (n ? n * 2 : 1) * size);
    if (!array)
        abort();
    return array;
}
#define APPEND(array, n)                                                                                               \
    ((array) = room((array), (n), sizeof *(array)), memset(&(array)[n], 0, sizeof *(array)), &(array)[(n)++])

/* ------------------------------------------------------------------ the cast */

static void add_account(struct mem_store *s, struct mem_account account, const char *school_code)
{
    struct mem_account *a = APPEND(s->accounts, s->naccounts);

    *a = account;
    a->id = (int64_t)s->naccounts;
    snprintf(a->school_code, sizeof a->school_code, "%s", school_code);
}

static void add_managers(struct mem_store *s, const struct mem_school *school)
{
    const int64_t *d = school->departments;
    const struct mem_account cast[] = {
        {.role = ROLE_DEPARTMENT, .department_id = d[0], .right = RIGHT_WRITE, .scope = SCOPE_BOTH},
        {.role = ROLE_DEPARTMENT, .department_id = d[0], .right = RIGHT_WRITE, .scope = SCOPE_BOTH}, /* changes jobs */
        {.role = ROLE_DEPARTMENT, .department_id = d[0], .right = RIGHT_READ, .scope = SCOPE_BOTH},
        {.role = ROLE_DEPARTMENT, .department_id = d[1], .right = RIGHT_WRITE, .scope = SCOPE_UNDERGRADUATE},
        {.role = ROLE_DEPARTMENT, .department_id = d[1], .right = RIGHT_WRITE, .scope = SCOPE_POSTGRADUATE},
        {.role = ROLE_SCHOOL, .right = RIGHT_WRITE, .scope = SCOPE_BOTH},
        {.role = ROLE_SCHOOL, .right = RIGHT_WRITE, .scope = SCOPE_BOTH},
        {.role = ROLE_SCHOOL, .right = RIGHT_WRITE, .scope = SCOPE_POSTGRADUATE},
        {.role = ROLE_SCHOOL, .right = RIGHT_NONE, .scope = SCOPE_BOTH},
    };

    for (size_t i = 0; i < sizeof cast / sizeof *cast; i++)
        add_account(s, cast[i], school->code);
}

static void add_graduate(struct mem_store *s, size_t school, size_t nth)
{
    struct mem_graduate *g = APPEND(s->graduates, s->ngraduates);

    g->id = (int64_t)s->ngraduates;
    g->version = 1;
    g->school = school;
    g->department_id = s->schools[school].departments[nth == 5 ? 2 : nth % 2];
    g->scope = nth % 4 < 2 ? SCOPE_UNDERGRADUATE : SCOPE_POSTGRADUATE;
    g->directed = nth % 5 == 3;
    APPEND(g->ledgers, g->nledgers); /* version 0: nothing reported yet */
    add_account(s, (struct mem_account){.role = ROLE_GRADUATE, .graduate_id = g->id}, s->schools[school].code);
}

bool mem_small(size_t school)
{
    return school % 3 == 0;
}

static void add_school(struct mem_store *s, int code)
{
    size_t nth = s->nschools;
    struct mem_school *school = APPEND(s->schools, s->nschools);

    snprintf(school->code, sizeof school->code, "%05u", (unsigned)code % 100000);
    school->class_year = 2026;
    school->season.audit_mode = nth % 3 == 1 ? AUDIT_SCHOOL_ONLY : AUDIT_TWO_LEVEL;
    school->season.termination_limit = 3;
    for (size_t i = 0; i < 3; i++)
        school->departments[i] = (int64_t)(nth * 3 + i + 1);
    add_managers(s, school);
    for (size_t i = 0; i < (mem_small(nth) ? SMALL_SCHOOL : BIG_SCHOOL); i++)
        add_graduate(s, nth, i);
}

struct mem_store *mem_store_new(size_t schools, int first_code, int64_t now)
{
    struct mem_store *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->now = now;
    for (int64_t i = 1; i <= EMPLOYERS; i++)
        add_account(s, (struct mem_account){.role = ROLE_EMPLOYER, .employer_id = i}, "00000");
    for (size_t i = 0; i < schools; i++)
        add_school(s, first_code + (int)i);
    return s;
}

void mem_store_free(struct mem_store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->ngraduates; i++) {
        free(s->graduates[i].ledgers);
        free(s->graduates[i].records);
    }
    free(s->schools);
    free(s->accounts);
    free(s->graduates);
    free(s->records);
    free(s->events);
    free(s);
}

/* ------------------------------------------------------------------ finding */

struct mem_account *mem_account(struct mem_store *s, int64_t id)
{
    return id > 0 && (size_t)id <= s->naccounts ? &s->accounts[id - 1] : NULL;
}

struct mem_graduate *mem_graduate(struct mem_store *s, int64_t id)
{
    return id > 0 && (size_t)id <= s->ngraduates ? &s->graduates[id - 1] : NULL;
}

struct mem_school *mem_school_of(struct mem_store *s, const struct mem_graduate *g)
{
    return &s->schools[g->school];
}

const struct mem_ledger *mem_ledger(const struct mem_graduate *g)
{
    return &g->ledgers[g->nledgers - 1];
}

struct mem_record *mem_record(struct mem_store *s, const char *uuid)
{
    for (size_t i = s->nrecords; i-- > 0;)
        if (!strcmp(s->records[i].uuid, uuid))
            return &s->records[i];
    return NULL;
}

static struct mem_record *own_record(struct mem_store *s, const struct mem_graduate *g, const char *uuid)
{
    for (size_t i = g->nrecords; i-- > 0;)
        if (!strcmp(s->records[g->records[i]].uuid, uuid))
            return &s->records[g->records[i]];
    return NULL;
}

static struct mem_record *by_id(struct mem_store *s, int64_t id)
{
    return id > 0 ? &s->records[id - 1] : NULL;
}

/* ------------------------------------------------------------------ load */

static bool is_open(const struct flow_record *r)
{
    const struct flow_state *state = flow_state(r->flow, r->state);

    return state && !state->final;
}

static bool has_open_child(const struct mem_store *s, const struct mem_graduate *g, int64_t id)
{
    for (size_t i = g->nrecords; id && i-- > 0;) {
        const struct flow_record *r = &s->records[g->records[i]].r;

        if (r->parent_id == id && is_open(r))
            return true;
    }
    return false;
}

/* S2.2.8: somebody of this department who may decide this education level. */
static bool has_auditor(const struct mem_store *s, const struct mem_graduate *g)
{
    for (size_t i = 0; i < s->naccounts; i++) {
        const struct mem_account *a = &s->accounts[i];

        if (a->role == ROLE_DEPARTMENT && a->department_id == g->department_id && a->right == RIGHT_WRITE &&
            (a->scope == SCOPE_BOTH || a->scope == g->scope))
            return true;
    }
    return false;
}

static void load_actor(struct mem_store *s, const struct mem_act *act, struct flow_actor *actor)
{
    const struct mem_account *a = mem_account(s, act->account_id);

    *actor = (struct flow_actor){.role = ROLE_CLOCK};
    if (!a)
        return;
    *actor = (struct flow_actor){
        .account_id = a->id,
        .role = a->role,
        .department_id = a->department_id,
        .graduate_id = a->graduate_id,
        .employer_id = a->employer_id,
        .rights = {[MODULE_EMPLOYMENT] = a->right},
        .scope = a->scope,
    };
    memcpy(actor->school_code, a->school_code, QX_SCHOOL_CODE);
}

static void load_graduate(struct mem_store *s, const struct mem_graduate *g, int64_t employer_id,
                          struct flow_graduate *out)
{
    const struct mem_school *school = mem_school_of(s, g);
    const struct mem_record *holder = by_id(s, g->place);

    *out = (struct flow_graduate){
        .id = g->id,
        .version = g->version,
        .department_id = g->department_id,
        .class_year = school->class_year,
        .scope = g->scope,
        .directed = g->directed,
        .barred = g->barred,
        .place_record = g->place,
        .place_flow = holder ? holder->r.flow : FLOW_OFFLINE_SIGNING,
        .place_state = holder ? holder->r.state : ST_NONE,
        .termination_count = g->termination_count,
    };
    memcpy(out->school_code, school->code, QX_SCHOOL_CODE);
    for (size_t i = 0; i < g->nrecords; i++) {
        const struct flow_record *r = &s->records[g->records[i]].r;

        out->open_termination |= flow_def(r->flow)->child && is_open(r);
        out->open_invitations_here += employer_id && r->state == ST_INVITED && r->employer_id == employer_id;
    }
}

/* A record that isn't there yet, as the act would begin it. */
static void new_record(struct mem_store *s, const struct mem_act *act, struct mem_world *w)
{
    struct flow_record *r = &w->record;

    *r = (struct flow_record){
        .id = (int64_t)s->nrecords + 1,
        .flow = act->flow,
        .state = flow_def(act->flow)->initial,
        .graduate_id = act->graduate_id,
        .parent_id = w->parent.id,
        .employer_id = w->parent.id ? w->parent.employer_id : w->actor.employer_id,
        .untouched = true,
    };
    memcpy(r->school_code, w->graduate.school_code, QX_SCHOOL_CODE);
}

static void load_parent(struct mem_store *s, const struct mem_graduate *g, struct mem_record *parent,
                        struct mem_world *w)
{
    if (!parent)
        return;
    w->parent = parent->r;
    w->parent.open_child = has_open_child(s, g, parent->r.id);
    w->in.parent = &w->parent;
}

void mem_load(struct mem_store *s, const struct mem_act *act, struct mem_world *w)
{
    const struct mem_graduate *g = mem_graduate(s, act->graduate_id);
    struct mem_record *r = own_record(s, g, act->uuid);

    memset(w, 0, sizeof *w);
    load_actor(s, act, &w->actor);
    load_graduate(s, g, w->actor.employer_id, &w->graduate);
    load_parent(s, g, r ? by_id(s, r->r.parent_id) : own_record(s, g, act->parent_uuid), w);
    if (r)
        w->record = r->r;
    else
        new_record(s, act, w);
    w->record.open_child = r && has_open_child(s, g, w->record.id);
    w->season = mem_school_of(s, g)->season;
    w->season.auditor_exists = has_auditor(s, g);
    w->in = (struct flow_input){
        .record = &w->record,
        .parent = w->in.parent,
        .graduate = &w->graduate,
        .season = &w->season,
        .actor = &w->actor,
        .args = &act->args,
        .action = act->action,
        .seen_version = act->seen_version,
        .now = s->now,
    };
}

/* ------------------------------------------------------------------ apply */

static struct mem_record *insert(struct mem_store *s, const struct mem_act *act, const struct mem_world *w)
{
    struct mem_graduate *g = mem_graduate(s, act->graduate_id);
    struct mem_record *r = APPEND(s->records, s->nrecords);

    r->r = w->record;
    memcpy(r->uuid, act->uuid, MEM_UUID);
    *APPEND(g->records, g->nrecords) = s->nrecords - 1;
    return r;
}

/* What every act writes on a record that moves: flow.h's list beside the plan. */
static void move(struct mem_store *s, struct mem_record *r, const struct mem_world *w, enum qx_action action,
                 enum qx_state to)
{
    struct mem_event *e = APPEND(s->events, s->nevents);

    r->r.last_from = r->r.state;
    r->r.state = to;
    r->r.last_action = action;
    r->r.last_actor = w->actor.account_id;
    r->r.last_at = s->now;
    r->r.passed_on = false;
    r->r.version++;
    *e = (struct mem_event){
        .record = r->r.id,
        .graduate = r->r.graduate_id,
        .actor = w->actor.account_id,
        .at = s->now,
        .version = r->r.version,
        .role = w->actor.role,
        .action = action,
        .from = r->r.last_from,
        .to = to,
    };
}

static void write_record(struct mem_store *s, struct mem_record *r, const struct mem_act *act,
                         const struct mem_world *w, const struct flow_plan *p)
{
    move(s, r, w, act->action, p->to);
    r->waits_for = p->waits_for;
    r->holder_id = p->waits_for == ROLE_DEPARTMENT ? w->graduate.department_id : 0;
    r->r.applicant = p->applicant;
    r->r.due_at = p->due_at;
    r->r.forced = p->forced;
    r->r.marked_returned = p->marked_returned;
    r->r.untouched = p->untouched;
    r->r.stage_d_actor = p->stage_d_actor;
    if (p->transition->flags & TF_SUBMISSION)
        r->submitted_at = s->now;
    if (p->number) {
        r->r.has_number = true;
        r->number = ++s->numbers;
    }
    if (p->content == CONTENT_NEW) {
        r->r.revision++;
        r->content = act->content;
        if (act->action != ACT_MODIFY) /* S2.8.2: only a change brings another kind */
            memcpy(r->r.kind, act->args.kind, sizeof r->r.kind);
    }
}

/* The block as it stood before this record's last effect on it. */
static struct mem_ledger before(const struct mem_graduate *g, int64_t by)
{
    for (size_t i = g->nledgers; i-- > 1;)
        if (g->ledgers[i].by == by)
            return g->ledgers[i - 1];
    return g->ledgers[0];
}

static void write_ledger(struct mem_graduate *g, const struct mem_record *of, enum qx_ledger what)
{
    struct mem_ledger next = {.record = of->r.id, .content = of->content};

    if (what == LEDGER_KEEP)
        return;
    if (what == LEDGER_CLEAR)
        next = (struct mem_ledger){0};
    if (what == LEDGER_RESTORE)
        next = before(g, of->r.id);
    next.version = mem_ledger(g)->version + 1;
    next.by = of->r.id;
    *APPEND(g->ledgers, g->nledgers) = next;
}

static void write_graduate(struct mem_graduate *g, const struct mem_record *of, const struct flow_plan *p)
{
    if (p->place == PLACE_TAKE)
        g->place = of->r.id;
    if (p->place == PLACE_GIVE_BACK)
        g->place = 0;
    write_ledger(g, of, p->ledger);
    g->termination_count += p->counts;
    g->version += p->touches_graduate;
}

struct mem_answer mem_store_act(struct mem_store *s, const struct mem_act *act)
{
    struct mem_world w;
    struct mem_answer answer;
    struct mem_record *r, *of;

    mem_load(s, act, &w);
    answer = (struct mem_answer){.plan = flow_step(&w.in), .from = w.record.state, .version = w.record.version};
    if (answer.plan.outcome != OUT_OK)
        return answer;
    r = w.record.version ? by_id(s, w.record.id) : insert(s, act, &w);
    of = r;
    write_record(s, r, act, &w, &answer.plan);
    if (answer.plan.parent_ends) {
        of = by_id(s, w.parent.id);
        move(s, of, &w, act->action, answer.plan.parent_to);
    }
    write_graduate(mem_graduate(s, act->graduate_id), of, &answer.plan);
    answer.version = r->r.version;
    return answer;
}

/* ------------------------------------------------------------------ settings: S2.2.4 */

bool mem_in_process(const struct mem_store *s, size_t school)
{
    for (size_t i = 0; i < s->ngraduates; i++) {
        const struct mem_graduate *g = &s->graduates[i];

        for (size_t k = g->school == school ? g->nrecords : 0; k-- > 0;) {
            const struct flow_record *r = &s->records[g->records[k]].r;

            if (flow_state(r->flow, r->state)->in_process)
                return true;
        }
    }
    return false;
}

bool mem_store_set_season(struct mem_store *s, size_t school, const struct flow_season *season)
{
    struct flow_season *now = &s->schools[school].season;

    if (now->audit_mode != season->audit_mode && mem_in_process(s, school))
        return false;
    *now = *season;
    return true;
}
