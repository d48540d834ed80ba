/*
 * online_termination.c - S2.4: one side of an effective online signing applies to end it, the other agrees, department
 * and school approve. It is a child of the signing and holds no place: place and ledger below are the parent's.
 */
#include "rows.h"

/* clang-format off */
static const struct flow_state states[] = {
    {ST_AWAITING_OTHER, .waits_for_other = true,     .in_process = true},
    {ST_AUDIT_D,        .waits_for = ROLE_DEPARTMENT, .in_process = true},
    {ST_AUDIT_S,        .waits_for = ROLE_SCHOOL,     .in_process = true},
    {ST_TERMINATED,     .final = true},
    {ST_FAILED,         .final = true}, /* the signing stands */
    {ST_WITHDRAWN,      .final = true},
};

#define APPLICATION (G(PARENT_EFFECTIVE) | G(NONE_OPEN_ON_PARENT) | G(FORM_COMPLETE))
#define GRADUATES (APPLICATION | G(WITHIN_LIMIT))
#define EMPLOYERS (APPLICATION | G(PROOF_ATTACHED))
#define AGREEMENT (G(IS_OTHER_SIDE) | G(AUDITOR_EXISTS))
#define FORCED (TF_DECISION | TF_FORCED | TF_PARENT)
#define REVIVING (UNDOING_S | G(PLACE_FREE))
#define FORCING (G(BY_GRADUATE) | SEEN_AND_AGREED)

static const struct flow_transition transitions[] = {
    /* application and answer: S2.4.1, S2.2.5 */
    ROW(NONE,           APPLY,    GRADUATE,   AWAITING_OTHER, GRADUATES,        TELL(TERMINATION_APPLIED), CONTENT,
        IS(BEGINS | TF_COUNTS)),
    ROW(NONE,           APPLY,    EMPLOYER,   AWAITING_OTHER, EMPLOYERS,        TELL(TERMINATION_APPLIED), CONTENT,
        IS(BEGINS)),
    ROW(AWAITING_OTHER, WITHDRAW, GRADUATE,   WITHDRAWN,      G(IS_APPLICANT),  TELL(TERMINATION_WITHDRAWN)),
    ROW(AWAITING_OTHER, WITHDRAW, EMPLOYER,   WITHDRAWN,      G(IS_APPLICANT),  TELL(TERMINATION_WITHDRAWN)),
    ROW(AWAITING_OTHER, DECLINE,  GRADUATE,   FAILED,         G(IS_OTHER_SIDE), TELL(TERMINATION_DECLINED)),
    ROW(AWAITING_OTHER, DECLINE,  EMPLOYER,   FAILED,         G(IS_OTHER_SIDE), TELL(TERMINATION_DECLINED)),
    ROW(AWAITING_OTHER, AGREE,    GRADUATE,   AUDIT_D,        AGREEMENT,        TELL(TERMINATION_AGREED),
        SUBMITS(AUDIT_S)),
    ROW(AWAITING_OTHER, AGREE,    EMPLOYER,   AUDIT_D,        AGREEMENT,        TELL(TERMINATION_AGREED),
        SUBMITS(AUDIT_S)),

    /* forced: S2.4.4, the school alone, and only while the graduate's application waits for the employer */
    ROW(AWAITING_OTHER, FORCE,    SCHOOL,     TERMINATED,     FORCING,          TELL(FORCED), IS(FORCED), ENDS),

    /* the audit: S2.4.2 */
    ROW(AUDIT_D,        APPROVE,  DEPARTMENT, AUDIT_S,        NOTHING,          TELL(PASSED_ON), IS(UNDOABLE)),
    ROW(AUDIT_D,        REJECT,   DEPARTMENT, FAILED,         REASON,           TELL(REJECTED), IS(DECISION)),
    ROW(AUDIT_S,        APPROVE,  SCHOOL,     TERMINATED,     AT_S,             TELL(TERMINATED),
        IS(UNDOABLE | TF_PARENT), ENDS),
    ROW(AUDIT_S,        REJECT,   SCHOOL,     FAILED,         REASON_AT_S,      TELL(REJECTED), IS(DECISION)),

    /* undo: X1.6. The signing stands again, if the graduate hasn't used the freed place meanwhile. */
    ROW(AUDIT_S,        UNDO,     DEPARTMENT, AUDIT_D,        UNDOING,          TELL(UNDONE), IS(UNDOES)),
    ROW(TERMINATED,     UNDO,     SCHOOL,     AUDIT_S,        REVIVING,         TELL(UNDONE), IS(UNDOES | TF_PARENT),
        TAKES, LEDGER(RESTORE)),
};
/* clang-format on */

const struct flow_def online_termination_flow = {
    .flow = FLOW_ONLINE_TERMINATION,
    .name_zh = "线上解约",
    .name_en = "Online termination",
    .initial = ST_NONE,
    .opened_by = SWITCH_NONE,
    .module = MODULE_EMPLOYMENT,
    .online = true,
    .child = true,
    .states = states,
    .nstates = COUNT_OF(states),
    .transitions = transitions,
    .ntransitions = COUNT_OF(transitions),
};
