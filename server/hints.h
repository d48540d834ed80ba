/*
 * hints.h - "something changed": told to every server after the commit, at most every 50 ms, on a connection of its own
 * (a NOTIFY inside the decision's transaction would halve throughput), and from there to the sessions that watch. Hints
 * may be lost; nobody's correctness hangs on them.
 */
#ifndef QX_HINTS_H
#define QX_HINTS_H

#include "workflow/workflow.h"

struct server;
struct hints *hints_new(struct server *); /* takes the workflow's changes and the database's notifications */
void hints_free(struct hints *);

#endif
