/*
 * world.h - the workflow's own view of records, for "what may I do with it?" (X1.9): the same load and the same
 * flow_step() as a decision's, without one.
 */
#ifndef QX_WORLD_H
#define QX_WORLD_H

#include "../server.h"
#include "../workflow/workflow.h"

enum { WORLD_MAY_MAX = 24 };

/* One record as loaded; texts are copies. */
struct world {
    bool known;
    struct flow_record record;
    struct flow_record parent;
    bool parent_known;
    struct flow_graduate graduate;
    struct flow_season season;
    struct flow_actor actor;
    struct flow_args args; /* everything that the caller could still bring along is taken as brought */
    int64_t now;
    size_t nmay;
    struct may may[WORLD_MAY_MAX]; /* of the caller's role, from the record's state */
};

/* `worlds` (n of them, in the order of the ids) live in the request's arena. An error is answered here. */
typedef void (*world_done)(struct req *, struct world *worlds, size_t n);
/* n record ids of the caller's school; an id of 0 loads the caller's enrolment alone: for what could be started. */
void world_load(struct req *, const int64_t *ids, size_t n, world_done done);

struct flow_input world_input(const struct world *, enum qx_action);
void pack_guards(struct pack *, uint64_t failed);           /* an array of guard codes */
void pack_may(struct pack *, const struct may *, size_t n); /* [{action, ok, outcome, failed}] */

#endif
