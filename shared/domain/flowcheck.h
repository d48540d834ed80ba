/*
 * flowcheck.h - what can be said of a flow table without running it: the model check at start-up and the drawings.
 */
#ifndef QX_FLOWCHECK_H
#define QX_FLOWCHECK_H

#include "flow.h"

#include <stdio.h>

/*
 * Check every flow: each state reachable; each open state has a way out that frees the graduate, for a person (and by the
 * clock where a deadline applies); no two transitions ambiguous (same from, action, role and overlapping guards); every state
 * named in a transition declared; `holds_place` consistent with the place column along every transition; final states without
 * exits other than undo. Problems go to `err`, one a line. Answers how many there were.
 */
int flow_check_all(FILE *err);

enum flow_format { FLOW_DOT, FLOW_MERMAID, FLOW_TABLE };
void flow_print_list(FILE *out);
void flow_print(FILE *out, enum qx_flow, enum flow_format, bool zh);

#endif
