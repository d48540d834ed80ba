/*
 * flow_scene.h - a world in which everything is allowed, for the tests of flow_step(): each test takes one thing away.
 */
#ifndef QX_FLOW_SCENE_H
#define QX_FLOW_SCENE_H

#include "../../shared/domain/flow.h"
#include "unit.h"

struct scene {
    struct flow_record record, parent;
    struct flow_graduate graduate;
    struct flow_season season;
    struct flow_actor actor;
    struct flow_args args;
    int64_t seen, now;
};

/* Accounts of the cast. */
enum { SCENE_GRADUATE = 11, SCENE_EMPLOYER = 12, SCENE_DEPARTMENT = 13, SCENE_SCHOOL = 14, SCENE_OTHER = 15 };

/*
 * A record of the flow in that state (none yet: version 0), two-level audit, everything open, and an actor of that role
 * who sees and may do everything. The record's parent, if the flow has one, is effective.
 */
struct scene scene(enum qx_flow, enum qx_state, enum qx_role);
/* The same scene with another actor. */
void scene_enter(struct scene *, enum qx_role);
void scene_kind(struct scene *, const char *kind);

struct flow_plan scene_step(const struct scene *, enum qx_action);
/* Carries a plan out on the record, the graduate and the parent: enough to take the next step from there. */
struct flow_plan scene_act(struct scene *, enum qx_role, enum qx_action);

/* The step leads to that state, or is refused with that outcome and exactly these guards. */
#define LEADS_TO(scene, action, state) SAME_TEXT(scene_says(scene, action), state_code(ST_##state))
const char *scene_says(const struct scene *, enum qx_action); /* the state's code, or "outcome: guard guard …" */
#define REFUSED(scene, action, text) SAME_TEXT(scene_says(scene, action), text)

#endif
