/*
 * content.c - what a record holds: which text an action brings, whether its form is filled in, what of it stands in the
 * record's own columns and what the ledger shows (S2.1.2, S2.1.5).
 *
 * Content is a flat JSON object, field name -> text, described by the form tables; nothing here knows a field by name.
 */
#include "item.h"

#include "../../shared/domain/codes.h"
#include "../../shared/text/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ where it comes from */

static bool brings_content(const struct loaded *l, enum qx_action action)
{
    const struct flow_def *def = flow_def(l->record.flow);
    for (size_t k = 0; k < def->ntransitions; k++) {
        const struct flow_transition *t = &def->transitions[k];
        if (t->action == action && t->by == l->actor.role && t->from == l->record.state && t->content == CONTENT_NEW)
            return true;
    }
    return false;
}

static json_t *parse(const char *json)
{
    json_t *o = json ? json_loads(json, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (o && json_is_object(o))
        return o;
    json_decref(o);
    return NULL;
}

static char *dump(json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    if (!text)
        abort();
    return text;
}

/* A draft is what its owner submits; a modification lies over what stands (S2.3.8); anything else comes with the call.
 */
static json_t *content_brought(const struct item *i, const struct loaded *l)
{
    json_t *standing = parse(l->content), *sent = parse(l->draft_body ? l->draft_body : i->act.content_json);
    if (i->act.action == ACT_MODIFY && standing && sent) {
        json_object_update(standing, sent);
        json_decref(sent);
        return standing;
    }
    if (sent) {
        json_decref(standing);
        return sent;
    }
    return standing ? standing : json_object();
}

/* Beside the form's fields a content keeps the graduate as at the submission (S2.1.7); nobody sends that. */
#define GRADUATE_THEN "_graduate"

static void keep_graduate(const struct loaded *l, json_t *content)
{
    json_t *standing = parse(l->content), *then = parse(l->snapshot);
    if (!then)
        then = json_incref(json_object_get(standing, GRADUATE_THEN));
    if (then)
        json_object_set_new(content, GRADUATE_THEN, then);
    json_decref(standing);
}

static const char *kind_brought(const struct item *i, const struct loaded *l)
{
    if (l->draft_kind)
        return l->draft_kind;
    return i->act.kind && i->act.action != ACT_MODIFY ? i->act.kind : l->record.kind;
}

char *content_as_draft(const struct loaded *l)
{
    json_t *o = parse(l->content);
    if (!o)
        return NULL;
    json_object_del(o, GRADUATE_THEN);
    return dump(o);
}

/* ------------------------------------------------------------------ is it filled in */

static const char *value_of(void *content, const char *name)
{
    const char *text = json_string_value(json_object_get(content, name));
    return text && *text ? text : NULL;
}

static void problem_add(struct act_result *r, const struct form_field *field, enum field_error error)
{
    if (r->nproblems < sizeof r->problems / sizeof *r->problems)
        r->problems[r->nproblems++] = (struct form_problem){field, error};
}

static void check_known(struct act_result *r, const struct form *form, json_t *content)
{
    const char *name;
    json_t *value;
    json_object_foreach(content, name, value)
    {
        const struct form_field *field = form_field(form, name);
        if (!field)
            problem_add(r, NULL, FE_UNKNOWN_FIELD);
        else if (!json_is_string(value) && !json_is_null(value))
            problem_add(r, field, FE_BAD_CHARACTERS);
    }
}

static bool filled_in(struct act_result *r, const struct form *form, json_t *content)
{
    const size_t max = sizeof r->problems / sizeof *r->problems;
    r->nproblems = form_check(form, value_of, content, r->problems, max);
    if (r->nproblems > max)
        r->nproblems = max;
    check_known(r, form, content);
    return r->nproblems == 0;
}

/* Proof is asked for by the kind; an application without a kind needs its one document (S2.1.2, S2.4.1). */
static int proofs_needed(const struct loaded *l, const char *kind)
{
    const struct destination_kind *k = l->record.flow == FLOW_DESTINATION ? destination_kind(kind) : NULL;
    if (l->record.flow == FLOW_DESTINATION)
        return k ? k->proofs : 0;
    return 1;
}

void content_check(struct item *i, const struct loaded *l, struct decision *d, struct flow_args *args)
{
    bool brought = brings_content(l, i->act.action);
    d->kind = brought ? kind_brought(i, l) : l->record.kind;
    snprintf(args->kind, sizeof args->kind, "%s", d->kind);
    args->form_complete = true;
    args->proofs_needed = proofs_needed(l, args->kind);
    d->form = form_of(l->record.flow, d->kind);
    if (!brought) {
        d->content = parse(l->content);
        return;
    }
    d->content = content_brought(i, l);
    json_object_del(d->content, GRADUATE_THEN);
    if (d->form)
        args->form_complete = filled_in(&i->result, d->form, d->content);
    else if (l->record.flow == FLOW_DESTINATION)
        args->form_complete = false; /* a kind that nobody knows has no form */
    keep_graduate(l, d->content);
}

/* ------------------------------------------------------------------ the record's own columns */

static const char *promoted_value(const struct decision *d, const char *column)
{
    for (size_t k = 0; d->form && k < d->form->nfields; k++) {
        const struct form_field *f = &d->form->fields[k];
        if (f->promoted && strcmp(f->promoted, column) == 0)
            return value_of(d->content, f->name);
    }
    return NULL;
}

static char *copied(const char *text)
{
    char *copy = strdup(text ? text : "");
    if (!copy)
        abort();
    return copy;
}

void content_promote(struct decision *d, const struct loaded *l)
{
    bool child = !l->record_known && l->parent_known;
    const char *name = child ? l->parent_employer_name : l->employer_name;
    const char *credit = child ? l->parent_credit_code : l->credit_code;
    if (d->content_new && !child && !flow_def(l->record.flow)->online) {
        name = promoted_value(d, "employer_name");
        credit = promoted_value(d, "credit_code");
    }
    d->employer_name = copied(name);
    d->credit_code = copied(credit);
    if (d->content_new && !(d->content_text = json_dumps(d->content, JSON_COMPACT)))
        abort();
}

/* ------------------------------------------------------------------ the ledger's blocks */

/* Of several reported codes of a kind, the form's answer says which (S2.1.1). */
static const char *reported_code(const struct destination_kind *kind, const struct decision *d, char *buf, size_t len)
{
    if (!strchr(kind->moe, '|'))
        return kind->moe;
    for (size_t k = 0; d->form && k < d->form->nfields; k++) {
        const struct form_field *f = &d->form->fields[k];
        const char *value = f->codes && strcmp(f->codes, "destination_moe") == 0 ? value_of(d->content, f->name) : NULL;
        if (value)
            return value;
    }
    snprintf(buf, len, "%.*s", (int)strcspn(kind->moe, "|"), kind->moe);
    return buf;
}

static json_t *block_start(const struct item *i, int64_t subject, int64_t now)
{
    char at[40], id[40];
    time_format(at, sizeof at, now);
    at[10] = '\0'; /* the date */
    snprintf(id, sizeof id, "%s-%lld", i->act.school_code, (long long)subject);
    return json_pack("{s:s, s:s, s:s}", "source", "registration", "record_id", id, "date", at);
}

static const char *const block_names[] = {"destination", "archive", "household"};

/* A field's `ledger` is "name" for the destination block or "block.name" for the two others. */
static const char *name_in_block(const struct form_field *f, int block)
{
    if (!f->ledger)
        return NULL;
    const char *dot = strchr(f->ledger, '.');
    if (!dot)
        return block == 0 ? f->ledger : NULL;
    size_t len = (size_t)(dot - f->ledger);
    return strlen(block_names[block]) == len && strncmp(f->ledger, block_names[block], len) == 0 ? dot + 1 : NULL;
}

static bool block_fill(json_t *o, const struct decision *d, int block)
{
    bool any = false;
    for (size_t k = 0; d->form && k < d->form->nfields; k++) {
        const struct form_field *f = &d->form->fields[k];
        const char *name = name_in_block(f, block), *value = name ? value_of(d->content, f->name) : NULL;
        if (value)
            any = json_object_set_new(o, name, json_string(value)) == 0;
    }
    return any;
}

static void block_report(json_t *o, const struct loaded *l, const struct decision *d)
{
    char code[16];
    const char *kind = l->record.flow == FLOW_DESTINATION ? d->kind : "A01"; /* kind (1): an agreement */
    const struct destination_kind *k = destination_kind(kind);
    if (!k)
        return;
    const char *reported = reported_code(k, d, code, sizeof code);
    if (flow_def(l->record.flow)->online) { /* its form doesn't ask: the employer's own account says it */
        json_object_set_new(o, "employer", json_string(d->employer_name));
        json_object_set_new(o, "code", json_string(d->credit_code));
    }
    json_object_set_new(o, "kind", json_string(kind));
    json_object_set_new(o, "reported_code", json_string(reported));
    json_object_set_new(o, "reported_name", json_string(code_label(code_table("destination_moe"), reported, true)));
}

static void ledger_show(const struct item *i, const struct loaded *l, struct decision *d)
{
    for (int b = 0; b < 3; b++) {
        json_t *o = block_start(i, l->record.id, l->now);
        bool any = block_fill(o, d, b);
        if (b == 0)
            block_report(o, l, d);
        if (b == 0 || any) {
            d->ledger[b] = dump(o);
            continue;
        }
        json_decref(o);
        d->ledger[b] = l->ledger[b] ? copied(l->ledger[b]) : NULL;
    }
}

/* Values copied from that record go with it; a block of its own stays, marked *to be checked* (S2.1.5). */
static void ledger_clear(const struct item *i, const struct loaded *l, struct decision *d, int64_t subject)
{
    char id[40];
    snprintf(id, sizeof id, "%s-%lld", i->act.school_code, (long long)subject);
    for (int b = 1; b < 3; b++) {
        json_t *o = parse(l->ledger[b]);
        const char *from = json_string_value(json_object_get(o, "record_id"));
        if (!o || (from && strcmp(from, id) == 0)) {
            json_decref(o);
            continue;
        }
        json_object_set_new(o, "to_be_checked", json_true());
        d->ledger[b] = dump(o);
    }
}

void content_ledger(const struct item *i, const struct loaded *l, struct decision *d)
{
    if (d->plan.ledger == LEDGER_KEEP)
        return;
    d->ledger_version = l->ledger_version + 1;
    if (d->plan.ledger == LEDGER_SET || d->plan.ledger == LEDGER_UPDATE)
        ledger_show(i, l, d);
    else if (d->plan.ledger == LEDGER_CLEAR)
        ledger_clear(i, l, d, d->plan.parent_ends ? l->parent.id : l->record.id);
    else
        for (int b = 0; b < 3; b++)
            d->ledger[b] = l->ledger_before[b] ? copied(l->ledger_before[b]) : NULL;
}
