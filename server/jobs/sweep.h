/*
 * sweep.h - what has had its time goes: uploads nobody finished (24 h), the request log (7 days), idle sessions (12 h),
 * parked screens (24 h), failed log-ins. A pass every 10 minutes, statement by statement, in small transactions; any
 * number of servers may sweep at once.
 */
#ifndef QX_SWEEP_H
#define QX_SWEEP_H

struct sweep;
struct event_base;
struct db;

struct sweep *sweep_start(struct event_base *, struct db *);
void sweep_stop(struct sweep *);

#endif
