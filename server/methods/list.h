/*
 * list.h - a list asked for: which (flow, state) pairs, whose, filtered how, in which order, from where. Parsed from
 * the parameters of queue.list; turned into the statement that serves it.
 */
#ifndef QX_LIST_H
#define QX_LIST_H

#include "cursor.h"
#include "search.h"

enum list_order { ORDER_SUBMITTED, ORDER_NAME, ORDER_STUDENT_NO, ORDER_COUNT };
enum { LIST_PAGE = 50, LIST_PAGE_MAX = 200, LIST_CANDIDATES_MAX = 50000, LIST_VALUES_MAX = 20 };

struct list {
    enum list_order order;
    bool descending, all;
    int limit;
    struct search search;
    const char *department, *level, *major, *kind, *employer; /* filters; "" = any */
    char *flows, *states;                                     /* array literals, pairwise; in the request's arena */
    size_t pairs;
    bool only_lapsed;
    struct cursor cursor;
    bool first; /* no cursor given */
    /* the statement */
    const char *statement;
    int nvalues;
    const char *values[LIST_VALUES_MAX];
    char class_text[16], holder_text[24], department_text[24], limit_text[16], id_text[24];
};

/* From the request's parameters. NULL: understood; else what is wrong with them. */
const char *list_parse(struct list *, struct req *);
/* Chooses the statement and its values: an index walk where there is one for it, the bounded search else. */
void list_statement(struct list *, const struct req *);

/* Whose queue is the caller's: waits_for and holder of the record table; holder -1: nobody's. */
const char *list_waits_for(const struct session *);
int64_t list_holder(const struct session *);
/* The data scope (S1.4.5) as a value for `postgraduate`: "t", "f" or NULL for both. */
const char *list_postgraduate(const struct session *);

#endif
