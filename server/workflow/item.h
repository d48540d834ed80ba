/*
 * item.h - what the files of this folder share: an action on its way (queue.c), what was loaded for it (load.c), what
 * was decided (decide.c, content.c) and how it is written (apply.c, answer.c).
 *
 * Ownership: an item owns copies of its act's strings and lives from workflow_act() to its answer. `struct loaded`
 * points into the load's rows and dies with that callback; a decision owns the JSON texts it made.
 */
#ifndef QX_WORKFLOW_ITEM_H
#define QX_WORKFLOW_ITEM_H

#include "../db/db.h"
#include "workflow.h"

#include <jansson.h>

#define BATCH_MAX 64
#define UNDO_MS (5 * 60 * 1000) /* X1.6 */

/* What an action's guards and effects ask the load for; the numbers stand in queries/decide_load.sql. */
enum {
    NEED_DRAFT = 1,
    NEED_EVIDENCE = 2,
    NEED_AUDITOR = 4,
    NEED_INVITATIONS = 8,
    NEED_CONTENT = 16,
    NEED_LEDGER_BEFORE = 32,
    NEED_PLACE = 64,
    NEED_APPLICATIONS = 128,
    NEED_NUMBER_KEY = 256,
    NEED_NEW_ID = 512,
    NEED_LEDGER = 1024,
    NEED_SNAPSHOT = 2048,
};
unsigned action_needs(enum qx_action, enum qx_role); /* of all flows' rows with this action by this role */

/* What an item writes; the numbers stand in queries/decide_apply.sql. */
enum {
    APPLY_SUBMISSION = 1,
    APPLY_FORCED = 2,
    APPLY_MARKED_RETURNED = 4,
    APPLY_UNTOUCHED = 8,
    APPLY_PARENT = 16,
    APPLY_GRADUATE = 32,
    APPLY_COUNTS = 64,
    APPLY_PLACE_BACK = 128,
    APPLY_PLACE_TAKEN = 256,
    APPLY_TELL_GRADUATE = 512,
    APPLY_TELL_EMPLOYER = 1024,
    APPLY_DRAFT_GONE = 2048,
};

struct item {
    struct item *next;
    struct act act;
    char *strings[7]; /* the copies behind act's pointers, in the order of queue.c's table */
    act_done done;
    void *arg;
    unsigned needs;
    int tries, raised, again; /* how often it came back: missing, raising alone, with the database gone */
    bool timed_out;           /* was in a statement that took too long */
    bool alone;               /* goes by itself and waits for locks, shortly */
    bool finished;            /* result is the answer */
    int64_t graduate;
    struct act_result result;
};

/* item.c */
struct item *item_new(const struct act *, act_done, void *arg);
void item_free(struct item *);
void item_reset(struct item *); /* as it came, but for how often it came back */
bool item_same_record(const struct item *, const struct item *);

/* One row of the load. Texts point into the rows. */
struct loaded {
    int64_t now;
    const char *request_answer, *request_hash;
    bool session_alive, account_known, account_disabled;
    int64_t person_id;
    struct flow_actor actor;
    bool record_known, parent_known, graduate_known, season_known, unreadable;
    struct flow_record record, parent;
    const char *uuid, *employer_name, *credit_code, *number;
    const char *parent_employer_name, *parent_credit_code;
    int64_t parent_revision, new_id;
    struct flow_graduate graduate;
    int64_t graduate_person;
    struct flow_season season;
    int64_t season_version;
    const char *number_key;
    int draft_flow; /* -1: no draft */
    int64_t account_version, draft_version, files_version;
    const char *draft_kind, *draft_body;
    int proofs, images;
    const char *content, *snapshot; /* of the record; of the graduate, taken at a submission */
    int64_t ledger_version;
    const char *ledger[3], *ledger_before[3]; /* destination, archive, household */
    const char *by_name;
    enum qx_role by_role;
};
/* The places of a load's columns, found once. */
enum { LOAD_COLUMNS_MAX = 96 };
struct load_columns {
    bool known;
    int at[LOAD_COLUMNS_MAX];
};
void load_row(struct load_columns *, const struct db_rows *, int row, const struct item *, struct loaded *);
bool load_plain(struct item *const *items, size_t n); /* which of the two loads load_send() takes */
void load_send(struct db *, enum db_class, struct item *const *items, size_t n, db_done, void *arg);

/* What was decided. `plan.outcome` is OK and the rest filled, or the item's result says why not. */
struct decision {
    struct flow_plan plan;
    int64_t record_id, seen, graduate_version, class_year;
    const char *uuid, *kind;
    const struct form *form;
    json_t *content; /* the record's content after the act; NULL when nobody needs it */
    bool content_new;
    char *content_text; /* of new content */
    char *draft;        /* written back by a take-back */
    char *ledger[3];
    int64_t ledger_version; /* 0: the ledger is not touched */
    char number[24];
    char *employer_name, *credit_code;
    char *message_params, *detail, *answer;
    const char *retracts; /* message code that an undo takes back */
    int64_t employer_id, parent_id, revision;
    int64_t season_version, draft_version, files_version; /* as read; 0: not read */
    unsigned flags;
};
void decide(struct item *, struct loaded *, struct decision *);
void decision_free(struct decision *);

/* content.c: what is filled in, and what of it goes into the ledger. */
void content_check(struct item *, const struct loaded *, struct decision *, struct flow_args *);
void content_promote(struct decision *, const struct loaded *);
char *content_as_draft(const struct loaded *); /* malloc'd; NULL: there is none */
void content_ledger(const struct item *, const struct loaded *, struct decision *);

/* apply.c */
struct apply;
struct apply *apply_new(void);
void apply_start(struct apply *, int64_t now);
void apply_add(struct apply *, const struct item *, const struct loaded *, const struct decision *);
void apply_send(struct apply *, struct db *, enum db_class, const struct item *alone, db_done, void *arg);
void apply_free(struct apply *);

/* answer.c: the answer as the request log keeps it. */
char *answer_to_json(const struct act_result *);
bool answer_from_json(struct act_result *, const char *json);

#endif
