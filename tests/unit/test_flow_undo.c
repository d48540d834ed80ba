/*
 * test_flow_undo.c - X1.6: what may be undone, by whom, until when, and what is put back.
 */
#include "flow_scene.h"

#include <string.h>

#define MINUTE (INT64_C(60) * 1000)

/* A record that a department, then the school, has just approved. */
static struct scene approved(enum qx_flow flow, enum qx_state at_department)
{
    struct scene s = scene(flow, at_department, ROLE_DEPARTMENT);

    scene_act(&s, ROLE_DEPARTMENT, ACT_APPROVE);
    scene_act(&s, ROLE_SCHOOL, ACT_APPROVE);
    return s;
}

static void department_undoes_its_approval(void)
{
    struct scene s = scene(FLOW_OFFLINE_SIGNING, ST_AGREEMENT_D, ROLE_DEPARTMENT);

    scene_act(&s, ROLE_DEPARTMENT, ACT_APPROVE);
    LEADS_TO(&s, ACT_UNDO, AGREEMENT_D);
    CU_ASSERT_EQUAL(scene_step(&s, ACT_UNDO).message, MSG_UNDONE); /* whoever was told is told again */
    CU_ASSERT_EQUAL(scene_act(&s, ROLE_DEPARTMENT, ACT_UNDO).stage_d_actor, 0);
    scene_enter(&s, ROLE_GRADUATE);
    LEADS_TO(&s, ACT_TAKE_BACK, DRAFT); /* no decision stands: S2.5.1 */
}

static void any_return_is_undone(void)
{
    struct scene s = scene(FLOW_OFFLINE_SIGNING, ST_AGREEMENT_D, ROLE_DEPARTMENT);

    scene_act(&s, ROLE_DEPARTMENT, ACT_RETURN);
    LEADS_TO(&s, ACT_UNDO, AGREEMENT_D);
    s = scene(FLOW_OFFLINE_SIGNING, ST_AGREEMENT_S, ROLE_SCHOOL);
    scene_act(&s, ROLE_SCHOOL, ACT_RETURN);
    s.record.stage_d_actor = SCENE_DEPARTMENT;
    LEADS_TO(&s, ACT_UNDO, AGREEMENT_S);
    s = scene(FLOW_OFFLINE_SIGNING, ST_SIGNING_D, ROLE_DEPARTMENT);
    scene_act(&s, ROLE_DEPARTMENT, ACT_RETURN);
    LEADS_TO(&s, ACT_UNDO, SIGNING_D);
    CU_ASSERT_FALSE(scene_step(&s, ACT_UNDO).marked_returned);
}

static void final_approval_is_undone(void)
{
    struct scene s = approved(FLOW_DESTINATION, ST_AUDIT_D);
    struct flow_plan p = scene_step(&s, ACT_UNDO);

    CU_ASSERT_TRUE(p.to == ST_AUDIT_S && p.ledger == LEDGER_RESTORE && p.place == PLACE_KEEP);
    CU_ASSERT_EQUAL(p.stage_d_actor, SCENE_DEPARTMENT); /* the department's approval stands */
    CU_ASSERT_FALSE(p.untouched);
    s.record.passed_on = true;
    REFUSED(&s, ACT_UNDO, "guard not_passed_on");
    s.record.passed_on = false;
    s.record.open_child = true; /* somebody has applied to end it: acted on */
    REFUSED(&s, ACT_UNDO, "guard nothing_open");
}

static void number_stays(void)
{
    struct scene s = approved(FLOW_ONLINE_SIGNING, ST_SIGNING_D);

    CU_ASSERT_TRUE(s.record.has_number);
    scene_act(&s, ROLE_SCHOOL, ACT_UNDO);
    CU_ASSERT_TRUE(s.record.has_number);
    CU_ASSERT_FALSE(scene_act(&s, ROLE_SCHOOL, ACT_APPROVE).number);
}

static void termination_is_undone(void)
{
    struct scene s = approved(FLOW_ONLINE_TERMINATION, ST_AUDIT_D);
    struct flow_plan p = scene_step(&s, ACT_UNDO);

    SAME_TEXT(state_code(s.parent.state), "terminated");
    CU_ASSERT_TRUE(p.parent_ends && p.parent_to == ST_EFFECTIVE && p.to == ST_AUDIT_S);
    CU_ASSERT_TRUE(p.place == PLACE_TAKE && p.ledger == LEDGER_RESTORE && p.touches_graduate);
    s.graduate.place_record = 4711; /* the graduate has begun something else */
    REFUSED(&s, ACT_UNDO, "guard place_free");
}

static void five_minutes(void)
{
    struct scene s = approved(FLOW_DESTINATION, ST_AUDIT_D);

    s.now += 5 * MINUTE;
    LEADS_TO(&s, ACT_UNDO, AUDIT_S);
    s.now += 1;
    REFUSED(&s, ACT_UNDO, "guard undo_window");
}

static void own_and_last(void)
{
    struct scene s = approved(FLOW_DESTINATION, ST_AUDIT_D);

    s.actor.account_id = SCENE_OTHER;
    REFUSED(&s, ACT_UNDO, "guard own_decision");
    scene_enter(&s, ROLE_DEPARTMENT);
    REFUSED(&s, ACT_UNDO, "wrong_state");
    scene_act(&s, ROLE_SCHOOL, ACT_MODIFY); /* acted on since */
    REFUSED(&s, ACT_UNDO, "guard own_decision");
    s = scene(FLOW_DESTINATION, ST_AUDIT_D, ROLE_DEPARTMENT);
    scene_act(&s, ROLE_DEPARTMENT, ACT_RETURN);
    scene_act(&s, ROLE_GRADUATE, ACT_RESUBMIT);
    scene_enter(&s, ROLE_DEPARTMENT);
    REFUSED(&s, ACT_UNDO, "wrong_state");
    s = approved(FLOW_DESTINATION, ST_AUDIT_D); /* an undo isn't undone */
    scene_act(&s, ROLE_SCHOOL, ACT_UNDO);
    scene_enter(&s, ROLE_DEPARTMENT);
    REFUSED(&s, ACT_UNDO, "guard own_decision");
}

static void never_undone(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_AUDIT_D, ROLE_DEPARTMENT);

    scene_act(&s, ROLE_DEPARTMENT, ACT_CHANGE);
    REFUSED(&s, ACT_UNDO, "guard own_decision");
    s = scene(FLOW_DESTINATION, ST_AUDIT_D, ROLE_DEPARTMENT);
    scene_act(&s, ROLE_DEPARTMENT, ACT_REJECT);
    REFUSED(&s, ACT_UNDO, "wrong_state");
    s = scene(FLOW_DESTINATION, ST_EFFECTIVE, ROLE_SCHOOL);
    scene_act(&s, ROLE_SCHOOL, ACT_VOID);
    REFUSED(&s, ACT_UNDO, "wrong_state");
    s = scene(FLOW_DESTINATION, ST_VOID_S, ROLE_SCHOOL);
    scene_act(&s, ROLE_SCHOOL, ACT_APPROVE);
    REFUSED(&s, ACT_UNDO, "wrong_state");
    s = scene(FLOW_ONLINE_TERMINATION, ST_AWAITING_OTHER, ROLE_SCHOOL);
    scene_act(&s, ROLE_SCHOOL, ACT_FORCE);
    REFUSED(&s, ACT_UNDO, "guard own_decision mode_kept");
}

static void mode_is_kept(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_DRAFT, ROLE_GRADUATE);

    s.season.audit_mode = AUDIT_SCHOOL_ONLY;
    scene_act(&s, ROLE_GRADUATE, ACT_SUBMIT);
    scene_act(&s, ROLE_SCHOOL, ACT_APPROVE);
    LEADS_TO(&s, ACT_UNDO, AUDIT_S);
    CU_ASSERT_TRUE(scene_step(&s, ACT_UNDO).untouched);
    s.season.audit_mode = AUDIT_TWO_LEVEL; /* going back would skip the department: S2.2.9 */
    REFUSED(&s, ACT_UNDO, "guard mode_kept");
    s = scene(FLOW_DESTINATION, ST_AUDIT_D, ROLE_DEPARTMENT);
    scene_act(&s, ROLE_DEPARTMENT, ACT_APPROVE);
    s.season.audit_mode = AUDIT_SCHOOL_ONLY;
    REFUSED(&s, ACT_UNDO, "guard mode_kept");
}

static const struct unit_test tests[] = {
    {"X1.6 a department undoes its approval", department_undoes_its_approval},
    {"X1.6 any return is undone", any_return_is_undone},
    {"X1.6 a school's final approval is undone, until passed on", final_approval_is_undone},
    {"X1.6 S2.5.6 the number stays the record's", number_stays},
    {"X1.6 an approved termination is undone: the signing stands again", termination_is_undone},
    {"X1.6 within five minutes", five_minutes},
    {"X1.6 one's own and the last act only", own_and_last},
    {"X1.6 reject, void, force and change are never undone", never_undone},
    {"X1.6 S2.2.9 not back to a stage that is gone", mode_is_kept},
    {NULL, NULL},
};

UNIT_SUITE(flow_undo_suite, "flow undo", tests);
