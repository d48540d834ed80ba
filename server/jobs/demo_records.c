/*
 * demo_records.c - records, walked to their states by flow_step(): each move of a script is put to the flow, and what
 * the plan says is written as the workflow would have written it. A move that the flow refuses stops the seeding.
 */
#include "../../shared/domain/identity.h"
#include "../../shared/text/text.h"
#include "demo_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/*
 * Scripts, one letter per move: S submit, R resubmit, u upload, k take back, g give up, W void by the graduate, V void
 * by the school; a approve at the department's stage (nothing where there is none), A at the school's; r return and j
 * reject by whoever it waits for; D a draft that was never submitted. `weight`: how often among its like.
 */
struct script {
    const char *moves;
    enum qx_flow flow;
    int weight;
};
static const struct script waiting_scripts[] = {
    {"S", FLOW_DESTINATION, 16},         {"Sa", FLOW_DESTINATION, 14},       {"SrR", FLOW_DESTINATION, 3},
    {"SarRa", FLOW_DESTINATION, 3},      {"S", FLOW_OFFLINE_SIGNING, 10},    {"Sa", FLOW_OFFLINE_SIGNING, 9},
    {"SaAu", FLOW_OFFLINE_SIGNING, 10},  {"SaAua", FLOW_OFFLINE_SIGNING, 9}, {"SrR", FLOW_OFFLINE_SIGNING, 2},
    {"SaAuru", FLOW_OFFLINE_SIGNING, 2},
};
/* In the class whose voids are audited, these wait; elsewhere a void is done at once. */
static const struct script void_scripts[] = {{"SaAW", FLOW_DESTINATION, 3},
                                             {"SaAWa", FLOW_DESTINATION, 3},
                                             {"S", FLOW_DESTINATION, 2},
                                             {"Sa", FLOW_DESTINATION, 2}};
static const struct script other_scripts[] = {
    {"", FLOW_DESTINATION, 16},         {"D", FLOW_DESTINATION, 6},           {"D", FLOW_OFFLINE_SIGNING, 6},
    {"Sk", FLOW_DESTINATION, 2},        {"Sk", FLOW_OFFLINE_SIGNING, 2},      {"Sr", FLOW_DESTINATION, 7},
    {"Sar", FLOW_DESTINATION, 4},       {"Sr", FLOW_OFFLINE_SIGNING, 5},      {"SaA", FLOW_OFFLINE_SIGNING, 10},
    {"SaAur", FLOW_OFFLINE_SIGNING, 4}, {"SaA", FLOW_DESTINATION, 18},        {"SaAuaA", FLOW_OFFLINE_SIGNING, 12},
    {"Sj", FLOW_DESTINATION, 2},        {"Saj", FLOW_OFFLINE_SIGNING, 2},     {"SaAW", FLOW_DESTINATION, 2},
    {"SaAV", FLOW_DESTINATION, 1},      {"SaAuaAV", FLOW_OFFLINE_SIGNING, 1},
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct script *pick(const struct script *list, size_t n, long turn)
{
    int total = 0;
    for (size_t i = 0; i < n; i++)
        total += list[i].weight;
    /* 37 and the totals have no common divisor: neighbours differ, and every script comes as often as its weight says
     */
    int at = (int)(turn * 37 % total);
    for (size_t i = 0; i < n; i++)
        if ((at -= list[i].weight) < 0)
            return &list[i];
    return list;
}

/* ------------------------------------------------------------------ one walk */

struct walk {
    struct demo *d;
    struct demo_person *p;
    struct flow_record record;
    struct flow_graduate graduate;
    struct flow_season season;
    struct flow_args args;
    struct demo_content content;
    char uuid[40], number[24], last_role[12];
    int64_t at, submitted_at, ledger_version, ledger_at;
    bool has_place;
    enum qx_role waits_for;
};

static void make_uuid(char out[40], uint64_t a, uint64_t b)
{
    const uint64_t x = demo_random(a, b), y = demo_random(b, a);
    snprintf(out, 40, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(x >> 32), (unsigned)(x >> 16 & 0xffff),
             (unsigned)(x & 0xfff), (unsigned)(y >> 48 & 0xfff), (unsigned long long)(y & UINT64_C(0xffffffffffff)));
}

static const char *choose_kind(const struct demo_person *p, uint64_t r)
{
    const struct destination_kind *kinds;
    const size_t n = destination_kinds(&kinds);
    if (p->directed)
        for (size_t i = 0; i < n; i++)
            if (kinds[i].directed_only)
                return kinds[i].code;
    for (;; r++)
        if (kinds[r % n].group != 1 && !kinds[r % n].directed_only)
            return kinds[r % n].code;
}

static bool fill_in(struct walk *w)
{
    const struct demo_person *p = w->p;
    const struct form *form;
    if (w->record.flow == FLOW_DESTINATION) {
        snprintf(w->record.kind, sizeof w->record.kind, "%s", choose_kind(p, (uint64_t)p->n / 10));
        w->args.proofs_needed = w->args.proofs = destination_kind(w->record.kind)->proofs;
    }
    snprintf(w->args.kind, sizeof w->args.kind, "%s", w->record.kind);
    form = form_of(w->record.flow, w->record.kind);
    if (!form)
        return demo_fail(w->d, "no form for %s %s", flow_code(w->record.flow), w->record.kind);
    w->args.form_complete = true;
    return demo_content_make(w->d, form, p, demo_random(9, (uint64_t)p->n), &w->content);
}

static void walk_start(struct walk *w, struct demo *d, struct demo_person *p, enum qx_flow flow)
{
    const struct demo_school *s = p->school;
    *w = (struct walk){.d = d, .p = p};
    w->record = (struct flow_record){.flow = flow, .state = ST_DRAFT, .graduate_id = p->graduate_id, .untouched = true};
    w->graduate = (struct flow_graduate){.id = p->graduate_id,
                                         .version = 1,
                                         .department_id = s->department_ids[p->department],
                                         .class_year = p->class_year,
                                         .scope = p->postgraduate ? SCOPE_POSTGRADUATE : SCOPE_UNDERGRADUATE,
                                         .directed = p->directed};
    w->season = (struct flow_season){.open_online_signing = true,
                                     .open_supplement = true,
                                     .open_destination = true,
                                     .audit_mode = s->two_level ? AUDIT_TWO_LEVEL : AUDIT_SCHOOL_ONLY,
                                     .void_audited = p->void_audited,
                                     .termination_limit = 3,
                                     .auditor_exists = true};
    memcpy(w->record.school_code, s->code, sizeof w->record.school_code);
    memcpy(w->graduate.school_code, s->code, sizeof w->graduate.school_code);
    make_uuid(w->uuid, 11, (uint64_t)p->n);
    w->waits_for = ROLE_GRADUATE;
    w->at = d->now - (int64_t)(demo_random(10, (uint64_t)p->n) % (28 * 86400) + 2 * 86400) * 1000;
}

static struct flow_actor actor_of(const struct walk *w, enum qx_role role)
{
    const struct demo_school *s = w->p->school;
    struct flow_actor a = {.role = role, .department_id = w->graduate.department_id};
    a.account_id = role == ROLE_GRADUATE     ? w->p->account_id
                   : role == ROLE_DEPARTMENT ? s->auditor_ids[w->p->department]
                                             : s->school_account;
    a.graduate_id = role == ROLE_GRADUATE ? w->p->graduate_id : 0;
    memcpy(a.school_code, s->code, sizeof a.school_code);
    for (int m = 0; m < MODULE_COUNT; m++)
        a.rights[m] = RIGHT_WRITE;
    return a;
}

/* ------------------------------------------------------------------ what one act writes */

static void json_content(const struct walk *w, struct demo_json *j)
{
    json_start(j);
    for (size_t i = 0; i < w->content.form->nfields; i++)
        json_text(j, w->content.form->fields[i].name, w->content.values[i]);
}

static void put_content(struct walk *w)
{
    struct demo_rows *rows = &w->d->rows[ROWS_CONTENT];
    struct demo_json json, then;
    uint8_t salt[16];

    randombytes_buf(salt, sizeof salt);
    put_text(rows, w->p->school->code);
    put_int(rows, w->record.id);
    put_int(rows, w->record.revision);
    json_content(w, &json);
    json_raw(&json, "_graduate", demo_person_then(w->p, &then)); /* as at the submission (S2.1.7) */
    put_text(rows, json_end(&json));
    put_bytes(rows, salt, sizeof salt);
    put_time(rows, w->at);
    put_end(rows);
}

static const char *message_params(const struct walk *w, const struct flow_plan *plan, enum qx_action action,
                                  enum qx_state from, enum qx_role by, struct demo_json *j)
{
    json_start(j);
    json_text(j, "action", action_code(action));
    json_text(j, "from", state_code(from));
    json_text(j, "to", state_code(plan->to));
    json_text(j, "by", role_code(by));
    json_text(j, "reason_code", w->args.reason_code);
    json_text(j, "reason_text", w->args.reason_text);
    json_text(j, "employer", demo_content_promoted(&w->content, "employer_name"));
    json_text(j, "number", w->number);
    json_text(j, "kind", w->record.kind);
    return json_end(j);
}

static void put_message(struct walk *w, const struct flow_plan *plan, const char *params, enum qx_role by)
{
    struct demo_rows *rows = &w->d->rows[ROWS_MESSAGE];
    if (by != ROLE_GRADUATE) {
        put_text(rows, w->p->school->code);
        put_time(rows, w->at);
        put_int(rows, w->p->graduate_id);
        put_int(rows, w->record.id);
        put_text(rows, message_code(plan->message));
        put_text(rows, params);
        put_end(rows);
    }
    rows = &w->d->rows[ROWS_FEED];
    put_text(rows, w->p->school->code);
    put_time(rows, w->at);
    put_text(rows, message_code(plan->message));
    put_int(rows, w->record.id);
    put_int(rows, w->p->graduate_id);
    put_int(rows, w->record.version);
    put_text(rows, params);
    put_end(rows);
}

static void put_event(struct walk *w, const struct flow_actor *actor, enum qx_action action, enum qx_state from)
{
    struct demo_rows *rows = &w->d->rows[ROWS_EVENT];
    put_text(rows, w->p->school->code);
    put_time(rows, w->at);
    put_int(rows, w->record.id);
    put_int(rows, w->p->graduate_id);
    put_text(rows, actor->role == ROLE_GRADUATE ? "00000" : w->p->school->code);
    put_int(rows, actor->account_id);
    put_text(rows, role_code(actor->role));
    put_text(rows, flow_code(w->record.flow));
    put_text(rows, action_code(action));
    put_text(rows, state_code(from));
    put_text(rows, state_code(w->record.state));
    put_int(rows, w->record.version);
    put_int(rows, w->graduate.version);
    put_int(rows, w->record.revision);
    put_text(rows, w->args.reason_code);
    put_text(rows, w->args.reason_text);
    put_end(rows);
}

static const char *const block_names[] = {"destination", "archive", "household"};

/* A field's `ledger` is "name" for the destination block or "block.name" for the two others. */
static const char *name_in_block(const struct form_field *f, int block)
{
    const char *dot = f->ledger ? strchr(f->ledger, '.') : NULL;
    if (!dot)
        return block == 0 ? f->ledger : NULL;
    const size_t len = strlen(block_names[block]);
    return (size_t)(dot - f->ledger) == len && !strncmp(f->ledger, block_names[block], len) ? dot + 1 : NULL;
}

/* Of several reported codes of a kind, the form's answer says which (S2.1.1). */
static void report(const struct walk *w, struct demo_json *j)
{
    const char *kind = w->record.flow == FLOW_DESTINATION ? w->record.kind : "A01";
    const struct destination_kind *k = destination_kind(kind);
    const struct form *form = w->content.form;
    char code[16];

    snprintf(code, sizeof code, "%.*s", (int)strcspn(k->moe, "|"), k->moe);
    for (size_t i = 0; strchr(k->moe, '|') && i < form->nfields; i++)
        if (form->fields[i].codes && !strcmp(form->fields[i].codes, "destination_moe"))
            snprintf(code, sizeof code, "%.15s", w->content.values[i]);
    json_text(j, "kind", kind);
    json_text(j, "reported_code", code);
    json_text(j, "reported_name", code_label(code_table("destination_moe"), code, true));
}

/* NULL: this content says nothing of that block. */
static const char *ledger_block(const struct walk *w, int block, struct demo_json *j)
{
    char at[40], id[40];
    bool any = block == 0;

    time_format(at, sizeof at, w->ledger_at);
    at[10] = '\0'; /* the date */
    snprintf(id, sizeof id, "%s-%lld", w->p->school->code, (long long)w->record.id);
    json_start(j);
    json_text(j, "source", "registration");
    json_text(j, "record_id", id);
    json_text(j, "date", at);
    for (size_t i = 0; i < w->content.form->nfields; i++) {
        const char *name = name_in_block(&w->content.form->fields[i], block);
        if (!name || !*w->content.values[i])
            continue;
        json_text(j, name, w->content.values[i]);
        any = true;
    }
    if (block == 0)
        report(w, j);
    return any ? json_end(j) : NULL;
}

/* `shown`: the three blocks stand; else they were cleared (all three came from this record). */
static void put_ledger(struct walk *w, enum demo_table table, bool shown)
{
    struct demo_rows *rows = &w->d->rows[table];
    struct demo_json json;
    put_text(rows, w->p->school->code);
    put_int(rows, w->p->class_year);
    put_int(rows, w->p->graduate_id);
    put_int(rows, w->ledger_version);
    for (int block = 0; block < 3; block++)
        put_text(rows, shown ? ledger_block(w, block, &json) : NULL);
    if (table == ROWS_LEDGER_HISTORY)
        put_int(rows, w->record.id);
    put_time(rows, w->ledger_at);
    put_end(rows);
}

static void put_evidence(struct walk *w, const char *purpose, bool pdf)
{
    struct demo_rows *rows = &w->d->rows[ROWS_EVIDENCE];
    put_text(rows, w->p->school->code);
    put_text(rows, w->uuid);
    put_int(rows, w->p->graduate_id);
    put_text(rows, purpose);
    put_int(rows, pdf ? w->p->school->pdf : w->p->school->image);
    put_text(rows, pdf ? "证明材料.pdf" : "盖章页.png");
    put_int(rows, w->p->account_id);
    put_time(rows, w->at - 60000);
    put_end(rows);
}

static void put_draft(struct walk *w)
{
    struct demo_rows *rows = &w->d->rows[ROWS_DRAFT];
    struct demo_json json;
    put_text(rows, w->p->school->code);
    put_text(rows, w->uuid);
    put_int(rows, w->p->graduate_id);
    put_text(rows, flow_code(w->record.flow));
    put_text(rows, w->record.kind);
    json_content(w, &json);
    put_text(rows, json_end(&json));
    put_time(rows, w->at);
    put_end(rows);
}

/* ------------------------------------------------------------------ one move */

static void apply_record(struct walk *w, const struct flow_plan *plan, const struct flow_actor *actor,
                         enum qx_action action)
{
    struct flow_record *r = &w->record;
    const unsigned flags = plan->transition->flags;

    r->last_from = r->state;
    r->state = plan->to;
    r->version++;
    r->revision += plan->content == CONTENT_NEW;
    r->marked_returned = plan->marked_returned;
    r->untouched = plan->untouched;
    r->stage_d_actor = plan->stage_d_actor;
    r->last_action = action;
    r->last_actor = actor->account_id;
    r->last_at = w->at;
    w->waits_for = plan->waits_for;
    if (flags & TF_SUBMISSION || r->version == 1)
        w->submitted_at = w->at;
    if (plan->number && !r->has_number) {
        agreement_number(w->number, w->p->class_year, 1, w->p->school->code, (uint32_t)r->id, w->p->school->number_key);
        r->has_number = true;
    }
    w->graduate.version += plan->touches_graduate;
}

static void apply_place_and_ledger(struct walk *w, const struct flow_plan *plan)
{
    if (plan->place != PLACE_KEEP) {
        w->has_place = plan->place == PLACE_TAKE;
        w->graduate.place_record = w->has_place ? w->record.id : 0;
    }
    w->graduate.place_flow = w->record.flow;
    w->graduate.place_state = w->record.state;
    if (plan->ledger == LEDGER_KEEP)
        return;
    w->ledger_version++;
    w->ledger_at = w->at;
    put_ledger(w, ROWS_LEDGER_HISTORY, plan->ledger != LEDGER_CLEAR);
}

static bool act(struct walk *w, enum qx_role role, enum qx_action action)
{
    const struct flow_actor actor = actor_of(w, role);
    const enum qx_state from = w->record.state;
    struct demo_json json;

    if (!w->record.id)
        w->record.id = w->d->next_record++;
    w->at += (int64_t)(demo_random(12, (uint64_t)w->at) % 7000 + 600) * 1000;
    const struct flow_input in = {.record = &w->record,
                                  .graduate = &w->graduate,
                                  .season = &w->season,
                                  .actor = &actor,
                                  .args = &w->args,
                                  .action = action,
                                  .seen_version = w->record.version,
                                  .now = w->at};
    const struct flow_plan plan = flow_step(&in);
    if (plan.outcome != OUT_OK)
        return demo_fail(w->d, "%s: %s from %s by %s: %s, guards %llx", flow_code(w->record.flow), action_code(action),
                         state_code(from), role_code(role), outcome_code(plan.outcome),
                         (unsigned long long)plan.failed);
    apply_record(w, &plan, &actor, action);
    apply_place_and_ledger(w, &plan);
    put_event(w, &actor, action, from);
    if (plan.content == CONTENT_NEW)
        put_content(w);
    if (plan.message != MSG_NONE)
        put_message(w, &plan, message_params(w, &plan, action, from, role, &json), role);
    return true;
}

static bool move(struct walk *w, char letter)
{
    static const char *const problems[] = {"单位名称与盖章不一致，请核对后重新提交",
                                           "图片不清晰，看不清公章，请重新上传",
                                           "单位所在地填写有误，请改为实际所在区县", "岗位名称与证明材料不符"};
    const bool negative = letter == 'r' || letter == 'j';
    const bool void_by_school = letter == 'V';

    w->args.reason_code = negative ? "04" : NULL;
    w->args.reason_text = negative         ? problems[w->p->n % 4]
                          : void_by_school ? "经用人单位和毕业生双方确认，协议不再履行"
                                           : NULL;
    w->args.agreed = void_by_school;
    switch (letter) {
    case 'S':
        if (w->args.proofs)
            put_evidence(w, "proof", w->p->n % 3 == 0);
        return act(w, ROLE_GRADUATE, ACT_SUBMIT);
    case 'R':
        return act(w, ROLE_GRADUATE, ACT_RESUBMIT);
    case 'u':
        if (!w->args.images++)
            put_evidence(w, "stamped_image", false);
        return act(w, ROLE_GRADUATE, ACT_UPLOAD);
    case 'k':
        return act(w, ROLE_GRADUATE, ACT_TAKE_BACK);
    case 'W':
        return act(w, ROLE_GRADUATE, ACT_VOID);
    case 'V':
        return act(w, ROLE_SCHOOL, ACT_VOID);
    case 'a':
        return w->waits_for != ROLE_DEPARTMENT || act(w, ROLE_DEPARTMENT, ACT_APPROVE);
    case 'A':
        return act(w, ROLE_SCHOOL, ACT_APPROVE);
    case 'r':
        return act(w, w->waits_for, ACT_RETURN);
    default:
        return act(w, w->waits_for, ACT_REJECT);
    }
}

/* ------------------------------------------------------------------ what stands at the end */

static void put_record(struct walk *w)
{
    const struct demo_person *p = w->p;
    const struct flow_record *r = &w->record;
    struct demo_rows *rows = &w->d->rows[ROWS_RECORD];

    put_text(rows, p->school->code);
    put_int(rows, r->id);
    put_text(rows, w->uuid);
    put_int(rows, p->class_year);
    put_int(rows, p->graduate_id);
    put_int(rows, w->graduate.department_id);
    put_bool(rows, p->postgraduate);
    put_text(rows, flow_code(r->flow));
    put_text(rows, r->kind);
    put_text(rows, state_code(r->state));
    put_int(rows, r->version);
    put_text(rows, role_code(w->waits_for));
    put_int(rows, w->waits_for == ROLE_DEPARTMENT ? w->graduate.department_id : 0);
    put_time(rows, w->submitted_at);
    put_int(rows, r->revision);
    put_text(rows, demo_content_promoted(&w->content, "employer_name"));
    put_text(rows, demo_content_promoted(&w->content, "credit_code"));
    put_text(rows, *w->number ? w->number : NULL);
    put_bool(rows, r->marked_returned);
    put_bool(rows, r->untouched);
    put_int(rows, r->stage_d_actor);
    put_text(rows, action_code(r->last_action));
    put_text(rows, state_code(r->last_from));
    put_int(rows, r->last_actor);
    put_time(rows, r->last_at);
    put_text(rows, p->name);
    put_text(rows, p->name_key);
    put_text(rows, p->student_no);
    put_end(rows);
}

static void put_place(struct walk *w)
{
    struct demo_rows *rows = &w->d->rows[ROWS_PLACE];
    put_text(rows, w->p->school->code);
    put_int(rows, w->p->class_year);
    put_int(rows, w->p->graduate_id);
    put_int(rows, w->record.id);
    put_time(rows, w->submitted_at);
    put_end(rows);
}

static void walk_end(struct walk *w)
{
    w->p->version = w->graduate.version;
    if (w->record.version)
        put_record(w);
    if (w->has_place)
        put_place(w);
    if (w->record.state == ST_DRAFT)
        put_draft(w);
    if (w->ledger_version)
        put_ledger(w, ROWS_LEDGER, w->record.state != ST_VOIDED);
}

/* Whose record waits for an auditor: the first so many asked for, else six of every ten. */
static const struct script *script_of(struct demo *d, const struct demo_person *p)
{
    const bool wanted =
        d->options->waiting ? d->waiting_done < d->options->waiting : demo_random(13, (uint64_t)p->n) % 5 < 3;
    const struct script *list = !wanted ? other_scripts : p->void_audited ? void_scripts : waiting_scripts;
    const size_t n = !wanted ? COUNT(other_scripts) : p->void_audited ? COUNT(void_scripts) : COUNT(waiting_scripts);
    long turn = wanted ? d->waiting_done++ : d->others_done++;
    const struct script *script = pick(list, n, turn);
    while (p->directed && *script->moves &&
           script->flow != FLOW_DESTINATION) /* S2.9.1: they register by their agreement */
        script = pick(list, n, ++turn);
    return script;
}

bool demo_record_make(struct demo *d, struct demo_person *p)
{
    struct walk w;
    const struct script *script = script_of(d, p);

    if (!*script->moves)
        return true;
    walk_start(&w, d, p, script->flow);
    if (!fill_in(&w))
        return false;
    if (*script->moves == 'D')
        put_draft(&w);
    else
        for (const char *m = script->moves; *m; m++)
            if (!move(&w, *m))
                return false;
    if (*script->moves != 'D')
        walk_end(&w);
    return true;
}
