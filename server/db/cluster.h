/*
 * cluster.h - PostgreSQL's own programs and processes on one data folder: find, make, start, look after, stop. Which
 * folder, whose, and where its socket is, is embedded.c's business.
 */
#ifndef QX_CLUSTER_H
#define QX_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The newest /usr/lib/postgresql/VERSION/bin with VERSION >= 15; QX_PGBIN in the environment goes before. false: none.
 */
bool cluster_find_binaries(char *bin, size_t len);
/* Runs argv[0] (a full path) to its end, output appended to the file `log`. Answers its exit status, -1: could not run.
 */
int cluster_run(const char *const *argv, const char *log);
/* The living postmaster of the folder; 0: none. A process id in postmaster.pid counts only if it works in this folder.
 */
pid_t cluster_postmaster(const char *data);
/*
 * Removes postmaster.pid (and the socket's lock) whose process id now belongs to somebody else, and only if no process
 * at all works in the folder any more: PostgreSQL would refuse to start for ever. A dead process id it deals with
 * itself.
 */
void cluster_remove_stale_lock(const char *data, const char *socket_dir);
/* Starts a postmaster in a session of its own: it outlives our kill -9 and is adopted by the next start. 0: could not
 * fork. */
pid_t cluster_spawn(const char *bin, const char *data, const char *log);

#endif
