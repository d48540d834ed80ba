/*
 * search.h - what a typed search text means, by its shape. Identity numbers are found whole (by their keyed hash) or by
 * their last four characters only: a prefix search would undo the masking (X1.5).
 */
#ifndef QX_SEARCH_H
#define QX_SEARCH_H

#include "../server.h"

/* X(ID, "name in sql/queries/queue_search.sql") */
#define QX_SEARCHES(X)                                                                                                 \
    X(NONE, "none")                                                                                                    \
    X(IDENTITY, "identity")     /* 18 characters of an identity number: exactly that one */                            \
    X(LAST_FOUR, "last_four")   /* four digits, or three and an X */                                                   \
    X(NUMBER, "number")         /* 19 digits: an agreement number */                                                   \
    X(STUDENT_NO, "student_no") /* digits, or digits and letters: prefix */                                            \
    X(INITIALS, "initials")     /* letters: prefix of the name's pinyin initials */                                    \
    X(NAME, "name")             /* anything else: prefix of the name */
#define X(id, name) SEARCH_##id,
enum search_kind { QX_SEARCHES(X) SEARCH_COUNT };
#undef X

enum { SEARCH_TEXT_MAX = 96 };

struct search {
    enum search_kind kind;
    char text[SEARCH_TEXT_MAX]; /* normalised; of an identity number its keyed hash in hex, never itself */
};

const char *search_name(enum search_kind);
/* NULL or "" is SEARCH_NONE. false: longer than anything that can be found. */
bool search_of(struct search *, const char *typed, const uint8_t hmac_key[32]);

#endif
