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
    ROW(DRAFT,          SUBMIT,    GRADUATE,   AGREEMENT_D,    START,                 ALONE(AGREEMENT_S), PLACE(TAKE), NEW_CONTENT, IS(SUBMISSION)),
    ROW(AGREEMENT_D,    TAKE_BACK, GRADUATE,   DRAFT,          G(UNTOUCHED),          PLACE(GIVE_BACK)),
    ROW(AGREEMENT_S,    TAKE_BACK, GRADUATE,   DRAFT,          G(UNTOUCHED),          PLACE(GIVE_BACK)),
    ROW(AGREEMENT_D,    APPROVE,   DEPARTMENT, AGREEMENT_S,    NOTHING,               TELL(PASSED_ON),       IS(UNDOABLE)),
    ROW(AGREEMENT_D,    RETURN,    DEPARTMENT, RETURNED,       G(REASON_GIVEN),       TELL(RETURNED),        IS(UNDOABLE)),
    ROW(AGREEMENT_D,    REJECT,    DEPARTMENT, VOIDED,         G(REASON_GIVEN),       TELL(REJECTED),        IS(DECISION), PLACE(GIVE_BACK)),
    ROW(AGREEMENT_S,    APPROVE,   SCHOOL,     AWAITING_IMAGE, G(OTHER_STAGE),        TELL(AGREEMENT_READY), IS(UNDOABLE | TF_NUMBER)),
    ROW(AGREEMENT_S,    RETURN,    SCHOOL,     RETURNED,       G(REASON_GIVEN) | G(OTHER_STAGE), TELL(RETURNED), IS(UNDOABLE)),
    ROW(AGREEMENT_S,    REJECT,    SCHOOL,     VOIDED,         G(REASON_GIVEN) | G(OTHER_STAGE), TELL(REJECTED), IS(DECISION), PLACE(GIVE_BACK)),
    ROW(RETURNED,       RESUBMIT,  GRADUATE,   AGREEMENT_D,    FILLED_IN,             ALONE(AGREEMENT_S), NEW_CONTENT, IS(SUBMISSION)),
    ROW(RETURNED,       GIVE_UP,   GRADUATE,   VOIDED,         NOTHING,               PLACE(GIVE_BACK)),                     /* S2.1.6 */
    ROW(RETURNED,       GIVE_UP,   SCHOOL,     VOIDED,         G(EXPLAINED),          TELL(GIVEN_UP), PLACE(GIVE_BACK)),

    /* stamped on paper, its image uploaded, and audited: S2.5.3, S2.5.4 */
    ROW(AWAITING_IMAGE, UPLOAD,    GRADUATE,   SIGNING_D,      STAMPED,               ALONE(SIGNING_S), IS(SUBMISSION)),
    ROW(AWAITING_IMAGE, GIVE_UP,   GRADUATE,   VOIDED,         NOTHING,               PLACE(GIVE_BACK)),
    ROW(AWAITING_IMAGE, GIVE_UP,   SCHOOL,     VOIDED,         G(EXPLAINED),          TELL(GIVEN_UP), PLACE(GIVE_BACK)),
    ROW(SIGNING_D,      TAKE_BACK, GRADUATE,   AWAITING_IMAGE, G(UNTOUCHED),          TELL(NONE)),
    ROW(SIGNING_S,      TAKE_BACK, GRADUATE,   AWAITING_IMAGE, G(UNTOUCHED),          TELL(NONE)),
    ROW(SIGNING_D,      APPROVE,   DEPARTMENT, SIGNING_S,      NOTHING,               TELL(PASSED_ON),       IS(UNDOABLE)),
    ROW(SIGNING_D,      RETURN,    DEPARTMENT, AWAITING_IMAGE, G(REASON_GIVEN),       TELL(RETURNED),        IS(UNDOABLE | TF_MARK_RETURN)),
    ROW(SIGNING_D,      REJECT,    DEPARTMENT, VOIDED,         G(REASON_GIVEN),       TELL(REJECTED),        IS(DECISION), PLACE(GIVE_BACK)),
    ROW(SIGNING_S,      APPROVE,   SCHOOL,     EFFECTIVE,      G(OTHER_STAGE),        TELL(APPROVED),        IS(UNDOABLE), LEDGER(SET)),
    ROW(SIGNING_S,      RETURN,    SCHOOL,     AWAITING_IMAGE, G(REASON_GIVEN) | G(OTHER_STAGE), TELL(RETURNED), IS(UNDOABLE | TF_MARK_RETURN)),
    ROW(SIGNING_S,      REJECT,    SCHOOL,     VOIDED,         G(REASON_GIVEN) | G(OTHER_STAGE), TELL(REJECTED), IS(DECISION), PLACE(GIVE_BACK)),

    /* in force: S2.5.5, S2.3.9, S2.4.5 */
    ROW(EFFECTIVE,      MODIFY,    SCHOOL,     EFFECTIVE,      G(FORM_COMPLETE) | G(NOTHING_OPEN), TELL(MODIFIED), NEW_CONTENT, LEDGER(UPDATE)),
    ROW(EFFECTIVE,      VOID,      SCHOOL,     VOIDED,         SEEN_AND_AGREED | G(NOTHING_OPEN),  TELL(VOIDED), PLACE(GIVE_BACK), LEDGER(CLEAR)),

    /* undo: X1.6 */
    ROW(AGREEMENT_S,    UNDO,      DEPARTMENT, AGREEMENT_D,    UNDO_GUARDS,           TELL(UNDONE), IS(UNDOES)),
    ROW(RETURNED,       UNDO,      DEPARTMENT, AGREEMENT_D,    UNDO_GUARDS,           TELL(UNDONE), IS(UNDOES)),
    ROW(RETURNED,       UNDO,      SCHOOL,     AGREEMENT_S,    UNDO_GUARDS,           TELL(UNDONE), IS(UNDOES)),
    ROW(AWAITING_IMAGE, UNDO,      SCHOOL,     AGREEMENT_S,    UNDO_FINAL,            TELL(UNDONE), IS(UNDOES)),
    ROW(SIGNING_S,      UNDO,      DEPARTMENT, SIGNING_D,      UNDO_GUARDS,           TELL(UNDONE), IS(UNDOES)),
    ROW(AWAITING_IMAGE, UNDO,      DEPARTMENT, SIGNING_D,      UNDO_GUARDS,           TELL(UNDONE), IS(UNDOES)),
    ROW(AWAITING_IMAGE, UNDO,      SCHOOL,     SIGNING_S,      UNDO_GUARDS,           TELL(UNDONE), IS(UNDOES)),
    ROW(EFFECTIVE,      UNDO,      SCHOOL,     SIGNING_S,      UNDO_FINAL,            TELL(UNDONE), IS(UNDOES), LEDGER(RESTORE)),
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
