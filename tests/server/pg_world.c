/*
 * pg_world.c - see pg_world.h.
 */
#include "pg_world.h"

#include "shared/domain/codes.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define EVIDENCE_MAX 4

/* printf into one statement; values are the walk's own. */
static void __attribute__((format(printf, 2, 3))) sql(PGconn *pg, const char *fmt, ...)
{
    char text[4096];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    pg_do(pg, text);
}

static const char *yes(bool value)
{
    return value ? "true" : "false";
}

/* ------------------------------------------------------------------ seeding */

/* now() of the statements that don't say pg_catalog.now(): the walk's clock. */
static const char clock_sql[] =
    "CREATE SCHEMA test; CREATE TABLE test.clock (at timestamptz NOT NULL); INSERT INTO test.clock VALUES (now());"
    "CREATE FUNCTION test.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM test.clock';"
    "GRANT USAGE ON SCHEMA test TO quxiang_server; GRANT SELECT ON test.clock TO quxiang_server;"
    "CREATE FUNCTION test.prepare(s text, u uuid, g bigint, f text, k text, b jsonb, proofs int, images int, e boolean)"
    " RETURNS void LANGUAGE sql AS $$"
    "  INSERT INTO public.draft (school_code, uuid, graduate_id, flow, kind, body)"
    "  SELECT s, u, g, f, k, b WHERE b IS NOT NULL"
    "  ON CONFLICT (school_code, uuid) DO UPDATE SET kind = excluded.kind, body = excluded.body;"
    "  DELETE FROM public.evidence v WHERE e AND v.school_code = s AND v.record_uuid = u;"
    "  INSERT INTO public.evidence (school_code, record_uuid, graduate_id, purpose, blob_id, file_name, added_by)"
    "  SELECT s, u, g, p, bl.id, 'x.png', 0 FROM public.blob bl,"
    "    (SELECT 'proof' FROM generate_series(1, proofs) UNION ALL SELECT 'stamped_image' FROM generate_series(1, "
    "images)) w(p)"
    "  WHERE e AND bl.school_code = s $$;";

static void seed_school(PGconn *pg, const struct mem_school *s, size_t nth)
{
    sql(pg, "INSERT INTO school (school_code, name, number_key) VALUES ('%s', 'School %zu', decode(md5('%zu'), 'hex'))",
        s->code, nth, nth);
    sql(pg, "INSERT INTO season (school_code, class_year) VALUES ('%s', %d)", s->code, s->class_year);
    sql(pg,
        "INSERT INTO blob (school_code, sha256, size, media_type, complete) VALUES ('%s', '', 1, 'image/png', true)",
        s->code);
    for (size_t d = 0; d < 3; d++)
        sql(pg,
            "INSERT INTO department (school_code, id, name) OVERRIDING SYSTEM VALUE VALUES ('%s', %lld, 'Department "
            "%zu')",
            s->code, (long long)s->departments[d], d);
    pg_world_season(pg, s);
}

static void seed_account(PGconn *pg, const struct mem_account *a)
{
    const bool person = a->role == ROLE_GRADUATE;
    sql(pg,
        "INSERT INTO account (school_code, id, role, user_name, person_id, employer_id, name) OVERRIDING SYSTEM VALUE"
        " VALUES ('%s', %lld, '%s', 'user-%lld', nullif(%lld, 0), nullif(%lld, 0), 'Account %lld')",
        person ? "00000" : a->school_code, (long long)a->id, role_code(a->role), (long long)a->id,
        (long long)(person ? a->graduate_id : 0), (long long)a->employer_id, (long long)a->id);
    if (a->role == ROLE_EMPLOYER)
        sql(pg,
            "INSERT INTO employer (id, credit_code, name) OVERRIDING SYSTEM VALUE VALUES (%lld, 'credit-%lld', "
            "'Employer %lld')",
            (long long)a->employer_id, (long long)a->employer_id, (long long)a->employer_id);
    pg_world_account(pg, a);
}

static void seed_graduate(PGconn *pg, const struct mem_store *s, const struct mem_graduate *g)
{
    const struct mem_school *school = &s->schools[g->school];
    sql(pg, "INSERT INTO person (id, identity_hmac) OVERRIDING SYSTEM VALUE VALUES (%lld, '\\x%08llx')",
        (long long)g->id, (unsigned long long)g->id);
    sql(pg,
        "INSERT INTO graduate (school_code, id, class_year, person_id, exam_no, name, identity_no, identity_hmac, "
        "department_id,"
        " education_level, postgraduate, training_mode) OVERRIDING SYSTEM VALUE"
        " VALUES ('%s', %lld, %d, %lld, 'exam-%lld', 'Graduate %lld', '', '\\x%08llx', %lld, '31', %s, '%s')",
        school->code, (long long)g->id, school->class_year, (long long)g->id, (long long)g->id, (long long)g->id,
        (unsigned long long)g->id, (long long)g->department_id, yes(g->scope == SCOPE_POSTGRADUATE),
        g->directed ? "2" : "1");
}

void pg_world_seed(PGconn *pg, struct mem_store *s)
{
    pg_do(pg, "SET synchronous_commit = off"); /* agreement is tested here, not durability */
    pg_do(pg, clock_sql);
    pg_do(pg, "BEGIN");
    for (size_t k = 0; k < s->nschools; k++)
        seed_school(pg, &s->schools[k], k);
    for (size_t k = 0; k < s->ngraduates; k++)
        seed_graduate(pg, s, &s->graduates[k]);
    for (size_t k = 0; k < s->naccounts; k++)
        seed_account(pg, &s->accounts[k]);
    pg_do(pg, "COMMIT");
    pg_do(pg, "INSERT INTO session (token_hash, id, school_code, account_id, method, seen_at) OVERRIDING SYSTEM VALUE"
              " SELECT int8send(id), id, school_code, id, 'walk', 'infinity' FROM account"); /* by the account's id */
    pg_do(pg, "ANALYZE");
    pg_world_clock(pg, s->now);
}

void pg_world_conninfo(char *buf, size_t len, const struct pg_cluster *c)
{
    snprintf(buf, len, "%s options='-c search_path=test,pg_catalog,public -c synchronous_commit=off'", c->server);
}

void pg_world_clock(PGconn *pg, int64_t ms)
{
    sql(pg, "UPDATE test.clock SET at = to_timestamp(%lld / 1000.0)", (long long)ms);
}

void pg_world_season(PGconn *pg, const struct mem_school *s)
{
    sql(pg,
        "UPDATE season SET online_signing = %s, supplement = %s, destination = %s, audit_mode = '%s', "
        "termination_limit = %d,"
        " void_audited = %s, version = version + 1 WHERE school_code = '%s'",
        yes(s->season.open_online_signing), yes(s->season.open_supplement), yes(s->season.open_destination),
        s->season.audit_mode == AUDIT_TWO_LEVEL ? "two_level" : "school_only", s->season.termination_limit,
        yes(s->season.void_audited), s->code);
}

void pg_world_account(PGconn *pg, const struct mem_account *a)
{
    sql(pg,
        "UPDATE account SET role = '%s', department_id = nullif(%lld, 0), right_employment = %d, data_scope = %d,"
        " version = version + 1 WHERE id = %lld",
        role_code(a->role), (long long)a->department_id, (int)a->right, (int)a->scope, (long long)a->id);
}

void pg_world_bar(PGconn *pg, int64_t graduate_id, bool barred)
{
    sql(pg, "UPDATE graduate SET barred = %s WHERE id = %lld", barred ? "'by the walk'" : "NULL",
        (long long)graduate_id);
}

void pg_world_pass_on(PGconn *pg, const char *uuid)
{
    sql(pg, "UPDATE record SET passed_on = true WHERE uuid = '%s'", uuid);
}

int pg_world_in_process(PGconn *pg, const char *school_code)
{
    char *states = workflow_states_in_process();
    PGresult *r =
        pg_exec(pg, "SELECT count(*) FROM record WHERE school_code = $1 AND flow || '/' || state = ANY ($2::text[])", 2,
                (const char *const[]){school_code, states});
    int n = atoi(PQgetvalue(r, 0, 0));
    PQclear(r);
    free(states);
    return n;
}

/* ------------------------------------------------------------------ an act */

static const struct form *form_for(const struct mem_act *m, const char *kind)
{
    const struct form *form = form_of(m->flow, kind);
    return form ? form : form_find("none");
}

static void act_who(struct act *a, struct mem_store *s, const struct mem_act *m)
{
    const struct mem_account *account = mem_account(s, m->account_id);
    const struct mem_school *school = mem_school_of(s, mem_graduate(s, m->graduate_id));
    memcpy(a->school_code, school->code, sizeof a->school_code);
    memcpy(a->account_school, "00000", sizeof a->account_school);
    a->actor.role = ROLE_CLOCK;
    if (!account)
        return;
    a->actor.role = account->role;
    a->actor.account_id = a->session_id = account->id;
    a->actor.graduate_id = account->graduate_id;
    memcpy(a->actor.school_code, account->school_code, sizeof a->actor.school_code);
    if (account->role != ROLE_GRADUATE)
        memcpy(a->account_school, account->school_code, sizeof a->account_school);
}

static void act_record(struct pg_act *p, struct mem_store *s, const struct mem_act *m)
{
    const struct mem_record *r = mem_record(s, m->uuid), *parent = mem_record(s, m->parent_uuid);
    memcpy(p->uuid, m->uuid, sizeof p->uuid);
    p->act.uuid = p->uuid;
    p->act.record_id = r && m->content % 2 ? r->other_id : 0; /* by id or by uuid */
    p->act.parent_id = parent ? parent->other_id : 0;
    p->act.graduate_id = m->action == ACT_INVITE ? m->graduate_id : 0;
}

void pg_act_make(struct pg_act *p, struct mem_store *s, const struct mem_act *m)
{
    *p = (struct pg_act){.act = {.action = m->action,
                                 .seen_version = m->seen_version,
                                 .reason_code = m->args.reason_code,
                                 .reason_text = m->args.reason_text,
                                 .agreed = m->args.agreed,
                                 .valid_days = m->args.valid_days}};
    act_who(&p->act, s, m);
    act_record(p, s, m);
    snprintf(p->kind, sizeof p->kind, "%s", m->args.kind);
    p->act.kind = p->kind;
    p->needs =
        m->action == ACT_SUBMIT || m->action == ACT_RESUBMIT || m->action == ACT_UPLOAD || m->action == ACT_APPLY;
    p->content = pg_content(form_for(m, p->kind), m->content, m->args.form_complete);
    p->act.content_json = p->content;
    snprintf(p->request_id, sizeof p->request_id, "%08x-0000-4000-8000-%012llx", (unsigned)(m->content >> 48),
             (unsigned long long)(m->content & UINT64_C(0xffffffffffff)));
    p->act.request_id = m->account_id ? p->request_id : NULL;
    memcpy(p->act.params_hash, &m->content, sizeof m->content);
}

void pg_act_free(struct pg_act *p)
{
    free(p->content);
}

/* A draft only where a graduate could have kept one. */
static bool has_draft(const struct mem_act *m, const struct mem_record *r)
{
    if (m->action != ACT_SUBMIT && m->action != ACT_RESUBMIT)
        return false;
    return r ? r->r.state == ST_DRAFT || r->r.state == ST_RETURNED : flow_def(m->flow)->initial == ST_DRAFT;
}

void pg_world_prepare(PGconn *pg, struct mem_store *s, const struct mem_act *m)
{
    const struct mem_record *r = mem_record(s, m->uuid);
    const bool draft = has_draft(m, r);
    char graduate[24], proofs[16], images[16];
    char *body = pg_content(form_for(m, m->args.kind), m->content, m->args.form_complete);
    snprintf(graduate, sizeof graduate, "%lld", (long long)m->graduate_id);
    snprintf(proofs, sizeof proofs, "%d", m->args.proofs < EVIDENCE_MAX ? m->args.proofs : EVIDENCE_MAX);
    snprintf(images, sizeof images, "%d", m->args.images);
    const char *values[] = {mem_school_of(s, mem_graduate(s, m->graduate_id))->code,
                            m->uuid,
                            graduate,
                            flow_code(m->flow),
                            m->args.kind,
                            draft ? body : NULL,
                            proofs,
                            images,
                            "true"};
    PQclear(pg_exec(pg,
                    "SELECT test.prepare($1, $2::uuid, $3::bigint, $4, $5, $6::jsonb, $7::int, $8::int, $9::boolean)",
                    9, values));
    free(body);
}

/* ------------------------------------------------------------------ comparing */

static int differs(FILE *err, int64_t graduate, const char *what, const char *here, const char *there)
{
    if (strcmp(here, there) == 0)
        return 0;
    fprintf(err, "graduate %lld: %s: '%s' in memory, '%s' in PostgreSQL\n", (long long)graduate, what, here, there);
    return 1;
}

/* A record's facts as one text, in the words and the order of record_sql. */
static void record_text(const struct mem_store *s, const struct mem_record *m, char *buf, size_t len)
{
    const struct flow_record *r = &m->r;
    const struct mem_record *parent = r->parent_id ? &s->records[r->parent_id - 1] : NULL;
    snprintf(buf, len,
             "%s %s %s %s v%lld r%lld %s %lld due%lld sub%lld emp%lld parent %s %s number%d forced%d back%d "
             "untouched%d d%lld %s %s"
             " %lld %lld passed%d %016llx",
             m->uuid, flow_code(r->flow), r->kind, state_code(r->state), (long long)r->version, (long long)r->revision,
             role_code(m->waits_for), (long long)m->holder_id, (long long)r->due_at, (long long)m->submitted_at,
             (long long)r->employer_id, parent ? parent->uuid : "", role_code(r->applicant), r->has_number, r->forced,
             r->marked_returned, r->untouched, (long long)r->stage_d_actor, action_code(r->last_action),
             state_code(r->last_from), (long long)r->last_actor, (long long)r->last_at, r->passed_on,
             (unsigned long long)m->content);
}

static const char record_sql[] =
    "SELECT r.uuid, concat(r.uuid, ' ', r.flow, ' ', r.kind, ' ', r.state, ' v', r.version, ' r', r.revision, ' ', "
    "r.waits_for, ' ',"
    " r.holder_id, ' due', coalesce((extract(epoch FROM r.due_at) * 1000)::bigint, 0), ' sub',"
    " (extract(epoch FROM r.submitted_at) * 1000)::bigint, ' emp', coalesce(r.employer_id, 0), ' parent ', p.uuid, ' "
    "', r.applicant,"
    " ' number', (r.number IS NOT NULL)::int, ' forced', r.forced::int, ' back', r.marked_returned::int, ' untouched',"
    " r.untouched::int, ' d', r.stage_d_actor, ' ', r.last_action, ' ', r.last_from, ' ', r.last_actor, ' ',"
    " (extract(epoch FROM r.last_at) * 1000)::bigint, ' passed', r.passed_on::int, ' ',"
    " (SELECT v.value FROM jsonb_each_text(c.content - '_graduate') v WHERE v.value ~ '^[0-9a-f]{16}$'))"
    " FROM record r LEFT JOIN record p ON p.school_code = r.school_code AND p.id = r.parent_id"
    " LEFT JOIN record_content c ON c.school_code = r.school_code AND c.record_id = r.id AND c.revision = r.revision"
    " WHERE r.school_code = $1 AND r.graduate_id = $2::bigint";

static int compare_records(PGconn *pg, struct mem_store *s, const struct mem_graduate *g, const char *const key[2],
                           FILE *err)
{
    char here[1024];
    PGresult *r = pg_exec(pg, record_sql, 2, key);
    int problems = 0;
    if ((size_t)PQntuples(r) != g->nrecords)
        problems = fprintf(err, "graduate %lld: %zu records in memory, %d in PostgreSQL\n", (long long)g->id,
                           g->nrecords, PQntuples(r)) > 0;
    for (int row = 0; row < PQntuples(r); row++) {
        const struct mem_record *m = mem_record(s, PQgetvalue(r, row, 0));
        here[0] = '\0';
        if (m)
            record_text(s, m, here, sizeof here);
        problems += differs(err, g->id, "record", here, PQgetvalue(r, row, 1));
    }
    PQclear(r);
    return problems;
}

static const char graduate_sql[] =
    "SELECT concat('v', g.version, ' terminations', g.termination_count, ' barred', (g.barred IS NOT NULL)::int, ' "
    "place ', p.uuid,"
    " ' ledger', coalesce(l.version, 0), ' of ', lr.uuid, ' ', coalesce(l.destination ->> 'contact', l.destination ->> "
    "'employer'))"
    " FROM graduate g LEFT JOIN place pl ON pl.school_code = g.school_code AND pl.graduate_id = g.id"
    " LEFT JOIN record p ON p.school_code = g.school_code AND p.id = pl.record_id"
    " LEFT JOIN ledger l ON l.school_code = g.school_code AND l.graduate_id = g.id"
    " LEFT JOIN record lr ON lr.school_code = g.school_code AND g.school_code || '-' || lr.id = l.destination ->> "
    "'record_id'"
    " WHERE g.school_code = $1 AND g.id = $2::bigint";

/* Not-employed kinds show nothing that could carry the token. */
static bool token_shown(const struct mem_record *of)
{
    const struct form *form = of ? form_of(of->r.flow, of->r.kind) : NULL;
    return form && strcmp(form->name, "none") != 0;
}

static int compare_graduate(PGconn *pg, struct mem_store *s, const struct mem_graduate *g, const char *const key[2],
                            FILE *err)
{
    char here[512], token[24] = "";
    const struct mem_ledger *l = mem_ledger(g);
    const struct mem_record *place = g->place ? &s->records[g->place - 1] : NULL;
    const struct mem_record *of = l->record ? &s->records[l->record - 1] : NULL;
    if (token_shown(of))
        snprintf(token, sizeof token, "%016llx", (unsigned long long)l->content);
    snprintf(here, sizeof here, "v%lld terminations%d barred%d place %s ledger%lld of %s %s", (long long)g->version,
             g->termination_count, g->barred, place ? place->uuid : "", (long long)l->version, of ? of->uuid : "",
             token);
    PGresult *r = pg_exec(pg, graduate_sql, 2, key);
    int problems = differs(err, g->id, "graduate", here, PQntuples(r) ? PQgetvalue(r, 0, 0) : "");
    PQclear(r);
    return problems;
}

int pg_world_compare(PGconn *pg, struct mem_store *s, int64_t graduate_id, FILE *err)
{
    const struct mem_graduate *g = mem_graduate(s, graduate_id);
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)graduate_id);
    const char *const key[2] = {mem_school_of(s, g)->code, id};
    return compare_graduate(pg, s, g, key, err) + compare_records(pg, s, g, key, err);
}
