/*
 * flow.h - the workflow engine's vocabulary and its one pure function.
 *
 * A flow is a table (shared/domain/flows/NAME.c): its states and its transitions, DOMAIN.md's "Flows as state tables" row
 * by row. flow_step() reads the table and what it is told of the world, and answers with a plan (everything the store must
 * write) or with the list of guards that failed. It does no I/O and reads no clock; it allocates nothing and keeps nothing.
 * The server decides with it, the client foresees with it, the model test walks it, the diagrams are drawn from it.
 *
 * Codes (the second column of each list below) are stable text: they are what the database, the wire and the man pages
 * show. Never renumber by text; the enums are free to move.
 */
#ifndef QX_FLOW_H
#define QX_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ------------------------------------------------------------------ who */

#define QX_ROLES(X)                                                                                                    \
    X(NONE, "nobody")                                                                                                  \
    X(GRADUATE, "graduate")                                                                                            \
    X(EMPLOYER, "employer")                                                                                            \
    X(DEPARTMENT, "department")                                                                                        \
    X(SCHOOL, "school")                                                                                                \
    X(PROVINCE, "province")                                                                                            \
    X(SUPPORT, "support")                                                                                              \
    X(OPERATOR, "operator")                                                                                            \
    X(CLOCK, "clock") /* the deadline job */

/* ------------------------------------------------------------------ flows, states, actions */

#define QX_FLOWS(X)                                                                                                    \
    X(OFFLINE_SIGNING, "offline_signing")       /* S2.5 */                                                             \
    X(DESTINATION, "destination")               /* S2.8 */                                                             \
    X(ONLINE_SIGNING, "online_signing")         /* S2.3 */                                                             \
    X(ONLINE_TERMINATION, "online_termination") /* S2.4 */

/* _D and _S are the two stages of one audit: the department's and the school's. */
#define QX_STATES(X)                                                                                                   \
    X(NONE, "none") /* no record yet */                                                                                \
    X(DRAFT, "draft")                                                                                                  \
    X(INVITED, "invited")                                                                                              \
    X(AGREEMENT_D, "agreement_audit_department")                                                                       \
    X(AGREEMENT_S, "agreement_audit_school")                                                                           \
    X(RETURNED, "returned")                                                                                            \
    X(AWAITING_IMAGE, "awaiting_stamped_image")                                                                        \
    X(SIGNING_D, "signing_audit_department")                                                                           \
    X(SIGNING_S, "signing_audit_school")                                                                               \
    X(AUDIT_D, "audit_department")                                                                                     \
    X(AUDIT_S, "audit_school")                                                                                         \
    X(EFFECTIVE, "effective")                                                                                          \
    X(VOID_D, "void_audit_department")                                                                                 \
    X(VOID_S, "void_audit_school")                                                                                     \
    X(AWAITING_OTHER, "awaiting_other_side")                                                                           \
    X(VOIDED, "voided")                                                                                                \
    X(TERMINATED, "terminated")                                                                                        \
    X(WITHDRAWN, "withdrawn")                                                                                          \
    X(DECLINED, "declined")                                                                                            \
    X(LAPSED, "lapsed")                                                                                                \
    X(FAILED, "failed")

#define QX_ACTIONS(X)                                                                                                  \
    X(NONE, "none")                                                                                                    \
    X(SUBMIT, "submit")                                                                                                \
    X(TAKE_BACK, "take_back")                                                                                          \
    X(APPROVE, "approve")                                                                                              \
    X(RETURN, "return")                                                                                                \
    X(REJECT, "reject")                                                                                                \
    X(RESUBMIT, "resubmit")                                                                                            \
    X(GIVE_UP, "give_up")                                                                                              \
    X(UPLOAD, "upload") /* the stamped image, S2.5.3 */                                                                \
    X(CHANGE, "change") /* the destination, S2.8.2 */                                                                  \
    X(MODIFY, "modify")                                                                                                \
    X(VOID, "void")                                                                                                    \
    X(UNDO, "undo") /* X1.6 */                                                                                         \
    X(INVITE, "invite")                                                                                                \
    X(WITHDRAW, "withdraw")                                                                                            \
    X(ACCEPT, "accept")                                                                                                \
    X(DECLINE, "decline")                                                                                              \
    X(LAPSE, "lapse")                                                                                                  \
    X(APPLY, "apply")                                                                                                  \
    X(AGREE, "agree")                                                                                                  \
    X(FORCE, "force")

/* ------------------------------------------------------------------ guards: names of compiled predicates */

/* Order is the order in which refusals are shown. X(ID, "code", outcome-if-it-fails) */
#define QX_GUARDS(X)                                                                                                   \
    X(SCOPE, "scope", NOT_FOUND)              /* school, department, data scope, own record (S1.4.5) */                \
    X(RIGHT, "right", FORBIDDEN)              /* `write` on the flow's module (S1.4.2) */                              \
    X(FLOW_OPEN, "flow_open", GUARD)          /* its switch is on (S2.2.3) */                                          \
    X(MAY_SIGN, "may_sign", GUARD)            /* S1.5.7 */                                                             \
    X(PLACE_FREE, "place_free", GUARD)        /* S2.1.4; or held by this very record */                                \
    X(NO_TERMINATION, "no_termination", GUARD) /* S2.4.3 */                                                            \
    X(BEFORE_DEADLINE, "before_deadline", GUARD) /* S2.3.4 */                                                          \
    X(PAST_DEADLINE, "past_deadline", GUARD)                                                                           \
    X(NONE_INVITED, "none_invited", GUARD)    /* no open invitation by this employer to this graduate (S2.3.2) */      \
    X(UNTOUCHED, "untouched", GUARD)          /* no decision since the last submission (S2.5.1) */                     \
    X(FORM_COMPLETE, "form_complete", INVALID) /* every field passes the form's check (S2.1.2) */                      \
    X(KIND_ALLOWED, "kind_allowed", INVALID)  /* the 25th kind only for directed/commissioned graduates (S2.9.1) */    \
    X(PROOF_ATTACHED, "proof_attached", INVALID) /* S2.1.2 */                                                          \
    X(IMAGE_ATTACHED, "image_attached", INVALID) /* S2.5.3 */                                                          \
    X(AUDITOR_EXISTS, "auditor_exists", GUARD) /* two-level: the department and level has an account (S2.2.8) */       \
    X(REASON_GIVEN, "reason_given", INVALID)  /* a reason and the concrete problem (S2.1.8) */                         \
    X(EXPLAINED, "explained", INVALID)        /* a text of its own, not empty */                                       \
    X(AGREED_TICK, "agreed_tick", INVALID)    /* *agreed with employer and graduate* (S2.3.9, S2.4.4, S2.8.2) */       \
    X(NOTHING_OPEN, "nothing_open", GUARD)    /* no open termination on this record (S2.4.5) */                        \
    X(OTHER_STAGE, "other_stage", GUARD)      /* nobody decides both stages (X1.11) */                                 \
    X(VOID_UNAUDITED, "void_unaudited", GUARD) /* the setting of S2.8.3 is off */                                      \
    X(VOID_AUDITED, "void_audited", GUARD)    /* … is on */                                                            \
    X(PARENT_EFFECTIVE, "parent_effective", GUARD) /* the signing to be terminated is effective (S2.4.1) */            \
    X(NONE_OPEN_ON_PARENT, "none_open_on_parent", GUARD) /* S2.1.4: one open application per record */                 \
    X(WITHIN_LIMIT, "within_limit", GUARD)    /* applications left (S2.2.5) */                                         \
    X(IS_APPLICANT, "is_applicant", FORBIDDEN)                                                                         \
    X(IS_OTHER_SIDE, "is_other_side", FORBIDDEN)                                                                       \
    X(BY_GRADUATE, "by_graduate", GUARD)      /* the application is the graduate's (S2.4.4) */                         \
    X(OWN_DECISION, "own_decision", GUARD)    /* undo: the last act on it, and mine (X1.6) */                          \
    X(UNDO_WINDOW, "undo_window", GUARD)      /* 5 minutes (X1.6) */                                                   \
    X(NOT_PASSED_ON, "not_passed_on", GUARD)  /* not downloaded, confirmed, coded or delivered (X1.6) */               \
    X(MODE_KEPT, "mode_kept", GUARD)          /* undo: the stage it would go back to still exists */

#define QX_OUTCOMES(X)                                                                                                 \
    X(OK, "ok")                                                                                                        \
    X(STALE, "stale")             /* the version seen is not the version there is */                                   \
    X(WRONG_STATE, "wrong_state") /* no such action from this state */                                                 \
    X(FORBIDDEN, "forbidden")                                                                                          \
    X(GUARD, "guard")                                                                                                  \
    X(INVALID, "invalid")                                                                                              \
    X(NOT_FOUND, "not_found") /* also: not for you to know */                                                          \
    X(LOCKED, "locked")       /* someone holds it; try again */

/* Messages to graduate and employer (S2.11.1); the client words them. */
#define QX_MESSAGES(X)                                                                                                 \
    X(NONE, "none")                                                                                                    \
    X(INVITED, "invited")                                                                                              \
    X(INVITATION_WITHDRAWN, "invitation_withdrawn")                                                                    \
    X(INVITATION_LAPSED, "invitation_lapsed")                                                                          \
    X(ACCEPTED, "accepted")                                                                                            \
    X(DECLINED, "declined")                                                                                            \
    X(PASSED_ON, "passed_on") /* approved at the department */                                                         \
    X(APPROVED, "approved")                                                                                            \
    X(AGREEMENT_READY, "agreement_ready") /* download, stamp, upload */                                                \
    X(RETURNED, "returned")                                                                                            \
    X(REJECTED, "rejected")                                                                                            \
    X(MODIFIED, "modified")                                                                                            \
    X(CHANGED, "changed")                                                                                              \
    X(VOIDED, "voided")                                                                                                \
    X(GIVEN_UP, "given_up")                                                                                            \
    X(TERMINATION_APPLIED, "termination_applied")                                                                      \
    X(TERMINATION_AGREED, "termination_agreed")                                                                        \
    X(TERMINATION_DECLINED, "termination_declined")                                                                    \
    X(TERMINATION_WITHDRAWN, "termination_withdrawn")                                                                  \
    X(TERMINATED, "terminated")                                                                                        \
    X(FORCED, "forced")                                                                                                \
    X(UNDONE, "undone")

#define QX_ENUM_(prefix, id) prefix##id,
#define X(id, code) ROLE_##id,
enum qx_role { QX_ROLES(X) ROLE_COUNT };
#undef X
#define X(id, code) FLOW_##id,
enum qx_flow { QX_FLOWS(X) FLOW_COUNT };
#undef X
#define X(id, code) ST_##id,
enum qx_state { QX_STATES(X) ST_COUNT };
#undef X
#define X(id, code) ACT_##id,
enum qx_action { QX_ACTIONS(X) ACT_COUNT };
#undef X
#define X(id, code) OUT_##id,
enum qx_outcome { QX_OUTCOMES(X) OUT_COUNT };
#undef X
#define X(id, code) MSG_##id,
enum qx_message { QX_MESSAGES(X) MSG_COUNT };
#undef X
#define X(id, code, outcome) GUARD_##id,
enum qx_guard { QX_GUARDS(X) GUARD_COUNT };
#undef X
#undef QX_ENUM_

/* Text codes, and back. The *_of functions answer -1 for an unknown code: it is refused by the caller, never guessed. */
const char *role_code(enum qx_role);
const char *flow_code(enum qx_flow);
const char *state_code(enum qx_state);
const char *action_code(enum qx_action);
const char *guard_code(enum qx_guard);
const char *outcome_code(enum qx_outcome);
const char *message_code(enum qx_message);
int role_of(const char *code);
int flow_of(const char *code);
int state_of(const char *code);
int action_of(const char *code);
int message_of(const char *code);

/* ------------------------------------------------------------------ the table */

#define G(id) (UINT64_C(1) << GUARD_##id)

enum qx_place { PLACE_KEEP, PLACE_TAKE, PLACE_GIVE_BACK };
enum qx_ledger { LEDGER_KEEP, LEDGER_SET, LEDGER_UPDATE, LEDGER_CLEAR, LEDGER_RESTORE /* the version before, X1.6 */ };
enum qx_content { CONTENT_KEEP, CONTENT_NEW /* this act brings a new content revision */ };

enum {
    TF_NUMBER = 1,     /* gives the record its agreement number, if it has none (S2.5.6) */
    TF_DEADLINE = 2,   /* due_at is set from args.valid_days (S2.3.3); every other transition clears due_at */
    TF_UNDO = 4,       /* a compensation: goes back to record.last_from */
    TF_UNDOABLE = 8,   /* X1.6: may be undone while UNDO's guards hold */
    TF_FORCED = 16,    /* marks the record *forced* */
    TF_MARK_RETURN = 32, /* marks the record *returned* in its new state (S2.5.4) */
    TF_PARENT = 64,    /* ends the parent too: parent -> TERMINATED (undone: back to EFFECTIVE); place and ledger effects
                          are the parent's */
    TF_COUNTS = 128,   /* counts against the graduate's limit of applications when the actor is the graduate (S2.2.5) */
    TF_DECISION = 256, /* an auditor's decision: the submission is no longer *untouched* */
    TF_SUBMISSION = 512, /* a submission: *untouched* again; submitted_at = now */
    TF_CREATES = 1024, /* needs no record before it (version seen = 0) */
};

struct flow_transition {
    enum qx_state from;
    enum qx_action action;
    enum qx_role by;        /* one row per role */
    uint64_t guards;        /* of G(…) */
    enum qx_state to;       /* with both stages: the department's stage */
    enum qx_state to_alone; /* audit mode *school only*: where it goes instead; ST_NONE = same as `to` */
    enum qx_place place;
    enum qx_ledger ledger;
    enum qx_content content;
    enum qx_message message; /* to the graduate (and the employer of an online flow), less the actor */
    unsigned flags;          /* TF_… */
};

/* One state of one flow. */
struct flow_state {
    enum qx_state state;
    enum qx_role waits_for; /* whose queue; ROLE_NONE = nobody's. ROLE_EMPLOYER/GRADUATE may be swapped: see by_applicant */
    bool waits_for_other;   /* the side that did not apply (terminations) */
    bool holds_place;       /* a record in this state holds the graduate's place (S2.1.4) */
    bool final;             /* nothing leads out of it but undo */
    bool in_process;        /* counts against a change of the audit mode (S2.2.4) */
};

enum qx_module { MODULE_EMPLOYMENT, MODULE_ARCHIVE, MODULE_HOUSEHOLD, MODULE_COUNT };
enum qx_right { RIGHT_NONE, RIGHT_READ, RIGHT_WRITE };
enum qx_switch { SWITCH_NONE, SWITCH_ONLINE_SIGNING, SWITCH_SUPPLEMENT, SWITCH_DESTINATION };

struct flow_def {
    enum qx_flow flow;
    const char *name_zh, *name_en;
    enum qx_state initial;   /* ST_DRAFT or ST_NONE */
    enum qx_switch opened_by; /* S2.2.3 */
    enum qx_module module;
    bool online;             /* an employer with an account is the other party */
    bool child;              /* its record points to a parent (terminations) */
    const struct flow_state *states;
    size_t nstates;
    const struct flow_transition *transitions;
    size_t ntransitions;
};

const struct flow_def *flow_def(enum qx_flow);               /* never NULL */
const struct flow_state *flow_state(enum qx_flow, enum qx_state); /* NULL: not a state of that flow */

/* ------------------------------------------------------------------ the world, as loaded */

enum qx_scope { SCOPE_BOTH, SCOPE_UNDERGRADUATE, SCOPE_POSTGRADUATE }; /* S1.4.5 */
enum qx_audit_mode { AUDIT_SCHOOL_ONLY, AUDIT_TWO_LEVEL };

#define QX_SCHOOL_CODE 6 /* five digits and a NUL */

/* Times are Unix milliseconds by the database's clock; 0 = none. Ids are the database's bigints; 0 = none. */
struct flow_record {
    int64_t id;
    int64_t version; /* 0: not in the database yet; then state = the flow's initial state */
    enum qx_flow flow;
    enum qx_state state;
    char kind[8]; /* destination kind (B01 …), empty otherwise */
    char school_code[QX_SCHOOL_CODE];
    int64_t graduate_id, employer_id, parent_id;
    enum qx_role applicant; /* of a termination */
    bool has_number, forced, marked_returned;
    bool untouched;              /* no decision since the last submission */
    int64_t due_at, revision;
    int64_t stage_d_actor;       /* who approved at the department's stage, in this round; 0 nobody */
    enum qx_action last_action;  /* the last event on it */
    enum qx_state last_from;
    int64_t last_actor, last_at;
    bool passed_on;              /* downloaded, confirmed, coded or delivered since (X1.6) */
    bool open_child;             /* an open termination or void application on it */
};

struct flow_graduate {
    int64_t id, version, department_id;
    char school_code[QX_SCHOOL_CODE];
    int class_year;
    enum qx_scope scope; /* UNDERGRADUATE or POSTGRADUATE, by education level */
    bool directed;       /* 定向/委培 */
    bool barred;         /* the school set *may not sign* */
    int64_t place_record;       /* who holds the place; 0 = free */
    enum qx_flow place_flow;
    enum qx_state place_state;
    bool open_termination;      /* S2.4.3 */
    int termination_count;      /* S2.2.5 */
    int open_invitations_here;  /* from the acting employer */
};

struct flow_season {
    bool open_online_signing, open_supplement, open_destination;
    enum qx_audit_mode audit_mode;
    bool void_audited;
    int termination_limit;
    bool auditor_exists; /* for this graduate's department and level (S2.2.8); read only in two-level mode */
};

struct flow_actor {
    int64_t account_id; /* 0 for the clock */
    enum qx_role role;
    char school_code[QX_SCHOOL_CODE];
    int64_t department_id, graduate_id, employer_id;
    enum qx_right rights[MODULE_COUNT];
    enum qx_scope scope;
};

/* What the caller sends with an action. The texts stay the caller's; flow_step() looks whether they are there. */
struct flow_args {
    const char *reason_code, *reason_text; /* reason from a list; the concrete problem or explanation */
    bool agreed;                           /* the tick */
    bool form_complete;                    /* form_check() found nothing */
    char kind[8];                          /* of the content submitted */
    int proofs, proofs_needed;             /* attached; required by the kind */
    int images;                            /* stamped images attached */
    int valid_days;                        /* invitation */
};

struct flow_input {
    const struct flow_record *record;
    const struct flow_record *parent; /* NULL unless flow_def.child */
    const struct flow_graduate *graduate;
    const struct flow_season *season;
    const struct flow_actor *actor;
    const struct flow_args *args;
    enum qx_action action;
    int64_t seen_version; /* < 0: not bound to a version (the clock, "may I?") */
    int64_t now;
};

/*
 * Everything that the store has to write, or why not. Beside it, every act: record.version + 1; last_action, last_from,
 * last_actor and last_at are this act's; passed_on = false (it counts what happened *since*); one event. A parent that moves
 * (parent_ends) is written the same way, with the child's action as its last. A submission (TF_SUBMISSION of the transition)
 * sets submitted_at. LEDGER_RESTORE: the block as it stood before the last effect of this record (or parent) on it.
 */
struct flow_plan {
    enum qx_outcome outcome;
    uint64_t failed; /* guards that failed, as G() bits; all of them, not only the first */
    const struct flow_transition *transition; /* NULL unless found */
    enum qx_flow flow;
    enum qx_state to;
    enum qx_role waits_for;
    enum qx_place place;
    enum qx_ledger ledger;
    enum qx_content content;
    enum qx_message message;
    bool number, forced, marked_returned, untouched, counts;
    bool parent_ends;      /* the parent goes to parent_to; place and ledger are the parent's */
    enum qx_state parent_to; /* TERMINATED; EFFECTIVE when a termination's approval is undone; ST_NONE: not touched */
    enum qx_role applicant;  /* of a termination: who applied; kept, or set by `apply` */
    bool touches_graduate; /* bump graduate.version: place, ledger, child or count changed */
    int64_t due_at, stage_d_actor;
};

/*
 * Decide one action. Total: every input gets an outcome. Order of refusal: NOT_FOUND (scope) before everything else,
 * FORBIDDEN, STALE, WRONG_STATE, then INVALID and GUARD with all failed guards collected.
 */
struct flow_plan flow_step(const struct flow_input *in);

/* The end of an invitation's validity: 00:00:00 Asia/Shanghai of the day after the last valid day (S2.3.3). */
int64_t flow_deadline(int64_t sent_ms, int valid_days);

/*
 * The actions that a role could take from a state at all (guards aside), in table order; answers how many.
 * The rows point into the table.
 */
size_t flow_actions(enum qx_flow, enum qx_state, enum qx_role, const struct flow_transition **rows, size_t max);

#endif
