/*
 * offline_signing.c - S2.5: the graduate applies for an agreement with an employer that isn't registered here; the
 * agreement is audited, stamped on paper, and its image audited again. The place is the graduate's from the first
 * submission on (S2.1.4).
 */
#include "rows.h"

/* clang-format off */
static const struct flow_state states[] = {
    {ST_DRAFT,          .waits_for = ROLE_GRADUATE},
    {ST_AGREEMENT_D,    .waits_for = ROLE_DEPARTMENT, .holds_place = true, .in_process = true},
    {ST_AGREEMENT_S,    .waits_for = ROLE_SCHOOL,     .holds_place = true, .in_process = true},
    {ST_RETURNED,       .waits_for = ROLE_GRADUATE,   .holds_place = true, .in_process = true},
    {ST_AWAITING_IMAGE, .waits_for = ROLE_GRADUATE,   .holds_place = true, .in_process = true},
    {ST_SIGNING_D,      .waits_for = ROLE_DEPARTMENT, .holds_place = true, .in_process = true},
    {ST_SIGNING_S,      .waits_for = ROLE_SCHOOL,     .holds_place = true, .in_process = true},
    {ST_EFFECTIVE,                                    .holds_place = true},
    {ST_VOIDED,         .final = true},
};

#define START (G(FLOW_OPEN) | G(MAY_SIGN) | G(PLACE_FREE) | G(NO_TERMINATION) | FILLED_IN)
#define FILLED_IN (G(FORM_COMPLETE) | G(AUDITOR_EXISTS))
#define STAMPED (G(IMAGE_ATTACHED) | G(AUDITOR_EXISTS))

static const struct flow_transition transitions[] = {
    /* the agreement's audit: S2.5.1, S2.5.2 */
    ROW(DRAFT,          SUBMIT,    GRADUATE,   AGREEMENT_D,    START,        SUBMITS(AGREEMENT_S), TAKES, CONTENT),
    ROW(AGREEMENT_D,    TAKE_BACK, GRADUATE,   DRAFT,          G(UNTOUCHED), FREES),
    ROW(AGREEMENT_S,    TAKE_BACK, GRADUATE,   DRAFT,          G(UNTOUCHED), FREES),
    ROW(AGREEMENT_D,    APPROVE,   DEPARTMENT, AGREEMENT_S,    NOTHING,      TELL(PASSED_ON), IS(UNDOABLE)),
    ROW(AGREEMENT_D,    RETURN,    DEPARTMENT, RETURNED,       REASON,       TELL(RETURNED), IS(UNDOABLE)),
    ROW(AGREEMENT_D,    REJECT,    DEPARTMENT, VOIDED,         REASON,       TELL(REJECTED), IS(DECISION), FREES),
    ROW(AGREEMENT_S,    APPROVE,   SCHOOL,     AWAITING_IMAGE, AT_S,         TELL(AGREEMENT_READY), IS(NUMBERED)),
    ROW(AGREEMENT_S,    RETURN,    SCHOOL,     RETURNED,       REASON_AT_S,  TELL(RETURNED), IS(UNDOABLE)),
    ROW(AGREEMENT_S,    REJECT,    SCHOOL,     VOIDED,         REASON_AT_S,  TELL(REJECTED), IS(DECISION), FREES),
    ROW(RETURNED,       RESUBMIT,  GRADUATE,   AGREEMENT_D,    FILLED_IN,    SUBMITS(AGREEMENT_S), CONTENT),
    ROW(RETURNED,       GIVE_UP,   GRADUATE,   VOIDED,         NOTHING,      FREES), /* S2.1.6 */
    ROW(RETURNED,       GIVE_UP,   SCHOOL,     VOIDED,         G(EXPLAINED), TELL(GIVEN_UP), FREES),

    /* stamped on paper, its image uploaded, and audited: S2.5.3, S2.5.4 */
    ROW(AWAITING_IMAGE, UPLOAD,    GRADUATE,   SIGNING_D,      STAMPED,      SUBMITS(SIGNING_S)),
    ROW(AWAITING_IMAGE, GIVE_UP,   GRADUATE,   VOIDED,         NOTHING,      FREES),
    ROW(AWAITING_IMAGE, GIVE_UP,   SCHOOL,     VOIDED,         G(EXPLAINED), TELL(GIVEN_UP), FREES),
    ROW(SIGNING_D,      TAKE_BACK, GRADUATE,   AWAITING_IMAGE, G(UNTOUCHED), TELL(NONE)),
    ROW(SIGNING_S,      TAKE_BACK, GRADUATE,   AWAITING_IMAGE, G(UNTOUCHED), TELL(NONE)),
    ROW(SIGNING_D,      APPROVE,   DEPARTMENT, SIGNING_S,      NOTHING,      TELL(PASSED_ON), IS(UNDOABLE)),
    ROW(SIGNING_D,      RETURN,    DEPARTMENT, AWAITING_IMAGE, REASON,       TELL(RETURNED), IS(MARKED)),
    ROW(SIGNING_D,      REJECT,    DEPARTMENT, VOIDED,         REASON,       TELL(REJECTED), IS(DECISION), FREES),
    ROW(SIGNING_S,      APPROVE,   SCHOOL,     EFFECTIVE,      AT_S,         TELL(APPROVED), IS(UNDOABLE), LEDGER(SET)),
    ROW(SIGNING_S,      RETURN,    SCHOOL,     AWAITING_IMAGE, REASON_AT_S,  TELL(RETURNED), IS(MARKED)),
    ROW(SIGNING_S,      REJECT,    SCHOOL,     VOIDED,         REASON_AT_S,  TELL(REJECTED), IS(DECISION), FREES),

    /* in force: S2.5.5, S2.3.9, S2.4.5 */
    ROW(EFFECTIVE,      MODIFY,    SCHOOL,     EFFECTIVE,      MODIFYING,    TELL(MODIFIED), CONTENT, LEDGER(UPDATE)),
    ROW(EFFECTIVE,      VOID,      SCHOOL,     VOIDED,         VOIDING,      TELL(VOIDED), ENDS),

    /* undo: X1.6 */
    ROW(AGREEMENT_S,    UNDO,      DEPARTMENT, AGREEMENT_D,    UNDOING,      TELL(UNDONE), IS(UNDOES)),
    ROW(RETURNED,       UNDO,      DEPARTMENT, AGREEMENT_D,    UNDOING,      TELL(UNDONE), IS(UNDOES)),
    ROW(RETURNED,       UNDO,      SCHOOL,     AGREEMENT_S,    UNDOING,      TELL(UNDONE), IS(UNDOES)),
    ROW(AWAITING_IMAGE, UNDO,      SCHOOL,     AGREEMENT_S,    UNDOING_S,    TELL(UNDONE), IS(UNDOES)),
    ROW(SIGNING_S,      UNDO,      DEPARTMENT, SIGNING_D,      UNDOING,      TELL(UNDONE), IS(UNDOES)),
    ROW(AWAITING_IMAGE, UNDO,      DEPARTMENT, SIGNING_D,      UNDOING,      TELL(UNDONE), IS(UNDOES)),
    ROW(AWAITING_IMAGE, UNDO,      SCHOOL,     SIGNING_S,      UNDOING,      TELL(UNDONE), IS(UNDOES)),
    ROW(EFFECTIVE,      UNDO,      SCHOOL,     SIGNING_S,      UNDOING_S,    TELL(UNDONE), IS(UNDOES), LEDGER(RESTORE)),
};
/* clang-format on */

const struct flow_def offline_signing_flow = {
    .flow = FLOW_OFFLINE_SIGNING,
    .name_zh = "线下签约",
    .name_en = "Offline signing",
    .initial = ST_DRAFT,
    .opened_by = SWITCH_ONLINE_SIGNING,
    .module = MODULE_EMPLOYMENT,
    .states = states,
    .nstates = COUNT_OF(states),
    .transitions = transitions,
    .ntransitions = COUNT_OF(transitions),
};
