/*
 * destination.c - S2.8: every destination but an agreement, kinds (2) to (25), registered by the graduate with its form
 * and proof. The graduate may void their own; a setting of the season puts an audit before that (S2.8.3).
 */
#include "rows.h"

/* clang-format off */
static const struct flow_state states[] = {
    {ST_DRAFT,     .waits_for = ROLE_GRADUATE},
    {ST_AUDIT_D,   .waits_for = ROLE_DEPARTMENT, .holds_place = true, .in_process = true},
    {ST_AUDIT_S,   .waits_for = ROLE_SCHOOL,     .holds_place = true, .in_process = true},
    {ST_RETURNED,  .waits_for = ROLE_GRADUATE,   .holds_place = true, .in_process = true},
    {ST_EFFECTIVE,                               .holds_place = true},
    {ST_VOID_D,    .waits_for = ROLE_DEPARTMENT, .holds_place = true, .in_process = true},
    {ST_VOID_S,    .waits_for = ROLE_SCHOOL,     .holds_place = true, .in_process = true},
    {ST_VOIDED,    .final = true},
};

#define START (G(FLOW_OPEN) | G(PLACE_FREE) | G(NO_TERMINATION) | FILLED_IN)
#define FILLED_IN (G(FORM_COMPLETE) | G(KIND_ALLOWED) | G(PROOF_ATTACHED) | G(AUDITOR_EXISTS))
#define VOID_AT_ONCE (G(VOID_UNAUDITED) | G(NOTHING_OPEN))
#define VOID_AUDIT (G(VOID_AUDITED) | G(NOTHING_OPEN) | G(AUDITOR_EXISTS))
#define CHANGED (G(FORM_COMPLETE) | G(KIND_ALLOWED) | SEEN_AND_AGREED)

static const struct flow_transition transitions[] = {
    /* the audit: S2.8.1, S2.8.2, S2.5.1, S2.1.8 */
    ROW(DRAFT,     SUBMIT,    GRADUATE,   AUDIT_D,   START,          SUBMITS(AUDIT_S), TAKES, CONTENT),
    ROW(AUDIT_D,   TAKE_BACK, GRADUATE,   DRAFT,     G(UNTOUCHED),   FREES),
    ROW(AUDIT_S,   TAKE_BACK, GRADUATE,   DRAFT,     G(UNTOUCHED),   FREES),
    ROW(AUDIT_D,   APPROVE,   DEPARTMENT, AUDIT_S,   NOTHING,        TELL(PASSED_ON), IS(UNDOABLE)),
    ROW(AUDIT_D,   CHANGE,    DEPARTMENT, AUDIT_S,   CHANGED,        TELL(CHANGED), IS(DECISION), CONTENT),
    ROW(AUDIT_D,   RETURN,    DEPARTMENT, RETURNED,  REASON,         TELL(RETURNED), IS(UNDOABLE)),
    ROW(AUDIT_D,   REJECT,    DEPARTMENT, VOIDED,    REASON,         TELL(REJECTED), IS(DECISION), FREES),
    ROW(AUDIT_S,   APPROVE,   SCHOOL,     EFFECTIVE, AT_S,           TELL(APPROVED), IS(UNDOABLE), LEDGER(SET)),
    ROW(AUDIT_S,   CHANGE,    SCHOOL,     EFFECTIVE, CHANGED | AT_S, TELL(CHANGED), IS(DECISION), CONTENT, LEDGER(SET)),
    ROW(AUDIT_S,   RETURN,    SCHOOL,     RETURNED,  REASON_AT_S,    TELL(RETURNED), IS(UNDOABLE)),
    ROW(AUDIT_S,   REJECT,    SCHOOL,     VOIDED,    REASON_AT_S,    TELL(REJECTED), IS(DECISION), FREES),
    ROW(RETURNED,  RESUBMIT,  GRADUATE,   AUDIT_D,   FILLED_IN,      SUBMITS(AUDIT_S), CONTENT),
    ROW(RETURNED,  GIVE_UP,   GRADUATE,   VOIDED,    NOTHING,        FREES), /* S2.1.6 */
    ROW(RETURNED,  GIVE_UP,   SCHOOL,     VOIDED,    G(EXPLAINED),   TELL(GIVEN_UP), FREES),

    /* in force: S2.8.2 */
    ROW(EFFECTIVE, MODIFY,    SCHOOL,     EFFECTIVE, MODIFYING,      TELL(MODIFIED), CONTENT, LEDGER(UPDATE)),
    ROW(EFFECTIVE, VOID,      SCHOOL,     VOIDED,    VOIDING,        TELL(VOIDED), ENDS),

    /* the graduate's own void, at once or audited: S2.8.3. It stays in force until the audit approves. */
    ROW(EFFECTIVE, VOID,      GRADUATE,   VOIDED,    VOID_AT_ONCE,   ENDS),
    ROW(EFFECTIVE, VOID,      GRADUATE,   VOID_D,    VOID_AUDIT,     SUBMITS(VOID_S)),
    ROW(VOID_D,    TAKE_BACK, GRADUATE,   EFFECTIVE, G(UNTOUCHED),   TELL(NONE)),
    ROW(VOID_S,    TAKE_BACK, GRADUATE,   EFFECTIVE, G(UNTOUCHED),   TELL(NONE)),
    ROW(VOID_D,    APPROVE,   DEPARTMENT, VOID_S,    NOTHING,        TELL(PASSED_ON), IS(UNDOABLE)),
    ROW(VOID_D,    REJECT,    DEPARTMENT, EFFECTIVE, REASON,         TELL(REJECTED), IS(DECISION)),
    ROW(VOID_S,    APPROVE,   SCHOOL,     VOIDED,    AT_S,           TELL(VOIDED), IS(DECISION), ENDS),
    ROW(VOID_S,    REJECT,    SCHOOL,     EFFECTIVE, REASON_AT_S,    TELL(REJECTED), IS(DECISION)),

    /* undo: X1.6. A void, like a rejection and a change, is never undone. */
    ROW(AUDIT_S,   UNDO,      DEPARTMENT, AUDIT_D,   UNDOING,        TELL(UNDONE), IS(UNDOES)),
    ROW(RETURNED,  UNDO,      DEPARTMENT, AUDIT_D,   UNDOING,        TELL(UNDONE), IS(UNDOES)),
    ROW(RETURNED,  UNDO,      SCHOOL,     AUDIT_S,   UNDOING,        TELL(UNDONE), IS(UNDOES)),
    ROW(EFFECTIVE, UNDO,      SCHOOL,     AUDIT_S,   UNDOING_S,      TELL(UNDONE), IS(UNDOES), LEDGER(RESTORE)),
    ROW(VOID_S,    UNDO,      DEPARTMENT, VOID_D,    UNDOING,        TELL(UNDONE), IS(UNDOES)),
};
/* clang-format on */

const struct flow_def destination_flow = {
    .flow = FLOW_DESTINATION,
    .name_zh = "其他去向登记",
    .name_en = "Other destination",
    .initial = ST_DRAFT,
    .opened_by = SWITCH_DESTINATION,
    .module = MODULE_EMPLOYMENT,
    .states = states,
    .nstates = COUNT_OF(states),
    .transitions = transitions,
    .ntransitions = COUNT_OF(transitions),
};
