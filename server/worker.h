/*
 * worker.h - the threads for what would block the loop: argon2id (19 MiB, t = 2), two at a time. The calls are in
 * server.h.
 */
#ifndef QX_WORKER_H
#define QX_WORKER_H

#include <stddef.h>

struct event_base;
struct worker;
struct worker *worker_new(struct event_base *);
size_t worker_waiting(struct worker *); /* jobs that no thread has taken yet */
void worker_free(struct worker *);      /* waits for the running ones; callbacks of the rest are never called */

#endif
