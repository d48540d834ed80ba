/*
 * settings.c - settings.get, settings.set (S2.2.2 to S2.2.5, S2.2.8, X1.13): parameters to a change and its result to
 * an answer. What may be changed, and when, is decided in workflow_settings(), in one transaction with the change.
 */
#include "../workflow/workflow.h"
#include "change.h"
#include "rows.h"
#include "settings_contacts.h"

#include <stdio.h>
#include <string.h>

static const char *const modes[] = {"school_only", "two_level"};
static const char *const scopes[] = {"both", "undergraduate", "postgraduate"};

/* ------------------------------------------------------------------ settings.get */

static void got(struct req *req, const struct db_rows *rows)
{
    struct row_plan plan;
    if (db_nrows(rows) == 0) {
        req_error(req, RPC_NOT_FOUND, "no such school");
        return;
    }
    row_plan(&plan, req, req->method->result, rows);
    struct pack *p = req_result(req);
    const size_t mark = pack_map_open(p);
    pack_map_close(p, mark, row_pack(p, &plan, rows, 0));
    req_reply(req);
}

/* The class asked for, else the chosen one: a class that nobody opened yet can't be chosen. */
static int class_asked(struct req *req)
{
    int64_t year;
    return map_int(req->params, "class", &year) ? (int)year : req->session.class_year;
}

static void settings_get(struct req *req)
{
    char class_text[16];
    snprintf(class_text, sizeof class_text, "%d", class_asked(req));
    req_read(req, DB_READ, "settings_get", 2, (const char *const[]){req->session.actor.school_code, class_text}, got);
}

/* ------------------------------------------------------------------ settings.set */

static uint32_t pack_missing(struct pack *p, const struct settings_result *r)
{
    if (r->nmissing == 0)
        return 0;
    pack_key(p, "missing");
    pack_array(p, r->nmissing);
    for (size_t i = 0; i < r->nmissing; i++) {
        pack_map(p, 2);
        pack_kstr(p, "department", r->missing[i].department);
        pack_kstr(p, "scope", scopes[r->missing[i].scope]);
    }
    return 1;
}

static void set(void *arg, const struct settings_result *r)
{
    struct req *req = arg;
    bool dry;

    if (r->session_over) {
        req_session_over(req);
        return;
    }
    if (r->unavailable) {
        req_error(req, RPC_UNAVAILABLE, "the database is away; try again with the same request_id");
        return;
    }
    if (r->fault) {
        req_error(req, RPC_INTERNAL, "the settings could not be changed");
        return;
    }
    if (r->outcome == OUT_INVALID && r->field) {
        answer_field(req, r->field, r->error);
        return;
    }
    /* what stands in the way is told while it does; a change that was made has one answer, also when asked again */
    const bool in_the_way = r->outcome != OUT_OK || (map_bool(req->params, "dry_run", &dry) && dry);
    struct pack *p = req_result(req);
    const size_t mark = pack_map_open(p);
    uint32_t n = 2;
    pack_kstr(p, "outcome", outcome_code(r->outcome));
    pack_kint(p, "version", r->version);
    if (in_the_way && r->in_process > 0) {
        pack_kint(p, "in_process", r->in_process);
        n++;
    }
    if (in_the_way)
        n += pack_missing(p, r);
    pack_map_close(p, mark, n);
    req_reply(req);
}

static int switch_asked(struct req *req, const char *key)
{
    bool on;
    return map_bool(req->params, key, &on) ? on : SETTING_KEEP;
}

/* -2: no such mode */
static int mode_asked(struct req *req)
{
    const char *mode = req_str(req, "audit_mode");
    if (!mode)
        return SETTING_KEEP;
    for (int m = 0; m < 2; m++)
        if (!strcmp(mode, modes[m]))
            return m;
    return -2;
}

static void settings_set(struct req *req)
{
    const struct session *s = &req->session;
    struct settings_change asked = {.account_id = s->account_id,
                                    .session_id = s->session_id,
                                    .address = s->address,
                                    .request_id = req_str(req, "request_id"),
                                    .class_year = class_asked(req),
                                    .online_signing = switch_asked(req, "online_signing"),
                                    .supplement = switch_asked(req, "supplement"),
                                    .destination = switch_asked(req, "destination"),
                                    .void_audited = switch_asked(req, "void_audited"),
                                    .audit_mode = mode_asked(req),
                                    .termination_limit = SETTING_KEEP};
    const char *wrong = NULL;
    int64_t limit;

    memcpy(asked.account_school, s->account_school, sizeof asked.account_school);
    memcpy(asked.school_code, s->actor.school_code, sizeof asked.school_code);
    map_int(req->params, "version", &asked.seen_version);
    map_bool(req->params, "dry_run", &asked.dry_run);
    if (map_int(req->params, "termination_limit", &limit))
        asked.termination_limit = limit < 0 || limit > 99 ? 100 : (int)limit; /* 100 is told as out of range */
    asked.contacts_json = contacts_text(req, &wrong);
    if (asked.audit_mode == -2) {
        answer_field(req, "audit_mode", "unknown_code");
        return;
    }
    if (wrong) {
        answer_field(req, wrong, "bad_value");
        return;
    }
    change_hash(req, asked.params_hash);
    workflow_settings(req->server->workflow, &asked, set, req);
}

const struct method_entry settings_methods[] = {
    {"settings.get", settings_get},
    {"settings.set", settings_set},
    {NULL, NULL},
};
