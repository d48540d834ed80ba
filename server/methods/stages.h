/*
 * stages.h - the stage bar of an audit screen (S2.1.7), read out of the flow table: the straight way from the start to
 * the state that the flow is for, and where on it a record stands.
 */
#ifndef QX_STAGES_H
#define QX_STAGES_H

#include "../server.h"

/* Packs the array [{stage, state: done|now|to_come}]. A record off the way (returned, voided, …) stands as a stage of
 * its own behind the one it came from. */
void stages_pack(struct pack *, enum qx_flow, enum qx_audit_mode, enum qx_state now, enum qx_state last_from);

#endif
