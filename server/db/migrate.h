/*
 * migrate.h - numbered, checksummed, forward-only migrations (sql/migrations/, compiled in), each in one transaction,
 * under an advisory lock; and the code tables' rows. Blocking libpq, before the loop starts. Refuses an edited
 * migration and a schema newer than this program, naming it.
 */
#ifndef QX_MIGRATE_H
#define QX_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>

bool migrate(const char *owner_conninfo, char *why, size_t len);

struct migration {
    int number;
    const char *name, *sql;
};
extern const struct migration migrations[];
extern const size_t migration_count;

#endif
