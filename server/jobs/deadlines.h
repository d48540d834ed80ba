/*
 * deadlines.h - what ends by its deadline ends on time and exactly once, with any number of servers running (S2.3.4).
 *
 * Every server polls the index of due records by the database's clock, at the next due time or after a second, and
 * takes each through workflow_act() as the clock; who comes second finds the record decided.
 */
#ifndef QX_DEADLINES_H
#define QX_DEADLINES_H

struct deadlines;
struct db;
struct event_base;
struct workflow;

struct deadlines *deadlines_start(struct event_base *, struct db *, struct workflow *);
/* After the last callback of the workflow: with the database closed. */
void deadlines_stop(struct deadlines *);

#endif
