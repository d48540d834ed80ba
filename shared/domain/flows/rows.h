/*
 * rows.h - the few words in which the flow tables are written. Only shared/domain/flows/NAME.c include it.
 *
 * ROW(from, action, by, to, guards, effects …) is one transition. Every row also has the guards SCOPE and RIGHT. `to`
 * names the department's stage where an audit has two; ALONE(…) says where it goes instead in audit mode *school only*.
 * What a row doesn't mention is kept: place, ledger, content.
 */
#ifndef QX_FLOW_ROWS_H
#define QX_FLOW_ROWS_H

#include "../flow.h"

#define ROW(FROM, ACTION, BY, TO, GUARDS, ...)                                                                         \
    {                                                                                                                  \
        .from = ST_##FROM, .action = ACT_##ACTION, .by = ROLE_##BY, .to = ST_##TO,                                     \
        .guards = G(SCOPE) | G(RIGHT) | (GUARDS), __VA_ARGS__                                                          \
    }
#define ALONE(STATE) .to_alone = ST_##STATE
#define PLACE(WHAT) .place = PLACE_##WHAT
#define LEDGER(WHAT) .ledger = LEDGER_##WHAT
#define NEW_CONTENT .content = CONTENT_NEW
#define TELL(MESSAGE) .message = MSG_##MESSAGE
#define IS(FLAGS) .flags = (FLAGS)

/* What a transition is; IS(A | B) takes several. */
#define SUBMISSION TF_SUBMISSION
#define DECISION TF_DECISION
#define UNDOABLE (TF_DECISION | TF_UNDOABLE)
#define UNDOES TF_UNDO

/* Guards that go together. */
#define NOTHING UINT64_C(0)
#define SEEN_AND_AGREED (G(EXPLAINED) | G(AGREED_TICK)) /* S2.3.9, S2.4.4, S2.8.2: a reason and the tick */
#define UNDO_GUARDS (G(OWN_DECISION) | G(UNDO_WINDOW) | G(MODE_KEPT)) /* X1.6 */
#define UNDO_FINAL (UNDO_GUARDS | G(NOT_PASSED_ON) | G(NOTHING_OPEN)) /* … of a school's approval */

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
