/*
 * decide.c - from what was loaded to a decision: flow_step()'s input, its plan, and the texts that go with it.
 *
 * Pure but for memory: nothing here reads a clock, the database or the network.
 */
#include "item.h"

#include "../../shared/domain/identity.h"
#include "../log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ before flow_step() */

static void refuse(struct item *i, enum qx_outcome outcome)
{
    i->result.outcome = outcome;
    i->finished = true;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex_read(uint8_t *to, size_t len, const char *hex)
{
    for (size_t k = 0; k < len; k++) {
        int high = hex ? hex_digit(hex[2 * k]) : -1, low = high >= 0 ? hex_digit(hex[2 * k + 1]) : -1;
        if (low < 0)
            return false;
        to[k] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* The same call again gets the first answer; the same id with other parameters is invalid. */
static bool answered_before(struct item *i, const struct loaded *l)
{
    uint8_t hash[sizeof i->act.params_hash];
    if (!l->request_answer)
        return false;
    if (!hex_read(hash, sizeof hash, l->request_hash) || memcmp(hash, i->act.params_hash, sizeof hash) != 0) {
        refuse(i, OUT_INVALID);
        return true;
    }
    if (!answer_from_json(&i->result, l->request_answer))
        i->result.fault = true;
    i->result.repeated = true;
    i->finished = true;
    return true;
}

/* The flow that an action creates a record in: the one with a row from nothing for it; a draft says it itself. */
static int flow_created(enum qx_action action, int draft_flow)
{
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);
        for (size_t k = 0; k < def->ntransitions; k++)
            if (def->transitions[k].action == action && (def->transitions[k].flags & TF_CREATES))
                return f;
    }
    return draft_flow;
}

/* Not in the database yet: what the record would be. */
static bool record_made_up(const struct item *i, struct loaded *l)
{
    const struct act *a = &i->act;
    int flow = flow_created(a->action, l->draft_flow);
    if (a->record_id || flow < 0 || !l->new_id || !l->uuid)
        return false;
    const struct flow_def *def = flow_def((enum qx_flow)flow);
    if (def->child && !l->parent_known)
        return false;
    struct flow_record *r = &l->record;
    r->id = l->new_id;
    r->flow = (enum qx_flow)flow;
    r->state = def->initial;
    r->graduate_id = l->graduate.id;
    r->parent_id = def->child ? l->parent.id : 0;
    r->employer_id = def->child ? l->parent.employer_id : l->actor.employer_id;
    r->untouched = true;
    snprintf(r->school_code, sizeof r->school_code, "%s", a->school_code);
    return true;
}

/* S1.4.1: whoever was logged out meanwhile - here, elsewhere, by a new password - decides nothing and hears nothing. */
static bool session_over(struct item *i, const struct loaded *l)
{
    i->result.session_over = !l->session_alive;
    i->finished = i->finished || i->result.session_over;
    return i->result.session_over;
}

/* Whatever must hold before the flow can be asked; false: the item is answered. */
static bool world_complete(struct item *i, struct loaded *l)
{
    if (l->unreadable) {
        i->result.fault = i->finished = true;
        return false;
    }
    if (!l->account_known || l->account_disabled) {
        refuse(i, OUT_FORBIDDEN);
        return false;
    }
    if (!l->graduate_known || (!l->record_known && !record_made_up(i, l))) {
        refuse(i, OUT_NOT_FOUND);
        return false;
    }
    /* the enrolment that the session chose must be this person's */
    if (l->actor.role == ROLE_GRADUATE && l->actor.graduate_id == l->graduate.id && l->person_id != l->graduate_person)
        l->actor.graduate_id = 0;
    return true;
}

/* ------------------------------------------------------------------ the answer */

static void tell_facts(struct act_result *r, const struct loaded *l)
{
    r->facts.holder_record = l->graduate.place_record;
    r->facts.holder_flow = l->graduate.place_flow;
    r->facts.holder_state = l->graduate.place_state;
    r->facts.limit = l->season.termination_limit;
    r->facts.used = l->graduate.termination_count;
    if (!l->by_name || r->outcome == OUT_NOT_FOUND)
        return;
    snprintf(r->by.name, sizeof r->by.name, "%s", l->by_name);
    r->by.role = l->by_role;
    r->by.action = l->record.last_action;
    r->by.at = l->record.last_at;
}

static void tell(struct item *i, const struct loaded *l, const struct flow_plan *plan)
{
    struct act_result *r = &i->result;
    r->outcome = plan->outcome;
    r->failed = plan->failed;
    r->record_id = l->record.id;
    r->version = l->record.version;
    r->flow = l->record.flow;
    r->from = r->state = l->record.state;
    r->graduate_id = l->graduate.id;
    r->department_id = l->graduate.department_id;
    r->class_year = l->graduate.class_year;
    r->postgraduate = l->graduate.scope == SCOPE_POSTGRADUATE;
    if (plan->outcome != OUT_OK) {
        tell_facts(r, l);
        return;
    }
    r->state = plan->to;
    r->version++;
    if (plan->transition->flags & TF_UNDOABLE)
        r->undo_until = l->now + UNDO_MS;
}

/* ------------------------------------------------------------------ the plan's texts */

static char *dump(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!text)
        abort();
    return text;
}

/* What the reader of a message needs; the client words it (S2.11.1, S2.1.8). */
static char *message_params(const struct item *i, const struct loaded *l, const struct decision *d)
{
    json_t *o = json_object();
    const char *const texts[][2] = {
        {"action", action_code(i->act.action)},
        {"from", state_code(l->record.state)},
        {"to", state_code(d->plan.to)},
        {"by", role_code(l->actor.role)},
        {"reason_code", i->act.reason_code},
        {"reason_text", i->act.reason_text},
        {"employer", d->employer_name},
        {"number", *d->number ? d->number : NULL},
        {"kind", d->kind && *d->kind ? d->kind : NULL},
    };
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        if (texts[k][1] && *texts[k][1])
            json_object_set_new(o, texts[k][0], json_string(texts[k][1]));
    if (d->plan.message == MSG_CHANGED)
        json_object_set_new(o, "kind_before", json_string(l->record.kind));
    return dump(o);
}

/* The message that an undo takes back: that of the row which led here. */
static const char *message_undone(const struct loaded *l)
{
    const struct flow_def *def = flow_def(l->record.flow);
    for (size_t k = 0; k < def->ntransitions; k++) {
        const struct flow_transition *t = &def->transitions[k];
        if (t->from == l->record.last_from && t->action == l->record.last_action && t->message != MSG_NONE)
            return message_code(t->message);
    }
    return NULL;
}

static void plan_message(const struct item *i, const struct loaded *l, struct decision *d)
{
    if (d->plan.message == MSG_NONE)
        return;
    d->message_params = message_params(i, l, d);
    if (l->actor.role != ROLE_GRADUATE)
        d->flags |= APPLY_TELL_GRADUATE;
    if (flow_def(l->record.flow)->online && d->employer_id && l->actor.role != ROLE_EMPLOYER)
        d->flags |= APPLY_TELL_EMPLOYER;
    if (d->plan.transition->flags & TF_UNDO)
        d->retracts = message_undone(l);
}

/* S2.5.6: out of the record's serial, once; an undone approval's number stays this record's. */
static bool plan_number(struct item *i, const struct loaded *l, struct decision *d)
{
    uint8_t key[16];
    if (l->number)
        snprintf(d->number, sizeof d->number, "%s", l->number);
    if (!d->plan.number)
        return true;
    if (!hex_read(key, sizeof key, l->number_key)) {
        log_line("error", "event=number_key_missing school=%s", i->act.school_code);
        return false;
    }
    agreement_number(d->number, l->graduate.class_year, 1, i->act.school_code, (uint32_t)l->record.id, key);
    return true;
}

/* What is in the audit already keeps the mode from changing (S2.2.4); what enters it does not. */
static bool enters_audit(const struct loaded *l, const struct flow_plan *p)
{
    const struct flow_state *from = flow_state(l->record.flow, l->record.state);
    const struct flow_state *to = flow_state(l->record.flow, p->to);
    return to && to->in_process && !(from && from->in_process);
}

/* Beside record and graduate: the rows that this decision was made of must be as they were read, too. */
static void plan_read(const struct item *i, const struct loaded *l, struct decision *d)
{
    const uint64_t settings = G(FLOW_OPEN) | G(MAY_SIGN) | G(AUDITOR_EXISTS) | G(VOID_UNAUDITED) | G(VOID_AUDITED) |
                              G(WITHIN_LIMIT) | G(MODE_KEPT);
    if (enters_audit(l, &d->plan) || (d->plan.transition->guards & settings))
        d->season_version = l->season_version;
    if (d->flags & APPLY_DRAFT_GONE)
        d->draft_version = l->draft_version;
    if (i->needs & NEED_EVIDENCE)
        d->files_version = l->files_version;
}

static void plan_flags(const struct loaded *l, struct decision *d)
{
    const struct flow_plan *p = &d->plan;
    const struct {
        bool set;
        unsigned flag;
    } rows[] = {
        {p->transition->flags & TF_SUBMISSION, APPLY_SUBMISSION},
        {p->forced, APPLY_FORCED},
        {p->marked_returned, APPLY_MARKED_RETURNED},
        {p->untouched, APPLY_UNTOUCHED},
        {p->parent_ends, APPLY_PARENT},
        {p->touches_graduate, APPLY_GRADUATE},
        {p->counts, APPLY_COUNTS},
        {p->place == PLACE_GIVE_BACK, APPLY_PLACE_BACK},
        {p->place == PLACE_TAKE, APPLY_PLACE_TAKEN},
        {l->draft_flow >= 0 && p->content == CONTENT_NEW, APPLY_DRAFT_GONE},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (rows[k].set)
            d->flags |= rows[k].flag;
}

static void plan_record(const struct item *i, const struct loaded *l, struct decision *d)
{
    d->record_id = l->record.id;
    d->seen = l->record.version;
    d->uuid = l->uuid;
    d->graduate_version = l->graduate.version;
    d->class_year = l->graduate.class_year;
    d->employer_id = l->record.employer_id;
    d->parent_id = l->record.parent_id;
    d->content_new = d->plan.content == CONTENT_NEW;
    d->revision = l->record.revision + (d->content_new ? 1 : 0);
    if (!d->content_new)
        d->kind = l->record.kind;
    if (d->plan.to == ST_DRAFT)
        d->draft = content_as_draft(l);
    content_promote(d, l);
    plan_flags(l, d);
    plan_read(i, l, d);
}

/* ------------------------------------------------------------------ deciding */

static struct flow_plan step(const struct item *i, const struct loaded *l, const struct flow_args *args)
{
    struct flow_input in = {.record = &l->record,
                            .parent = l->parent_known ? &l->parent : NULL,
                            .graduate = &l->graduate,
                            .season = &l->season,
                            .actor = &l->actor,
                            .args = args,
                            .action = i->act.action,
                            .seen_version = i->act.seen_version,
                            .now = l->now};
    return flow_step(&in);
}

/* An action that creates saw nothing; and what was submitted before is bound to what was seen. */
static void bind_version(struct item *i, const struct loaded *l)
{
    if (!l->record_known)
        i->act.seen_version = i->act.seen_version < 0 ? 0 : i->act.seen_version;
}

void decide(struct item *i, struct loaded *l, struct decision *d)
{
    struct flow_args args = {.reason_code = i->act.reason_code,
                             .reason_text = i->act.reason_text,
                             .agreed = i->act.agreed,
                             .proofs = l->proofs,
                             .images = l->images,
                             .valid_days = i->act.valid_days};
    *d = (struct decision){0};
    i->graduate = l->graduate.id;
    if (session_over(i, l) || answered_before(i, l) || !world_complete(i, l))
        return;
    bind_version(i, l);
    content_check(i, l, d, &args);
    d->plan = step(i, l, &args);
    tell(i, l, &d->plan);
    i->finished = d->plan.outcome != OUT_OK || i->act.dry_run;
    if (i->finished)
        return;
    i->result.nproblems = 0;
    plan_record(i, l, d);
    if (!plan_number(i, l, d)) {
        i->result.fault = i->finished = true;
        return;
    }
    snprintf(i->result.number, sizeof i->result.number, "%s", d->number);
    content_ledger(i, l, d);
    plan_message(i, l, d);
    d->answer = i->act.request_id ? answer_to_json(&i->result) : NULL;
}

void decision_free(struct decision *d)
{
    char *const texts[] = {d->draft,       d->ledger[0],      d->ledger[1], d->ledger[2], d->employer_name,
                           d->credit_code, d->message_params, d->detail,    d->answer,    d->content_text};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        free(texts[k]);
    json_decref(d->content);
}

/* ------------------------------------------------------------------ what could be done (X1.9) */

size_t workflow_may(const struct flow_input *base, struct may *out, size_t max)
{
    /* whatever the caller would send with the action is taken as sent: what is left is what stands against it now */
    static const uint64_t sent = G(FORM_COMPLETE) | G(REASON_GIVEN) | G(EXPLAINED) | G(AGREED_TICK) | G(KIND_ALLOWED);
    const struct flow_def *def = flow_def(base->record->flow);
    size_t n = 0;
    for (int a = ACT_NONE + 1; a < ACT_COUNT && n < max; a++) {
        bool known = false;
        for (size_t k = 0; k < def->ntransitions && !known; k++)
            known = def->transitions[k].action == (enum qx_action)a && def->transitions[k].by == base->actor->role;
        if (!known)
            continue;
        struct flow_input in = *base;
        in.action = (enum qx_action)a;
        in.seen_version = -1;
        struct flow_plan plan = flow_step(&in);
        uint64_t failed = plan.failed & ~sent;
        bool only_sent = plan.failed && !failed;
        out[n++] = (struct may){.action = in.action, .outcome = only_sent ? OUT_OK : plan.outcome, .failed = failed};
    }
    return n;
}
