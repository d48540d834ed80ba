/*
 * mem_store.h - a whole small world in memory: schools with their seasons, accounts, graduates, records, places,
 * ledgers and events. It applies the plans of flow_step() exactly as server/workflow does on PostgreSQL and is the
 * oracle for it: the same walk (walk.h) drives both, and whatever differs is an error in one of them.
 *
 * Everything about a graduate depends only on that graduate's own records, on the season and on the accounts: walkers
 * with graduates of their own may run at the same time and still be foreseen. Ids of schools, departments, accounts,
 * employers and graduates are meant to be inserted as they are; records are known by their uuid, each store numbers
 * them as it likes.
 */
#ifndef QX_MEM_STORE_H
#define QX_MEM_STORE_H

#include "../../shared/domain/flow.h"

#include <stdio.h>

#define MEM_UUID 37

struct mem_account {
    int64_t id; /* 1 … ; the clock has none */
    enum qx_role role;
    char school_code[QX_SCHOOL_CODE]; /* employers: "00000" */
    int64_t department_id, graduate_id, employer_id;
    enum qx_right right; /* on basic and employment */
    enum qx_scope scope;
};

struct mem_school {
    char code[QX_SCHOOL_CODE];
    int class_year;
    struct flow_season season; /* auditor_exists is worked out per graduate from the accounts */
    int64_t departments[3];    /* the third has no account: S2.2.8's department that an import brought */
};

struct mem_ledger { /* one version of a graduate's destination block */
    int64_t version;
    int64_t record; /* whose content it shows; 0: none */
    uint64_t content;
    int64_t by; /* the record whose act wrote this version */
};

struct mem_graduate {
    int64_t id, version, department_id;
    size_t school; /* index into schools */
    enum qx_scope scope;
    bool directed, barred;
    int termination_count;
    int64_t place;              /* record id; 0: free */
    struct mem_ledger *ledgers; /* history; the last is in force. Entry 0 is version 0: nothing yet */
    size_t nledgers;
    size_t *records; /* indices into records, oldest first */
    size_t nrecords;
};

struct mem_record {
    struct flow_record r; /* r.id = index + 1; open_child is worked out at each load */
    char uuid[MEM_UUID];
    enum qx_role waits_for;
    int64_t holder_id; /* the department's id while it waits for one, else 0 */
    uint64_t content;  /* of the revision in force: the act's token */
    int64_t submitted_at;
    int64_t number;   /* 0: none */
    int64_t other_id; /* free for the other store's id */
};

struct mem_event {
    int64_t record, graduate, actor, at, version;
    enum qx_role role;
    enum qx_action action;
    enum qx_state from, to;
};

struct mem_store {
    int64_t now; /* the injected clock, ms; set it before each act */
    struct mem_school *schools;
    size_t nschools;
    struct mem_account *accounts;
    size_t naccounts;
    struct mem_graduate *graduates;
    size_t ngraduates;
    struct mem_record *records;
    size_t nrecords;
    struct mem_event *events;
    size_t nevents;
    int64_t numbers; /* agreement numbers given so far */
};

/* One action, as a client would ask for it. */
struct mem_act {
    int64_t account_id; /* 0: the clock */
    enum qx_action action;
    enum qx_flow flow;
    int64_t graduate_id;
    char uuid[MEM_UUID];        /* of the record, or of the draft that becomes it, or of the record to create */
    char parent_uuid[MEM_UUID]; /* apply; else empty */
    int64_t seen_version;       /* -1: not bound */
    struct flow_args args;      /* its texts are string constants; proofs_needed is the kind's */
    uint64_t content;           /* token that stands for the content sent along */
};

struct mem_answer {
    struct flow_plan plan;
    enum qx_state from;
    int64_t version; /* of the record, afterwards; 0: there is none */
};

/* `schools` copies of the standing cast (mem_store.c says whom it holds), school codes from `first_code` on; NULL: no
 * memory. */
struct mem_store *mem_store_new(size_t schools, int first_code, int64_t now);
void mem_store_free(struct mem_store *);

struct mem_account *mem_account(struct mem_store *, int64_t id);
struct mem_graduate *mem_graduate(struct mem_store *, int64_t id);
struct mem_record *mem_record(struct mem_store *, const char *uuid); /* NULL: none (yet) */
struct mem_school *mem_school_of(struct mem_store *, const struct mem_graduate *);
const struct mem_ledger *mem_ledger(const struct mem_graduate *); /* the version in force */

/* What flow_step() is to be told about an act: for callers that want to ask only. */
struct mem_world {
    struct flow_record record, parent;
    struct flow_graduate graduate;
    struct flow_season season;
    struct flow_actor actor;
    struct flow_input in;
};
void mem_load(struct mem_store *, const struct mem_act *, struct mem_world *);

/* Load, decide, apply. A refused act changes nothing. */
struct mem_answer mem_store_act(struct mem_store *, const struct mem_act *);

/* What a season's settings would be; refused (false) when the audit mode changes while something is in process
 * (S2.2.4). */
bool mem_store_set_season(struct mem_store *, size_t school, const struct flow_season *);
/* Is it one of the small schools, which come to rest? */
bool mem_small(size_t school);
bool mem_in_process(const struct mem_store *, size_t school);

/*
 * Everything that must hold of one graduate (mem_invariants.c names the rules); answers how many things don't and says
 * which.
 */
int mem_check(struct mem_store *, int64_t graduate_id, FILE *err);
/* Every record's events follow each other without a gap up to its state; answers how many breaks there are. */
int mem_check_history(const struct mem_store *, FILE *err);
/* The graduate as text, one fact a line, records in order of uuid: two stores agree when their texts do. */
void mem_describe(struct mem_store *, int64_t graduate_id, FILE *out);

#endif
