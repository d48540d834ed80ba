/*
 * session.h - a session as the database has it: read, kept in a connection, shown.
 */
#ifndef QX_SESSION_H
#define QX_SESSION_H

#include "server.h"

enum { SESSION_IDLE_HOURS = 12 };

/* A row of session_load -> a session. */
void session_fill(struct session *, const struct db_rows *, int row);
/* The same row as session.whoami answers it: one map. */
void session_pack(struct pack *, const struct session *, const struct db_rows *, int row);

/*
 * Reads the request's session anew (request's and connection's), then calls back with its row; `row` NULL: the session
 * is over, the connection has been logged out. Database failures are answered here and the callback isn't called.
 */
typedef void (*session_done)(struct req *, const struct db_rows *row);
void session_reload(struct req *, session_done);
/* Make the row's session that of the request and of its connection; the same session keeps what only the connection
 * knows. */
void session_take(struct req *, const struct db_rows *);
void session_end(struct req *); /* log the connection out; the row in the database is the caller's */

#endif
