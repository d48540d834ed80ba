/*
 * answer.c - the answer to an action: as the request log keeps it (JSON) and as the wire has it (MessagePack).
 *
 * Only effects are logged, so that the kept answer is always `ok` with what it did. Ids and parameters, never prose.
 */
#include "item.h"

#include "../../shared/rpc/rpc.h"
#include "../../shared/text/text.h"
#include "../server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the request log's */

char *answer_to_json(const struct act_result *r)
{
    json_t *o = json_pack("{s:s, s:I, s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:i}", "school", r->school_code, "record",
                          (json_int_t)r->record_id, "version", (json_int_t)r->version, "flow", flow_code(r->flow),
                          "state", state_code(r->state), "from", state_code(r->from), "undo_until",
                          (json_int_t)r->undo_until, "department", (json_int_t)r->department_id, "graduate",
                          (json_int_t)r->graduate_id, "class", r->class_year);
    if (*r->number)
        json_object_set_new(o, "number", json_string(r->number));
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    if (!text)
        abort();
    return text;
}

static void copy(char *to, size_t len, const char *from)
{
    snprintf(to, len, "%s", from ? from : "");
}

bool answer_from_json(struct act_result *r, const char *json)
{
    const char *school, *flow, *state, *from, *number = "";
    json_int_t record, version, undo_until, department, graduate;
    json_t *o = json_loads(json, 0, NULL);
    bool ok = o && json_unpack(o, "{s:s, s:I, s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:i, s?s}", "school", &school,
                               "record", &record, "version", &version, "flow", &flow, "state", &state, "from", &from,
                               "undo_until", &undo_until, "department", &department, "graduate", &graduate, "class",
                               &r->class_year, "number", &number) == 0;
    ok = ok && flow_of(flow) >= 0 && state_of(state) >= 0 && state_of(from) >= 0;
    if (ok) {
        r->outcome = OUT_OK;
        copy(r->school_code, sizeof r->school_code, school);
        copy(r->number, sizeof r->number, number);
        r->record_id = record;
        r->version = version;
        r->flow = (enum qx_flow)flow_of(flow);
        r->state = (enum qx_state)state_of(state);
        r->from = (enum qx_state)state_of(from);
        r->undo_until = undo_until;
        r->department_id = department;
        r->graduate_id = graduate;
    }
    json_decref(o);
    return ok;
}

/* ------------------------------------------------------------------ the wire's */

static void pack_time(struct pack *p, const char *key, int64_t ms)
{
    char at[40];
    time_format(at, sizeof at, ms);
    pack_kstr(p, key, at);
}

static void pack_by(struct pack *p, const struct act_result *r)
{
    pack_key(p, "by");
    pack_map(p, 4);
    pack_kstr(p, "name", r->by.name);
    pack_kstr(p, "role", role_code(r->by.role));
    pack_kstr(p, "action", action_code(r->by.action));
    pack_time(p, "at", r->by.at);
}

/* {guard, …parameters}: who holds the place (S2.1.4), how many applications there were (S2.2.5). */
static void pack_guard(struct pack *p, const struct act_result *r, enum qx_guard guard)
{
    char id[40];
    size_t mark = pack_map_open(p);
    uint32_t n = 1;
    pack_kstr(p, "guard", guard_code(guard));
    if (guard == GUARD_PLACE_FREE && r->facts.holder_record) {
        id_format(id, sizeof id, r->school_code, r->facts.holder_record);
        pack_kstr(p, "holder", id);
        pack_kstr(p, "holder_flow", flow_code(r->facts.holder_flow));
        pack_kstr(p, "holder_state", state_code(r->facts.holder_state));
        n += 3;
    }
    if (guard == GUARD_WITHIN_LIMIT) {
        pack_kint(p, "limit", r->facts.limit);
        pack_kint(p, "used", r->facts.used);
        n += 2;
    }
    pack_map_close(p, mark, n);
}

static void pack_failed(struct pack *p, const struct act_result *r)
{
    pack_key(p, "failed");
    size_t mark = pack_array_open(p);
    uint32_t n = 0;
    for (int g = 0; g < GUARD_COUNT; g++)
        if (r->failed & (UINT64_C(1) << g)) {
            pack_guard(p, r, (enum qx_guard)g);
            n++;
        }
    pack_array_close(p, mark, n);
}

static void pack_problems(struct pack *p, const struct act_result *r)
{
    pack_key(p, "fields");
    pack_array(p, r->nproblems);
    for (size_t k = 0; k < r->nproblems; k++) {
        const struct form_problem *problem = &r->problems[k];
        const struct form_field *f = problem->field;
        pack_map(p, f && (f->min || f->max) ? 4 : 2);
        pack_kstr(p, "field", f ? f->name : "");
        pack_kstr(p, "error", field_error_code(problem->error));
        if (f && (f->min || f->max)) {
            pack_kint(p, "min", f->min);
            pack_kint(p, "max", f->max);
        }
    }
}

uint32_t pack_act_result(struct pack *p, const struct act_result *r)
{
    char id[40];
    uint32_t n = 1;
    pack_kstr(p, "outcome", outcome_code(r->outcome));
    if (r->outcome == OUT_NOT_FOUND)
        return n; /* the same object whether it isn't there or isn't theirs to know */
    if (r->record_id && r->version) {
        id_format(id, sizeof id, r->school_code, r->record_id);
        pack_kstr(p, "id", id);
        pack_kint(p, "version", r->version);
        pack_kstr(p, "state", state_code(r->state));
        n += 3;
    }
    if (*r->by.name)
        pack_by(p, r), n++;
    if (r->failed)
        pack_failed(p, r), n++;
    if (r->nproblems)
        pack_problems(p, r), n++;
    if (*r->number)
        pack_kstr(p, "number", r->number), n++;
    if (r->undo_until)
        pack_time(p, "undo_until", r->undo_until), n++;
    return n;
}
