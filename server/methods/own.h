/*
 * own.h - a graduate's own records with what may be done with each, and what may be started (S1.5.3, S2.8.4): for
 * graduate.records and the home screen.
 */
#ifndef QX_OWN_H
#define QX_OWN_H

#include "rows.h"
#include "world.h"

struct own {
    void (*done)(struct req *);
    size_t n;
    struct own_record {
        int64_t id;
        uint32_t members; /* packed in `bytes`, without `may` */
        const char *bytes;
        size_t len;
    } * records;
    struct world *worlds; /* one per record, and behind them the enrolment alone */
};

/* Loads into req->state, which must begin with a struct own; `done` answers. */
void own_load(struct req *, void (*done)(struct req *));
void own_pack_records(struct pack *, const struct own *); /* the array */
void own_pack_start(struct pack *, const struct own *);   /* the array [{flow, group, ok, failed}] */

#endif
