/*
 * load.c - the batch's read: the parameters of queries/decide_load.sql and what its rows say, as flow_step() wants it.
 *
 * Text codes that this program doesn't know make the row unreadable: it is logged and refused, never guessed.
 */
#include "item.h"

#include "../../shared/domain/codes.h"
#include "../log.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ what an action needs */

static unsigned guard_needs(uint64_t guards)
{
    static const struct {
        uint64_t guards;
        unsigned need;
    } rows[] = {
        {G(FORM_COMPLETE), NEED_CONTENT},
        {G(PROOF_ATTACHED) | G(IMAGE_ATTACHED), NEED_EVIDENCE},
        {G(AUDITOR_EXISTS), NEED_AUDITOR},
        {G(NONE_INVITED), NEED_INVITATIONS},
        {G(PLACE_FREE), NEED_PLACE},
        {G(NO_TERMINATION) | G(NOTHING_OPEN) | G(NONE_OPEN_ON_PARENT), NEED_APPLICATIONS},
    };
    unsigned needs = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (guards & rows[i].guards)
            needs |= rows[i].need;
    return needs;
}

static unsigned effect_needs(const struct flow_def *def, const struct flow_transition *t)
{
    unsigned needs = 0;
    if ((t->flags & TF_SUBMISSION) && t->content == CONTENT_NEW && !(t->flags & TF_CREATES))
        needs |= NEED_DRAFT;
    if ((t->flags & TF_SUBMISSION) && t->content == CONTENT_NEW)
        needs |= NEED_SNAPSHOT;
    if (t->from == def->initial)
        needs |= NEED_NEW_ID;
    if (t->flags & TF_NUMBER)
        needs |= NEED_NUMBER_KEY;
    if (t->ledger != LEDGER_KEEP)
        needs |= NEED_LEDGER;
    if (t->ledger == LEDGER_SET || t->ledger == LEDGER_UPDATE || t->to == ST_DRAFT)
        needs |= NEED_CONTENT;
    if (t->ledger == LEDGER_RESTORE)
        needs |= NEED_LEDGER_BEFORE;
    return needs;
}

unsigned action_needs(enum qx_action action, enum qx_role role)
{
    unsigned needs = 0;
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);
        for (size_t i = 0; i < def->ntransitions; i++) {
            const struct flow_transition *t = &def->transitions[i];
            if (t->action == action && t->by == role)
                needs |= guard_needs(t->guards) | effect_needs(def, t);
        }
    }
    return needs;
}

/* ------------------------------------------------------------------ sending */

/* The open states of child flows, as '{"flow/state",…}': what NO_TERMINATION and its kin look for. */
static const char *open_applications(struct db_array *a)
{
    char text[96];
    db_array_start(a);
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);
        for (size_t i = 0; def->child && i < def->nstates; i++) {
            if (def->states[i].final)
                continue;
            snprintf(text, sizeof text, "%s/%s", flow_code(def->flow), state_code(def->states[i].state));
            db_array_text(a, text);
        }
    }
    return db_array_end(a);
}

/* Nothing beyond who, what and where: decide_load_plain is enough. */
bool load_plain(struct item *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (items[i]->needs || !items[i]->act.record_id)
            return false;
    return true;
}

enum { LOAD_PARAMS = 12 };
static const int plain_params[] = {0, 1, 5, 6, 7, 8, 10}; /* of load_add()'s, decide_load_plain's in its order */
enum { PLAIN_PARAMS = sizeof plain_params / sizeof *plain_params };

static void load_add(struct db_array *p, const struct item *i)
{
    const struct act *a = &i->act;
    db_array_text(&p[0], a->school_code);
    db_array_int(&p[1], a->record_id);
    db_array_text(&p[2], a->uuid);
    db_array_int(&p[3], a->graduate_id);
    db_array_int(&p[4], a->parent_id);
    db_array_text(&p[5], a->account_school);
    db_array_int(&p[6], a->actor.account_id);
    db_array_text(&p[7], a->request_id);
    db_array_int(&p[8], a->seen_version);
    db_array_int(&p[9], (int64_t)i->needs);
    db_array_int(&p[10], a->session_id);
}

void load_send(struct db *db, enum db_class cls, struct item *const *items, size_t n, db_done done, void *arg)
{
    struct db_array p[LOAD_PARAMS] = {0};
    const char *values[LOAD_PARAMS];
    for (int k = 0; k < LOAD_PARAMS - 1; k++)
        db_array_start(&p[k]);
    for (size_t i = 0; i < n; i++)
        load_add(p, items[i]);
    for (int k = 0; k < LOAD_PARAMS - 1; k++)
        values[k] = db_array_end(&p[k]);
    if (load_plain(items, n)) {
        for (int k = 0; k < PLAIN_PARAMS; k++)
            values[k] = values[plain_params[k]];
        db_query(db, cls, "decide_load_plain", PLAIN_PARAMS, values, done, arg);
    } else {
        values[LOAD_PARAMS - 1] = open_applications(&p[LOAD_PARAMS - 1]);
        db_query(db, cls, "decide_load", LOAD_PARAMS, values, done, arg);
    }
    for (int k = 0; k < LOAD_PARAMS; k++)
        db_array_free(&p[k]);
}

/* ------------------------------------------------------------------ reading */

#define COLUMNS(X)                                                                                                     \
    X(now)                                                                                                             \
    X(request_answer)                                                                                                  \
    X(request_hash)                                                                                                    \
    X(a_session)                                                                                                       \
    X(a_role) X(a_disabled) X(a_department) X(a_person) X(a_employer) X(a_employment) X(a_archive) X(a_household)      \
        X(a_scope) X(r_id) X(r_uuid) X(r_version) X(r_flow) X(r_kind) X(r_state) X(r_graduate) X(r_employer)           \
            X(r_employer_name) X(r_credit_code) X(r_parent) X(r_applicant) X(r_number) X(r_forced)                     \
                X(r_marked_returned) X(r_untouched) X(r_due_at) X(r_revision) X(r_stage_d_actor) X(r_last_action)      \
                    X(r_last_from) X(r_last_actor) X(r_last_at) X(r_passed_on) X(r_open_child) X(new_id) X(p_id)       \
                        X(p_version) X(p_flow) X(p_kind) X(p_state) X(p_employer) X(p_employer_name) X(p_credit_code)  \
                            X(p_number) X(p_revision) X(p_open_child) X(g_id) X(g_version) X(g_department) X(g_class)  \
                                X(g_postgraduate) X(g_training_mode) X(g_barred) X(g_person) X(g_termination_count)    \
                                    X(g_open_termination) X(place_record) X(place_flow) X(place_state)                 \
                                        X(g_invitations) X(s_version) X(s_online_signing) X(s_supplement)              \
                                            X(s_destination) X(s_audit_mode) X(s_void_audited) X(s_termination_limit)  \
                                                X(s_auditor_exists) X(number_key) X(snapshot) X(em_name)               \
                                                    X(em_credit_code) X(draft_flow) X(draft_kind) X(draft_body)        \
                                                        X(proofs) X(images) X(content) X(l_version) X(l_destination)   \
                                                            X(l_archive) X(l_household) X(lb_destination)              \
                                                                X(lb_archive) X(lb_household) X(by_name) X(by_role)    \
                                                                    X(a_version) X(draft_version) X(files_version)
#define X(name) C_##name,
enum { COLUMNS(X) C_COUNT };
#undef X
_Static_assert((int)C_COUNT <= (int)LOAD_COLUMNS_MAX, "struct load_columns is too small");

static void columns_find(struct load_columns *c, const struct db_rows *rows)
{
#define X(name) #name,
    static const char *const names[] = {COLUMNS(X)};
#undef X
    for (int i = 0; i < C_COUNT; i++) {
        c->at[i] = db_col(rows, names[i]); /* -1: not in the plain load */
    }
    c->known = true;
}

struct cursor {
    const int *at;
    const struct db_rows *rows;
    int row;
    bool unreadable;
};
#define HAS(name) (c->at[C_##name] >= 0)
#define TEXT(name) (HAS(name) ? db_text(c->rows, c->row, c->at[C_##name]) : NULL)
#define INT(name) (HAS(name) ? db_int(c->rows, c->row, c->at[C_##name]) : 0)
#define BOOL(name) (HAS(name) && db_bool(c->rows, c->row, c->at[C_##name]))

static int code_read(struct cursor *c, int (*of)(const char *), const char *text, const char *what)
{
    int v = of(text);
    if (v >= 0)
        return v;
    log_line("error", "event=unknown_code kind=%s code=%s", what, text ? text : "");
    c->unreadable = true;
    return 0;
}

static void text_read(char *to, size_t len, const char *text)
{
    snprintf(to, len, "%s", text ? text : "");
}

static void read_account(struct cursor *c, const struct act *act, struct loaded *l)
{
    l->actor = act->actor;
    l->account_known = l->session_alive = act->actor.role == ROLE_CLOCK;
    if (l->account_known || !TEXT(a_role))
        return;
    l->account_known = true;
    l->session_alive = BOOL(a_session);
    l->account_disabled = BOOL(a_disabled);
    l->account_version = INT(a_version);
    l->actor.role = (enum qx_role)code_read(c, role_of, TEXT(a_role), "role");
    if (l->actor.role != ROLE_GRADUATE) /* a graduate's is the enrolment chosen */
        text_read(l->actor.school_code, sizeof l->actor.school_code, act->account_school);
    l->actor.department_id = INT(a_department);
    l->actor.employer_id = INT(a_employer);
    l->actor.rights[MODULE_EMPLOYMENT] = (enum qx_right)INT(a_employment);
    l->actor.rights[MODULE_ARCHIVE] = (enum qx_right)INT(a_archive);
    l->actor.rights[MODULE_HOUSEHOLD] = (enum qx_right)INT(a_household);
    l->actor.scope = (enum qx_scope)INT(a_scope);
    l->person_id = INT(a_person);
}

static void read_record(struct cursor *c, const struct act *act, struct loaded *l)
{
    struct flow_record *r = &l->record;
    l->record_known = TEXT(r_id) != NULL;
    l->uuid = act->uuid;
    l->new_id = INT(new_id);
    if (!l->record_known)
        return;
    r->id = INT(r_id);
    r->version = INT(r_version);
    r->flow = (enum qx_flow)code_read(c, flow_of, TEXT(r_flow), "flow");
    r->state = (enum qx_state)code_read(c, state_of, TEXT(r_state), "state");
    text_read(r->kind, sizeof r->kind, TEXT(r_kind));
    text_read(r->school_code, sizeof r->school_code, act->school_code);
    r->graduate_id = INT(r_graduate);
    r->employer_id = INT(r_employer);
    r->parent_id = INT(r_parent);
    r->applicant = (enum qx_role)code_read(c, role_of, TEXT(r_applicant), "applicant");
    l->number = TEXT(r_number);
    r->has_number = l->number != NULL;
    r->forced = BOOL(r_forced);
    r->marked_returned = BOOL(r_marked_returned);
    r->untouched = BOOL(r_untouched);
    r->due_at = INT(r_due_at);
    r->revision = INT(r_revision);
    r->stage_d_actor = INT(r_stage_d_actor);
    r->last_action = (enum qx_action)code_read(c, action_of, TEXT(r_last_action), "action");
    r->last_from = (enum qx_state)code_read(c, state_of, TEXT(r_last_from), "state");
    r->last_actor = INT(r_last_actor);
    r->last_at = INT(r_last_at);
    r->passed_on = BOOL(r_passed_on);
    r->open_child = BOOL(r_open_child);
    l->uuid = TEXT(r_uuid);
    l->employer_name = TEXT(r_employer_name);
    l->credit_code = TEXT(r_credit_code);
}

static void read_parent(struct cursor *c, const struct act *act, struct loaded *l)
{
    struct flow_record *p = &l->parent;
    l->parent_known = TEXT(p_id) != NULL;
    if (!l->parent_known)
        return;
    p->id = INT(p_id);
    p->version = INT(p_version);
    p->flow = (enum qx_flow)code_read(c, flow_of, TEXT(p_flow), "flow");
    p->state = (enum qx_state)code_read(c, state_of, TEXT(p_state), "state");
    text_read(p->kind, sizeof p->kind, TEXT(p_kind));
    text_read(p->school_code, sizeof p->school_code, act->school_code);
    p->graduate_id = INT(g_id);
    p->employer_id = INT(p_employer);
    p->has_number = TEXT(p_number) != NULL;
    p->revision = INT(p_revision);
    p->open_child = BOOL(p_open_child);
    l->parent_employer_name = TEXT(p_employer_name);
    l->parent_credit_code = TEXT(p_credit_code);
}

bool training_mode_directed(const char *training_mode)
{
    static const char *const directed[] = {"定向", "委培"};
    const char *name = code_label(code_table("training_mode"), training_mode ? training_mode : "", true);
    return strcmp(name, directed[0]) == 0 || strcmp(name, directed[1]) == 0;
}

static void read_graduate(struct cursor *c, const struct act *act, struct loaded *l)
{
    struct flow_graduate *g = &l->graduate;
    l->graduate_known = TEXT(g_id) != NULL;
    if (!l->graduate_known)
        return;
    g->id = INT(g_id);
    g->version = INT(g_version);
    g->department_id = INT(g_department);
    text_read(g->school_code, sizeof g->school_code, act->school_code);
    g->class_year = (int)INT(g_class);
    g->scope = BOOL(g_postgraduate) ? SCOPE_POSTGRADUATE : SCOPE_UNDERGRADUATE;
    g->directed = training_mode_directed(TEXT(g_training_mode));
    g->barred = BOOL(g_barred);
    g->termination_count = (int)INT(g_termination_count);
    g->open_termination = BOOL(g_open_termination);
    g->open_invitations_here = (int)INT(g_invitations);
    l->graduate_person = INT(g_person);
    if (!TEXT(place_record))
        return;
    g->place_record = INT(place_record);
    g->place_flow = (enum qx_flow)code_read(c, flow_of, TEXT(place_flow), "flow");
    g->place_state = (enum qx_state)code_read(c, state_of, TEXT(place_state), "state");
}

/* No row: the class was never opened, every switch is off. */
static void read_season(const struct cursor *c, struct loaded *l)
{
    struct flow_season *s = &l->season;
    const char *mode = TEXT(s_audit_mode);
    l->season_known = mode != NULL;
    l->season_version = INT(s_version);
    s->open_online_signing = BOOL(s_online_signing);
    s->open_supplement = BOOL(s_supplement);
    s->open_destination = BOOL(s_destination);
    s->audit_mode = mode && strcmp(mode, "two_level") == 0 ? AUDIT_TWO_LEVEL : AUDIT_SCHOOL_ONLY;
    s->void_audited = BOOL(s_void_audited);
    s->termination_limit = (int)INT(s_termination_limit);
    s->auditor_exists = BOOL(s_auditor_exists);
}

static void read_texts(struct cursor *c, struct loaded *l)
{
    l->number_key = TEXT(number_key);
    if (!l->record_known && !l->parent_known) { /* an invitation's employer is who sends it (S2.3.2) */
        l->employer_name = TEXT(em_name);
        l->credit_code = TEXT(em_credit_code);
    }
    l->draft_flow = -1;
    if (TEXT(draft_flow))
        l->draft_flow = code_read(c, flow_of, TEXT(draft_flow), "flow");
    l->draft_version = INT(draft_version);
    l->files_version = INT(files_version);
    l->draft_kind = TEXT(draft_kind);
    l->draft_body = TEXT(draft_body);
    l->proofs = (int)INT(proofs);
    l->images = (int)INT(images);
    l->content = TEXT(content);
    l->snapshot = TEXT(snapshot);
    l->ledger_version = INT(l_version);
    l->ledger[0] = TEXT(l_destination);
    l->ledger[1] = TEXT(l_archive);
    l->ledger[2] = TEXT(l_household);
    l->ledger_before[0] = TEXT(lb_destination);
    l->ledger_before[1] = TEXT(lb_archive);
    l->ledger_before[2] = TEXT(lb_household);
    l->by_name = TEXT(by_name);
    l->by_role = TEXT(by_role) ? (enum qx_role)code_read(c, role_of, TEXT(by_role), "role") : ROLE_NONE;
}

void load_row(struct load_columns *columns, const struct db_rows *rows, int row, const struct item *i, struct loaded *l)
{
    if (!columns->known)
        columns_find(columns, rows);
    struct cursor cursor = {.at = columns->at, .rows = rows, .row = row}, *c = &cursor;
    *l = (struct loaded){.now = INT(now), .request_answer = TEXT(request_answer), .request_hash = TEXT(request_hash)};
    read_account(c, &i->act, l);
    read_record(c, &i->act, l);
    read_parent(c, &i->act, l);
    read_graduate(c, &i->act, l);
    read_season(c, l);
    read_texts(c, l);
    l->unreadable = c->unreadable;
}
