/*
 * flowcheck.h - what can be said of a flow table without running it: the model check at start-up and the drawings.
 */
#ifndef QX_FLOWCHECK_H
#define QX_FLOWCHECK_H

#include "flow.h"

#include <stdio.h>

/*
 * Check every flow: each state reachable; each open state has a way out that frees the graduate, for a person (and by
 * the clock where a deadline applies); no two transitions ambiguous (same from, action, role and overlapping guards);
 * every state named in a transition declared; `holds_place` consistent with the place column along every transition;
 * final states without exits other than undo; each undo the exact opposite of one undoable transition (X1.6). Problems
 * go to `err`, one a line. Answers how many there were.
 */
int flow_check_all(FILE *err);
/* The same for one table, which need not be one of the program's. */
int flow_check(const struct flow_def *, FILE *err);

enum flow_format { FLOW_DOT, FLOW_MERMAID, FLOW_TABLE };
/* One flow a line: code, number of states and transitions, name. */
void flow_print_list(FILE *out);
/* Draw it; labels are codes and, in the titles, the flow's name in Chinese or English. Undo is drawn dotted. */
void flow_print(FILE *out, enum qx_flow, enum flow_format, bool zh);

#endif
