/*
 * test_flow.c - the rules of DOMAIN.md section 2 as flow_step() keeps them, one test a rule. The scenes allow
 * everything; a test takes away what its rule is about, and reads what is said.
 */
#include "flow_scene.h"

/* ------------------------------------------------------------------ the place: S2.1.4 */

static void place_is_taken_and_kept(void)
{
    struct scene s = scene(FLOW_OFFLINE_SIGNING, ST_DRAFT, ROLE_GRADUATE);

    CU_ASSERT_EQUAL(scene_act(&s, ROLE_GRADUATE, ACT_SUBMIT).place, PLACE_TAKE);
    CU_ASSERT_EQUAL(scene_act(&s, ROLE_DEPARTMENT, ACT_APPROVE).place, PLACE_KEEP);
    CU_ASSERT_EQUAL(scene_act(&s, ROLE_SCHOOL, ACT_APPROVE).place, PLACE_KEEP);
    CU_ASSERT_EQUAL(scene_act(&s, ROLE_GRADUATE, ACT_UPLOAD).place, PLACE_KEEP);
    CU_ASSERT_EQUAL(scene_act(&s, ROLE_DEPARTMENT, ACT_RETURN).place, PLACE_KEEP);
    CU_ASSERT_EQUAL(scene_act(&s, ROLE_GRADUATE, ACT_GIVE_UP).place, PLACE_GIVE_BACK);
    SAME_TEXT(state_code(s.record.state), "voided");
}

static void place_held_refuses(void)
{
    struct scene submit = scene(FLOW_DESTINATION, ST_DRAFT, ROLE_GRADUATE);
    struct scene accept = scene(FLOW_ONLINE_SIGNING, ST_INVITED, ROLE_GRADUATE);

    submit.graduate.place_record = accept.graduate.place_record = 4711;
    REFUSED(&submit, ACT_SUBMIT, "guard place_free");
    REFUSED(&accept, ACT_ACCEPT, "guard place_free");
}

static void invitation_takes_no_place(void)
{
    struct scene s = scene(FLOW_ONLINE_SIGNING, ST_NONE, ROLE_EMPLOYER);

    s.graduate.place_record = 4711;
    CU_ASSERT_EQUAL(scene_step(&s, ACT_INVITE).place, PLACE_KEEP);
    LEADS_TO(&s, ACT_INVITE, INVITED);
}

static void ledger_follows_what_is_in_force(void)
{
    struct scene approve = scene(FLOW_DESTINATION, ST_AUDIT_S, ROLE_SCHOOL);
    struct scene effective = scene(FLOW_DESTINATION, ST_EFFECTIVE, ROLE_SCHOOL);

    CU_ASSERT_EQUAL(scene_step(&approve, ACT_APPROVE).ledger, LEDGER_SET);
    CU_ASSERT_EQUAL(scene_step(&effective, ACT_MODIFY).ledger, LEDGER_UPDATE);
    CU_ASSERT_EQUAL(scene_step(&effective, ACT_VOID).ledger, LEDGER_CLEAR);
    CU_ASSERT_EQUAL(scene_step(&approve, ACT_REJECT).ledger, LEDGER_KEEP);
}

static void give_up_by_graduate_and_school(void)
{
    const enum qx_state states[] = {ST_RETURNED, ST_AWAITING_IMAGE};

    for (size_t i = 0; i < 2; i++) {
        struct scene s = scene(FLOW_OFFLINE_SIGNING, states[i], ROLE_GRADUATE);

        LEADS_TO(&s, ACT_GIVE_UP, VOIDED);
        scene_enter(&s, ROLE_SCHOOL);
        LEADS_TO(&s, ACT_GIVE_UP, VOIDED);
        s.args.reason_text = "";
        REFUSED(&s, ACT_GIVE_UP, "invalid explained");
        scene_enter(&s, ROLE_DEPARTMENT);
        REFUSED(&s, ACT_GIVE_UP, "forbidden");
    }
}

static void return_and_reject_need_reasons(void)
{
    for (int f = 0; f < FLOW_COUNT; f++) {
        const struct flow_def *def = flow_def((enum qx_flow)f);

        for (size_t i = 0; i < def->ntransitions; i++) {
            const struct flow_transition *t = &def->transitions[i];
            struct scene s = scene(def->flow, t->from, t->by);

            if (t->action != ACT_RETURN && t->action != ACT_REJECT)
                continue;
            s.args.reason_text = "  ";
            REFUSED(&s, t->action, "invalid reason_given");
            s.args.reason_text = "Bad scan.";
            s.args.reason_code = NULL;
            REFUSED(&s, t->action, "invalid reason_given");
        }
    }
}

/* ------------------------------------------------------------------ settings: S2.2 */

static void closed_flow_says_so(void)
{
    struct scene offline = scene(FLOW_OFFLINE_SIGNING, ST_DRAFT, ROLE_GRADUATE);
    struct scene destination = scene(FLOW_DESTINATION, ST_DRAFT, ROLE_GRADUATE);
    struct scene invite = scene(FLOW_ONLINE_SIGNING, ST_NONE, ROLE_EMPLOYER);
    struct scene apply = scene(FLOW_ONLINE_TERMINATION, ST_NONE, ROLE_GRADUATE);

    offline.season = destination.season = invite.season = apply.season =
        (struct flow_season){.audit_mode = AUDIT_SCHOOL_ONLY, .termination_limit = 1};
    REFUSED(&offline, ACT_SUBMIT, "guard flow_open");
    REFUSED(&destination, ACT_SUBMIT, "guard flow_open");
    REFUSED(&invite, ACT_INVITE, "guard flow_open");
    LEADS_TO(&apply, ACT_APPLY, AWAITING_OTHER); /* terminations are always open */
    destination.season.open_destination = true;
    LEADS_TO(&destination, ACT_SUBMIT, AUDIT_S);
}

static void audit_mode_picks_the_first_stage(void)
{
    struct scene s = scene(FLOW_OFFLINE_SIGNING, ST_DRAFT, ROLE_GRADUATE);

    LEADS_TO(&s, ACT_SUBMIT, AGREEMENT_D);
    CU_ASSERT_EQUAL(scene_step(&s, ACT_SUBMIT).waits_for, ROLE_DEPARTMENT);
    s.season.audit_mode = AUDIT_SCHOOL_ONLY;
    LEADS_TO(&s, ACT_SUBMIT, AGREEMENT_S);
    CU_ASSERT_EQUAL(scene_step(&s, ACT_SUBMIT).waits_for, ROLE_SCHOOL);
}

static void applications_are_limited(void)
{
    struct scene s = scene(FLOW_ONLINE_TERMINATION, ST_NONE, ROLE_GRADUATE);

    CU_ASSERT_TRUE(scene_step(&s, ACT_APPLY).counts);
    s.graduate.termination_count = 1;
    REFUSED(&s, ACT_APPLY, "guard within_limit");
    scene_enter(&s, ROLE_EMPLOYER); /* the employer's don't count */
    LEADS_TO(&s, ACT_APPLY, AWAITING_OTHER);
    CU_ASSERT_FALSE(scene_step(&s, ACT_APPLY).counts);
}

static void department_without_auditor(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_DRAFT, ROLE_GRADUATE);

    s.season.auditor_exists = false;
    REFUSED(&s, ACT_SUBMIT, "guard auditor_exists");
    s.season.audit_mode = AUDIT_SCHOOL_ONLY;
    LEADS_TO(&s, ACT_SUBMIT, AUDIT_S);
}

static void each_stage_is_its_own(void)
{
    struct scene d = scene(FLOW_DESTINATION, ST_AUDIT_D, ROLE_SCHOOL);
    struct scene s = scene(FLOW_DESTINATION, ST_AUDIT_S, ROLE_DEPARTMENT);

    REFUSED(&d, ACT_APPROVE, "wrong_state"); /* the school can't skip the department */
    REFUSED(&s, ACT_APPROVE, "wrong_state");
    scene_enter(&d, ROLE_DEPARTMENT);
    LEADS_TO(&d, ACT_APPROVE, AUDIT_S);
    d.actor.department_id = 2;
    REFUSED(&d, ACT_APPROVE, "not_found scope");
}

/* ------------------------------------------------------------------ online signing: S2.3 */

static void one_invitation_of_an_employer(void)
{
    struct scene s = scene(FLOW_ONLINE_SIGNING, ST_NONE, ROLE_EMPLOYER);

    s.graduate.open_invitations_here = 1;
    REFUSED(&s, ACT_INVITE, "guard none_invited");
    s.graduate.open_invitations_here = 0;
    s.args.valid_days = 31;
    REFUSED(&s, ACT_INVITE, "invalid form_complete");
    s.args.valid_days = 0;
    REFUSED(&s, ACT_INVITE, "invalid form_complete");
    s.args.valid_days = 30;
    s.graduate.barred = true;
    REFUSED(&s, ACT_INVITE, "guard may_sign");
}

/* The deck's two examples; times are Asia/Shanghai. */
static void deadline_is_the_midnight_after(void)
{
    CU_ASSERT_EQUAL(flow_deadline(INT64_C(1616572755000), 2),
                    INT64_C(1616774400000)); /* 2021-03-24 15:59:15 -> 03-27 */
    CU_ASSERT_EQUAL(flow_deadline(INT64_C(1631667904000), 2),
                    INT64_C(1631894400000)); /* 2021-09-15 09:05:04 -> 09-18 */
    CU_ASSERT_EQUAL(flow_deadline(INT64_C(1616601599999), 1), INT64_C(1616688000000)); /* the last ms of the 24th */
    CU_ASSERT_EQUAL(flow_deadline(INT64_C(1616601600000), 1), INT64_C(1616774400000)); /* the first of the 25th */
}

static void answered_before_the_deadline(void)
{
    struct scene s = scene(FLOW_ONLINE_SIGNING, ST_INVITED, ROLE_GRADUATE);

    s.now = s.record.due_at - 1;
    LEADS_TO(&s, ACT_ACCEPT, SIGNING_D);
    LEADS_TO(&s, ACT_DECLINE, DECLINED);
    s.now = s.record.due_at;
    REFUSED(&s, ACT_ACCEPT, "guard before_deadline");
    REFUSED(&s, ACT_DECLINE, "guard before_deadline");
    CU_ASSERT_EQUAL(scene_step(&s, ACT_ACCEPT).due_at, s.record.due_at);
}

static void lapses_once_and_on_time(void)
{
    struct scene s = scene(FLOW_ONLINE_SIGNING, ST_INVITED, ROLE_CLOCK);

    s.seen = -1;
    s.now = s.record.due_at - 1;
    REFUSED(&s, ACT_LAPSE, "guard past_deadline");
    s.now = s.record.due_at;
    LEADS_TO(&s, ACT_LAPSE, LAPSED);
    CU_ASSERT_EQUAL(scene_step(&s, ACT_LAPSE).message, MSG_INVITATION_LAPSED);
    scene_act(&s, ROLE_CLOCK, ACT_LAPSE);
    s.seen = -1;
    REFUSED(&s, ACT_LAPSE, "wrong_state");
    scene_enter(&s, ROLE_GRADUATE);
    REFUSED(&s, ACT_LAPSE, "forbidden");
}

static void other_invitations_stay_open(void)
{
    struct scene s = scene(FLOW_ONLINE_SIGNING, ST_INVITED, ROLE_GRADUATE);

    s.graduate.place_record = 4711;
    REFUSED(&s, ACT_ACCEPT, "guard place_free");
    REFUSED(&s, ACT_DECLINE, "guard place_free");
    scene_enter(&s, ROLE_EMPLOYER);
    LEADS_TO(&s, ACT_WITHDRAW, WITHDRAWN);
    s.actor.employer_id = 8;
    REFUSED(&s, ACT_WITHDRAW, "not_found scope");
    scene_enter(&s, ROLE_GRADUATE);
    s.graduate.place_record = 0;
    LEADS_TO(&s, ACT_DECLINE, DECLINED);
}

static void attested_and_numbered(void)
{
    struct scene s = scene(FLOW_ONLINE_SIGNING, ST_SIGNING_S, ROLE_SCHOOL);

    CU_ASSERT_TRUE(scene_step(&s, ACT_APPROVE).number);
    s.record.has_number = true; /* S2.5.6: an undone approval keeps it */
    CU_ASSERT_FALSE(scene_step(&s, ACT_APPROVE).number);
    LEADS_TO(&s, ACT_REJECT, VOIDED);
    CU_ASSERT_EQUAL(scene_step(&s, ACT_REJECT).place, PLACE_GIVE_BACK);
    REFUSED(&s, ACT_RETURN, "forbidden"); /* approve or reject, nothing else */
}

static void school_modifies_and_voids(void)
{
    const enum qx_flow flows[] = {FLOW_ONLINE_SIGNING, FLOW_OFFLINE_SIGNING, FLOW_DESTINATION};

    for (size_t i = 0; i < 3; i++) {
        struct scene s = scene(flows[i], ST_EFFECTIVE, ROLE_SCHOOL);

        CU_ASSERT_EQUAL(scene_step(&s, ACT_MODIFY).content, CONTENT_NEW);
        LEADS_TO(&s, ACT_MODIFY, EFFECTIVE);
        LEADS_TO(&s, ACT_VOID, VOIDED);
        s.args.agreed = false;
        REFUSED(&s, ACT_VOID, "invalid agreed_tick");
        s.args.reason_text = NULL;
        REFUSED(&s, ACT_VOID, "invalid explained agreed_tick");
        scene_enter(&s, ROLE_DEPARTMENT);
        REFUSED(&s, ACT_MODIFY, "forbidden");
        REFUSED(&s, ACT_VOID, "forbidden");
    }
}

/* ------------------------------------------------------------------ online termination: S2.4 */

static void the_other_side_answers(void)
{
    struct scene s = scene(FLOW_ONLINE_TERMINATION, ST_NONE, ROLE_EMPLOYER);
    struct flow_plan p = scene_act(&s, ROLE_EMPLOYER, ACT_APPLY);

    CU_ASSERT_EQUAL(p.applicant, ROLE_EMPLOYER);
    CU_ASSERT_EQUAL(p.waits_for, ROLE_GRADUATE);
    REFUSED(&s, ACT_AGREE, "forbidden is_other_side");
    LEADS_TO(&s, ACT_WITHDRAW, WITHDRAWN);
    scene_enter(&s, ROLE_GRADUATE);
    REFUSED(&s, ACT_WITHDRAW, "forbidden is_applicant");
    LEADS_TO(&s, ACT_DECLINE, FAILED);
    LEADS_TO(&s, ACT_AGREE, AUDIT_D);
}

static void one_application_on_an_effective_signing(void)
{
    struct scene s = scene(FLOW_ONLINE_TERMINATION, ST_NONE, ROLE_GRADUATE);

    s.parent.open_child = true;
    REFUSED(&s, ACT_APPLY, "guard none_open_on_parent");
    s.parent.open_child = false;
    s.parent.state = ST_SIGNING_S;
    REFUSED(&s, ACT_APPLY, "guard parent_effective");
}

static void termination_frees_the_graduate(void)
{
    struct scene s = scene(FLOW_ONLINE_TERMINATION, ST_AUDIT_S, ROLE_SCHOOL);
    struct flow_plan p = scene_step(&s, ACT_APPROVE);

    CU_ASSERT_TRUE(p.parent_ends && p.touches_graduate);
    CU_ASSERT_EQUAL(p.parent_to, ST_TERMINATED);
    CU_ASSERT_EQUAL(p.place, PLACE_GIVE_BACK);
    CU_ASSERT_EQUAL(p.ledger, LEDGER_CLEAR);
    p = scene_step(&s, ACT_REJECT);
    CU_ASSERT_TRUE(p.to == ST_FAILED && !p.parent_ends && p.place == PLACE_KEEP && p.ledger == LEDGER_KEEP);
}

static void nothing_starts_under_a_termination(void)
{
    struct scene draft = scene(FLOW_DESTINATION, ST_DRAFT, ROLE_GRADUATE);
    struct scene invited = scene(FLOW_ONLINE_SIGNING, ST_INVITED, ROLE_GRADUATE);

    draft.graduate.open_termination = invited.graduate.open_termination = true;
    REFUSED(&draft, ACT_SUBMIT, "guard no_termination");
    REFUSED(&invited, ACT_ACCEPT, "guard no_termination");
}

static void forced_by_the_school_alone(void)
{
    struct scene s = scene(FLOW_ONLINE_TERMINATION, ST_AWAITING_OTHER, ROLE_SCHOOL);
    struct flow_plan p = scene_step(&s, ACT_FORCE);

    CU_ASSERT_TRUE(p.to == ST_TERMINATED && p.forced && p.parent_ends && p.place == PLACE_GIVE_BACK);
    s.record.applicant = ROLE_EMPLOYER;
    REFUSED(&s, ACT_FORCE, "guard by_graduate");
    s.record.applicant = ROLE_GRADUATE;
    s.args = (struct flow_args){.agreed = false};
    REFUSED(&s, ACT_FORCE, "invalid explained agreed_tick");
    scene_enter(&s, ROLE_DEPARTMENT);
    REFUSED(&s, ACT_FORCE, "forbidden");
    s = scene(FLOW_ONLINE_TERMINATION, ST_AUDIT_S, ROLE_SCHOOL);
    REFUSED(&s, ACT_FORCE, "wrong_state");
}

static void untouchable_while_a_termination_is_open(void)
{
    struct scene s = scene(FLOW_ONLINE_SIGNING, ST_EFFECTIVE, ROLE_SCHOOL);

    s.record.open_child = true;
    REFUSED(&s, ACT_MODIFY, "guard nothing_open");
    REFUSED(&s, ACT_VOID, "guard nothing_open");
    s = scene(FLOW_DESTINATION, ST_VOID_S, ROLE_SCHOOL); /* a void audit */
    REFUSED(&s, ACT_MODIFY, "wrong_state");
    REFUSED(&s, ACT_VOID, "wrong_state");
}

/* ------------------------------------------------------------------ offline signing: S2.5 */

static void taken_back_until_the_first_decision(void)
{
    struct scene s = scene(FLOW_OFFLINE_SIGNING, ST_DRAFT, ROLE_GRADUATE);

    scene_act(&s, ROLE_GRADUATE, ACT_SUBMIT);
    LEADS_TO(&s, ACT_TAKE_BACK, DRAFT);
    CU_ASSERT_EQUAL(scene_step(&s, ACT_TAKE_BACK).place, PLACE_GIVE_BACK);
    scene_act(&s, ROLE_DEPARTMENT, ACT_APPROVE);
    scene_enter(&s, ROLE_GRADUATE);
    REFUSED(&s, ACT_TAKE_BACK, "guard untouched");
    scene_act(&s, ROLE_SCHOOL, ACT_RETURN);
    scene_act(&s, ROLE_GRADUATE, ACT_RESUBMIT); /* a new submission: again until the first decision */
    LEADS_TO(&s, ACT_TAKE_BACK, DRAFT);
    s = scene(FLOW_OFFLINE_SIGNING, ST_SIGNING_D, ROLE_GRADUATE);
    LEADS_TO(&s, ACT_TAKE_BACK, AWAITING_IMAGE);
    CU_ASSERT_EQUAL(scene_step(&s, ACT_TAKE_BACK).place, PLACE_KEEP);
    s = scene(FLOW_ONLINE_SIGNING, ST_SIGNING_D, ROLE_GRADUATE);
    REFUSED(&s, ACT_TAKE_BACK, "forbidden"); /* an accepted invitation can't be */
}

static void agreement_audit(void)
{
    struct scene s = scene(FLOW_OFFLINE_SIGNING, ST_AGREEMENT_S, ROLE_SCHOOL);

    LEADS_TO(&s, ACT_APPROVE, AWAITING_IMAGE);
    CU_ASSERT_TRUE(scene_step(&s, ACT_APPROVE).number);
    CU_ASSERT_EQUAL(scene_step(&s, ACT_APPROVE).message, MSG_AGREEMENT_READY);
    LEADS_TO(&s, ACT_REJECT, VOIDED);
    scene_act(&s, ROLE_SCHOOL, ACT_RETURN);
    SAME_TEXT(state_code(s.record.state), "returned");
    scene_enter(&s, ROLE_GRADUATE);
    LEADS_TO(&s, ACT_RESUBMIT, AGREEMENT_D); /* from the first stage */
    CU_ASSERT_EQUAL(scene_step(&s, ACT_RESUBMIT).stage_d_actor, 0);
}

static void stamped_image(void)
{
    struct scene s = scene(FLOW_OFFLINE_SIGNING, ST_AWAITING_IMAGE, ROLE_GRADUATE);

    LEADS_TO(&s, ACT_UPLOAD, SIGNING_D);
    s.args.images = 0;
    REFUSED(&s, ACT_UPLOAD, "invalid image_attached");
}

static void returned_image_is_marked(void)
{
    struct scene s = scene(FLOW_OFFLINE_SIGNING, ST_SIGNING_D, ROLE_DEPARTMENT);

    CU_ASSERT_TRUE(scene_act(&s, ROLE_DEPARTMENT, ACT_RETURN).marked_returned);
    SAME_TEXT(state_code(s.record.state), "awaiting_stamped_image");
    CU_ASSERT_FALSE(scene_act(&s, ROLE_GRADUATE, ACT_UPLOAD).marked_returned);
    scene_act(&s, ROLE_DEPARTMENT, ACT_APPROVE);
    CU_ASSERT_EQUAL(scene_act(&s, ROLE_SCHOOL, ACT_APPROVE).ledger, LEDGER_SET);
    SAME_TEXT(state_code(s.record.state), "effective");
}

/* ------------------------------------------------------------------ destinations: S2.8, S2.9 */

static void destination_form_and_proof(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_DRAFT, ROLE_GRADUATE);

    s.args.proofs = 0;
    s.args.form_complete = false;
    REFUSED(&s, ACT_SUBMIT, "invalid form_complete proof_attached");
    s = scene(FLOW_DESTINATION, ST_DRAFT, ROLE_GRADUATE);
    scene_kind(&s, "A01"); /* an agreement isn't registered here */
    REFUSED(&s, ACT_SUBMIT, "invalid kind_allowed");
    scene_kind(&s, "Z99");
    REFUSED(&s, ACT_SUBMIT, "invalid kind_allowed");
}

static void only_directed_graduates_have_the_25th_kind(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_DRAFT, ROLE_GRADUATE);

    scene_kind(&s, "B14");
    REFUSED(&s, ACT_SUBMIT, "invalid kind_allowed");
    s.graduate.directed = true;
    LEADS_TO(&s, ACT_SUBMIT, AUDIT_D);
}

static void changed_at_either_stage(void)
{
    struct scene d = scene(FLOW_DESTINATION, ST_AUDIT_D, ROLE_DEPARTMENT);
    struct scene s = scene(FLOW_DESTINATION, ST_AUDIT_S, ROLE_SCHOOL);
    struct flow_plan p = scene_step(&d, ACT_CHANGE);

    CU_ASSERT_TRUE(p.to == ST_AUDIT_S && p.ledger == LEDGER_KEEP && p.content == CONTENT_NEW);
    CU_ASSERT_EQUAL(p.message, MSG_CHANGED);
    p = scene_step(&s, ACT_CHANGE);
    CU_ASSERT_TRUE(p.to == ST_EFFECTIVE && p.ledger == LEDGER_SET && p.content == CONTENT_NEW);
    s.args.agreed = false;
    s.args.reason_text = "";
    scene_kind(&s, "A01"); /* never kind (1) */
    REFUSED(&s, ACT_CHANGE, "invalid kind_allowed explained agreed_tick");
}

static void own_void_at_once_or_audited(void)
{
    struct scene s = scene(FLOW_DESTINATION, ST_EFFECTIVE, ROLE_GRADUATE);
    struct flow_plan p = scene_step(&s, ACT_VOID);

    CU_ASSERT_TRUE(p.to == ST_VOIDED && p.place == PLACE_GIVE_BACK && p.ledger == LEDGER_CLEAR);
    s.season.void_audited = true;
    p = scene_step(&s, ACT_VOID);
    CU_ASSERT_TRUE(p.to == ST_VOID_D && p.place == PLACE_KEEP && p.ledger == LEDGER_KEEP);
    s.season.auditor_exists = false;
    REFUSED(&s, ACT_VOID, "guard auditor_exists");
    s = scene(FLOW_DESTINATION, ST_VOID_S, ROLE_SCHOOL);
    p = scene_step(&s, ACT_APPROVE);
    CU_ASSERT_TRUE(p.to == ST_VOIDED && p.place == PLACE_GIVE_BACK && p.ledger == LEDGER_CLEAR);
    LEADS_TO(&s, ACT_REJECT, EFFECTIVE);
    scene_enter(&s, ROLE_GRADUATE);
    LEADS_TO(&s, ACT_TAKE_BACK, EFFECTIVE);
    s = scene(FLOW_OFFLINE_SIGNING, ST_EFFECTIVE, ROLE_GRADUATE); /* a signing never */
    REFUSED(&s, ACT_VOID, "forbidden");
}

static const struct unit_test tests[] = {
    {"S2.1.4 the place is taken at submission and kept until the end", place_is_taken_and_kept},
    {"S2.1.4 while it is held, submitting and accepting are refused", place_held_refuses},
    {"S2.1.4 an invitation takes none", invitation_takes_no_place},
    {"S2.1.5 the ledger follows what is in force", ledger_follows_what_is_in_force},
    {"S2.1.6 graduate and school may give up", give_up_by_graduate_and_school},
    {"S2.1.8 return and reject need a reason and the concrete problem", return_and_reject_need_reasons},
    {"S2.2.3 a closed flow says so", closed_flow_says_so},
    {"S2.2.4 the audit mode picks the first stage", audit_mode_picks_the_first_stage},
    {"S2.2.5 the graduate's applications are limited", applications_are_limited},
    {"S2.2.8 no submission to a department without an auditor", department_without_auditor},
    {"S2.2.9 each stage belongs to its own", each_stage_is_its_own},
    {"S2.3.2 one open invitation of an employer, 1 to 30 days", one_invitation_of_an_employer},
    {"S2.3.3 the deadline is the midnight after the last valid day", deadline_is_the_midnight_after},
    {"S2.3.4 answered before the deadline", answered_before_the_deadline},
    {"S2.3.4 lapses on time and once", lapses_once_and_on_time},
    {"S2.3.5 other invitations stay open while the place is held", other_invitations_stay_open},
    {"S2.3.7 attested: effective with a number, or voided", attested_and_numbered},
    {"S2.3.8 S2.3.9 S2.5.5 the school alone modifies and voids", school_modifies_and_voids},
    {"S2.4.1 the other side agrees or declines", the_other_side_answers},
    {"S2.4.1 one application, on an effective signing", one_application_on_an_effective_signing},
    {"S2.4.2 an approved termination frees the graduate", termination_frees_the_graduate},
    {"S2.4.3 nothing else starts under a termination", nothing_starts_under_a_termination},
    {"S2.4.4 forced by the school alone, on the graduate's application", forced_by_the_school_alone},
    {"S2.4.5 not modified or voided while a termination or void audit is open",
     untouchable_while_a_termination_is_open},
    {"S2.5.1 taken back until the first decision", taken_back_until_the_first_decision},
    {"S2.5.2 the agreement's audit", agreement_audit},
    {"S2.5.3 a stamped image is uploaded", stamped_image},
    {"S2.5.4 a returned image is marked, uploaded again, approved", returned_image_is_marked},
    {"S2.8.1 a destination needs its form, its proof and a kind of its own", destination_form_and_proof},
    {"S2.9.1 the 25th kind is for directed graduates", only_directed_graduates_have_the_25th_kind},
    {"S2.8.2 changed at either stage", changed_at_either_stage},
    {"S2.8.3 the graduate's own void, at once or audited", own_void_at_once_or_audited},
    {NULL, NULL},
};

UNIT_SUITE(flow_rules_suite, "flow", tests);
