/*
 * apply.c - the batch's write: one array per column of what was decided, handed to queries/decide_apply.sql.
 *
 * The columns stand here in the order of the statement's parameters and of its `item` list; the table is the contract.
 */
#include "item.h"

#include "../../shared/text/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ one column */

struct source {
    const struct item *i;
    const struct loaded *l;
    const struct decision *d;
};
typedef void column_fn(struct db_array *, const struct source *);

#define TEXT_COLUMN(name, expression)                                                                                  \
    static void put_##name(struct db_array *a, const struct source *s)                                                 \
    {                                                                                                                  \
        db_array_text(a, expression);                                                                                  \
    }
#define INT_COLUMN(name, expression)                                                                                   \
    static void put_##name(struct db_array *a, const struct source *s)                                                 \
    {                                                                                                                  \
        db_array_int(a, (int64_t)(expression));                                                                        \
    }
/* 0 is SQL's NULL */
#define ID_COLUMN(name, expression)                                                                                    \
    static void put_##name(struct db_array *a, const struct source *s)                                                 \
    {                                                                                                                  \
        int64_t value = (expression);                                                                                  \
        if (value)                                                                                                     \
            db_array_int(a, value);                                                                                    \
        else                                                                                                           \
            db_array_null(a);                                                                                          \
    }

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

TEXT_COLUMN(school_code, s->i->act.school_code)
INT_COLUMN(record_id, s->d->record_id)
TEXT_COLUMN(uuid, s->d->uuid)
INT_COLUMN(seen, s->d->seen)
static void put_passed_on(struct db_array *a, const struct source *s)
{
    db_array_bool(a, s->l->record.passed_on);
}
INT_COLUMN(graduate_id, s->l->graduate.id)
INT_COLUMN(graduate_version, s->d->graduate_version)
INT_COLUMN(class_year, s->d->class_year)
ID_COLUMN(season_version, s->d->season_version)
INT_COLUMN(flags, s->d->flags)
TEXT_COLUMN(flow, flow_code(s->l->record.flow))
TEXT_COLUMN(kind, or_empty(s->d->kind))
TEXT_COLUMN(from_state, state_code(s->l->record.state))
TEXT_COLUMN(state, state_code(s->d->plan.to))
INT_COLUMN(version, s->d->seen + 1)
static void put_due_at(struct db_array *a, const struct source *s)
{
    char at[40];
    if (s->d->plan.due_at)
        time_format(at, sizeof at, s->d->plan.due_at);
    db_array_text(a, s->d->plan.due_at ? at : NULL);
}
INT_COLUMN(revision, s->d->revision)
ID_COLUMN(employer_id, s->d->employer_id)
TEXT_COLUMN(employer_name, or_empty(s->d->employer_name))
TEXT_COLUMN(credit_code, or_empty(s->d->credit_code))
ID_COLUMN(parent_id, s->d->parent_id)
TEXT_COLUMN(applicant, role_code(s->d->plan.applicant))
TEXT_COLUMN(number, *s->d->number ? s->d->number : NULL)
INT_COLUMN(stage_d_actor, s->d->plan.stage_d_actor)
TEXT_COLUMN(waits_for, role_code(s->d->plan.waits_for))
TEXT_COLUMN(action, action_code(s->i->act.action))
TEXT_COLUMN(actor_school, s->i->act.account_school)
INT_COLUMN(actor_id, s->l->actor.account_id)
TEXT_COLUMN(actor_role, role_code(s->l->actor.role))
ID_COLUMN(session_id, s->i->act.session_id)
TEXT_COLUMN(address, or_empty(s->i->act.address))
TEXT_COLUMN(reason_code, s->i->act.reason_code)
TEXT_COLUMN(reason_text, s->i->act.reason_text)
TEXT_COLUMN(detail, s->d->detail)
TEXT_COLUMN(content, s->d->content_new ? s->d->content_text : NULL)
TEXT_COLUMN(draft, s->d->draft)
ID_COLUMN(ledger_version, s->d->ledger_version)
TEXT_COLUMN(destination, s->d->ledger[0])
TEXT_COLUMN(archive, s->d->ledger[1])
TEXT_COLUMN(household, s->d->ledger[2])
TEXT_COLUMN(message, s->d->plan.message ? message_code(s->d->plan.message) : NULL)
TEXT_COLUMN(message_params, s->d->message_params)
ID_COLUMN(parent_version, s->d->plan.parent_ends ? s->l->parent.version : 0)
TEXT_COLUMN(parent_to, s->d->plan.parent_ends ? state_code(s->d->plan.parent_to) : NULL)
TEXT_COLUMN(retracts, s->d->retracts)
TEXT_COLUMN(request_id, s->i->act.request_id)
static void put_params_hash(struct db_array *a, const struct source *s)
{
    char hex[2 * sizeof s->i->act.params_hash + 1];
    for (size_t k = 0; k < sizeof s->i->act.params_hash; k++)
        snprintf(hex + 2 * k, 3, "%02x", s->i->act.params_hash[k]);
    db_array_text(a, s->i->act.request_id ? hex : NULL);
}
TEXT_COLUMN(answer, s->d->answer)
ID_COLUMN(account_version, s->l->account_version)
ID_COLUMN(draft_version, s->d->draft_version)
ID_COLUMN(files_version, s->d->files_version)

/* In the order of decide_apply's parameters; those marked, in the same order, are decide_apply_plain's. */
static const struct {
    column_fn *put;
    bool plain;
} columns[] = {
    {put_school_code, true},
    {put_record_id, true},
    {put_uuid, false},
    {put_seen, true},
    {put_passed_on, true},
    {put_graduate_id, true},
    {put_graduate_version, true},
    {put_class_year, false},
    {put_season_version, false},
    {put_flags, true},
    {put_flow, true},
    {put_kind, false},
    {put_from_state, true},
    {put_state, true},
    {put_version, false},
    {put_due_at, false},
    {put_revision, true},
    {put_employer_id, true},
    {put_employer_name, false},
    {put_credit_code, false},
    {put_parent_id, false},
    {put_applicant, false},
    {put_number, true},
    {put_stage_d_actor, true},
    {put_waits_for, true},
    {put_action, true},
    {put_actor_school, true},
    {put_actor_id, true},
    {put_actor_role, true},
    {put_session_id, true},
    {put_address, true},
    {put_reason_code, true},
    {put_reason_text, true},
    {put_detail, false},
    {put_content, false},
    {put_draft, false},
    {put_ledger_version, false},
    {put_destination, false},
    {put_archive, false},
    {put_household, false},
    {put_message, true},
    {put_message_params, true},
    {put_parent_version, false},
    {put_parent_to, false},
    {put_retracts, true},
    {put_request_id, true},
    {put_params_hash, true},
    {put_answer, true},
    {put_account_version, true},
    {put_draft_version, false},
    {put_files_version, false},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

/* ------------------------------------------------------------------ the batch */

struct apply {
    struct db_array arrays[COLUMNS];
    char at[40];
    bool plain; /* every item moves its record and nothing else */
};

static bool plain(const struct decision *d)
{
    const unsigned more =
        APPLY_PARENT | APPLY_GRADUATE | APPLY_COUNTS | APPLY_PLACE_BACK | APPLY_PLACE_TAKEN | APPLY_DRAFT_GONE;
    return d->seen > 0 && !(d->flags & more) && !d->content_new && !d->draft && !d->detail && !d->ledger_version &&
           !d->season_version && !d->files_version && !d->plan.due_at;
}

struct apply *apply_new(void)
{
    struct apply *a = calloc(1, sizeof *a);
    if (!a)
        abort();
    return a;
}

void apply_start(struct apply *a, int64_t now)
{
    time_format(a->at, sizeof a->at, now);
    a->plain = true;
    for (int k = 0; k < COLUMNS; k++)
        db_array_start(&a->arrays[k]);
}

void apply_add(struct apply *a, const struct item *i, const struct loaded *l, const struct decision *d)
{
    const struct source s = {i, l, d};
    for (int k = 0; k < COLUMNS; k++)
        columns[k].put(&a->arrays[k], &s);
    a->plain = a->plain && plain(d);
}

/* By itself an item waits for whoever holds its rows, in the same transaction and for a short time only. */
static void wait_for_rows(struct db_segment *segment, const struct item *i)
{
    char graduate[24], record[24], year[16];
    snprintf(graduate, sizeof graduate, "%lld", (long long)i->graduate);
    snprintf(record, sizeof record, "%lld", (long long)i->result.record_id);
    snprintf(year, sizeof year, "%d", i->result.class_year);
    const char *values[] = {i->act.school_code, graduate, record, year};
    db_segment_add(segment, "decide_wait_limit", NULL);
    db_segment_add(segment, "decide_wait_season",
                   &(struct db_params){.n = 2, .values = (const char *[]){values[0], year}});
    db_segment_add(segment, "decide_wait_graduate", &(struct db_params){.n = 2, .values = values});
    db_segment_add(segment, "decide_wait_record",
                   &(struct db_params){.n = 2, .values = (const char *[]){values[0], record}});
}

void apply_send(struct apply *a, struct db *db, enum db_class cls, const struct item *alone, db_done done, void *arg)
{
    const char *values[COLUMNS + 1] = {a->at};
    struct db_segment *segment = db_segment_new(db, cls, done, arg);
    int n = 1;
    for (int k = 0; k < COLUMNS; k++)
        if (columns[k].plain || !a->plain)
            values[n++] = db_array_end(&a->arrays[k]);
    if (alone)
        wait_for_rows(segment, alone);
    const char *statement = a->plain ? "decide_apply_plain" : "decide_apply";
    db_segment_add(segment, statement, &(struct db_params){.n = n, .values = values});
    db_segment_send(segment);
}

void apply_free(struct apply *a)
{
    if (!a)
        return;
    for (int k = 0; k < COLUMNS; k++)
        db_array_free(&a->arrays[k]);
    free(a);
}
