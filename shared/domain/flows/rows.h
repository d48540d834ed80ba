/*
 * rows.h - the few words in which the flow tables are written. Only shared/domain/flows/NAME.c include it.
 *
 * ROW(from, action, by, to, guards, effects …) is one transition. Every row also has the guards SCOPE and RIGHT. `to`
 * is the department's stage where an audit has two; SUBMITS(…) names the school's, where it goes in audit mode *school
 * only*. What a row doesn't mention is kept: place, ledger, content.
 */
#ifndef QX_FLOW_ROWS_H
#define QX_FLOW_ROWS_H

#include "../flow.h"

#define ROW(FROM, ACTION, BY, TO, GUARDS, ...)                                                                         \
    {                                                                                                                  \
        .from = ST_##FROM, .action = ACT_##ACTION, .by = ROLE_##BY, .to = ST_##TO,                                     \
        .guards = G(SCOPE) | G(RIGHT) | (GUARDS), __VA_ARGS__                                                          \
    }
/* A submission to a department's stage; alone, to the school's. */
#define SUBMITS(STATE) .to_alone = ST_##STATE, .flags = TF_SUBMISSION
#define PLACE(WHAT) .place = PLACE_##WHAT
#define LEDGER(WHAT) .ledger = LEDGER_##WHAT
#define CONTENT .content = CONTENT_NEW /* the act brings some */
#define TELL(MESSAGE) .message = MSG_##MESSAGE
#define IS(FLAGS) .flags = (FLAGS)

#define TAKES PLACE(TAKE)
#define FREES PLACE(GIVE_BACK)
#define ENDS PLACE(GIVE_BACK), LEDGER(CLEAR)

/* What a transition is; IS(A | B) takes several. */
#define BEGINS (TF_SUBMISSION | TF_CREATES)
#define DECISION TF_DECISION
#define UNDOABLE (TF_DECISION | TF_UNDOABLE)
#define NUMBERED (UNDOABLE | TF_NUMBER)    /* S2.5.6 */
#define MARKED (UNDOABLE | TF_MARK_RETURN) /* S2.5.4 */
#define UNDOES TF_UNDO

/* Guards that go together. At stage S: nobody decides both (X1.11). */
#define NOTHING UINT64_C(0)
#define AT_S G(OTHER_STAGE)
#define REASON G(REASON_GIVEN) /* S2.1.8 */
#define REASON_AT_S (G(REASON_GIVEN) | G(OTHER_STAGE))
#define SEEN_AND_AGREED (G(EXPLAINED) | G(AGREED_TICK))           /* S2.3.9, S2.4.4, S2.8.2: a reason and the tick */
#define MODIFYING (G(FORM_COMPLETE) | G(NOTHING_OPEN))            /* S2.3.8, S2.4.5 */
#define VOIDING (SEEN_AND_AGREED | G(NOTHING_OPEN))               /* S2.3.9, S2.4.5 */
#define UNDOING (G(OWN_DECISION) | G(UNDO_WINDOW) | G(MODE_KEPT)) /* X1.6 */
#define UNDOING_S (UNDOING | G(NOT_PASSED_ON) | G(NOTHING_OPEN))  /* … a school's approval */

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
