/*
 * walk.h - a seeded random walk over the four flows: who does what next. It looks at the mem store to find steps that
 * make sense most of the time, and some that don't; the same seed and answers give the same walk.
 *
 * A walker owns a range of graduates; only one walker of a store should also change settings and accounts. For each
 * step: carry it out on the store under test, if there is one, then walk_apply() it on the mem store, and compare.
 */
#ifndef QX_WALK_H
#define QX_WALK_H

#include "mem_store.h"

enum walk_kind {
    WALK_ACT,     /* act: one action of one actor */
    WALK_ADVANCE, /* ms: the clock moves on (only the settings' walker) */
    WALK_SEASON,  /* school, season: settings; refused while something is in process if the mode changes (S2.2.4) */
    WALK_BAR,     /* graduate_id: *may not sign* is set or lifted */
    WALK_PASS_ON, /* uuid: the record was downloaded or delivered (X1.6) */
    WALK_ACCOUNT, /* account: this account's role, department and scope become these (an auditor changes jobs) */
};

struct walk_step {
    enum walk_kind kind;
    struct mem_act act;
    int64_t ms;
    size_t school;
    struct flow_season season;
    int64_t graduate_id;
    bool barred;
    char uuid[MEM_UUID];
    struct mem_account account;
};

#define WALK_ROWS 64 /* more than any flow has */

struct walk {
    struct mem_store *store;
    uint64_t seed, state; /* state: the generator's */
    size_t first, count;  /* graduates[first … first + count) are this walker's */
    bool settings;        /* it also moves the clock, the seasons and the accounts */
    uint64_t steps;
    size_t focus; /* the graduate it is busy with: acts that belong together follow each other closely */
    uint32_t fired[FLOW_COUNT][WALK_ROWS]; /* how often each row did: rare ones are preferred */
    size_t queued, next;                   /* steps decided ahead (a change of mode, then the undo it is to spoil) */
    struct walk_step queue[2];
};

void walk_init(struct walk *, struct mem_store *, uint64_t seed, size_t first, size_t count, bool settings);
void walk_next(struct walk *, struct walk_step *);

struct walk_result {
    struct mem_answer answer; /* of WALK_ACT */
    bool done;                /* the step had its effect */
};
/* Carries the step out on the mem store. */
struct walk_result walk_apply(struct walk *, const struct walk_step *);
/* The step in one line, for the report of a difference. */
void walk_describe(const struct walk_step *, FILE *out);

#endif
