/*
 * embedded.h - a private PostgreSQL cluster in a folder of ours: makes it (initdb -E UTF8 --locale=C.UTF-8 -k -A peer),
 * starts it on a Unix socket in a short path, adopts it again after our own kill -9, revives it after the postmaster's.
 * One owner per folder (flock). Roles: quxiang_owner migrates, quxiang_server serves (pg_ident maps our user to both).
 * jit=off, log_parameter_max_length=0. Started by root, it runs as the user quxiang (embedded_drop()).
 */
#ifndef QX_EMBEDDED_H
#define QX_EMBEDDED_H

#include <stdbool.h>
#include <stddef.h>

struct embedded;
/*
 * Started by root: makes the user quxiang if there is none, gives it `dir` (made if missing; refused if it holds other
 * things) and turns the whole process into that user. If the user can't reach `dir`, the data goes to /var/lib/quxiang
 * instead and *staged is that path (malloc'd); else *staged is `dir` made absolute. An ordinary user: only that. false:
 * why.
 */
bool embedded_drop(const char *dir, char **staged, char *why, size_t len);
bool drop_root(char *why, size_t len); /* the same with a database of somebody else's: there is no folder to give */
struct embedded *embedded_start(const char *dir, char *why, size_t len); /* blocking; NULL: why */
/* For an operator's command: beside a running server (without the lock, and leaving it alone), else as
 * embedded_start(). */
struct embedded *embedded_attach(const char *dir, char *why, size_t len);
const char *embedded_owner_conninfo(const struct embedded *);
const char *embedded_server_conninfo(const struct embedded *);
void embedded_check(struct embedded *); /* from a timer: postmaster gone -> start it again, without blocking */
void embedded_stop(struct embedded *);  /* fast shutdown, waits; frees */
void embedded_leave(struct embedded *); /* frees; the cluster stays up for the next start to adopt */

#endif
