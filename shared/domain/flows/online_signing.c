/*
 * online_signing.c - S2.3: a registered employer invites, the graduate accepts before the deadline, department and
 * school attest. Many may invite the same graduate; the one that is accepted takes the place, the others stay readable
 * (S2.3.5).
 */
#include "rows.h"

/* clang-format off */
static const struct flow_state states[] = {
    {ST_INVITED,   .waits_for = ROLE_GRADUATE,   .in_process = true},
    {ST_SIGNING_D, .waits_for = ROLE_DEPARTMENT, .holds_place = true, .in_process = true},
    {ST_SIGNING_S, .waits_for = ROLE_SCHOOL,     .holds_place = true, .in_process = true},
    {ST_EFFECTIVE,                               .holds_place = true},
    {ST_VOIDED,     .final = true},
    {ST_TERMINATED, .final = true}, /* by its child, online_termination.c */
    {ST_WITHDRAWN,  .final = true},
    {ST_DECLINED,   .final = true},
    {ST_LAPSED,     .final = true},
};

#define INVITATION (G(FLOW_OPEN) | G(MAY_SIGN) | G(NONE_INVITED) | G(FORM_COMPLETE))
#define REFUSAL (G(BEFORE_DEADLINE) | G(PLACE_FREE)) /* S2.3.5: not while the place is held either */
#define ACCEPTANCE (G(BEFORE_DEADLINE) | G(MAY_SIGN) | G(PLACE_FREE) | G(NO_TERMINATION) | G(AUDITOR_EXISTS))

static const struct flow_transition transitions[] = {
    /* invitation and answer: S2.3.2 to S2.3.5 */
    ROW(NONE,      INVITE,   EMPLOYER,   INVITED,   INVITATION,         TELL(INVITED), CONTENT,
        IS(BEGINS | TF_DEADLINE)),
    ROW(INVITED,   WITHDRAW, EMPLOYER,   WITHDRAWN, G(BEFORE_DEADLINE), TELL(INVITATION_WITHDRAWN)),
    ROW(INVITED,   DECLINE,  GRADUATE,   DECLINED,  REFUSAL,            TELL(DECLINED)),
    ROW(INVITED,   ACCEPT,   GRADUATE,   SIGNING_D, ACCEPTANCE,         TELL(ACCEPTED), SUBMITS(SIGNING_S), TAKES),
    ROW(INVITED,   LAPSE,    CLOCK,      LAPSED,    G(PAST_DEADLINE),   TELL(INVITATION_LAPSED)),

    /* attested: S2.3.6, S2.3.7. An accepted invitation can't be taken back (S2.5.1), nor returned. */
    ROW(SIGNING_D, APPROVE,  DEPARTMENT, SIGNING_S, NOTHING,            TELL(PASSED_ON), IS(UNDOABLE)),
    ROW(SIGNING_D, REJECT,   DEPARTMENT, VOIDED,    REASON,             TELL(REJECTED), IS(DECISION), FREES),
    ROW(SIGNING_S, APPROVE,  SCHOOL,     EFFECTIVE, AT_S,               TELL(APPROVED), IS(NUMBERED), LEDGER(SET)),
    ROW(SIGNING_S, REJECT,   SCHOOL,     VOIDED,    REASON_AT_S,        TELL(REJECTED), IS(DECISION), FREES),

    /* in force: S2.3.8, S2.3.9, S2.4.5 */
    ROW(EFFECTIVE, MODIFY,   SCHOOL,     EFFECTIVE, MODIFYING,          TELL(MODIFIED), CONTENT, LEDGER(UPDATE)),
    ROW(EFFECTIVE, VOID,     SCHOOL,     VOIDED,    VOIDING,            TELL(VOIDED), ENDS),

    /* undo: X1.6 */
    ROW(SIGNING_S, UNDO,     DEPARTMENT, SIGNING_D, UNDOING,            TELL(UNDONE), IS(UNDOES)),
    ROW(EFFECTIVE, UNDO,     SCHOOL,     SIGNING_S, UNDOING_S,          TELL(UNDONE), IS(UNDOES), LEDGER(RESTORE)),
};
/* clang-format on */

const struct flow_def online_signing_flow = {
    .flow = FLOW_ONLINE_SIGNING,
    .name_zh = "线上签约",
    .name_en = "Online signing",
    .initial = ST_NONE,
    .opened_by = SWITCH_ONLINE_SIGNING,
    .module = MODULE_EMPLOYMENT,
    .online = true,
    .states = states,
    .nstates = COUNT_OF(states),
    .transitions = transitions,
    .ntransitions = COUNT_OF(transitions),
};
