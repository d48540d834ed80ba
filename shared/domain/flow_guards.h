/*
 * flow_guards.h - the compiled predicates behind the guard names of flow.h. Only flow.c calls them.
 */
#ifndef QX_FLOW_GUARDS_H
#define QX_FLOW_GUARDS_H

#include "flow.h"

/* Undo is open this long after the act (X1.6). */
#define UNDO_WINDOW_MS (INT64_C(5) * 60 * 1000)
/* An invitation's validity in days (S2.3.2). */
#define VALID_DAYS_MAX 30

/* Does the guard hold for this row? Pure and total. */
bool guard_holds(enum qx_guard, const struct flow_input *, const struct flow_transition *row);
/* What the refusal is when it doesn't. */
enum qx_outcome guard_outcome(enum qx_guard);
/* Is this the stage of an audit that belongs to the department? */
bool flow_stage_d(enum qx_state);

#endif
