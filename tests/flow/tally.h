/*
 * tally.h - what a walk has met: how often each transition fired, each guard refused, each outcome was given. A walk
 * that met something too seldom proved nothing about it and fails.
 */
#ifndef QX_TALLY_H
#define QX_TALLY_H

#include "walk.h"

#define TALLY_EACH 20 /* each transition at least so often */

struct tally {
    uint64_t fired[FLOW_COUNT][WALK_ROWS]; /* by row of the flow's table */
    uint64_t alone[FLOW_COUNT][WALK_ROWS]; /* … of these, in *school only* */
    uint64_t guards[GUARD_COUNT], outcomes[OUT_COUNT];
};

void tally_add(struct tally *, const struct mem_store *, const struct mem_act *, const struct flow_plan *);

/* Print the table; answer whether everything in it was met often enough. */
bool tally_transitions(const struct tally *);
bool tally_guards(const struct tally *);
bool tally_outcomes(const struct tally *);

#endif
