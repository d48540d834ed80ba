/*
 * flow_scene.c - see flow_scene.h.
 */
#include "flow_scene.h"

#include <stdio.h>
#include <string.h>

#define SCHOOL "10001"

void scene_enter(struct scene *s, enum qx_role role)
{
    static const int64_t accounts[ROLE_COUNT] = {
        [ROLE_GRADUATE] = SCENE_GRADUATE,
        [ROLE_EMPLOYER] = SCENE_EMPLOYER,
        [ROLE_DEPARTMENT] = SCENE_DEPARTMENT,
        [ROLE_SCHOOL] = SCENE_SCHOOL,
    };

    s->actor = (struct flow_actor){
        .account_id = accounts[role],
        .role = role,
        .school_code = SCHOOL,
        .department_id = role == ROLE_DEPARTMENT ? 1 : 0,
        .graduate_id = role == ROLE_GRADUATE ? 5 : 0,
        .employer_id = role == ROLE_EMPLOYER ? 7 : 0,
        .rights = {[MODULE_EMPLOYMENT] = RIGHT_WRITE},
    };
}

struct scene scene(enum qx_flow flow, enum qx_state state, enum qx_role role)
{
    const struct flow_state *info = flow_state(flow, state);
    bool there = state != ST_NONE;
    struct scene s = {
        .record = {.id = there ? 100 : 0,
                   .version = there ? 3 : 0,
                   .flow = flow,
                   .state = state,
                   .school_code = SCHOOL,
                   .graduate_id = 5,
                   .employer_id = 7,
                   .applicant = ROLE_GRADUATE,
                   .untouched = true,
                   .revision = 1},
        .parent = {.id = 99, .version = 4, .flow = FLOW_ONLINE_SIGNING, .state = ST_EFFECTIVE, .employer_id = 7},
        .graduate = {.id = 5,
                     .version = 1,
                     .department_id = 1,
                     .school_code = SCHOOL,
                     .class_year = 2026,
                     .scope = SCOPE_UNDERGRADUATE},
        .season = {.open_online_signing = true,
                   .open_supplement = true,
                   .open_destination = true,
                   .audit_mode = AUDIT_TWO_LEVEL,
                   .termination_limit = 1,
                   .auditor_exists = true},
        .args = {.reason_code = "other",
                 .reason_text = "Bad scan.",
                 .agreed = true,
                 .form_complete = true,
                 .kind = "B01",
                 .proofs = 1,
                 .proofs_needed = 1,
                 .images = 1,
                 .valid_days = 2},
        .seen = there ? 3 : 0,
        .now = INT64_C(1780000000000),
    };

    if (info && info->holds_place)
        s.graduate.place_record = s.record.id;
    if (flow_def(flow)->child && (!info || !info->final)) {
        s.graduate.place_record = s.parent.id;
        s.graduate.open_termination = s.parent.open_child = info;
    }
    if (state == ST_INVITED)
        s.record.due_at = s.now + 1000;
    scene_enter(&s, role);
    return s;
}

void scene_kind(struct scene *s, const char *kind)
{
    snprintf(s->args.kind, sizeof s->args.kind, "%s", kind);
}

struct flow_plan scene_step(const struct scene *s, enum qx_action action)
{
    struct flow_input in = {
        .record = &s->record,
        .parent = flow_def(s->record.flow)->child ? &s->parent : NULL,
        .graduate = &s->graduate,
        .season = &s->season,
        .actor = &s->actor,
        .args = &s->args,
        .action = action,
        .seen_version = s->seen,
        .now = s->now,
    };

    return flow_step(&in);
}

static void write_record(struct flow_record *r, const struct scene *s, enum qx_action action, const struct flow_plan *p)
{
    r->last_from = r->state;
    r->state = p->to;
    r->last_action = action;
    r->last_actor = s->actor.account_id;
    r->last_at = s->now;
    r->passed_on = false;
    r->has_number |= p->number;
    r->forced = p->forced;
    r->marked_returned = p->marked_returned;
    r->untouched = p->untouched;
    r->stage_d_actor = p->stage_d_actor;
    r->due_at = p->due_at;
    r->applicant = p->applicant;
    r->version++;
}

struct flow_plan scene_act(struct scene *s, enum qx_role role, enum qx_action action)
{
    struct flow_plan p;

    scene_enter(s, role);
    p = scene_step(s, action);
    if (p.outcome != OUT_OK)
        return p;
    if (!s->record.id)
        s->record.id = 100;
    write_record(&s->record, s, action, &p);
    if (p.place != PLACE_KEEP)
        s->graduate.place_record = p.place == PLACE_GIVE_BACK ? 0 : (p.parent_ends ? s->parent.id : s->record.id);
    if (p.parent_ends)
        s->parent.state = p.parent_to;
    s->graduate.termination_count += p.counts;
    s->seen = s->record.version;
    return p;
}

const char *scene_says(const struct scene *s, enum qx_action action)
{
    static char text[256];
    struct flow_plan p = scene_step(s, action);
    size_t n;

    if (p.outcome == OUT_OK)
        return state_code(p.to);
    n = (size_t)snprintf(text, sizeof text, "%s", outcome_code(p.outcome));
    for (int g = 0; g < GUARD_COUNT; g++)
        if (p.failed >> g & 1)
            n += (size_t)snprintf(text + n, sizeof text - n, " %s", guard_code((enum qx_guard)g));
    return text;
}
