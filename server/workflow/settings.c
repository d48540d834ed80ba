/*
 * settings.c - changing a class's settings: read, decide, write under the season's lock (S2.2.2 to S2.2.5).
 */
#include "item.h"

#include "../log.h"
#include "lanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES_MAX = 4 };

struct settings {
    int online_signing, supplement, destination, void_audited, audit_mode, termination_limit;
};

struct change {
    struct workflow *wf;
    struct settings_change asked;
    char *strings[3]; /* the copies behind asked's pointers: address, request_id, contacts_json */
    settings_done done;
    void *arg;
    int tries;
    struct settings before, after;
    struct settings_result result;
};

static const char *const modes[] = {"school_only", "two_level"};

static void load(struct change *);

static char *copied(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        abort();
    return copy;
}

static void answer(struct change *c)
{
    c->done(c->arg, &c->result);
    for (size_t k = 0; k < sizeof c->strings / sizeof *c->strings; k++)
        free(c->strings[k]);
    free(c);
}

char *workflow_states_in_process(void)
{
    struct db_array a = {0};
    char text[96];
    db_array_start(&a);
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);
        for (size_t k = 0; k < def->nstates; k++) {
            if (!def->states[k].in_process)
                continue;
            snprintf(text, sizeof text, "%s/%s", flow_code(def->flow), state_code(def->states[k].state));
            db_array_text(&a, text);
        }
    }
    char *literal = copied(db_array_end(&a));
    db_array_free(&a);
    return literal;
}

/* ------------------------------------------------------------------ what stands */

static int64_t named_int(const struct db_rows *r, const char *name)
{
    return db_int(r, 0, db_col(r, name));
}

static const char *named_text(const struct db_rows *r, const char *name)
{
    return db_text(r, 0, db_col(r, name));
}

static bool named_bool(const struct db_rows *r, const char *name)
{
    return db_bool(r, 0, db_col(r, name));
}

static void read_missing(struct settings_result *result, const char *json)
{
    json_t *list = json ? json_loads(json, 0, NULL) : NULL;
    const size_t max = sizeof result->missing / sizeof *result->missing;
    for (size_t k = 0; k < json_array_size(list) && result->nmissing < max; k++) {
        const json_t *row = json_array_get(list, k);
        const char *name = json_string_value(json_array_get(row, 0));
        snprintf(result->missing[result->nmissing].department, sizeof result->missing->department, "%s",
                 name ? name : "");
        result->missing[result->nmissing++].scope =
            json_is_true(json_array_get(row, 1)) ? SCOPE_POSTGRADUATE : SCOPE_UNDERGRADUATE;
    }
    json_decref(list);
}

static void read_state(struct change *c, const struct db_rows *r)
{
    const char *mode = named_text(r, "audit_mode");
    c->result =
        (struct settings_result){.version = named_int(r, "version"), .in_process = (int)named_int(r, "in_process")};
    c->before = (struct settings){.online_signing = named_bool(r, "online_signing"),
                                  .supplement = named_bool(r, "supplement"),
                                  .destination = named_bool(r, "destination"),
                                  .void_audited = named_bool(r, "void_audited"),
                                  .audit_mode = mode && strcmp(mode, modes[AUDIT_TWO_LEVEL]) == 0,
                                  .termination_limit = mode ? (int)named_int(r, "termination_limit") : 1};
    read_missing(&c->result, named_text(r, "missing"));
}

/* ------------------------------------------------------------------ deciding */

static int either(int asked, int standing)
{
    return asked == SETTING_KEEP ? standing : asked;
}

static bool invalid(struct change *c, const char *field, const char *error)
{
    c->result.outcome = OUT_INVALID;
    c->result.field = field;
    c->result.error = error;
    return false;
}

/* Online signing opens the other two; none can be turned off again (S2.2.3). */
static bool decide_switches(struct change *c)
{
    const struct settings_change *a = &c->asked;
    struct settings *s = &c->after;
    s->online_signing = either(a->online_signing, c->before.online_signing);
    s->supplement = either(a->supplement, c->before.supplement) || s->online_signing;
    s->destination = either(a->destination, c->before.destination) || s->online_signing;
    if (s->online_signing < c->before.online_signing)
        return invalid(c, "online_signing", "cannot_turn_off");
    if (s->supplement < c->before.supplement || (a->supplement == 0 && s->supplement))
        return invalid(c, "supplement", "cannot_turn_off");
    if (s->destination < c->before.destination || (a->destination == 0 && s->destination))
        return invalid(c, "destination", "cannot_turn_off");
    return true;
}

/* The mode changes only while nothing is in process, and becomes two-level only with an auditor for everybody (S2.2.4).
 */
static bool decide_mode(struct change *c)
{
    bool changes = c->after.audit_mode != c->before.audit_mode, two_level = c->after.audit_mode == AUDIT_TWO_LEVEL;
    if (!two_level)
        c->result.nmissing = 0;
    if (!changes || (c->result.in_process == 0 && c->result.nmissing == 0))
        return true;
    c->result.outcome = OUT_GUARD;
    return false;
}

static bool decide_settings(struct change *c)
{
    const struct settings_change *a = &c->asked;
    c->after.void_audited = either(a->void_audited, c->before.void_audited);
    c->after.audit_mode = either(a->audit_mode, c->before.audit_mode);
    c->after.termination_limit = either(a->termination_limit, c->before.termination_limit);
    if (c->after.termination_limit < 0 || c->after.termination_limit > 99) /* S2.2.5 */
        return invalid(c, "termination_limit", "out_of_range");
    return decide_switches(c) && decide_mode(c);
}

/* S2.2.2: a school account with `write` on *basic and employment*, of this very school. */
static bool may_change(const struct change *c, const struct db_rows *r)
{
    const char *role = named_text(r, "a_role");
    return role && role_of(role) == ROLE_SCHOOL && !named_bool(r, "a_disabled") &&
           named_int(r, "a_employment") == RIGHT_WRITE && strcmp(c->asked.account_school, c->asked.school_code) == 0;
}

static void hash_hex(const uint8_t hash[32], char hex[65])
{
    for (int k = 0; k < 32; k++)
        snprintf(hex + 2 * k, 3, "%02x", hash[k]);
}

/* The same call again: the first answer. */
static bool answered_before(struct change *c, const struct db_rows *r)
{
    const char *kept = named_text(r, "request_answer"), *hash = named_text(r, "request_hash");
    char hex[65];
    if (!kept)
        return false;
    hash_hex(c->asked.params_hash, hex);
    c->result = (struct settings_result){.outcome = OUT_INVALID};
    if (hash && strcmp(hash, hex) == 0) {
        json_t *o = json_loads(kept, 0, NULL);
        c->result.outcome = OUT_OK;
        c->result.repeated = true;
        c->result.version = json_integer_value(json_object_get(o, "version"));
        json_decref(o);
    }
    return true;
}

/* true: to be written. */
static bool decide_change(struct change *c, const struct db_rows *r)
{
    read_state(c, r);
    if (!named_bool(r, "a_session")) {
        c->result = (struct settings_result){.session_over = true};
        return false;
    }
    if (answered_before(c, r))
        return false;
    if (!may_change(c, r))
        c->result = (struct settings_result){.outcome = OUT_FORBIDDEN};
    else if (c->asked.seen_version != c->result.version)
        c->result.outcome = OUT_STALE;
    else
        return decide_settings(c) && !c->asked.dry_run;
    return false;
}

/* ------------------------------------------------------------------ writing */

static const char *yes(int value)
{
    return value ? "true" : "false";
}

static void failed(struct change *c, const struct db_result *r)
{
    static const char *const passing[] = {"08", "40", "53", "55", "57"};
    bool retry = r->status == DB_UNKNOWN;
    for (size_t k = 0; r->status == DB_ERROR && k < sizeof passing / sizeof *passing; k++)
        retry = retry || strncmp(r->sqlstate, passing[k], 2) == 0;
    if (retry && ++c->tries < TRIES_MAX) {
        load(c);
        return;
    }
    c->result = (struct settings_result){.unavailable = r->status != DB_ERROR || retry,
                                         .fault = r->status == DB_ERROR && !retry};
    if (strcmp(r->sqlstate, "55P03") == 0)
        c->result = (struct settings_result){.outcome = OUT_LOCKED};
    if (c->result.fault)
        log_line("error", "event=settings_failed school=%s sqlstate=%s error=\"%s\"", c->asked.school_code, r->sqlstate,
                 r->message);
    answer(c);
}

static void on_written(void *arg, const struct db_result *r)
{
    struct change *c = arg;
    if (r->status != DB_OK) {
        failed(c, r);
        return;
    }
    const struct db_rows *rows = r->rows[r->n - 1];
    if (db_nrows(rows) == 1) {
        c->result.version = db_int(rows, 0, 0);
        answer(c);
    } else if (++c->tries < TRIES_MAX) { /* changed, or something started, since it was read */
        load(c);
    } else {
        c->result.outcome = OUT_LOCKED;
        answer(c);
    }
}

static char *before_json(const struct settings *s)
{
    json_t *o = json_pack("{s:b, s:b, s:b, s:s, s:i, s:b}", "online_signing", s->online_signing, "supplement",
                          s->supplement, "destination", s->destination, "audit_mode", modes[s->audit_mode],
                          "termination_limit", s->termination_limit, "void_audited", s->void_audited);
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    if (!text)
        abort();
    return text;
}

static void write_change(struct change *c)
{
    const struct settings_change *a = &c->asked;
    const struct settings *s = &c->after;
    bool mode_changes = s->audit_mode != c->before.audit_mode;
    char year[16], seen[24], limit[16], account[24], session[24], hex[65], kept[48];
    char *in_process = workflow_states_in_process(), *before = before_json(&c->before);
    snprintf(year, sizeof year, "%d", a->class_year);
    snprintf(seen, sizeof seen, "%lld", (long long)a->seen_version);
    snprintf(limit, sizeof limit, "%d", s->termination_limit);
    snprintf(account, sizeof account, "%lld", (long long)a->account_id);
    snprintf(session, sizeof session, "%lld", (long long)a->session_id);
    snprintf(kept, sizeof kept, "{\"version\":%lld}", (long long)a->seen_version + 1);
    hash_hex(a->params_hash, hex);
    const char *values[] = {a->school_code,
                            year,
                            seen,
                            yes(s->online_signing),
                            yes(s->supplement),
                            yes(s->destination),
                            modes[s->audit_mode],
                            limit,
                            yes(s->void_audited),
                            a->contacts_json,
                            in_process,
                            before,
                            yes(mode_changes),
                            yes(mode_changes && s->audit_mode == AUDIT_TWO_LEVEL),
                            a->account_school,
                            account,
                            a->session_id ? session : NULL,
                            a->address ? a->address : "",
                            a->request_id,
                            hex,
                            kept};
    struct db_segment *segment =
        db_segment_new(workflow_db(c->wf), workflow_class(c->wf, a->school_code), on_written, c);
    db_segment_add(segment, "account_season_lock", &(struct db_params){.n = 1, .values = values});
    db_segment_add(segment, "season_lock", &(struct db_params){.n = 2, .values = values});
    db_segment_add(segment, "season_change",
                   &(struct db_params){.n = sizeof values / sizeof *values, .values = values});
    db_segment_send(segment);
    free(in_process);
    free(before);
}

static void on_loaded(void *arg, const struct db_result *r)
{
    struct change *c = arg;
    if (r->status != DB_OK)
        failed(c, r);
    else if (decide_change(c, r->rows[0]))
        write_change(c);
    else
        answer(c);
}

static void load(struct change *c)
{
    const struct settings_change *a = &c->asked;
    char year[16], account[24], session[24], *in_process = workflow_states_in_process();
    snprintf(year, sizeof year, "%d", a->class_year);
    snprintf(account, sizeof account, "%lld", (long long)a->account_id);
    snprintf(session, sizeof session, "%lld", (long long)a->session_id);
    const char *values[] = {a->school_code, year, a->account_school, account, a->request_id, in_process, session};
    db_query(workflow_db(c->wf), DB_READ, "season_state", 7, values, on_loaded, c);
    free(in_process);
}

void workflow_settings(struct workflow *wf, const struct settings_change *asked, settings_done done, void *arg)
{
    struct change *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->wf = wf;
    c->asked = *asked;
    c->done = done;
    c->arg = arg;
    c->asked.address = c->strings[0] = copied(asked->address);
    c->asked.request_id = c->strings[1] = copied(asked->request_id);
    c->asked.contacts_json = c->strings[2] = copied(asked->contacts_json);
    load(c);
}
