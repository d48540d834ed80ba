/*
 * methods_table.c - the tables of handlers, one per file of this folder. Start-up holds them against
 * shared/rpc/methods.c.
 */
#include "../server.h"

#define QX_METHOD_TABLES(X)                                                                                            \
    X(session)                                                                                                         \
    X(gateway)                                                                                                         \
    X(status)                                                                                                          \
    X(watch)                                                                                                           \
    X(home)                                                                                                            \
    X(queue)                                                                                                           \
    X(record)                                                                                                          \
    X(act)                                                                                                             \
    X(graduate)                                                                                                        \
    X(draft)                                                                                                           \
    X(inbox)                                                                                                           \
    X(evidence)                                                                                                        \
    X(feed)                                                                                                            \
    X(settings)                                                                                                        \
    X(account)                                                                                                         \
    X(roster)

#define X(module) extern const struct method_entry module##_methods[];
QX_METHOD_TABLES(X)
#undef X

#define X(module) module##_methods,
const struct method_entry *const method_tables[] = {QX_METHOD_TABLES(X) NULL};
#undef X
