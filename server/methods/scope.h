/*
 * scope.h - what of a school the caller may see (S1.4.5): values for the statements that take
 * "department or 0, postgraduate or NULL, own enrolment or 0". What lies outside looks as if it were not there.
 */
#ifndef QX_SCOPE_H
#define QX_SCOPE_H

#include "../server.h"

struct scope {
    const char *school, *department, *postgraduate, *own;
    char department_text[24], own_text[24];
};
void scope_of(struct scope *, const struct session *);
/*
 * The id in a parameter, of the caller's own school, as text for a statement. NULL: refused and answered -
 * INVALID_ARGUMENT when it is no id, NOT_FOUND when it is another school's.
 */
const char *scope_id(struct req *, const char *key);
void answer_not_found(struct req *, const char *what);
const char *text_int(struct req *, int64_t); /* a number as a statement's value, in the arena */

/*
 * The records of which the caller can still change what this guard looks at, as an array of 'flow/state' in the arena: the
 * states from which the caller's role has an action with the guard. Nobody but the flow tables says which they are.
 */
const char *states_editable(struct req *, uint64_t guards);

#endif
