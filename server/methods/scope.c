/*
 * scope.c - the caller's scope as statement values.
 */
#include "scope.h"

#include "list.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A graduate sees the chosen enrolment, a department its own, a school all of its own; nobody else anything here. */
static int64_t own_enrolment(const struct session *s)
{
    switch (s->actor.role) {
    case ROLE_DEPARTMENT:
    case ROLE_SCHOOL:
        return 0;
    case ROLE_GRADUATE:
        return s->actor.graduate_id ? s->actor.graduate_id : -1;
    default:
        return -1;
    }
}

void scope_of(struct scope *scope, const struct session *s)
{
    snprintf(scope->department_text, sizeof scope->department_text, "%" PRId64, list_holder(s));
    snprintf(scope->own_text, sizeof scope->own_text, "%" PRId64, own_enrolment(s));
    scope->school = s->actor.school_code;
    scope->department = scope->department_text;
    scope->postgraduate = s->actor.role == ROLE_GRADUATE ? NULL : list_postgraduate(s);
    scope->own = scope->own_text;
}

void answer_not_found(struct req *req, const char *what)
{
    req_error(req, RPC_NOT_FOUND, "%s: not found", what);
}

const char *text_int(struct req *req, int64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, v);
    return req_strdup(req, text);
}

const char *scope_id(struct req *req, const char *key)
{
    char school[QX_SCHOOL_CODE];
    int64_t id;
    if (!req_id(req, key, school, &id)) {
        req_error(req, RPC_INVALID_ARGUMENT, "%s: an id like 10001-4711 is needed", key);
        return NULL;
    }
    if (strcmp(school, req->session.actor.school_code) != 0) {
        answer_not_found(req, key);
        return NULL;
    }
    return text_int(req, id);
}

static bool editable(enum qx_role role, enum qx_flow flow, enum qx_state state, uint64_t guards)
{
    const struct flow_transition *rows[ACT_COUNT];
    const size_t n = flow_actions(flow, state, role, rows, ACT_COUNT);
    for (size_t i = 0; i < n; i++)
        if (rows[i]->guards & guards)
            return true;
    return false;
}

const char *states_editable(struct req *req, uint64_t guards)
{
    struct db_array a = {0};
    char text[96];
    db_array_start(&a);
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);
        for (size_t i = 0; i < def->nstates; i++)
            if (editable(req->session.actor.role, def->flow, def->states[i].state, guards)) {
                snprintf(text, sizeof text, "%s/%s", flow_code(def->flow), state_code(def->states[i].state));
                db_array_text(&a, text);
            }
    }
    const char *values = req_strdup(req, db_array_end(&a));
    db_array_free(&a);
    return values;
}
