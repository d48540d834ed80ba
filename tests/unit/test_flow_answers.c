/*
 * test_flow_answers.c - who may ask flow_step(), and how it answers: scope, rights, the two stages, the order of
 * refusals, and that every question has an answer.
 */
#include "flow_scene.h"

static void scope_hides(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_AUDIT_S, ROLE_SCHOOL);

    s.actor.scope = SCOPE_POSTGRADUATE;
    REFUSED(&s, ACT_APPROVE, "not_found scope");
    s.actor.scope = SCOPE_UNDERGRADUATE;
    LEADS_TO(&s, ACT_APPROVE, EFFECTIVE);
    s.actor.school_code[4] = '2';
    REFUSED(&s, ACT_APPROVE, "not_found scope");
    s = scene(FLOW_DESTINATION, ST_RETURNED, ROLE_GRADUATE);
    s.actor.graduate_id = 6;
    REFUSED(&s, ACT_GIVE_UP, "not_found scope");
    scene_enter(&s, ROLE_NONE);
    REFUSED(&s, ACT_GIVE_UP, "not_found scope");
}

static void read_decides_nothing(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_AUDIT_S, ROLE_SCHOOL);

    s.actor.rights[MODULE_EMPLOYMENT] = RIGHT_READ;
    REFUSED(&s, ACT_APPROVE, "forbidden right");
    s.actor.rights[MODULE_EMPLOYMENT] = RIGHT_NONE; /* hides the module whole */
    REFUSED(&s, ACT_APPROVE, "not_found scope");
}

static void nobody_decides_both_stages(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_AUDIT_D, ROLE_DEPARTMENT);

    CU_ASSERT_EQUAL(scene_act(&s, ROLE_DEPARTMENT, ACT_APPROVE).stage_d_actor, SCENE_DEPARTMENT);
    scene_enter(&s, ROLE_SCHOOL);
    LEADS_TO(&s, ACT_APPROVE, EFFECTIVE);
    s.actor.account_id = SCENE_DEPARTMENT;
    REFUSED(&s, ACT_APPROVE, "guard other_stage");
    REFUSED(&s, ACT_CHANGE, "guard other_stage");
    REFUSED(&s, ACT_REJECT, "guard other_stage");
    REFUSED(&s, ACT_RETURN, "guard other_stage");
}

static void decisions_are_bound_to_a_version(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_AUDIT_S, ROLE_SCHOOL);

    s.seen = 2;
    REFUSED(&s, ACT_APPROVE, "stale");
    s.seen = -1;
    LEADS_TO(&s, ACT_APPROVE, EFFECTIVE);
}

static void refusals_keep_their_order(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_DRAFT, ROLE_GRADUATE);

    s.season = (struct flow_season){.audit_mode = AUDIT_TWO_LEVEL};
    s.graduate.place_record = 4711;
    s.args = (struct flow_args){.proofs_needed = 1};
    REFUSED(&s, ACT_SUBMIT, "guard flow_open place_free form_complete kind_allowed proof_attached auditor_exists");
    s.seen = 2;
    REFUSED(&s, ACT_SUBMIT, "stale");
    REFUSED(&s, ACT_RESUBMIT, "stale");
    REFUSED(&s, ACT_APPROVE, "forbidden");
    s.actor.graduate_id = 6;
    REFUSED(&s, ACT_SUBMIT, "not_found scope");
}

/* Whatever is asked, there is an outcome, and a refusal plans nothing. */
static void every_question_has_an_answer(void)
{
    size_t asked = 0;

    for (int f = -1; f <= FLOW_COUNT; f++)
        for (int state = -1; state <= ST_COUNT; state++)
            for (int role = 0; role < ROLE_COUNT; role++)
                for (int action = -1; action <= ACT_COUNT; action++, asked++) {
                    struct scene s = scene((enum qx_flow)f, (enum qx_state)state, (enum qx_role)role);
                    struct flow_plan p = scene_step(&s, (enum qx_action)action);

                    if (p.outcome != OUT_OK && (p.place || p.ledger || p.content || p.number || p.touches_graduate))
                        CU_FAIL("a refusal plans something");
                    if (p.outcome == OUT_OK && !p.transition)
                        CU_FAIL("done without a row");
                }
    CU_ASSERT(asked > 10000);
}

static void codes_go_there_and_back(void)
{
    for (int i = 0; i < ST_COUNT; i++)
        CU_ASSERT_EQUAL(state_of(state_code((enum qx_state)i)), i);
    for (int i = 0; i < ACT_COUNT; i++)
        CU_ASSERT_EQUAL(action_of(action_code((enum qx_action)i)), i);
    for (int i = 0; i < FLOW_COUNT; i++)
        CU_ASSERT_EQUAL(flow_of(flow_code((enum qx_flow)i)), i);
    for (int i = 0; i < ROLE_COUNT; i++)
        CU_ASSERT_EQUAL(role_of(role_code((enum qx_role)i)), i);
    for (int i = 0; i < MSG_COUNT; i++)
        CU_ASSERT_EQUAL(message_of(message_code((enum qx_message)i)), i);
    CU_ASSERT_EQUAL(state_of("effectiv"), -1);
    CU_ASSERT_EQUAL(action_of(NULL), -1);
    SAME_TEXT(state_code(ST_COUNT), "unknown");
    SAME_TEXT(guard_code((enum qx_guard) - 1), "unknown");
}

static const struct unit_test tests[] = {
    {"S1.4.5 what is out of scope is not there", scope_hides},
    {"S1.4.2 only write decides", read_decides_nothing},
    {"X1.11 nobody decides both stages", nobody_decides_both_stages},
    {"X1.2 a decision is bound to the version seen", decisions_are_bound_to_a_version},
    {"X1.9 refusals come in order, with every failed guard", refusals_keep_their_order},
    {"flow_step is total", every_question_has_an_answer},
    {"codes go there and back", codes_go_there_and_back},
    {NULL, NULL},
};

UNIT_SUITE(flow_answers_suite, "flow answers", tests);
