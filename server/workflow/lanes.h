/*
 * lanes.h - which decision connection a school's writes take; for settings.c, which writes beside the queue.
 */
#ifndef QX_WORKFLOW_LANES_H
#define QX_WORKFLOW_LANES_H

#include "../db/db.h"

struct workflow;
struct db *workflow_db(const struct workflow *);
enum db_class workflow_class(const struct workflow *, const char *school_code);

#endif
