/*
 * workflow.h - how a decision happens: load -> decide -> apply, coalesced.
 *
 * workflow_act() takes one action of one actor and answers, exactly once, with an outcome. What arrives while the
 * database is busy goes together: a batch of at most 64 items, at most one per graduate, none together with a settings
 * change of its season; schools hash to the two decision connections. Batch: one set-based read
 * (queries/decide_load.sql, now() included), flow_step() per item, one set-based write with compare-and-set on every
 * row that was read (queries/decide_apply.sql), one commit.
 *
 * Holds: an acknowledged action is committed; a request id is applied once, whatever breaks; the result equals some
 * serial order, arrival order within a graduate. SQL holds no rule.
 */
#ifndef QX_WORKFLOW_H
#define QX_WORKFLOW_H

#include "../../shared/domain/flow.h"
#include "../../shared/domain/forms.h"

struct server;
struct workflow;
struct event_base;
struct db;

struct act {
    /* who */
    struct flow_actor actor; /* ids and role; rights and scope are loaded anew */
    char account_school[QX_SCHOOL_CODE];
    int64_t session_id;
    const char *address;
    /* what */
    char school_code[QX_SCHOOL_CODE];
    int64_t record_id;      /* 0: creates, by uuid */
    const char *uuid;       /* of the draft or of the record to create */
    const char *request_id; /* NULL: the clock's */
    uint8_t params_hash[32];
    int64_t seen_version; /* -1: not bound */
    enum qx_action action;
    const char *reason_code, *reason_text;
    bool agreed;
    const char *kind, *content_json; /* change, modify, invite, apply; submit takes the draft's */
    int64_t graduate_id, parent_id;  /* invite; apply */
    int valid_days;
    bool dry_run; /* preview: load and decide only */
};

struct act_result {
    enum qx_outcome outcome;
    bool repeated;     /* answered from the request log */
    bool session_over; /* the session ended before this could be decided; `outcome` says nothing */
    bool
        unavailable; /* the database is away or the outcome unknown after retries: try again with the same request id */
    bool fault;      /* could not be decided or written at all; the log says why */
    char school_code[QX_SCHOOL_CODE];
    int64_t record_id, version;
    enum qx_flow flow;
    enum qx_state state, from;
    uint64_t failed;
    size_t nproblems;
    struct form_problem problems[32];
    char number[24];
    int64_t undo_until;                 /* ms; 0 none */
    int64_t department_id, graduate_id; /* for hints */
    int class_year;
    bool postgraduate;
    struct {
        char name[64];
        enum qx_role role;
        enum qx_action action;
        int64_t at;
    } by;
    struct {
        int64_t holder_record;
        enum qx_flow holder_flow;
        enum qx_state holder_state;
        int limit, used;
    } facts; /* parameters of failed guards */
};
typedef void (*act_done)(void *arg, const struct act_result *);

/* S2.9.1: a graduate of this training mode is directed or commissioned (定向/委培). */
bool training_mode_directed(const char *training_mode);

struct workflow *workflow_new(struct event_base *, struct db *);
void workflow_free(struct workflow *);
/* Copies what it needs of *act. The callback comes from the loop, never from inside. */
void workflow_act(struct workflow *, const struct act *, act_done, void *arg);
size_t workflow_busy(const struct workflow *);
/* What could be done with a loaded record: fills may[] for every action of the actor's role. Used by record.get. */
struct may {
    enum qx_action action;
    enum qx_outcome outcome;
    uint64_t failed;
};
size_t workflow_may(const struct flow_input *base, struct may *out, size_t max);
/* Committed changes, for hints and watchers; called on the loop after commit. */
void workflow_on_change(struct workflow *, void (*fn)(void *arg, const struct act_result *), void *arg);
/* The answer as the wire has it: the members of OUTCOME into an open map; answers how many. */
struct pack;
uint32_t pack_act_result(struct pack *, const struct act_result *);

/*
 * Changing a class's settings (S2.2.2 to S2.2.5, S2.8.3), on the school's decision connection: read, decide, then in
 * one transaction FOR UPDATE on the season row, count what is in process, change. Submissions hold the row FOR SHARE,
 * so that test and change are one and nothing starts in between (S2.2.4).
 */
enum { SETTING_KEEP = -1 };
struct settings_change {
    int64_t account_id, session_id;
    char account_school[QX_SCHOOL_CODE], school_code[QX_SCHOOL_CODE];
    const char *address, *request_id;
    uint8_t params_hash[32];
    int class_year;
    int64_t seen_version;                                      /* 0 opens a new class */
    int online_signing, supplement, destination, void_audited; /* 0, 1 or SETTING_KEEP */
    int audit_mode;                                            /* enum qx_audit_mode or SETTING_KEEP */
    int termination_limit;                                     /* or SETTING_KEEP */
    const char *contacts_json;                                 /* NULL: kept */
    bool dry_run;
};
struct settings_result {
    enum qx_outcome outcome; /* GUARD: in_process or missing say why; INVALID: `field` */
    bool repeated, session_over, unavailable, fault; /* as act_result's */
    int64_t version; /* as it is now */
    int in_process;  /* records that a change of mode would have to wait for */
    size_t nmissing; /* departments and levels without an auditor, as far as the two-level mode is asked for */
    struct {
        char department[128];
        enum qx_scope scope;
    } missing[64];
    const char *field, *error; /* static texts: "online_signing", "cannot_turn_off" or "out_of_range" */
};
typedef void (*settings_done)(void *arg, const struct settings_result *);
/* Copies what it needs. The callback comes from the loop, never from inside. */
void workflow_settings(struct workflow *, const struct settings_change *, settings_done, void *arg);
/* The states in process of all flows as an array literal of 'flow/state', for statements that count them. The caller's
 * to free. */
char *workflow_states_in_process(void);

#endif
