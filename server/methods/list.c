/*
 * list.c - the parameters of a list, and the statement that serves it.
 */
#include "list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The ends of each order: before the first key and behind the last. */
static const struct order {
    const char *name, *ascending, *descending, *first, *last;
} orders[ORDER_COUNT] = {
    [ORDER_SUBMITTED] = {"submitted", "queue_submitted", "queue_submitted_desc", "-infinity", "infinity"},
    [ORDER_NAME] = {"name", "queue_name", "queue_name_desc", "", "\U0010FFFF"},
    [ORDER_STUDENT_NO] = {"student_no", "queue_student_no", "queue_student_no_desc", "", "\U0010FFFF"},
};

const char *list_waits_for(const struct session *s)
{
    return role_code(s->actor.role);
}

int64_t list_holder(const struct session *s)
{
    if (s->actor.role != ROLE_DEPARTMENT)
        return 0;
    return s->actor.department_id ? s->actor.department_id : -1;
}

const char *list_postgraduate(const struct session *s)
{
    static const char *const values[] = {[SCOPE_BOTH] = NULL, [SCOPE_UNDERGRADUATE] = "f", [SCOPE_POSTGRADUATE] = "t"};
    return values[s->actor.scope];
}

static const char *filter_text(struct req *req, const msgpack_object *filter, const char *key)
{
    const char *s;
    size_t len;
    if (!filter || !map_str(filter, key, &s, &len))
        return "";
    char *copy = req_alloc(req, len + 1);
    memcpy(copy, s, len);
    return copy;
}

/* Does this state belong to the list: asked for by name, or waiting for the caller; drafts are the graduate's own. */
static bool wanted(const struct list *l, const struct req *req, const struct flow_state *s, int state)
{
    if (s->state == ST_NONE || s->state == ST_DRAFT)
        return false;
    if (state >= 0 && (int)s->state != state)
        return false;
    return l->all || s->waits_for == req->session.actor.role;
}

static void choose_pairs(struct list *l, struct req *req, int flow, int state)
{
    struct db_array flows = {0}, states = {0};
    db_array_start(&flows);
    db_array_start(&states);
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);
        for (size_t i = 0; (flow < 0 || flow == f) && i < def->nstates; i++) {
            if (!wanted(l, req, &def->states[i], state))
                continue;
            db_array_text(&flows, flow_code((enum qx_flow)f));
            db_array_text(&states, state_code(def->states[i].state));
            l->pairs++;
        }
    }
    l->flows = req_strdup(req, db_array_end(&flows));
    l->states = req_strdup(req, db_array_end(&states));
    db_array_free(&flows);
    db_array_free(&states);
}

static const char *parse_order(struct list *l, struct req *req)
{
    const char *name = req_str(req, "order");
    map_bool(req->params, "descending", &l->descending);
    for (int i = 0; name && i < ORDER_COUNT; i++)
        if (strcmp(orders[i].name, name) == 0) {
            l->order = (enum list_order)i;
            return NULL;
        }
    return name ? "order: not one of submitted, name, student_no" : NULL;
}

static const char *parse_filter(struct list *l, struct req *req)
{
    const msgpack_object *filter = map_get(req->params, "filter");
    const struct {
        const char *key, **value;
    } texts[] = {{"department", &l->department},
                 {"level", &l->level},
                 {"major", &l->major},
                 {"kind", &l->kind},
                 {"employer", &l->employer}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i].value = filter_text(req, filter, texts[i].key);
    if (!search_of(&l->search, filter_text(req, filter, "text"), req->server->hmac_key))
        return "filter.text: longer than anything that can be found";
    return NULL;
}

static void bind_cursor(struct list *l, const struct req *req)
{
    const char *const bound[] = {orders[l->order].name,
                                 l->descending ? "desc" : "asc",
                                 l->all ? "all" : "mine",
                                 l->flows,
                                 l->states,
                                 search_name(l->search.kind),
                                 l->search.text,
                                 l->department,
                                 l->level,
                                 l->major,
                                 l->kind,
                                 l->employer};
    cursor_start(&l->cursor, req);
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        cursor_bind(&l->cursor, bound[i]);
}

const char *list_parse(struct list *l, struct req *req)
{
    const char *flow_text = req_str(req, "flow"), *state_text = req_str(req, "state"), *cursor = req_str(req, "cursor");
    const int flow = flow_text ? flow_of(flow_text) : -1, state = state_text ? state_of(state_text) : -1;
    int64_t limit = LIST_PAGE;
    map_int(req->params, "limit", &limit);
    map_bool(req->params, "all", &l->all);
    if (flow_text && flow < 0)
        return "flow: no such flow";
    if (state_text && state < 0)
        return "state: no such state";
    if (limit < 1 || limit > LIST_PAGE_MAX)
        return "limit: 1 to 200";
    l->limit = (int)limit;
    const char *problem = parse_order(l, req);
    if (!problem)
        problem = parse_filter(l, req);
    if (problem)
        return problem;
    l->only_lapsed = l->all && state == ST_LAPSED;
    choose_pairs(l, req, flow, state);
    bind_cursor(l, req);
    l->first = !cursor;
    return cursor && !cursor_open(&l->cursor, cursor) ? "cursor: not one of this list" : NULL;
}

static void value(struct list *l, const char *text)
{
    l->values[l->nvalues++] = text;
}

/* The key and id to go on from: the cursor's, or the order's end. */
static void position(struct list *l)
{
    const struct order *o = &orders[l->order];
    if (l->first)
        l->cursor.id = l->descending ? INT64_MAX : 0;
    snprintf(l->id_text, sizeof l->id_text, "%" PRId64, l->cursor.id);
    value(l, !l->first ? l->cursor.key : l->descending ? o->last : o->first);
    value(l, l->id_text);
    value(l, l->limit_text);
}

static bool filtered(const struct list *l)
{
    return l->search.kind != SEARCH_NONE || *l->department || *l->level || *l->major || *l->kind || *l->employer;
}

static void search_statement(struct list *l, const struct session *s)
{
    l->statement = "queue_search";
    value(l, l->all ? NULL : list_waits_for(s));
    value(l, l->holder_text);
    value(l, l->flows);
    value(l, l->states);
    value(l, list_postgraduate(s));
    value(l, search_name(l->search.kind));
    value(l, l->search.text);
    value(l, l->department_text);
    value(l, l->level);
    value(l, l->major);
    value(l, l->kind);
    value(l, l->employer);
    value(l, orders[l->order].name);
    value(l, l->descending ? "t" : "f");
    position(l);
    if (l->first)
        l->values[l->nvalues - 3] = NULL;
    value(l, l->department);
}

void list_statement(struct list *l, const struct req *req)
{
    const struct session *s = &req->session;
    snprintf(l->class_text, sizeof l->class_text, "%d", s->class_year);
    snprintf(l->holder_text, sizeof l->holder_text, "%" PRId64, list_holder(s));
    snprintf(l->department_text, sizeof l->department_text, "%" PRId64, list_holder(s)); /* 0: every department's */
    snprintf(l->limit_text, sizeof l->limit_text, "%d", l->limit + 1);
    value(l, s->actor.school_code);
    value(l, l->class_text);
    if (filtered(l) || (l->all && l->order != ORDER_SUBMITTED)) {
        search_statement(l, s);
        return;
    }
    l->statement = l->all          ? (l->descending ? "queue_all_desc" : "queue_all")
                   : l->descending ? orders[l->order].descending
                                   : orders[l->order].ascending;
    if (!l->all)
        value(l, list_waits_for(s));
    value(l, l->all ? l->department_text : l->holder_text);
    value(l, l->flows);
    value(l, l->states);
    value(l, list_postgraduate(s));
    position(l);
}
